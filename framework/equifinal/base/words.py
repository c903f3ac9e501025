"""Words and signs, the same in the terminal, notebooks, reports, figures and the page; and values as text for readers."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

Answer = Literal["supported", "contradicted", "inconclusive", "silent"]

#: The answers that decide something.
DECIDED: tuple[Answer, Answer] = ("supported", "contradicted")
Provenance = Literal["observed", "reconstruction", "simulated"]

MISSING = "–"

#: A sign beside the word of each verdict, so that nothing depends on colour alone.
SIGNS: dict[str, str] = {"supported": "✔", "contradicted": "✘", "inconclusive": "?", "silent": "·"}
#: Beside a number on whose side of its threshold the number of worlds or resamples does not settle.
UNSETTLED = "≈"
#: How to read the cells of a matrix of verdicts.
KEY = (
    "✔ supported, ✘ contradicted, ? inconclusive, · silent. Beside the sign: how often chance alone gives the same (.01: in 1 of "
    "100 worlds without the relation); for a denial, in how many resampled case sets it stays (98 %). In brackets, and grey: not "
    "firm, with the number that fails (±0: an interval that includes 0). ≈: more draws could turn it."
)
UNTESTED_KEY = (
    "✔ supported, ✘ contradicted, ? inconclusive, · silent. No evidence was computed: nothing here is known to be firm."
)
#: How predictions move with a condition.
ARROWS = {1: "↑", -1: "↓", 0: "–"}
DIRECTIONS = {1: "↑ up", -1: "↓ down", 0: "– none"}
#: In place of a direction that is not firm, or of which nobody asked whether it is.
NOT_FIRM, UNTESTED = "no firm direction", "direction not tested"
#: Roles of a condition, highest first.
ROLES = ("necessary", "core", "contributing", "none")
#: The type of a case, by its predicted and its actual membership in the outcome (Schneider & Rohlfing 2013).
CASE_TYPES = ("typical", "deviant in consistency", "deviant in coverage", "irrelevant")
#: Signs of Fiss (2011): whether a path requires a condition or its absence, and whether that is core to it.
MARKS = {
    "● core": "core condition, present",
    "● peripheral": "peripheral condition, present",
    "⊗ core": "core condition, absent",
    "⊗ peripheral": "peripheral condition, absent",
}
#: Columns of a comparison's tables, which no method can have as its label.
ADVICE_COLUMNS = (
    "case",
    "path",
    "method",
    "distance",
    "shortfall",
    "has",
    "lacks",
    "membership_now",
    "raw_targets",
    "similar_case",
    "note",
)
_NOT_OBSERVED = {"reconstruction": "Reconstructed data", "simulated": "Simulated data"}


def banner(provenance: str, note: str = "") -> str:
    """The banner above every result if the data were not observed; empty if they were.

    >>> banner("simulated", "Drawn from a seed."), banner("observed", "A survey.")
    ('Simulated data. Drawn from a seed.', '')
    """
    words = _NOT_OBSERVED.get(provenance)
    return "" if words is None else f"{words}. {' '.join(note.split())}".strip()


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing.

    >>> is_missing(float("nan")), is_missing([]), is_missing("")
    (True, False, False)
    """
    if isinstance(value, (str, float, int)):  # most cells, so checked first
        return bool(value != value)  # NaN alone differs from itself
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def joined(values: Any) -> str:
    """A list as the text of one cell.

    >>> joined(["Ghana", "Chile"])
    'Ghana; Chile'
    """
    return "; ".join(str(value) for value in values)


def shown(value: Any) -> str:
    """One value as text: three decimals, none for whole numbers, scientific notation for very small and very large ones.

    >>> [shown(value) for value in (0.25, 12.0, 0.00004, float("nan"), ["a", "b"], True)]
    ['0.250', '12', '4.0e-05', '–', 'a; b', 'yes']
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return _whole(number) if number.is_integer() and 2 <= abs(number) < 1e6 else _decimal(number)
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray, pd.Index)):
        return "; ".join(shown(each) for each in value)
    return str(value)


def stated(value: Any) -> str:
    """A setting as text, exactly as given, true and false as in a study file.

    >>> stated({"cutoff": 0.8, "scale": None, "interactions": ["A*B"], "stars": False})
    'cutoff = 0.8; scale not given; interactions = A*B; stars = false'
    """
    if isinstance(value, Mapping):
        return "; ".join(
            f"{key} {'not given' if _nothing(each) else f'= {stated(each)}'}" for key, each in value.items()
        )
    if _nothing(value):
        return MISSING
    if isinstance(value, (bool, np.bool_)):
        return str(value).lower()
    return ", ".join(map(stated, value)) if isinstance(value, (list, tuple)) else str(value)


def _nothing(value: Any) -> bool:
    return value is None or value in ("", [], (), {})


def shown_column(column: pd.Series) -> list[str]:
    """The values of a column as text, with the same decimals for all numbers.

    >>> shown_column(pd.Series([3.0, 4.5])), shown_column(pd.Series([3.0, 4.0]))
    (['3.000', '4.500'], ['3', '4'])
    """
    if not pd.api.types.is_float_dtype(column):
        return [shown(value) for value in column]
    values = column.to_numpy(dtype=float, na_value=np.nan)
    finite = np.abs(values[np.isfinite(values)])
    if len(finite) and (finite % 1 == 0).all() and (finite > 1).any():
        return [MISSING if np.isnan(value) else _whole(value) for value in values]
    # Beside values of ordinary size a tiny one is as good as 0.
    smallest = 0.0 if (finite >= 0.01).any() else 0.0005
    return [MISSING if np.isnan(value) else _decimal(value, smallest) for value in values]


def _whole(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else _decimal(value)


def _decimal(value: float, smallest: float = 0.0005) -> str:
    """Three decimals; scientific notation from a million on, and below `smallest`."""
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if 1e-12 < size < smallest:
        return f"{value:.1e}"
    # No minus before a rounded 0.
    return f"{value + 0.0:z.3f}" if size < 1e6 else f"{value:.3e}"


def plain_number(value: float, digits: int = 4) -> str:
    """A raw score as people write it: so many digits that count, commas between thousands, never a power of ten.

    >>> [plain_number(value) for value in (392512.5, 4.5, 54.0, -0.06789, 1e-7)]
    ['392,500', '4.5', '54', '-0.06789', '0.0000001']
    """
    if not np.isfinite(value):
        return _decimal(value) if not np.isnan(value) else MISSING
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0:
        return "0"
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(rounded)))))
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_chance(share: float, threshold: float = float("nan")) -> str:
    """A share of worlds without the relation, in two decimals; in three where two would hide that it exceeds the threshold.

    >>> [by_chance(share, 0.05) for share in (0.01, 0.14, 0.054, 0.0005, 1.0)]
    ['.01', '.14', '.054', '<.01', '1']
    """
    if share < 0.005:
        return "<.01"
    text = f"{share:.2f}"
    if share > threshold >= float(text):
        text = f"{share:.3f}"
    return "1" if text == "1.00" else text.removeprefix("0")


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "method"), counted(2, "case")
    ('1 method', '2 cases')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def headings(labels: pd.Index) -> list[tuple[str, ...]]:
    """The labels of columns as tuples of text, one entry per level."""
    if isinstance(labels, pd.MultiIndex):
        return [tuple(str(part) for part in label) for label in labels]
    return [(str(label),) for label in labels]


def flattened(labels: pd.Index) -> list[str]:
    """The labels of columns in one line each.

    >>> flattened(pd.MultiIndex.from_tuples([("outcome", ""), ("fsqca", "role")]))
    ['outcome', 'fsqca role']
    """
    return [" ".join(part for part in label if part) for label in headings(labels)]
