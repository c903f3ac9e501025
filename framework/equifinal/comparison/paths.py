"""Sufficient paths as conjunctions of conditions, and what they say in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from equifinal.comparison.wording import in_a_sentence, listed, spelt
from equifinal.errors import InputError
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy

Literals = Mapping[str, bool]

#: More paths than these are not told one by one in a sentence.
_MOST = 4


def conjunction(text: Any, calibrated: CalibratedStudy) -> Literals | None:
    """A path's literals, if it is a conjunction of calibrated conditions."""
    try:
        literals = Expression(text).literals
    except InputError:
        return None
    known = [name for name in calibrated.condition_names if name in calibrated.fuzzy]
    return literals if literals and all(name in known for name in literals) else None


def membership(path: Literals, calibrated: CalibratedStudy) -> "pd.Series[float]":
    """Each case's membership in a path: the smallest of those in its literals."""
    text = "*".join(name if present else f"~{name}" for name, present in path.items())
    return Expression(text).membership(calibrated.fuzzy).astype(float)


def in_words(literal: tuple[str, bool], calibrated: CalibratedStudy) -> str:
    """A literal within a sentence: the condition's label, or that it is absent."""
    name, present = literal
    label = in_a_sentence(calibrated.variable(name).label, name)
    return label if present else f"no {label}"


def verb_and_combination(paths: Sequence[Literals], calibrated: CalibratedStudy) -> tuple[str, str]:
    """What cases in some path do: ``("combine", "a and b with c or d")``, or ``("have", "a or b")``."""
    said = [[in_words(literal, calibrated) for literal in path.items()] for path in paths]
    if all(len(each) == 1 for each in said):
        return "have", listed([each[0] for each in said], "or")
    if len(paths) == 1:
        return "combine", listed(said[0])
    if len(paths) > _MOST:
        sizes = [float((membership(path, calibrated) > 0.5).sum()) for path in paths]
        largest = said[int(np.argmax(sizes))]
        return "show", f"one of {spelt(len(paths))} combinations (the one with most cases: {listed(largest)})"
    shared = [each for each in said[0] if all(each in other for other in said)]
    rests = [[each for each in path if each not in shared] for path in said]
    if not shared or not all(rests):
        return "combine", ", or ".join(map(listed, said))
    if all(len(rest) == 1 for rest in rests):
        return "combine", f"{listed(shared)} with {listed([rest[0] for rest in rests], 'or')}"
    return "combine", f"{listed(shared)} with {', or with '.join(map(listed, rests))}"
