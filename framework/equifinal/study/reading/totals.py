"""Rows of sums and means among the cases: left out where their figures tell, else pointed at."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.errors import listing

_WORDS = re.compile(
    r"(grand )?totals?|overall|all|sum|mean|average|avg|median|min(imum)?|max(imum)?|sd|std|std? dev|standard deviation|count|"
    r"gesamt|insgesamt|(gesamt)?summe|zusammen|mittel(wert)?|durchschnitt|standardabweichung|anzahl|total général|ensemble|"
    r"somme|moyenne|médiane|écart-type|total general|suma|media|promedio|mediana|soma|média|totale|somma|totaal|gemiddelde|"
    r"razem|średnia|toplam|ortalama|итого|всего|сумма|среднее|медиана|"
    r"sub-?total|zwischensumme|sous-total|小计|合计|总计|总和|平均值?|均值|合計|総計|합계|평균"
)


def without_totals(frame: pd.DataFrame, rows: Sequence[int], texts: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """The table without rows that are named as a total or mean is and hold sums, means or the like of the others.

    A row is left out when at least half of its numbers, and at least one, are the sum, mean, median, minimum, maximum, standard
    deviation or count of the other rows' numbers, or of those since the last such row, as precisely as they are written. One
    that is only named so stays, with a note.

    Parameters
    ----------
    frame
        The table, under an index from 0.
    rows
        The number of each row in the file.
    texts
        The columns that are known to be text, the names of the cases first.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        The rows left, under an index from 0, and notes.
    """
    is_number = [pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes]
    words = frame.loc[:, [not each for each in is_number]]
    if texts and texts[0] in words:
        words = words[[texts[0]]]
    called = [next((str(cell) for cell in row if _is_word(cell)), "") for row in words.to_numpy(dtype=object)]
    named = np.array([bool(each) for each in called])
    if not named.any() or named.all():
        return frame, []
    numbers = frame.loc[:, is_number].to_numpy(dtype=float)
    block = np.cumsum(named) - named  # the rows down to the next that is named so have one number
    out = np.array([False] * len(named))
    for at in np.flatnonzero(named):
        out[at] = any(_sums_up(numbers[at], numbers[~named & part]) for part in (block == block[at], block >= 0))
    said = [
        [f"row {row}, {word!r}" for row, word, is_so in zip(rows, called, each, strict=True) if is_so]
        for each in (named & out, named & ~out)
    ]
    notes = [f"Sums or means of the other rows, not read: {listing(said[0])}."] if said[0] else []
    if said[1]:
        case = called[int(np.flatnonzero(named & ~out)[0])]
        notes.append(
            f"Read as a case, though named like a total: {listing(said[1])}. If it is none, say exclude = [{{case = {case!r}, "
            "reason = 'a total'}]."
        )
    return frame[~out].reset_index(drop=True), notes


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and bool(_WORDS.fullmatch(re.sub("[.:…*]", "", cell).strip(" <>()[]-").casefold()))


def _sums_up(row: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Whether at least half of a row's numbers, and one at least, are figures of the numbers above or below them."""
    fits = [_is_figure(value, others[:, at]) for at, value in enumerate(row) if not np.isnan(value)]
    return bool(fits) and sum(fits) * 2 >= len(fits)


def _is_figure(value: float, column: NDArray[np.float64]) -> bool:
    x = column[~np.isnan(column)]
    if not len(x):
        return False
    figures = [x.mean(), np.median(x), x.min(), x.max(), x.std(), x.std(ddof=1) if len(x) > 1 else 0.0, float(len(x))]
    rounding = 10.0 ** -_decimals([value]) / 2
    of_sum = max(rounding, len(x) * 10.0 ** -_decimals(x) / 2 if _decimals(x) else 0.0)  # each is rounded
    near = 1e-9 * abs(value)
    return abs(x.sum() - value) <= of_sum + near or any(abs(each - value) <= rounding + near for each in figures)


def _decimals(values: Sequence[float] | NDArray[np.float64]) -> int:
    """How many decimals the numbers are written with."""
    return max(len(f"{value:.10f}".rstrip("0").partition(".")[2]) for value in values)
