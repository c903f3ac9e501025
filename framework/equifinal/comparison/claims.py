"""What an answer asserts or denies, and in which worlds what it asserts would be missing.

What decides is what the answer says, not what the study expects. A kind of proposition that a plugin brings counts like the
built-in one that it derives from, or whose arguments it has.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

from equifinal.base.words import DECIDED
from equifinal.comparison.worlds import (
    AdditiveResidualsPermuted,
    ConditionPermuted,
    EachConditionPermuted,
    OnePath,
    OutcomePermuted,
    Own,
    World,
)
from equifinal.method.analysis import Method
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Equifinal, Influence, Joint, Key, Proposition

#: How a method's answers are to be read: of sets and paths, or of how scores vary together.
Reading: TypeAlias = Literal["set-theoretic", "covariation"]


def reading_of(method: Method) -> Reading:
    """How a method's answers are to be read: as its class attribute ``reading`` says; else of paths where it has any, or scores."""
    stated: Reading | None = getattr(method, "reading", None)
    return stated or ("set-theoretic" if method.sufficient_paths else "covariation")


def asserting(proposition: Proposition, method: Method) -> tuple[str, ...]:
    """The answers with which a method asserts a relation; with another decided answer it denies one."""
    if isinstance(proposition, (Influence, Key)):
        return DECIDED
    if isinstance(proposition, Joint) and reading_of(method) == "covariation":
        return DECIDED
    affirmative = bool(getattr(proposition, "expect", True))
    if isinstance(proposition, Equifinal) and getattr(proposition, "at_most", None) is not None:
        affirmative = not affirmative
    return ("supported",) if affirmative else ("contradicted",)


def parts(proposition: Proposition) -> tuple[Proposition, ...]:
    """The claims that make up a claim: exactly so many paths are at least so many and at most so many."""
    count = getattr(proposition, "exactly", None) if isinstance(proposition, Equifinal) else None
    if count is None:
        return (proposition,)
    said = {"exactly": None, "at_least": None, "at_most": None}
    return (
        proposition.model_copy(update=said | {"at_least": count}),
        proposition.model_copy(update=said | {"at_most": count}),
    )


def brings_worlds(proposition: Proposition) -> bool:
    """Whether its kind says itself in which worlds the relation is missing."""
    return type(proposition).worlds is not Proposition.worlds


def worlds_without(
    proposition: Proposition, method: Method, calibrated: CalibratedStudy, strongest_path: Callable[[], str | None]
) -> list[World]:
    """The kinds of worlds in which the relation is missing; the largest share over them counts.

    Parameters
    ----------
    proposition, method
        What was claimed, and who asserts it.
    calibrated
        The cases.
    strongest_path
        Asked for a claim about paths: the expression of the method's strongest path, ``None`` without any.
    """
    if brings_worlds(proposition):
        return [Own(proposition.id, proposition)]
    condition, conditions = getattr(proposition, "condition", None), getattr(proposition, "conditions", ())
    if isinstance(proposition, Joint) and reading_of(method) == "covariation":
        return [AdditiveResidualsPermuted()]
    if named := [name for name in (condition, *conditions) if name is not None]:
        return [ConditionPermuted.of(name, calibrated) for name in named]
    if not method.uses_outcome:
        return [EachConditionPermuted()]
    if isinstance(proposition, Equifinal) and (path := strongest_path()):
        return [OnePath(path), OutcomePermuted()]
    return [OutcomePermuted()]
