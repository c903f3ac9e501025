"""The page as a Dash application, and its server on this computer."""

import html
import logging
import socket
from pathlib import Path

import dash
from werkzeug.serving import BaseWSGIServer, make_server

import equifinal as eq
from equifinal_explore.callbacks import connect
from equifinal_explore.exploration import Exploration
from equifinal_explore.guard import Places, guard
from equifinal_explore.layout import layout

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<meta name="color-scheme" content="light dark"><title>{%title%}</title>{%favicon%}{%css%}</head>
<body><noscript>This page needs JavaScript.</noscript>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def server(
    study: eq.Study, listening: socket.socket, token: str, file: Path | None = None, places: Places | None = None
) -> BaseWSGIServer:
    """A server for the page of a study, on a socket that is already listening."""
    host, port = listening.getsockname()[:2]
    app = build(study, file, places)
    guard(app.server, token, [f"{host}:{port}", f"localhost:{port}"], app.csp_hashes())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line per request
    return make_server(host, port, app.server, threaded=True, fd=listening.fileno())


def build(study: eq.Study, file: Path | None = None, places: Places | None = None) -> dash.Dash:
    """The page of a study, as a Dash application.

    Parameters
    ----------
    study
        What it shows.
    file
        The study's file: a saved study keeps the comments in it.
    places
        Where it may write; default: inside the current folder.
    """
    exploration = Exploration(study, file)
    app = dash.Dash(
        __name__,
        title=_escaped(f"{study.title} – explore"),
        update_title="",
        serve_locally=True,
        index_string=_INDEX,
        assets_folder=str(Path(__file__).with_name("assets")),
    )
    app.layout = lambda: layout(exploration)  # anew for each tab
    connect(app, exploration, places or Places(Path.cwd()))
    return app


def _escaped(title: str) -> str:
    """A title for a page of Dash, which neither escapes it nor takes braces for text."""
    return html.escape(title).replace("{", "&#123;")
