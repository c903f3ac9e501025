"""The command ``equifinal explore``."""

import errno
import html
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import equifinal as eq

_HOST = "127.0.0.1"
_FIRST_PORT = 8050
_TRIED = 50


def _studies(incomplete: str) -> list[str]:
    return [name for name in eq.studies() if name.startswith(incomplete)]


def explore(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            help="The name of a study (see 'equifinal list studies'), or a path to study.toml.",
            autocompletion=_studies,
        ),
    ],
    port: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=65535, help="The port; default: 8050, or the next free one.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", metavar="FILE", help="Load a plugin from a single .py file. Repeatable."),
    ] = None,
) -> None:
    """Move anchors and cutoffs in a local page, see what changes, and save the result as a study."""
    for file in plugin or []:
        eq.load_plugin(file)
    import webbrowser  # not for the help

    loaded = eq.load_study(study)
    try:
        from equifinal_explore.guard import Places, ask_in_terminal, new_token
        from equifinal_explore.page import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask", "werkzeug", "plotly"):
            raise
        raise eq.InputError(
            f"'equifinal explore' needs the package {error.name}, which is not installed. "
            'Install it with: pip install "equifinal[explore]"'
        ) from None
    listening = _listen(port)
    token = new_token()
    places = Places(Path.cwd(), ask_in_terminal if sys.stdin is not None and sys.stdin.isatty() else None)
    serving = server(loaded, listening, token, eq.study_path(study), places)
    address = f"http://{_HOST}:{listening.getsockname()[1]}/?token={token}"
    print(f"Exploring {loaded.title!r} at {address} (this computer only). Press Ctrl-C to end.", flush=True)
    try:
        with _private_page(address) as file:
            if browser:
                webbrowser.open(file.as_uri())
            serving.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        serving.server_close()
        listening.close()


@contextmanager
def _private_page(address: str) -> Iterator[Path]:
    """A file that leads to an address, and that only its owner can read: others can see what a browser is started with."""
    with tempfile.TemporaryDirectory(prefix="equifinal-explore-") as folder:
        file = Path(folder) / "explore.html"
        link = html.escape(address)
        file.write_text(
            f'<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={link}">'
            f'<title>equifinal explore</title><a href="{link}">Explore</a>\n',
            encoding="utf-8",
        )
        yield file


def _listen(port: int | None) -> socket.socket:
    """A socket of this computer only: at the port asked for, or at the first free one."""
    for number in [port] if port is not None else range(_FIRST_PORT, _FIRST_PORT + _TRIED):
        try:
            return socket.create_server((_HOST, number))
        except OSError as error:
            if port is None:
                continue
            taken = error.errno == errno.EADDRINUSE
            raise eq.InputError(
                f"Port {port} {'is taken by another program' if taken else f'cannot be used: {error.strerror}'}. "
                "Choose another one, or leave --port out to get one that is free."
            ) from None
    raise eq.InputError(
        f"The ports {_FIRST_PORT} to {_FIRST_PORT + _TRIED - 1} are all taken. Name another one with --port."
    )
