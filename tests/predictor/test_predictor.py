"""The method ``predictor``, against scikit-learn and statsmodels called directly."""

import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

import equifinal as eq
from equifinal_sklearn import Predictor
from equifinal_sklearn.effects import span

RISING = {"method": "direct", "full_out": 0, "crossover": 50, "full_in": 100}
FALLING = {"method": "direct", "full_out": 100, "crossover": 50, "full_in": 0}
LINE = "sklearn.linear_model.LinearRegression"


def study_of(n=80, falling=(), product=0.0, seed=0, **more):
    """The outcome rises with A, falls with B, and has nothing to do with C."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.uniform(0, 100, (n, 3)), columns=list("ABC"))
    rest = product * (frame["A"] - 50) * (frame["B"] - 50) / 50
    frame["Y"] = (50 + 0.4 * (frame["A"] - frame["B"]) + rest + rng.normal(0, 5, n)).clip(0, 100)
    frame = frame.set_axis([f"case {number}" for number in range(n)])
    conditions = [eq.Variable(name, calibrate=FALLING if name in falling else RISING) for name in "ABC"]
    outcome = eq.Variable("Y", calibrate=RISING)
    return eq.Study(
        name="made", data=frame.assign(**more.pop("columns", {})), outcome=outcome, conditions=conditions, **more
    )


def analyzed(study, seed=0, **parameters):
    calibrated = study.calibrate()
    method = Predictor(**{"estimator": LINE, **parameters})
    analysis = method.analyze(calibrated, np.random.default_rng(seed))
    analysis.check_against(calibrated)
    return calibrated, method, analysis


def verdict(study, claim, arguments, **parameters):
    calibrated, method, analysis = analyzed(study, **parameters)
    return method.assess(analysis, eq.propositions()[claim].cls(id="P", **arguments), calibrated)


@pytest.mark.parametrize("scale", ["raw", "membership"])
@pytest.mark.parametrize(
    ("path", "options", "direct"),
    [
        (LINE, {}, LinearRegression()),
        ("sklearn.neighbors.KNeighborsRegressor", {"n_neighbors": 3}, KNeighborsRegressor(3)),
    ],
)
def test_predictions_are_those_of_scikit_learn(path, options, direct, scale):
    calibrated, method, analysis = analyzed(study_of(), estimator=path, options=options, scale=scale)
    x = calibrated.values("raw" if scale == "raw" else "fuzzy")
    expected = np.clip(direct.fit(x, calibrated.outcome_values("fuzzy")).predict(x), 0, 1)
    assert analysis.cases["predicted"].to_numpy() == pytest.approx(expected)
    again = method.predict(method.refit(calibrated, np.random.default_rng(0)), calibrated.without_outcome())
    assert again.to_numpy() == pytest.approx(expected)


def test_the_interval_of_a_linear_model_is_that_of_least_squares():
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools.tools import add_constant

    calibrated, _, analysis = analyzed(study_of(200), resamples=600)
    x = calibrated.values("raw")
    fit = OLS(calibrated.outcome_values("fuzzy"), add_constant(x)).fit(cov_type="HC3")
    for column, name in enumerate("ABC"):
        low, high = span(x[:, column])
        row = analysis.conditions.loc[name]
        assert row["effect"] == pytest.approx(fit.params[column + 1] * (high - low))
        assert row["std_error"] == pytest.approx(fit.bse[column + 1] * (high - low), rel=0.15)
    assert analysis.tables["interactions"]["value"].abs().max() < 1e-9
    assert analysis.conditions["role"].tolist() == ["contributing", "contributing", "none"]
    assert analysis.conditions["direction"].tolist() == [1, -1, 0]


def test_influence_and_its_direction_are_those_of_the_sets():
    assert verdict(study_of(), "influence", {"condition": "A"}).answer == "supported"
    assert verdict(study_of(), "influence", {"condition": "A", "sign": -1}).answer == "contradicted"
    assert verdict(study_of(), "influence", {"condition": "B"}).answer == "contradicted"
    assert verdict(study_of(falling="B"), "influence", {"condition": "B"}).answer == "supported"
    nothing = verdict(study_of(), "influence", {"condition": "C"})
    assert (nothing.answer, nothing.strength) == ("inconclusive", None)
    found = verdict(study_of(), "influence", {"condition": "A"})
    assert found.strength == pytest.approx(abs(found.numbers["value"]))
    assert found.strength > 0.2


@pytest.mark.parametrize(("product", "answer"), [(1.0, "supported"), (-1.0, "contradicted"), (0.0, "inconclusive")])
def test_joint_is_an_interaction(product, answer):
    kernel = {"estimator": "sklearn.svm.SVR", "options": {"C": 1.0}, "scale": "membership"}
    arguments = {"conditions": ("A", "B")}
    assert verdict(study_of(product=product), "joint", arguments, **kernel).answer == answer


def test_on_other_claims_it_is_silent_and_key_is_answered_by_the_framework():
    for claim, arguments in (
        ("necessary", {"expression": "A"}),
        ("sufficient", {"expression": "A"}),
        ("equifinal", {}),
        ("together", {"cases": ("case 1", "case 2")}),
    ):
        assert verdict(study_of(), claim, arguments).answer == "silent"
    study = study_of(propositions=[{"id": "K", "claim": "key", "conditions": ["A", "B"]}])
    assert eq.compare(eq.run(study, {"line": Predictor(estimator=LINE)})).verdicts.loc["K", "line"] == "supported"


def test_the_default_is_a_forest_and_its_seed_the_runs():
    study = study_of(30)
    one, same, other = (
        analyzed(
            study, seed, estimator="sklearn.ensemble.RandomForestRegressor", options={"n_estimators": 10}, resamples=3
        )[2]
        for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one.cases, same.cases)
    pd.testing.assert_frame_equal(one.conditions, same.conditions)
    assert not one.cases.equals(other.cases)
    assert Predictor().estimator == "sklearn.ensemble.RandomForestRegressor"


def test_units_of_a_panel_are_drawn_together():
    columns = {"country": [f"c{number // 4}" for number in range(80)], "year": list(range(4)) * 20}
    _, _, analysis = analyzed(study_of(columns=columns, unit="country", time="year"))
    fitted = analysis.native
    country = {tuple(row): unit for row, unit in zip(fitted.x, fitted.units, strict=True)}
    assert len(set(country.values())) == 20
    for _, drawn in fitted._resampled[:5]:
        counts = pd.Series([country[tuple(row)] for row in drawn]).value_counts()
        assert (counts % 4 == 0).all()


def test_the_fits_for_intervals_are_not_pickled():
    _, _, analysis = analyzed(study_of())
    restored = pickle.loads(pickle.dumps(analysis.native))
    assert "_resampled" not in restored.__dict__
    assert restored.influences(["A"]) == analysis.native.influences(["A"])


# -------------------------------------------------------------------------------------------------------- trust


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with a regressor, installed or not, that needs scikit-learn or not."""

    def install(name, distribution=True, needs="scikit-learn>=1.0"):
        folder = tmp_path / name
        folder.mkdir()
        code = "from sklearn.linear_model import LinearRegression\n\nclass Line(LinearRegression):\n    pass\n"
        (folder / "__init__.py").write_text(code)
        if distribution:
            about = tmp_path / f"{name}-1.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {needs}\n"
            )
            (about / "top_level.txt").write_text(f"{name}\n")
            (about / "RECORD").write_text(f"{name}/__init__.py,,\n")
        monkeypatch.syspath_prepend(tmp_path)
        return name

    yield install
    for name in [each for each in sys.modules if each.startswith("lines_")]:
        del sys.modules[name]


def test_a_package_that_the_study_names_is_used(installed):
    name = installed("lines_good")
    study = study_of(plugins={"predictor": {"packages": [name]}})
    _, _, ours = analyzed(study, estimator=f"{name}.Line")
    pd.testing.assert_frame_equal(ours.cases, analyzed(study)[2].cases)


@pytest.mark.parametrize(
    ("named", "arguments", "message"),
    [
        (False, {}, r"name it in the study: \[plugins.predictor\] with packages = \[\"lines_bad\"\]"),
        (True, {"distribution": False}, "is not installed"),
        (True, {"needs": "numpy"}, "does not declare that it needs scikit-learn"),
        (True, {"needs": "scikit-learn-extra"}, "does not declare that it needs scikit-learn"),
    ],
)
def test_other_packages_are_not_imported(installed, named, arguments, message):
    name = installed("lines_bad", **arguments)
    study = study_of(plugins={"predictor": {"packages": [name]}} if named else {})
    with pytest.raises(eq.InputError, match=message) as refused:
        analyzed(study, estimator=f"{name}.Line")
    assert "Study 'made', predictor: " in str(refused.value)
    assert name not in sys.modules


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"estimator": "os.system"}, "does not come from scikit-learn"),
        ({"estimator": "forest"}, "is not a path such as"),
        ({"estimator": "sklearn.forest.Forest"}, "cannot be imported"),
        ({"estimator": "sklearn.cluster.KMeans"}, "is not a regressor"),
        ({"estimator": "sklearn.linear_model.LogisticRegression"}, "is not a regressor"),
        ({"estimator": "sklearn.base.clone"}, "is not a regressor"),
        ({"estimator": LINE, "options": {"fit_intercpt": True}}, "Did you mean 'fit_intercept'"),
        ({"estimator": "sklearn.linear_model.Ridge", "options": {"alpha": -1.0}}, "cannot be fitted to these cases"),
        ({"estimator": "sklearn.neighbors.KNeighborsRegressor", "options": {"n_neighbors": 200}}, "cannot be fitted"),
    ],
)
def test_what_is_no_regressor_is_refused(parameters, message):
    with pytest.raises(eq.InputError, match=message):
        analyzed(study_of(), **parameters)
