"""The figures of the page, as plotly's plain dictionaries: light, and testable without a browser.

Colours are Okabe & Ito's (2008) for the colour-blind; shapes and dashes tell things apart without them. Text takes its colour
from the page, so that one figure serves light and dark.
"""

from typing import Any

import numpy as np
import pandas as pd

from equifinal_explore.exploration import Findings

__all__ = ["calibration_figure", "columns_to_draw", "described_calibration", "described_xy", "xy_figure"]

Figure = dict[str, Any]

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#808080"
_FAINT = "rgba(128, 128, 128, 0.35)"


def calibration_figure(now: Findings, own: Findings, name: str, anchors: dict[str, float]) -> Figure:
    """Membership over the raw scores of a set: the curve, the cases on it, their distribution, and the anchors.

    Parameters
    ----------
    now, own
        With the moved settings, and with the study's own; where they differ, the latter's curve is dashed.
    name
        The set.
    anchors
        The settings that are raw scores, by name.
    """
    variable = now.study.variable(name)
    raw = now.study.raw[name]
    low, high = min(raw.min(), *anchors.values()), max(raw.max(), *anchors.values())
    grid = pd.Series(np.linspace(low, high, 241))
    curve, before = now.study.to_membership(name, grid), own.study.to_membership(name, grid)
    counts, edges = np.histogram(raw, bins=min(30, max(8, round(len(raw) ** 0.5 * 2))), range=(low, high))
    traces: list[Figure] = [
        {
            "type": "bar",
            "x": ((edges[1:] + edges[:-1]) / 2).tolist(),
            "y": counts.tolist(),
            "width": float(edges[1] - edges[0]),
            "yaxis": "y2",
            "marker": {"color": _FAINT, "line": {"width": 0}},
            "name": "Cases",
            "hovertemplate": "%{y} cases<extra></extra>",
        }
    ]
    if not np.allclose(curve, before):
        traces.append(_line(grid, before, "The study's own", color=_GREY, dash="dash", width=2))
    traces.append(_line(grid, curve, "Membership", color=_BLUE, width=3))
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": raw.tolist(),
            "y": now.study.fuzzy[name].tolist(),
            "text": [_plain(case) for case in raw.index],
            "hovertemplate": "%{text}<br>score %{x}, membership %{y:.3f}<extra></extra>",
            "marker": {"color": _BLUE, "size": 8, "line": {"color": "white", "width": 1}},
            "name": "Cases on the curve",
        }
    )
    marks = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": _DOTTED}
        for at in anchors.values()
    ]
    labels = []
    level, last = 0, -np.inf
    for anchor, at in sorted(anchors.items(), key=lambda pair: pair[1]):
        # Names that would meet, on a phone too, stand above each other.
        level = (level + 1) % 3 if at - last < 0.34 * (high - low) else 0
        last = at
        labels.append(
            {
                "x": at,
                "y": 1.02 + 0.07 * level,
                "yref": "paper",
                "yanchor": "bottom",
                "text": f"{anchor.replace('_', ' ')} {at:g}",
                "showarrow": False,
                "font": {"size": 11},
            }
        )
    layout = _layout(f"Raw score ({_plain(variable.column)})", f"Membership in {name}")
    layout |= {"shapes": [*marks, _level(0.5)], "annotations": labels, "margin": {"l": 56, "r": 16, "t": 66, "b": 46}}
    layout["yaxis2"] = {
        "overlaying": "y",
        "visible": False,
        "range": [0, float(counts.max()) * 2.2],
        "fixedrange": True,
    }
    return {"data": traces, "layout": layout}


def xy_figure(findings: Findings, column: str = "predicted") -> Figure | None:
    """The XY plot: membership in the solution or a path against membership in the outcome.

    Parameters
    ----------
    findings
        What to draw.
    column
        A column of the cases' table.

    Returns
    -------
    dict or None
        ``None`` when no case has a value, as of a method that does not predict.
    """
    x = findings.analysis.cases[column].astype(float)
    y = findings.study.fuzzy[findings.study.outcome.name]
    if x.isna().all():
        return None
    above = x <= y
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": x[which].tolist(),
            "y": y[which].tolist(),
            "text": [_plain(case) for case in x.index[which]],
            "hovertemplate": "%{text}<br>%{x:.3f}, %{y:.3f}<extra></extra>",
            "marker": {"color": colour, "symbol": symbol, "size": 9, "line": {"color": "white", "width": 1}},
            "name": name,
        }
        for which, colour, symbol, name in (
            (above, _BLUE, "circle", "On or above the diagonal"),
            (~above & x.notna(), _ORANGE, "diamond", "Below: less outcome than predicted"),
        )
    ]
    layout = _layout(f"Membership in {'the solution' if column == 'predicted' else _path(column)}", _outcome(findings))
    layout["xaxis"] |= {"range": [-0.04, 1.04]}
    diagonal = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "line": {"color": _GREY, "width": 1},
        "layer": "below",
    }
    upright = {"type": "line", "x0": 0.5, "x1": 0.5, "y0": -0.04, "y1": 1.04, "line": _DOTTED, "layer": "below"}
    layout |= {"shapes": [diagonal, upright, _level(0.5)], "showlegend": True}
    layout["legend"] = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    return {"data": traces, "layout": layout}


def columns_to_draw(findings: Findings) -> dict[str, str]:
    """The columns of the cases' table that an XY plot can show, with what they are called: the solution, then each path."""
    paths = [str(name) for name in findings.analysis.cases if str(name).startswith(_MEMBERSHIP)]
    return {"predicted": "The solution"} | {name: _path(name) for name in paths}


def described_xy(findings: Findings, column: str) -> str:
    """The XY plot in a sentence, for those who do not see it."""
    x = findings.analysis.cases[column].astype(float)
    y = findings.study.fuzzy[findings.study.outcome.name]
    what = "the solution" if column == "predicted" else _path(column)
    return (
        f"XY plot of {len(x)} cases: membership in {what} against membership in {findings.study.outcome.name}. "
        f"{int((x > y).sum())} cases lie below the diagonal."
    )


def described_calibration(findings: Findings, name: str, anchors: dict[str, float]) -> str:
    """The calibration curve in a sentence, for those who do not see it."""
    crisp = findings.study.crisp[name]
    marks = ", ".join(f"{anchor.replace('_', ' ')} {at:g}" for anchor, at in anchors.items())
    return (
        f"Calibration of {name}: scores from {findings.study.raw[name].min():g} to {findings.study.raw[name].max():g}"
        f"{f', anchors {marks}' if marks else ''}. {int((crisp == 1).sum())} cases in the set, {int((crisp == 0).sum())} out."
    )


_MEMBERSHIP = "membership in "
_DOTTED = {"color": _GREY, "width": 1, "dash": "dot"}


def _path(column: str) -> str:
    return column.removeprefix(_MEMBERSHIP)


def _outcome(findings: Findings) -> str:
    return f"Membership in {findings.study.outcome.name}"


def _line(x: pd.Series, y: pd.Series, name: str, **style: Any) -> Figure:
    shape = "hv" if set(np.unique(y)) <= {0.0, 1.0} else "linear"
    line = {"type": "scatter", "mode": "lines", "x": x.tolist(), "y": y.tolist(), "name": name, "hoverinfo": "skip"}
    return {**line, "line": {**style, "shape": shape}}


def _level(at: float) -> Figure:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": _DOTTED, "layer": "below"}


def _layout(x: str, y: str) -> Figure:
    axis = {"gridcolor": "rgba(128, 128, 128, 0.18)", "zeroline": False, "linecolor": _GREY, "fixedrange": True}
    return {
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}, "range": [-0.04, 1.04]},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"family": "system-ui, sans-serif", "size": 13},
        "margin": {"l": 56, "r": 16, "t": 40, "b": 46},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#222222", "font": {"color": "#ffffff"}},
    }


def _plain(text: Any) -> str:
    """Text from the data, so that plotly shows it as it is and follows no mark-up in it."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
