"""Running methods: which ones, in what words it is refused, and that nothing but the seed changes a number."""

import dataclasses
import json
import pickle
import warnings

import cloudpickle
import numpy as np
import pandas as pd
import pydantic
import pytest

import equifinal as eq
from core_toys import Broken, Linear, Mean, Noise, filled, made, scores
from equifinal.plugin.registry import Entry

FRAME = scores(12)
STUDY = made(FRAME)


class Turned(eq.Method):
    """Has a parameter."""

    name = "turned"
    share: float = pydantic.Field(default=0.5, ge=0, le=1, description="What is predicted.")

    def analyze(self, study, rng):
        return filled(self, study, self.share)


# -------------------------------------------------------------------------------------------- which methods


def complete() -> set[str]:
    """The registered methods that can do without parameters, and do not wait until they are asked for."""
    fields = {name: entry.cls.model_fields.values() for name, entry in eq.methods().items() if entry.cls.by_default}
    return {name for name, each in fields.items() if not any(field.is_required() for field in each)}


def test_without_methods_every_registered_one_and_the_studys_variants_run() -> None:
    study = made(FRAME, methods={"logit": {"method": "regression", "model": "fractional-logit"}})
    run = eq.run(study)
    assert set(run) == {*complete(), "logit"}
    assert {"fsqca", "csqca", "regression", "clustering"} <= set(run)
    assert run.methods["logit"].model == "fractional-logit"
    assert run.methods["regression"].model == "ols"


def test_a_study_s_table_sets_the_parameters_of_a_method_and_does_not_choose_it() -> None:
    study = made(FRAME, methods={"regression": {"alpha": 0.2}})
    assert eq.run(study, ["regression"]).methods["regression"].alpha == 0.2
    assert list(eq.run(study, ["clustering"])) == ["clustering"]


def test_methods_may_be_one_name_several_instances_or_a_dict() -> None:
    assert list(eq.run(STUDY, "regression")) == ["regression"]
    assert list(eq.run(STUDY, Mean())) == ["mean"]
    assert list(eq.run(STUDY, ["clustering", Mean(), "regression"])) == ["clustering", "mean", "regression"]
    run = eq.run(STUDY, {"low": Turned(share=0.1), "high": Turned(share=0.9), "usual": "regression"})
    assert list(run) == ["low", "high", "usual"]
    assert run["low"].cases["predicted"].eq(0.1).all()
    assert run["high"].method.share == 0.9


def test_a_run_is_a_mapping_from_labels() -> None:
    run = eq.run(STUDY, [Mean(), Broken()])
    assert (len(run), list(run), "mean" in run, "other" in run) == (2, ["mean", "broken"], True, False)
    assert dict(run.items()) == {"mean": run["mean"], "broken": run["broken"]}
    assert run.get("other") is None
    with pytest.raises(KeyError, match="mean"):
        run["maen"]


class Unreachable(eq.Method):
    """Fails the test when it is run."""

    name = "unreachable"

    def analyze(self, study, rng):
        pytest.fail("a method ran before its neighbours were checked")


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ([Unreachable(), "regresion"], ["'made'", "'regresion'", "Did you mean 'regression'"]),
        ({"mine": Unreachable(), "other": "nothing"}, ["'nothing'"]),
        ([Unreachable(), Unreachable()], ["'unreachable'", "twice", "label"]),
        (["regression", "regression"], ["'regression'", "twice"]),
        ([Unreachable(), Mean], ["Method instance"]),
        ({"mine": 3}, ["3"]),
        (7, ["7"]),
        ([], ["No method", "regression"]),
        ({}, ["No method"]),
        ({"outcome": Mean()}, ["'outcome'"]),
        ({"path": Mean()}, ["'path'"]),
        ({"baseline: mine": Mean()}, ["'baseline: mine'"]),
        ({"": Mean()}, ["''"]),
        ({3: Mean()}, ["3"]),
    ],
)
def test_wrong_methods_are_refused_before_any_runs(methods: object, words: list[str]) -> None:
    with pytest.raises(eq.InputError) as caught:
        eq.run(STUDY, methods)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"regression": {"alpha": 2}}, ["[methods.regression]", "alpha"]),
        ({"regression": {"alhpa": 0.1}}, ["'alhpa'", "Did you mean 'alpha'"]),
        ({"mine": {"alpha": 0.1}}, ["'mine'", "method ="]),
        ({"mine": {"method": "regresion"}}, ["[methods.mine]", "Did you mean 'regression'"]),
        ({"clustering": {"method": "regression"}}, ["'clustering'", "'regression'"]),
    ],
)
def test_wrong_parameters_in_the_study_are_refused_before_any_method_runs(
    tables: dict[str, dict[str, object]], words: list[str]
) -> None:
    with pytest.raises(eq.InputError) as caught:
        eq.run(made(FRAME, methods=tables))
    for word in ["'made'", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize("arguments", [{"seed": -1}, {"seed": 1.5}, {"seed": True}, {"n_jobs": 0}, {"n_jobs": "two"}])
def test_wrong_seeds_and_numbers_of_processes_are_refused(arguments: dict[str, object]) -> None:
    (name,) = arguments
    with pytest.raises(eq.InputError, match=name):
        eq.run(STUDY, Unreachable(), **arguments)  # type: ignore[arg-type]


def test_only_a_study_can_be_run() -> None:
    with pytest.raises(eq.InputError, match="load_study"):
        eq.run("heilongjiang")  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- failures


class Forgetful(eq.Method):
    """Returns a frame instead of an analysis."""

    name = "forgetful"

    def analyze(self, study, rng):
        return study.raw


class Partial(eq.Method):
    """Leaves a case out."""

    name = "partial"

    def analyze(self, study, rng):
        return filled(self, study.subset(study.cases[1:]), 0.5)


class Unpicklable(eq.Method):
    """Keeps an open generator as its native result."""

    name = "unpicklable"

    def analyze(self, study, rng):
        return filled(self, study, 0.5, native=(number for number in range(3)))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_failing_method_becomes_a_failure_and_the_others_stand(n_jobs: int) -> None:
    run = eq.run(STUDY, [Broken(), Mean(), Forgetful(), Partial(), Unpicklable()], n_jobs=n_jobs)
    assert list(run.analyses) == ["mean"]
    assert list(run.failures) == ["broken", "forgetful", "partial", "unpicklable"]
    failure = run["broken"]
    assert (failure.label, failure.exception, failure.message) == (
        *("broken", "ZeroDivisionError", "nothing left to divide"),
    )
    assert "ZeroDivisionError: nothing left to divide" in failure.traceback
    assert "nothing left to divide" in str(failure)
    assert "eq" in run["forgetful"].message
    assert "'case 0'" in run["partial"].message
    assert "pickle" in run["unpicklable"].message


def test_a_failure_names_plugin_and_version() -> None:
    study = eq.Study(
        name="uncalibrated",
        data=FRAME,
        outcome=STUDY.outcome,
        conditions=[eq.Variable("A"), eq.Variable("B")],
        methods={"memberships": {"method": "regression", "scale": "membership"}},
    )
    run = eq.run(study, ["memberships", "regression", Broken()])
    assert run["memberships"].plugin == "regression (equifinal)"
    assert run["memberships"].version == eq.__version__
    assert run["memberships"].exception == "InputError"
    assert "not registered" in run["broken"].plugin
    assert list(run.analyses) == ["regression"]


class Warner(eq.Method):
    """Warns."""

    name = "warning"

    def analyze(self, study, rng):
        for _ in range(3):
            warnings.warn("the matrix is\n  singular", RuntimeWarning, stacklevel=1)
        warnings.warn("will go away", DeprecationWarning, stacklevel=1)
        return filled(self, study, 0.5, notes=["Its own note."])


def test_warnings_become_notes_once_and_those_for_programmers_do_not() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = eq.run(STUDY, Warner())
    assert run["warning"].notes == ["Its own note.", "RuntimeWarning: the matrix is singular"]


# ---------------------------------------------------------------------------------------- the same numbers


def numbers(comparison: eq.Comparison) -> dict[str, pd.DataFrame]:
    """Every table of a comparison, and of its analyses."""
    tables = {
        name: getattr(comparison, name)
        for name in ("verdicts", "verdict_evidence", "propositions", "conditions", "cases", "fit", "advice", "notes")
    }
    tables |= {f"agreement {name}": table for name, table in comparison.agreement.items()}
    for label, analysis in comparison.analyses.items():
        tables |= {f"{label} {facet}": getattr(analysis, facet) for facet in ("conditions", "configurations", "cases")}
        tables |= {f"{label} {name}": table for name, table in analysis.tables.items()}
    return tables


def assert_same(first: dict[str, pd.DataFrame], second: dict[str, pd.DataFrame]) -> None:
    assert first.keys() == second.keys()
    for name in first:
        pd.testing.assert_frame_equal(first[name], second[name], check_exact=True, obj=name)


STOCHASTIC = made(
    scores(15, "ABC"),
    {"A": {"method": "ranks"}},
    methods={
        "kmeans": {"method": "clustering", "algorithm": "kmeans", "max_clusters": 3},
        "mixture": {"method": "clustering", "algorithm": "gaussian-mixture", "n_clusters": 2},
    },
    propositions=[
        {"id": "P1", "claim": "key", "conditions": ["A"]},
        {"id": "P2", "claim": "key", "conditions": ["A"], "where": "B + C"},
    ],
)


def chosen() -> dict[str, object]:
    return {"kmeans": "kmeans", "mixture": "mixture", "noise": Noise(), "regression": "regression"}


@pytest.fixture(scope="module")
def alone() -> dict[str, pd.DataFrame]:
    return numbers(eq.compare(eq.run(STOCHASTIC, chosen(), seed=5)))


def test_same_seed_same_numbers_again(alone: dict[str, pd.DataFrame]) -> None:
    assert_same(numbers(eq.compare(eq.run(STOCHASTIC, chosen(), seed=5))), alone)


def test_same_seed_same_numbers_with_two_processes(alone: dict[str, pd.DataFrame]) -> None:
    assert_same(numbers(eq.compare(eq.run(STOCHASTIC, chosen(), seed=5, n_jobs=2))), alone)


def test_another_seed_gives_other_numbers(alone: dict[str, pd.DataFrame]) -> None:
    other = numbers(eq.compare(eq.run(STOCHASTIC, {"noise": Noise()}, seed=6)))
    assert not np.allclose(other["noise cases"]["predicted"].to_numpy(), alone["noise cases"]["predicted"].to_numpy())


def test_a_method_s_numbers_do_not_depend_on_the_other_methods(alone: dict[str, pd.DataFrame]) -> None:
    fewer = numbers(eq.compare(eq.run(STOCHASTIC, {"noise": Noise(), "mixture": "mixture"}, seed=5)))
    for table in ("conditions", "cases"):
        for label in ("noise", "mixture"):
            pd.testing.assert_frame_equal(fewer[table][label], alone[table][label], check_exact=True)
    pd.testing.assert_frame_equal(fewer["fit"], alone["fit"].loc[fewer["fit"].index], check_exact=True)
    pd.testing.assert_frame_equal(fewer["verdicts"], alone["verdicts"][["noise", "mixture"]])


# --------------------------------------------------------------------------------------- methods that meddle


class Vandal(eq.Method):
    """Changes whatever it gets hold of, in every call."""

    name = "vandal"

    def destroy(self, study):
        for frame in (study.raw, study.fuzzy, study.crisp, study.data):
            frame.loc[:, list(frame.columns)] = 0.25
            frame["more"] = 1.0
            frame.iloc[0, 0] = 0.75
            frame.index.name = frame.columns.name = "vandalised"
            frame.attrs["vandalised"] = True
            del frame["more"]
            for array in (frame.to_numpy(), frame.iloc[:, 0].to_numpy(), np.asarray(frame.iloc[:, -1])):
                array.flags.writeable = True
                array[...] = 0.125
            frame.iloc[:, 0].array[...] = 0.125
        study.calibrators.clear()

    def analyze(self, study, rng):
        self.destroy(study)
        return filled(self, study, 0.5)

    def predict(self, analysis, study):
        self.destroy(study)
        return pd.Series(0.5, index=study.cases)

    def assess(self, analysis, proposition, study):
        self.destroy(study)
        return eq.Verdict("inconclusive")

    def advise(self, analysis, study):
        self.destroy(study)
        return None


def test_a_method_that_changes_its_input_harms_nobody() -> None:
    propositions = [
        {"id": "P1", "claim": "influence", "condition": "A"},
        {"id": "P2", "claim": "equifinal", "where": "A"},
    ]
    study = made(FRAME, {"A": {"method": "ranks"}}, propositions=propositions)
    data, raw = study.data.copy(), study.raw.copy()
    clean = numbers(eq.compare(eq.run(study, {"linear": Linear(), "regression": "regression"})))
    run = eq.run(study, {"vandal": Vandal(), "linear": Linear(), "second": Vandal(), "regression": "regression"})
    comparison = eq.compare(run)
    assert not comparison.failures
    beside = numbers(comparison)
    for name in ("linear cases", "regression conditions", "regression coefficients"):
        pd.testing.assert_frame_equal(beside[name], clean[name], check_exact=True)
    rows = ["linear", "regression", "baseline: mean", "baseline: median", "baseline: permuted outcome"]
    pd.testing.assert_frame_equal(beside["fit"].loc[rows], clean["fit"].loc[rows], check_exact=True)
    pd.testing.assert_frame_equal(beside["conditions"]["linear"], clean["conditions"]["linear"], check_exact=True)
    pd.testing.assert_frame_equal(beside["verdicts"][["linear", "regression"]], clean["verdicts"], check_exact=True)
    pd.testing.assert_frame_equal(study.data, data, check_exact=True)
    pd.testing.assert_frame_equal(study.raw, raw, check_exact=True)
    pd.testing.assert_frame_equal(run.calibrated.fuzzy, study.calibrate().fuzzy, check_exact=True)
    assert run.calibrated.cases.name is None
    assert run.calibrated.raw.attrs == {}


# ------------------------------------------------------------------------------------------------- manifest


def test_the_manifest_holds_what_a_repetition_needs_as_strict_json() -> None:
    study = made(FRAME, {"A": {"method": "ranks"}}, methods={"regression": {"alpha": 0.2}})
    manifest = eq.run(study, ["regression", Turned(share=0.25)], seed=3).manifest
    assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest
    assert manifest["seed"] == 3
    assert manifest["data_sha256"] == study.data_hash
    assert manifest["methods"]["regression"]["parameters"]["alpha"] == 0.2
    assert manifest["methods"]["turned"]["parameters"] == {"share": 0.25}
    assert manifest["calibration"]["Y"]["crossover"] == 5
    assert manifest["calibration"]["A"]["calibrator"] == "ranks"
    assert manifest["packages"]["numpy"] == np.__version__
    assert manifest["packages"]["pandas"] == pd.__version__
    assert "regression" in manifest["plugins"]


def test_another_table_has_another_hash() -> None:
    changed = FRAME.copy()
    changed.loc["case 3", "A"] += 1e-9
    assert made(changed).data_hash != made(FRAME).data_hash == made(FRAME.copy()).data_hash


def test_a_run_survives_pickling() -> None:
    run = eq.run(STUDY, ["regression", "clustering"])
    again = pickle.loads(pickle.dumps(run))
    assert_same(numbers(eq.compare(again)), numbers(eq.compare(run)))


# Worker processes do not find this module by its name.
cloudpickle.register_pickle_by_value(__import__("sys").modules[__name__])


def test_a_table_for_an_unknown_method_is_said_when_others_are_asked_for() -> None:
    study = made(FRAME, methods={"regresion": {"alpha": 0.1}})
    with pytest.warns(UserWarning, match=r"\[methods.regresion\]: unknown method .* Did you mean 'regression'"):
        assert list(eq.run(study, methods=["regression"])) == ["regression"]
    with pytest.raises(eq.InputError, match="regresion"):
        eq.run(study)


class Wordless:
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    "odd", [Wordless(), [Wordless()], "half \ud800", 10**5000], ids=["object", "list", "text", "number"]
)
@pytest.mark.parametrize("place", ["cell", "index", "columns", "notes", "group"])
def test_what_cannot_be_written_is_found_when_the_analysis_comes_back(odd, place):
    class Odd(Mean):
        name = "odd"

        def analyze(self, study, rng):
            found = super().analyze(study, rng)
            if place == "notes":
                return dataclasses.replace(found, notes=[*found.notes, odd])
            if place == "group":
                found.cases["group"] = pd.Series([odd] * len(found.cases), found.cases.index, dtype=object)
                return found
            table = pd.DataFrame({"a": [1]})
            if place == "cell":
                table["b"] = pd.Series([odd], dtype=object)
            else:
                hashable = tuple(odd) if isinstance(odd, list) else odd
                labels = pd.Index([hashable], dtype=object, tupleize_cols=False)
                table = table.set_axis(labels, axis=0 if place == "index" else 1)
            return dataclasses.replace(found, tables={"further": table})

    run = eq.run(made(scores()), methods={"odd": Odd(), "mean": Mean()})
    assert list(run.analyses) == ["mean"]
    assert "Method 'odd': Analysis." in run["odd"].message or place == "notes"  # which is refused even earlier


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda raw: raw > 5, "truth values, such as .*True|truth values, such as .*False"),
        (lambda raw: (raw > 5).map(str), "text, such as '(True|False)'"),
        (lambda raw: (raw > 5).astype(object), "truth values"),
        (lambda raw: pd.Series([{}] * len(raw), raw.index), "a dict, such as {}"),
    ],
)
def test_a_calibrator_that_gives_no_numbers_is_named_with_its_variable_and_plugin(answer, words, registry):
    class Cut(eq.Calibrator):
        name = "cut"

        def calibrate(self, raw):
            return answer(raw)

    registry.listing("calibrators")["cut"] = Entry("cut", Cut, registry.plugins()["calibration"])
    study = made(scores(), {"A": {"method": "cut"}})
    with pytest.raises(eq.InputError, match=words) as raised:
        study.calibrate()
    assert "A (column 'A'): the calibrator 'cut' of the plugin calibration (equifinal" in str(raised.value)
