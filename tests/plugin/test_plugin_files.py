"""Plugins from single files."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq

PLUGIN = '''
"""A method that predicts the strongest condition, a calibrator, and a kind of proposition."""

from dataclasses import dataclass

import pandas as pd
import pydantic

import equifinal as eq


@dataclass(frozen=True)
class Strongest:
    """What the method found."""

    condition: str


class Simple(eq.Method):
    """The condition that goes with the outcome most."""

    name = "simple"
    reference = "None."
    weight: float = pydantic.Field(default=1.0, gt=0, le=1, description="How far from one half it dares to go.")

    @pydantic.field_validator("weight")
    @classmethod
    def _not_seven_tenths(cls, value: float) -> float:
        if value == 0.7:
            raise ValueError("0.7 is not allowed")
        return value

    def analyze(self, study, rng):
        gaps = {name: (study.fuzzy[name] - study.fuzzy[study.outcome.name]).abs().mean() for name in study.condition_names}
        found = Strongest(min(gaps, key=gaps.get))
        conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": "-"}, index=list(study.condition_names))
        conditions.loc[found.condition, ["role", "direction"]] = ["contributing", 1]
        configurations = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        cases = pd.DataFrame({"group": None, "predicted": self._predicted(found, study)}, index=study.cases)
        fit = {"draw": rng.uniform()}
        return eq.Analysis(
            method=self, conditions=conditions, configurations=configurations, cases=cases, fit=fit, native=found
        )

    def predict(self, analysis, study):
        return self._predicted(analysis.native, study)

    def assess(self, analysis, claim, study):
        if isinstance(claim, Leads):
            answer = "supported" if analysis.native.condition == claim.condition else "contradicted"
            return eq.Verdict(answer, evidence=analysis.native.condition)
        return super().assess(analysis, claim, study)

    def _predicted(self, found, study):
        return 0.5 + self.weight * (study.fuzzy[found.condition] - 0.5)


class Hundredth(eq.Calibrator):
    """The score as a percentage."""

    name = "hundredth"

    def calibrate(self, raw):
        return (raw / 100).clip(0, 1)


class Leads(eq.Proposition):
    """The condition goes with the outcome most."""

    claim = "leads"
    condition: str


@eq.hookimpl
def equifinal_methods():
    return [Simple]


@eq.hookimpl
def equifinal_calibrators():
    return [Hundredth]


@eq.hookimpl
def equifinal_propositions():
    return [Leads]
'''


@pytest.fixture
def plugin(tmp_path, registry):
    """The path of a plugin file that nobody has loaded."""
    path = tmp_path / "simple_plugin.py"
    path.write_text(PLUGIN)
    return path


def modules() -> set[str]:
    return {name for name in sys.modules if name.startswith("equifinal_file_")}


def test_a_file_brings_what_its_hooks_return(plugin):
    loaded = eq.load_plugin(plugin)
    assert loaded.brings == ("calibrator hundredth", "method simple", "kind of proposition leads")
    assert (loaded.name, loaded.origin, loaded.problems) == ("simple_plugin", str(plugin), ())
    assert eq.plugins()["simple_plugin"] == loaded
    assert "simple" in eq.methods()


def test_loading_a_file_twice_changes_nothing(plugin, monkeypatch):
    first = eq.load_plugin(plugin)
    method, count = eq.methods()["simple"].cls, len(eq.plugins())
    monkeypatch.chdir(plugin.parent)
    assert eq.load_plugin("simple_plugin.py") == first
    assert eq.load_plugin(str(plugin)) == first
    assert eq.methods()["simple"].cls is method
    assert len(eq.plugins()) == count


def test_a_file_is_a_module_of_its_own(plugin):
    before = modules()
    eq.load_plugin(plugin)
    (name,) = modules() - before
    assert sys.modules[name].Simple is eq.methods()["simple"].cls
    assert sys.modules[name].Simple.__module__ == name
    assert "simple_plugin" not in sys.modules


def test_two_files_of_one_name_live_side_by_side(plugin, tmp_path):
    other = tmp_path / "other" / "simple_plugin.py"
    other.parent.mkdir()
    text = PLUGIN.replace('"simple"', '"twin"').replace('"hundredth"', '"percent"').replace('"leads"', '"heads"')
    other.write_text(text)
    eq.load_plugin(plugin)
    loaded = eq.load_plugin(other)
    assert {"simple", "twin"} <= set(eq.methods())
    assert loaded.name == str(other)
    assert eq.methods()["simple"].cls.__module__ != eq.methods()["twin"].cls.__module__


@pytest.mark.parametrize("file_name", ["qca.py", "my plugin.py", "données.py"])
def test_a_file_may_have_any_name(file_name, plugin):
    eq.load_plugin(plugin.rename(plugin.with_name(file_name)))
    assert "simple" in eq.methods()
    assert "fsqca" in eq.methods()


# ------------------------------------------------------------------------------------- in several processes


def study(towns: Path) -> eq.Study:
    loaded = eq.load_study(towns)
    anchors = {"method": "hundredth"}
    return eq.Study(
        name="towns",
        data=loaded.data,
        outcome=eq.Variable("OPEN", "open", calibrate=anchors),
        conditions=[
            eq.Variable("LEAD", "leadership", calibrate=anchors),
            eq.Variable("FIN", "money", calibrate={"method": "ranks"}),
        ],
        propositions=[
            {"id": "all", "claim": "leads", "condition": "LEAD"},
            {"id": "some", "claim": "leads", "condition": "FIN", "where": "LEAD + ~LEAD"},
        ],
    )


def test_the_number_of_processes_changes_neither_numbers_nor_classes(plugin, towns):
    eq.load_plugin(plugin)
    method = eq.methods()["simple"].cls
    strongest = sys.modules[method.__module__].Strongest
    comparisons = []
    for n_jobs in (1, 2):
        run = eq.run(study(towns), methods=[method(weight=0.8), "clustering"], n_jobs=n_jobs, seed=3)
        assert not run.failures
        comparisons.append(eq.compare(run))
        analysis = run["simple"]
        assert type(analysis.method) is method
        assert type(analysis) is eq.Analysis
        assert isinstance(analysis.native, strongest)
        assert analysis.native == strongest("LEAD")
        assert analysis.method == method(weight=0.8)
    one, two = comparisons
    assert one.verdicts["simple"].tolist() == ["supported", "contradicted"]
    for facet in ("verdicts", "verdict_evidence", "conditions", "cases", "fit", "notes"):
        pd.testing.assert_frame_equal(getattr(one, facet), getattr(two, facet))
    for facet in ("conditions", "configurations", "cases"):
        pd.testing.assert_frame_equal(getattr(one.analyses["simple"], facet), getattr(two.analyses["simple"], facet))
    assert one.analyses["simple"].fit == two.analyses["simple"].fit


def test_parameters_are_checked_as_everywhere(plugin, towns):
    eq.load_plugin(plugin)
    for parameters, words in (
        ({"weight": 2}, "weight = 2 must be less than or equal to 1"),
        ({"weight": 0.7}, "weight: 0.7 is not allowed"),
        ({"wait": 1}, r"'wait'\. Did you mean 'weight'"),
    ):
        made = eq.Study(**{**vars_of(study(towns)), "methods": {"simple": parameters}})
        with pytest.raises(eq.InputError, match=rf"Study 'towns', \[methods.simple\]: simple: .*{words}"):
            eq.run(made, methods=["simple"])


def vars_of(made: eq.Study) -> dict[str, object]:
    return {key: getattr(made, key) for key in ("name", "data", "outcome", "conditions")}


# ------------------------------------------------------------------------------------------------- failures

WRONG = {
    "an error when it runs": ("import equifinal\n\n1 / 0\n", ["cannot be imported: ZeroDivisionError", "(line 3)"]),
    "an error of syntax": ("def broken(:\n", ["cannot be imported: SyntaxError", "line 1"]),
    "an exit": ("raise SystemExit(0)\n", ["cannot be imported: SystemExit: 0"]),
    "nothing in it": ("x = 1\n", ["it brings nothing", "@equifinal.hookimpl"]),
    "an unmarked hook": (PLUGIN.replace("@eq.hookimpl\ndef equifinal_m", "def equifinal_m"), ["is not marked"]),
    "a misspelt hook": (PLUGIN.replace("equifinal_methods", "equifinal_method"), ["Did you mean 'equifinal_methods'?"]),
    "a hook with arguments": (PLUGIN.replace("equifinal_methods()", "equifinal_methods(x)"), ["cannot be registered"]),
    "a built-in's name": (PLUGIN.replace('"simple"', '"clustering"'), ["method 'clustering' is offered twice"]),
    "a class without a name": (PLUGIN.replace('name = "simple"', ""), ["Simple has no name", 'name = "my-name"']),
    "an annotated name": (PLUGIN.replace('name = "simple"', 'name: str = "simple"'), ["Simple.name has a type"]),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_file_that_cannot_be_used_leaves_nothing_behind(mistake, plugin):
    text, words = WRONG[mistake]
    assert text != PLUGIN
    before = (modules(), list(eq.plugins()), list(eq.methods()), list(eq.calibrators()), list(eq.propositions()))
    plugin.write_text(text)
    with pytest.raises(eq.InputError) as raised:
        eq.load_plugin(plugin)
    for word in (f"Plugin file {str(plugin)!r}", *words):
        assert word in str(raised.value)
    assert (
        modules(),
        list(eq.plugins()),
        list(eq.methods()),
        list(eq.calibrators()),
        list(eq.propositions()),
    ) == before
    assert not any(entry.plugin.problems for entry in eq.methods().values())

    plugin.write_text(PLUGIN)  # corrected, it loads
    assert eq.load_plugin(plugin).problems == ()


def test_two_files_with_one_method_name_the_first(plugin, tmp_path):
    eq.load_plugin(plugin)
    other = tmp_path / "other.py"
    other.write_text(PLUGIN)
    with pytest.raises(eq.InputError, match=r"'simple' is offered twice, by .*other.* and by .*simple_plugin"):
        eq.load_plugin(other)
    assert eq.methods()["simple"].plugin.name == "simple_plugin"


@pytest.mark.parametrize("path", ["nowhere.py", "."])
def test_a_file_that_is_not_there(path, registry):
    with pytest.raises(eq.InputError, match=f"Plugin file '{path}': there is no such file"):
        eq.load_plugin(path)


def test_a_file_that_is_not_python(registry, tmp_path):
    (tmp_path / "plugin.txt").write_text(PLUGIN)
    with pytest.raises(eq.InputError, match=r"a name that ends in \.py"):
        eq.load_plugin(tmp_path / "plugin.txt")


def test_a_file_may_only_observe(registry, tmp_path, towns):
    path, log = tmp_path / "observer.py", tmp_path / "log.txt"
    path.write_text(
        "import pathlib\n\nimport equifinal as eq\n\n\n@eq.hookimpl\ndef equifinal_after_analysis(analysis):\n"
        f"    with pathlib.Path({str(log)!r}).open('a') as file:\n        file.write(analysis.method.name + '\\n')\n"
    )
    assert eq.load_plugin(path).brings == ("hook equifinal_after_analysis",)
    eq.run(eq.load_study(towns), methods=["clustering", "regression"])
    assert log.read_text().split() == ["clustering", "regression"]


# ----------------------------------------------------------------------------------------- the command line


def test_the_command_line_loads_files(plugin, cli, towns, tmp_path):
    towns.write_text(towns.read_text().replace('{method = "crisp", threshold = 5}', '{method = "hundredth"}'))
    assert "simple" in cli("list", "methods", "--plugin", plugin).out
    described = cli("describe", "simple", "--plugin", plugin).out
    assert "How far from one half it dares to go." in described
    assert "> 0, ≤ 1" in described
    for jobs in (1, 2):
        folder = tmp_path / f"report {jobs}"
        ended = cli("compare", towns, "--plugin", plugin, "-m", "simple", "-j", jobs, "-o", folder, "-f", "csv", "-q")
        assert ended.code == 0, ended.err
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / f"report {n}").rglob("*.csv")} for n in (1, 2))
    assert one == two != {}
