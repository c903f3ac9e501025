"""From what a user passes in to the analysis that a figure draws."""

from collections.abc import Callable
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.errors import did_you_mean
from equifinal_output.figures.style import short
from equifinal_output.words import names


def analysis_of(
    source: Any, method: str | None, has: Callable[[eq.Analysis], bool], what: str, whose: str
) -> tuple[str, eq.Analysis]:
    """The label and the analysis to draw.

    Parameters
    ----------
    source
        A comparison or an analysis.
    method
        The label in the comparison; ``None`` takes the first analysis that has what is drawn.
    has
        Whether an analysis has it.
    what, whose
        What is drawn, and which kind of method has it, for the message.

    Raises
    ------
    equifinal.InputError
        When there is no such method, or it lacks what is drawn.
    """
    if isinstance(source, eq.Analysis):
        label, analysis = source.method.name, source
    elif not isinstance(source, eq.Comparison):
        raise eq.InputError(f"This figure is drawn of a comparison or an analysis, not of {type(source).__name__}.")
    elif method is None:
        found = next(((label, each) for label, each in source.analyses.items() if has(each)), None)
        if found is None:
            raise eq.InputError(f"No method of study {source.study.name!r} has {what} to draw; {whose}.")
        return found
    elif method in source.failures:
        raise eq.InputError(f"Method {method!r} failed, so there is nothing to draw: {source.failures[method]}")
    elif method not in source.analyses:
        raise eq.InputError(f"The comparison has no method {method!r}. {did_you_mean(method, source.analyses)}")
    else:
        label, analysis = method, source.analyses[method]
    if not has(analysis):
        raise eq.InputError(f"Method {label!r} has no {what} to draw; {whose}.")
    return label, analysis


def has_table(name: str, *columns: str) -> Callable[[eq.Analysis], bool]:
    """Whether an analysis has a table of that name with these columns and at least one row."""

    def has(analysis: eq.Analysis) -> bool:
        table = analysis.tables.get(name)
        return table is not None and len(table) > 0 and set(columns) <= set(table.columns)

    return has


def with_table(
    source: Any, method: str | None, name: str, columns: tuple[str, ...], whose: str
) -> tuple[str, eq.Analysis, pd.DataFrame]:
    """The label, the analysis, and its table of that name; see :func:`analysis_of`."""
    label, analysis = analysis_of(source, method, has_table(name, *columns), f"table {name!r}", whose)
    return label, analysis, analysis.tables[name]


def comparison_of(source: Any) -> eq.Comparison:
    """The comparison passed in; anything else is an error in words."""
    if not isinstance(source, eq.Comparison):
        raise eq.InputError(
            f"This figure is drawn of a comparison, as equifinal.compare(run) returns it, not of {type(source).__name__}."
        )
    return source


def study_of(source: Any) -> eq.CalibratedStudy:
    """The calibrated study of a comparison, or the study passed in."""
    if isinstance(source, eq.Comparison):
        return source.calibrated
    if isinstance(source, eq.CalibratedStudy):
        return source
    if isinstance(source, eq.Study):
        return source.calibrate()
    raise eq.InputError(f"This figure is drawn of a comparison or a study, not of {type(source).__name__}.")


def labelled(variable: eq.Variable, most: int | None = None) -> str:
    """Label and name of a set, once where they are the same; a label that is too long is cut, a name never is."""
    if variable.label == variable.name or most is None:
        return names.labelled(variable)
    return f"{short(variable.label, max(most - len(variable.name) - 3, 8))} ({variable.name})"


def interval_share(analysis: eq.Analysis) -> str:
    """``"95 % "`` when the method states the level of its intervals, else nothing."""
    alpha = analysis.method.parameters().get("alpha")
    return f"{100 * (1 - alpha):g} % " if isinstance(alpha, float) else ""
