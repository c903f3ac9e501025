"""The page: what is on it, and what happens when something is moved. All reckoning is in :mod:`equifinal_explore.exploration`."""

import logging
import socket
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dash
import pandas as pd
from dash import ALL, MATCH, Input, Output, State, ctx, dcc, html, no_update
from flask import Response, abort, request
from werkzeug.serving import BaseWSGIServer, make_server

import equifinal as eq
from equifinal.plain import DIRECTIONS, SIGNS, banner
from equifinal_explore import figures
from equifinal_explore.exploration import Exploration, Findings, configuration
from equifinal_explore.settings import Setting

__all__ = ["build", "server"]

#: Seconds without a change before the verdicts are worked out, which takes longer than the rest.
_PAUSE = 0.4
_ASK = "Ask all methods"
_NO_MODE_BAR = {"displayModeBar": False, "responsive": True}

#: Everything comes from here; a browser that is told so would not even ask elsewhere.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<meta name="color-scheme" content="light dark"><title>{%title%}</title>{%favicon%}{%css%}</head>
<body><noscript>This page needs JavaScript.</noscript>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""

#: A slider and its number field say the same. While a slider is dragged it is followed every 150 ms, and where it stops.
_SYNCHRONIZE = """
async function(slider, number) {
    const moved = dash_clientside.callback_context.triggered_id;
    const same = dash_clientside.no_update;
    if (!moved || moved.role !== 'slider') return [Number.isFinite(number) ? number : same, same];
    const sliders = window.sliders ??= {};
    const mine = sliders[moved.owner + '/' + moved.name] ??= {sent: 0, value: null};
    mine.value = slider;
    if (Date.now() - mine.sent < 150) await new Promise(resolve => setTimeout(resolve, 80));
    if (mine.value !== slider) return [same, same];
    mine.sent = Date.now();
    return [same, Number(slider)];
}
"""


def server(study: eq.Study, listening: socket.socket, file: Path | None = None) -> BaseWSGIServer:
    """A server of the page of a study, on a socket that listens already."""
    host, port = listening.getsockname()[:2]
    app = build(study, file)
    here = {f"{host}:{port}", f"localhost:{port}"}

    @app.server.before_request
    def _from_here_only() -> None:
        """Refuse what another site sends through the user's browser."""
        origin = request.headers.get("Origin", "")
        if request.host not in here or (origin and origin.removeprefix("http://") not in here):
            abort(403)

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line per request
    return make_server(host, port, app.server, threaded=True, fd=listening.fileno())


def build(study: eq.Study, file: Path | None = None) -> dash.Dash:
    """The page of a study, as a Dash application; a saved study keeps the comments of its `file`."""
    exploration = Exploration(study, file)
    app = dash.Dash(
        __name__,
        title=f"{study.title} – explore",
        update_title="",
        serve_locally=True,
        index_string=_INDEX,
        assets_folder=str(Path(__file__).with_name("assets")),
    )
    app.layout = lambda: _layout(exploration)  # for each tab anew
    _connect(app, exploration)

    @app.server.after_request
    def _guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


# ----------------------------------------------------------------------------------------------------- layout


def _layout(exploration: Exploration) -> html.Div:
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


def _controls(exploration: Exploration) -> list[Any]:
    study = exploration.study
    labels = {variable.name: variable.label for variable in study.variables}
    cutoffs = [
        html.Div(
            [_control("method", label, setting) for setting in settings] or html.P("It has nothing to move."),
            id={"role": "parameters", "owner": label},
            hidden=label != exploration.first,
        )
        for label, settings in exploration.methods.items()
    ]
    sets = [
        html.Details(
            [
                html.Summary(
                    [
                        html.Strong(name),
                        f" {labels[name]}" if labels[name] != name else "",
                        html.Span(id={"role": "mark", "owner": name}, className="mark"),
                    ]
                ),
                *[_control("set", name, setting) for setting in settings],
                _reset("set", name),
            ],
            open=number == 1,
        )
        for number, (name, settings) in enumerate(exploration.sets.items())
        if settings
    ]
    return [
        html.Section(
            [
                html.H2("Method"),
                html.Fieldset(
                    [
                        html.Legend("Shown, and recomputed at each change", className="hidden"),
                        dcc.RadioItems(
                            id="method", options=list(exploration.methods), value=exploration.first, className="choices"
                        ),
                    ]
                ),
                html.H3("Cutoffs and other parameters"),
                *cutoffs,
                html.Div(_reset("method", ""), id="reset-method"),
            ]
        ),
        html.Section([html.H2("Anchors"), *sets]),
        html.Section(
            [
                html.H2("Save"),
                html.P(
                    "The study with these settings, as a study.toml with its table. Everything else is kept, and its note says "
                    "what was changed from which values."
                ),
                _field("Name of the study", dcc.Input(id="name", type="text", value=f"{study.name}-explored")),
                _field(
                    "Folder, or file ending in .toml",
                    dcc.Input(
                        id="path", type="text", value=str(Path.cwd() / f"{study.name}-explored"), spellCheck="false"
                    ),
                ),
                html.Div(
                    [
                        html.Button("Save", id="save", type="button", className="main"),
                        html.Button("Replace", id="replace", type="button", hidden=True),
                        html.Button(
                            "Reset everything", id={"role": "reset", "kind": "all", "owner": ""}, type="button"
                        ),
                    ],
                    className="buttons",
                ),
                html.P(id="saved", role="status"),
            ]
        ),
    ]


def _results(exploration: Exploration) -> list[Any]:
    sets = list(exploration.sets)
    return [
        html.Div(id="problem", role="alert"),
        html.Div(id="status", role="status", className="status"),
        html.Section(id="changes"),
        html.Section(id="solution"),
        html.Div(
            [
                html.Section(
                    [
                        html.H2("XY plot"),
                        _radios("Membership in", dcc.RadioItems(id="xy-column", options=[], value="predicted")),
                        html.Div(dcc.Graph(id="xy", config=_NO_MODE_BAR), id="xy-figure", role="img"),
                        html.Div(id="kinds"),
                    ]
                ),
                html.Section(
                    [
                        html.H2("Calibration"),
                        _radios("Set", dcc.RadioItems(id="curve-set", options=sets, value=sets[min(1, len(sets) - 1)])),
                        html.Div(dcc.Graph(id="curve", config=_NO_MODE_BAR), id="curve-figure", role="img"),
                        html.Small(
                            "Points: cases. Grey bars: how many cases have such scores. Dashed: the study's own curve."
                        ),
                        html.Div(id="crossed"),
                    ]
                ),
            ],
            className="figures",
        ),
        html.Section(id="tables"),
        html.Section(
            [
                html.H2("Verdicts on the propositions"),
                html.Div(id="verdicts", role="status"),
                html.Button(_ASK, id="ask", type="button"),
            ],
            hidden=not exploration.study.propositions,
        ),
        html.Section(id="notes"),
    ]


def _control(kind: str, owner: str, setting: Setting) -> html.Fieldset:
    identity = {"kind": kind, "owner": owner, "name": setting.name}
    hint = html.Small(setting.description)
    called = setting.name.replace("_", " ")
    if setting.choices:
        options = [{"label": _choice(each), "value": _valued(each)} for each in setting.choices]
        radios = dcc.RadioItems(
            id={"role": "choice", **identity}, options=options, value=_valued(setting.value), className="choices"
        )
        return html.Fieldset([html.Legend(called), radios, hint])
    if not setting.has_slider:
        number = dcc.Input(
            id={"role": "alone", **identity}, type="number", value=setting.value, step="any", debounce=0.3
        )
        return html.Fieldset(
            [html.Legend(called), html.Label([html.Span(f"{called} of {owner}", className="hidden"), number]), hint]
        )
    slider = dcc.Input(
        id={"role": "slider", **identity},
        type="range",
        min=setting.minimum,
        max=setting.maximum,
        step=setting.step,
        value=setting.value,
    )
    number = dcc.Input(id={"role": "number", **identity}, type="number", value=setting.value, step="any", debounce=0.3)
    return html.Fieldset(
        [
            html.Legend(called),
            html.Div(
                [
                    html.Label(
                        [html.Span(f"{called} of {owner}, slider", className="hidden"), slider], className="slider"
                    ),
                    html.Label([html.Span(f"{called} of {owner}, number", className="hidden"), number]),
                ],
                className="pair",
            ),
            hint,
        ]
    )


def _field(label: str, control: Any) -> html.Label:
    return html.Label([html.Span(label), control], className="field")


def _radios(legend: str, radios: dcc.RadioItems) -> html.Fieldset:
    return html.Fieldset([html.Legend(legend), html.Div(radios, className="choices")], className="inline")


def _reset(kind: str, owner: str) -> html.Button:
    return html.Button(
        f"Reset {owner or 'the method'}", id={"role": "reset", "kind": kind, "owner": owner}, type="button"
    )


def _valued(value: Any) -> Any:
    """The value of a radio button, which cannot be ``None``."""
    return "" if value is None else value


def _choice(value: Any) -> str:
    return {None: "not given", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, str) else value


# -------------------------------------------------------------------------------------------------- callbacks


def _connect(app: dash.Dash, exploration: Exploration) -> None:
    every = {"kind": ALL, "owner": ALL, "name": ALL}
    same = {"kind": MATCH, "owner": MATCH, "name": MATCH}
    roles = ("number", "alone", "choice")
    newest: dict[str, object] = {}  # the latest question for verdicts of each tab

    app.clientside_callback(
        _SYNCHRONIZE,
        Output({"role": "slider", **same}, "value"),
        Output({"role": "number", **same}, "value"),
        Input({"role": "slider", **same}, "value"),
        Input({"role": "number", **same}, "value"),
        prevent_initial_call=True,
    )

    @app.callback(
        [
            Output("problem", "children"),
            Output("results", "className"),
            Output("moved", "data"),
            Output("status", "children"),
            Output("changes", "children"),
            Output("solution", "children"),
            Output("tables", "children"),
            Output("notes", "children"),
            Output("xy", "figure"),
            Output("xy-figure", "aria-label"),
            Output("xy-column", "options"),
            Output("xy-column", "value"),
            Output("kinds", "children"),
            Output("curve", "figure"),
            Output("curve-figure", "aria-label"),
            Output("curve-set", "value"),
            Output("crossed", "children"),
            Output({"role": "parameters", "owner": ALL}, "hidden"),
            Output({"role": "mark", "owner": ALL}, "children"),
        ],
        [
            *[Input({"role": role, **every}, "value") for role in roles],
            Input("method", "value"),
            Input("xy-column", "value"),
            Input("curve-set", "value"),
        ],
    )
    def show(*inputs: Any) -> list[Any]:
        """Everything that is quick, at each change."""
        moved = _moved(ctx.inputs_list[: len(roles)])
        label, column, curve_set = inputs[len(roles) :]
        trigger = ctx.triggered_id
        if isinstance(trigger, Mapping) and trigger.get("kind") == "set":
            curve_set = trigger["owner"]
        hidden = [each["id"]["owner"] != label for each in ctx.outputs_list[17]]
        try:
            now, own = exploration.findings(moved, label), exploration.findings({}, label)
            changes = exploration.changes(moved)
        except eq.InputError as error:
            same_marks = [no_update] * len(ctx.outputs_list[18])
            problem = [html.Strong("Not possible. "), str(error), " The results below are those before."]
            state = {"problem": str(error)}
            return [problem, "results stale", state, *[no_update] * 14, hidden, same_marks]
        columns = figures.columns_to_draw(now)
        column = column if column in columns else "predicted"
        drawn = figures.xy_figure(now, column)
        changed_owners = {change.owner for change in changes if change.kind == "set"}
        anchors = {s.name: moved[("set", curve_set, s.name)] for s in exploration.sets[curve_set] if s.is_score}
        return [
            None,
            "results",
            {"label": label, "moved": [[*key, value] for key, value in moved.items()]},
            _status(now, own, len(changes)),
            _changes(changes, now, own),
            _solution(now, own),
            _tables(now, own),
            _notes(now),
            drawn or {"data": [], "layout": {}},
            figures.described_xy(now, column) if drawn else "No XY plot: the method predicts no case.",
            [{"label": words, "value": name} for name, words in columns.items()],
            column,
            _kinds(now) if drawn else html.P("This method predicts no case."),
            figures.calibration_figure(now, own, curve_set, anchors),
            figures.described_calibration(now, curve_set, anchors),
            curve_set,
            _crossed(now, own),
            hidden,
            ["changed" if each["id"]["owner"] in changed_owners else "" for each in ctx.outputs_list[18]],
        ]

    @app.callback(
        Output("verdicts", "children"),
        Input("moved", "data"),
        Input("ask", "n_clicks"),
        State("tab", "data"),
        prevent_initial_call=True,
        running=[(Output("ask", "disabled"), True, False), (Output("ask", "children"), "Working …", _ASK)],
    )
    def verdicts(state: dict[str, Any] | None, asked: int | None, tab: str) -> Any:
        """The verdicts of the method shown, once nothing moves any more; of all methods when asked."""
        if not state or "problem" in state or not exploration.study.propositions:
            return no_update
        newest[tab] = mine = object()
        time.sleep(0 if ctx.triggered_id == "ask" else _PAUSE)
        if newest[tab] is not mine:
            return no_update
        labels = list(exploration.methods) if ctx.triggered_id == "ask" else [state["label"]]
        try:
            now, own = exploration.verdicts(_unpacked(state), labels), exploration.verdicts({}, labels)
        except eq.InputError as error:
            return html.P(str(error))
        return _verdicts(exploration.study, now, own)

    @app.callback(
        [Output({"role": role, **every}, "value", allow_duplicate=True) for role in roles],
        Input({"role": "reset", "kind": ALL, "owner": ALL}, "n_clicks"),
        State("method", "value"),
        prevent_initial_call=True,
    )
    def reset(clicks: list[int | None], label: str) -> list[list[Any]]:
        """The study's own values again: of a set, of the method shown, or of everything."""
        pressed = ctx.triggered_id
        if not any(clicks):
            return [[no_update] * len(group) for group in ctx.outputs_list]
        owner = label if pressed["kind"] == "method" else pressed["owner"]

        def value(identity: Mapping[str, str]) -> Any:
            if pressed["kind"] != "all" and (identity["kind"], identity["owner"]) != (pressed["kind"], owner):
                return no_update
            return _valued(exploration.setting(identity["kind"], identity["owner"], identity["name"]).value)

        return [[value(each["id"]) for each in group] for group in ctx.outputs_list]

    @app.callback(
        Output("saved", "children"),
        Output("replace", "hidden"),
        Input("save", "n_clicks"),
        Input("replace", "n_clicks"),
        State("path", "value"),
        State("name", "value"),
        State("moved", "data"),
        prevent_initial_call=True,
    )
    def save(_: Any, __: Any, path: str | None, name: str | None, state: dict[str, Any] | None) -> tuple[Any, bool]:
        if not state or "problem" in state:
            return f"Nothing was saved. {(state or {}).get('problem', '')}", True
        if not (path or "").strip():
            return "Nothing was saved. Name a folder, or a file ending in .toml.", True
        try:
            written = exploration.save(
                _unpacked(state), str(path).strip(), (name or "").strip(), overwrite=ctx.triggered_id == "replace"
            )
        except eq.InputError as error:
            stands = isinstance(error.__cause__, FileExistsError)
            asks = " Press Replace if that is what you want." if stands else ""
            return f"Nothing was saved. {error}{asks}", not stands
        return [
            f"Saved: {written[0]}, with {written[1].name} beside it. Compare it: ",
            html.Code(f'equifinal compare "{written[0]}"'),
        ], True


def _moved(groups: Iterable[Iterable[Mapping[str, Any]]]) -> dict[tuple[str, str, str], Any]:
    """The values of all controls, from what Dash lists of them."""
    found = {}
    for group in groups:
        for each in group:
            identity, value = each["id"], each.get("value")
            found[identity["kind"], identity["owner"], identity["name"]] = None if value == "" else value
    return found


def _unpacked(state: Mapping[str, Any]) -> dict[tuple[str, str, str], Any]:
    return {(kind, owner, name): value for kind, owner, name, value in state["moved"]}


# ------------------------------------------------------------------------------------------------- what is shown


def _status(now: Findings, own: Findings, changes: int) -> str:
    """In one line: the solution, and what was lost and gained."""
    lost, gained = now.lost_and_gained(own)
    parts = [" + ".join(now.paths) or "no path"]
    if not now.analysis.method.sufficient_paths:
        frame = now.analysis.configurations
        parts = [_counted(len(frame), str(frame.index.name or "configuration"))] if len(frame) else []
    parts.append(_counted(changes, "change") if changes else "the study's own settings")
    parts += [f"{len(each)} {word}" for each, word in ((lost, "lost"), (gained, "gained")) if each]
    return f"{now.label}: {' · '.join(parts)}"


def _changes(changes: Sequence[Any], now: Findings, own: Findings) -> list[Any]:
    if not changes:
        return [html.P("These are the study's own settings. Move an anchor or a cutoff to see what depends on it.")]
    lost, gained = now.lost_and_gained(own)
    turned = now.rows_that_turned(own)
    said = [
        _listed("Paths gained", gained),
        _listed("Paths lost", lost),
        _listed(
            "Rows of the truth table that turned", [f"{row} ({old} → {new})" for row, (old, new) in turned.items()]
        ),
    ]
    return [
        html.H2("What changed"),
        html.Ul([html.Li(str(change)) for change in changes]),
        html.P([each for each in said if each] or "The paths are those of the study's own settings."),
        html.P(
            "A result found by moving settings until it appears is not tested by these data: give reasons from outside the data, "
            "and report the search.",
            className="warning",
        ),
    ]


def _solution(now: Findings, own: Findings) -> list[Any]:
    lost, gained = now.lost_and_gained(own)
    analysis = now.analysis
    frame = analysis.configurations
    columns = [name for name in frame if name not in ("expression", "cases") and frame[name].map(_is_simple).all()]
    table = frame[columns].copy()
    table.insert(0, "cases", [len(cases) for cases in frame["cases"]])
    table = table.loc[:, [not (table[name].map(_shown) == "").all() for name in table]]
    marks = dict.fromkeys(gained, "gained")
    sufficient = analysis.method.sufficient_paths
    children: list[Any] = [html.H2("Solution" if sufficient else "Result")]
    if len(table):
        children.append(
            _table(table, str(frame.index.name or "path"), "Paths" if sufficient else "Configurations", marks)
        )
    else:
        children.append(
            html.P("No path is sufficient with these settings." if sufficient else "It has no configurations.")
        )
    if lost:
        children.append(html.P(_listed("Lost against the study's own settings", lost)))
    models = analysis.tables.get("models")
    if models is not None and len(models) > 1:
        children.append(
            _table(models, str(models.index.name or "model"), f"All {len(models)} models, which cover the same rows")
        )
    fit = now.fit_beside(own).rename(index=lambda name: str(name).replace("_", " "))
    children.append(_table(fit, "measure", "Fit, beside the study's own settings", signed="difference"))
    return children


def _tables(now: Findings, own: Findings) -> list[Any]:
    analysis = now.analysis
    children: list[Any] = []
    rows = analysis.tables.get("truth_table")
    if rows is not None:
        conditions = [name for name in analysis.conditions.index if name in rows]
        turned = now.rows_that_turned(own)
        names = [configuration(row, conditions) for _, row in rows.iterrows()]
        marks = {
            number: f"was {turned[name][0]}" for number, name in zip(rows.index, names, strict=True) if name in turned
        }
        children += [
            html.H2("Truth table"),
            _table(rows, str(rows.index.name or "row"), "Observed configurations", marks),
        ]
    necessity = analysis.tables.get("necessity")
    if necessity is not None:
        children += [html.H2("Necessity"), _table(necessity, "expression", "Each condition and its absence")]
    roles = analysis.conditions[["role", "direction", "evidence"]]
    roles = roles.assign(direction=[DIRECTIONS.get(int(each), "") for each in roles["direction"]])
    children += [html.H2("Conditions"), _table(roles, "condition", f"What {now.label} says of each")]
    further = {
        name: table for name, table in analysis.tables.items() if name not in ("truth_table", "necessity", "models")
    }
    if further:
        children.append(html.H2("Further tables"))
    for name, table in further.items():
        words = name.replace("_", " ")
        rest = f" (the first {_MOST_ROWS} of {len(table)} rows)" if len(table) > _MOST_ROWS else ""
        label = str(table.index.name or "")
        children.append(_folded(f"{words}{rest}", _table(table.iloc[:_MOST_ROWS], label, words)))
    return children


def _notes(now: Findings) -> list[Any]:
    notes = [*now.study.notes, *now.analysis.notes]
    return [html.H2("Notes"), html.Ul([html.Li(note) for note in notes])] if notes else []


def _kinds(now: Findings) -> html.Dl:
    kinds = now.kinds_of_cases()
    rows: list[Any] = []
    for kind, cases in kinds.items():
        names = f": {', '.join(cases)}" if cases and kind.startswith("deviant") else ""
        rows += [html.Dt(kind.capitalize()), html.Dd(f"{_counted(len(cases), 'case')}{names}")]
    return html.Dl(rows)


def _crossed(now: Findings, own: Findings) -> Any:
    crossed = now.crossed(own)
    if crossed.empty:
        return html.P("Every case is on the side of each crossover where the study has it.")
    items = []
    for name, row in crossed.iterrows():
        parts = [f"{words}: {', '.join(row[side])}" for side, words in _SIDES.items() if row[side]]
        items.append(html.Li([html.Strong(str(name)), f" – {'; '.join(parts)}"]))
    return [html.P("On another side than in the study:"), html.Ul(items)]


_MOST_ROWS = 50
_LONG_TEXT = 28
_HEADINGS = {"pri": "PRI"}
_SIDES = {"in": "now in", "out": "now out", "neither": "at exactly 0.5"}


def _verdicts(study: eq.Study, now: pd.DataFrame, own: pd.DataFrame) -> Any:
    rows = []
    for claim in study.propositions:
        cells = []
        for label in now.columns:
            answer = now.loc[claim.id, label]
            before = own.loc[claim.id, label] if label in own else answer
            was = html.Span(f" was {SIGNS[before]} {before}", className="was") if before != answer else None
            cells.append(html.Td([f"{SIGNS[answer]} {answer}", was], className=f"verdict {answer}"))
        rows.append(html.Tr([html.Th(claim.text or claim.id, scope="row"), *cells]))
    head = html.Tr([html.Th("Proposition", scope="col"), *[html.Th(label, scope="col") for label in now.columns]])
    return _scrollable([html.Thead(head), html.Tbody(rows)], "Verdicts on the propositions")


def _table(
    frame: pd.DataFrame, first: str, caption: str, marks: Mapping[Any, str] | None = None, signed: str = ""
) -> Any:
    """A table of the page; rows in `marks` carry the word, and a colour."""
    marks = marks or {}
    head = [html.Th(first, scope="col")]
    shares = set()  # the columns of numbers that are not all whole: each of them has three decimals
    for name in frame:
        numbers = len(frame) > 0 and frame[name].map(_is_number).all()
        if numbers and not signed and (frame[name].astype(float).dropna() % 1 != 0).any():
            shares.add(name)
        head.append(
            html.Th(
                _HEADINGS.get(name, str(name).replace("_", " ")), scope="col", className="number" if numbers else None
            )
        )
    body = []
    for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        mark = html.Span(marks[label], className="mark") if label in marks else None
        cells = [_cell(value, name == signed, name in shares) for name, value in zip(frame.columns, row, strict=True)]
        body.append(html.Tr([html.Th([str(label), mark], scope="row"), *cells], className="marked" if mark else None))
    return _scrollable([html.Caption(caption), html.Thead(html.Tr(head)), html.Tbody(body)], caption)


def _cell(value: Any, signed: bool, share: bool) -> html.Td:
    """A cell; a long text gets room, so that on a phone it does not become one word a line."""
    text = _shown(value, signed, share)
    return html.Td(text, className="number" if _is_number(value) else "text" if len(text) > _LONG_TEXT else None)


def _scrollable(parts: list[Any], name: str) -> html.Div:
    """A wide table scrolls in its own box, also with the keyboard."""
    return html.Div(html.Table(parts), className="scroll", tabIndex="0", role="group", **{"aria-label": name})


def _folded(summary: str, content: Any) -> html.Details:
    return html.Details([html.Summary(summary), content])


def _listed(words: str, items: Sequence[str]) -> Any:
    return html.Span([html.Strong(f"{words}: "), ", ".join(items), ". "]) if items else None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _is_number(value: Any) -> bool:
    return pd.api.types.is_number(value) and not isinstance(value, bool)


def _is_simple(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value))


def _shown(value: Any, signed: bool = False, decimals: bool = False) -> str:
    """A value for people: three decimals, whole numbers without unless `decimals`, lists joined, nothing as a dash."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if value is None or (_is_simple(value) and pd.isna(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_number(value):
        number = float(value)
        text = f"{number:.0f}" if number.is_integer() and not decimals else f"{number:z.3f}"
        return f"+{text}" if signed and number > 0 else text
    return str(value)
