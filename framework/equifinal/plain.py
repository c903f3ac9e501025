"""Plain data and plain words: values for JSON, values for people, and the words and signs that every output shares."""

from equifinal.base.plain import frame_records, plain
from equifinal.base.words import (
    ARROWS,
    CASE_TYPES,
    DIRECTIONS,
    MARKS,
    MISSING,
    ROLES,
    SIGNS,
    banner,
    counted,
    flattened,
    headings,
    is_missing,
    joined,
    shown,
    shown_column,
    stated,
)

__all__ = [
    "ARROWS",
    "CASE_TYPES",
    "DIRECTIONS",
    "MARKS",
    "MISSING",
    "ROLES",
    "SIGNS",
    "banner",
    "counted",
    "flattened",
    "frame_records",
    "headings",
    "is_missing",
    "joined",
    "plain",
    "shown",
    "shown_column",
    "stated",
]
