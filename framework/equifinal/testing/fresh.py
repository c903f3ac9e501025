"""A process that knows nothing of this one: what it says can be held against what is said here."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from equifinal.testing.checks import fail

#: Names of conditions in the sample study of other processes, in no order, so that whatever sorts them shows.
NAMES = ("ZEAL", "C", "MEANS", "A")

#: A place where nothing is in UTF-8 unless one says so, in the hands of somebody else.
_OTHERWISE = {
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "LC_ALL": "C",
    "TZ": "Asia/Tokyo",
    **dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "somebody-else"),
}

_ANSWER = """
import importlib.util, os, sys, tempfile, traceback
def answer(asked):
    sys.path[:] = asked["path"]
    os.chdir(asked["folder"])
    tempfile.tempdir = asked["folder"]
    name, file = asked["module"], asked["file"]
    try:
        known = importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        known = False
    if not known and file:
        spec = importlib.util.spec_from_file_location(name, file)
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    import cloudpickle
    with open(asked["place"], "rb") as given:
        function, arguments = cloudpickle.load(given)
    told = cloudpickle.dumps(function(*arguments))
    with open(asked["place"], "wb") as place:
        place.write(told)
"""

#: Answers each question in a copy of a process that has imported the framework, and no plugin.
_SERVER = (
    _ANSWER
    + """
import json
import equifinal.testing
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        errors = os.open(asked["errors"], os.O_WRONLY | os.O_CREAT)
        os.dup2(errors, 1), os.dup2(errors, 2)
        code = 1
        try:
            answer(asked)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
)

_ALONE = _ANSWER + "\nimport json\nanswer(json.loads(sys.argv[1]))\n"


@cache
def _surroundings() -> dict[str, str]:
    """Environment variables of the other process: with its hashes, another one of the names comes first in a set than here."""
    here = {**os.environ, **_OTHERWISE, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for seed in map(str, range(1, 100)):
        asked = [sys.executable, "-S", "-c", f"print(next(iter(set({NAMES!r}))))"]
        there = {**here, "PYTHONHASHSEED": seed}
        first = subprocess.run(asked, env=there, capture_output=True, text=True, check=True)
        if first.stdout.strip() != next(iter(set(NAMES))):
            return there
    return here


@cache
def _server() -> "subprocess.Popen[str]":
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        env=_surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def end() -> None:
        with contextlib.suppress(OSError):
            server.communicate()

    atexit.register(end)
    return server


def _ask(asked: dict[str, Any]) -> int:
    """The exit code with which a process answered."""
    if sys.platform == "linux":  # elsewhere a process cannot be copied, or not safely
        server = _server()
        with contextlib.suppress(OSError, ValueError):  # when the server is gone, a process of its own answers
            if server.stdin is not None and server.stdout is not None:
                server.stdin.write(json.dumps(asked) + "\n")
                server.stdin.flush()
                return int(server.stdout.readline())
    with open(asked["errors"], "wb") as errors:
        alone = [sys.executable, "-c", _ALONE, json.dumps(asked)]
        return subprocess.run(alone, env=_surroundings(), stdout=errors, stderr=errors, check=False).returncode


def in_a_fresh_process(cls: type, what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """``function(*arguments)`` in a process that imports the module of `cls` anew and has another order of hashes and locale.

    Fails, in the words of the last line of its traceback, when it raises there.
    """
    import cloudpickle

    module = sys.modules.get(cls.__module__)
    file = "" if module is None or cls.__module__ == "__main__" else getattr(module, "__file__", None) or ""
    by_value = file and cls.__module__ in cloudpickle.list_registry_pickle_by_value()
    if by_value:
        cloudpickle.unregister_pickle_by_value(module)
    try:
        given = cloudpickle.dumps((function, arguments))
    finally:
        if by_value:
            cloudpickle.register_pickle_by_value(module)
    with tempfile.TemporaryDirectory(prefix="equifinal-check-") as folder:
        place, errors = Path(folder, "given"), Path(folder, "errors")
        place.write_bytes(given)
        where = {"folder": folder, "place": str(place), "errors": str(errors)}
        path = [os.path.abspath(each) for each in sys.path]
        if code := _ask({"module": cls.__module__, "file": file, "path": path, **where}):
            lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            fail(f"in another process {what} ended with {(lines or [f'exit code {code}'])[-1]}")
        return cloudpickle.loads(place.read_bytes())
