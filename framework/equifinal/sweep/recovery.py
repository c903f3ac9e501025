"""How much of a Boolean truth a method's paths recover."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from equifinal.sets import Expression
from equifinal.sweep.truth import Models, Path


def paths_of(expressions: Iterable[Any]) -> frozenset[Path]:
    """Conjunctions as paths; what is missing, constant or no conjunction is left out.

    >>> sorted(map(sorted, paths_of(["A*~B", "1"])))
    [[('A', True), ('B', False)]]
    """
    found = [Expression(text).literals for text in expressions if isinstance(text, str)]
    return frozenset(frozenset(literals.items()) for literals in found if literals)


def is_submodel(found: Iterable[Path], truth: Iterable[Path]) -> bool:
    """Whether all that a model claims is true: each of its paths is part of a true path of its own.

    So every condition that it calls relevant is, those that it puts into one path are in one path, and those that it puts into
    different paths are in different ones: the submodel relation by which Baumgartner & Thiem (2020) and Baumgartner & Falk
    (2024) call a model correct. A model that says less than the truth is correct; one that says it in another syntax, too.

    >>> truth = paths_of(["A*B", "C*D"])
    >>> [is_submodel(paths_of(model), truth) for model in (["A", "C*D"], ["A", "B"], ["A*C"])]
    [True, False, False]
    """
    return _fit(list(found), list(truth))


def _fit(found: Sequence[Path], truth: Sequence[Path]) -> bool:
    if not found:
        return True
    first, *rest = found
    return any(
        first <= path and _fit(rest, [*truth[:number], *truth[number + 1 :]]) for number, path in enumerate(truth)
    )


def recovery(configurations: pd.DataFrame, models: Models) -> dict[str, bool]:
    """Whether a method found no path, a correct model, the whole truth: a row of a trial."""
    found = paths_of(configurations["expression"])
    return {
        "empty": not found,
        "correct": bool(found) and any(is_submodel(found, model) for model in models),
        "complete": any(found == model for model in models),
    }
