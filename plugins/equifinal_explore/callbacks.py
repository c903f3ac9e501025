"""What happens when something on the page is moved, pressed or asked."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import dash
from dash import ALL, MATCH, Input, Output, State, ctx, html, no_update

import equifinal as eq
from equifinal_explore import figures, results
from equifinal_explore.exploration import Exploration, Findings
from equifinal_explore.guard import Places
from equifinal_explore.layout import ASK, choice_value

#: Seconds without a change before the verdicts are computed, which takes longer than the rest.
_PAUSE = 0.4

#: A slider and its number field show the same value. A slider being dragged is followed every 150 ms, and where it stops.
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

_ROLES = ("number", "alone", "choice")  # of the controls that hold a value
_EVERY = {"kind": ALL, "owner": ALL, "name": ALL}
_SAME = {"kind": MATCH, "owner": MATCH, "name": MATCH}

#: What a change redraws, in the order in which :meth:`_Callbacks.show` returns it.
_SHOWN = [
    ("problem", "children"), ("results", "className"), ("moved", "data"), ("status", "children"),
    ("changes", "children"), ("solution", "children"), ("tables", "children"), ("notes", "children"),
    ("xy", "figure"), ("xy-figure", "aria-label"), ("xy-column", "options"), ("xy-column", "value"),
    ("kinds", "children"), ("curve", "figure"), ("curve-figure", "aria-label"), ("curve-set", "value"),
    ("crossed", "children"),
]  # fmt: skip


def connect(app: dash.Dash, exploration: Exploration, places: Places) -> None:
    """Connect the controls of the page with what they change."""
    callbacks = _Callbacks(exploration, places)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash gives it no types
        _SYNCHRONIZE,
        *(Output({"role": role, **_SAME}, "value") for role in ("slider", "number")),
        *(Input({"role": role, **_SAME}, "value") for role in ("slider", "number")),
        prevent_initial_call=True,
    )
    app.callback(
        [Output(name, attribute) for name, attribute in _SHOWN]
        + [Output({"role": "parameters", "owner": ALL}, "hidden"), Output({"role": "mark", "owner": ALL}, "children")],
        [Input({"role": role, **_EVERY}, "value") for role in _ROLES]
        + [Input(each, "value") for each in ("method", "xy-column", "curve-set")],
    )(callbacks.show)
    app.callback(
        Output("verdicts", "children"),
        Input("moved", "data"),
        Input("ask", "n_clicks"),
        State("tab", "data"),
        prevent_initial_call=True,
        running=[(Output("ask", "disabled"), True, False), (Output("ask", "children"), "Working …", ASK)],
    )(callbacks.verdicts)
    app.callback(
        [Output({"role": role, **_EVERY}, "value", allow_duplicate=True) for role in _ROLES],
        Input({"role": "reset", "kind": ALL, "owner": ALL}, "n_clicks"),
        State("method", "value"),
        prevent_initial_call=True,
    )(callbacks.reset)
    app.callback(
        [Output("saved", "children"), Output("replace", "hidden")],
        [Input("save", "n_clicks"), Input("replace", "n_clicks")],
        [State("path", "value"), State("name", "value"), State("moved", "data")],
        prevent_initial_call=True,
    )(callbacks.save)


class _Callbacks:
    def __init__(self, exploration: Exploration, places: Places) -> None:
        self._exploration, self._places = exploration, places
        self._newest: dict[str, object] = {}  # the latest question for verdicts from each tab

    def show(self, *inputs: Any) -> list[Any]:
        """Everything that is quick, at each change."""
        moved = _moved(ctx.inputs_list[: len(_ROLES)])
        label, column, curve_set = inputs[len(_ROLES) :]
        *_, parameters, marks = ctx.outputs_list
        hidden = [each["id"]["owner"] != label for each in parameters]
        if isinstance(ctx.triggered_id, Mapping) and ctx.triggered_id.get("kind") == "set":
            curve_set = ctx.triggered_id["owner"]
        try:
            now, own = self._exploration.findings(moved, label), self._exploration.findings({}, label)
            changes = self._exploration.changes(moved)
        except eq.InputError as error:
            problem = [html.Strong("Not possible. "), str(error), " The results below are the previous ones."]
            unchanged = [no_update] * (len(_SHOWN) - 3)
            return [problem, "results stale", {"problem": str(error)}, *unchanged, hidden, [no_update] * len(marks)]
        anchors = {s.name: moved["set", curve_set, s.name] for s in self._exploration.sets[curve_set] if s.is_score}
        changed_sets = {change.owner for change in changes if change.kind == "set"}
        return [
            None,
            "results",
            {"label": label, "moved": [[*key, value] for key, value in moved.items()]},
            results.status(now, own, len(changes)),
            results.changes(changes, now, own),
            results.solution(now, own),
            results.tables(now, own),
            results.notes(now),
            *_xy_plot(now, column),
            figures.calibration_figure(now, own, curve_set, anchors),
            figures.described_calibration(now, curve_set, anchors),
            curve_set,
            results.crossed(now, own),
            hidden,
            ["changed" if each["id"]["owner"] in changed_sets else "" for each in marks],
        ]

    def verdicts(self, state: dict[str, Any] | None, asked: int | None, tab: str) -> Any:
        """The verdicts of the method shown, once nothing moves any more; of all methods when asked."""
        if not state or "problem" in state or not self._exploration.study.propositions:
            return no_update
        self._newest[tab] = mine = object()
        time.sleep(0 if ctx.triggered_id == "ask" else _PAUSE)
        if self._newest[tab] is not mine:
            return no_update
        labels = list(self._exploration.methods) if ctx.triggered_id == "ask" else [state["label"]]
        try:
            now, own = self._exploration.verdicts(_unpacked(state), labels), self._exploration.verdicts({}, labels)
        except eq.InputError as error:
            return html.P(str(error))
        return results.verdicts(self._exploration.study, now, own)

    def reset(self, clicks: list[int | None], label: str) -> list[list[Any]]:
        """The study's own values again: of a set, of the method shown, or of everything."""
        pressed = ctx.triggered_id
        if not any(clicks):
            return [[no_update] * len(group) for group in ctx.outputs_list]
        owner = label if pressed["kind"] == "method" else pressed["owner"]

        def value(identity: Mapping[str, str]) -> Any:
            if pressed["kind"] != "all" and (identity["kind"], identity["owner"]) != (pressed["kind"], owner):
                return no_update
            return choice_value(self._exploration.setting(identity["kind"], identity["owner"], identity["name"]).value)

        return [[value(each["id"]) for each in group] for group in ctx.outputs_list]

    def save(self, *inputs: Any) -> tuple[Any, bool]:
        """Write the study; the button that replaces an existing one shows only after a refusal."""
        path, name, state = inputs[2:]
        if not state or "problem" in state:
            return f"Nothing was saved. {(state or {}).get('problem', '')}", True
        if not (path or "").strip():
            return "Nothing was saved. Name a folder, or a file ending in .toml.", True
        replace = ctx.triggered_id == "replace"
        if refusal := self._places.refusal(path.strip()):
            return f"Nothing was saved. {refusal}", True
        try:
            written = self._exploration.save(_unpacked(state), path.strip(), (name or "").strip(), overwrite=replace)
        except eq.InputError as error:
            exists = isinstance(error.__cause__, FileExistsError)
            asks = " Press Replace if that is what you want." if exists else ""
            return f"Nothing was saved. {error}{asks}", not exists
        command = html.Code(f'equifinal compare "{written[0]}"')
        return [f"Saved: {written[0]}, with {written[1].name} beside it. Compare it: ", command], True


def _xy_plot(now: Findings, column: str) -> list[Any]:
    """The plot, its description, the columns to choose from, the one shown, and the cases by type."""
    columns = figures.columns_to_draw(now)
    options = [{"label": words, "value": name} for name, words in columns.items()]
    column = column if column in columns else "predicted"
    drawn = figures.xy_figure(now, column)
    if drawn is None:
        nothing = "This method predicts no case."
        return [{"data": [], "layout": {}}, f"No XY plot. {nothing}", options, column, html.P(nothing)]
    return [drawn, figures.described_xy(now, column), options, column, results.kinds(now)]


def _moved(groups: Iterable[Iterable[Mapping[str, Any]]]) -> dict[tuple[str, str, str], Any]:
    """The values of all controls, from Dash's lists of them."""
    found = {}
    for each in (each for group in groups for each in group):
        identity, value = each["id"], each.get("value")
        found[identity["kind"], identity["owner"], identity["name"]] = None if value == "" else value
    return found


def _unpacked(state: Mapping[str, Any]) -> dict[tuple[str, str, str], Any]:
    return {(kind, owner, name): value for kind, owner, name, value in state["moved"]}
