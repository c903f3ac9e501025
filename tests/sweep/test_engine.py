"""The engine: every specification once, whatever happens in between."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence

import pytest

import equifinal as eq


def squares(n):
    if n == 7:
        raise ZeroDivisionError("seven")
    return {"squares": [{"n": n, "square": n * n}], "halves": [{"half": n / 2}, {"half": -n / 2}]}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_rows_do_not_depend_on_the_number_of_processes(n_jobs):
    store = eq.sweep_over(range(40), squares, n_jobs=n_jobs)
    expected = [n for n in range(40) if n != 7]
    assert store.frame("squares")["square"].tolist() == [n * n for n in expected]
    assert store.frame("squares")["specification"].tolist() == [n + 1 for n in expected]
    assert len(store.frame("halves")) == 78


def test_failures_are_rows_and_the_others_go_on():
    store = eq.sweep_over(range(10), squares, n_jobs=1)
    (failure,) = store.frame("failures").to_dict("records")
    assert (failure["specification"], failure["exception"], failure["message"]) == (8, "ZeroDivisionError", "seven")
    assert "in squares" in failure["traceback"]
    assert len(store) == 10


def test_what_is_there_is_not_computed_again(tmp_path):
    asked = []

    def task(n):
        asked.append(n)
        return {"rows": [{"n": n}]}

    eq.sweep_over([1, 2, 3], task, tmp_path / "s.sweep", n_jobs=1).close()
    store = eq.sweep_over([3, 4, 2, 5, 4], task, tmp_path / "s.sweep", n_jobs=1)
    assert asked == [1, 2, 3, 4, 5]
    assert store.frame("rows")["n"].tolist() == [1, 2, 3, 4, 5]


def test_a_specification_given_twice_counts_once_with_several_processes():
    store = eq.sweep_over([1, 1, 2, 2, 1], squares, n_jobs=2)
    assert store.frame("squares")["n"].tolist() == [1, 2]


def test_a_plan_must_have_a_length_and_be_plain():
    with pytest.raises(eq.InputError, match="only once"):
        eq.sweep_over((n for n in range(3)), squares, n_jobs=1)
    with pytest.raises(eq.InputError, match="n_jobs"):
        eq.sweep_over([1], squares, n_jobs=0)
    assert len(eq.sweep_over([], squares, n_jobs=2)) == 0


class Plan(Sequence):
    """Specifications that are made when asked for."""

    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, n):
        if n >= self.count:
            raise IndexError
        return {"n": n, "text": "x" * 100}


def test_memory_does_not_grow_with_the_plan():
    def peak(count):
        tracemalloc.start()
        eq.sweep_over(Plan(count), lambda each: {"rows": [each]}, n_jobs=1).close()
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(100)  # imports
    assert peak(8000) < peak(1000) + 200_000  # 8000 rows would be 2 MB


def test_a_progress_bar_is_shown_when_wanted(capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a terminal
    eq.sweep_over(range(3), squares, n_jobs=1, progress=True)
    assert "Sweeping" in capfd.readouterr().err


SCRIPT = """
import sys, time
import equifinal as eq

def task(specification, log=sys.argv[2]):
    time.sleep(0.01)
    with open(log, "a") as file:
        file.write(f"{specification['n']}\\n")
    return {"rows": [{"n": specification["n"]}] * 2}

eq.sweep_over([{"n": n} for n in range(400)], task, sys.argv[1], n_jobs=2).close()
"""


def done(path):
    """How many specifications another process has kept so far."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM specifications").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="No process groups on this system.")
def test_a_run_that_was_killed_goes_on_where_it_was(start_process, tmp_path):
    script, path = tmp_path / "run.py", tmp_path / "s.sweep"
    script.write_text(SCRIPT)
    kept: set[int] = set()
    for attempt, enough in enumerate((40, 130, 230)):
        log = tmp_path / f"log {attempt}"
        started = start_process(sys.executable, script, path, log, stdout=None, stderr=None)
        deadline = time.monotonic() + 120
        while done(path) < enough:
            assert started.poll() is None, "it ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        if attempt:
            os.killpg(started.pid, signal.SIGKILL)  # the process and those that it started, which have its group
        else:
            started.kill()  # the process alone: what the others still compute goes nowhere
        started.wait()
        computed = {int(line) for line in log.read_text().split()}
        assert not computed & kept  # nothing that was kept before is computed again
        with sqlite3.connect(path) as connection:
            rows = [row[0] for row in connection.execute("SELECT n FROM rows")]
        kept = set(rows)
        assert sorted(rows) == sorted([*kept] * 2)  # both rows of each specification, or none
        assert enough <= len(kept) == done(path) < 400
    log = tmp_path / "last log"
    subprocess.run([sys.executable, script, path, log], check=True, timeout=240)
    assert sorted(int(line) for line in log.read_text().split()) == sorted(set(range(400)) - kept)
    with eq.Store(path) as store:
        assert len(store) == 400
        assert sorted(store.frame("rows")["n"]) == sorted([*range(400)] * 2)


def test_work_goes_to_a_dask_cluster():
    distributed = pytest.importorskip("distributed", reason='No Dask: pip install "equifinal[distributed]".')
    import joblib

    def task(n):
        return {"rows": [{"n": n, "process": os.getpid()}]}

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config("dask"),
    ):
        store = eq.sweep_over(range(40), task)
    found = store.frame("rows")
    assert found["n"].tolist() == list(range(40))
    assert os.getpid() not in set(found["process"])
