"""What a plugin does to what it was given reaches nobody else, and is found and reported."""

import io
import json
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cloudpickle
import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, made, scores
from equifinal.base.own import Handing, changes, own
from equifinal.base.surroundings import restored
from equifinal.plugin import registry as registries

METHODS = ["fsqca", "regression", "clustering"]

#: A hook, what its implementation does, and the table that it changes.
OBSERVERS = {
    "calibration": (
        "def equifinal_after_calibration(calibrated):\n    calibrated.fuzzy.iloc[:, :] = 0.7",
        r"equifinal_after_calibration changed what it was given \(calibrated\.fuzzy\)",
    ),
    "before": (
        "def equifinal_before_analysis(label, calibrated):\n    calibrated.raw.iloc[:, :] = 1.0",
        r"equifinal_before_analysis changed what it was given \(calibrated\.raw\)",
    ),
    "after": (
        "def equifinal_after_analysis(label, analysis):\n"
        "    analysis.cases['predicted'] = 0.9\n"
        "    analysis.configurations['cases'].iloc[:1].map(list.clear)\n"
        "    analysis.notes.append('forged')",
        r"equifinal_after_analysis changed what it was given \(analysis\.configurations, analysis\.cases, analysis\.notes\)",
    ),
    "comparison": (
        "def equifinal_after_comparison(comparison):\n"
        "    comparison.verdicts.iloc[:, :] = 'supported'\n"
        "    comparison.run.results['fsqca'].fit.clear()",
        r"equifinal_after_comparison changed what it was given \(.*comparison\.verdicts\)",
    ),
    "written": (
        "def equifinal_after_writing(paths):\n    paths.clear()",
        r"equifinal_after_writing changed what it was given \(paths\)",
    ),
    "failed": (
        "def equifinal_analysis_failed(failure):\n    object.__setattr__(failure, 'message', 'all is well')",
        r"equifinal_analysis_failed changed what it was given \(failure\.message\)",
    ),
    "wrapper": (
        "def equifinal_after_comparison(comparison):\n"
        "    comparison.fit.iloc[:, :] = 1.0\n"
        "    outcome = yield\n"
        "    return outcome",
        r"equifinal_after_comparison changed what it was given \(comparison\.fit\)",
    ),
    "assess": (
        "def equifinal_assess(analysis, proposition, calibrated):\n"
        "    calibrated.fuzzy.iloc[:, :] = 0.7\n"
        "    analysis.conditions['direction'] = 1",
        r"equifinal_assess changed what it was given \(analysis\.conditions, calibrated\.fuzzy\)",
    ),
}

FAILING = '''
class Fails(eq.Method):
    """It fails."""

    name = "fails"

    def analyze(self, calibrated, rng):
        raise ValueError("no")
'''


@pytest.fixture
def fresh() -> Iterator[registries.Registry]:
    former = list(registries._current)
    yield registries.start()
    registries._current[:] = former


def load(how: str, body: str, folder: Path, registry: registries.Registry) -> None:
    """Load a plugin named ``forger`` as a single file, or registered as an installed module is."""
    text = f"import equifinal as eq\nimport pandas as pd\n{FAILING}\n{body}\n"
    text += "\n\n@eq.hookimpl\ndef equifinal_methods():\n    return [Fails]\n"
    (folder / "forger.py").write_text(text)
    if how == "file":
        eq.load_plugin(folder / "forger.py")
        return
    sys.path.insert(0, str(folder))
    try:
        sys.modules.pop("forger", None)
        import forger

        cloudpickle.register_pickle_by_value(forger)  # no installed package: other processes cannot import it
    finally:
        sys.path.remove(str(folder))
    registry._plugins["forger"] = registries.Plugin("forger", "forger-dist", "1.0")
    registry._plugins["forger"] = registry._register(forger, registry._plugins["forger"])
    registry._forget()


def written(folder: Path, n_jobs: int = 1, formats: tuple[str, ...] = ("json",), failing: bool = False) -> str:
    methods = dict.fromkeys(METHODS)
    run = eq.run(eq.load_study("heilongjiang"), methods=[*methods, *(["fails"] if failing else [])], n_jobs=n_jobs)
    eq.compare(run).write(folder, formats=list(formats))
    text = (folder / "comparison.json").read_text()
    return without_plugins(text.replace("/again/forger.py", "/forger.py"))


def without_plugins(text: str) -> str:
    """A comparison.json without what says when and with which plugins it was made."""
    found = json.loads(text)
    for key in ("created", "plugins", "formats"):
        found["manifest"].pop(key, None)
    return json.dumps(found)


@pytest.mark.parametrize("how", ["file", "module"])
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("what", OBSERVERS)
def test_an_observer_that_forges_changes_its_own_copy_and_is_named(what, n_jobs, how, fresh, tmp_path):
    body, said = OBSERVERS[what]
    marker = "@eq.hookimpl(wrapper=True)" if what == "wrapper" else "@eq.hookimpl"
    load(how, "", tmp_path, fresh)
    failing = what == "failed"
    expected = written(tmp_path / "before", n_jobs, failing=failing)
    registry = registries.start()
    (tmp_path / "again").mkdir()
    load(how, f"{marker}\n{body}", tmp_path / "again", registry)
    with pytest.warns(UserWarning, match=f"Plugin forger.*{said}, a copy of its own"):
        found = written(tmp_path / "after", n_jobs, failing=failing)
    assert found == expected


def test_two_observers_get_a_copy_each_and_the_caller_keeps_the_original(fresh):
    seen = []
    for name in ("one", "two"):
        module = ModuleType(name)

        def observe(comparison):
            seen.append(comparison)
            assert set(comparison.verdicts.to_numpy().ravel()) != {"supported"}
            comparison.verdicts.iloc[:, :] = "supported"

        module.equifinal_after_comparison = eq.hookimpl(observe)  # type: ignore[attr-defined]
        plugin = registries.Plugin(name, f"dist-{name}", "1.0")
        fresh._plugins[name] = fresh._register(module, plugin)
    with pytest.warns(UserWarning, match="copy of its own") as told:
        comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    assert len(seen) == 2
    assert len({id(each) for each in [*seen, comparison]}) == 3
    assert set(comparison.verdicts.to_numpy().ravel()) != {"supported"}
    assert sorted(str(each.message).split()[1] for each in told if "copy of its own" in str(each.message)) == [
        "one",
        "two",
    ]


OUTPUT = '''
class Spoiler(eq.Output):
    """It spoils."""

    name = "aspoiler"

    def write(self, comparison, directory):
        comparison.verdicts.iloc[:, :] = "supported"
        comparison.agreement["predictions"].iloc[:, :] = 1.0
        comparison.analyses["fsqca"].configurations["cases"].iloc[0].clear()
        comparison.calibrated.fuzzy.iloc[:, :] = 0.7
        (directory / "spoiled.txt").write_text(comparison.verdicts.to_string())
        return [directory / "spoiled.txt"]


@eq.hookimpl
def equifinal_outputs():
    return [Spoiler]
'''


@pytest.mark.parametrize("how", ["file", "module"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_output_that_changes_the_comparison_spoils_no_other(n_jobs, how, fresh, tmp_path):
    load(how, OUTPUT, tmp_path, fresh)
    expected = written(tmp_path / "before", n_jobs)
    with pytest.warns(
        UserWarning, match=r"The output 'aspoiler' of the plugin forger .*comparison\.verdicts.*own"
    ) as told:
        found = written(tmp_path / "after", n_jobs, ("aspoiler", "json"))
    assert found == expected
    assert "supported" in (tmp_path / "after" / "spoiled.txt").read_text()
    notes = json.loads((tmp_path / "after" / "manifest.json").read_text())["notes"]
    assert notes == [str(each.message) for each in told if "copy of its own" in str(each.message)]


def test_what_is_computed_once_is_computed_by_the_original(fresh, tmp_path, monkeypatch):
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=METHODS))
    handing = Handing(comparison=comparison)
    forged, other = handing.copies()["comparison"], handing.copies()["comparison"]
    forged.verdicts.iloc[:, :] = "supported"
    forged.agreement["verdicts"].iloc[:, :] = 0.123
    assert "agreement" in vars(comparison)
    pd.testing.assert_frame_equal(other.agreement["verdicts"], comparison.agreement["verdicts"])
    assert not (comparison.agreement["verdicts"] == 0.123).any(axis=None)
    assert other.agreement["verdicts"] is not comparison.agreement["verdicts"]
    assert handing.changed({"comparison": other}) == []
    assert "comparison.verdicts" in handing.changed({"comparison": forged})
    assert not other.with_asymmetry


METHOD = '''
class Forger(eq.Method):
    """It forges in one of its steps."""

    name = "forger"
    step: str = ""

    def _forge(self, step, calibrated, analysis=None):
        if step == self.step:
            calibrated.raw.iloc[:, :] = 1.0
            if analysis is not None:
                analysis.cases["predicted"] = 0.99

    def analyze(self, calibrated, rng):
        names, outcome = list(calibrated.condition_names), calibrated.fuzzy[calibrated.outcome.name]
        conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": "-"}, index=names)
        configurations = pd.DataFrame({"expression": [], "cases": [], "consistency": [], "coverage": []})
        guess = calibrated.fuzzy[names].mean(axis=1)  # better than a constant, or it would not be asked for advice
        cases = pd.DataFrame({"group": None, "predicted": guess}, index=calibrated.cases)
        return eq.Analysis(self, conditions, configurations, cases, {})

    def refit(self, calibrated, rng):
        found = self.analyze(calibrated, rng)
        self._forge("refit", calibrated)
        return found

    def predict(self, analysis, calibrated):
        found = calibrated.fuzzy[list(calibrated.condition_names)].mean(axis=1)
        self._forge("predict", calibrated, analysis)
        return found

    def assess(self, analysis, proposition, calibrated):
        verdict = eq.Verdict("inconclusive", f"{analysis.cases['predicted'].iloc[0]:.3f}")
        self._forge("assess", calibrated)
        return verdict

    def advise(self, analysis, calibrated):
        found = pd.Series("-", index=calibrated.cases)
        self._forge("advise", calibrated, analysis)
        return found


class Zeroes(eq.Proposition):
    """It zeroes the importances."""

    claim = "zeroes"

    def judge(self, importance):
        if importance is not None:
            importance.iloc[:, :] = 0.0
        return eq.Verdict("supported")


@eq.hookimpl
def equifinal_propositions():
    return [Zeroes]
'''


def load_method(how: str, folder: Path, registry: registries.Registry) -> None:
    text = METHOD
    load(how, text.replace("@eq.hookimpl", "Fails = Forger\n\n\n@eq.hookimpl"), folder, registry)


def facts(comparison: eq.Comparison) -> dict[str, str]:
    tables = ("verdicts", "verdict_evidence", "conditions", "cases", "fit", "advice")
    return {each: getattr(comparison, each).to_json() for each in tables}


@pytest.mark.parametrize("how", ["file", "module"])
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("step", ["refit", "predict", "assess", "advise"])
def test_a_method_that_forges_in_any_step_changes_its_own_copy_and_is_named(step, n_jobs, how, fresh, tmp_path):
    load_method(how, tmp_path, fresh)
    study = eq.load_study("heilongjiang")

    def compared(step):
        method = eq.methods()["forger"].cls(step=step)
        return eq.compare(
            eq.run(study, methods={"forger": method, "fsqca": eq.methods()["fsqca"].cls()}, n_jobs=n_jobs)
        )

    expected = compared("")
    with pytest.warns(UserWarning, match=r"Method 'forger' of forger .*It changed its input .*study\.raw"):
        found = compared(step)
    assert facts(found) == facts(expected)
    assert found.run.analyses["forger"].cases.equals(expected.run.analyses["forger"].cases)
    notes = set(found.notes["note"]) - set(expected.notes["note"])
    assert len(notes) == 1
    assert "It changed its input" in notes.pop()


@pytest.mark.parametrize("how", ["file", "module"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_claim_that_zeroes_the_importances_spoils_no_other(n_jobs, how, fresh, tmp_path):
    load_method(how, tmp_path, fresh)
    study = eq.load_study("heilongjiang")
    key = eq.propositions()["key"].cls(id="K", conditions=("LEAD", "DEM"))
    zeroes = eq.propositions()["zeroes"].cls(id="Z")

    def compared(*propositions):
        from dataclasses import replace

        return eq.compare(eq.run(replace(study, propositions=propositions), methods=["fsqca"], n_jobs=n_jobs))

    expected = compared(key)
    with pytest.warns(
        UserWarning, match=r"The claim 'zeroes' of the plugin forger .* changed its input \(importance\)"
    ):
        found = compared(zeroes, key)
    assert found.verdict_evidence.loc["K"].tolist() == expected.verdict_evidence.loc["K"].tolist()
    pd.testing.assert_frame_equal(found.conditions, expected.conditions)
    assert any("zeroes" in note for note in found.notes["note"])


def test_a_measure_cannot_make_its_arrays_writable():
    from equifinal.comparison.measures import Measure, measures

    def forge(predicted, outcome, weights):
        predicted.setflags(write=True)
        predicted[:] = outcome
        return 0.0

    def error(predicted, outcome, weights):
        return float(np.abs(predicted - outcome).mean())

    which = [Measure("forge", "forge", True, forge), Measure("error", "error", True, error)]
    problems: dict[str, str] = {}
    found = measures([0.9, 0.2], [0.5, 0.1], which, problems)
    assert found["error"] == pytest.approx(0.25)
    assert "WRITEABLE" in problems["forge"]


# ------------------------------------------------------------------------------------------------ what is shared


def test_the_surroundings_are_put_back_and_the_change_is_reported(tmp_path):
    here, limit, errors = os.getcwd(), sys.getrecursionlimit(), np.geterr()
    filters = list(warnings.filters)
    with restored() as changed:
        os.chdir(tmp_path)
        sys.setrecursionlimit(limit + 1)
        np.seterr(all="raise")
        warnings.simplefilter("error")
    assert (os.getcwd(), sys.getrecursionlimit(), np.geterr()) == (here, limit, errors)
    assert list(warnings.filters) == filters
    assert changed == ["the working directory", "numpy.seterr", "the recursion limit", "the filters of warnings"]


def test_the_standard_streams_and_variables_are_put_back(monkeypatch):
    streams = sys.stdin, sys.stdout, sys.stderr
    monkeypatch.setenv("KEPT", "as it was")
    with restored() as changed:
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
        os.environ["KEPT"] = "changed"
        os.environ["ADDED"] = "1"
    assert (sys.stdin, sys.stdout, sys.stderr) == streams
    assert (os.environ["KEPT"], os.environ.get("ADDED")) == ("as it was", None)
    assert changed == ["the environment variables", "the standard streams"]


def test_what_cannot_be_put_back_is_named_as_such(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with restored() as changed:
        sys.stdout.close()
        os.chdir(tmp_path)
        gone.rmdir()
    assert changed == [
        "the working directory (which cannot be put back)",
        "the standard streams (which cannot be put back)",
    ]


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("step", ["analyze", "predict", "assess", "advise"])
def test_a_method_that_changes_the_surroundings_at_any_step_changes_no_others(step, n_jobs, tmp_path, monkeypatch):
    import matplotlib

    def meddle():
        os.chdir(tmp_path)
        np.seterr(all="raise")
        sys.setrecursionlimit(sys.getrecursionlimit() + 7)
        matplotlib.rcParams["font.size"] = 99

    class Meddler(Linear):
        """Does its work, and more."""

        name = "meddler"

    def meddling(self, *given):
        meddle()
        return getattr(super(Meddler, self), step)(*given)

    setattr(Meddler, step, meddling)
    monkeypatch.chdir(tmp_path.parent)

    def surroundings():
        return os.getcwd(), np.geterr(), sys.getrecursionlimit(), matplotlib.rcParams["font.size"]

    before = surroundings()
    study = made(scores(), propositions=[{"id": "P1", "claim": "necessary", "expression": "A"}])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eq.compare(eq.run(study, methods={"meddler": Meddler()}, n_jobs=n_jobs))
    assert surroundings() == before


def test_a_report_is_written_where_the_command_was_started(cli, tmp_path, monkeypatch):
    plugin = tmp_path / "mover.py"
    plugin.write_text(
        "import os\nimport equifinal as eq\n\n\n@eq.hookimpl\ndef equifinal_commands():\n    return []\n\n\n"
        f"os.chdir({str(tmp_path / 'elsewhere')!r})\n"
        "class Mover(eq.Output):\n    name = 'mover'\n    def write(self, comparison, directory):\n"
        "        path = directory / 'x.txt'\n        path.write_text('x')\n        return [path]\n\n\n"
        "@eq.hookimpl\ndef equifinal_outputs():\n    return [Mover]\n"
    )
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ended = cli("compare", "heilongjiang", "-m", "clustering", "-q", "--plugin", plugin, "-o", "rep", "-f", "mover")
    assert ended.code == 0, ended.err
    assert (tmp_path / "here" / "rep" / "x.txt").exists()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_what_is_neither_error_nor_interrupt_becomes_an_error():
    class Panic(BaseException):
        pass

    with pytest.raises(RuntimeError, match=r"at src/lib\.rs"), restored():
        raise Panic("at src/lib.rs")
    for kept in (KeyboardInterrupt, SystemExit, GeneratorExit, ValueError):
        with pytest.raises(kept), restored():
            raise kept


def test_the_parameters_of_matplotlib_are_put_back():
    import matplotlib

    size = matplotlib.rcParams["font.size"]
    with restored() as changed:
        matplotlib.rcParams["font.size"] = 99
    assert matplotlib.rcParams["font.size"] == size
    assert changed == ["matplotlib.rcParams"]


def test_an_observer_that_leaves_the_folder_is_named(fresh, tmp_path):
    body = f"@eq.hookimpl\ndef equifinal_after_calibration(calibrated):\n    import os\n    os.chdir({str(tmp_path)!r})"
    load("file", body, tmp_path, fresh)
    here = os.getcwd()
    with pytest.warns(UserWarning, match="Plugin forger.* changed the working directory, which was put back"):
        eq.run(eq.load_study("heilongjiang"), methods=["fsqca"])
    assert os.getcwd() == here


# -------------------------------------------------------------------------------------------- copies and changes


def test_copies_share_no_cell_that_can_be_changed():
    frame = pd.DataFrame({"cases": [["a"], ["b"]], "n": [1.0, np.nan], "word": ["x", None]})
    value = {"frame": frame, "rows": (frame, [1, {2}])}
    copied = own(value)
    assert copied["frame"] is copied["rows"][0]
    assert changes("value", copied, value) == []
    copied["frame"]["cases"].iloc[0].append("c")
    assert frame["cases"].iloc[0] == ["a"]
    assert changes("value", copied, value) == ["value.frame"]
    copied["rows"][1][1].add(3)
    assert changes("value", copied, value) == ["value.frame", "value.rows.1.1"]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.__setitem__("n", 1),
        lambda frame: frame.__setitem__("more", 1),
        lambda frame: frame.__delitem__("n"),
        lambda frame: setattr(frame, "columns", ["m", "cases"]),
        lambda frame: setattr(frame.index, "name", "case"),
        lambda frame: setattr(frame, "index", [1, 0]),
    ],
)
def test_any_change_of_a_table_is_found(change):
    frame = pd.DataFrame({"n": [1.0, np.nan], "cases": [["a"], ["b"]]})
    copied = own(frame)
    change(copied)
    assert changes("frame", copied, frame) == ["frame"]
    assert frame.columns.tolist() == ["n", "cases"]
    assert frame.index.name is None


@pytest.mark.parametrize("name", [n for n, each in eq.outputs().items() if each.plugin.distribution == "equifinal"])
def test_the_project_s_own_outputs_change_nothing_of_what_they_get(name, tmp_path):
    """They get the comparison itself, and not a copy of it."""
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    before = own(comparison)
    eq.outputs()[name].cls().write(comparison, tmp_path)
    assert changes("comparison", comparison, before) == []
