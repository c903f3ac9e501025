"""Algebra of expressions: negate, simplify, expand, factorize, intersect, compare.

An expression such as ``"A*~B + C"`` describes corners of the property space, the configurations in which it holds.
All statements here are about these corners, and exact. :func:`negate` also leaves the memberships of fuzzy
cases as they are, and so does :func:`factorize` unless a product contradicts itself (``A*~A`` is dropped). Simplification
need not: ``A*B + A*~B`` and ``A`` hold in the same corners, yet a
case with membership 0.8 in A and 0.5 in B has 0.5 in the one and 0.8 in the other.
"""

import ast
import warnings
from collections.abc import Sequence

from equifinal import Expression, InputError
from equifinal_qca.engine.cubes import MOST_CONDITIONS, Cube, conjunctions, largest, rows_inside
from equifinal_qca.engine.forms import shortest_forms
from equifinal_qca.engine.implicants import lies_inside
from equifinal_qca.factors import factored


def negate(expression: str) -> str:
    """The negation, written by De Morgan's laws with ``~`` before single sets only.

    It holds for fuzzy memberships too: they are 1 minus those of the expression. :func:`simplify` makes a sum of
    products of it.

    Parameters
    ----------
    expression
        The expression.

    Returns
    -------
    str

    Raises
    ------
    InputError
        When the expression cannot be read. The same holds for every function here.

    Examples
    --------
    >>> from equifinal_qca import negate, simplify
    >>> negate("A*~B + C")
    '(~A + B)*~C'
    >>> simplify(negate("A*~B + C"))
    'B*~C + ~A*~C'
    """
    text, _ = _written(_tree(expression), present=False)
    return text


def simplify(expression: str, conditions: Sequence[str] | None = None) -> str:
    """The shortest sum of products that holds in the same corners: fewest terms, then fewest literals.

    Parameters
    ----------
    expression
        The expression.
    conditions
        The order in which the sets are written; default: of first appearance.

    Returns
    -------
    str
        Terms in alphabetical order; ``"0"`` when it never holds, ``"1"`` when it always does. With several shortest forms
        the first in the alphabet; :func:`minimal_forms` has all.

    Examples
    --------
    >>> from equifinal_qca import simplify
    >>> simplify("A*B + A*~B*C + ~A*B*C")
    'A*B + A*C + B*C'
    >>> simplify("A + ~A")
    '1'
    """
    return minimal_forms(expression, conditions)[0]


def minimal_forms(expression: str, conditions: Sequence[str] | None = None, max_forms: int = 1000) -> tuple[str, ...]:
    """All shortest sums of products that hold in the same corners.

    Parameters
    ----------
    expression, conditions
        As in :func:`simplify`.
    max_forms
        The most forms with the fewest terms to look at. Beyond it some may be missing, and a missing one may have fewer
        literals.

    Returns
    -------
    tuple of str
        In alphabetical order; at least one.

    Warns
    -----
    UserWarning
        When the expression is too large to be minimized exactly, within some seconds. The one form is then equivalent, and none of
        its terms or literals can be left out, but there may be shorter ones.

    Examples
    --------
    >>> from equifinal_qca import minimal_forms
    >>> minimal_forms("A*~B + ~A*B + B*~C + ~B*C")
    ('A*~B + B*~C + ~A*C', 'A*~C + ~A*B + ~B*C')
    """
    if max_forms < 1:
        raise InputError(f"max_forms = {max_forms!r} leaves no form. Give 1 or more.")
    names = _names(expression, conditions)
    cubes = _cubes(_tree(expression), names)
    forms, proved = shortest_forms(cubes, max_forms)
    if not proved:
        warnings.warn(
            f"{expression[:60]!r} is too large to be minimized exactly: the result holds in the same corners and none of "
            "its terms or literals can be left out, but shorter forms may exist.",
            stacklevel=2,
        )
    fewest = min(sum(cube.literals for cube in form) for form in forms)
    return tuple(sorted(_sum(form, names) for form in forms if sum(cube.literals for cube in form) == fewest))


def expand(expression: str, conditions: Sequence[str] | None = None, max_terms: int = 4096) -> str:
    """The sum of all corners in which the expression holds (its minterms, in the order of a truth table).

    Parameters
    ----------
    expression
        The expression.
    conditions
        The sets that span the property space, those of the expression among them; default: only these.
    max_terms
        The most corners to write.

    Returns
    -------
    str

    Raises
    ------
    InputError
        When there are more corners than `max_terms`.

    Examples
    --------
    >>> from equifinal_qca import expand
    >>> expand("A + B")
    '~A*B + A*~B + A*B'
    """
    names = _names(expression, conditions)
    everything = (1 << len(names)) - 1
    cubes = _cubes(_tree(expression), names)
    # Overlapping terms are counted once, so the rows of each term may exceed the rows of all.
    corners = rows_inside(cubes, everything, max_terms * max(1, len(cubes)))
    if corners is None or len(corners) > max_terms:
        raise InputError(
            f"{expression!r} has more corners than max_terms = {max_terms} over {len(names)} conditions. Raise max_terms."
        )
    return " + ".join(Cube(everything, corner).text(names) for corner in corners.tolist()) or "0"


def factorize(expression: str, conditions: Sequence[str] | None = None) -> str:
    """Write it with few literals by factoring out common parts of terms.

    The expression is multiplied out first; terms that contradict themselves or lie inside another term are left out.
    Then factors are divided out (algebraic division, Brayton & McMullen 1982), each possible one is tried where there are up
    to ten terms, and the shortest result is kept. Nothing else changes: simplify first if you want to.

    Parameters
    ----------
    expression, conditions
        As in :func:`simplify`.

    Returns
    -------
    str

    Examples
    --------
    >>> from equifinal_qca import factorize
    >>> factorize("A*C + A*D + B*C + B*D")
    '(A + B)*(C + D)'
    >>> factorize("LEAD*DEM*FIN + LEAD*DEM*HUM")
    'LEAD*DEM*(FIN + HUM)'
    """
    names = _names(expression, conditions)
    cubes = _cubes(_tree(expression), names)
    terms = [frozenset(cube.text(names).split("*")) if cube.care else frozenset() for cube in cubes]
    return factored(terms, names)


def intersection(*expressions: str, conditions: Sequence[str] | None = None) -> str:
    """Where all the expressions hold, simplified; ``"0"`` when they exclude each other.

    Examples
    --------
    >>> from equifinal_qca import intersection
    >>> intersection("A + B", "~A + C")
    'A*C + ~A*B'
    """
    if not expressions:
        raise InputError("There is nothing to intersect. Give one expression or more.")
    for each in expressions:
        Expression(each)  # each must be one in itself
    return simplify("*".join(f"({each})" for each in expressions), conditions)


def contains(larger: str, smaller: str) -> bool:
    """Whether `larger` holds in every corner in which `smaller` holds.

    Examples
    --------
    >>> from equifinal_qca import contains
    >>> contains("A + B", "A*~C"), contains("A*~C", "A")
    (True, False)
    """
    names = _names(f"({larger}) + ({smaller})", None)
    outer, inner = (_cubes(_tree(each), names) for each in (larger, smaller))
    return all(lies_inside(cube, outer) for cube in inner)


def equivalent(first: str, second: str) -> bool:
    """Whether both hold in the same corners.

    Examples
    --------
    >>> from equifinal_qca import equivalent
    >>> equivalent("A*B + A*~B", "A")
    True
    """
    return contains(first, second) and contains(second, first)


# ----------------------------------------------------------------------------------------------- from text to cubes


def _tree(expression: str) -> ast.expr:
    """The expression in Python's grammar, which :class:`~equifinal.Expression` has checked."""
    return ast.parse(Expression(expression).text.strip(), mode="eval").body


def _names(expression: str, conditions: Sequence[str] | None) -> tuple[str, ...]:
    parsed = Expression(expression)
    if isinstance(conditions, str):
        raise InputError(f"conditions = {conditions!r} is a single text. Give a list of names.")
    names = parsed.sets if conditions is None else tuple(dict.fromkeys(conditions))
    parsed.require(names)
    if len(names) > MOST_CONDITIONS:
        raise InputError(f"{len(names)} sets are more than the {MOST_CONDITIONS} possible. Use fewer.")
    return names


def _cubes(node: ast.expr, names: tuple[str, ...], present: bool = True) -> list[Cube]:
    """A sum of products for it or, unless `present`, for its negation; no product lies inside another."""
    match node:
        case ast.Name(id=name):
            bit = 1 << (len(names) - 1 - names.index(name))
            return [Cube(bit, bit if present else 0)]
        case ast.Constant(value=value):
            return [Cube(0, 0)] if bool(value) == present else []
        case ast.UnaryOp(operand=operand):
            return _cubes(operand, names, not present)
        case ast.BinOp(left=left, op=operator, right=right):
            first, second = (_cubes(each, names, present) for each in (left, right))
            if isinstance(operator, ast.Mult) != present:
                return largest([*first, *second])
            return largest(conjunctions(first, second))
    raise AssertionError(node)  # Expression let nothing else through


# ----------------------------------------------------------------------------------------------- from cubes to text


def _sum(cubes: Sequence[Cube], names: Sequence[str]) -> str:
    return " + ".join(sorted(cube.text(names) for cube in cubes)) or "0"


def _written(node: ast.expr, present: bool) -> tuple[str, bool]:
    """The text of an expression, or of its negation, and whether it is a sum."""
    match node:
        case ast.Name(id=name):
            return (name if present else f"~{name}"), False
        case ast.Constant(value=value):
            return str(int(bool(value) == present)), False
        case ast.UnaryOp(operand=operand):
            return _written(operand, not present)
        case ast.BinOp(left=left, op=operator, right=right):
            parts = [_written(left, present), _written(right, present)]
            if isinstance(operator, ast.Mult) == present:
                return "*".join(f"({text})" if is_sum else text for text, is_sum in parts), False
            return " + ".join(text for text, _ in parts), True
    raise AssertionError(node)  # Expression let nothing else through
