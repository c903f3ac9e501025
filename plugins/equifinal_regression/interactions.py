"""Products of conditions: reading them, and choosing them from the paths of a set-theoretic solution."""

from collections.abc import Iterable
from itertools import combinations

import equifinal as eq

Term = tuple[str, ...]  # the conditions that are multiplied; a single one for a main effect


def product_of(text: str) -> Term:
    """The conditions that are multiplied: ``"LEAD * DEM"`` → ``("LEAD", "DEM")``."""
    return tuple(part.strip() for part in text.split("*"))


def checked(interactions: Iterable[str]) -> tuple[str, ...]:
    """The products without spaces; a ValueError where one is unreadable, given twice, or lacks the products within it."""
    products = [product_of(text) for text in interactions]
    terms: list[frozenset[str]] = []
    for names in products:
        text = "*".join(names)
        if len(names) < 2 or len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
            raise ValueError(f"{text!r} is not a product of different conditions; write it as in 'LEAD*DEM'")
        if frozenset(names) in terms:
            raise ValueError(f"{text!r} is given twice; leave one out")
        terms.append(frozenset(names))
    for names in products:
        for part in (part for size in range(2, len(names)) for part in combinations(names, size)):
            if frozenset(part) not in terms:
                raise ValueError(f"{'*'.join(names)!r} also needs the products within it; add {'*'.join(part)!r}")
    return tuple("*".join(names) for names in products)


def with_product(interactions: Iterable[str], product: Term) -> tuple[str, ...]:
    """The interactions, a product of conditions, and every product within it that they lack: lower orders stay in the equation.

    >>> with_product(("A*B",), ("C", "B", "A"))
    ('A*B', 'C*B', 'C*A', 'C*B*A')
    """
    known = {frozenset(product_of(text)): text for text in interactions}
    for size in range(2, len(product) + 1):
        for part in combinations(product, size):
            known.setdefault(frozenset(part), "*".join(part))
    return tuple(known.values())


def interactions_from(paths: Iterable[str], at_most: int = 6) -> tuple[str, ...]:
    """The interactions that a regression needs to distinguish these paths from conditions that merely add up.

    A path of two conditions or more becomes the product of its conditions and all products within it. Negation makes no
    difference: with the products within it in the equation, a product of ``1 - A`` spans what a product of ``A`` does.

    When the paths were found in the same cases, the p-values of the interactions are too small: they only describe.

    Parameters
    ----------
    paths
        Expressions such as ``"LEAD*~DEM*FIN"``, the most important first; ``+`` separates paths within one.
    at_most
        How many interactions to return. The smallest products come first, then those of the first paths, so no product
        is returned without the products within it.

    Raises
    ------
    equifinal.InputError
        When a path is not a product of conditions.

    Examples
    --------
    >>> from equifinal_regression import interactions_from
    >>> interactions_from(["LEAD*DEM*~FIN", "HUM"])
    ('LEAD*DEM', 'LEAD*FIN', 'DEM*FIN', 'LEAD*DEM*FIN')
    >>> interactions_from(["LEAD*DEM*~FIN", "DEM*HUM"], at_most=4)
    ('LEAD*DEM', 'LEAD*FIN', 'DEM*FIN', 'DEM*HUM')
    """
    if isinstance(paths, str):
        raise eq.InputError(f"The paths must be a list of expressions, not the text {paths!r}. Write [{paths!r}].")
    if at_most < 0:
        raise eq.InputError(f"at_most must be a number of interactions, 0 or more, not {at_most}.")
    products: dict[frozenset[str], str] = {}
    for path in paths:
        for conjunction in str(path).split("+"):
            names = [part.removeprefix("~").strip() for part in product_of(conjunction)]
            if not all(name.isidentifier() for name in names):
                raise eq.InputError(f"The path {path!r} is not a product of conditions; write it as in 'LEAD*~DEM'.")
            names = list(dict.fromkeys(names))
            for size in range(2, len(names) + 1):
                for part in combinations(names, size):
                    products.setdefault(frozenset(part), "*".join(part))
    smallest_first = sorted(products.values(), key=lambda product: product.count("*"))
    return tuple(smallest_first[:at_most])
