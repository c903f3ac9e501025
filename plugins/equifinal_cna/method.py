"""The methods cna and mvcna."""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

import equifinal as eq
from equifinal.errors import listing
from equifinal_cna import tables
from equifinal_cna.budget import Budget
from equifinal_cna.coincidences import coincidences, levels_of, possible_causes
from equifinal_cna.factors import Factors
from equifinal_cna.solutions import Solutions, Thresholds, solve
from equifinal_cna.verdicts import verdict


class CNA(eq.Method):
    """Coincidence analysis: which conditions make a difference to the outcome, in all models free of redundancies.

    A conjunction is *minimally sufficient* when its consistency reaches the cutoff and that of none of its parts does. A model
    (an atomic solution) is a disjunction of such conjunctions that reaches both cutoffs and would not cover enough
    without any of its disjuncts. All models are found. Unlike QCA there is no truth table, and nothing is assumed of
    configurations that no case has (Baumgartner & Ambühl 2020).

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_cna import CNA
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> analysis = CNA(coverage_cutoff=0.7).analyze(study, np.random.default_rng(0))
    >>> analysis.tables["models"].index.tolist()
    ['LEAD*FIN', 'LEAD*HUM']
    """

    name = "cna"
    family = "cna"
    title = "Coincidence analysis (CNA)"
    reference = (
        "Baumgartner, M. & Ambühl, M. (2020). Causal modeling with multi-value and fuzzy-set Coincidence Analysis. Political "
        "Science Research and Methods 8(3), 526-542."
    )
    sufficient_paths = True
    by_default = False

    consistency_cutoff: float = Field(
        0.8, ge=0, le=1, description="The consistency from which a conjunction is sufficient, and a model consistent."
    )
    coverage_cutoff: float = Field(0.8, ge=0, le=1, description="The coverage from which a model is necessary.")
    scale: Literal["fuzzy", "crisp"] = Field(
        "fuzzy", description="Memberships as they are, or in and out; a case at exactly 0.5 is neither and left out."
    )
    max_literals: int = Field(3, ge=1, description="The most literals of a path.")
    max_paths: int = Field(4, ge=1, description="The most paths of a model.")
    max_complexity: int = Field(10, ge=1, description="The most literals of a model.")
    outcomes: tuple[str, ...] = Field(
        (), description="Conditions, or their absences, to explain as well: for complex solutions."
    )
    ordering: tuple[tuple[str, ...], ...] = Field(
        (),
        description="Levels of sets, causes first: a set is no cause of one on an earlier level.",
    )
    strict: bool = Field(False, description="Sets on one level of the ordering are no causes of each other.")
    seconds: float | None = Field(
        10.0, gt=0, description="The time that the search may take; a note says when it was not enough."
    )

    def values(self, calibrated: eq.CalibratedStudy) -> pd.DataFrame:
        """Memberships in the conditions and the outcome; missing where the method cannot say."""
        calibrated.require_memberships(self.title)
        frame: pd.DataFrame = getattr(calibrated, self.scale)
        return frame[[*calibrated.condition_names, calibrated.outcome.name]]

    def _multivalue(self) -> tuple[str, ...]:
        """The conditions whose whole numbers are values and not memberships."""
        return ()

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Find all models. See :meth:`equifinal.Method.analyze`.

        Raises
        ------
        InputError
            When ``outcomes`` or ``ordering`` name sets that the study does not have.
        """
        frame = self.values(calibrated)
        solutions = self._solve(calibrated)
        configurations = tables.configurations_table(solutions, frame.dropna().index)
        conditions = Factors.of(frame[list(calibrated.condition_names)], self._multivalue())
        further, notes = self._several_outcomes(calibrated) if self.outcomes else ({}, [])
        return eq.Analysis(
            method=self,
            conditions=tables.conditions_table(calibrated.condition_names, solutions),
            configurations=configurations,
            cases=tables.cases_table(conditions, frame.index, list(configurations.index)),
            fit=tables.fit_of(solutions),
            tables={
                "models": solutions.model_table(),
                "sufficient_conditions": solutions.sufficient_table(),
                **further,
            },
            notes=tables.notes_of(solutions, self.seconds, frame.index[frame.isna().any(axis=1)]) + notes,
            native=solutions,
        )

    def refit(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Only the models of the outcome. See :meth:`equifinal.Method.refit`."""
        return eq.Analysis.for_prediction(self, self._solve(calibrated))

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """Membership of the cases in the shown model. See :meth:`equifinal.Method.predict`."""
        best = analysis.native.best
        factors = Factors.of(self.values(calibrated)[list(calibrated.condition_names)], self._multivalue())
        terms = [term.split("*") for term in best.terms] if best else []
        return pd.Series(factors.membership(terms), index=calibrated.cases, name="predicted")

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge a claim, as :mod:`~equifinal_cna.verdicts` says. See :meth:`equifinal.Method.assess`."""
        return verdict(proposition, analysis.native, self._sets(calibrated), self.consistency_cutoff)

    def _sets(self, calibrated: eq.CalibratedStudy) -> pd.DataFrame:
        """The analysed cases' memberships in what a claim can name."""
        return self.values(calibrated).dropna()

    def _thresholds(self) -> Thresholds:
        return Thresholds(
            self.consistency_cutoff, self.coverage_cutoff, self.max_literals, self.max_paths, self.max_complexity
        )

    def _solve(self, calibrated: eq.CalibratedStudy) -> Solutions:
        factors = Factors.of(self.values(calibrated).dropna(), self._multivalue())
        name = calibrated.outcome.name
        try:
            levels = levels_of(self.ordering, factors.names)
        except eq.InputError as error:
            raise eq.InputError(f"Study {calibrated.name!r}, {self.name}: {error}") from None
        causes = possible_causes(factors, name, levels, self.strict)
        y = factors.memberships[:, factors.places[name]]
        return solve(factors, name, causes, y, self._thresholds(), Budget(self.seconds))

    def _several_outcomes(self, calibrated: eq.CalibratedStudy) -> tuple[dict[str, pd.DataFrame], list[str]]:
        """The atomic and complex solutions of the outcome and the further ones."""
        try:
            found = coincidences(
                self.values(calibrated).dropna(),
                [calibrated.outcome.name, *self.outcomes],
                self.consistency_cutoff,
                self.coverage_cutoff,
                multivalue=self._multivalue(),
                ordering=self.ordering,
                strict=self.strict,
                max_literals=self.max_literals,
                max_paths=self.max_paths,
                max_complexity=self.max_complexity,
                seconds=self.seconds,
            )
        except eq.InputError as error:
            raise eq.InputError(f"Study {calibrated.name!r}, {self.name}: {error}") from None
        note = "The search for solutions of several outcomes was not finished: there may be more than those listed."
        return {"atomic_solutions": found.atomic, "complex_solutions": found.complex}, [] if found.finished else [note]


class MultiValueCNA(CNA):
    """Coincidence analysis with conditions of several ordered values, A[0], A[1], A[2], ...

    The other conditions are the study's dichotomies, A[0] and A[1], and the outcome is a dichotomy as well.
    """

    name = "mvcna"
    title = "Multi-value coincidence analysis (mvCNA)"
    sufficient_paths = False  # its paths are made of values, and advice speaks of memberships

    scale: Literal["crisp"] = Field("crisp", description="In and out, for the sets without thresholds.")
    thresholds: eq.ValueThresholds

    def values(self, calibrated: eq.CalibratedStudy) -> pd.DataFrame:
        """The values of the conditions, 0, 1, 2, ..., and the outcome in or out; missing at exactly 0.5 in a dichotomy."""
        values = eq.values_by_thresholds(calibrated, self.thresholds, self.title)
        outcome = calibrated.outcome.name
        return values.assign(**{outcome: calibrated.crisp[outcome]})

    def _multivalue(self) -> tuple[str, ...]:
        return tuple(self.thresholds)

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """As in ``cna``, but a claim names sets, which a condition of several values is not: then it is silent."""
        named = [getattr(proposition, "condition", None), *getattr(proposition, "conditions", ())]
        expression = getattr(proposition, "expression", None)
        named += eq.Expression(expression).sets if expression else ()
        if several := [name for name in self.thresholds if name in named]:
            return eq.Verdict("silent", f"The claim names sets, and {listing(several)} has values here.")
        return super().assess(analysis, proposition, calibrated)
