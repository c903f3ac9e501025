"""A process that knows nothing of this one: what it says can be held against what is said here."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from equifinal.testing.checks import fail

_CHILD = """
import importlib.util, sys
name, file, place = sys.argv[1:]
try:
    known = importlib.util.find_spec(name) is not None
except (ImportError, ValueError):
    known = False
if not known and file:
    spec = importlib.util.spec_from_file_location(name, file)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
import cloudpickle
with open(place, "rb") as given:
    function, arguments = cloudpickle.load(given)
answer = cloudpickle.dumps(function(*arguments))
with open(place, "wb") as told:
    told.write(answer)
"""

#: Another order of hashes than almost any process has, and a place where nothing is in UTF-8 unless one says so.
_OTHERWISE = {
    "PYTHONHASHSEED": "4711",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "LC_ALL": "C",
    "TZ": "Asia/Tokyo",
}


#: Names of conditions in the sample study of other processes, in no order, so that whatever sorts them shows.
NAMES = ("ZEAL", "C", "MEANS", "A")


@cache
def _other_hashes() -> str:
    """A seed with which another one of the names comes first in a set than in this process."""
    for seed in map(str, range(1, 100)):
        asked = [sys.executable, "-S", "-c", f"print(next(iter(set({NAMES!r}))))"]
        first = subprocess.run(
            asked, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        if first.stdout.strip() != next(iter(set(NAMES))):
            return seed
    return "0"


def in_a_fresh_process(cls: type, what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """``function(*arguments)`` in a new process, which imports the module of `cls` anew and has another order of hashes and locale.

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
        place = Path(folder, "given")
        place.write_bytes(given)
        hashes = {"PYTHONHASHSEED": _other_hashes()}
        ended = subprocess.run(
            [sys.executable, "-c", _CHILD, cls.__module__, file, str(place)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **_OTHERWISE, **hashes},
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if ended.returncode:
            last = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
            fail(f"in another process {what} ended with {last}")
        return cloudpickle.loads(place.read_bytes())
