"""Resampled case sets: the bootstrap from thirty cases on, and leaving out a fifth of them below."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.seeds import generator
from equifinal.comparison.out_of_sample import units
from equifinal.study.calibrated import CalibratedStudy

#: The bootstrap from so many cases (or units of a panel) on. It drops a third of the rows of a small truth table.
BOOTSTRAP_FROM = 30

#: All case sets instead of drawn ones when there are at most so many.
ALL_UP_TO = 500

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Resampling:
    """How the cases of a study are resampled.

    Attributes
    ----------
    units : int
        How many cases there are, or units of a panel, which stay whole.
    kept : tuple of int
        The numbers of units that stay in every case set.
    panel : bool
        Whether units are those of a panel.
    """

    units: int
    kept: tuple[int, ...] = ()
    panel: bool = False

    @classmethod
    def of(cls, calibrated: CalibratedStudy, named: tuple[Any, ...] = ()) -> "Resampling":
        """For these cases; those named stay in."""
        unit_of, count = units(calibrated)
        inside = calibrated.cases.isin(list(named))
        return cls(count, tuple(sorted({int(unit) for unit in unit_of[inside]})), calibrated.unit is not None)

    @property
    def bootstraps(self) -> bool:
        return self.units >= BOOTSTRAP_FROM

    @property
    def left_out(self) -> int:
        """How many units each case set lacks, without the bootstrap."""
        return min(round(self.units / 5), self.units - len(self.kept))

    @property
    def all(self) -> int | None:
        """How many case sets there are, when all are used."""
        if self.bootstraps:
            return None
        count = comb(self.units - len(self.kept), self.left_out)
        return count if count <= ALL_UP_TO else None

    @property
    def spread(self) -> float:
        """By what the spread over case sets is multiplied to become that over samples.

        1 for the bootstrap. Case sets without d of n cases vary less: the square root of (n - d) / d (Shao & Wu 1989).
        """
        if self.bootstraps or not self.left_out:
            return 1.0
        return float(np.sqrt((self.units - self.left_out) / self.left_out))

    def words(self) -> str:
        """What is done, as evidence tells it."""
        what = "unit" if self.panel else "case"
        if self.bootstraps:
            return f"bootstrap of {what}s"
        what += "s" * (self.left_out != 1)
        return f"{'every set' if self.all else 'sets'} without {self.left_out} {what}"

    def draw(self, seed: int, where: str, number: int) -> Positions:
        """The numbers of the units in the case set of this number; with the bootstrap they may repeat."""
        others = np.setdiff1d(np.arange(self.units), self.kept)
        if self.all:
            out = np.array(_subsets(len(others), self.left_out)[number], dtype=int)
            return np.setdiff1d(np.arange(self.units), others[out])
        rng = generator(seed, f"resamples {where}", number)
        if self.bootstraps:
            drawn = rng.integers(self.units, size=self.units - len(self.kept))
            return np.sort(np.concatenate([np.array(self.kept, dtype=int), drawn]))
        return np.setdiff1d(np.arange(self.units), rng.choice(others, self.left_out, replace=False))


@lru_cache(maxsize=16)
def _subsets(of: int, size: int) -> list[tuple[int, ...]]:
    """All of them in an order that is always the same, and mixed, so that the first ones stand for all."""
    found = list(islice(combinations(range(of), size), ALL_UP_TO))
    return [found[place] for place in np.random.default_rng(0).permutation(len(found))]


def case_set(calibrated: CalibratedStudy, drawn: Positions) -> tuple[CalibratedStudy, Positions]:
    """The study with these units, and the number of each of its cases' units among those it had.

    The second copy of a case is a case of its own, ``X (2)``, and so is the copy of a unit of a panel. Calibrators that learn
    anchors from data learn them again from the conditions; the outcome stays as calibrated.
    """
    unit_of, _ = units(calibrated)
    rows = _rows_by_unit(unit_of)
    positions = np.concatenate([rows[unit] for unit in drawn])
    copies = np.arange(len(drawn)) - np.searchsorted(drawn, drawn)  # they are sorted
    copy = np.concatenate([np.full(len(rows[unit]), number) for unit, number in zip(drawn, copies, strict=True)])
    order = np.lexsort((positions, copy))  # originals first, in their order, then second copies, ...
    positions, copy = positions[order], copy[order]
    learned, _ = calibrated.train_and_test(positions, positions[:1])
    if copy.any():
        learned = _renamed(learned, copy)
    return learned, unit_of[positions]


def _rows_by_unit(unit_of: Positions) -> list[Positions]:
    order = np.argsort(unit_of, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(unit_of[order])) + 1)


def _renamed(calibrated: CalibratedStudy, copy: Positions) -> CalibratedStudy:
    cases = calibrated.cases.to_numpy(dtype=object)
    index = pd.Index(_names(cases, copy, set(cases)), name=calibrated.cases.name, dtype=object)
    if calibrated.unit is None:
        return calibrated.renamed(index)
    column = calibrated.data[calibrated.unit]
    return calibrated.renamed(index, _names(column, copy, set(column)))


def _names(names: Any, copy: Positions, taken: set[Any]) -> list[Any]:
    """Each name with the number of its copy; where another case has that name already, with an apostrophe more."""
    found = []
    for name, number in zip(names, copy, strict=True):
        if number:
            name = f"{name} ({number + 1})"
            while name in taken:
                name = f"{name}'"
        found.append(name)
    return found
