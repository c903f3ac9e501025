"""Propositions: what a study claims, and how a method answers.

A study states propositions, each with a claim. Every method answers ``supported``, ``contradicted``, ``inconclusive`` or
``silent``; silent means that it has nothing to say about such a claim. The kinds below are registered through the hook
``equifinal_propositions``, as a plugin's would be.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

import pandas as pd
import pydantic

from equifinal.base.spelling import label, set_name
from equifinal.base.words import SIGNS, Answer
from equifinal.errors import InputError, did_you_mean, explain
from equifinal.plugin.extension import has_body
from equifinal.plugin.hookspecs import API_VERSION, hookimpl
from equifinal.sets import Expression

if TYPE_CHECKING:
    from equifinal.plugin.records import Entry


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

    def judge(self, importance: pd.DataFrame | None) -> Verdict | None:
        """Answer from the common yardstick alone, in the same way for every method; ``None`` (the default) leaves it to the method.

        Parameters
        ----------
        importance
            Permutation importances, one row per condition with columns ``importance`` and ``sd``; ``None`` for a method
            that cannot predict.
        """
        return None

    def check(self, where: str, sets: list[str], conditions: list[str], cases: list[str]) -> None:
        """Raise an :class:`InputError`, starting with `where`, when the claim names a set or case that the study does not have."""
        for text in (self.where, getattr(self, "expression", None)):
            if text is not None:
                Expression(text).require(sets, where)
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
    expect: bool = pydantic.Field(default=True, description="False claims that it is not.")


class Sufficient(Proposition):
    """The expression is (or, with ``expect = false``, is not) sufficient for the outcome."""

    claim = "sufficient"
    expression: ExpressionText = pydantic.Field(description="A set, or sets joined by * (and), + (or), ~ (not).")
    expect: bool = pydantic.Field(default=True, description="False claims that it is not.")


class Influence(Proposition):
    """The condition raises (``sign = 1``) or lowers (``sign = -1``) the outcome."""

    claim = "influence"
    condition: str = pydantic.Field(description="The condition.")
    sign: Literal[1, -1] = pydantic.Field(default=1, description="1: it raises the outcome; -1: it lowers it.")


class Joint(Proposition):
    """The conditions work together: they are part of one path, or interact."""

    claim = "joint"
    conditions: tuple[str, ...] = pydantic.Field(min_length=2, description="Two conditions or more.")


class Key(Proposition):
    """The conditions matter more than all others, by permutation importance on the common yardstick."""

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

        Supported when the former exceeds the latter by more than its own standard deviation over the permutations,
        contradicted when the latter exceeds the former by more than its own.
        """
        if importance is None or importance["importance"].isna().any():
            return Verdict("silent", evidence="Permutation importances could not be computed.")
        listed = importance.loc[list(self.conditions)].sort_values("importance", kind="stable").iloc[0]
        rest = importance.drop(index=list(self.conditions)).sort_values("importance", kind="stable").iloc[-1]
        gap = float(listed["importance"] - rest["importance"])
        above, below = (listed, rest) if gap > 0 else (rest, listed)
        more = "more" if abs(gap) > above["sd"] else "not more"
        evidence = (
            f"Rise in mean absolute error when permuted: {listed.name}, the least important of the key conditions, "
            f"{listed['importance']:.4f}; {rest.name}, the most important of the others, {rest['importance']:.4f}; "
            + (
                f"{above.name} exceeds {below.name} by {abs(gap):.4f}, {more} than its own SD of {above['sd']:.4f}."
                if gap
                else "neither exceeds the other."
            )
        )
        numbers = {"gap": gap, "sd_listed": float(listed["sd"]), "sd_other": float(rest["sd"])}
        if gap > listed["sd"]:
            return Verdict("supported", evidence, numbers)
        if -gap > rest["sd"]:
            return Verdict("contradicted", evidence, numbers)
        return Verdict("inconclusive", evidence, numbers)


class Equifinal(Proposition):
    """There are at least so many paths to the outcome."""

    claim = "equifinal"
    at_least: int = pydantic.Field(default=2, ge=1, description="How many paths.")


class Together(Proposition):
    """The cases belong together: they share a path, or a cluster."""

    claim = "together"
    cases: tuple[str, ...] = pydantic.Field(min_length=2, description="Two cases or more.")


equifinal_api = API_VERSION


@hookimpl
def equifinal_propositions() -> list[type[Proposition]]:
    return [Necessary, Sufficient, Influence, Joint, Key, Equifinal, Together]


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
