"""The method mvqca."""

from typing import cast

import pandas as pd

from equifinal import (
    Analysis,
    CalibratedStudy,
    Expression,
    Proposition,
    ValueThresholds,
    Verdict,
    values_by_thresholds,
)
from equifinal.errors import listing
from equifinal_qca.method.fsqca import FsQCA
from equifinal_qca.method.standard_tables import Core, evidence_of, predicted, use_of
from equifinal_qca.method.verdicts import Memberships
from equifinal_qca.multivalue import MultiValueTable, truth_table_mv
from equifinal_qca.solution import Solution
from equifinal_qca.table import TruthTable


class MvQCA(FsQCA):
    """Multi-value qualitative comparative analysis: conditions with several ordered values, A[0], A[1], A[2], ...

    The other conditions are the study's dichotomies, as in csqca: A[0] and A[1]. The outcome is a dichotomy as well.
    """

    name = "mvqca"
    family = "qca"
    title = "Multi-value QCA"
    reference = (
        "Cronqvist, L. & Berg-Schlosser, D. (2009). Multi-Value QCA (mvQCA). In B. Rihoux & C. C. Ragin (eds.), "
        "Configurational Comparative Methods. Sage."
    )
    sufficient_paths = False  # its paths are made of values, and advice speaks of memberships

    thresholds: ValueThresholds

    def values(self, calibrated: CalibratedStudy) -> pd.DataFrame:
        """The values of the conditions, 0, 1, 2, ..., of every case; missing at exactly 0.5 in a dichotomy."""
        return values_by_thresholds(calibrated, self.thresholds, self.title)

    def memberships(self, calibrated: CalibratedStudy) -> pd.DataFrame:
        """Memberships in every value of the conditions and in the outcome, of every case; missing where undecided."""
        values = self.values(calibrated)
        columns = {
            f"{name}[{value}]": (values[name] == value).astype(float).where(values[name].notna())
            for name, count in self._counts(calibrated).items()
            for value in range(count)
        }
        return pd.DataFrame({**columns, calibrated.outcome.name: calibrated.crisp[calibrated.outcome.name]})

    def predict(self, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
        """Membership of the cases in the shown model."""
        literals = self.memberships(calibrated)[list(analysis.native.table.conditions)].to_numpy(dtype=float)
        return pd.Series(predicted(analysis.native.best, literals), index=calibrated.cases, name="predicted")

    def assess(self, analysis: Analysis, proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
        """Judge a proposition over all models, as csqca does; silent on presence and absence of multi-value conditions."""
        if proposition.claim in ("influence", "joint"):
            return Verdict("silent", f"The paths of {self.title} are made of values, not of presence and absence.")
        if proposition.claim in ("necessary", "sufficient"):
            names = Expression(str(getattr(proposition, "expression", ""))).sets
            if several := [name for name in names if len(self.thresholds.get(name, ())) > 1]:
                return Verdict(
                    "silent", f"{listing(several)}: a condition with several values is neither present nor absent."
                )
        return super().assess(analysis, proposition, calibrated)

    def _counts(self, calibrated: CalibratedStudy) -> dict[str, int]:
        return {name: len(self.thresholds.get(name, (0.5,))) + 1 for name in calibrated.condition_names}

    def _tables(self, calibrated: CalibratedStudy) -> dict[str, pd.DataFrame]:
        return {"values": self.values(calibrated)}

    def _columns(self, solution: Solution, calibrated: CalibratedStudy) -> Memberships:
        frame = self._frame(calibrated)
        return {str(name): frame[name].to_numpy(dtype=float) for name in frame}

    def _frame(self, calibrated: CalibratedStudy) -> pd.DataFrame:
        """The values of the conditions and the crisp outcome of the cases that have them all."""
        return pd.concat(
            [self.values(calibrated), calibrated.crisp[[calibrated.outcome.name]]], axis="columns"
        ).dropna()

    def _table(self, calibrated: CalibratedStudy) -> TruthTable:
        return truth_table_mv(
            self._frame(calibrated),
            calibrated.outcome.name,
            calibrated.condition_names,
            self.consistency_cutoff,
            self.frequency_cutoff,
            self.pri_cutoff,
            self._counts(calibrated),
        )

    def _conditions(
        self, calibrated: CalibratedStudy, needed: pd.DataFrame, solution: Solution, core: Core
    ) -> pd.DataFrame:
        table = cast(MultiValueTable, solution.table)
        cubes = [cube for model in solution.models for cube in model.cubes]
        records = []
        for name, bits in zip(table.names, table.space.groups, strict=True):
            literals = [f"{name}[{value}]" for value in range(len(bits))]
            numbers = needed.loc[literals]
            necessary = {value for value, fit in enumerate(numbers.to_numpy()) if self._is_needed(*fit[:2])}
            used = {value for value, bit in enumerate(bits) if any(cube.care & bit for cube in cubes)}
            signs = used | necessary
            use = use_of(sum(bits), solution, core)
            # Thresholds are of raw scores, directions of sets.
            turned = (calibrated.orientation(name) or 1) if name in self.thresholds else 1
            highest = int(numbers["consistency"].fillna(-1.0).argmax())
            largest, fit = literals[highest], [float(each) for each in numbers.iloc[highest]]
            records.append(
                {
                    "role": use.role(bool(necessary)),
                    "direction": (1 if signs == {len(bits) - 1} else -1 if signs == {0} else 0) * turned,
                    "evidence": f"{evidence_of(use, solution)}. Necessity consistency of {largest} {fit[0]:.3f} "
                    f"(RoN {fit[1]:.3f}); cutoff {self.necessity_cutoff:g}.",
                    "values": len(bits),
                    "values_in_paths": ", ".join(literals[value] for value in sorted(used)),
                    "paths": len(use.paths),
                    "most_necessary_value": largest,
                    "necessity_consistency": fit[0],
                    "relevance": fit[1],
                    "necessity_coverage": fit[2],
                    "model_share": use.model_share,
                }
            )
        return pd.DataFrame(records, index=pd.Index(table.names, name="condition", dtype=str))
