"""The layout of the page: its controls, and places for the results."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dash import dcc, html

from equifinal.plain import banner, shown
from equifinal_explore.exploration import Exploration
from equifinal_explore.settings import Setting

ASK = "Ask all methods"


def layout(exploration: Exploration) -> html.Div:
    """The page with its controls and places for the results, which the first change fills."""
    study = exploration.study
    warning = banner(study.provenance, study.note)
    return html.Div(
        [
            html.Header(
                [
                    html.A("Skip to the results", href="#results", className="skip"),
                    html.H1(study.title),
                    html.P(
                        f"{len(study.data)} cases · outcome {study.outcome.name} ({study.outcome.label}) · "
                        f"{len(study.conditions)} conditions"
                    ),
                    html.P(html.Strong(warning), className="banner") if warning else None,
                ]
            ),
            html.Main(
                [
                    html.Div(_controls(exploration), className="controls"),
                    html.Div(_results(exploration), id="results", className="results"),
                ]
            ),
            dcc.Store(id="moved"),
            dcc.Store(id="tab", data=uuid.uuid4().hex),
        ],
        className="page",
    )


def _controls(exploration: Exploration) -> list[html.Section]:
    labels = {variable.name: variable.label for variable in exploration.study.variables}
    sets = enumerate(exploration.sets.items())
    folded = [_set(name, labels[name], settings, number == 1) for number, (name, settings) in sets if settings]
    return [
        _method(exploration),
        html.Section([html.H2("Anchors"), *folded]),
        _save(f"{exploration.study.name}-explored"),
    ]


def _method(exploration: Exploration) -> html.Section:
    labels = list(exploration.methods)
    choices = dcc.RadioItems(id="method", options=labels, value=exploration.first, className="choices")
    parameters = [
        html.Div(
            [_control("method", label, setting) for setting in settings] or html.P("It has nothing to move."),
            id={"role": "parameters", "owner": label},
            hidden=label != exploration.first,
        )
        for label, settings in exploration.methods.items()
    ]
    return html.Section(
        [
            html.H2("Method"),
            html.Fieldset([html.Legend("Shown, and recomputed at each change", className="hidden"), choices]),
            html.H3("Cutoffs and other parameters"),
            *parameters,
            html.Div(_reset("method", ""), id="reset-method"),
        ]
    )


def _set(name: str, label: str, settings: Sequence[Setting], is_open: bool) -> html.Details:
    mark = html.Span(id={"role": "mark", "owner": name}, className="mark")
    summary = html.Summary([html.Strong(name), f" {label}" if label != name else "", mark])
    return html.Details(
        [summary, *[_control("set", name, setting) for setting in settings], _reset("set", name)], open=is_open
    )


def _save(name: str) -> html.Section:
    path = dcc.Input(id="path", type="text", value=str(Path.cwd() / name), spellCheck="false")
    buttons = [
        html.Button("Save", id="save", type="button", className="main"),
        html.Button("Replace", id="replace", type="button", hidden=True),
        _reset("all", "everything"),
    ]
    return html.Section(
        [
            html.H2("Save"),
            html.P(
                "The study with these settings, as a study.toml with its table. Everything else is kept, and its note says "
                "what was changed from which values."
            ),
            _field("Name of the study", dcc.Input(id="name", type="text", value=name)),
            _field("Folder, or file ending in .toml", path),
            html.Div(buttons, className="buttons"),
            html.P(id="saved", role="status"),
        ]
    )


def _results(exploration: Exploration) -> list[Any]:
    sets = list(exploration.sets)
    xy_column = dcc.RadioItems(id="xy-column", options=[], value="predicted")
    curve_set = dcc.RadioItems(id="curve-set", options=sets, value=sets[min(1, len(sets) - 1)])
    explained = "Points: cases. Grey bars: how many cases have such scores. Dashed: the study's own curve."
    calibration = (html.H2("Calibration"), _radios("Set", curve_set), _figure("curve"))
    return [
        html.Div(id="problem", role="alert"),
        html.Div(id="status", role="status", className="status"),
        html.Section(id="changes"),
        html.Section(id="solution"),
        html.Div(
            [
                html.Section(
                    [html.H2("XY plot"), _radios("Membership in", xy_column), _figure("xy"), html.Div(id="kinds")]
                ),
                html.Section([*calibration, html.Small(explained), html.Div(id="crossed")]),
            ],
            className="figures",
        ),
        html.Section(id="tables"),
        html.Section(
            [
                html.H2("Verdicts on the propositions"),
                html.Div(id="verdicts", role="status"),
                html.Button(ASK, id="ask", type="button"),
            ],
            hidden=not exploration.study.propositions,
        ),
        html.Section(id="notes"),
    ]


def _control(kind: str, owner: str, setting: Setting) -> html.Fieldset:
    called = setting.name.replace("_", " ")

    def identity(role: str) -> dict[str, str]:
        return {"role": role, "kind": kind, "owner": owner, "name": setting.name}

    def number(role: str, **limits: Any) -> dcc.Input:
        described: dict[str, Any] = {"type": "number", "step": "any", "debounce": 0.3} | limits
        return dcc.Input(id=identity(role), value=setting.value, **described)

    def named(control: dcc.Input, what: str, **style: Any) -> html.Label:
        return html.Label([html.Span(f"{called} of {owner}{what}", className="hidden"), control], **style)

    if setting.choices:
        options = [{"label": _choice(each), "value": choice_value(each)} for each in setting.choices]
        value = choice_value(setting.value)
        field: Any = dcc.RadioItems(id=identity("choice"), options=options, value=value, className="choices")
    elif setting.has_slider:
        limits = {"min": setting.minimum, "max": setting.maximum, "step": setting.step, "debounce": False}
        slider = named(number("slider", type="range", **limits), ", slider", className="slider")
        field = html.Div([slider, named(number("number"), ", number")], className="pair")
    else:
        field = named(number("alone"), "")
    return html.Fieldset([html.Legend(called), field, html.Small(setting.description)])


def _figure(name: str) -> html.Div:
    graph = dcc.Graph(id=name, config={"displayModeBar": False, "responsive": True})
    return html.Div(graph, id=f"{name}-figure", role="img")


def _field(label: str, control: Any) -> html.Label:
    return html.Label([html.Span(label), control], className="field")


def _radios(legend: str, radios: dcc.RadioItems) -> html.Fieldset:
    return html.Fieldset([html.Legend(legend), html.Div(radios, className="choices")], className="inline")


def _reset(kind: str, owner: str) -> html.Button:
    identity = {"role": "reset", "kind": kind, "owner": owner if kind == "set" else ""}
    return html.Button(f"Reset {owner or 'the method'}", id=identity, type="button")


def choice_value(value: Any) -> Any:
    """The value of a radio button, which cannot be ``None``."""
    return "" if value is None else value


def _choice(value: Any) -> str:
    return "not given" if value is None else shown(value)
