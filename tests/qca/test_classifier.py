"""Predictions of solutions, and the classifier against scikit-learn's own checks."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import check_estimator

import equifinal as eq
from equifinal_qca import QCAClassifier, minimize, truth_table

OUT_OF_RANGE = "draws features outside 0 to 1, which are no memberships; passes behind a MinMaxScaler"
EXPECTED_TO_FAIL = {
    "check_estimators_overwrite_params": OUT_OF_RANGE,
    "check_dont_overwrite_parameters": OUT_OF_RANGE,
    "check_estimators_fit_returns_self": OUT_OF_RANGE,
    "check_readonly_memmap_input": OUT_OF_RANGE,
    "check_n_features_in_after_fitting": OUT_OF_RANGE,
    "check_estimators_dtypes": OUT_OF_RANGE,
    "check_pipeline_consistency": OUT_OF_RANGE,
    "check_estimators_pickle": OUT_OF_RANGE,
    "check_f_contiguous_array_estimator": OUT_OF_RANGE,
    "check_classifier_data_not_an_array": OUT_OF_RANGE,
    "check_classifiers_classes": OUT_OF_RANGE,
    "check_classifiers_train": OUT_OF_RANGE,
    "check_methods_sample_order_invariance": OUT_OF_RANGE,
    "check_methods_subset_invariance": OUT_OF_RANGE,
    "check_fit2d_1feature": OUT_OF_RANGE,
    "check_dict_unchanged": OUT_OF_RANGE,
    "check_fit_idempotent": OUT_OF_RANGE,
    "check_fit_check_is_fitted": OUT_OF_RANGE,
    "check_n_features_in": OUT_OF_RANGE,
    "check_fit2d_predict1d": OUT_OF_RANGE,
}
OF_PIPELINES = {
    "check_estimators_overwrite_params": "a Pipeline fits the very estimators in its parameter steps",
    "check_dont_overwrite_parameters": "a Pipeline fits the very estimators in its parameter steps",
}


def test_scikit_learns_checks_on_memberships():
    results = check_estimator(QCAClassifier(), expected_failed_checks=EXPECTED_TO_FAIL, on_fail=None, on_skip=None)
    failed = {each["check_name"]: each["exception"] for each in results if each["status"] == "failed"}
    assert not failed
    for each in results:
        if each["status"] == "xfail":
            assert "Features are memberships, 0 to 1" in str(each["exception"]), each["check_name"]
    assert sum(each["status"] == "passed" for each in results) >= 30


def test_scikit_learns_checks_on_scores_that_are_scaled_to_0_to_1():
    estimator = make_pipeline(MinMaxScaler(clip=True), QCAClassifier())
    results = check_estimator(estimator, expected_failed_checks=OF_PIPELINES, on_fail=None, on_skip=None)
    assert not {each["check_name"]: each["exception"] for each in results if each["status"] == "failed"}
    passed = {each["check_name"] for each in results if each["status"] == "passed"}
    assert set(EXPECTED_TO_FAIL) - set(OF_PIPELINES) <= passed


def cases(seed=0, n=60):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.beta(0.2, 0.2, (n, 4)), columns=list("ABCD"))
    y = np.maximum(X[["A", "B"]].min(axis=1), 1 - X["C"]) > 0.5
    return X, np.where(y, "open", "closed")


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
def test_the_classifier_is_the_engine(kind):
    X, y = cases()
    options = {"solution": kind, "consistency_cutoff": 0.75, "frequency_cutoff": 2, "pri_cutoff": 0.6}
    expectations = {"A": "present", "C": "absent"}
    classifier = QCAClassifier(**options, expectations=expectations).fit(X, y)
    table = truth_table(X.assign(Y=(y == "open").astype(float)), "Y", None, 0.75, 2, 0.6)
    solution = minimize(table, kind, expectations)
    assert [each.terms for each in classifier.solution_.models] == [each.terms for each in solution.models]
    new, _ = cases(seed=1)
    expected = eq.Expression(solution.best.expression).membership(new).to_numpy()
    assert classifier.predict_proba(new)[:, 1].tolist() == expected.tolist()
    assert classifier.predict_proba(new).sum(axis=1).tolist() == pytest.approx([1.0] * len(new))
    assert (classifier.predict(new) == np.where(expected > 0.5, "open", "closed")).all()
    assert classifier.classes_.tolist() == ["closed", "open"]


def test_it_works_where_scikit_learn_works():
    X, y = cases()
    search = GridSearchCV(QCAClassifier(), {"consistency_cutoff": [0.5, 0.7, 0.9]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.8
    assert (cross_val_predict(QCAClassifier(consistency_cutoff=0.7), X, y, cv=LeaveOneOut()) == y).mean() > 0.8
    fitted = QCAClassifier().fit(X, y)
    assert (pickle.loads(pickle.dumps(fitted)).predict(X) == fitted.predict(X)).all()
    assert not hasattr(clone(fitted), "model_")


def test_features_without_usable_names_are_numbered():
    X, y = cases()
    by_number = QCAClassifier().fit(X.to_numpy(), y)
    assert set(by_number.solution_.table.conditions) == {"x0", "x1", "x2", "x3"}
    spoken = X.set_axis(["per capita", "B", "C", "D"], axis="columns")
    assert QCAClassifier().fit(spoken, y).solution_.table.conditions == ("x0", "x1", "x2", "x3")
    named = QCAClassifier().fit(X.rename(columns={"A": "outcome"}), y)
    assert named.solution_.table.conditions == ("outcome", "B", "C", "D")


def test_no_sufficient_configuration_predicts_the_absence():
    X, y = cases()
    classifier = QCAClassifier(frequency_cutoff=len(X)).fit(X, y)
    assert classifier.model_ is None
    assert set(classifier.predict(X)) == {"closed"}
    assert classifier.predict_proba(X)[:, 1].max() == 0


def test_what_the_classifier_refuses():
    X, y = cases()
    with pytest.raises(ValueError, match="one class"):
        QCAClassifier().fit(X, ["open"] * len(X))
    with pytest.raises(ValueError, match="Only binary"):
        QCAClassifier().fit(X, np.arange(len(X)) % 3)
    with pytest.raises(eq.InputError, match="Features above 1: B"):
        QCAClassifier().fit(X.assign(B=2.0), y)
    with pytest.raises(eq.InputError, match="Negative values in data: A"):
        QCAClassifier().fit(X, y).predict(X.assign(A=-0.1))


def test_scikit_learn_is_imported_only_for_the_classifier():
    code = (
        "import sys, equifinal_qca\n"
        "equifinal_qca.minimize, equifinal_qca.case_types, equifinal_qca.robustness_to\n"
        "assert 'sklearn' not in sys.modules\n"
        "equifinal_qca.QCAClassifier\n"
        "assert 'sklearn' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------------------------------------- predictions


@pytest.mark.parametrize("seed", range(5))
def test_models_predict_what_their_expressions_say(seed):
    X, y = cases(seed)
    solution = minimize(truth_table(X.assign(Y=(y == "open").astype(float)), "Y", pri_cutoff=0.6), "parsimonious")
    new, _ = cases(seed + 100)
    new = new.set_axis([f"new {each}" for each in range(len(new))]).assign(other=7.0)
    for model in solution.models:
        expected = eq.Expression(model.expression).membership(new)
        assert model.predict(new[::-1]).to_dict() == expected.to_dict()
        assert model.predict(X).tolist() == model.membership.tolist()
    assert solution.predict(new).tolist() == solution.best.predict(new).tolist()


def test_predictions_need_only_the_conditions_in_the_model():
    X = pd.DataFrame(np.indices((2, 2, 2)).reshape(3, 8).T.astype(float), columns=list("ABC"))
    model = minimize(truth_table(X.assign(Y=np.minimum(X["A"], 1 - X["C"])), "Y"), "parsimonious").best
    used = eq.Expression(model.expression).sets
    assert used == ("A", "C")
    assert model.predict(X[list(used)]).tolist() == model.membership.tolist()
    with pytest.raises(eq.InputError, match=f"{used[0]!r} is not a column"):
        model.predict(X.drop(columns=used[0]))
    with pytest.raises(eq.InputError, match="missing values"):
        model.predict(X.assign(**{used[0]: np.nan}))


def test_constant_and_empty_solutions_predict_too():
    frame = pd.DataFrame({"A": [0.9, 0.1], "Y": [1.0, 1.0]})
    new = pd.DataFrame({"A": [0.3, 0.4]}, index=["u", "v"])
    assert minimize(truth_table(frame, "Y"), "parsimonious").predict(new).to_dict() == {"u": 1.0, "v": 1.0}
    assert minimize(truth_table(frame, "~Y"), "parsimonious").predict(new).to_dict() == {"u": 0.0, "v": 0.0}
