"""How much an effect size hangs on single cases."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from equifinal import InputError
from equifinal_nca.ceiling import CEILINGS, TOLERANCE, Ceiling, Ceilings, Scope, ceilings, effect_size


def outliers(
    x: ArrayLike,
    y: ArrayLike,
    scope: Scope | None = None,
    ceiling: Ceiling = "ce-fdh",
    cases: Sequence[str] | None = None,
    quantile: float = 0.95,
) -> pd.DataFrame:
    """The effect size without each single case (Dul 2021, ch. 3), of the cases whose absence changes it.

    A ceiling rests on few cases, so one wrong or foreign score can make or unmake a necessary condition. Without a theoretical
    scope the scope is that of the remaining cases.

    Parameters
    ----------
    x, y, scope, quantile
        As for :func:`ceilings`.
    ceiling
        Any ceiling of :func:`ceilings`.
    cases
        Names, as many as scores; by default 0, 1, 2, ...

    Returns
    -------
    pandas.DataFrame
        By case, the largest change first: ``effect_size`` of all cases, ``without`` the case, ``change`` (``without`` minus
        ``effect_size``) and ``change_percent`` of ``effect_size``. NaN where d is undefined without the case.

    Raises
    ------
    InputError
        As :func:`ceilings`; when there are not as many names as scores.

    Examples
    --------
    Without b the steps (0, 1) and (4, 4) leave 4 × 3 of 4 × 3.

    >>> outliers([0, 2, 4, 4], [1, 3, 4, 2], cases=["a", "b", "c", "d"]).round(3).loc["b"].tolist()
    [0.667, 1.0, 0.333, 50.0]
    """
    plane = ceilings(x, y, scope, (ceiling,), quantile)
    names = list(range(len(plane.x))) if cases is None else list(cases)
    if len(names) != len(plane.x):
        raise InputError(f"There are {len(names)} names of cases for {len(plane.x)} scores. Give one for each.")
    rows, figures = without_each(plane, ceiling, (scope is not None, scope is not None))
    return pd.DataFrame(figures, index=pd.Index([names[row] for row in rows], name="case"))


def without_each(
    plane: Ceilings, ceiling: Ceiling, fixed: tuple[bool, bool]
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.float64]]]:
    """The positions of the cases and the columns of the table. `fixed`: whether the bounds of condition and outcome stay."""
    size = plane.effect_size[ceiling]
    possible = len(plane.x) > 1 and np.isfinite(size)
    able = _able(plane, ceiling) if possible else np.empty(0, dtype=np.intp)
    without = np.array([_without(plane, ceiling, case, fixed) for case in able], dtype=float)
    change = without - size
    order = np.argsort(-np.abs(change), kind="stable")  # NaN comes last
    order = order[~(np.abs(change[order]) <= TOLERANCE)]
    share = 100 * change[order] / size if size > 0 else np.full(len(order), np.nan)
    return able[order], {
        "effect_size": np.full(len(order), size),
        "without": without[order],
        "change": change[order],
        "change_percent": share,
    }


def _able(plane: Ceilings, ceiling: Ceiling) -> NDArray[np.intp]:
    """The cases that can change the effect size: all, but for CE-FDH, CR-FDH and C-LP only peers and bounds of the scope."""
    if ceiling not in (*CEILINGS, "c-lp"):
        return np.arange(len(plane.x))
    able = (plane.x[:, None] == plane.peers[:, 0]) & (plane.y[:, None] == plane.peers[:, 1])
    bounds = [np.isin(scores, (scores.min(), scores.max())) for scores in (plane.x, plane.y)]
    return np.flatnonzero(able.any(axis=1) | bounds[0] | bounds[1])


def _without(plane: Ceilings, ceiling: Ceiling, case: int, fixed: tuple[bool, bool]) -> float:
    x, y = np.delete(plane.x, case), np.delete(plane.y, case)
    across = plane.scope[:2] if fixed[0] else (x.min(), x.max())
    up = plane.scope[2:] if fixed[1] else (y.min(), y.max())
    return effect_size(x, y, Scope(*across, *up), ceiling, plane.quantile)
