"""What a trial found: how often each method is right and wrong, and what of the truth its paths recover."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.folder import write_folder
from equifinal.base.readable import OneScreen, wrapped
from equifinal.base.words import counted
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.plugin.registry import methods
from equifinal.plugin.requests import choose_outputs
from equifinal.sweep.agreement import agreements
from equifinal.sweep.kept import load_tables, save_tables
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.store import Store

_WORTHS = ("right", "wrong", "undecided", "silent")
_FIRM = tuple(f"firm_{worth}" for worth in _WORTHS)
_STEPS = tuple(f"{worth}_{step}" for worth in ("right", "wrong") for step in ("rule", "by_chance", "firm"))
#: What is hardly due to chance, and the level of tests.
BY_CHANCE = ALPHA = 0.05
_CELL = ["scenario", "n", "method", "proposition"]
_OF_SPECIFICATION = ", ".join(
    f"json_extract(s.specification, '$.{key}') AS {key}"
    for key in ("scenario", "parameters", "n", "repetition", "seed")
)


@dataclass(frozen=True, eq=False, repr=False)
class Trial(OneScreen):
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

    @cached_property
    def steps(self) -> pd.DataFrame:
        """What each step from a rule to a firm verdict costs and saves.

        Returns
        -------
        pandas.DataFrame
            Index as :attr:`rates`. Columns: ``right_rule``, ``right_by_chance``, ``right_firm`` and the same for ``wrong``: shares
            of data sets in which the rule gives a right (wrong) answer, in which it is also hardly due to chance (at most 0.05;
            a denial has no such number and passes), and in which it is also stable, and so firm. The last two are NaN without
            evidence.
        """
        cells: dict[tuple[Any, ...], dict[str, float]] = {}
        groups = f"r.method, r.reading, r.proposition, r.answer, r.firm, r.by_chance <= {BY_CHANCE} AS by_chance"
        for scenario, row in self._counted("answers", groups):
            truth = scenario.truth().get((row.proposition, row.reading))
            if truth is None:
                continue
            cell = cells.setdefault((scenario.label, row.n, row.method, row.proposition), dict.fromkeys(_STEPS, 0.0))
            worth = truth.judge(row.answer)
            if worth in ("right", "wrong"):
                known = pd.notna(row.firm)
                passes = bool(row.by_chance) if pd.notna(row.by_chance) else True
                cell[f"{worth}_rule"] += row.data_sets
                cell[f"{worth}_by_chance"] += row.data_sets * passes if known else np.nan
                cell[f"{worth}_firm"] += row.data_sets * bool(row.firm) if known else np.nan
        table = pd.DataFrame(list(cells.values()), index=_cells(cells), columns=list(_STEPS), dtype=float)
        rates = self.rates.loc[table.index]
        table = table.div(rates["data_sets"], axis=0)
        for worth in ("right", "wrong"):
            unknown = rates[f"firm_{worth}"].isna()
            table.loc[unknown, [f"{worth}_by_chance", f"{worth}_firm"]] = np.nan
        table.loc[rates["right"].isna(), "right_rule"] = np.nan
        return table

    @cached_property
    def size(self) -> pd.DataFrame:
        """How often tests reject where no condition has anything to do with the outcome.

        Returns
        -------
        pandas.DataFrame
            Index: ``scenario``, ``n``, ``method``, ``test`` (a column ``p_...`` of the method's own, or the permutation test of
            its fit). Columns: ``rejected``, the share of tests with p at most 0.05, with its exact 95 % interval
            ``rejected_low`` and ``rejected_high`` (tests of several conditions in one data set count as independent);
            ``any``, the share of data sets with at least one; ``tests`` and ``data_sets``, their numbers.
        """
        found = self._rows("tests", "r.method, r.test, r.condition, r.p")
        found = found[found["scenario"].isin([each.label for each in self.scenarios if each.is_null()])]
        found = found.assign(
            rejected=(found["p"] <= ALPHA).astype(float), data_set=found[["repetition", "seed"]].apply(tuple, axis=1)
        )
        groups = found.groupby(["scenario", "n", "method", "test"], sort=False)
        by_set = found.groupby(["scenario", "n", "method", "test", "data_set"], sort=False)["rejected"].max()
        table = groups["rejected"].agg(["mean", "size"]).set_axis(["rejected", "tests"], axis="columns")
        per_set = by_set.groupby(level=[0, 1, 2, 3], sort=False).agg(any="mean", data_sets="size")
        return _with_interval(table.join(per_set), "rejected", "tests")

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """How often intervals hold the true slope, where the truth is linear in scores.

        Returns
        -------
        pandas.DataFrame
            Index: ``scenario``, ``n``, ``method``, ``condition``. Columns: ``slope``, the true one, in points of the outcome per
            point of the condition; ``covered``, with its exact 95 % interval ``covered_low`` and ``covered_high``; ``level``,
            what is promised; ``width``, the mean one; ``data_sets``.
        """
        found = self._rows("intervals", "r.method, r.condition, r.low, r.high, r.level")
        slopes = {each.label: each.slopes() for each in self.scenarios}
        found["slope"] = [
            slopes[scenario].get(name, np.nan)
            for scenario, name in zip(found["scenario"], found["condition"], strict=True)
        ]
        found = found[found["slope"].notna()].astype(dict.fromkeys(("low", "high", "level", "slope"), float))
        found["covered"] = ((found["low"] <= found["slope"]) & (found["slope"] <= found["high"])).astype(float)
        found["width"] = found["high"] - found["low"]
        table = found.groupby(["scenario", "n", "method", "condition"], sort=False).agg(
            slope=("slope", "first"),
            covered=("covered", "mean"),
            level=("level", "first"),
            width=("width", "mean"),
            data_sets=("covered", "size"),
        )
        return _with_interval(table, "covered")

    @cached_property
    def skill(self) -> pd.DataFrame:
        """How well methods predict cases not seen, by every measure of the yardstick, beside the baselines.

        Returns
        -------
        pandas.DataFrame
            Index: ``scenario``, ``n``, ``method``, ``measure``. Columns: ``median``, ``lower``, ``upper`` (quartiles over data
            sets), ``data_sets``.
        """
        found = self._rows("skill", "r.method, r.measure, r.value").astype({"value": float})
        values = found.groupby(["scenario", "n", "method", "measure"], sort=False)["value"]
        return pd.DataFrame(
            {
                "median": values.median(),
                "lower": values.quantile(0.25),
                "upper": values.quantile(0.75),
                "data_sets": values.size(),
            }
        )

    @cached_property
    def agreements(self) -> pd.DataFrame:
        """In how many data sets kinds of methods agree firmly, and on something wrong, for every choice of several kinds.

        Returns
        -------
        pandas.DataFrame
            As :func:`equifinal.sweep.agreement.agreements` has it; without rows where evidence was not gathered.
        """
        kinds: dict[str, list[str]] = {}
        known = methods()
        for label, given in self.store.about.get("methods", {}).items():
            name = given["method"]
            family = known[name].cls.family if name in known else ""
            kinds.setdefault(family or name, []).append(label)
        return agreements(self.answers, self.scenarios, kinds)

    @property
    def answers(self) -> pd.DataFrame:
        """Every answer, in the order of the plan.

        Columns: ``scenario``, ``n``, ``repetition``, ``seed``, ``method``, ``reading``, ``proposition``, ``answer``, and what
        stands behind it: ``firm``, 1 or 0; ``by_chance`` and ``stable``, shares; all missing without evidence.
        """
        return self._rows("answers", "r.method, r.reading, r.proposition, r.answer, r.firm, r.by_chance, r.stable")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Those of all frames that have rows, by name, in the order in which one would read them."""
        names = ("rates", "steps", "agreements", "recovery", "size", "coverage", "skill", "failures")
        found: dict[str, pd.DataFrame] = {name: getattr(self, name) for name in names}
        return {name: frame for name, frame in found.items() if len(frame)}

    @property
    def data_sets(self) -> pd.DataFrame:
        """How many data sets were simulated: a row per scenario, a column per number of cases."""
        found = self.store.query(f"SELECT {_OF_SPECIFICATION} FROM specifications s ORDER BY s.id")
        found["scenario"] = [each.label if each else None for each in self._scenarios_of(found)]
        found = found[found["scenario"].notna()]
        found["data sets"] = 1
        counts = found.pivot_table("data sets", "scenario", "n", aggfunc="sum", fill_value=0, sort=False)
        counts = counts.sort_index(axis="columns")
        return counts.reindex(found["scenario"].drop_duplicates().tolist())

    def write(self, directory: str | Path, formats: Sequence[str] | None = None, overwrite: bool = False) -> list[Path]:
        """Write a page with pictures and all tables into a folder, whole or not at all.

        Parameters
        ----------
        directory, overwrite
            As for :meth:`equifinal.Comparison.write`.
        formats
            Names of outputs that write trials; the default is html, csv and json.

        Raises
        ------
        InputError
            When a format is unknown or for comparisons alone, or the folder holds something else or cannot be written.
        """
        outputs = outputs_for_trials(formats)

        def fill(staging: Path) -> dict[str, Any]:
            written = [name for name, each in outputs.items() if each.write_trial(self, staging)]
            return {"generator": "equifinal", "trial": self.store.about, "formats": written} if written else {}

        return write_folder(Path(directory), fill, overwrite)

    def save(self, folder: str | Path) -> list[Path]:
        """Write every answer as small compressed CSV files, from which :meth:`load` makes the trial again."""
        return save_tables(self.store, folder)

    @classmethod
    def load(cls, *folders: str | Path) -> "Trial":
        """A trial from the files that :meth:`save` wrote, those of several folders together.

        Raises
        ------
        InputError
            When a folder holds no such files, two hold the same, or a scenario is of a plugin that is not loaded.
        """
        from equifinal.sweep.scenarios import known_scenarios

        store, known = load_tables(folders), known_scenarios()
        asked = store.query(f"SELECT {_OF_SPECIFICATION} FROM specifications s ORDER BY s.id")
        scenarios = []
        for name, parameters in asked[["scenario", "parameters"]].drop_duplicates().itertuples(index=False):
            if name not in known:
                raise InputError(f"There is no scenario {name!r}. {did_you_mean(name, known)}")
            scenarios.append(known[name](**json.loads(parameters)))
        return cls(store, tuple(scenarios))

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
        grouped = ", ".join(each.split(" AS ")[0] for each in groups.split(", "))
        asked = ", ".join(each for each in (_OF_SPECIFICATION, groups, measures, "count(*) AS data_sets") if each)
        sql = (
            f"SELECT {asked} FROM {table} r JOIN specifications s ON s.id = r.specification "
            f"GROUP BY json_extract(s.specification, '$.scenario'), json_extract(s.specification, '$.parameters'), "
            f"json_extract(s.specification, '$.n'), {grouped} ORDER BY min(r.rowid)"
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
                said += _sentences(str(method), words, own)
        said += _on_agreement(self.agreements)
        if len(rates) and rates["firm_wrong"].isna().all():
            said.append("Which verdicts are firm was not asked: these are the error rates of the rules alone.")
        if count := len(self.failures):
            said.append(f"{counted(count, 'analysis', 'analyses')} failed; see the failures.")
        return said

    def _said(self) -> Iterator[str]:
        names = [each.label for each in self.scenarios]
        yield f"Trial of {counted(len(names), 'scenario')} with {counted(len(self.store), 'data set')}: {listing(names, most=3)}"
        for sentence in self.summary():
            yield from wrapped(sentence)
        yield "All sentences: .summary(). Tables: .rates, .recovery, .failures."

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


def outputs_for_trials(formats: Sequence[str] | None) -> dict[str, Any]:
    """The outputs that were named, or of those written by default the ones that write trials.

    Raises
    ------
    InputError
        When a format is unknown, or for comparisons alone.
    """
    outputs = choose_outputs(formats)
    found = {name: each for name, each in outputs.items() if each.writes_trials()}
    if formats is not None and len(found) < len(outputs):
        name = next(name for name in outputs if name not in found)
        raise InputError(f"The format {name!r} writes comparisons, not trials. Use html, csv or json.")
    return found


def _cells(cells: Mapping[tuple[Any, ...], Any]) -> pd.MultiIndex:
    if not cells:
        return pd.MultiIndex.from_product([[]] * 4, names=_CELL)
    return pd.MultiIndex.from_tuples(list(cells), names=_CELL)


def _rates(cells: Mapping[tuple[Any, ...], Mapping[str, float]], rightless: set[tuple[Any, ...]]) -> pd.DataFrame:
    counts = pd.DataFrame(list(cells.values()), index=_cells(cells), columns=[*_WORTHS, *_FIRM, "unknown"], dtype=float)
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


def _with_interval(table: pd.DataFrame, name: str, of: str = "data_sets") -> pd.DataFrame:
    """The exact 95 % interval of a share (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    total = table[of].to_numpy(dtype=float)
    found = np.round(table[name].to_numpy(dtype=float) * total)
    low = np.where(found == 0, 0.0, beta.ppf(0.025, found, total - found + 1))
    high = np.where(found == total, 1.0, beta.ppf(0.975, found + 1, total - found))
    missing = np.isnan(found)
    return table.assign(
        **{f"{name}_low": np.where(missing, np.nan, low), f"{name}_high": np.where(missing, np.nan, high)}
    )


def _sentences(method: str, words: str, cells: pd.DataFrame) -> list[str]:
    """On a method, all verdicts and firm ones; none where it is silent on everything."""
    spoken = cells[cells["silent"] < 1]
    if not len(spoken):
        return []
    answers = (1 - spoken["silent"]) * spoken["data_sets"]
    said = []
    for column, are in (("wrong", "are wrong"), ("firm_wrong", "are wrong though they are firm")):
        known = spoken[spoken[column].notna()]
        if not len(known):
            continue
        asked = answers[known.index].sum()
        wrong = (known[column] * known["data_sets"]).sum() / asked
        share = f"{100 * wrong:.{0 if column == 'wrong' else 1}f} %"
        said.append(f"{method}, {words}: {share} of its {asked:,.0f} answers {are}{_worst(known, column)}.")
    return said


def _on_agreement(table: pd.DataFrame) -> list[str]:
    """How often kinds of methods agree on something wrong at the worst."""
    if not len(table):
        return []
    rows = table.reset_index()
    worst = rows.iloc[int((rows["wrong"] / rows["data_sets"]).to_numpy().argmax())]
    if not worst["wrong"]:
        return ["In no data set do two kinds of methods agree firmly on something wrong."]
    return [
        f"Two kinds of methods or more agree firmly on something wrong in {worst['wrong']:,} of {worst['data_sets']:,} data "
        f"sets at most (of {worst['kinds']}, in {worst['scenario']} with {worst['n']} cases)."
    ]


def _worst(cells: pd.DataFrame, column: str) -> str:
    """Where a method is wrong most often."""
    worst = cells.iloc[int(cells[column].to_numpy().argmax())]
    if not worst[column]:
        return ""
    share, low, high = (_percent(worst[name]) for name in (column, f"{column}_low", f"{column}_high"))
    where = f"{worst['proposition']} in {worst['scenario']} with {worst['n']} cases"
    return f", most often on {where} ({share}, 95 % interval {low} to {high})"


def _percent(share: float) -> str:
    """Whole per cent, and tenths of them below one."""
    return f"{100 * share:.{1 if 0 < share < 0.01 else 0}f} %"
