"""Whatever a user of the library holds in a console fits one screen: 24 lines of 100 characters, on the study of 86 countries.

Objects of the project are found by a walk: from studies, runs, comparisons, trials, listings and the results of every engine
along all their attributes, mappings and lists.
"""

import inspect
import math
from collections.abc import Iterator
from typing import Any

import pytest

import equifinal as eq
from equifinal.base.readable import LINES, WIDTH

_TOO_DEEP, _MANY = 5, 40


def rows_on_a_screen(text: str) -> int:
    return sum(max(1, math.ceil(len(line) / WIDTH)) for line in text.splitlines())


def attributes(thing: Any) -> list[str]:
    """Names of what a thing holds and computes without being called."""
    names = dict.fromkeys([*dir(type(thing)), *getattr(thing, "__dict__", {})])
    public = [name for name in names if not name.startswith(("_", "model_"))]
    return [
        name
        for name in public
        if isinstance(member := inspect.getattr_static(type(thing), name, None), property) or not callable(member)
    ]


def walk(thing: Any, path: str, seen: dict[int, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The thing and what it holds, each once, as far as it is the project's, with the path to it."""
    if depth > _TOO_DEEP or id(thing) in seen:
        return
    if isinstance(thing, dict):
        seen[id(thing)] = thing
        inside = [(f"{path}[{key!r}]", value) for key, value in list(thing.items())[:_MANY]]
        if type(thing) is not dict:
            yield path, thing
    elif isinstance(thing, (list, tuple)) and type(thing) in (list, tuple):
        seen[id(thing)] = thing
        inside = [(f"{path}[{at}]", value) for at, value in enumerate(thing[:_MANY])]
    elif type(thing).__module__.startswith("equifinal"):
        seen[id(thing)] = thing
        yield path, thing
        inside = []
        for name in attributes(thing):
            try:
                inside.append((f"{path}.{name}", getattr(thing, name)))
            except eq.InputError:  # what a panel alone has, for instance
                continue
    else:
        return
    for where, value in inside:
        yield from walk(value, where, seen, depth + 1)


def study_and_results() -> dict[str, Any]:
    study = eq.load_study("open-data-barometer-2014")
    run = eq.run(study, ["fsqca", "csqca", "regression", "clustering", "nca", "cna", "predictor"])
    comparison = eq.compare(eq.run(study, ["fsqca", "regression"]), folds=5, evidence=False)
    return {"study": study, "calibrated": study.calibrate(), "run": run, "comparison": comparison}


def listings() -> dict[str, Any]:
    kinds = (eq.methods, eq.calibrators, eq.outputs, eq.studies, eq.plugins, eq.propositions)
    return {f"eq.{each.__name__}()": each() for each in kinds}


def engines() -> dict[str, Any]:
    import equifinal_qca as qca
    from equifinal_calibration import Direct, Indirect
    from equifinal_cna import coincidences
    from equifinal_nca import ceilings
    from equifinal_output import publication_tables

    study = eq.load_study("open-data-barometer-2014").calibrate()
    fuzzy, outcome, first = study.fuzzy, study.outcome.name, study.condition_names[0]
    table = qca.truth_table(fuzzy, outcome)
    values = eq.values_by_thresholds(study, {first: (3.0, 6.0)}, "A method").assign(**{outcome: study.crisp[outcome]})
    many = qca.truth_table_mv(values.dropna().astype(int), outcome)
    comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), ["fsqca"]), folds=2, evidence=False)
    best = qca.minimize(table, "parsimonious").best
    return {
        "truth_table": table,
        "minimize": qca.minimize(table, "parsimonious"),
        "truth_table_mv": many,
        "minimize_mv": qca.minimize_mv(many, "conservative"),
        "minimize_each": qca.minimize_each(fuzzy, [outcome, f"~{outcome}"]),
        "robustness_to": qca.robustness_to(best, [qca.minimize(table, "conservative").best]),
        "classifier": qca.QCAClassifier().fit(
            study.crisp.dropna()[list(study.condition_names)], study.crisp.dropna()[outcome]
        ),
        "ceilings": ceilings(study.raw[first], study.raw[outcome]),
        "coincidences": coincidences(fuzzy, outcome),
        "publication_tables": publication_tables(comparison),
        "direct": Direct(full_out=0, crossover=5, full_in=10),
        "indirect": Indirect(thresholds=(3, 6)).fit(study.raw[first]),
        "expression": eq.Expression("+".join(study.condition_names) * 3),
        "verdict": eq.Verdict("supported", "Words of evidence. " * 20, numbers={"consistency": 0.9}),
        "variable": study.outcome,
    }


def trials() -> dict[str, Any]:
    from equifinal.testing import sample_comparison, sample_study

    found = eq.trial(["additive", "noise"], ["regression"], sizes=[20], repetitions=2, n_jobs=1, evidence=False)
    return {"trial": found, "sample_study": sample_study(), "sample_comparison": sample_comparison()}


def panel() -> dict[str, Any]:
    study = eq.load_study("open-data-barometer-2013-2014")
    return {"by_time": eq.compare(eq.run(study, ["fsqca"]), folds=2, evidence=False).by_time}


@pytest.mark.parametrize("made", [study_and_results, listings, engines, trials, panel], ids=lambda made: made.__name__)
def test_every_public_object_fits_one_screen(made: Any) -> None:
    seen: dict[int, Any] = {}
    found, wrong = set(), {}
    for name, thing in made().items():
        for path, each in walk(thing, name, seen):
            found.add(type(each).__name__)
            shown = repr(each)
            lines = shown.splitlines()
            too_wide = len(lines) > 1 and max(map(len, lines)) > WIDTH
            if not lines or too_wide or rows_on_a_screen(shown) > LINES or " object at 0x" in shown:
                wrong.setdefault(type(each).__name__, (path, shown[:300]))
    assert not wrong
    assert len(found) >= {"study_and_results": 30, "listings": 4, "engines": 12}.get(made.__name__, 1)


def test_a_screen_of_a_comparison_says_the_answer_and_where_the_rest_is() -> None:
    comparison = eq.compare(
        eq.run(eq.load_study("open-data-barometer-2014"), ["fsqca", "regression"]), folds=2, evidence=False
    )
    shown = repr(comparison)
    assert shown == str(comparison)
    assert shown.startswith("Comparison of 2 methods on open-data-barometer-2014")
    assert comparison.headline.answer[0][:60] in " ".join(shown.split())
    assert all(label in shown for label in ("fsqca:", "regression:"))
    for name, hint in (
        ("plot", "equifinal_output.plot_verdicts(comparison)"),
        ("plot_agreement", "equifinal_output.plot_agreement(comparison)"),
        ("fsqca", "Write comparison.run['fsqca']."),
        ("verdict", "Did you mean 'verdicts'?"),
    ):
        with pytest.raises(AttributeError) as caught:
            getattr(comparison, name)
        assert hint in str(caught.value)


def test_a_summary_of_what_holds_tables_has_all_their_rows() -> None:
    from equifinal_cna import coincidences

    study = eq.load_study("open-data-barometer-2014").calibrate()
    found = coincidences(study.fuzzy, "OPEN", 0.75, 0.75)
    said = found.summary()
    assert all(str(model) in said for model in found.atomic["model"])
    contrarian = eq.compare(eq.run(eq.load_study("heilongjiang"), ["fsqca"]), evidence=False).contrarian
    assert all(name in contrarian.summary() for name in ("LEAD", "phi_squared", *contrarian.tables))


def test_summaries_of_tables_and_solutions_have_all_rows() -> None:
    import equifinal_qca as qca

    study = eq.load_study("open-data-barometer-2014").calibrate()
    table = qca.truth_table(study.fuzzy, "OPEN")
    solution = qca.minimize(table, "parsimonious")
    assert all(f"\n{row} " in f"\n{table.summary()}" or f"\n{row:<2}" in table.summary() for row in table.rows.index)
    assert all(model.expression in solution.summary() for model in solution.models)
