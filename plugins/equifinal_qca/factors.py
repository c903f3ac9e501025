"""Factoring: the same expression with few literals."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

Terms = frozenset[frozenset[str]]
Factored = tuple[int, str, bool]  # literals, text, whether it is a sum


def factored(terms: Iterable[frozenset[str]], names: Sequence[str]) -> str:
    """A sum of products, each the set of its literals, with common factors divided out (Brayton & McMullen 1982)."""
    order = {literal: place for place, name in enumerate(names) for literal in (name, f"~{name}")}
    return _Factors(order).of(frozenset(terms))[1]


class _Factors:
    """The search for a short factored form; a sum of products is a set of sets of literals."""

    def __init__(self, order: dict[str, int]) -> None:
        self.order = order
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, terms: Terms) -> Factored:
        if not terms:
            return 0, "0", False
        if frozenset() in terms:
            return 0, "1", False
        common = frozenset.intersection(*terms)
        if common:
            product = self._product(common)
            if len(terms) == 1:
                return product
            return self._times(product, self.of(frozenset(term - common for term in terms)))
        found = [self._plain(terms)]
        for divisor in self._divisors(terms):
            quotient = frozenset.intersection(
                *(frozenset(term - part for term in terms if part <= term) for part in divisor)
            )
            rest = terms - {part | other for part in divisor for other in quotient}
            factored = self._times(self.of(quotient), self.of(divisor))
            found.append(self._plus(factored, self.of(rest)) if rest else factored)
        return min(found)

    def _divisors(self, terms: Terms) -> list[Terms]:
        """What is left of the terms with a literal when all that they have in common is taken away."""
        counts = Counter(literal for term in terms for literal in term)
        shared = sorted(
            (literal for literal in counts if counts[literal] > 1),
            key=lambda each: (-counts[each], self.order[each], each),
        )
        divisors = []
        for literal in shared if len(terms) <= 10 else shared[:1]:
            having = [term for term in terms if literal in term]
            common = frozenset.intersection(*having)
            divisors.append(frozenset(term - common for term in having))
        return list(dict.fromkeys(divisors))

    def _product(self, literals: frozenset[str]) -> Factored:
        return len(literals), "*".join(sorted(literals, key=lambda each: self.order[each])), False

    def _plain(self, terms: Terms) -> Factored:
        products = [self._product(term) for term in terms]
        return (
            sum(count for count, _, _ in products),
            " + ".join(sorted(text for _, text, _ in products)),
            len(terms) > 1,
        )

    @staticmethod
    def _times(first: Factored, second: Factored) -> Factored:
        texts = [f"({text})" if is_sum else text for _, text, is_sum in (first, second) if text != "1"]
        return first[0] + second[0], "*".join(texts) or "1", False

    @staticmethod
    def _plus(first: Factored, second: Factored) -> Factored:
        return first[0] + second[0], " + ".join([first[1], second[1]]), True
