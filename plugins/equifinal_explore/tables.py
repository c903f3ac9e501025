"""Tables of the page; how numbers are written is the same as in every other output."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from equifinal.plain import shown, shown_column

_LONG_TEXT = 28
_HEADINGS = {"pri": "PRI"}


def table(
    frame: pd.DataFrame, first: str, caption: str, marks: Mapping[Any, str] | None = None, signed: str = ""
) -> html.Div:
    """A frame as a table; rows in `marks` carry the word, and a colour.

    With a `signed` column, a column mixes measures, and each value has decimals of its own.
    """
    marks = marks or {}
    head, columns = [html.Th(first, scope="col")], []
    for name, column in frame.items():
        is_number = [pd.api.types.is_number(value) and not isinstance(value, bool) for value in column]
        style = "number" if is_number and all(is_number) else None
        head.append(html.Th(_HEADINGS.get(str(name), str(name).replace("_", " ")), scope="col", className=style))
        texts = list(map(shown, column)) if signed else shown_column(column)
        if name == signed:
            texts = [f"+{text}" if value > 0 else text for value, text in zip(column, texts, strict=True)]
        columns.append([_cell(*each) for each in zip(texts, is_number, strict=True)])
    body = []
    for label, *cells in zip(frame.index, *columns, strict=True):
        mark = html.Span(marks[label], className="mark") if label in marks else None
        body.append(html.Tr([html.Th([str(label), mark], scope="row"), *cells], className="marked" if mark else None))
    return scrollable([html.Caption(caption), html.Thead(html.Tr(head)), html.Tbody(body)], caption)


def _cell(text: str, is_number: bool) -> html.Td:
    """A cell; a long text gets room, so that a phone does not show it one word a line."""
    return html.Td(text, className="number" if is_number else "text" if len(text) > _LONG_TEXT else None)


def scrollable(parts: list[Any], name: str) -> html.Div:
    """A table that scrolls in its own box when it is wide, also with the keyboard."""
    label: dict[str, Any] = {"aria-label": name}
    return html.Div(html.Table(parts), className="scroll", tabIndex="0", role="group", **label)
