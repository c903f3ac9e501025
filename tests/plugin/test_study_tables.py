"""What a study says to plugins: requires, settings, tags."""

import pickle

import pytest

import equifinal as eq

PLUGIN = '''
"""A method that reads its settings and tags."""

import pandas as pd
import pydantic

import equifinal as eq


class Settings(pydantic.BaseModel, frozen=True):
    """The settings."""

    weight: float = pydantic.Field(default=0.5, ge=0, le=1)
    words: tuple[str, ...] = ()


equifinal_settings = Settings


class Weighs(eq.Method):
    """Says what it was told."""

    name = "weighs"

    def analyze(self, study, rng):
        told = study.plugins["weighing"]
        assert type(told) is Settings or type(told).__name__ == "Settings"
        tags = {each.name: each.tags.get("dimension", "-") for each in (*study.conditions, study.outcome)}
        conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": "-"}, index=list(study.condition_names))
        cases = pd.DataFrame({"group": None, "predicted": told.weight}, index=study.cases)
        return eq.Analysis(
            method=self,
            conditions=conditions,
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"]),
            cases=cases,
            fit={"weight": told.weight},
            notes=[f"{tags} {told.words}"],
        )


@eq.hookimpl
def equifinal_methods():
    return [Weighs]
'''


@pytest.fixture
def weighing(tmp_path, registry):
    file = tmp_path / "weighing.py"
    file.write_text(PLUGIN)
    eq.load_plugin(file)
    return file


def edited(towns, *changes):
    text = towns.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    towns.write_text(text)
    return towns


SETTINGS = ("[methods.regression]", '[plugins.weighing]\nweight = 0.25\nwords = ["a", "b"]\n\n[methods.regression]')
TAGS = (
    'name = "LEAD"\n',
    'name = "LEAD"\ntags = {dimension = "supply", rank = 1, sure = true, parts = ["x", 2.5], more = {deep = "y"}}\n',
)
REQUIRES = ('name = "towns"\n', 'name = "towns"\nrequires = ["weighing", "equifinal >= 0.1"]\n')


@pytest.mark.parametrize(("n_jobs", "time_limit"), [(1, None), (2, None), (2, 60)])
def test_a_plugin_reads_its_settings_and_tags(n_jobs, time_limit, weighing, towns):
    study = eq.load_study(edited(towns, SETTINGS, TAGS, REQUIRES))
    run = eq.run(study, ["weighs", "clustering"], n_jobs=n_jobs, time_limit=time_limit)
    assert not run.failures
    assert run["weighs"].fit == {"weight": 0.25}
    assert run["weighs"].notes[0] == "{'LEAD': 'supply', 'FIN': '-', 'OPEN': '-'} ('a', 'b')"


def test_settings_travel_with_the_calibrated_study(weighing, towns):
    calibrated = eq.load_study(edited(towns, SETTINGS)).calibrate()
    cases = list(calibrated.cases)
    train, test = calibrated.train_and_test([0, 1, 2, 3], [4, 5])
    for each in (
        calibrated,
        calibrated.subset(cases[:3]),
        calibrated.with_condition("LEAD", 0),
        calibrated.protected(),
        calibrated.without_outcome(),
        calibrated.repeated(2),
        train,
        test,
    ):
        assert each.plugins["weighing"].weight == 0.25
        assert type(each.plugins["weighing"]) is type(calibrated.plugins["weighing"])
    import cloudpickle

    again = pickle.loads(cloudpickle.dumps(calibrated))
    assert again.plugins["weighing"] == calibrated.plugins["weighing"]
    assert eq.load_study(towns).negated().calibrate().plugins["weighing"].weight == 0.25


def test_without_a_table_a_plugin_has_its_defaults(weighing, towns):
    assert eq.load_study(towns).calibrate().plugins["weighing"].weight == 0.5
    assert eq.load_study(towns).plugins == {}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "[plugins.weighing]\nwait = 1",
            r"Study 'towns', \[plugins.weighing\]: unknown key 'wait'. Did you mean 'weight'\?",
        ),
        ("[plugins.weighing]\nweight = 2", "weight = 2 must be less than or equal to 1"),
        ("[plugins.wieghing]\nweight = 1", r"there is no plugin 'wieghing'. Did you mean 'weighing'\?"),
        ("[plugins.qca]\nweight = 1", r"the plugin qca \(equifinal .*\) has no settings. Remove the table."),
        ("[plugins]\nweighing = 3", "must be a table"),
        ("[plugin.weighing]\nweight = 1", r"unknown key 'plugin'. Did you mean 'plugins'\?"),
    ],
)
def test_wrong_settings_are_named(table, message, weighing, towns):
    with pytest.raises(eq.InputError, match=message):
        eq.load_study(edited(towns, ("[methods.regression]", f"{table}\n\n[methods.regression]")))


def test_settings_that_are_no_model_are_a_problem(registry, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text(PLUGIN.replace("equifinal_settings = Settings", "equifinal_settings = {'weight': 1}"))
    with pytest.raises(eq.InputError, match=r"equifinal_settings is {'weight': 1}\. It must be a pydantic model"):
        eq.load_plugin(file)


def test_all_three_are_written_and_read_back(weighing, towns, tmp_path):
    study = eq.load_study(edited(towns, SETTINGS, TAGS, REQUIRES))
    eq.save_study(study, tmp_path / "saved")
    again = eq.load_study(tmp_path / "saved")
    assert again.requires == study.requires == ("weighing", "equifinal >= 0.1")
    assert again.plugins == study.plugins == {"weighing": {"weight": 0.25, "words": ["a", "b"]}}
    assert again.conditions[0].tags == study.conditions[0].tags
    assert again.conditions[0].tags["more"] == {"deep": "y"}
    assert again.conditions[1].tags == {}
    own = (tmp_path / "saved" / "study.toml").read_text()
    assert "[plugins.weighing]" in own


def test_tags_are_plain_data():
    given = {"a": [1]}
    variable = eq.Variable("A", tags=given)
    given["a"].append(2)
    assert variable.tags == {"a": [1]}
    assert variable.opposite().tags == {"a": [1]}
    for wrong in ({"a": None}, {"a": object()}, {1: "a"}, {"a": float("nan")}, ["a"]):
        with pytest.raises(eq.InputError, match="Variable 'A': tags = "):
            eq.Variable("A", tags=wrong)


@pytest.mark.parametrize(
    ("requires", "message"),
    [
        ("mill", 'which is not there. Install it: pip install "mill"'),
        ("equifinal-cna>=0.2", 'which is not there. Install it: pip install "equifinal-cna>=0.2"'),
        ("equifinal>=99", 'but version .* of equifinal is installed. Install it: pip install "equifinal>=99"'),
        ("qca==0.0.1", "but version .* of equifinal is installed"),
        ("weighing>=1", "is a single file, which has no version. Leave the version out"),
        ("not a name!", "which cannot be read"),
    ],
)
def test_what_is_required_and_missing_is_one_sentence_and_comes_first(requires, message, weighing, towns):
    study = edited(
        towns,
        ('name = "towns"\n', f'name = "towns"\nrequires = ["{requires}"]\n'),
        ('method = "crisp"', 'method = "of-cna"'),
        ('claim = "necessary"', 'claim = "of-cna"'),
        ("[methods.regression]", "[plugins.cna]\nx = 1\n\n[methods.of-cna]"),
    )
    with pytest.raises(eq.InputError, match=message) as raised:
        eq.load_study(study)
    assert str(raised.value).startswith(f"Study 'towns': it requires {requires!r}, ")


@pytest.mark.parametrize("requires", ["qca", "Equifinal", "equifinal>=0.0.1", "weighing"])
def test_what_is_required_and_there_is_no_trouble(requires, weighing, towns):
    assert eq.load_study(edited(towns, ('"towns"\n', f'"towns"\nrequires = ["{requires}"]\n'))).requires == (requires,)


def test_a_required_plugin_that_is_switched_off_is_named(registry, towns, cli):
    edited(towns, ('"towns"\n', '"towns"\nrequires = ["qca"]\n'))
    ended = cli("compare", towns, "--without", "qca", "-q")
    assert ended.code == 2
    assert "Error: Study 'towns': it requires 'qca', but the plugin qca (equifinal " in ended.err
    assert "is switched off. Leave it out of --without" in ended.err


def test_what_is_required_is_said_where_an_unknown_method_is_met(registry, towns):
    from equifinal.plugin.registry import start

    study = eq.load_study(
        edited(
            towns,
            ('"towns"\n', '"towns"\nrequires = ["qca"]\n'),
            ("[methods.regression]", "[methods.fsqca]"),
            ("alpha = 0.1", "pri_cutoff = 0.6"),
        )
    )
    start(["qca"])
    with pytest.raises(eq.InputError, match=r"Study 'towns': it requires 'qca', but the plugin qca .* is switched off"):
        eq.run(study)


# ------------------------------------------------------------------------------- parameters behind a method's name


def test_parameters_behind_a_name_are_laid_over_the_studys(towns):
    study = eq.load_study(towns)
    run = eq.run(study, ["regression:scale='standardized'", "clustering:n_clusters=2,algorithm='kmeans'"])
    assert list(run) == ["regression", "clustering"]
    assert (run.methods["regression"].alpha, run.methods["regression"].scale) == (0.1, "standardized")
    assert run.methods["clustering"].parameters()["n_clusters"] == 2
    assert eq.run(study, "regression:alpha=0.2").methods["regression"].alpha == 0.2
    two = eq.run(study, {"one": "regression:alpha=0.2", "two": "regression"})
    assert [two.methods[label].alpha for label in two] == [0.2, 0.1]


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        (["regression:alpha=0.2", "regression"], "The method 'regression' is requested twice"),
        (["regression:alpha=0.2", "regression:alpha=0.3"], "The method 'regression' is requested twice"),
        (
            ["regression:alhpa=0.2"],
            "method 'regression' with alhpa: regression: unknown key 'alhpa'. Did you mean 'alpha'",
        ),
        (["regression:alpha=2"], "alpha = 2 must be less than"),
        (["regression:method='nca'"], "unknown key 'method'"),
        (["regresion:alpha=0.2"], "unknown method 'regresion'. Did you mean 'regression'"),
        (["regression:alpha="], "The method 'regression:alpha=' cannot be read"),
    ],
)
def test_what_is_wrong_behind_a_name_is_said(methods, message, towns):
    with pytest.raises(eq.InputError, match=message):
        eq.run(eq.load_study(towns), methods)


def test_the_command_line_takes_them_too(cli, towns, tmp_path):
    ended = cli("compare", towns, "-m", "regression:alpha=0.2", "-o", tmp_path / "report", "-f", "json", "-q")
    assert ended.code == 0, ended.err
    assert '"alpha": 0.2' in (tmp_path / "report" / "manifest.json").read_text()
    assert "is requested twice" in cli("compare", towns, "-m", "regression", "-m", "regression:alpha=0.2").err
