"""The figures of the page, as plotly's plain dictionaries: light, and testable without a browser.

Colours are those of Okabe & Ito (2008) for colour-blind readers; shapes and dashes make the same distinctions without colour. Text
takes its colour from the page, so one figure serves light and dark mode.
"""

from typing import Any

import numpy as np
import pandas as pd

from equifinal_explore.exploration import Findings

Figure = dict[str, Any]

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#808080"
_FAINT = "rgba(128, 128, 128, 0.35)"
_DOTTED = {"color": _GREY, "width": 1, "dash": "dot"}
_MEMBERSHIP = "membership in "


def calibration_figure(now: Findings, own: Findings, name: str, anchors: dict[str, float]) -> Figure:
    """Membership over the raw scores of a set: the curve, the cases on it, their distribution, and the anchors.

    Parameters
    ----------
    now, own
        The findings with the moved settings and with the study's own; where they differ, the curve of the latter is dashed.
    name
        The set.
    anchors
        The settings that are raw scores, by name.
    """
    raw = now.calibrated.raw[name]
    low, high = min(raw.min(), *anchors.values()), max(raw.max(), *anchors.values())
    grid = pd.Series(np.linspace(low, high, 241))
    curve, before = now.calibrated.to_membership(name, grid), own.calibrated.to_membership(name, grid)
    bars, most = _distribution(raw, low, high)
    traces = [bars]
    if not np.allclose(curve, before):
        traces.append(_line(grid, before, "The study's own", color=_GREY, dash="dash", width=2))
    traces.append(_line(grid, curve, "Membership", color=_BLUE, width=3))
    hover = "score %{x}, membership %{y:.3f}"
    traces.append(_points(raw, now.calibrated.fuzzy[name], hover, "Cases on the curve", color=_BLUE, size=8))
    marks = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": _DOTTED}
        for at in anchors.values()
    ]
    layout = _layout(f"Raw score ({_plain(now.calibrated.variable(name).column)})", f"Membership in {name}")
    layout |= {"shapes": [*marks, _level(0.5)], "annotations": _anchor_names(anchors, high - low)}
    layout["margin"] |= {"t": 66}
    layout["yaxis2"] = {"overlaying": "y", "visible": False, "range": [0, most * 2.2], "fixedrange": True}
    return {"data": traces, "layout": layout}


def _distribution(raw: pd.Series, low: float, high: float) -> tuple[Figure, float]:
    """Bars of how many cases have which scores, and the height of the highest."""
    counts, edges = np.histogram(raw, bins=min(30, max(8, round(len(raw) ** 0.5 * 2))), range=(low, high))
    bars = {
        "type": "bar",
        "x": ((edges[1:] + edges[:-1]) / 2).tolist(),
        "y": counts.tolist(),
        "width": float(edges[1] - edges[0]),
        "yaxis": "y2",
        "marker": {"color": _FAINT, "line": {"width": 0}},
        "name": "Cases",
        "hovertemplate": "%{y} cases<extra></extra>",
    }
    return bars, float(counts.max())


def _anchor_names(anchors: dict[str, float], width: float) -> list[Figure]:
    labels = []
    level, last = 0, -np.inf
    for anchor, at in sorted(anchors.items(), key=lambda pair: pair[1]):
        # Names that would overlap, on a phone too, stand above each other.
        level = (level + 1) % 3 if at - last < 0.34 * width else 0
        last = at
        label = {"x": at, "y": 1.02 + 0.07 * level, "yref": "paper", "yanchor": "bottom", "showarrow": False}
        labels.append({**label, "text": f"{anchor.replace('_', ' ')} {at:g}", "font": {"size": 11}})
    return labels


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
        ``None`` when no case has a value, as when a method does not predict.
    """
    x = findings.analysis.cases[column].astype(float)
    y = findings.calibrated.fuzzy[findings.calibrated.outcome.name]
    if x.isna().all():
        return None
    above = x <= y
    traces = [
        _points(x[which], y[which], "%{x:.3f}, %{y:.3f}", name, color=colour, symbol=symbol, size=9)
        for which, colour, symbol, name in (
            (above, _BLUE, "circle", "On or above the diagonal"),
            (~above & x.notna(), _ORANGE, "diamond", "Below: less outcome than predicted"),
        )
    ]
    layout = _layout(f"Membership in {_called(column)}", f"Membership in {y.name}")
    layout["xaxis"] |= {"range": [-0.04, 1.04]}
    ends = {"x0": 0, "x1": 1, "y0": 0, "y1": 1}
    diagonal = {"type": "line", **ends, "line": {"color": _GREY, "width": 1}, "layer": "below"}
    upright = {"type": "line", "x0": 0.5, "x1": 0.5, "y0": -0.04, "y1": 1.04, "line": _DOTTED, "layer": "below"}
    layout |= {"shapes": [diagonal, upright, _level(0.5)], "showlegend": True}
    layout["legend"] = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    return {"data": traces, "layout": layout}


def columns_to_draw(findings: Findings) -> dict[str, str]:
    """The columns of the cases' table that an XY plot can show, with their names: the solution, then each path."""
    paths = [str(name) for name in findings.analysis.cases if str(name).startswith(_MEMBERSHIP)]
    return {"predicted": "The solution"} | {name: _called(name) for name in paths}


def described_xy(findings: Findings, column: str) -> str:
    """The XY plot in a sentence, for readers who cannot see it."""
    x = findings.analysis.cases[column].astype(float)
    y = findings.calibrated.fuzzy[findings.calibrated.outcome.name]
    return (
        f"XY plot of {len(x)} cases: membership in {_called(column)} against membership in {y.name}. "
        f"{int((x > y).sum())} cases lie below the diagonal."
    )


def described_calibration(findings: Findings, name: str, anchors: dict[str, float]) -> str:
    """The calibration curve in a sentence, for readers who cannot see it."""
    crisp = findings.calibrated.crisp[name]
    marks = ", ".join(f"{anchor.replace('_', ' ')} {at:g}" for anchor, at in anchors.items())
    return (
        f"Calibration of {name}: scores from {findings.calibrated.raw[name].min():g} to {findings.calibrated.raw[name].max():g}"
        f"{f', anchors {marks}' if marks else ''}. {int((crisp == 1).sum())} cases in the set, {int((crisp == 0).sum())} out."
    )


def _called(column: str) -> str:
    return "the solution" if column == "predicted" else column.removeprefix(_MEMBERSHIP)


def _line(x: pd.Series, y: pd.Series, name: str, **style: Any) -> Figure:
    shape = "hv" if set(np.unique(y)) <= {0.0, 1.0} else "linear"
    line = {"type": "scatter", "mode": "lines", "x": x.tolist(), "y": y.tolist(), "name": name, "hoverinfo": "skip"}
    return {**line, "line": {**style, "shape": shape}}


def _points(x: pd.Series, y: pd.Series, hover: str, name: str, **style: Any) -> Figure:
    return {
        **{"type": "scatter", "mode": "markers", "x": x.tolist(), "y": y.tolist(), "name": name},
        "text": [_plain(case) for case in x.index],
        "hovertemplate": f"%{{text}}<br>{hover}<extra></extra>",
        "marker": {**style, "line": {"color": "white", "width": 1}},
    }


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
    """Text from the data, escaped so that plotly shows it as it is and follows no markup in it."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
