"""A scenario: data simulated from a truth that is written down, and so the right answer to each proposition."""

from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from equifinal.plugin.extension import Extension
from equifinal.sets import Expression, Floats
from equifinal.study.propositions import Proposition
from equifinal.study.study import Study
from equifinal.study.variable import Variable
from equifinal.sweep.store import canonical
from equifinal.sweep.truth import (
    NECESSARY,
    NOTHING,
    READINGS,
    SUFFICIENT,
    Models,
    Population,
    Reading,
    Truth,
    models_of_formula,
    truth_of,
)

OUTCOME = "Y"
_CUTOFFS = {"consistency_cutoff": SUFFICIENT[0], "pri_cutoff": SUFFICIENT[1], "necessity_cutoff": NECESSARY[0]}
#: How often a data set is drawn again in which all cases have the outcome, or none has it: nobody would study it.
_DRAWS = 1000
#: Scores of a cause in the population, per number of causes: midpoints, so that none is at exactly 0.5.
_POINTS = {1: 200, 2: 100, 3: 40, 4: 16, 5: 10}


class Scenario(Extension):
    """Simulated data with a known truth, for trials.

    A subclass gives ``name``, and either ``formula``, a Boolean truth over the causes, or :meth:`response`. The rest is
    there: scores from 0 to 100, anchors 20, 50 and 80, the usual propositions, and their truth, which is computed from the
    noiseless population. What else differs is a method to override: :meth:`margins` and :meth:`draw` (how the causes are
    distributed), :meth:`observed` (what a researcher sees of them), :meth:`variable` (how they are calibrated),
    :meth:`propositions`, :meth:`truth_of`.

    Attributes
    ----------
    causes : tuple of str
        What brings about the outcome, and what might. Those that are not among ``conditions`` are hidden from the study.
    conditions : tuple of str
        The conditions of the study.
    formula : str or None
        The Boolean truth, such as ``"A*B + C*D"``: its membership, in hundredths, is the noiseless outcome.
    tuning : bool
        Whether thresholds may be chosen by what happens here. Other scenarios are for testing only.

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> class Either(eq.Scenario):
    ...     '''Either of two conditions is enough.'''
    ...
    ...     name = "either"
    ...     formula = "A + B"
    >>> study = Either().simulate(30, np.random.default_rng(0))
    >>> study.provenance, study.data.shape
    ('simulated', (30, 5))
    >>> Either().truth()["paths-2", "set-theoretic"].right
    'supported'
    """

    offered_by: ClassVar[str] = "equifinal_scenarios"
    causes: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D")
    conditions: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D")
    formula: ClassVar[str | None] = None
    tuning: ClassVar[bool] = False

    noise: float = Field(
        8.0, ge=0, description="SD of what is added to the outcome, in points of its scale of 0 to 100."
    )

    # ------------------------------------------------------------------------------------------------ the data

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Scores of the causes for n cases: independent, with the margins of the scenario, unless overridden."""
        return self.margins(pd.DataFrame(rng.uniform(0, 100, (n, len(self.causes))), columns=list(self.causes)))

    def margins(self, uniform: pd.DataFrame) -> pd.DataFrame:
        """How each cause is distributed, in the data and in the population: made of uniform scores from 0 to 100."""
        return uniform

    def response(self, causes: pd.DataFrame) -> Floats:
        """The noiseless outcome of the causes' scores, shape (n,)."""
        if self.formula is None:
            raise NotImplementedError(f"{type(self).__name__} must give a formula, or define response(self, causes).")
        return 100 * Expression(self.formula).membership(causes / 100).to_numpy()

    def observed(self, causes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        """What the study gets of the causes: a column for each of its conditions, and others that it needs."""
        return causes[list(self.conditions)]

    def variable(self, name: str, expect: Any = None) -> Variable:
        """A set as the study calibrates it; where the anchors are wrong, :meth:`population` must use the right ones."""
        return _right(name, expect)

    def propositions(self) -> list[dict[str, Any]]:
        """What is claimed, whether true or not, as tables of ``study.toml``."""
        return [
            {"id": "raises-A", "claim": "influence", "condition": "A", "text": "A raises Y"},
            {"id": "raises-D", "claim": "influence", "condition": "D", "text": "D raises Y"},
            {"id": "joint-AB", "claim": "joint", "conditions": ["A", "B"], "text": "A and B work together"},
            {"id": "paths-2", "claim": "equifinal", "at_least": 2, "text": "There are at least two paths"},
            {"id": "paths-3", "claim": "equifinal", "at_least": 3, "text": "There are at least three paths"},
            {"id": "necessary-A", "claim": "necessary", "expression": "A", "text": "A is necessary"},
            {"id": "sufficient-AB", "claim": "sufficient", "expression": "A*B", "text": "A with B is sufficient"},
            {"id": "key-AB", "claim": "key", "conditions": ["A", "B"], "text": "A and B matter most"},
        ]

    def simulate(self, n: int, rng: np.random.Generator) -> Study:
        """A study of n simulated cases.

        Cases are drawn again when all have the outcome or none has it: nobody would study them, and no method could.

        Raises
        ------
        InputError
            When n is less than a study needs, or the outcome never varies.
        """
        outcome = self.variable(OUTCOME)
        assert outcome.calibrator is not None
        for _ in range(_DRAWS):
            causes = self.draw(n, rng)
            scores = self.response(causes) + self.noise * rng.standard_normal(n)
            members = outcome.calibrator.fit(pd.Series(scores)).calibrate(pd.Series(scores))
            if (members > 0.5).any() and (members < 0.5).any():
                break
        data = self.observed(causes, rng).assign(**{OUTCOME: scores})
        return Study(
            name=self.name,
            title=f"Simulated: {self.title}",
            provenance="simulated",
            note=f"{n} cases drawn from the scenario {self.label!r}.",
            data=data.set_axis([f"case {number}" for number in range(1, n + 1)]),
            outcome=outcome,
            conditions=[self.variable(name, expect="present") for name in self.conditions],
            propositions=self.propositions(),
            methods={
                "fsqca": _CUTOFFS,
                "csqca": _CUTOFFS,
                "regression-membership": {"method": "regression", "model": "fractional-logit"},
            },
            **self.further(),
        )

    def further(self) -> dict[str, Any]:
        """Further keys of the study, such as the columns with unit and time."""
        return {}

    @property
    def label(self) -> str:
        """The name, and the parameters that are not the default."""
        default = type(self).model_fields
        given = {key: value for key, value in self.parameters().items() if value != default[key].default}
        return self.name + (f"({', '.join(f'{key}={value:g}' for key, value in given.items())})" if given else "")

    @property
    def key(self) -> str:
        """The name and all parameters, as canonical JSON."""
        return canonical([self.name, self.parameters()])

    # ------------------------------------------------------------------------------------------------ the truth

    def population(self) -> Population:
        """Every combination of the causes' scores once, at equal shares of their margins, without noise, with the right anchors."""
        return grid(self)

    def truth_of(self, proposition: Proposition, reading: Reading) -> Truth | None:
        """Which answers to a proposition are not wrong; ``None`` where the scenario has no truth, which is not counted.

        ``eq.Truth.YES``, ``NO`` and ``NEITHER`` are the usual ones.

        Parameters
        ----------
        proposition
            One of the study's.
        reading
            ``"set-theoretic"``, of the paths that bring about the outcome, or ``"covariation"``, of net effects on scores.
        """
        return truth_of(proposition, reading, _population(self))

    def truth(self) -> dict[tuple[str, Reading], Truth]:
        """What is true, by proposition and reading; what has no truth is left out."""
        return dict(_truths(self))

    def slopes(self) -> dict[str, float]:
        """How many points the outcome changes with a point of each condition; empty where the truth is not linear in scores."""
        return dict(_population(self).slopes)

    def is_null(self) -> bool:
        """Whether no condition has anything to do with the outcome, so that a test of any of them should not reject."""
        population = _population(self)
        return all(population.share_of_variance(name) < NOTHING for name in population.conditions)

    def models(self) -> Models:
        """The minimal models of the formula, to see what of it a method recovers; empty where the truth is not Boolean."""
        return () if self.formula is None else _models(self.formula)


def _right(name: str, expect: Any = None) -> Variable:
    anchors = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}
    return Variable(name, expect=expect, calibrate=anchors)


def grid(scenario: Scenario, points: int | None = None) -> Population:
    """The population; `points` scores of each cause, by default as many as there is room for."""
    names = list(scenario.causes)
    count = points or _POINTS.get(len(names), 6)
    scores = 100 * (np.arange(count) + 0.5) / count
    raw = scenario.margins(pd.DataFrame(list(product(scores, repeat=len(names))), columns=names))
    raw[OUTCOME] = scenario.response(raw)
    fuzzy = {}
    for name in raw.columns:
        calibrator = _right(name).calibrator
        assert calibrator is not None
        fuzzy[name] = calibrator.fit(raw[name]).calibrate(raw[name])
    conditions = tuple(name for name in scenario.conditions if name in names)
    return Population(raw, pd.DataFrame(fuzzy), conditions, OUTCOME, scenario.formula)


_models = cache(models_of_formula)


@cache
def _population(scenario: Scenario) -> Population:
    return scenario.population()


@cache
def _truths(scenario: Scenario) -> dict[tuple[str, Reading], Truth]:
    propositions: Sequence[Proposition] = scenario.simulate(100, np.random.default_rng(0)).propositions
    found = {(str(each.id), reading): scenario.truth_of(each, reading) for each in propositions for reading in READINGS}
    return {key: truth for key, truth in found.items() if truth is not None}
