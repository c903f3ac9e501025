"""HTML of results in notebooks: small pieces without a style sheet, with all text escaped."""

import numbers
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from equifinal.base.words import MISSING, banner, shown, shown_column
from equifinal.errors import listing

_MOST_ROWS, _MOST_ENTRIES = 12, 6


def piece(*parts: str) -> str:
    """Pieces of HTML in one block, which scrolls sideways if it is wider than the page."""
    return f'<div style="overflow-x: auto" tabindex="0">{"".join(parts)}</div>'


def heading(text: str) -> str:
    """A line in bold, not a heading, which would enter the notebook's outline."""
    return f"<p><strong>{escape(text)}</strong></p>"


def paragraph(text: str) -> str:
    """A paragraph; empty for an empty text."""
    return f"<p>{escape(text)}</p>" if text else ""


def bullets(texts: Iterable[str]) -> str:
    """A list; empty without entries."""
    entries = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{entries}</ul>" if entries else ""


def table(frame: pd.DataFrame, caption: str = "", most: int = _MOST_ROWS) -> str:
    """A frame as a table: three decimals, a dash for missing values, long lists and tables cut and counted.

    Parameters
    ----------
    frame
        What to show; columns of one or two levels.
    caption
        The text above the table.
    most
        How many rows to show at most.

    Examples
    --------
    >>> import pandas as pd
    >>> print(table(pd.DataFrame({"<b>": [0.5]}, index=["=cmd()"])))
    <table><thead><tr><td></td><th scope="col" style="text-align: right">&lt;b&gt;\
</th></tr></thead><tbody><tr><th scope="row" \
style="text-align: left">=cmd()</th><td style="text-align: right">0.500</td></tr></tbody></table>
    """
    levels = [frame.index.get_level_values(number) for number in range(frame.index.nlevels)]
    head = "".join(
        f'<th scope="col" style="text-align: left">{escape(str(level.name))}</th>'
        if level.name is not None
        else "<td></td>"
        for level in levels
    )
    for column, label in enumerate(frame.columns):
        align = "right" if len(frame) and _is_number(frame.iloc[0, column]) else "left"
        head += f'<th scope="col" style="text-align: {align}">{escape(_heading(label))}</th>'
    shortened = frame.iloc[:most]
    texts = [_texts(shortened.iloc[:, column]) for column in range(frame.shape[1])]
    lines = []
    for position in range(min(len(frame), most)):
        cells = [f'<th scope="row" style="text-align: left">{escape(_text(level[position]))}</th>' for level in levels]
        cells += [_cell(frame.iloc[position, column], texts[column][position]) for column in range(frame.shape[1])]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    title = f'<caption style="text-align: left">{escape(caption)}</caption>' if caption else ""
    more = paragraph(f"... and {len(frame) - most} more rows.") if len(frame) > most else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _heading(label: Any) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return " ".join(str(part) for part in parts if str(part))


def _cell(value: Any, text: str) -> str:
    return f'<td style="text-align: {"right" if _is_number(value) else "left"}">{escape(text)}</td>'


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Number) and not isinstance(value, bool)


def _texts(column: pd.Series) -> list[str]:
    """The cells of a column; long lists are cut and counted."""
    if pd.api.types.is_float_dtype(column):
        return shown_column(column)
    return [_text(value) for value in column]


def _text(value: Any) -> str:
    return listing(value, _MOST_ENTRIES) or MISSING if isinstance(value, (list, tuple)) else shown(value)


def drawing(draw: Callable[[Any], Any], words: str) -> str:
    """What a function draws on the axes that it gets, as a picture within the page; the words say what it shows."""
    import base64
    import io

    from matplotlib.figure import Figure

    figure, buffer = Figure(layout="constrained"), io.BytesIO()
    draw(figure.add_subplot())
    figure.savefig(buffer, format="png")
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def tables(
    title: str,
    frames: Mapping[str, pd.DataFrame],
    notes: Iterable[str] = (),
    provenance: str = "observed",
    note: str = "",
) -> str:
    """A result made of a few tables, under a banner if its data were not observed."""
    parts = [table(frame, words) for words, frame in frames.items() if len(frame)]
    return piece(heading(title), not_observed(provenance, note), *parts, bullets(notes))


def not_observed(provenance: str, note: str) -> str:
    """The banner for data that were not observed; nothing for observed data."""
    words = banner(provenance, note)
    return heading(f"⚠ {words}") if words else ""
