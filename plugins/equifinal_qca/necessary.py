"""Necessary conditions: sets that (nearly) contain the outcome."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal_qca.engine.cubes import Floats
from equifinal_qca.inputs import memberships_in, memberships_of, outcome_memberships


def necessity(frame: pd.DataFrame, outcome: str, expressions: Iterable[str] | None = None) -> pd.DataFrame:
    """How close each expression is to being necessary for the outcome.

    Parameters
    ----------
    frame
        One row per case, one column per set, memberships from 0 to 1.
    outcome
        The outcome's column; ``"~Y"`` is the negation of column Y, unless a column has that very name.
    expressions
        The expressions to test, such as ``"A"`` or ``"A + ~B"``. Default: every column but the outcome's, and its negation.

    Returns
    -------
    pandas.DataFrame
        Index: the expressions. Columns: ``consistency`` (inclN = Σ min(x, y) / Σ y), ``relevance`` (RoN = Σ (1-x) /
        Σ (1 - min(x, y)); Schneider & Wagemann 2012) and ``coverage`` (covN = Σ min(x, y) / Σ x), from 0 to 1; NaN where
        a denominator is 0.

    Raises
    ------
    InputError
        For unknown sets, missing values or values outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import necessity
    >>> frame = pd.DataFrame({"A": [0.9, 0.6, 0.2], "Y": [0.8, 0.6, 0.1]})
    >>> necessity(frame, "Y").loc["A"].round(3).tolist()
    [1.0, 0.867, 0.882]
    """
    y = outcome_memberships(frame, outcome)
    if expressions is None:
        names = [str(name) for name in frame.columns if name not in (outcome, outcome.removeprefix("~"))]
        return literals_necessity(np.column_stack([memberships_of(frame, name) for name in names]), y, names)
    if isinstance(expressions, str):
        raise InputError(f"expressions = {expressions!r} is a single text. Give a list of expressions.")
    expressions = list(expressions)
    return _table(memberships_in(frame, expressions), y, expressions)


def literals_necessity(x: Floats, y: Floats, names: Sequence[str]) -> pd.DataFrame:
    """The same for every condition and its negation, from arrays of shape (n, k) and (n,)."""
    return _table(np.hstack([x, 1.0 - x]), y, [*names, *(f"~{name}" for name in names)])


def _table(x: Floats, y: Floats, expressions: Sequence[str]) -> pd.DataFrame:
    numbers = [sets.necessity_consistency(x, y), sets.relevance(x, y), sets.necessity_coverage(x, y)]
    index = pd.Index(expressions, name="expression", dtype=str)
    return pd.DataFrame(np.column_stack(numbers), index=index, columns=["consistency", "relevance", "coverage"])
