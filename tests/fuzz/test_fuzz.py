"""Whatever a file, an argument or a request holds, the answer is a result or an :class:`~equifinal.InputError`.

A few seconds for each target where all tests run; longer by hand: ``FUZZ=2000 pytest tests/fuzz`` draws 2,000 examples for each.
"""

import io
import json
import os
import re
import socket
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import equifinal as eq
from equifinal.base.files import real_path
from equifinal.base.folder import MANIFEST, check_folder, write_folder
from equifinal.plugin.requests import choose_outputs, name_and_parameters
from equifinal.sets import Expression

fuzzed = settings(
    max_examples=int(os.environ.get("FUZZ", 60)),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

DATA = Path(eq.studies()["heilongjiang"].cls.path).parent
STUDY, CASES = (DATA / name for name in ("study.toml", "cases.csv"))

#: Pieces that have broken programs.
ODD = st.sampled_from(
    [
        *(
            "",
            "0",
            "-1",
            "nan",
            "inf",
            "1e999",
            "9" * 310,
            "9" * 5000,
            "true",
            '""',
            '"""',
            "'",
            "=",
            ",",
            ";",
            ":",
            "#",
        ),
        *("[", "]", "{", "}", "[[", "(", ")", "*", "+", "~", "..", "/", "~nosuch/", "x" * 300, "[" * 400, "(" * 400),
        *("\t", "\n", "\r", "\r\n", "\0", "\x1b[2J", "\ufeff", "\ud800", "é", "\u2028", "LEAD", "OPEN", "=cmd()"),
        *("[study]", "[[condition]]", "expect", "<script>"),
    ]
)
ANY = ODD | st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ANY,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(ANY, each, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw, text):
    """A text with up to four pieces taken out, put in or doubled."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 3, 10, 100])))
        text = text[:start] + draw(ANY | st.just(text[start:end] * 2)) + text[end:]
    return text


def write(path, text):
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def result_or_sentence(function, *arguments):
    """What a call returns; ``None`` when it refuses its arguments in a sentence."""
    try:
        return function(*arguments)
    except eq.InputError as error:
        said = str(error)
    assert said.strip()
    return None


def loaded_and_run(file):
    study = result_or_sentence(eq.load_study, file)
    if study is None or result_or_sentence(study.calibrate) is None:
        return
    run = result_or_sentence(eq.run, study, ["clustering"])
    if run is not None:
        assert all(failure.message for failure in run.failures.values())


@fuzzed
@given(text=mutated(STUDY.read_text(encoding="utf-8")))
def test_a_study_file(text, tmp_path):
    (tmp_path / "cases.csv").write_bytes(CASES.read_bytes())
    write(tmp_path / "study.toml", text)
    loaded_and_run(tmp_path / "study.toml")


@fuzzed
@given(text=mutated(CASES.read_text(encoding="utf-8")))
def test_a_table(text, tmp_path):
    (tmp_path / "study.toml").write_bytes(STUDY.read_bytes())
    write(tmp_path / "cases.csv", text)
    loaded_and_run(tmp_path / "study.toml")


@fuzzed
@given(content=st.binary(max_size=200), place=st.integers(0, 5000))
def test_a_workbook(content, place, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from equifinal.study.case_table import read_cases

    book, whole = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["case", "a"])
    book.active.append(["x", 1])
    book.save(whole)
    damaged = whole.getvalue()
    (tmp_path / "cases.xlsx").write_bytes(damaged[:place] + content + damaged[place + len(content) :])
    result_or_sentence(read_cases, tmp_path / "cases.xlsx", ["case"], "")


@fuzzed
@given(text=mutated("LEAD*~FIN + DEM{2}*(HUM + ~LEAD)") | ANY)
def test_an_expression(text):
    found = result_or_sentence(Expression, text)
    if found is not None:
        frame = {name: np.array([0.2, 0.8]) for name in ("LEAD", "FIN", "DEM", "HUM")}
        import pandas as pd

        result_or_sentence(found.membership, pd.DataFrame(frame))


@fuzzed
@given(text=mutated("figures:formats=['pdf'],dpi=300") | ANY)
def test_a_parameter(text):
    result_or_sentence(name_and_parameters, text, "format")
    result_or_sentence(choose_outputs, [text])


@fuzzed
@given(given_=JSON)
def test_a_value_of_a_parameter(given_):
    result_or_sentence(eq.methods()["fsqca"].cls.from_parameters, {"pri_cutoff": given_, "frequency_cutoff": given_})
    result_or_sentence(
        eq.calibrators()["direct"].cls.from_parameters, {"full_out": given_, "crossover": 1, "full_in": 2}
    )


@fuzzed
@given(path=ANY | st.lists(ANY, max_size=3).map("/".join))
def test_a_path(path, tmp_path):
    result_or_sentence(real_path, path)
    result_or_sentence(eq.load_study, tmp_path / path if "\0" in path or path.startswith("/") else path)


@fuzzed
@given(files=JSON, raw=st.none() | st.text(max_size=30))
def test_a_manifest(files, raw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    outside = folder.parent / "outside.txt"
    outside.write_text("mine")
    write_folder(folder, lambda new: (new / "a.txt").write_text("a") and {"generator": "equifinal"})
    (folder / "thesis.txt").write_text("mine")
    text = (
        raw
        if raw is not None
        else json.dumps({"generator": "equifinal", "files": [files, "../outside.txt", str(outside)]})
    )
    write(folder / MANIFEST, text)
    result_or_sentence(check_folder, folder)
    result_or_sentence(write_folder, folder, lambda new: (new / "b.txt").write_text("b") and {"generator": "equifinal"})
    assert (folder / "thesis.txt").read_text() == outside.read_text() == "mine"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A client that has the token, and the body of a request that the page makes."""
    pytest.importorskip("dash", reason='needs pip install "equifinal[explore]"')
    from equifinal_explore.guard import Places
    from equifinal_explore.page import server

    folder = tmp_path_factory.mktemp("page")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = f"http://127.0.0.1:{listening.getsockname()[1]}"
        served = server(eq.load_study("heilongjiang"), listening, "token", places=Places(folder))
        served.server_close()
    client = served.app.test_client()
    assert client.get("/?token=token", base_url=host).status_code == 200
    return client, host, folder


SAVING = {
    "output": "..saved.children...replace.hidden..",
    "outputs": [{"id": "saved", "property": "children"}, {"id": "replace", "property": "hidden"}],
    "inputs": [{"id": name, "property": "n_clicks", "value": 1} for name in ("save", "replace")],
    "changedPropIds": ["save.n_clicks"],
    "state": [
        {"id": "path", "property": "value", "value": "PATH"},
        {"id": "name", "property": "value", "value": "again"},
        {"id": "moved", "property": "data", "value": {"label": "fsqca", "moved": []}},
    ],
}


@fuzzed
@given(body=mutated(json.dumps(SAVING)), path=ANY)
def test_a_request_to_the_page(body, path, page, capsys):
    client, host, folder = page
    body = body.replace("PATH", json.dumps(str(folder / "new") + path)[1:-1])
    before = set(folder.parent.iterdir())
    asked = client.post(
        "/_dash-update-component",
        base_url=host,
        data=body.encode("utf-8", "surrogatepass"),
        content_type="application/json",
    )
    assert asked.status_code < 500
    assert "Traceback" not in capsys.readouterr().err
    assert set(folder.parent.iterdir()) == before


@fuzzed
@given(path=ANY, name=ANY)
def test_what_is_saved_from_the_page_stays_in_its_folder(path, name, page):
    client, host, folder = page
    body = json.loads(json.dumps(SAVING))
    body["state"][0]["value"], body["state"][1]["value"] = str(folder / "saved") + path, name
    before = set(folder.parent.iterdir())
    asked = client.post("/_dash-update-component", base_url=host, json=body)
    assert asked.status_code == 200, asked.text
    assert re.search("Saved: |Nothing was saved", asked.text)
    assert set(folder.parent.iterdir()) == before
