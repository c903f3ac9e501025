"""The method ``regression``, against published figures and against statsmodels called directly."""

import doctest
import json
import pickle
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import special, stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS, WLS
from statsmodels.stats.outliers_influence import variance_inflation_factor

import equifinal as eq
from equifinal.study.propositions import Equifinal, Influence, Joint, Necessary, Sufficient, Together
from equifinal_regression import Regression, interactions_from

RNG = np.random.default_rng(0)
CONDITIONS = ["LEAD", "DEM", "FIN", "HUM"]
DIRECT = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}
FALLING = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}


@pytest.fixture(scope="module")
def countries() -> eq.CalibratedStudy:
    return eq.load_study("open-data-barometer-2014").calibrate()


def analyze(calibrated: eq.CalibratedStudy, **parameters: object) -> eq.Analysis:
    analysis = Regression(**parameters).analyze(calibrated, np.random.default_rng(0))
    analysis.check_against(calibrated)
    return analysis


def made(
    frame: pd.DataFrame, calibrate: dict[str, object] | None = None, outcome: dict[str, object] | None = None
) -> eq.CalibratedStudy:
    """A study of the columns A, B, ... and the outcome y."""
    calibrate = {name: DIRECT for name in frame.columns if name != "y"} | (calibrate or {})
    return eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=outcome or DIRECT),
        conditions=[eq.Variable(name, calibrate=anchors) for name, anchors in calibrate.items()],
    ).calibrate()


def scores(cases: int = 30, conditions: str = "AB", seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.uniform(0, 10, (cases, len(conditions))), columns=list(conditions))
    frame["y"] = (frame["A"] + rng.normal(0, 1.5, cases)).clip(0, 10)
    return frame.set_axis([f"case {number}" for number in range(cases)])


# --------------------------------------------------------------------------------------------- the numbers


def test_published_figures_of_the_barometer(countries: eq.CalibratedStudy) -> None:
    robust, classical = analyze(countries), analyze(countries, covariance="classical")
    assert robust.conditions["coefficient"].round(3).tolist() == [3.256, 1.513, 1.484, 1.827]
    assert robust.conditions["std_error"].round(3).tolist() == [1.075, 1.059, 1.331, 1.132]
    assert classical.conditions["std_error"].round(3).tolist() == [0.950, 0.965, 1.130, 1.074]
    assert robust.fit["n"] == 86
    assert round(robust.fit["r_squared"], 3) == 0.674


def frame_on(calibrated: eq.CalibratedStudy, scale: str) -> pd.DataFrame:
    frame = (calibrated.fuzzy if scale == "membership" else calibrated.raw).copy()
    return (frame - frame.mean()) / frame.std() if scale == "standardized" else frame


@pytest.mark.parametrize("scale", ["raw", "standardized", "membership"])
@pytest.mark.parametrize("covariance", ["classical", "HC0", "HC1", "HC2", "HC3"])
def test_least_squares_equals_statsmodels(countries: eq.CalibratedStudy, scale: str, covariance: str) -> None:
    analysis = analyze(countries, scale=scale, covariance=covariance, alpha=0.1)
    kind = "nonrobust" if covariance == "classical" else covariance
    direct = smf.ols("OPEN ~ LEAD + DEM + FIN + HUM", frame_on(countries, scale)).fit(cov_type=kind, use_t=True)
    table = analysis.tables["coefficients"]
    np.testing.assert_allclose(table["coefficient"], direct.params, atol=1e-10)
    np.testing.assert_allclose(table["std_error"], direct.bse, rtol=1e-9)
    np.testing.assert_allclose(table["statistic"], direct.tvalues, atol=1e-9)
    np.testing.assert_allclose(table["p_value"], direct.pvalues, atol=1e-9)
    np.testing.assert_allclose(table[["ci_low", "ci_high"]], direct.conf_int(0.1), atol=1e-9)
    pd.testing.assert_frame_equal(analysis.conditions[table.columns], table.loc[CONDITIONS])
    for name, expected in {
        "r_squared": direct.rsquared,
        "adj_r_squared": direct.rsquared_adj,
        "residual_std_error": np.sqrt(direct.scale),
        "f_statistic": direct.fvalue,
        "f_p_value": direct.f_pvalue,
        "aic": direct.aic,
        "bic": direct.bic,
        "df_resid": direct.df_resid,
    }.items():
        assert analysis.fit[name] == pytest.approx(expected, rel=1e-8), name
    influence = direct.get_influence()
    np.testing.assert_allclose(analysis.cases["leverage"], influence.hat_matrix_diag, rtol=1e-9)
    if covariance == "classical":
        np.testing.assert_allclose(analysis.cases["cooks_distance"], influence.cooks_distance[0], rtol=1e-9)


@pytest.mark.parametrize("scale", ["raw", "standardized", "membership"])
def test_fractional_logit_equals_statsmodels(countries: eq.CalibratedStudy, scale: str) -> None:
    frame = frame_on(countries, scale).assign(OPEN=countries.fuzzy["OPEN"])
    model = smf.glm("OPEN ~ LEAD + DEM + FIN + HUM", frame, family=Binomial())
    robust, dispersed = model.fit(cov_type="HC0"), model.fit(scale="X2")
    table = analyze(countries, model="fractional-logit", scale=scale, covariance="HC0").tables["coefficients"]
    np.testing.assert_allclose(table["coefficient"], robust.params, rtol=1e-7)
    np.testing.assert_allclose(table["std_error"], robust.bse, rtol=1e-7)
    classical = analyze(countries, model="fractional-logit", scale=scale, covariance="classical")
    np.testing.assert_allclose(classical.tables["coefficients"]["std_error"], dispersed.bse, rtol=1e-5)
    fit = classical.fit
    assert fit["dispersion"] == pytest.approx(dispersed.scale, rel=1e-6)
    assert fit["deviance"] == pytest.approx(robust.deviance)
    assert fit["null_deviance"] == pytest.approx(robust.null_deviance)
    assert fit["deviance_r_squared"] == pytest.approx(1 - robust.deviance / robust.null_deviance)
    residual = countries.fuzzy["OPEN"] - robust.fittedvalues
    assert fit["efron_r_squared"] == pytest.approx(1 - (residual**2).sum() / (85 * countries.fuzzy["OPEN"].var()))
    np.testing.assert_allclose(classical.cases["residual"], residual, atol=1e-8)
    np.testing.assert_allclose(classical.cases["leverage"], dispersed.get_hat_matrix_diag(), rtol=1e-6)
    influence = dispersed.get_influence()
    np.testing.assert_allclose(classical.cases["cooks_distance"], influence.cooks_distance[0], rtol=1e-4)


@pytest.mark.parametrize("covariance", ["HC0", "HC1", "HC2", "HC3"])
def test_robust_errors_of_the_logit_are_the_sandwich(countries: eq.CalibratedStudy, covariance: str) -> None:
    """B (Σ x x' e² c) B with B = (X'WX)^-1, and c the factor of each HC (MacKinnon & White 1985)."""
    design = np.column_stack([np.ones(86), countries.fuzzy[CONDITIONS]])
    outcome = countries.fuzzy["OPEN"].to_numpy()
    fitted = GLM(outcome, design, family=Binomial()).fit().fittedvalues
    weights, residual = fitted * (1 - fitted), outcome - fitted
    bread = np.linalg.inv(design.T @ np.diag(weights) @ design)
    leverage = weights * np.diag(design @ bread @ design.T)
    factor = {"HC0": 1.0, "HC1": 86 / 81, "HC2": 1 / (1 - leverage), "HC3": 1 / (1 - leverage) ** 2}[covariance]
    expected = bread @ design.T @ np.diag(residual**2 * factor) @ design @ bread
    table = analyze(countries, model="fractional-logit", covariance=covariance).tables["coefficients"]
    np.testing.assert_allclose(table["std_error"], np.sqrt(np.diag(expected)), rtol=1e-7)


def test_variance_inflation(countries: eq.CalibratedStudy) -> None:
    raw = countries.raw[CONDITIONS]
    vif = analyze(countries).conditions["vif"]
    with_constant = np.column_stack([np.ones(len(raw)), raw])
    np.testing.assert_allclose(vif, [variance_inflation_factor(with_constant, column) for column in range(1, 5)])
    on_others = smf.ols("FIN ~ LEAD + DEM + HUM", raw).fit()
    assert vif["FIN"] == pytest.approx(1 / (1 - on_others.rsquared))
    pd.testing.assert_frame_equal(analyze(countries).tables["correlation"], raw.corr())


def test_default_scale_follows_the_model(countries: eq.CalibratedStudy) -> None:
    for model, scale in (("ols", "raw"), ("fractional-logit", "membership")):
        pd.testing.assert_frame_equal(
            analyze(countries, model=model).conditions, analyze(countries, model=model, scale=scale).conditions
        )


# -------------------------------------------------------------------------------------------- interactions


@pytest.mark.parametrize("scale", ["raw", "standardized"])
def test_interactions_equal_statsmodels(countries: eq.CalibratedStudy, scale: str) -> None:
    analysis = analyze(countries, scale=scale, interactions=("LEAD*DEM", "FIN * LEAD"))
    frame = frame_on(countries, scale)
    direct = smf.ols("OPEN ~ LEAD + DEM + FIN + HUM + LEAD:DEM + FIN:LEAD", frame).fit(cov_type="HC3", use_t=True)
    table = analysis.tables["coefficients"]
    assert list(table.index) == ["constant", *CONDITIONS, "LEAD*DEM", "FIN*LEAD"]
    np.testing.assert_allclose(table["coefficient"], direct.params, atol=1e-9)
    np.testing.assert_allclose(table["std_error"], direct.bse, rtol=1e-8)
    # The row of a condition is the derivative averaged over the cases: b_LEAD + b_LEAD*DEM mean(DEM) + ...
    contrast = np.array([0, 1, 0, 0, 0, frame["DEM"].mean(), frame["FIN"].mean()])
    averaged = direct.t_test(contrast)
    row = analysis.conditions.loc["LEAD"]
    assert row["coefficient"] == pytest.approx(averaged.effect.item())
    assert row["std_error"] == pytest.approx(averaged.sd.item())
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(averaged.conf_int().ravel())
    assert row["p_value"] == pytest.approx(averaged.pvalue.item())
    assert analysis.conditions.loc["HUM", "coefficient"] == pytest.approx(direct.params["HUM"])
    np.testing.assert_allclose(analysis.tables["interactions"]["std_error"], direct.bse.iloc[-2:], rtol=1e-8)
    assert any("no single effect" in note for note in analysis.notes)


def test_average_effect_is_what_predictions_change_by(countries: eq.CalibratedStudy) -> None:
    """A small step of LEAD in every case, through the fitted values of the equation itself."""
    products = ("LEAD*DEM", "LEAD*HUM", "DEM*HUM", "LEAD*DEM*HUM")
    analysis = analyze(countries, interactions=products)
    raw = countries.raw

    def mean_fitted(step: float) -> float:
        moved = raw.assign(LEAD=raw["LEAD"] + step)
        b = analysis.tables["coefficients"]["coefficient"]
        terms = [moved[name.split("*")].prod(axis=1) * value for name, value in b.iloc[1:].items()]
        return float((b.iloc[0] + sum(terms)).mean())

    assert mean_fitted(0) == pytest.approx(analysis.cases["fitted"].mean())
    assert analysis.conditions.loc["LEAD", "coefficient"] == pytest.approx(mean_fitted(1) - mean_fitted(0))


@pytest.mark.parametrize(
    ("interactions", "message"),
    [
        (("LEAD",), "not a product"),
        (("LEAD*LEAD",), "not a product"),
        (("LEAD*~DEM",), "not a product"),
        (("LEAD*DEM", "DEM*LEAD"), "twice"),
        (("LEAD*DEM*FIN",), "add 'LEAD\\*DEM'"),
    ],
)
def test_interactions_that_cannot_be_fitted(interactions: tuple[str, ...], message: str) -> None:
    with pytest.raises(eq.InputError, match=message):
        Regression.from_parameters({"interactions": interactions})


def test_an_interaction_with_an_unknown_condition(countries: eq.CalibratedStudy) -> None:
    with pytest.raises(eq.InputError, match=r"names 'DEMAND'.*Did you mean 'DEM'"):
        analyze(countries, interactions=("LEAD*DEMAND",))


# --------------------------------------------------------------------------- the logit of the crisp outcome


def crisp_frame(calibrated: eq.CalibratedStudy, scale: str) -> pd.DataFrame:
    return frame_on(calibrated, scale).assign(OPEN=calibrated.crisp["OPEN"]).dropna()


@pytest.mark.parametrize("scale", ["raw", "standardized", "membership"])
@pytest.mark.parametrize("covariance", ["classical", "HC0"])
def test_logit_equals_statsmodels(countries: eq.CalibratedStudy, scale: str, covariance: str) -> None:
    analysis = analyze(countries, model="logit", scale=scale, covariance=covariance)
    kind = "nonrobust" if covariance == "classical" else covariance
    direct = smf.logit("OPEN ~ LEAD + DEM + FIN + HUM", crisp_frame(countries, scale)).fit(disp=0, cov_type=kind)
    table = analysis.tables["coefficients"]
    np.testing.assert_allclose(table["coefficient"], direct.params, rtol=1e-6)
    np.testing.assert_allclose(table["std_error"], direct.bse, rtol=1e-6)
    np.testing.assert_allclose(table["statistic"], direct.tvalues, rtol=1e-6)
    np.testing.assert_allclose(table["p_value"], direct.pvalues, rtol=1e-5)
    np.testing.assert_allclose(table[["ci_low", "ci_high"]], direct.conf_int(), rtol=1e-5)
    np.testing.assert_allclose(analysis.cases["predicted"], direct.predict(), rtol=1e-6)
    wald = direct.wald_test(np.eye(5)[1:], use_f=False, scalar=True)
    for name, expected in {
        "log_likelihood": direct.llf,
        "aic": direct.aic,
        "bic": direct.bic,
        "deviance_r_squared": direct.prsquared,  # McFadden's, for a crisp outcome
        "lr_statistic": direct.llr,
        "lr_p_value": direct.llr_pvalue,
        "wald_statistic": wald.statistic,
        "wald_p_value": wald.pvalue,
    }.items():
        assert analysis.fit[name] == pytest.approx(expected, rel=1e-5), name
    if covariance == "classical":
        glm = smf.glm("OPEN ~ LEAD + DEM + FIN + HUM", crisp_frame(countries, scale), family=Binomial()).fit()
        influence = glm.get_influence()
        np.testing.assert_allclose(analysis.cases["leverage"], influence.hat_matrix_diag, rtol=1e-4)
        np.testing.assert_allclose(analysis.cases["cooks_distance"], influence.cooks_distance[0], rtol=1e-4)


def half_in() -> eq.CalibratedStudy:
    """Three of forty cases have a score at the crossover: a membership of exactly 0.5."""
    frame = scores(40)
    frame.loc[["case 3", "case 8", "case 20"], "y"] = 5.0
    return made(frame)


def test_cases_neither_in_nor_out_are_left_out_of_the_logit_but_predicted() -> None:
    study = half_in()
    analysis = analyze(study, model="logit", scale="raw", covariance="classical")
    unclear = study.fuzzy["Y"] == 0.5
    assert unclear.sum() == 3
    frame = study.raw.assign(Y=study.crisp["Y"])
    direct = smf.logit("Y ~ A + B", frame[~unclear]).fit(disp=0)
    np.testing.assert_allclose(analysis.tables["coefficients"]["coefficient"], direct.params, rtol=1e-6)
    np.testing.assert_allclose(analysis.cases["predicted"], direct.predict(frame), rtol=1e-6)
    assert analysis.fit["n"] == 37
    for column in ("residual", "leverage", "cooks_distance"):
        assert (analysis.cases[column].isna() == unclear).all()
    assert any("3 cases" in note and "case 3, case 8, case 20" in note for note in analysis.notes)
    predicted = analysis.method.predict(analysis, study.without_outcome())
    pd.testing.assert_series_equal(predicted, analysis.cases["predicted"], check_names=False, check_exact=True)
    refitted = analysis.method.refit(study, np.random.default_rng(0))
    pd.testing.assert_series_equal(analysis.method.predict(refitted, study.without_outcome()), predicted)
    only_unclear = study.subset(study.cases[unclear])
    check_not_estimated(analyze(only_unclear, model="logit", partial_residuals=True, bootstrap=3), "0 cases")


@pytest.mark.parametrize(
    ("a", "y", "separated"),
    [
        ([*range(20)], [0] * 10 + [10] * 10, True),  # complete
        ([*range(10), 9, *range(10, 19)], [0] * 10 + [10] * 10, True),  # quasi-complete: both at 9
        ([0] * 10 + [1] * 10, [0] * 5 + [10] * 5 + [10] * 10, True),  # all with A have the outcome
        ([*range(20)], [0, 0, 10, 0] * 2 + [0, 10] * 2 + [10, 10, 0, 10] * 2, False),  # both sides throughout
    ],
)
def test_separation(a: list[float], y: list[float], separated: bool) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"A": a, "B": rng.uniform(0, 10, 20), "y": y}, dtype=float)
    study = made(frame, {"A": None}, outcome={"method": "crisp", "threshold": 5})
    analysis = analyze(study, model="logit", scale="raw")
    if separated:
        check_not_estimated(analysis, "separate")
        assert analysis.tables["model_table"].loc["A", "(1)"] == "not estimated"
    else:
        direct = smf.logit("Y ~ A + B", study.raw.assign(Y=study.crisp["Y"])).fit(disp=0)
        np.testing.assert_allclose(analysis.tables["coefficients"]["coefficient"], direct.params, rtol=1e-5)


def test_a_case_far_out_is_no_separation() -> None:
    """Its probability is as near to 1 as under separation, yet the logit has a solution."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"A": [*rng.normal(0, 1, 59), 400.0]})
    frame["y"] = np.where(rng.uniform(size=60) < 1 / (1 + np.exp(-frame["A"])), 10.0, 0.0)
    study = made(frame, {"A": None}, outcome={"method": "crisp", "threshold": 5})
    analysis = analyze(study, model="logit", scale="raw")
    assert analysis.cases["predicted"].iloc[-1] > 1 - 1e-9
    direct = smf.logit("Y ~ A", study.raw.assign(Y=study.crisp["Y"])).fit(disp=0)
    np.testing.assert_allclose(analysis.tables["coefficients"]["coefficient"], direct.params, rtol=1e-5)
    classical = analyze(study, model="logit", scale="raw", covariance="classical", partial_residuals=True)
    np.testing.assert_allclose(classical.tables["coefficients"]["std_error"], direct.bse, rtol=1e-5)
    component = direct.params["A"] * 400
    assert classical.tables["partial_residuals"]["A"].iloc[-1] == pytest.approx(component + 1)


def test_few_events_per_parameter_are_noted(countries: eq.CalibratedStudy) -> None:
    having = int(countries.crisp["OPEN"].sum())
    assert having == 29
    assert any(note.startswith("29 cases of the rarer side") for note in analyze(countries, model="logit").notes)


# ------------------------------------------------------------------------------ joint tests of interactions

PRODUCTS = ("LEAD*DEM", "FIN*HUM")
FORMULA = "OPEN ~ LEAD + DEM + FIN + HUM"
JOINTLY = np.eye(7)[5:]


@pytest.mark.parametrize("covariance", ["classical", "HC1", "HC3"])
def test_interactions_jointly_in_least_squares(countries: eq.CalibratedStudy, covariance: str) -> None:
    tests = analyze(countries, interactions=PRODUCTS, covariance=covariance).tables["interaction_tests"]
    full, nested = (smf.ols(FORMULA + more, countries.raw) for more in (" + LEAD:DEM + FIN:HUM", ""))
    statistic, p_value, df = full.fit().compare_f_test(nested.fit())
    assert tests.loc["F", ["statistic", "df", "df_resid", "p_value"]].tolist() == pytest.approx(
        [statistic, df, 79, p_value]
    )
    statistic, p_value, df = full.fit().compare_lr_test(nested.fit())
    row = tests.loc["likelihood ratio"]
    assert row[["statistic", "df", "p_value"]].tolist() == pytest.approx([statistic, df, p_value])
    assert np.isnan(row["df_resid"])
    kind = "nonrobust" if covariance == "classical" else covariance
    wald = full.fit(cov_type=kind, use_t=True).wald_test(JOINTLY, use_f=True, scalar=True)
    row = tests.loc["Wald"]
    assert row[["statistic", "df_resid", "p_value"]].tolist() == pytest.approx([wald.statistic, 79, wald.pvalue])
    assert row["covariance"] == covariance
    if covariance == "classical":
        assert row["statistic"] == pytest.approx(tests.loc["F", "statistic"])


def test_interactions_jointly_in_the_logit(countries: eq.CalibratedStudy) -> None:
    tests = analyze(countries, model="logit", interactions=PRODUCTS, covariance="HC0").tables["interaction_tests"]
    frame = crisp_frame(countries, "membership")
    full, nested = (smf.logit(FORMULA + more, frame) for more in (" + LEAD:DEM + FIN:HUM", ""))
    ratio = 2 * (full.fit(disp=0).llf - nested.fit(disp=0).llf)
    assert tests.loc["likelihood ratio", ["statistic", "df", "p_value"]].tolist() == pytest.approx(
        [ratio, 2, stats.chi2.sf(ratio, 2)]
    )
    wald = full.fit(disp=0, cov_type="HC0").wald_test(JOINTLY, use_f=False, scalar=True)
    assert tests.loc["Wald", ["statistic", "p_value"]].tolist() == pytest.approx(
        [wald.statistic, wald.pvalue], rel=1e-4
    )


def test_interactions_jointly_in_the_fractional_logit(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, model="fractional-logit", interactions=PRODUCTS, covariance="classical")
    tests = analysis.tables["interaction_tests"]
    frame = countries.fuzzy
    full, nested = (
        smf.glm(FORMULA + more, frame, family=Binomial()).fit(scale="X2") for more in (" + LEAD:DEM + FIN:HUM", "")
    )
    statistic = (nested.deviance - full.deviance) / 2 / full.scale
    assert tests.loc["deviance F", ["statistic", "df_resid", "p_value"]].tolist() == pytest.approx(
        [statistic, 79, stats.f.sf(statistic, 2, 79)], rel=1e-5
    )
    wald = full.wald_test(JOINTLY, use_f=True, scalar=True)
    assert tests.loc["Wald", "statistic"] == pytest.approx(wald.statistic, rel=1e-4)
    assert "likelihood ratio" not in tests.index


def test_interactions_that_were_not_estimated_have_no_tests(countries: eq.CalibratedStudy) -> None:
    few = countries.subset(countries.cases[:5])
    tests = analyze(few, interactions=PRODUCTS).tables["interaction_tests"]
    assert tests[["statistic", "p_value"]].isna().all(axis=None)
    assert "interaction_tests" not in analyze(countries).tables


def test_interactions_from_paths(countries: eq.CalibratedStudy) -> None:
    assert interactions_from(["A*B*C"]) == ("A*B", "A*C", "B*C", "A*B*C")
    assert interactions_from(["~A*B + B*A*D", "C"]) == ("A*B", "B*D", "A*D", "B*A*D")
    assert len(interactions_from(["A*B*C*D"])) == 6
    assert interactions_from(["A*B*C*D"], at_most=0) == ()
    assert len(interactions_from(["A*B*C*D"], at_most=100)) == 11
    for at_most in range(12):  # whatever is cut off, what is left can be fitted
        Regression(interactions=interactions_from(["A*B*C*D", "E*A"], at_most=at_most))
    run = eq.run(eq.load_study("open-data-barometer-2014"), methods=["fsqca"])
    paths = run["fsqca"].configurations["expression"]
    assert any("*" in path for path in paths)
    assert analyze(countries, interactions=interactions_from(paths)).conditions["coefficient"].notna().all()


def test_negation_in_a_path_makes_no_difference_to_the_joint_test(countries: eq.CalibratedStudy) -> None:
    """With the products within it there, (1 - LEAD) DEM FIN adds what LEAD DEM FIN does."""
    products = interactions_from(["~LEAD*DEM*FIN"])
    test = analyze(countries, scale="membership", interactions=products).tables["interaction_tests"].loc["F"]
    frame = countries.fuzzy.assign(NOT=1 - countries.fuzzy["LEAD"])
    negated = smf.ols("OPEN ~ NOT * DEM * FIN + HUM", frame).fit()
    assert test["statistic"] == pytest.approx(negated.compare_f_test(smf.ols(FORMULA, frame).fit())[0])


@pytest.mark.parametrize("paths", ["A*B", ["A*B{2}"], ["A**B"], ["A*B", ""]])
def test_paths_that_are_no_products(paths: object) -> None:
    with pytest.raises(eq.InputError, match="path"):
        interactions_from(paths)  # type: ignore[arg-type]
    with pytest.raises(eq.InputError, match="at_most"):
        interactions_from(["A*B"], at_most=-1)


# ------------------------------------------------------------------------------------------------ bootstrap


@pytest.mark.parametrize("scale", ["raw", "standardized"])
def test_bootstrap_intervals_are_percentiles_of_refits(countries: eq.CalibratedStudy, scale: str) -> None:
    analysis = analyze(countries, scale=scale, bootstrap=40, alpha=0.1, interactions=("LEAD*DEM",))
    rng = np.random.default_rng(0)
    coefficients, averaged = [], []
    for _ in range(40):
        sample = countries.raw.iloc[rng.integers(86, size=86)]
        if scale == "standardized":
            sample = (sample - sample.mean()) / sample.std()
        params = smf.ols("OPEN ~ LEAD + DEM + FIN + HUM + LEAD:DEM", sample).fit().params
        coefficients.append(params)
        averaged.append(params["LEAD"] + params["LEAD:DEM"] * sample["DEM"].mean())
    ends = ["bootstrap_low", "bootstrap_high"]
    np.testing.assert_allclose(
        analysis.tables["coefficients"][ends].T, np.percentile(coefficients, [5, 95], axis=0), atol=1e-8
    )
    assert analysis.conditions.loc["LEAD", ends].tolist() == pytest.approx(np.percentile(averaged, [5, 95]))
    np.testing.assert_allclose(
        analysis.tables["interactions"][ends].iloc[0], np.percentile(coefficients, [5, 95], axis=0)[:, -1], atol=1e-8
    )
    assert "bootstrap_low" not in analyze(countries).conditions
    pd.testing.assert_frame_equal(
        analysis.tables["coefficients"],
        analyze(countries, scale=scale, bootstrap=40, alpha=0.1, interactions=("LEAD*DEM",)).tables["coefficients"],
    )


def test_bootstrap_samples_without_a_solution_are_counted() -> None:
    frame = scores(12).assign(C=[7.0] + [1.0] * 11)  # C varies only where the first case is drawn
    analysis = analyze(made(frame), bootstrap=50)
    rng = np.random.default_rng(0)
    without = sum(0 not in rng.integers(12, size=12) for _ in range(50))
    assert without > 0
    assert any(note.startswith(f"{without} of 50 bootstrap samples") for note in analysis.notes)
    assert analysis.conditions["bootstrap_low"].notna().all()


# ---------------------------------------------------------------------- influence, partial residuals, table


def test_influential_cases_are_those_above_the_conventions(countries: eq.CalibratedStudy) -> None:
    influence = smf.ols(FORMULA, countries.raw).fit().get_influence()
    cooks = pd.Series(influence.cooks_distance[0], index=countries.cases)
    leverage = pd.Series(influence.hat_matrix_diag, index=countries.cases)
    table = analyze(countries, covariance="classical").tables["influence"]
    expected = cooks[(cooks > 4 / 86) | (leverage > 10 / 86)].sort_values(ascending=False)
    assert 0 < len(expected) < 86
    assert list(table.index) == list(expected.index)
    np.testing.assert_allclose(table["cooks_distance"], expected)
    assert (table["above_4_over_n"] == (expected > 4 / 86)).all()
    assert (table["above_2k_over_n"] == (leverage[table.index] > 10 / 86)).all()
    assert analyze(countries.subset(countries.cases[:4])).tables["influence"].empty


@pytest.mark.parametrize("scale", ["raw", "standardized"])
def test_partial_residuals_of_least_squares(countries: eq.CalibratedStudy, scale: str) -> None:
    frame = frame_on(countries, scale)
    direct = smf.ols(FORMULA, frame).fit()
    table = analyze(countries, scale=scale, partial_residuals=True).tables["partial_residuals"]
    for name in CONDITIONS:
        np.testing.assert_allclose(table[name], direct.resid + direct.params[name] * frame[name], atol=1e-9)
        # The line through them has the equation's slope.
        assert np.polyfit(frame[name], table[name], 1)[0] == pytest.approx(direct.params[name])
    assert "partial_residuals" not in analyze(countries).tables


@pytest.mark.parametrize("model", ["logit", "fractional-logit"])
def test_partial_residuals_of_the_logits(countries: eq.CalibratedStudy, model: str) -> None:
    frame = crisp_frame(countries, "membership") if model == "logit" else countries.fuzzy
    direct = smf.glm(FORMULA, frame, family=Binomial()).fit()
    table = analyze(countries, model=model, partial_residuals=True).tables["partial_residuals"]
    for name in CONDITIONS:
        expected = direct.resid_working + direct.params[name] * frame[name]
        np.testing.assert_allclose(table[name], expected, rtol=1e-5, atol=1e-6)


def test_partial_residuals_where_there_are_none(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, interactions=("LEAD*DEM",), partial_residuals=True)
    table = analysis.tables["partial_residuals"]
    assert table[["LEAD", "DEM"]].isna().all(axis=None)
    assert table[["FIN", "HUM"]].notna().all(axis=None)
    assert any("without partial residuals: LEAD, DEM" in note for note in analysis.notes)
    study = half_in()
    table = analyze(study, model="logit", partial_residuals=True).tables["partial_residuals"]
    assert (table["A"].isna() == (study.fuzzy["Y"] == 0.5)).all()


def test_model_table(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, interactions=("LEAD*DEM",))
    table = analysis.tables["model_table"]
    direct = [smf.ols(FORMULA + more, countries.raw).fit(cov_type="HC3", use_t=True) for more in ("", " + LEAD:DEM")]
    assert list(table.columns) == ["(1)", "(2)"]
    labels = {"LEAD": "LEAD", "DEM": "DEM", "FIN": "FIN", "HUM": "HUM", "LEAD*DEM": "LEAD:DEM", "constant": "Intercept"}
    for position, (label, term) in enumerate(labels.items()):
        assert table.index[2 * position] == label
        for column, results in enumerate(direct):
            cells = table.iloc[2 * position : 2 * position + 2, column].tolist()
            known = term in results.params
            assert cells == ([f"{results.params[term]:.3f}", f"({results.bse[term]:.3f})"] if known else ["", ""])
    assert table.loc["n"].tolist() == ["86", "86"]
    assert table.loc["R²"].tolist() == [f"{results.rsquared:.3f}" for results in direct]
    assert not table.map(lambda cell: "*" in cell).any(axis=None)
    assert list(analyze(countries).tables["model_table"].columns) == ["(1)"]


def test_stars_only_when_asked_for(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, stars=True, alpha=0.2)
    table, p_values = analysis.tables["model_table"]["(1)"], analysis.tables["coefficients"]["p_value"]
    for name, p_value in p_values.items():
        assert table[name].count("*") == (p_value < 0.001) + (p_value < 0.01) + (p_value < 0.05)
    assert table["LEAD"] == "3.256**"
    assert "p < 0.001" in table["stars"]


# ---------------------------------------------------------------------------------------------- predictions

VARIANTS = [
    {},
    {"scale": "standardized"},
    {"scale": "membership"},
    {"model": "fractional-logit"},
    {"model": "fractional-logit", "scale": "standardized"},
    {"model": "logit", "covariance": "classical", "alpha": 0.3},
    {"interactions": ("LEAD*DEM",)},
]


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_predictions_agree_with_the_analysis_and_do_not_depend_on_other_cases(
    countries: eq.CalibratedStudy, parameters: dict[str, object]
) -> None:
    analysis = analyze(countries, **parameters)
    hidden = countries.without_outcome()
    predicted = analysis.method.predict(analysis, hidden)
    pd.testing.assert_series_equal(predicted, analysis.cases["predicted"], check_names=False, check_exact=True)
    assert predicted.between(0, 1).all()
    refitted = analysis.method.refit(countries, np.random.default_rng(0))
    pd.testing.assert_series_equal(analysis.method.predict(refitted, hidden), predicted, rtol=1e-7)
    some = hidden.subset(countries.cases[[7, 3]])
    pd.testing.assert_series_equal(analysis.method.predict(analysis, some), predicted.iloc[[7, 3]], check_exact=True)


@pytest.mark.parametrize("scale", ["raw", "standardized"])
def test_new_cases_are_predicted_with_the_training_scale(countries: eq.CalibratedStudy, scale: str) -> None:
    train, test = countries.train_and_test(np.arange(60), np.arange(60, 86))
    analysis = analyze(train, scale=scale)
    direct = smf.ols("OPEN ~ LEAD + DEM + FIN + HUM", train.raw).fit()
    expected = countries.to_membership("OPEN", direct.predict(test.raw))
    np.testing.assert_allclose(analysis.method.predict(analysis, test), expected, rtol=1e-9)


def test_raw_and_standardized_least_squares_predict_the_same(countries: eq.CalibratedStudy) -> None:
    raw, standardized = analyze(countries), analyze(countries, scale="standardized")
    for column in ("predicted", "fitted", "residual"):
        np.testing.assert_allclose(standardized.cases[column], raw.cases[column], atol=1e-9)


def test_linear_memberships_outside_their_range_are_set_to_its_ends_and_noted() -> None:
    frame = pd.DataFrame({"A": np.linspace(0, 10, 20), "y": [0.0] * 9 + [4.0, 6.0] + [10.0] * 9})
    analysis = analyze(made(frame), scale="membership")
    outside = ~analysis.cases["fitted"].between(0, 1)
    assert outside.any()
    assert analysis.cases.loc[outside, "predicted"].isin([0, 1]).all()
    assert any(note.startswith(f"{outside.sum()} of 20 fitted memberships") for note in analysis.notes)


def test_the_order_of_the_cases_does_not_matter(countries: eq.CalibratedStudy) -> None:
    shuffled = countries.subset(np.random.default_rng(3).permutation(countries.cases))
    for parameters in ({}, {"model": "fractional-logit"}):
        one, other = analyze(countries, **parameters), analyze(shuffled, **parameters)
        columns = ["coefficient", "std_error", "vif"]
        np.testing.assert_allclose(one.conditions[columns], other.conditions[columns], rtol=1e-8)


# ----------------------------------------------------------------------------------------------------- sets


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_a_negated_study_mirrors_the_study(countries: eq.CalibratedStudy, parameters: dict[str, object]) -> None:
    negated = eq.load_study("open-data-barometer-2014").negated().calibrate()
    analysis, mirror = analyze(countries, **parameters), analyze(negated, **parameters)
    np.testing.assert_allclose(mirror.cases["predicted"], 1 - analysis.cases["predicted"], atol=1e-8)
    assert analysis.conditions["direction"].abs().sum() > 0
    assert (mirror.conditions["direction"] == -analysis.conditions["direction"]).all()
    for sign, answer in ((1, "contradicted"), (-1, "supported")):
        proposition = Influence(id="P", condition="LEAD", sign=sign)
        assert mirror.method.assess(mirror, proposition, negated).answer == answer


def test_direction_speaks_of_the_sets_not_of_the_scores() -> None:
    rising, falling = made(scores()), made(scores(), {"A": FALLING})
    for parameters in ({}, {"scale": "standardized"}, {"model": "fractional-logit", "scale": "raw"}):
        one, other = analyze(rising, **parameters), analyze(falling, **parameters)
        assert one.conditions.loc["A", "coefficient"] == other.conditions.loc["A", "coefficient"] > 0
        assert one.conditions.loc["A", "direction"] == 1
        assert other.conditions.loc["A", "direction"] == -1
        assert "the sign is reversed" in other.conditions.loc["A", "evidence"]
        verdict = other.method.assess(other, Influence(id="P", condition="A"), falling)
        assert verdict.answer == "contradicted"
    on_memberships = analyze(falling, scale="membership").conditions.loc["A"]
    assert on_memberships["coefficient"] < 0
    assert on_memberships["direction"] == -1


def test_roles_follow_the_interval(countries: eq.CalibratedStudy) -> None:
    for alpha in (0.01, 0.05, 0.15, 0.3):
        conditions = analyze(countries, alpha=alpha).conditions
        excluded = (conditions["ci_low"] > 0) | (conditions["ci_high"] < 0)
        assert (conditions["role"] == np.where(excluded, "contributing", "none")).all()
        assert (conditions["direction"] == np.where(excluded, 1, 0)).all()
        assert (conditions["p_value"] < alpha).equals(excluded)
    assert "interval 1.117 to 5.396 excludes 0 (p = 0.003)" in analyze(countries).conditions.loc["LEAD", "evidence"]


def test_conditions_without_calibration() -> None:
    study = made(scores(), {"B": None})
    assert analyze(study).conditions["coefficient"].notna().all()
    assert analyze(study, model="fractional-logit", scale="raw").conditions["coefficient"].notna().all()
    with pytest.raises(eq.InputError, match="no calibration for B"):
        analyze(study, scale="membership")


# --------------------------------------------------------------------------------------------- propositions


@pytest.mark.parametrize(
    ("condition", "sign", "answer"),
    [("LEAD", 1, "supported"), ("LEAD", -1, "contradicted"), ("DEM", 1, "inconclusive"), ("DEM", -1, "inconclusive")],
)
def test_influence(countries: eq.CalibratedStudy, condition: str, sign: int, answer: str) -> None:
    analysis = analyze(countries)
    verdict = analysis.method.assess(analysis, Influence(id="P", condition=condition, sign=sign), countries)
    assert verdict.answer == answer
    assert verdict.numbers["coefficient"] == analysis.conditions.loc[condition, "coefficient"]


def joined(strength: float) -> eq.CalibratedStudy:
    frame = scores(60)
    noise = np.random.default_rng(5).normal(0, 3, 60)
    frame["y"] = frame["A"] + frame["B"] + strength * (frame["A"] - 5) * (frame["B"] - 5) + noise
    return made(frame)


@pytest.mark.parametrize(("strength", "answer"), [(1, "supported"), (-1, "contradicted"), (0, "inconclusive")])
def test_joint_with_the_interaction_fitted(strength: float, answer: str) -> None:
    study = joined(strength)
    analysis = analyze(study, interactions=("A*B",))
    verdict = analysis.method.assess(analysis, Joint(id="P", conditions=("B", "A")), study)
    assert verdict.answer == answer
    assert verdict.numbers["coefficient"] == analysis.tables["interactions"].loc["A*B", "coefficient"]


@pytest.mark.parametrize("conditions", [("A", "B"), ("C", "A", "B")])
def test_joint_fits_the_interaction_that_the_equation_lacks(conditions: tuple[str, ...]) -> None:
    """Against statsmodels directly: the product beside all lower orders, with HC3 errors."""
    frame = scores(60, "ABC")
    frame["y"] = frame["A"] + 0.3 * (frame["A"] - 5) * (frame["B"] - 5) + np.random.default_rng(5).normal(0, 3, 60)
    study, method = made(frame), Regression()
    verdict = method.assess(method.refit(study, None), Joint(id="P", conditions=conditions), study)
    raw = study.raw
    products = [raw[list(part)].prod(axis=1) for size in range(2, 4) for part in combinations(conditions, size)]
    design = np.column_stack([np.ones(len(raw)), study.values("raw"), *products])
    wanted = OLS(study.raw["Y"].to_numpy(), design).fit(cov_type="HC3", use_t=True)
    assert verdict.numbers["coefficient"] == pytest.approx(wanted.params[-1])
    assert verdict.numbers["statistic"] == pytest.approx(wanted.tvalues[-1])
    assert [verdict.numbers[each] for each in ("ci_low", "ci_high")] == pytest.approx(wanted.conf_int()[-1])
    low, high = wanted.conf_int()[-1]
    assert verdict.answer == ("supported" if low > 0 else "contradicted" if high < 0 else "inconclusive")
    assert verdict.strength == (None if verdict.answer == "inconclusive" else pytest.approx(abs(wanted.tvalues[-1])))
    assert verdict.evidence.startswith("Together is read as an interaction.")


@pytest.mark.parametrize("model", ["ols", "logit", "fractional-logit"])
@pytest.mark.parametrize("interactions", [(), ("A*B",)])
def test_a_refit_answers_as_the_full_analysis_does(model: str, interactions: tuple[str, ...]) -> None:
    for seed in range(20):
        study = made(scores(24, "ABC", seed))
        method = Regression(model=model, interactions=interactions, alpha=0.4)
        analysis, refit = method.analyze(study, np.random.default_rng(0)), method.refit(study, np.random.default_rng(0))
        for claim in (
            *(Influence(id="P", condition=name, sign=sign) for name in "ABC" for sign in (1, -1)),
            Joint(id="P", conditions=("A", "B")),
            Joint(id="P", conditions=("A", "B", "C")),
        ):
            full, short = method.assess(analysis, claim, study), method.assess(refit, claim, study)
            assert (full.answer, full.evidence) == (short.answer, short.evidence)
            assert full.strength == (None if short.strength is None else pytest.approx(short.strength, rel=1e-6))
            if claim.claim == "influence":
                assert full.evidence == analysis.conditions.loc[claim.condition, "evidence"]


def test_joint_of_sets_that_fall_with_the_scores() -> None:
    frame = joined(1).data
    once, twice = made(frame, {"A": FALLING}), made(frame, {"A": FALLING, "B": FALLING})
    for study, answer in ((once, "contradicted"), (twice, "supported")):
        analysis = analyze(study, interactions=("A*B",))
        assert analysis.method.assess(analysis, Joint(id="P", conditions=("A", "B")), study).answer == answer


@pytest.mark.parametrize(
    "proposition",
    [
        Necessary(id="P", expression="LEAD"),
        Sufficient(id="P", expression="LEAD"),
        Equifinal(id="P"),
        Together(id="P", cases=("Argentina", "Australia")),
    ],
    ids=lambda proposition: proposition.claim,
)
def test_silence_is_explained(countries: eq.CalibratedStudy, proposition: eq.Proposition) -> None:
    analysis = analyze(countries)
    verdict = analysis.method.assess(analysis, proposition, countries)
    assert verdict.answer == "silent"
    assert verdict.evidence.endswith(".")


# --------------------------------------------------------------------------------------------------- advice


def test_advice_is_the_largest_expected_difference(countries: eq.CalibratedStudy) -> None:
    """The difference and its interval by hand: a coefficient and its own interval, times the distance of the scores."""
    analysis = analyze(countries, alpha=0.15)  # LEAD and HUM
    assert analysis.conditions["role"].tolist() == ["contributing", "none", "none", "contributing"]
    advice = analysis.method.advise(analysis, countries)
    outcome, raw = countries.fuzzy["OPEN"], countries.raw
    assert list(advice.index) == list(outcome.index[outcome < 0.5])
    b = analysis.conditions
    for case, sentence in advice.items():
        gains = {name: b.at[name, "coefficient"] * (raw[name].max() - raw.loc[case, name]) for name in ("LEAD", "HUM")}
        best = max(gains, key=gains.get)
        label, before, after = countries.variable(best).label, raw.loc[case, best], raw[best].max()
        assert f"with {label} {after:g} (highest observed) instead of {before:g} differ by" in sentence
        numbers = re.search(r"by (\S+) in Data openness on average \(85 % interval (\S+) to (\S+)\)", sentence).groups()
        expected = (after - before) * b.loc[best, ["coefficient", "ci_low", "ci_high"]].to_numpy(dtype=float)
        np.testing.assert_allclose([float(number) for number in numbers], expected, rtol=0.006)


def test_advice_of_a_logit_is_the_difference_of_its_predictions(countries: eq.CalibratedStudy) -> None:
    """The interval by numerical derivatives of the predicted membership and statsmodels' covariance of the coefficients."""
    analysis = analyze(countries, model="fractional-logit")
    raw, fitted, equation = countries.raw, analysis.cases["fitted"], analysis.native
    quantile = stats.t.ppf(0.975, len(raw) - 5)
    for case, sentence in list(analysis.method.advise(analysis, countries).items())[:10]:
        best = next(each for each in countries.conditions if f"with {each.label} " in sentence)
        top = raw[best.name].idxmax()
        changed = countries.without_outcome().with_condition(best.name, np.full(len(raw), list(raw.index).index(top)))
        gain = analysis.method.predict(analysis, changed)[case] - fitted[case]
        numbers = re.search(r"by (\S+) in their .* \(95 % interval (\S+) to (\S+)\)", sentence).groups()
        now = np.r_[1.0, countries.fuzzy.loc[case, list(countries.condition_names)]]
        then = now.copy()
        then[1 + countries.condition_names.index(best.name)] = countries.fuzzy.loc[top, best.name]

        def difference(b: np.ndarray, now: np.ndarray = now, then: np.ndarray = then) -> float:
            return float(special.expit(then @ b) - special.expit(now @ b))

        steps = 1e-6 * np.eye(5)
        slope = [(difference(equation.params + h) - difference(equation.params - h)) / 2e-6 for h in steps]
        margin = quantile * np.sqrt(np.array(slope) @ equation.covariance @ np.array(slope))
        found = [float(number) for number in numbers]
        np.testing.assert_allclose(found, [gain, gain - margin, gain + margin], rtol=0.006, atol=0.0006)


def test_advice_lowers_what_lowers_the_outcome_and_leaves_out_what_cannot_be_changed() -> None:
    frame = scores(conditions="AB")
    frame["y"] = (10 - frame["A"] + frame["B"] + np.random.default_rng(2).normal(0, 0.5, 30)) / 2
    calibrated = eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=DIRECT),
        conditions=[eq.Variable("A", calibrate=DIRECT), eq.Variable("B", calibrate=DIRECT, manipulable=False)],
    ).calibrate()
    analysis = analyze(calibrated)
    assert analysis.conditions["direction"].tolist() == [-1, 1]
    advice = analysis.method.advise(analysis, calibrated)
    lowest = frame["A"].min()
    assert advice.str.contains(f"with A {lowest:.4g} (lowest observed)", regex=False).all()
    assert not advice.str.contains("with B").any()


def test_advice_without_anything_to_say() -> None:
    frame = scores(seed=8)
    frame["y"] = np.random.default_rng(4).uniform(0, 10, 30)
    study = made(frame)
    analysis = analyze(study)
    assert set(analysis.conditions["role"]) == {"none"}
    assert set(analysis.method.advise(analysis, study)) == {"The interval of no condition excludes 0."}


# ----------------------------------------------------------------------------------------- states of the data


def check_not_estimated(analysis: eq.Analysis, reason: str) -> None:
    assert any(note.startswith("Not estimated.") and reason in note for note in analysis.notes), analysis.notes
    assert analysis.conditions["coefficient"].isna().all()
    assert set(analysis.conditions["role"]) == {"none"}
    assert analysis.cases["predicted"].isna().all()


@pytest.mark.parametrize("model", ["ols", "fractional-logit"])
def test_dependent_conditions_are_not_estimated(model: str) -> None:
    frame = scores(conditions="ABC")
    frame["C"] = 10 - (frame["A"] + frame["B"]) / 2
    study = made(frame)
    analysis = analyze(study, model=model, scale="raw")
    check_not_estimated(analysis, "exact combination of others")
    assert analysis.method.assess(analysis, Influence(id="P", condition="A"), study).answer == "silent"
    for fitted in (analysis, analysis.method.refit(study, np.random.default_rng(0))):
        assert analysis.method.predict(fitted, study.without_outcome()).isna().all()
    assert np.isinf(analysis.conditions["vif"]).all()


def test_units_do_not_fake_or_hide_a_dependence() -> None:
    frame = scores().assign(A=lambda table: table["A"] * 1e12, B=lambda table: table["B"] * 1e-9)
    study = made(frame, {"A": None, "B": None})
    expected = analyze(made(scores(), {"A": None, "B": None}))
    analysis = analyze(study)
    for column in ("statistic", "p_value", "vif"):
        np.testing.assert_allclose(analysis.conditions[column], expected.conditions[column], rtol=1e-6)
    np.testing.assert_allclose(
        analysis.conditions["coefficient"] * [1e12, 1e-9], expected.conditions["coefficient"], rtol=1e-6
    )
    for column in ("predicted", "leverage", "cooks_distance"):
        np.testing.assert_allclose(analysis.cases[column], expected.cases[column], rtol=1e-6)


def test_a_condition_constant_in_a_subset_is_not_estimated() -> None:
    frame = scores()
    frame.loc[frame.index[:15], "B"] = 3.0
    part = made(frame).subset(frame.index[:15])
    for scale in ("raw", "membership"):
        check_not_estimated(analyze(part, scale=scale), "constant")
    check_not_estimated(analyze(part, scale="standardized"), "does not vary")


def test_too_few_cases_are_not_estimated(countries: eq.CalibratedStudy) -> None:
    for cases in (1, 3, 5):
        part = countries.subset(countries.cases[:cases])
        check_not_estimated(analyze(part), f"{cases} cases cannot determine 5 parameters")


@pytest.mark.parametrize("value", [0.0, 10.0])
def test_an_outcome_that_is_the_same_everywhere(value: float) -> None:
    frame = scores()
    frame.loc[frame.index[:15], "y"] = value
    part = made(frame, outcome={"method": "crisp", "threshold": 4}).subset(frame.index[:15])
    check_not_estimated(analyze(part, model="fractional-logit"), "in every case")
    analysis = analyze(part)
    assert analysis.cases["predicted"].round(6).eq(float(value > 4)).all()
    assert np.isnan(analysis.fit["r_squared"])


def test_perfect_separation_is_not_estimated() -> None:
    frame = pd.DataFrame({"A": np.arange(20.0), "y": [0.0] * 10 + [10.0] * 10})
    study = made(frame, outcome={"method": "crisp", "threshold": 5})
    check_not_estimated(analyze(study, model="fractional-logit", scale="raw"), "separate")


def test_memberships_of_0_and_1_are_no_problem_for_the_logit() -> None:
    frame = scores(40)
    study = made(frame, outcome={"method": "crisp", "threshold": 5})
    analysis = analyze(study, model="fractional-logit", covariance="HC0")
    direct = smf.logit("Y ~ A + B", study.fuzzy).fit(disp=0, cov_type="HC0")
    np.testing.assert_allclose(analysis.tables["coefficients"]["coefficient"], direct.params, rtol=1e-5)
    np.testing.assert_allclose(analysis.tables["coefficients"]["std_error"], direct.bse, rtol=1e-5)


def test_a_case_that_the_equation_fits_exactly_is_noted() -> None:
    frame = scores(12).assign(C=[7.0] + [1.0] * 11)
    assert any("leverage 1" in note for note in analyze(made(frame)).notes)
    assert not any("leverage 1" in note for note in analyze(made(frame), covariance="HC1").notes)


def test_few_cases_per_parameter_and_collinearity_are_noted(countries: eq.CalibratedStudy) -> None:
    assert analyze(countries).notes == []
    cities = eq.load_study("heilongjiang").calibrate()
    assert any(note.startswith("12 cases for 5 parameters") for note in analyze(cities).notes)
    frame = scores()
    frame["B"] = frame["A"] + np.random.default_rng(0).normal(0, 0.1, 30)
    assert sum("variance inflation" in note for note in analyze(made(frame)).notes) == 2


# --------------------------------------------------------------------------------------------- as plain data


def test_an_analysis_is_plain_data_and_can_be_pickled(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, interactions=("LEAD*DEM",), scale="standardized")
    assert json.loads(json.dumps(analysis.to_dict(), allow_nan=False))["fit"]["n"] == 86
    again = pickle.loads(pickle.dumps(analysis))
    pd.testing.assert_frame_equal(again.conditions, analysis.conditions)


def test_the_method_is_registered() -> None:
    assert eq.methods()["regression"].cls is Regression


def test_weighted_least_squares_is_where_the_logit_ends(countries: eq.CalibratedStudy) -> None:
    """The identity that the robust errors rest on: the last step has the same coefficients."""
    design = np.column_stack([np.ones(86), countries.fuzzy[CONDITIONS]])
    outcome = countries.fuzzy["OPEN"].to_numpy()
    results = GLM(outcome, design, family=Binomial()).fit(tol=1e-12)
    weights = results.fittedvalues * (1 - results.fittedvalues)
    working = design @ results.params + (outcome - results.fittedvalues) / weights
    np.testing.assert_allclose(WLS(working, design, weights=weights).fit().params, results.params, rtol=1e-6)


def test_the_example_in_the_docs_runs() -> None:
    page = Path(__file__).parents[2] / "docs" / "regression.md"
    tested = doctest.testfile(str(page), module_relative=False)
    assert tested.attempted > 0
    assert tested.failed == 0


# ------------------------------------------------------------------------------------------------------ panels


@pytest.fixture(scope="module")
def panel():
    return eq.load_study("open-data-barometer-2013-2014").calibrate()


def test_clustered_errors_of_least_squares_are_statsmodels(panel):
    analysis = Regression(covariance="cluster", interactions=("LEAD*DEM",)).analyze(panel, np.random.default_rng(0))
    design = np.column_stack([np.ones(len(panel.cases)), panel.values("raw"), panel.raw["LEAD"] * panel.raw["DEM"]])
    groups = pd.factorize(panel.data[panel.unit])[0]
    wanted = OLS(panel.raw[panel.outcome.name].to_numpy(), design).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    table = analysis.tables["coefficients"]
    np.testing.assert_allclose(table["coefficient"], wanted.params, rtol=1e-9)
    np.testing.assert_allclose(table["std_error"], wanted.bse, rtol=1e-9)
    np.testing.assert_allclose(table["p_value"], wanted.pvalues, rtol=1e-7)
    np.testing.assert_allclose(table[["ci_low", "ci_high"]], wanted.conf_int(), rtol=1e-7)
    assert analysis.fit["f_statistic"] == pytest.approx(wanted.fvalue)
    assert analysis.fit["f_p_value"] == pytest.approx(wanted.f_pvalue)
    assert analysis.fit["clusters"] == len(set(groups))
    test = wanted.wald_test(np.eye(6)[5:], use_f=True, scalar=True)
    row = analysis.tables["interaction_tests"].loc["Wald"]
    assert row["statistic"] == pytest.approx(test.statistic)
    assert row["p_value"] == pytest.approx(test.pvalue)
    assert row["covariance"] == "cluster"


def test_errors_are_clustered_where_units_have_several_cases_unless_said_otherwise(panel):
    once = panel.subset(panel.cases[~panel.data[panel.unit].duplicated().to_numpy()])
    for study, covariance in ((panel, "cluster"), (once, "HC3")):
        found = Regression().analyze(study, np.random.default_rng(0)).tables["coefficients"]
        wanted = Regression(covariance=covariance).analyze(study, np.random.default_rng(0)).tables["coefficients"]
        pd.testing.assert_frame_equal(found, wanted)


def test_clustered_errors_of_the_fractional_logit_are_statsmodels(panel):
    analysis = Regression(model="fractional-logit", covariance="cluster").analyze(panel, np.random.default_rng(0))
    design = np.column_stack([np.ones(len(panel.cases)), panel.values("fuzzy")])
    groups = pd.factorize(panel.data[panel.unit])[0]
    outcome = panel.fuzzy[panel.outcome.name].to_numpy()
    wanted = GLM(outcome, design, family=Binomial()).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    np.testing.assert_allclose(analysis.tables["coefficients"]["std_error"], wanted.bse, rtol=1e-6)


def test_a_panel_without_clustered_errors_is_told_of_them_and_a_study_without_units_cannot_have_them(panel):
    notes = Regression(covariance="HC3").analyze(panel, np.random.default_rng(0)).notes
    assert any('covariance = "cluster"' in note for note in notes)
    assert not any('"cluster"' in note for note in Regression(covariance="cluster").analyze(panel, None).notes)
    alone = eq.load_study("heilongjiang").calibrate()
    with pytest.raises(eq.InputError, match=r"heilongjiang.*unit ="):
        Regression(covariance="cluster").analyze(alone, np.random.default_rng(0))
    few = panel.subset(panel.cases[:20])
    assert any("Only" in note for note in Regression(covariance="cluster").analyze(few, np.random.default_rng(0)).notes)


def test_a_clustered_bootstrap_draws_whole_units(panel):
    seen = []

    class Recorded(Regression):
        def _fitted(self, study):
            seen.append(study)
            return super()._fitted(study)

    Recorded(covariance="cluster", bootstrap=3).analyze(panel, np.random.default_rng(0))
    sizes = panel.data[panel.unit].value_counts()
    samples = [study for study in seen if study.cases.has_duplicates]
    assert len(samples) == 3
    for study in samples:
        drawn = study.data[study.unit].value_counts()
        assert (drawn % sizes[drawn.index] == 0).all()
