"""Propositions: what a study claims, and how a method answers.

A study states propositions, each with a claim. Every method answers ``supported``, ``contradicted``, ``inconclusive`` or
``silent``; silent means that it has nothing to say about such a claim. Descriptions, such as ``member`` and ``level``, are
about the cases alone: the study answers them once, no method does. The kinds below are registered through the hook
``equifinal_propositions``, as a plugin's would be.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
import pydantic

from equifinal.base.scalars import check_scalars
from equifinal.base.spelling import label, set_name
from equifinal.base.words import SIGNS, Answer, counted
from equifinal.errors import InputError, did_you_mean, explain, listing
from equifinal.plugin.extension import has_body
from equifinal.plugin.hookspecs import API_VERSION, hookimpl
from equifinal.sets import Expression

if TYPE_CHECKING:
    import numpy as np

    from equifinal.plugin.records import Entry
    from equifinal.study.calibrated import CalibratedStudy

#: Importances closer than this, in memberships, count as equal.
SMALLEST_GAP = 0.005


@dataclass(frozen=True)
class Verdict:
    """A method's answer to a proposition.

    Parameters
    ----------
    answer
        ``"supported"``, ``"contradicted"``, ``"inconclusive"`` or ``"silent"``.
    evidence
        A sentence with the numbers and the thresholds used.
    numbers
        The same numbers by name.
    strength
        How strongly, from 0 up, on one scale for both decided answers of a claim; ``None`` when the method does not say.
        Evidence compares it with the strengths that chance brings about.

    Raises
    ------
    ValueError
        When the answer is not one of the four, or the strength is negative or not a finite number.

    Examples
    --------
    >>> Verdict("supported", evidence="Consistency 0.91 ≥ 0.8.", numbers={"consistency": 0.91}).answer
    'supported'
    """

    offered_by: ClassVar[str] = "equifinal_assess"
    answer: Answer
    evidence: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    strength: float | None = None

    def __post_init__(self) -> None:
        if self.answer not in get_args(Answer):
            raise ValueError(f"A verdict is one of {', '.join(get_args(Answer))}; not {self.answer!r}.")
        if self.strength is not None and not 0 <= self.strength < math.inf:
            raise ValueError(f"The strength of a verdict is a finite number from 0 up, or None; not {self.strength!r}.")

    def _repr_html_(self) -> str:
        from html import escape

        from equifinal.base.html import piece

        said = f"<strong>{SIGNS[self.answer]} {escape(self.answer)}</strong> {escape(self.evidence)}".rstrip()
        return piece(f"<p>{said}</p>")


def _expression(text: str) -> str:
    Expression(text)
    return text


ExpressionText = Annotated[str, pydantic.AfterValidator(_expression)]


class Proposition(pydantic.BaseModel):
    """A proposition. Subclasses are the kinds of propositions; their fields are the arguments, named as in ``study.toml``.

    A new kind defines ``claim``, its fields, and a docstring that says when the claim holds. Fields called ``expression``,
    ``condition``, ``conditions`` and ``cases`` are checked against the study.

    Attributes
    ----------
    claim : str
        What a study writes after ``claim =``.
    id, text, where
        The proposition's identifier, its sentence, and an optional expression that limits the claim to the cases with
        membership above 0.5 in it.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    offered_by: ClassVar[str] = "equifinal_propositions"
    claim: ClassVar[str]
    name: ClassVar[str] = ""
    id: str = pydantic.Field(min_length=1, description="What results call it.")
    text: str = pydantic.Field(default="", description="The sentence.")
    where: ExpressionText | None = pydantic.Field(
        default=None, description="An expression: the claim is about the cases with membership above 0.5 in it."
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if not has_body(cls):
            return
        if not isinstance(getattr(cls, "claim", None), str):
            raise TypeError(
                f'{cls.__name__} has no claim. Write one in the body of the class, without annotation: claim = "my-claim".'
            )
        cls.name = cls.claim

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _nothing_turned_into_another(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        """Refuse what pydantic would convert in silence: ``"no"`` for false, true for 1, a text for a number."""
        check_scalars(value, cls.model_fields[str(info.field_name)].annotation)
        return value

    def judge(self, importance: pd.DataFrame | None) -> Verdict | None:
        """Answer from the common yardstick alone, in the same way for every method; ``None`` (the default) leaves it to the method.

        Parameters
        ----------
        importance
            Importances, one row per condition, in the column ``importance``; ``None`` for a method that cannot predict.
        """
        return None

    def worlds(self, calibrated: "CalibratedStudy", rng: "np.random.Generator") -> "Iterator[CalibratedStudy] | None":
        """Worlds without the relation: the same cases, with what an answer asserts broken and all else kept.

        ``None`` (the default) permutes what the arguments name: ``condition``, or each of ``conditions`` in turn, with score,
        membership and column together; the outcome for other claims.

        Parameters
        ----------
        calibrated
            The cases: a copy of its own each time.
        rng
            The only source of randomness to use. The same worlds come for every method.

        Returns
        -------
        iterator of CalibratedStudy
            One world after the other, as many as are asked for, with cases, sets and columns as they are.
        """
        return None

    def describe(self, calibrated: "CalibratedStudy") -> Verdict:
        """Answer from the cases alone, once for the whole study; no method is then asked. Such a kind is a description."""
        raise NotImplementedError(f"The claim {self.claim!r} is answered by methods, not by the cases alone.")

    @classmethod
    def describes(cls) -> bool:
        """Whether the class defines :meth:`describe`."""
        return cls.describe is not Proposition.describe

    def check(self, where: str, sets: list[str], conditions: list[str], cases: list[str]) -> None:
        """Raise an :class:`InputError`, starting with `where`, when the claim names a set or case that the study does not have.

        The outcome is no set to explain itself by: only the expression of a description may name it.
        """
        for argument in ("where", "expression"):
            text = getattr(self, argument, None)
            if text is not None:
                Expression(text).require(sets, where)
                if argument == "where" or not self.describes():
                    _refuse_outcome(f"{where}{argument} = {text!r}", text, conditions)
        named = [getattr(self, "condition", None), *getattr(self, "conditions", ())]
        for name in named:
            if name is not None and name not in conditions:
                raise InputError(f"{where}{name!r} is not a condition of the study. {did_you_mean(name, conditions)}")
        for several in ("conditions", "cases"):
            given = list(getattr(self, several, ()))
            if repeated := [name for name in given if given.count(name) > 1]:
                raise InputError(f"{where}{several} lists {repeated[0]!r} twice. Leave one out.")
        known = set(cases)
        for case in getattr(self, "cases", ()):
            if case not in known:
                raise InputError(f"{where}there is no case {case!r}. {did_you_mean(case, cases)}")


class Necessary(Proposition):
    """The expression is (or, with ``expect = false``, is not) necessary for the outcome."""

    claim = "necessary"
    expression: ExpressionText = pydantic.Field(description="A set, or sets joined by * (and), + (or), ~ (not).")
    expect: bool = pydantic.Field(default=True, description="Whether it is; false claims that it is not.")


class Sufficient(Proposition):
    """The expression is (or, with ``expect = false``, is not) sufficient for the outcome."""

    claim = "sufficient"
    expression: ExpressionText = pydantic.Field(description="A set, or sets joined by * (and), + (or), ~ (not).")
    expect: bool = pydantic.Field(default=True, description="Whether it is; false claims that it is not.")


class Influence(Proposition):
    """The condition raises (``sign = 1``) or lowers (``sign = -1``) the outcome."""

    claim = "influence"
    condition: str = pydantic.Field(description="The condition.")
    sign: Literal[1, -1] = pydantic.Field(default=1, description="1: it raises the outcome; -1: it lowers it.")


class Joint(Proposition):
    """The conditions work together: as parts of one path (QCA), or as an interaction (regression). Evidence says which."""

    claim = "joint"
    conditions: tuple[str, ...] = pydantic.Field(min_length=2, description="Two conditions or more.")


class Key(Proposition):
    """The conditions matter more than all others, by their importance on the common yardstick."""

    claim = "key"
    conditions: tuple[str, ...] = pydantic.Field(min_length=1, description="Some of the conditions, not all.")

    def check(self, where: str, sets: list[str], conditions: list[str], cases: list[str]) -> None:
        super().check(where, sets, conditions, cases)
        if not set(conditions) - set(self.conditions):
            raise InputError(
                f"{where}it lists every condition of the study, so none is left to matter less. Leave one out."
            )

    def judge(self, importance: pd.DataFrame | None) -> Verdict | None:
        """Compare the least important listed condition with the most important unlisted one.

        Supported when the former exceeds the latter, contradicted when the latter exceeds the former, inconclusive when they
        lie within 0.005 of each other. The strength is their distance.
        """
        if importance is None or importance["importance"].isna().any():
            return Verdict("silent", evidence="Importances could not be computed.")
        rises = dict(zip(importance.index, importance["importance"].tolist(), strict=True))
        ordered = sorted(rises, key=rises.__getitem__)
        least = next(name for name in ordered if name in self.conditions)
        most = next(name for name in reversed(ordered) if name not in self.conditions)
        gap = rises[least] - rises[most]
        evidence = (
            f"Importance: {least}, the least important of the key conditions, {rises[least]:.4f}; "
            f"{most}, the most important of the others, {rises[most]:.4f}; difference {gap:.4f}, "
        )
        answer: Answer
        if abs(gap) <= SMALLEST_GAP:
            answer, evidence = "inconclusive", f"{evidence}within {SMALLEST_GAP:g}."
        else:
            answer = "supported" if gap > 0 else "contradicted"
            evidence = f"{evidence}more than {SMALLEST_GAP:g} either way."
        return Verdict(answer, evidence, {"gap": gap, "smallest_gap": SMALLEST_GAP}, strength=abs(gap))


class Equifinal(Proposition):
    """There are at least, at most or exactly so many paths to the outcome.

    A path counts when its unique coverage, the part of the outcome that no other path covers, reaches ``unique_coverage``.
    """

    claim = "equifinal"
    at_least: int | None = pydantic.Field(
        default=None, ge=1, description="The fewest paths; 2 when no bound is given. Give one of the three bounds."
    )
    at_most: int | None = pydantic.Field(default=None, ge=1, description="The most paths.")
    exactly: int | None = pydantic.Field(default=None, ge=1, description="The number of paths.")
    unique_coverage: float = pydantic.Field(
        default=0.02, ge=0, le=1, description="The unique coverage from which a path counts, 0 to 1."
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _one_bound(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        bounds = [name for name in ("at_least", "at_most", "exactly") if given.get(name) is not None]
        if len(bounds) > 1:
            raise ValueError(f"give one of at_least, at_most and exactly, not {listing(bounds)}")
        return given if bounds else {**given, "at_least": 2}

    @property
    def bounds(self) -> tuple[int, float]:
        """The fewest and the most paths with which the claim holds; infinity for no upper bound."""
        if self.exactly is not None:
            return self.exactly, self.exactly
        return self.at_least or 0, math.inf if self.at_most is None else self.at_most

    @property
    def claimed(self) -> str:
        """The bound in words, ``at least 2``."""
        bounds = {"at least": self.at_least, "at most": self.at_most, "exactly": self.exactly}
        return next(f"{words} {bound}" for words, bound in bounds.items() if bound is not None)

    def holds(self, paths: int) -> bool:
        """Whether so many paths are as claimed."""
        low, high = self.bounds
        return low <= paths <= high


class Together(Proposition):
    """The cases belong together: they share a path, or a cluster."""

    claim = "together"
    cases: tuple[str, ...] = pydantic.Field(min_length=2, description="Two cases or more.")


class Member(Proposition):
    """The cases belong to a set: each has a membership above 0.5 in the expression. A description: the study answers it."""

    claim = "member"
    cases: tuple[str, ...] = pydantic.Field(min_length=1, description="One case or more.")
    expression: ExpressionText = pydantic.Field(
        description="A set, or sets joined by * (and), + (or), ~ (not); the outcome may be one of them."
    )

    def check(self, where: str, sets: list[str], conditions: list[str], cases: list[str]) -> None:
        super().check(where, sets, conditions, cases)
        if self.where is not None:
            raise InputError(f"{where}'where' has no meaning here, as the claim names its cases. Leave it out.")

    def describe(self, calibrated: "CalibratedStudy") -> Verdict:
        """Supported when every named case is more in than out, contradicted when one is more out than in.

        A case at exactly 0.5, or without a membership, is neither: the answer is then inconclusive unless another decides.
        """
        places = [[str(case) for case in calibrated.cases].index(case) for case in self.cases]
        values = Expression(self.expression).membership(calibrated.fuzzy).to_numpy()[places]
        inside = int((values > 0.5).sum())
        evidence = f"{inside} of {len(values)} cases have a membership above 0.5 in {self.expression}"
        others = [case for case, value in zip(self.cases, values, strict=True) if not value > 0.5]
        shown = [f"{case} {values[self.cases.index(case)]:.2f}" for case in others]
        answer: Answer = "supported" if not others else "contradicted" if (values < 0.5).any() else "inconclusive"
        evidence += f"; the others: {listing(shown)}." if others else "."
        return Verdict(answer, evidence.replace(" nan", " not known"), {"inside": inside, "cases": len(values)})


class Level(Proposition):
    """The cases' mean membership in the outcome lies below or above a bound. A description: the study answers it."""

    claim = "level"
    cases: tuple[str, ...] = pydantic.Field(default=(), description="Which cases; not given: all.")
    below: float | None = pydantic.Field(
        default=None, gt=0, le=1, description="Their mean lies below this. Give one of the two."
    )
    above: float | None = pydantic.Field(default=None, ge=0, lt=1, description="Their mean lies above this.")

    @pydantic.model_validator(mode="after")
    def _one_bound(self) -> "Level":
        if (self.below is None) == (self.above is None):
            raise ValueError("give one of below and above, a mean membership from 0 to 1")
        return self

    def describe(self, calibrated: "CalibratedStudy") -> Verdict:
        """Supported when the mean lies on the claimed side, contradicted when it does not; inconclusive without any case."""
        outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy(dtype=float)
        chosen = np.ones(len(outcome), dtype=bool)
        if self.where is not None:
            chosen &= calibrated.membership(self.where) > 0.5
        if self.cases:
            chosen &= np.isin([str(case) for case in calibrated.cases], self.cases)
        inside = f" in {self.where}" if self.where else ""
        if not chosen.any():
            return Verdict("inconclusive", f"None of the cases is{inside}.")
        mean = float(outcome[chosen].mean())
        claimed = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        holds = mean < self.below if self.below is not None else mean > float(self.above or 0)
        evidence = (
            f"Mean membership in {calibrated.outcome.name} of {counted(int(chosen.sum()), 'case')}{inside} {mean:.3f} "
            f"(claimed: {claimed}); {int((outcome[chosen] > 0.5).sum())} of them have it above 0.5."
        )
        return Verdict("supported" if holds else "contradicted", evidence, {"mean": mean, "cases": int(chosen.sum())})


def _refuse_outcome(start: str, text: str, conditions: list[str]) -> None:
    if outside := [name for name in Expression(text).sets if name not in conditions]:
        raise InputError(f"{start} names the outcome {outside[0]!r}, which would explain itself. Name conditions only.")


equifinal_api = API_VERSION


@hookimpl
def equifinal_propositions() -> list[type[Proposition]]:
    return [Necessary, Sufficient, Influence, Joint, Key, Equifinal, Together, Member, Level]


def _in_one_spelling(key: str, value: Any) -> Any:
    """Names of sets and cases as the study has them."""
    if key in ("condition", "conditions"):
        return [set_name(each) for each in value] if isinstance(value, (list, tuple)) else set_name(value)
    if key == "cases":
        return [label(each) for each in value] if isinstance(value, (list, tuple)) else label(value)
    return value


def build_proposition(table: Mapping[str, Any] | Proposition, kinds: Mapping[str, "Entry"], where: str) -> Proposition:
    """Build a proposition from a ``[[proposition]]`` table; `where` starts the message of an :class:`InputError`.

    `kinds` is what :func:`equifinal.propositions` returns.
    """
    if isinstance(table, Proposition):
        return table
    if not isinstance(table, Mapping):
        raise InputError(
            f"{where}a proposition is a Proposition or a table with id, claim and its arguments, not {table!r}."
        )
    arguments = dict(table)
    where = f"{where}proposition {arguments.get('id', '(no id)')}: "
    kind = arguments.pop("claim", None)
    if kind is None:
        raise InputError(f"{where}'claim' is missing, which names the kind of proposition. {did_you_mean('', kinds)}")
    if not isinstance(kind, str) or kind not in kinds:
        raise InputError(f"{where}unknown kind of proposition {kind!r}. {did_you_mean(kind, kinds)}")
    proposition: type[Proposition] = kinds[kind].cls
    try:
        return proposition(**{key: _in_one_spelling(key, value) for key, value in arguments.items()})
    except pydantic.ValidationError as error:
        raise InputError(f"{where}{explain(error, list(proposition.model_fields))}") from None
