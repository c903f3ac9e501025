"""What stands behind one verdict or direction, as one cell and as one sentence."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from equifinal.base.words import DECIDED, SIGNS, UNSETTLED
from equifinal.base.words import by_chance as in_figures
from equifinal.comparison.compared import Compared
from equifinal.comparison.counting import Demands


@dataclass(frozen=True)
class Standing:
    """One verdict and its evidence.

    Attributes
    ----------
    answer : str
    row : dict
        Of the table of evidence; empty when none was gathered.
    demands : Demands
    """

    answer: str
    row: dict[str, Any]
    demands: Demands

    @property
    def tested(self) -> bool:
        """Whether there is a decided verdict that has evidence."""
        return self.answer in DECIDED and bool(self.row)

    @property
    def firm(self) -> bool:
        return bool(self.tested and self.row["firm"])

    @property
    def _by_interval(self) -> bool:
        """Whether an interval over resamples stands in place of worlds."""
        return bool(pd.notna(self.row["low"]))

    @property
    def failing(self) -> list[str]:
        """The numbers that keep the verdict from being firm, the share by chance first."""
        if not self.tested or self.firm:
            return []
        chance, stable = self.row["by_chance"], self.row["stable"]
        failing = [self._chance] if self._in_worlds and not chance <= self.demands.by_chance else []
        failing += [self._interval] if self._by_interval and self.row["low"] <= 0 <= self.row["high"] else []
        return [*failing, *([self._stable] if not stable >= self._least else [])]

    @property
    def _in_worlds(self) -> bool:
        return bool(self.row["asserts"]) and not self._by_interval

    @property
    def mark(self) -> str:
        """A cell: the sign and the share by chance (of a denial: of resamples); what is not firm in brackets, with what fails.

        >>> row = {"asserts": True, "by_chance": 0.01, "stable": 0.9, "low": None, "firm": True, "unsettled": False}
        >>> weak = {**row, "stable": 0.6, "firm": False}
        >>> [Standing("supported", each, Demands()).mark for each in (row, weak)] + [Standing("silent", {}, Demands()).mark]
        ['✔ .01', '(✔ 60 %)', '·']
        """
        sign = SIGNS[self.answer]
        if not self.tested:
            return sign
        number = (self.failing or [self._chance if self._in_worlds else self._stable])[0]
        mark = f"{sign} {UNSETTLED if self.row['unsettled'] else ''}{number}"
        return mark if self.firm else f"({mark})"

    @property
    def sentence(self) -> str:
        """The numbers, and whether the verdict is firm; empty where there is nothing to say."""
        if not self.tested:
            return ""
        row, parts = self.row, []
        if not row["asserts"]:
            parts.append("a denial, judged by resamples alone")
        elif self._by_interval:
            verb = "includes" if row["low"] <= 0 <= row["high"] else "excludes"
            parts.append(f"the 95 % interval over resamples, {row['low']:.3f} to {row['high']:.3f}, {verb} 0")
        elif pd.isna(row["by_chance"]):
            parts.append("no share by chance")
        else:
            worlds = f"{_count(row['b'])} of {_count(row['worlds'])} worlds"
            basis = f": {row['basis']}" if row["basis"] else ""
            parts.append(f"by chance {self._chance} ({worlds}{basis})")
        resamples = "" if pd.isna(row["resamples"]) else f" of {_count(row['resamples'])} resampled case sets"
        parts.append("not resampled" if pd.isna(row["stable"]) else f"stable in {self._stable}{resamples}")
        if row["unsettled"]:
            parts.append(f"{UNSETTLED} more draws could turn the mark")
        said = f"{'Firm' if self.firm else 'Not firm'}: {'; '.join(parts)}"
        return f"{said}; {row['lacks']}." if row["lacks"] and not self.failing and not self.firm else f"{said}."

    @property
    def _least(self) -> float:
        return self.demands.stable if self.row["asserts"] else self.demands.denied

    @property
    def _chance(self) -> str:
        share = self.row["by_chance"]
        return "–" if pd.isna(share) else in_figures(share, self.demands.by_chance)

    @property
    def _interval(self) -> str:
        return "±0"

    @property
    def _stable(self) -> str:
        share = self.row["stable"]
        if pd.isna(share):
            return "– %"
        text = f"{share:.0%}"
        if share < self._least <= float(text[:-1]) / 100:  # rounding must not hide what fails
            text = f"{share:.1%}"
        return text.replace("%", " %")


def _count(number: float) -> str:
    return "?" if pd.isna(number) else f"{int(number):,}"


def standings(comparison: Compared) -> dict[tuple[str, str], Standing]:
    """What stands behind each verdict, by proposition and method."""
    demands = comparison.demands or Demands()
    rows: dict[Any, dict[str, Any]] = {place: dict(row) for place, row in comparison.evidence.iterrows()}
    return {
        (str(name), str(label)): Standing(str(answer), rows.get((name, label), {}), demands)
        for label in comparison.verdicts.columns
        for name, answer in comparison.verdicts[label].items()
    }


def in_cells(comparison: Compared, of: str) -> pd.DataFrame:
    """An attribute of every standing, in the shape of the verdicts."""
    verdicts, found = comparison.verdicts, standings(comparison)
    cells = {label: [getattr(found[str(name), str(label)], of) for name in verdicts.index] for label in verdicts}
    return pd.DataFrame(cells, index=verdicts.index, columns=verdicts.columns, dtype=object)


def shown_directions(comparison: Compared, together: bool = False) -> pd.DataFrame:
    """The direction of each condition in each method where it is firm, else 0; `together`: where it stays so among all."""
    firm = comparison.firm_directions_together if together else comparison.firm_directions
    found = {label: comparison.conditions[label, "direction"].where(firm[label], 0) for label in comparison.analyses}
    return pd.DataFrame(found, index=comparison.conditions.index, dtype=int)
