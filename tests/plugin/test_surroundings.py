"""What a plugin changes of its surroundings reaches no other plugin, also within a fold that both share, and is named."""

import io
import locale
import os
import random
import subprocess
import sys
import textwrap
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, made, scores
from equifinal.base.surroundings import restored
from equifinal.comparison.asking import Asking, Direction, Importances
from equifinal.comparison.resamples import Resampling
from equifinal.plugin import registry as registries


def shared():
    """What methods share with everybody in the process."""
    return {
        "the working directory": os.getcwd(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the environment variables": dict(os.environ),
        "the standard streams": [id(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "numpy.seterr": np.geterr(),
        "NumPy's global random numbers": np.random.get_state()[1].tolist(),  # noqa: NPY002
        "Python's global random numbers": random.getstate(),
        "the recursion limit": sys.getrecursionlimit(),
        "the options of pandas": (pd.get_option("display.precision"), pd.get_option("display.float_format")),
        "matplotlib.rcParams": (matplotlib.rcParams["font.size"], list(matplotlib.rcParams["font.serif"])),
    }


def meddle(folder):
    """Change all of it, and the filters of warnings."""
    os.chdir(folder)
    locale.setlocale(locale.LC_ALL, "C" if locale.setlocale(locale.LC_ALL) != "C" else "C.UTF-8")
    os.environ["PATH"], os.environ["MEDDLED"] = "/nowhere", "yes"
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
    np.seterr(all="raise")
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    sys.setrecursionlimit(sys.getrecursionlimit() + 7)
    pd.set_option("display.precision", 1)
    pd.options.display.float_format = str
    matplotlib.rcParams["font.size"] = 99
    matplotlib.rcParams["font.serif"].insert(0, "Meddled")
    warnings.simplefilter("error")


STEPS = ["analyze", "refit", "predict", "assess", "advise"]


def meddler(step, folder):
    class Meddler(Linear):
        """Does its work, and more."""

        name = "a-meddler"

    def meddling(self, *given):
        meddle(folder)
        if step == "assess":
            return eq.Verdict("supported", strength=1.0, evidence="It says so.")
        return getattr(super(Meddler, self), step)(*given)

    setattr(Meddler, step, meddling)
    return Meddler()


def witness(before):
    """A method that fails when anything is not as it was."""

    class Witness(Linear):
        """Looks around at each step."""

        name = "witness"

        def look_around(self):
            now = shared()
            different = [what for what in before if now[what] != before[what]]
            assert not different, different
            warnings.warn("heard", UserWarning, stacklevel=2)  # fails where somebody made errors of warnings

        def analyze(self, study, rng):
            self.look_around()
            return super().analyze(study, rng)

        def refit(self, study, rng):
            self.look_around()
            return super().analyze(study, rng)

        def predict(self, analysis, study):
            self.look_around()
            return super().predict(analysis, study)

        def assess(self, analysis, proposition, study):
            self.look_around()
            return eq.Verdict("supported", strength=1.0, evidence="All is as it was.")

        def advise(self, analysis, study):
            self.look_around()

    return Witness()


@pytest.fixture(scope="module", autouse=True)
def imported(tmp_path_factory):
    """All that is needed is imported beforehand: new variables that come with an import stay."""
    comparison = eq.compare(eq.run(STUDY, methods=[Linear()]), permutations=2)
    comparison.write(tmp_path_factory.mktemp("report"), ["json", "html"])


STUDY = made(scores(), propositions=[{"id": "P1", "claim": "influence", "condition": "A", "sign": 1}])


@pytest.mark.parametrize("step", STEPS)
def test_what_a_method_changes_at_any_step_reaches_no_other_and_is_named(step, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    before = shared()
    methods = {"a-meddler": meddler(step, tmp_path / "elsewhere"), "witness": witness(before)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        comparison = eq.compare(eq.run(STUDY, methods=methods), permutations=2)
    assert shared() == before
    assert comparison.run.failures == {}
    assert not [note for note in comparison.notes["note"] if "AssertionError" in note or "witness: it could" in note]
    assert comparison.verdicts["witness"].tolist() == ["supported"]
    notes = " ".join([*comparison.notes["note"], *comparison.run["a-meddler"].notes])
    assert [what for what in shared() if what not in notes] == []


BEFORE = {}


class Looking(eq.Proposition):
    """A plugin's claim, which fails when anything is not as it was."""

    claim = "looking"

    def judge(self, importance):
        assert shared() == BEFORE


@pytest.mark.parametrize("claim", ["influence", "looking"])
@pytest.mark.parametrize("step", STEPS[1:4])
def test_nor_where_evidence_asks_both_about_the_same_cases(step, claim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    BEFORE.update(before := shared())
    methods = {"a-meddler": meddler(step, tmp_path / "elsewhere"), "witness": witness(before)}
    proposition = STUDY.claims[0] if claim == "influence" else Looking(id="L", text="It looks around")
    calibrated = STUDY.calibrate()
    asking = Asking(calibrated, "", 0, registries.current().hooks)
    questions = {label: [proposition, Direction("A"), Importances()] for label in methods}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = asking.again(Resampling.of(calibrated), range(3), methods, questions)
    assert shared() == before
    assert not any(reply.answer == "failed" for each in found["witness"] for reply in each)


# ------------------------------------------------------------------------------------- what else plugins bring, and imports


def test_a_library_imported_meanwhile_is_put_back_to_what_it_starts_with(tmp_path):
    """A plugin may be the first to import NumPy, pandas or matplotlib, and settle them for everybody at once."""
    code = """
    import os, sys
    from equifinal.base.surroundings import restored
    os.environ["KEPT"] = "as it was"
    assert not {"numpy", "pandas", "matplotlib"} & set(sys.modules)
    with restored() as changed:
        import numpy, pandas, matplotlib
        numpy.seterr(all="raise")
        pandas.set_option("display.precision", 1)
        matplotlib.rcParams["font.size"] = 99
        os.environ["KEPT"], os.environ["A_LIBRARYS"] = "changed", "own"
    print(changed)
    print(numpy.geterr()["divide"], pandas.get_option("display.precision"), matplotlib.rcParams["font.size"])
    print(os.environ["KEPT"], os.environ["A_LIBRARYS"])
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "['the environment variables', 'numpy.seterr', 'the options of pandas', 'matplotlib.rcParams']",
        "warn 6 10.0",
        "as it was own",
    ]


def test_what_a_figure_of_matplotlib_chooses_is_no_change():
    with restored() as changed:
        matplotlib.rcParams["backend"] = matplotlib.rcParams["backend"]
    assert changed == []


OTHERS = {
    "calibrator": """
        class Meddling(eq.Calibrator):
            "It meddles."
            name = "meddling"
            def calibrate(self, raw):
                MEDDLE
                return raw.clip(1, 9) / 10

        @eq.hookimpl
        def equifinal_calibrators():
            return [Meddling]
    """,
    "measure": """
        def of(predicted, outcome, weights):
            MEDDLE
            return 0.5

        @eq.hookimpl
        def equifinal_measures():
            return [eq.Measure("meddling", "meddling", True, of)]
    """,
    "facet": """
        import pandas as pd

        def of(comparison):
            MEDDLE
            return pd.DataFrame({"a": [1]})

        @eq.hookimpl
        def equifinal_facets():
            return [eq.Facet("meddling", "Meddling", of)]
    """,
    "drawing": """
        def of(comparison):
            def draw(ax):
                MEDDLE
            return draw

        @eq.hookimpl
        def equifinal_facets():
            return [eq.Facet("meddling", "Meddling", of)]
    """,
}


@pytest.fixture
def fresh():
    """A registry of its own."""
    former = list(registries._current)
    yield registries.start()
    registries._current[:] = former


@pytest.mark.parametrize("kind", OTHERS)
def test_what_other_kinds_of_plugins_change_reaches_nobody_and_is_named(kind, tmp_path, monkeypatch, fresh):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    body = textwrap.dedent(OTHERS[kind]).replace("MEDDLE", f"test_surroundings.meddle({str(tmp_path / 'elsewhere')!r})")
    plugin = tmp_path / "meddling.py"
    plugin.write_text(f"import equifinal as eq\nimport test_surroundings\n{body}")
    monkeypatch.setitem(sys.modules, "test_surroundings", sys.modules[__name__])
    eq.load_plugin(plugin)
    ways = {"A": {"method": "meddling"}} if kind == "calibrator" else {}
    before = shared()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        comparison = eq.compare(eq.run(made(scores(), ways), methods=[Linear()]))
        comparison.write(tmp_path / "report", ["json", "html"])
    assert shared() == before
    said = " ".join([*(str(each.message) for each in caught), *comparison.notes["note"]])
    assert [what for what in before if what not in said] == []
