"""Who may ask the page, what runs in it, and where it writes: asked of the server directly, as a stranger would."""

import base64
import hashlib
import html.parser
import json
import os
import socket

import pytest

import equifinal as eq

pytest.importorskip("dash", reason='needs pip install "equifinal[explore]"')

from equifinal_explore import guard
from equifinal_explore.page import server

HARM = "Cities</title><script>window.harmed = 1</script>{%scripts%}"


class Page:
    """The server of a study, as a client sees it that has the token or has not."""

    def __init__(self, study, places):
        self.token = guard.new_token()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.host = f"127.0.0.1:{listening.getsockname()[1]}"
            served = server(study, listening, self.token, places=places)
            self.app = served.app
            served.server_close()

    def client(self, let_in=True):
        client = self.app.test_client()
        if let_in:
            client.get(f"/?token={self.token}", base_url=f"http://{self.host}")
        return client

    def get(self, path, client=None, **headers):
        return (client or self.client()).get(path, base_url=f"http://{self.host}", headers=headers)

    def save(self, path, button="save", client=None):
        """What the page says to a press on a button, with the study's own settings."""
        request = {
            "output": "..saved.children...replace.hidden..",
            "outputs": [{"id": "saved", "property": "children"}, {"id": "replace", "property": "hidden"}],
            "inputs": [{"id": name, "property": "n_clicks", "value": 1} for name in ("save", "replace")],
            "changedPropIds": [f"{button}.n_clicks"],
            "state": [
                {"id": "path", "property": "value", "value": path},
                {"id": "name", "property": "value", "value": "again"},
                {"id": "moved", "property": "data", "value": {"label": "fsqca", "moved": []}},
            ],
        }
        asked = (client or self.client()).post("/_dash-update-component", base_url=f"http://{self.host}", json=request)
        return asked.status_code, json.dumps(asked.get_json(silent=True)) if asked.status_code == 200 else asked.text


@pytest.fixture
def page(tmp_path):
    def made(confirm=None, **further):
        study = eq.load_study("heilongjiang")
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        return Page(
            eq.Study(
                name="towns",
                data=study.data,
                outcome=study.outcome,
                conditions=study.conditions,
                methods={"fsqca": {}},
                **further,
            ),
            guard.Places(folder, confirm),
        )

    return made


class Scripts(html.parser.HTMLParser):
    """The title and the inline scripts of a page, as a browser finds them."""

    def __init__(self, page):
        super().__init__()
        self.title, self.inline, self._in = "", [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        data_only = given.get("type") == "application/json"
        self._in = tag if tag == "title" or (tag == "script" and "src" not in given and not data_only) else None

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, text):
        if self._in == "title":
            self.title += text
        elif self._in:
            self.inline.append(text)


PATHS = ["/", "/_dash-layout", "/_dash-dependencies", "/assets/explore.js", "/_favicon.ico", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", ["", "?token=", "?token=wrong", "?token=%C3%A9"])
def test_without_the_token_nothing_is_answered(path, token, page):
    made = page()
    asked = made.get(path + token, made.client(let_in=False))
    assert asked.status_code == 403
    assert "Set-Cookie" not in asked.headers
    assert "use the address that the terminal shows" in asked.text


def test_without_the_token_nothing_is_written(page, tmp_path):
    made = page()
    status, _ = made.save(str(tmp_path / "folder" / "mine"), client=made.client(let_in=False))
    assert status == 403
    assert not list((tmp_path / "folder").iterdir())


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_the_token_does_not_help_another_site(headers, page):
    made = page()
    asked = made.get(f"/?token={made.token}", made.client(let_in=False), **headers)
    assert (asked.status_code, asked.headers.get("Set-Cookie")) == (403, None)


def test_the_token_opens_the_page_and_a_cookie_keeps_it_open(page):
    made = page()
    client = made.client(let_in=False)
    first = made.get(f"/?token={made.token}", client)
    assert first.status_code == 200
    cookie = first.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
    assert [made.get(path, client).status_code for path in PATHS[:4]] == [200] * 4
    assert len({guard.new_token() for _ in range(100)}) == 100


def test_only_the_pages_own_scripts_run_whatever_the_title(page):
    made = page(title=HARM)
    asked = made.get("/")
    found = Scripts(asked.text)
    assert found.title == f"{HARM} – explore"
    assert not any("harmed" in script for script in found.inline)
    policy = dict(part.strip().split(" ", 1) for part in asked.headers["Content-Security-Policy"].split(";"))
    assert "'unsafe-inline'" not in policy["script-src"]
    for script in found.inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"].split()


def test_it_writes_inside_its_folder(page, tmp_path):
    status, said = page().save(str(tmp_path / "folder" / "mine"))
    assert (status, "Saved: " in said) == (200, True)
    assert eq.load_study(tmp_path / "folder" / "mine").name == "again"


@pytest.mark.parametrize("way", ["straight", "by dots", "by a link"])
def test_elsewhere_it_writes_only_when_the_terminal_agrees(way, page, tmp_path):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    path = outside / "pyproject.toml"
    (tmp_path / "folder").mkdir()
    if way == "by dots":
        path = tmp_path / "folder" / ".." / "elsewhere" / "pyproject.toml"
    elif way == "by a link":
        (tmp_path / "folder" / "link").symlink_to(outside)
        path = tmp_path / "folder" / "link" / "pyproject.toml"
    asked = []
    for confirm, reason in (
        (None, "Choose a place inside it"),
        (lambda path: asked.append(path), "It was not allowed in the terminal"),
    ):
        for button in ("save", "replace"):
            _, said = page(confirm).save(str(path), button)
            assert "lies outside" in said
            assert reason in said
    assert asked == [str(outside / "pyproject.toml")] * 2
    assert not list(outside.iterdir())
    _, said = page(lambda path: True).save(str(path))
    assert "Saved: " in said
    assert (outside / "pyproject.toml").exists()


@pytest.mark.parametrize("answer", ["y", "n", "", None])
def test_the_terminal_is_asked_in_words_without_control_characters(answer, monkeypatch):
    asked = []

    def ask(prompt):
        asked.append(prompt)
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", ask)
    assert guard.ask_in_terminal("/x\x1b[2J") is (answer == "y")
    assert "\x1b" not in asked[0]


@pytest.mark.parametrize("path", ["a\0b", "x" * 9000, "y" * 300, "~nosuchuser/a", "\ud800", "/", "\x1b[2J\0"])
def test_an_odd_path_gets_a_sentence(path, page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inside = path if path.startswith(("/", "~")) else os.path.join(tmp_path / "folder", path)
    status, said = page().save(inside)
    assert status == 200
    assert "Nothing was saved. " in said
    assert not list((tmp_path / "folder").iterdir())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"output": 1}', b'{"output": "..saved.children...replace.hidden..", "inputs": 3}', b"\xff"],
)
def test_a_request_that_the_page_does_not_make_is_answered_in_one_line(body, page, capsys):
    made = page()
    asked = made.client().post(
        "/_dash-update-component", base_url=f"http://{made.host}", data=body, content_type="application/json"
    )
    assert 400 <= asked.status_code < 500
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1
