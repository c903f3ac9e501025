"""Tables and notes as plain text."""

from collections.abc import Sequence

import pandas as pd

from equifinal.errors import listing

_MOST_CASES = 5


def as_text(*parts: str, notes: Sequence[str]) -> str:
    """Some paragraphs, then the notes, each marked with a star."""
    return "\n\n".join([*parts, "\n".join(f"* {note}" for note in notes)]).rstrip()


def frame_as_text(frame: pd.DataFrame) -> str:
    """Three decimals, a dash for undefined values, cases by name."""
    shown = pd.DataFrame({name: [_entry(each) for each in frame[name]] for name in frame.columns}, index=frame.index)
    if "cases" in shown:
        width = max(map(len, [*shown["cases"], "cases"]))
        shown["cases"] = shown["cases"].str.ljust(width)
        shown = shown.rename(columns={"cases": "cases".ljust(width)})
    lines = shown.rename_axis(index=None).to_string().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _entry(value: object) -> str:
    if isinstance(value, list):
        return listing(value, most=_MOST_CASES) if value else ""
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:.3f}"
    return "" if value is None else str(value)
