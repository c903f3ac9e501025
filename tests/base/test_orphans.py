"""Nothing goes on working when its parent has been killed, and an interrupt is one line."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from Linux's /proc")

WORK = """
import os, pathlib, time
from equifinal.base.parallel import work
from equifinal.base.time_limit import within_for_each

def busy(number, folder):
    pathlib.Path(folder, str(os.getpid())).touch()
    while True:
        sum(range(1000))

tasks = [(number, {folder!r}) for number in range(2)]
"""

WAYS = {
    "jobs": 'list(work(busy, tasks, 2, "", False))',
    "time limit": 'within_for_each(600, "the work", busy, tasks[:1])',
    "time limit and jobs": 'within_for_each(600, "the work", busy, tasks, 2)',
}


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def started(tmp_path):
    """A process with workers, and the ids of these; all are ended at the end."""
    running, workers = [], []

    def start(way):
        code = WORK.format(folder=str(tmp_path)) + WAYS[way]
        running.append(subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True))
        wanted, until = 1 if way == "time limit" else 2, time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < wanted and time.monotonic() < until:
            time.sleep(0.05)
        workers.extend(int(path.name) for path in tmp_path.iterdir())
        assert len(workers) == wanted
        return running[0], workers

    yield start
    for pid in workers:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("way", WAYS)
def test_workers_end_with_their_parent(way, sent, started):
    process, workers = started(way)
    process.send_signal(sent)
    process.wait(timeout=30)
    until = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in workers if is_alive(pid)] == []


def test_a_worker_ends_where_the_system_sends_no_signal(started, monkeypatch):
    WAYS["no signal"] = (
        "from equifinal.base import orphans, parallel\n"
        "parallel.parent_to_follow = lambda: (os.getpid(), False)\n" + WAYS["jobs"]
    )
    try:
        test_workers_end_with_their_parent("no signal", signal.SIGKILL, started)
    finally:
        del WAYS["no signal"]


def test_workers_outlive_the_thread_that_asked_for_them():
    code = (
        "import os, threading\n"
        "from equifinal.base.parallel import work\n"
        "from equifinal.base.time_limit import within_for_each\n"
        "def pid(number):\n    import time; time.sleep(0.1); return os.getpid()\n"
        "found = []\n"
        "def ask():\n"
        "    found.append({*work(pid, [(1,), (2,), (3,)], 2, '', False)})\n"
        "    found.append({*within_for_each(60, 'it', pid, [(1,), (2,)], 2)})\n"
        "for _ in range(2):\n"
        "    thread = threading.Thread(target=ask); thread.start(); thread.join()\n"
        "ask()\n"
        "print(len(found), found[1] == found[3] == found[5])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "6 True\n", "")


def interrupted(moments, *arguments):
    code = "from equifinal.shell.start import main; print('begun', flush=True); main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "begun\n"
        for seconds in moments:
            time.sleep(seconds)
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    return process.returncode, said


@pytest.mark.parametrize("moment", range(6))
def test_an_interrupt_soon_after_the_start_is_one_line(moment):
    seconds = 0.002 + random.Random(moment).uniform(0, 0.2)  # main() has begun by then, unless the machine is busy
    code, said = interrupted([seconds], "compare", "open-data-barometer-2014", "-q")
    assert code in (130, -signal.SIGINT)
    assert said in ("Interrupted.\n", "")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("after", [0.3, 1.5, 4])
def test_three_interrupts_are_one_line(after, jobs):
    code, said = interrupted(
        [after, 0.03, 0.1], "compare", "open-data-barometer-2014", "-q", "-j", jobs, "--permutations", "5000"
    )
    assert code in (
        130,
        -signal.SIGINT,
    )  # the last one may come when Python has put its handlers away; a shell says 130 to both
    assert len(said.splitlines()) == 1
    assert said.startswith("Interrupted")


def test_an_interrupt_that_python_drops_is_raised_again():
    code = """
import os, signal, time, weakref
from equifinal.shell.interrupts import heard, take_one_interrupt

class Thing:
    pass

def dropped(reference):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)

take_one_interrupt()
thing = Thing()
reference = weakref.ref(thing, dropped)
del thing
try:
    time.sleep(20)
    print("lost")
except KeyboardInterrupt:
    time.sleep(1.5)  # cleaning up is left in peace
    print("raised again")
finally:
    heard()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "raised again\n", "")


def test_an_interrupt_where_typer_would_end_without_a_word_is_one_line():
    code = """
import os, signal
from equifinal.shell import commands
from equifinal.shell.start import main
commands.CommandsOfPlugins.invoke = lambda self, context: os.kill(os.getpid(), signal.SIGINT)
main()
"""
    ended = subprocess.run([sys.executable, "-c", code, "list"], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "Interrupted.\n")
