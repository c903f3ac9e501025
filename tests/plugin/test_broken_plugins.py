"""Plugins broken in every way: the run goes on, and each is reported in one clear line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import cloudpickle
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, Mean, filled, made, scores
from equifinal.plugin.registry import Entry

METHOD = """
import equifinal as eq
import pandas as pd

equifinal_api = 1


class {cls}(eq.Method):
    name = "{name}"

    def analyze(self, study, rng):
        {body}
        conditions = pd.DataFrame({{"role": "none", "direction": 0, "evidence": "Nothing."}}, index=list(study.condition_names))
        no_paths = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        cases = pd.DataFrame({{"group": None, "predicted": 0.5}}, index=study.cases)
        return eq.Analysis(method=self, conditions=conditions, configurations=no_paths, cases=cases, fit={{}})


@eq.hookimpl
def equifinal_methods({arguments}):
    return [{cls}]
"""


def plugin(name: str, body: str = "pass", arguments: str = "") -> str:
    return METHOD.format(cls=name.capitalize(), name=name, body=body, arguments=arguments)


#: The module's source, and the one line in which its plugin is reported.
BROKEN = {
    "unimportable": (
        "import no_such_package\n",
        r"Warning: plugin unimportable \(equifinal-unimportable 1\.0\): cannot be imported: ModuleNotFoundError: No module "
        r"named 'no_such_package'\.",
    ),
    "signature": (
        plugin("signature", arguments="study"),
        r"Warning: plugin signature \(equifinal-signature 1\.0\): cannot be registered: equifinal_methods does not get the "
        r"argument 'study'\. It takes none\.",
    ),
    "facet": (
        plugin("facet").replace('"predicted": 0.5', '"predicted": 50'),
        r"Failed: facet: ValueError: Method 'facet': Analysis\.cases column 'predicted' of Accra is 50\.0; it must lie between 0 "
        r"and 1\. \(plugin facet \(equifinal-facet\) 1\.0\)",
    ),
    "exception": (
        plugin("exception", body="1 / 0"),
        r"Failed: exception: ZeroDivisionError: division by zero \(plugin exception \(equifinal-exception\) 1\.0\)",
    ),
    "hang": (
        plugin("hang", body="import time; time.sleep(600)"),
        r"Failed: hang: TimeLimitError: the analysis took longer than 5 seconds, the time limit, and was stopped "
        r"\(plugin hang \(equifinal-hang\) 1\.0\)",
    ),
    "clash": (
        plugin("clash").replace('name = "clash"', 'name = "fsqca"'),
        r"Warning: plugin clash \(equifinal-clash 1\.0\): method 'fsqca' is offered twice, by qca \(equifinal [\d.]+\) and by "
        r"clash \(equifinal-clash 1\.0\)\. Rename one, or remove a plugin\.",
    ),
    "old": (
        plugin("old").replace("equifinal_api = 1", "equifinal_api = 0"),
        r"Warning: plugin old \(equifinal-old 1\.0\): it was written for version 0 of the plugin interface, which is no longer "
        r"supported; equifinal [\d.]+ has version 1\. Update the plugin\.",
    ),
    "mutates": (
        plugin("mutates", body="study.fuzzy.iloc[0, 0] = 1.0"),
        r"Warning: Method 'mutates' of mutates \(equifinal-mutates\) 1\.0: It changed its input \(study\.fuzzy\), a copy of its "
        r"own: its numbers may rest on changed data\.",
    ),
}


#: Further ways, with the one line that reports each.
FURTHER = {
    "syntax": (
        "def f(:\n",
        r"Warning: plugin syntax \(equifinal-syntax 1\.0\): cannot be imported: SyntaxError: invalid syntax \(broken_syntax\.py, "
        r"line 1\)\.",
    ),
    "exits": (
        "import sys\nsys.exit(3)\n",
        r"Warning: plugin exits \(equifinal-exits 1\.0\): cannot be imported: SystemExit: 3\.",
    ),
    "skips": (
        "class Skipped(BaseException):\n    pass\n\nraise Skipped('not here')\n",
        r"Warning: plugin skips \(equifinal-skips 1\.0\): cannot be imported: Skipped: not here\.",
    ),
    "yields": (
        plugin("yields").replace("return [Yields]", "yield Yields"),
        r"Warning: plugin yields \(equifinal-yields 1\.0\): equifinal_methods is a generator function, but no wrapper\. "
        r"Let it return a list, or mark it wrapper=True\.",
    ),
    "annotates": (
        plugin("annotates").replace('name = "', 'name: str = "'),
        r"Warning: plugin annotates \(equifinal-annotates 1\.0\): cannot be imported: TypeError: Annotates\.name has a type "
        r'annotation, which makes it a parameter that users could change\. Write it without one: name = "\.\.\."\.',
    ),
    "observes": (
        "import equifinal as eq\nimport sys\n\n@eq.hookimpl\ndef equifinal_after_calibration(calibrated):\n"
        "    sys.exit('enough')\n",
        r"Warning: Plugin observes \(equifinal-observes 1\.0\): equifinal_after_calibration raised SystemExit: enough",
    ),
    "crashes": (
        plugin("crashes", body="import os; os.abort()"),
        r"Failed: crashes: TimeLimitError: the analysis ended its process \(SIGABRT\) \(plugin crashes "
        r"\(equifinal-crashes\) 1\.0\)",
    ),
    "interrupts": (
        plugin("interrupts", body="raise KeyboardInterrupt"),
        r"Failed: interrupts: TimeLimitError: the analysis raised KeyboardInterrupt, and was stopped \(plugin interrupts "
        r"\(equifinal-interrupts\) 1\.0\)",
    ),
    "late": (
        plugin("late", body="import time; time.sleep(7)"),
        r"Failed: late: TimeLimitError: the analysis took longer than 5 seconds, .* \(plugin late \(equifinal-late\) 1\.0\)",
    ),
    "stays": (
        plugin("stays").replace("fit={}", "fit={}, native=(each for each in 'abc')"),
        r"Failed: stays: TypeError: cannot pickle 'generator' object \(plugin stays \(equifinal-stays\) 1\.0\)",
    ),
    "talks": (
        plugin("talks", body=r"raise ValueError('one\ntwo\nthree')"),
        r"Failed: talks: ValueError: one two three \(plugin talks \(equifinal-talks\) 1\.0\)",
    ),
    "nothing": (
        plugin("nothing", body="return None"),
        r"Failed: nothing: TypeError: Nothing\.analyze must return an equifinal\.Analysis, not NoneType\. \(plugin nothing "
        r"\(equifinal-nothing\) 1\.0\)",
    ),
    "needs": (
        plugin("needs", body="raise eq.InputError('It needs 1,000 cases.')"),
        r"Failed: needs: InputError: It needs 1,000 cases\. \(plugin needs \(equifinal-needs\) 1\.0\)",
    ),
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process in which eight broken plugins and a sound one are installed."""
    return installed(tmp_path, BROKEN)


def installed(tmp_path: Path, plugins: dict[str, tuple[str, str]]) -> dict[str, str]:
    site = tmp_path / "site"
    site.mkdir()
    for name, source in {"sound": plugin("sound"), **{name: source for name, (source, _) in plugins.items()}}.items():
        (site / f"broken_{name}.py").write_text(source, encoding="utf-8")
        about = site / f"equifinal_{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: equifinal-{name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[equifinal]\n{name} = broken_{name}\n")
    return {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "80"}


def equifinal(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "equifinal.shell.cli", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def test_eight_broken_plugins_do_not_take_the_run_down(environment, towns, tmp_path):
    methods = ["fsqca", "sound", "facet", "exception", "hang", "mutates"]
    chosen = [word for method in methods for word in ("-m", method)]
    report = tmp_path / "report"
    ended = equifinal(environment, "compare", towns, *chosen, "--time-limit", 5, "-o", report, "-f", "json", "-q")
    assert ended.returncode == 0, ended.stderr
    said = ended.stderr.splitlines()
    for name, (_, line) in BROKEN.items():
        reported = [each for each in said if f" {name} (" in each or f" {name}:" in each]
        assert len(reported) == 1, (name, ended.stderr)
        assert re.fullmatch(line, reported[0]), (name, reported[0])
    assert len(said) == len(BROKEN) == 8

    # The others are as they would be without the broken ones.
    alone = tmp_path / "alone"
    without = [word for name in BROKEN for word in ("--without", name)]
    quiet = equifinal(
        environment, "compare", towns, "-m", "fsqca", "-m", "sound", *without, "-o", alone, "-f", "csv", "-q"
    )
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert "fsqca" in (report / "comparison.json").read_text()
    with_them = equifinal(environment, "compare", towns, "-m", "fsqca", "-m", "sound", "-o", report, "-f", "csv", "-q")
    assert with_them.returncode == 0
    tables = sorted(path.name for path in (alone / "tables").glob("*.csv"))
    assert tables
    for name in tables:
        assert (alone / "tables" / name).read_bytes() == (report / "tables" / name).read_bytes(), name


def test_further_ways_do_not_take_the_run_down(towns, tmp_path):
    environment = installed(tmp_path, FURTHER)
    methods = ["sound", "crashes", "interrupts", "late", "stays", "talks", "nothing", "needs"]
    chosen = [word for method in methods for word in ("-m", method)]
    report = tmp_path / "report"
    ended = equifinal(
        environment, "compare", towns, *chosen, "--time-limit", 5, "-j", 2, "-o", report, "-f", "csv", "-q"
    )
    assert ended.returncode == 0, ended.stderr
    said = ended.stderr.splitlines()
    for name, (_, line) in FURTHER.items():
        assert [each for each in said if re.fullmatch(line, each)], (name, ended.stderr)
    assert len(said) == len(FURTHER), ended.stderr
    assert (report / "tables").is_dir()
    # Without a limit processes are shared: the run ends in a sentence.
    shared = equifinal(environment, "compare", towns, "-m", "sound", "-m", "crashes", "-j", 2, "-q")
    assert shared.returncode == 1
    assert re.fullmatch(r"Error: A process ended \(SIGABRT\): .* With a time limit .*", shared.stderr.splitlines()[-1])
    assert "Traceback (" not in shared.stderr


def test_an_import_that_never_ends_is_named_when_the_user_interrupts(start_process, tmp_path):
    environment = installed(tmp_path, {"endless": ("print('begun', flush=True)\nwhile True:\n    pass\n", "")})
    process = start_process(sys.executable, "-m", "equifinal.shell.cli", "list", "methods", env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == (
        "Interrupted while importing the plugin endless (equifinal-endless 1.0), which --without endless would switch off.\n"
    )
    left_out = equifinal(environment, "list", "methods", "--without", "endless")
    assert (left_out.returncode, left_out.stderr) == (0, "")


@pytest.mark.parametrize("options", [("-j", 1), ("-j", 2), ("-j", 2, "--time-limit", 60)])
def test_an_interrupt_ends_all_processes_without_a_traceback(options, start_process, towns, tmp_path):
    signs = tmp_path / "signs"
    signs.mkdir()
    body = f"import os, pathlib, time; pathlib.Path({str(signs)!r}, str(os.getpid())).touch(); time.sleep(100)"
    environment = installed(tmp_path, {"endless": (plugin("endless", body=body), "")})
    command = [sys.executable, "-m", "equifinal.shell.cli", "compare", towns, "-m", "endless", "-m", "sound", *options]
    # As in a terminal, Ctrl-C goes to all processes of the group.
    process = start_process(*command, "-o", tmp_path / "report", env=environment)
    until = time.monotonic() + 60
    while not any(signs.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    (sign,) = signs.iterdir()
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert said in ("Interrupted.\n", "Interrupted while the method 'endless' was running.\n")
    assert not (tmp_path / "report").exists()
    until = time.monotonic() + 20
    while Path("/proc", sign.name).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path("/proc", sign.name).exists()


def test_the_list_of_plugins_shows_their_health_in_80_columns(environment):
    ended = equifinal(environment, "list", "plugins")
    assert (ended.returncode, ended.stderr) == (0, "")
    table, _, below = ended.stdout.partition("\nclash (equifinal-clash 1.0): method 'fsqca' is offered twice")
    assert max(map(len, table.splitlines())) <= 80
    rows: dict[str, list[str]] = {}
    for line in filter(str.strip, table.splitlines()):
        rows.setdefault(line.split()[0], line.split())  # the first line of each
    assert rows["sound"] == ["sound", "1.0", "equifinal-", "method:", "sound", "ok"]  # the origin goes on below
    for name in ("unimportable", "signature", "clash", "old"):
        assert rows[name][-1] == "faulty"
    assert "ModuleNotFoundError: No module named 'no_such_package'" in below


# ---------------------------------------------------------------------------------------------- hanging elsewhere

STUDY = made(
    scores(8),
    propositions=[
        {"id": "1", "claim": "influence", "condition": "A"},
        {"id": "2", "claim": "key", "conditions": ["A"]},
    ],
)


def hang() -> None:
    time.sleep(600)


class HangsInRefit(Linear):
    name = "refit"

    def refit(self, study, rng):
        hang()

    def assess(self, analysis, proposition, study):
        return eq.Verdict("supported", "As always.")


class HangsLater(Linear):
    name = "later"

    def assess(self, analysis, proposition, study):
        hang()

    def advise(self, analysis, study):
        hang()


class Dies(eq.Method):
    """Takes its process with it, as an error in compiled code does."""

    name = "dies"

    def analyze(self, study, rng):
        os._exit(3)


class Exits(eq.Method):
    name = "exits"

    def analyze(self, study, rng):
        sys.exit("enough")


class Leaves(Linear):
    """Exits wherever it can after its analysis."""

    name = "leaves"

    def refit(self, study, rng):
        sys.exit("refit")

    def predict(self, analysis, study):
        sys.exit("predict")

    def assess(self, analysis, proposition, study):
        sys.exit("assess")

    def advise(self, analysis, study):
        sys.exit("advise")


class Odd(eq.Method):
    """Raises an exception that cannot be sent between processes."""

    name = "odd"

    def analyze(self, study, rng):
        class OddError(Exception):
            def __init__(self, first, second):
                super().__init__(f"{first} and {second}")

        raise OddError("this", "that")


cloudpickle.register_pickle_by_value(sys.modules[__name__])


def test_a_method_that_takes_its_process_with_it():
    finished = eq.run(STUDY, [Linear(), Dies(), Odd()], time_limit=10)
    assert list(finished.analyses) == ["linear"]
    assert finished["dies"].exception == "TimeLimitError"
    assert "the analysis ended its process" in finished["dies"].message
    assert (finished["odd"].exception, finished["odd"].message) == ("OddError", "this and that")


def test_hanging_in_any_step_is_stopped_and_the_rest_is_there():
    finished = eq.run(STUDY, [Linear(), HangsInRefit(), HangsLater()], time_limit=4, n_jobs=2)
    assert list(finished.analyses) == ["linear", "refit", "later"]
    comparison = eq.compare(finished, permutations=3)
    free = eq.compare(eq.run(STUDY, [Linear()]), permutations=3)
    notes = list(comparison.notes.itertuples(index=False, name=None))
    stopped = "predicting cases took longer than 4 seconds, the time limit, and was stopped"
    assert ("refit", f"There are no numbers out of sample and no importances: {stopped}.") in notes
    assert comparison.fit.loc["refit", "mae"] == pytest.approx(free.fit.loc["linear", "mae"])
    assert pd.isna(comparison.fit.loc["refit", "mae_out_of_sample"])
    assert "permuting the outcome took longer" in comparison.permutations.loc["refit", "why"]
    assert comparison.verdicts.loc["1", "refit"] == "supported"
    assert set(comparison.verdicts["later"]) == {"silent"}
    assert "judging the propositions took longer" in comparison.verdict_evidence.loc["1", "later"]
    assert any(about == "advice" and "its advice took longer" in note for about, note in notes)
    for column in ("fit", "permutations"):
        for label in ("linear", "later"):
            mine, alone = getattr(comparison, column).loc[label], getattr(free, column).loc["linear"]
            pd.testing.assert_series_equal(mine, alone, check_names=False)


def test_a_limit_that_is_not_reached_changes_nothing(towns):
    study = eq.load_study(towns)
    methods = ["regression", "clustering"]
    one, two = (eq.compare(eq.run(study, methods, time_limit=limit), permutations=5) for limit in (None, 120))
    assert two.run.time_limit == 120
    for facet in ("verdicts", "verdict_evidence", "conditions", "cases", "fit", "advice", "notes", "permutations"):
        pd.testing.assert_frame_equal(getattr(one, facet), getattr(two, facet))
    pd.testing.assert_frame_equal(one.asymmetry.methods, two.asymmetry.methods)
    pd.testing.assert_frame_equal(one.asymmetry.conditions, two.asymmetry.conditions)


@pytest.mark.parametrize("limit", [0, -1, "10", float("inf"), True])
def test_a_wrong_limit(limit):
    with pytest.raises(eq.InputError, match=r"time_limit = .* must be a number of seconds above 0"):
        eq.run(STUDY, [Mean()], time_limit=limit)


def test_a_method_that_exits_is_a_failure():
    finished = eq.run(STUDY, [Exits(), Mean()])
    assert (list(finished.analyses), finished["exits"].exception, finished["exits"].message) == (
        ["mean"],
        "SystemExit",
        "enough",
    )


class Deserts(Linear):
    """Predicts well, and leaves when asked for advice."""

    name = "deserts"

    def advise(self, analysis, calibrated):
        raise SystemExit("advise")


def test_a_method_that_exits_when_asked_for_advice_is_noted():
    notes = eq.compare(eq.run(STUDY, [Deserts(), Mean()])).notes["note"]
    assert any("it could not advise (SystemExit: advise)" in note for note in notes)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_method_that_exits_later_is_noted(n_jobs):
    comparison = eq.compare(eq.run(STUDY, [Leaves(), Linear()], n_jobs=n_jobs), permutations=2)
    assert set(comparison.verdict_evidence.loc["1"]) >= {"it could not answer (SystemExit: assess)"}
    assert comparison.permutations.loc["leaves", "why"] == "SystemExit: refit"
    notes = list(comparison.notes["note"])
    assert any("refits failed" in note and "SystemExit: refit" in note for note in notes)
    assert any("It gives no advice, because" in note for note in notes)
    assert comparison.fit.loc["linear"].notna().all()


class Locked(Linear):
    name = "locked"

    def __reduce__(self):
        raise TypeError("cannot pickle a lock")


@pytest.mark.parametrize("options", [{}, {"n_jobs": 2}, {"time_limit": 20}])
def test_a_method_that_cannot_travel_is_a_failure(options):
    finished = eq.run(STUDY, [Mean(), Locked(), Linear()], **options)
    assert list(finished.analyses) == ["mean", "linear"]
    assert (finished["locked"].exception, finished["locked"].message) == ("TypeError", "cannot pickle a lock")


class Melts(eq.Calibrator):
    """Raises."""

    name = "melts"

    def calibrate(self, raw):
        return raw / self.parameters()["nothing"]


def test_a_calibrator_that_raises_is_one_sentence():
    study = made(scores(8), calibrate={"A": Melts()})
    with pytest.raises(
        eq.InputError, match=r"made': A \(column 'A'\): the calibrator 'melts' raised KeyError: 'nothing'\. Choose"
    ):
        eq.run(study, [Mean()])


class Tears(eq.Output):
    """Writes half a file."""

    name = "tears"

    def write(self, comparison, directory):
        (directory / "half").mkdir()
        (directory / "half" / "page.txt").write_text("half")
        sys.exit("torn")


def test_an_output_that_fails_is_named_and_the_others_are_written(registry, cli, towns, tmp_path):
    registry.listing("outputs")["tears"] = Entry("tears", Tears, registry.plugins()["output"])
    both = tmp_path / "both"
    ended = cli("compare", towns, "-m", "regression", "-o", both, "-f", "tears", "-f", "json", "-q")
    assert ended.code == 0
    assert re.fullmatch(r"Failed: output tears: SystemExit: torn \(plugin output \(equifinal [\d.]+\)\)\n", ended.err)
    assert sorted(path.name for path in both.iterdir()) == ["comparison.json", "manifest.json"]
    assert json.loads((both / "manifest.json").read_text())["formats"] == ["json"]
    alone = cli("compare", towns, "-m", "regression", "-o", tmp_path / "alone", "-f", "tears")
    assert (alone.code, "Verdicts" in alone.out) == (1, True)
    assert alone.err.endswith("Error: every output failed, so nothing was written.\n")
    assert not (tmp_path / "alone").exists()
    with pytest.raises(SystemExit, match="torn"):  # in Python it is the caller's to decide: whole, or not at all
        eq.compare(eq.run(STUDY, [Mean()])).write(tmp_path / "python", ["json", "tears"])
    assert not (tmp_path / "python").exists()


class Spoils(Linear):
    name = "spoils"

    def analyze(self, study, rng):
        study.raw["A"] = 0.0
        del study.data["B"]
        return filled(self, study, 0.5, native=([[0.0, 0.0]], [0.5]))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_changed_input_is_a_note_and_a_warning(n_jobs):
    with pytest.warns(UserWarning, match=r"Method 'spoils' of .*: It changed its input \(study.raw, study.data\)"):
        finished = eq.run(STUDY, [Spoils(), Mean()], n_jobs=n_jobs)
    assert finished["spoils"].notes[0].startswith("It changed its input (study.raw, study.data), a copy of its own")
    assert finished["mean"].notes == []
    assert (finished.calibrated.raw["A"] > 0).all()
