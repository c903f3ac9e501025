"""What a trial found: how often each method is right and wrong, and what of the truth its paths recover."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.words import counted
from equifinal.errors import listing
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.store import Store

_WORTHS = ("right", "wrong", "undecided", "silent")
_FIRM = tuple(f"firm_{worth}" for worth in _WORTHS)
_CELL = ["scenario", "n", "method", "proposition"]
_OF_SPECIFICATION = ", ".join(
    f"json_extract(s.specification, '$.{key}') AS {key}"
    for key in ("scenario", "parameters", "n", "repetition", "seed")
)


@dataclass(frozen=True, eq=False)
class Trial:
    """What methods said of simulated data, beside what is true.

    Attributes
    ----------
    store : Store
        Everything, one row per answer: tables ``answers``, ``paths``, ``failed_methods``, ``failures``.
    scenarios : tuple of Scenario
        Those that are counted here; the store may hold more.
    """

    store: Store
    scenarios: tuple[Scenario, ...]

    @cached_property
    def rates(self) -> pd.DataFrame:
        """How often each method is right and wrong.

        Returns
        -------
        pandas.DataFrame
            Index: ``scenario``, ``n``, ``method``, ``proposition``. Columns: ``right``, ``wrong``, ``undecided``, ``silent``,
            shares of the data sets, which add up to 1; ``firm_right``, ``firm_wrong``, ``firm_undecided``, ``firm_silent``,
            the same when a verdict that is not firm counts as undecided (NaN without evidence); ``data_sets``, their number;
            ``right_low``, ``right_high``, ``wrong_low``, ``wrong_high``, ``firm_wrong_low``, ... exact 95 % intervals
            (Clopper & Pearson 1934). ``right`` is NaN where no answer is right: where there is no relation, the most that a
            method can do is not to decide. Propositions without a truth are not counted.
        """
        counted_answers = self._counted("answers", "r.method, r.reading, r.proposition, r.answer, r.firm")
        cells: dict[tuple[Any, ...], dict[str, float]] = {}
        rightless: set[tuple[Any, ...]] = set()
        for scenario, row in counted_answers:
            truth = scenario.truth().get((row.proposition, row.reading))
            if truth is None:
                continue
            key = (scenario.label, row.n, row.method, row.proposition)
            worth = truth.judge(row.answer)
            firm = None if row.firm is None or row.firm != row.firm else bool(row.firm)
            cell = cells.setdefault(key, dict.fromkeys((*_WORTHS, *_FIRM, "unknown"), 0.0))
            cell[worth] += row.data_sets
            cell[f"firm_{worth if firm or worth == 'silent' else 'undecided'}"] += row.data_sets
            cell["unknown"] += row.data_sets * (firm is None and worth in ("right", "wrong"))
            if truth.right is None:
                rightless.add(key)
        return _rates(cells, rightless)

    @cached_property
    def recovery(self) -> pd.DataFrame:
        """What of a Boolean truth the paths of each method recover.

        Returns
        -------
        pandas.DataFrame
            Index: ``scenario``, ``n``, ``method`` (those with paths). Columns: ``correct``, the share of data sets in which all
            that the shown model claims is true (the submodel relation of Baumgartner & Thiem 2020 and Baumgartner & Falk
            2024), with its exact 95 % interval ``correct_low`` and ``correct_high``; ``complete``, the truth whole;
            ``empty``, no path; ``data_sets``.
        """
        rows = [
            {"scenario": scenario.label, **row._asdict()}
            for scenario, row in self._counted(
                "paths",
                "r.method",
                ", ".join(f"avg(r.{each}) AS {each}" for each in ("correct", "complete", "empty")),
            )
        ]
        columns = ["scenario", "n", "method", "correct", "complete", "empty", "data_sets"]
        table = pd.DataFrame(rows, columns=columns).set_index(columns[:3])
        table["data_sets"] = table["data_sets"].astype(int)
        return _with_interval(table, "correct")

    @property
    def answers(self) -> pd.DataFrame:
        """Every answer, in the order of the plan.

        Columns: ``scenario``, ``n``, ``repetition``, ``seed``, ``method``, ``reading``, ``proposition``, ``answer``, and
        ``firm``: 1, 0, or missing without evidence.
        """
        return self._rows("answers", "r.method, r.reading, r.proposition, r.answer, r.firm")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Data sets that could not be analysed, and what was raised; ``method`` is missing where it concerns all."""
        whole = self._rows("failures", "NULL AS method, r.exception, r.message")
        part = self._rows("failed_methods", "r.method, r.exception, r.message")
        return pd.concat([each.astype(object) for each in (whole, part)], ignore_index=True)

    def _rows(self, table: str, columns: str) -> pd.DataFrame:
        """Rows of a table, beside what their specifications say, in the order of the plan."""
        names = [column.split(" AS ")[-1].removeprefix("r.") for column in columns.split(", ")]
        if table not in self.store.tables:
            return pd.DataFrame(columns=["scenario", "n", "repetition", "seed", *names])
        found = self.store.query(
            f"SELECT {_OF_SPECIFICATION}, {columns} FROM {table} r "
            "JOIN specifications s ON s.id = r.specification ORDER BY s.id, r.rowid"
        )
        found["scenario"] = [each.label if each else None for each in self._scenarios_of(found)]
        return found[found["scenario"].notna()].drop(columns="parameters").reset_index(drop=True)

    def _scenarios_of(self, found: pd.DataFrame) -> list[Scenario | None]:
        known = {each.key: each for each in self.scenarios}
        return [
            known.get(f'["{name}",{given}]') for name, given in zip(found["scenario"], found["parameters"], strict=True)
        ]

    def _counted(self, table: str, groups: str, measures: str = "") -> Iterator[tuple[Scenario, Any]]:
        """Rows of a table counted by the database: the scenario, and a row with n, the groups, and ``data_sets``."""
        if table not in self.store.tables:
            return
        asked = ", ".join(each for each in (_OF_SPECIFICATION, groups, measures, "count(*) AS data_sets") if each)
        sql = (
            f"SELECT {asked} FROM {table} r JOIN specifications s ON s.id = r.specification "
            f"GROUP BY json_extract(s.specification, '$.scenario'), json_extract(s.specification, '$.parameters'), "
            f"json_extract(s.specification, '$.n'), {groups} ORDER BY min(r.rowid)"
        )
        found = self.store.query(sql)
        rest = found.drop(columns=["scenario", "parameters", "repetition", "seed"])
        for scenario, row in zip(self._scenarios_of(found), rest.itertuples(index=False), strict=True):
            if scenario is not None:
                yield scenario, row

    def summary(self) -> list[str]:
        """The main figures in sentences, tuning scenarios apart from the others."""
        rates = self.rates.reset_index()
        tuning = {each.label for each in self.scenarios if each.tuning}
        said = []
        for words, part in (
            ("scenarios on which thresholds may be tuned", rates[rates["scenario"].isin(tuning)]),
            ("other scenarios", rates[~rates["scenario"].isin(tuning)]),
        ):
            for method, own in part.groupby("method", sort=False):
                said += _sentence(str(method), words, own)
        if len(rates) and rates["firm_wrong"].isna().all():
            said.append("Which verdicts are firm was not asked: these are the error rates of the rules alone.")
        if count := len(self.failures):
            said.append(f"{counted(count, 'analysis', 'analyses')} failed; see the failures.")
        return said

    def _repr_html_(self) -> str:
        from equifinal.base.html import bullets, heading, paragraph, piece, table

        names = [each.label for each in self.scenarios]
        about = f"{counted(len(names), 'scenario')}: {listing(names, most=30)}. {counted(len(self.store), 'data set')}."
        parts = [heading("Methods against known truth"), paragraph(about), bullets(self.summary())]
        shown = self.rates.drop(columns=[name for name in self.rates.columns if str(name).startswith("firm_")])
        parts.append(table(shown, "Right and wrong verdicts", most=60))
        if len(self.recovery):
            parts.append(table(self.recovery, "Recovery of the true paths", most=60))
        return piece(*parts)


def _rates(cells: Mapping[tuple[Any, ...], Mapping[str, float]], rightless: set[tuple[Any, ...]]) -> pd.DataFrame:
    index = (
        pd.MultiIndex.from_tuples(list(cells), names=_CELL)
        if cells
        else pd.MultiIndex.from_product([[]] * 4, names=_CELL)
    )
    counts = pd.DataFrame(list(cells.values()), index=index, columns=[*_WORTHS, *_FIRM, "unknown"], dtype=float)
    data_sets = counts[list(_WORTHS)].sum(axis=1)
    table = counts[[*_WORTHS, *_FIRM]].div(data_sets, axis=0)
    nothing_known = not table[["firm_right", "firm_wrong"]].to_numpy().any()
    table.loc[(counts["unknown"] > 0) | (nothing_known and bool(counts["unknown"].any())), list(_FIRM)] = np.nan
    none_right = np.array([key in rightless for key in cells], dtype=bool)
    table.loc[none_right, ["right", "firm_right"]] = np.nan
    table["data_sets"] = data_sets.astype(int)
    for name in ("right", "wrong", "firm_right", "firm_wrong"):
        table = _with_interval(table, name)
    return table


def _with_interval(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The exact 95 % interval of a share (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    total = table["data_sets"].to_numpy(dtype=float)
    found = np.round(table[name].to_numpy(dtype=float) * total)
    low = np.where(found == 0, 0.0, beta.ppf(0.025, found, total - found + 1))
    high = np.where(found == total, 1.0, beta.ppf(0.975, found + 1, total - found))
    missing = np.isnan(found)
    return table.assign(
        **{f"{name}_low": np.where(missing, np.nan, low), f"{name}_high": np.where(missing, np.nan, high)}
    )


def _sentence(method: str, words: str, cells: pd.DataFrame) -> list[str]:
    """One sentence on a method, or none where it is silent on everything."""
    spoken = cells[cells["silent"] < 1]
    if not len(spoken):
        return []
    data_sets = spoken["data_sets"]
    answers = ((1 - spoken["silent"]) * data_sets).sum()
    wrong = (spoken["wrong"] * data_sets).sum() / answers
    said = f"{method}, {words}: {wrong:.0%} of its {answers:,.0f} answers are wrong"
    if wrong == 0:
        return [f"{said}."]
    worst = spoken.iloc[int(spoken["wrong"].to_numpy().argmax())]
    return [
        f"{said}, most often on {worst['proposition']} in {worst['scenario']} with {worst['n']} cases "
        f"({worst['wrong']:.0%}, 95 % interval {worst['wrong_low']:.0%} to {worst['wrong_high']:.0%})."
    ]
