"""Who may ask the page, what it may load, and where it may write."""

import hmac
import os
import secrets
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

_FORBIDDEN = "This page is open to whoever started it: use the address that the terminal shows, with the token in it.\n"


def guard(app: Flask, token: str, hosts: Iterable[str], scripts: Iterable[str]) -> None:
    """Let in who has the token, from this computer's addresses, and name to the browser what it may load.

    Parameters
    ----------
    app
        The server.
    token
        Asked for at every request: in the address at first (``/?token=...``), then in a cookie that no other site's page can send.
    hosts
        The addresses of this server, with their port.
    scripts
        The hashes of the page's own inline scripts, as a policy writes them. No other inline script runs.
    """
    here = set(hosts)
    cookie = f"equifinal-{next(iter(here)).rpartition(':')[2]}"  # a browser tells cookies apart by host, not by port
    # Everything is served from here; a browser that knows this never asks elsewhere.
    policy = (
        f"default-src 'self'; script-src 'self' {' '.join(scripts)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )

    def check() -> Response | None:
        origin = request.headers.get("Origin", "")
        elsewhere = request.host not in here or (origin and origin.removeprefix("http://") not in here)
        g.new = _same(request.args.get("token", ""), token)
        if not elsewhere and (g.new or _same(request.cookies.get(cookie, ""), token)):
            return None
        g.new = False
        return Response(_FORBIDDEN, 403, mimetype="text/plain")

    def answer(response: Response) -> Response:
        if g.get("new"):
            response.set_cookie(cookie, token, httponly=True, samesite="Strict")
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(check)
    app.after_request(answer)
    app.register_error_handler(Exception, _refused)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _refused(error: Exception) -> HTTPException | Response:
    """The answer to a request that the page does not make; one line in the terminal says what it broke."""
    if isinstance(error, HTTPException):
        return error
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    print(f"Warning: the page could not answer a request ({type(error).__name__} in {where}).", file=sys.stderr)
    return Response("This page cannot answer that request.\n", 400, mimetype="text/plain")


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


class Places:
    """Where the page may write: inside its folder, and elsewhere if somebody at the terminal agrees.

    Parameters
    ----------
    folder
        The folder that the page was started in.
    confirm
        Asks about a path outside; ``None`` where nobody can be asked.
    """

    def __init__(self, folder: Path, confirm: Callable[[str], bool] | None = None) -> None:
        self.folder = Path(os.path.realpath(folder))
        self._confirm = confirm
        self._one_at_a_time = threading.Lock()

    def refusal(self, path: str) -> str:
        """Why nothing may be written to a path; empty if it may."""
        try:
            file = Path(os.path.realpath(Path(path).expanduser()))
        except (OSError, RuntimeError, ValueError):
            return ""  # no such place: whoever writes says what is wrong with it
        if file.is_relative_to(self.folder):
            return ""
        where = f"{str(file)!r} lies outside {str(self.folder)!r}, the folder that this page was started in."
        if self._confirm is None:
            return f"{where} Choose a place inside it, or start 'equifinal explore' in another folder."
        with self._one_at_a_time:
            return "" if self._confirm(str(file)) else f"{where} It was not allowed in the terminal."


def ask_in_terminal(path: str) -> bool:
    """Ask whoever started the command whether the page may write to a path."""
    try:
        answer = input(f"The page asks to write to {path!r}, outside its folder. Allow it? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")
