"""The page as a Dash application, and its server on this computer."""

import logging
import socket
from pathlib import Path

import dash
from flask import Response, abort, request
from werkzeug.serving import BaseWSGIServer, make_server

import equifinal as eq
from equifinal_explore.callbacks import connect
from equifinal_explore.exploration import Exploration
from equifinal_explore.layout import layout

#: Everything is served from here; a browser that knows this never asks elsewhere.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<meta name="color-scheme" content="light dark"><title>{%title%}</title>{%favicon%}{%css%}</head>
<body><noscript>This page needs JavaScript.</noscript>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def server(study: eq.Study, listening: socket.socket, file: Path | None = None) -> BaseWSGIServer:
    """A server for the page of a study, on a socket that is already listening."""
    host, port = listening.getsockname()[:2]
    app = build(study, file)
    here = {f"{host}:{port}", f"localhost:{port}"}

    def from_here_only() -> None:
        """Refuse what another site sends through the user's browser."""
        origin = request.headers.get("Origin", "")
        if request.host not in here or (origin and origin.removeprefix("http://") not in here):
            abort(403)

    app.server.before_request(from_here_only)
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
    app.layout = lambda: layout(exploration)  # anew for each tab
    connect(app, exploration)
    app.server.after_request(_guarded)
    return app


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
