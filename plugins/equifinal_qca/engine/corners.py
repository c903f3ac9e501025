"""Memberships of cases in configurations (corners of the property space), and how consistent these are with the outcome."""

import numpy as np

from equifinal_qca.engine.cubes import Floats, Ints

_MOST_SUBCUBES = 3**15  # sums that are kept at a time, 115 MB
_FEW_CORNERS = 64  # looked at one by one in less time
_BLOCK = 1 << 17  # elements that are looked at together; they should fit the cache


def corner_memberships(memberships: Floats, corners: Ints) -> Floats:
    """Membership of n cases in r configurations, shape (n, r).

    The minimum over the first half of the conditions and over the second is taken once for each distinct half; then every
    configuration costs one more minimum, not one for each condition.
    """
    k = memberships.shape[1]
    low = k // 2
    halves = []
    for part, codes in (
        (memberships[:, : k - low].T, corners >> low),
        (memberships[:, k - low :].T, corners & ((1 << low) - 1)),
    ):
        distinct, position = np.unique(codes, return_inverse=True)
        result = np.ones((len(distinct), len(memberships)))
        for each, column in enumerate(part):
            present = (distinct >> (len(part) - 1 - each) & 1).astype(bool)
            np.minimum(result, np.where(present[:, np.newaxis], column, 1.0 - column), out=result)
        halves.append(result[position])
    left, right = halves
    inside: Floats = np.minimum(left, right, out=left).T
    return inside


def corner_fit(x: Floats, y: Floats, corners: Ints) -> tuple[Floats, Floats]:
    """Consistency and PRI of "configuration is a subset of the outcome" for r configurations.

    Parameters
    ----------
    x, y
        Memberships of the cases in the conditions, shape (n, k), and in the outcome, shape (n,).
    corners
        The configurations as bit masks, shape (r,).

    Returns
    -------
    two numpy.ndarray of shape (r,)
        Consistency and PRI, 0 to 1; NaN when no case has any membership.
    """
    subcubes = 3 ** x.shape[1]
    few = subcubes <= _MOST_SUBCUBES and 4 * subcubes <= len(x) * len(corners) and len(corners) > _FEW_CORNERS
    all_of_it, with_outcome, with_both = (_sums_of_subcubes if few else _sums)(x, y, corners)
    return _ratio(with_outcome, all_of_it), _ratio(with_outcome - with_both, all_of_it - with_both)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    defined = np.abs(denominator) > 1e-12  # a sum of differences that should be 0 can come out as 1e-17
    if defined.all():
        return np.asarray(numerator / denominator)
    ratio: Floats = np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=defined)
    return ratio


def _sums(x: Floats, y: Floats, corners: Ints) -> Floats:
    """Σ x, Σ min(x, y) and Σ min(x, y, 1 - y) over the cases for each configuration x, shape (3, r)."""
    sums = np.zeros((3, len(corners)))
    cases = min(len(x), 1024)
    width = max(1, _BLOCK // max(1, cases))
    for first in range(0, len(corners), width):
        block = slice(first, first + width)
        for start in range(0, len(x), cases):
            part = slice(start, start + cases)
            inside = corner_memberships(x[part], corners[block]).T
            sums[0, block] += inside.sum(axis=1)
            sums[1, block] += np.minimum(inside, y[part], out=inside).sum(axis=1)
            sums[2, block] += np.minimum(inside, 1.0 - y[part], out=inside).sum(axis=1)
    return sums


def _sums_of_subcubes(x: Floats, y: Floats, corners: Ints) -> Floats:
    """The same sums from k + 1 numbers for each case, whatever the number of configurations.

    A case's membership in its own corner is the least of its max(m, 1 - m); in any other corner it is the least
    d = min(m, 1 - m) over the conditions in which the two corners differ. So half of all corners, those that differ in the
    condition with its least d, share this d; half of the others, those that differ in the condition with the second least,
    share that one; and so on. Each share is a subcube, written with a digit 0, 1 or 2 (any) for each condition, and sums are
    kept by subcube. In the end a corner collects what belongs to the subcubes that it lies in.
    """
    k = x.shape[1]
    powers = 3 ** np.arange(k - 1, -1, -1, dtype=np.int64)
    sums = np.zeros((3, 3**k))
    cases = max(1, _BLOCK // k)
    for start in range(0, len(x), cases):
        members, outcome = x[start : start + cases], y[start : start + cases, np.newaxis]
        own = members > 0.5
        least = np.where(own, 1.0 - members, members)
        order = np.argsort(least, axis=1)
        d = np.take_along_axis(least, order, axis=1)
        shares = np.hstack([d, 1.0 - d[:, -1:]])
        # Fix the conditions one after the other: the one that differs turned round, those before it as the case has them.
        digits, place = np.take_along_axis(own, order, axis=1), powers[order]
        as_own = np.cumsum((digits - 2) * place, axis=1)
        codes = np.empty(shares.shape, dtype=np.int64)
        codes[:, :k] = (-1 - digits) * place
        codes[:, 1:k] += as_own[:, :-1]
        codes[:, k] = as_own[:, -1]
        codes += 3**k - 1  # every digit 2
        both = np.minimum(shares, outcome)
        for total, weights in zip(sums, (shares, both, np.minimum(both, 1.0 - outcome)), strict=True):
            _add(total, codes.ravel(), weights.ravel())
    return np.stack([_collected(total, k)[corners] for total in sums])


def _add(total: Floats, codes: Ints, weights: Floats) -> None:
    if len(total) <= 4 * len(codes):
        total += np.bincount(codes, weights, minlength=len(total))
    else:  # passing over all sums would cost more than sorting the codes
        distinct, which = np.unique(codes, return_inverse=True)
        total[distinct] += np.bincount(which, weights)


def _collected(sums: Floats, k: int) -> Floats:
    """From sums by subcube, shape (3^k,), to sums by corner, shape (2^k,)."""
    for condition in range(k):
        digits = sums.reshape(2**condition, 3, 3 ** (k - 1 - condition))
        sums = (digits[:, :2] + digits[:, 2:]).ravel()
    return sums
