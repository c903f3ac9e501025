"""The command: what it says, where it listens, how it ends."""

import builtins
import re
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import equifinal as eq
from equifinal_explore import command

COMMAND = Path(sys.executable).with_name("equifinal")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{32})")

pytest.importorskip("dash", reason='needs pip install "equifinal[explore]"')


@pytest.fixture
def started(start_process):
    """Start the command, and wait until it says where it is: the process, what it says, the port."""

    def start(*arguments):
        process = start_process(COMMAND, "explore", *arguments, "--no-browser")
        line = process.stdout.readline()
        assert ADDRESS.search(line), line + process.stderr.read()
        return process, line, int(ADDRESS.search(line)[1])

    return start


def answer(line, **headers):
    request = urllib.request.Request(ADDRESS.search(line)[0], headers=headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.status, response.read().decode(), response.headers


def test_it_says_where_it_is_and_ends_quietly(started):
    process, line, _ = started("heilongjiang")
    assert "Data openness in twelve cities of Heilongjiang" in line
    assert "this computer only" in line
    status, page, headers = answer(line)
    assert status == 200
    assert '<html lang="en">' in page
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_no_page_of_another_site_is_named_in_it(started):
    _, page, _ = answer(started("heilongjiang")[1])
    assert set(re.findall(r"https?://[^/\"' ]+", page)) <= {"http://127.0.0.1"}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the open sockets from Linux's /proc")
def test_it_listens_on_this_computer_only(started):
    process, _, port = started("heilongjiang")
    opened = {str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir() if link.is_symlink()}
    listening = []
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in opened:
                listening.append(fields[1])
    assert listening == [f"0100007F:{port:04X}"]  # 127.0.0.1, lowest byte first


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_what_another_site_sends_through_the_browser_is_refused(headers, started):
    line = started("heilongjiang")[1]
    with pytest.raises(urllib.error.HTTPError) as refused:
        answer(line, **headers)
    assert refused.value.code == 403


def test_the_next_free_port_is_taken_and_one_asked_for_is_not_replaced(started, cli):
    first, second = started("heilongjiang")[2], started("heilongjiang")[2]
    assert second > first >= 8050
    ended = cli("explore", "heilongjiang", "--port", second, "--no-browser")
    assert ended.code == 2
    assert f"Port {second} is taken by another program. Choose another one" in ended.err


def test_a_port_asked_for_is_used(started):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert started("heilongjiang", "--port", port)[2] == port


@pytest.mark.parametrize("study", ["heilongjian", "/nowhere/study.toml", "pyproject.toml"])
def test_a_wrong_study_is_said_as_compare_says_it(study, cli):
    theirs, own = cli("explore", study, "--no-browser"), cli("compare", study)
    assert (theirs.code, theirs.out, theirs.err) == (2, "", own.err)
    assert own.err.startswith("Error: ")


def test_a_study_that_cannot_be_calibrated_is_said_as_compare_says_it(tmp_path, cli):
    eq.save_study(eq.load_study("heilongjiang"), tmp_path)
    file = tmp_path / "study.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("full_in = 80", "full_in = 40", 1), encoding="utf-8")
    theirs, own = cli("explore", file, "--no-browser"), cli("compare", file)
    assert (theirs.code, theirs.err) == (2, own.err)
    assert "the anchors must rise or fall" in own.err


@pytest.mark.parametrize("package", ["dash", "flask"])
def test_a_missing_package_is_said_with_the_remedy(package, monkeypatch, cli):
    real = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] in (package, "equifinal_explore") and "page" in (name + str(rest[2:3])):
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "equifinal_explore.page", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    ended = cli("explore", "heilongjiang", "--no-browser")
    assert ended.code == 2
    assert f"needs the package {package}, which is not installed" in ended.err
    assert 'pip install "equifinal[explore]"' in ended.err


def test_a_fault_of_our_own_is_no_missing_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "equifinal_explore.page", None)  # as if the module itself were gone
    with pytest.raises(ImportError):
        command.explore("heilongjiang", browser=False)


def test_a_plugin_file_is_there(started, tmp_path):
    plugin = tmp_path / "mine.py"
    plugin.write_text(
        "import equifinal as eq\n\n\nclass Mine(eq.StudySource):\n    pass\n\n\n@eq.hookimpl\ndef equifinal_studies():\n"
        f"    return [eq.StudySource('mine', {str(eq.studies()['heilongjiang'].cls.path)!r})]\n"
    )
    assert "twelve cities" in started("mine", "--plugin", plugin)[1]


def test_the_browser_gets_the_token_by_a_file_that_only_its_owner_reads(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("werkzeug.serving.BaseWSGIServer.serve_forever", lambda self: opened.append(read(opened[0])))

    def read(uri):
        file = Path(urllib.request.url2pathname(uri.removeprefix("file://")))
        return file, file.parent.stat().st_mode & 0o077, file.read_text(encoding="utf-8")

    command.explore("heilongjiang")
    uri, (file, for_others, page) = opened
    assert "token" not in uri
    assert for_others == 0 or sys.platform == "win32"
    assert ADDRESS.search(page)
    assert not file.exists()  # it is gone with the page
