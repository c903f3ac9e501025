"""Fuzzy-set algebra: expressions, and the parameters of fit.

A membership is a number from 0 to 1. NOT is ``1 - x``, AND the minimum, OR the maximum (Zadeh 1965; Ragin 2008).
In expressions ``~`` negates, ``*`` is AND and ``+`` is OR, as in ``LEAD*~FIN + DEM``.
"""

import ast
import unicodedata
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from equifinal.errors import InputError, did_you_mean

Floats = NDArray[np.float64]

#: Operators as papers print them, and line breaks within an expression.
_PRINTED = str.maketrans(
    dict.fromkeys("∼˜～¬", "~")
    | dict.fromkeys("∗×·⋅•＊∧∩", "*")
    | dict.fromkeys("＋∨∪", "+")
    | dict.fromkeys("\n\r\u2028", " ")
)


# ---------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True)
class Expression:
    """A set-theoretic expression such as ``"LEAD*(DEM + ~FIN)"``.

    Python's own grammar reads it: ``~`` binds tightest, then ``*``, then ``+``, and parentheses group. The
    constants ``1`` (every case) and ``0`` (no case) are allowed.

    Parameters
    ----------
    text
        The expression.

    Raises
    ------
    InputError
        When the text is not such an expression; the message says what was found.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal.sets import Expression
    >>> frame = pd.DataFrame({"A": [0.2, 0.9], "B": [0.7, 0.4]}, index=["u", "v"])
    >>> Expression("A*~B").membership(frame).tolist()
    [0.2, 0.6]
    >>> Expression("A + B").sets
    ('A', 'B')
    """

    text: str
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise InputError("An expression is empty. Write set names joined by * (and), + (or) and ~ (not).")
        object.__setattr__(self, "text", self.typed(self.text))
        object.__setattr__(self, "_tree", _parsed(self.text))

    @staticmethod
    def typed(text: str) -> str:
        """The expression with the signs of a keyboard: operators as papers print them, compatibility letters, line breaks.

        >>> Expression.typed("¬LEAD · ＦＩＮ ∨ DEM")
        '~LEAD * FIN + DEM'
        """
        return unicodedata.normalize("NFKC", text.translate(_PRINTED)) if not text.isascii() or "\n" in text else text

    def __reduce__(self) -> tuple[type["Expression"], tuple[str]]:
        return Expression, (self.text,)

    def __str__(self) -> str:
        return self.text

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of its sets, in order of first appearance."""
        names = sorted(
            (node for node in ast.walk(self._tree) if isinstance(node, ast.Name)), key=lambda node: node.col_offset
        )
        return tuple(dict.fromkeys(node.id for node in names))

    @property
    def literals(self) -> dict[str, bool] | None:
        """Whether each set of a conjunction is to be present (True) or absent (False); ``None`` if it is not a conjunction.

        >>> Expression("LEAD*~FIN").literals
        {'LEAD': True, 'FIN': False}
        """
        return _literals(self._tree)

    def require(self, known: Collection[str], where: str = "") -> None:
        """Raise an :class:`InputError`, its message starting with `where`, when a set is not among the `known` ones."""
        for name in self.sets:
            if name not in known:
                raise InputError(
                    f"{where}The expression {self.text!r} names the set {name!r}, which does not exist. "
                    f"{did_you_mean(name, known)}"
                )

    def membership(self, frame: pd.DataFrame) -> pd.Series:
        """Membership of every case in the expression.

        Parameters
        ----------
        frame
            One row per case, one column per set, memberships from 0 to 1. Missing values stay missing.

        Returns
        -------
        pandas.Series
            Memberships, 0 to 1, with the frame's index; the expression is its name.
        """
        self.require(list(frame.columns))
        columns = {name: frame[name].to_numpy(dtype=float) for name in self.sets}
        return pd.Series(self.of(columns, len(frame)).copy(), index=frame.index, name=self.text)

    def of(self, columns: Mapping[str, Floats], count: int) -> Floats:
        """The same from arrays, for many calls.

        Parameters
        ----------
        columns
            By set, the memberships of the cases, shape (n,); sets that the expression does not name are passed over.
        count
            How many cases there are, n.

        Returns
        -------
        numpy.ndarray of shape (n,)

        Examples
        --------
        >>> import numpy as np
        >>> Expression("A*~B").of({"A": np.array([0.2, 0.9]), "B": np.array([0.7, 0.4])}, 2).tolist()
        [0.2, 0.6]
        """
        values: Floats = np.broadcast_to(_evaluate(self._tree, columns.__getitem__), (count,))
        return values


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # about Python, which an expression is not
            tree = ast.parse(text.strip(), mode="eval").body
        _check(tree, text)
    except InputError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(
            f"The expression {text!r} cannot be read. "
            "Write set names joined by * (and), + (or) and ~ (not), with parentheses, as in 'A*~B + C'."
        ) from None
    return tree


def _check(node: ast.expr, text: str) -> None:
    match node:
        case ast.Name():
            return
        case ast.Constant(value=value) if type(value) is int and value in (0, 1):
            return
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return _check(operand, text)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add(), right=right):
            _check(left, text)
            return _check(right, text)
    raise InputError(
        f"In the expression {text!r}, {ast.unparse(node)!r} is not allowed. "
        "Only set names, * (and), + (or), ~ (not) and parentheses are."
    )


def _literals(node: ast.expr) -> dict[str, bool] | None:
    match node:
        case ast.Name(id=name):
            return {name: True}
        case ast.UnaryOp(operand=ast.Name(id=name)):
            return {name: False}
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            first, second = _literals(left), _literals(right)
            if first is None or second is None or any(first[name] != second[name] for name in first.keys() & second):
                return None
            return first | second
    return None


def _evaluate(node: ast.expr, values_of: Callable[[str], Floats]) -> Any:
    match node:
        case ast.Name(id=name):
            return values_of(name)
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.UnaryOp(operand=operand):
            return 1.0 - _evaluate(operand, values_of)
        case ast.BinOp(left=left, op=operator, right=right):
            combine = np.minimum if isinstance(operator, ast.Mult) else np.maximum
            return combine(_evaluate(left, values_of), _evaluate(right, values_of))
    raise AssertionError(node)  # _check let nothing else through


# ------------------------------------------------------------------------------------------ parameters of fit
#
# Every function takes x, the memberships in one set (n,) or in m sets (n, m), and y, the memberships in the outcome
# (n,). It returns one number, or m of them. A denominator of 0 gives NaN.


def _both(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    sets, outcome = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return sets, outcome if sets.ndim == 1 else outcome[:, np.newaxis]


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Any:
    """Quotient of two numbers or arrays; NaN where the denominator is 0.

    >>> ratio([1.0, 1.0], [2.0, 0.0]).tolist()
    [0.5, nan]
    """
    # A sum of differences that should be 0 can come out as 1e-17.
    if isinstance(numerator, float) and isinstance(denominator, float):  # the usual case; five times as fast
        return float(numerator / denominator) if abs(denominator) > 1e-12 else np.nan
    numerator, denominator = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    defined = np.abs(denominator) > 1e-12
    if defined.all() and defined.ndim:
        return numerator / denominator
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=defined)
    return float(result) if result.ndim == 0 else result


def consistency(x: ArrayLike, y: ArrayLike) -> Any:
    """Consistency of sufficiency, inclS = Σ min(x, y) / Σ x (Ragin 2006).

    Parameters
    ----------
    x
        Memberships in a set, shape (n,), or in m sets, shape (n, m); 0 to 1.
    y
        Memberships in the outcome, shape (n,).

    Returns
    -------
    float or numpy.ndarray of shape (m,)
        From 0 to 1; NaN when no case has any membership in the set.

    Examples
    --------
    >>> round(consistency([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.7647
    """
    x, y = _both(x, y)
    return ratio(np.minimum(x, y).sum(axis=0), x.sum(axis=0))


def pri(x: ArrayLike, y: ArrayLike) -> Any:
    """Proportional reduction in inconsistency (Schneider & Wagemann 2012, 242), shapes as in :func:`consistency`.

    (Σ min(x, y) - Σ min(x, y, 1-y)) / (Σ x - Σ min(x, y, 1-y)). Low when the set is a subset of the outcome and of
    its negation alike.

    >>> round(pri([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.6
    """
    x, y = _both(x, y)
    with_outcome = np.minimum(x, y)
    with_both = np.minimum(with_outcome, 1.0 - y).sum(axis=0)
    return ratio(with_outcome.sum(axis=0) - with_both, x.sum(axis=0) - with_both)


def coverage(x: ArrayLike, y: ArrayLike) -> Any:
    """Raw coverage, covS = Σ min(x, y) / Σ y (Ragin 2006), shapes as in :func:`consistency`.

    >>> round(coverage([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.8667
    """
    x, y = _both(x, y)
    return ratio(np.minimum(x, y).sum(axis=0), y.sum(axis=0))


def necessity_consistency(x: ArrayLike, y: ArrayLike) -> Any:
    """Consistency of necessity, inclN = Σ min(x, y) / Σ y (Ragin 2006), shapes as in :func:`consistency`.

    >>> round(necessity_consistency([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.8667
    """
    return coverage(x, y)


def relevance(x: ArrayLike, y: ArrayLike) -> Any:
    """Relevance of necessity, RoN = Σ (1-x) / Σ (1 - min(x, y)), shapes as in :func:`consistency`.

    Low when the set is so large that it is trivially necessary (Schneider & Wagemann 2012, 236).

    >>> round(relevance([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.7647
    """
    x, y = _both(x, y)
    return ratio((1.0 - x).sum(axis=0), (1.0 - np.minimum(x, y)).sum(axis=0))


def necessity_coverage(x: ArrayLike, y: ArrayLike) -> Any:
    """Coverage of necessity, covN = Σ min(x, y) / Σ x (Ragin 2006), shapes as in :func:`consistency`.

    >>> round(necessity_coverage([0.2, 0.9, 0.6], [0.4, 0.8, 0.3]), 4)
    0.7647
    """
    return consistency(x, y)
