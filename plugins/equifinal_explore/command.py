"""The command ``equifinal explore``."""

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer

import equifinal as eq

_HOST = "127.0.0.1"
_FIRST_PORT = 8050
_TRIED = 50


def explore(
    study: Annotated[
        str, typer.Argument(help="The name of a study (see 'equifinal list studies'), or a path to study.toml.")
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
        from equifinal_explore.page import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask", "werkzeug", "plotly"):
            raise
        raise eq.InputError(
            f"'equifinal explore' needs the package {error.name}, which is not installed. "
            'Install it with: pip install "equifinal[explore]"'
        ) from None
    listening = _listen(port)
    serving = server(loaded, listening, eq.study_path(study))
    address = f"http://{_HOST}:{listening.getsockname()[1]}/"
    print(f"Exploring {loaded.title!r} at {address} (this computer only). Press Ctrl-C to end.", flush=True)
    try:
        if browser:
            webbrowser.open(address)
        serving.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        serving.server_close()
        listening.close()


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
