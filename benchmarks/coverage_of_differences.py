"""How often the 95 % intervals of differences between methods cover the difference to expect.

Data sets are drawn from a known scenario. In each, methods are fitted again in ten times ten folds, and
:mod:`equifinal.comparison.intervals` makes an interval of each difference. The truth is the mean over 400 training sets of nine
tenths of the cases, each with 5,000 new cases. The methods are toys that are fitted to all folds at once, which allows 1,000
data sets a cell; ``--real`` has the project's fsQCA and regression take their place.

    python benchmarks/coverage_of_differences.py               # the table data/coverage_of_differences.csv, some minutes
    python benchmarks/coverage_of_differences.py --real 200    # fsqca against regression
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equifinal.comparison.intervals import corrected_interval, leaving_out
from equifinal.comparison.measures import BUILT_IN, LEADING, Measure, measures
from equifinal.comparison.out_of_sample import FOLDS, REPEATS

TABLE = Path(__file__).parent / "data" / "coverage_of_differences.csv"
SCENARIOS: dict[str, Callable[[Any, Any], Any]] = {
    "noise": lambda x, rng: rng.uniform(size=len(x)),
    "weak": lambda x, rng: 0.5 + 0.25 * (x[:, 0] - 0.5) + rng.normal(0, 0.25, len(x)),
    "additive": lambda x, rng: x[:, :2].mean(axis=1) + rng.normal(0, 0.15, len(x)),
    "conjunction": lambda x, rng: x[:, :2].min(axis=1) + rng.normal(0, 0.1, len(x)),
    "skewed": lambda x, rng: rng.beta(0.5, 2, len(x)) * x[:, 0],
}


def _mean_squared_error(predicted: Any, outcome: Any, weights: Any) -> Any:
    return weights @ (predicted - outcome) ** 2 / weights.sum(axis=-1)


#: The squared error itself, and the measures that sentences tell.
WHICH = (
    Measure("squared_error", "squared error", True, _mean_squared_error, _mean_squared_error),
    *(each for each in BUILT_IN if each.name in LEADING),
)


def drawn(scenario: str, count: int, rng: Any) -> tuple[Any, Any]:
    """Memberships in four conditions, and in the outcome."""
    x = rng.uniform(size=(count, 4))
    return x, SCENARIOS[scenario](x, rng).clip(0, 1)


def designs(x: Any) -> dict[str, Any]:
    """What each method regresses the outcome on."""
    one, crisp = np.ones((len(x), 1)), x[:, :2] > 0.5
    products = np.column_stack([x[:, i] * x[:, j] for i, j in combinations(range(3), 2)])
    return {
        "mean": one,
        "one condition": np.hstack([one, x[:, :1]]),
        "regression": np.hstack([one, x]),
        "interactions": np.hstack([one, x, products]),
        "truth table": np.eye(4)[2 * crisp[:, 0] + crisp[:, 1]],
    }


METHODS = ("minimum", *designs(np.zeros((1, 4))))


def fitted(x: Any, y: Any, learned_from: Any) -> dict[str, Any]:
    """Coefficients of each method by training set; rows of `learned_from` are 1 for the cases of one."""
    found = {}
    for name, design in designs(x).items():
        squares = np.einsum("sn,na,nb->sab", learned_from, design, design) + 1e-9 * np.eye(design.shape[1])
        found[name] = np.linalg.solve(squares, ((learned_from * y) @ design)[..., np.newaxis])[..., 0]
    return found


def predicted(x: Any, coefficients: dict[str, Any]) -> dict[str, Any]:
    """Predictions of each method, training sets × cases; the minimum of two conditions learns nothing."""
    found = {name: (coefficients[name] @ design.T).clip(0, 1) for name, design in designs(x).items()}
    return {"minimum": np.broadcast_to(x[:, :2].min(axis=1), found["mean"].shape), **found}


def in_folds(count: int, rng: Any) -> Iterator[Any]:
    """Which cases each of ten times ten folds leaves out."""
    for _ in range(REPEATS):
        for left_out in np.array_split(rng.permutation(count), FOLDS):
            yield np.isin(np.arange(count), left_out)


def truth(scenario: str, count: int, rng: Any, sets: int = 400) -> dict[str, Any]:
    """What to expect of each method and measure on new cases, from training sets of nine tenths of the cases."""
    size = round(count * (1 - 1 / FOLDS))
    found: dict[str, list[Any]] = {name: [] for name in METHODS}
    for _ in range(sets):
        x, y = drawn(scenario, size, rng)
        new_x, new_y = drawn(scenario, 5000, rng)
        for name, values in predicted(new_x, fitted(x, y, np.ones((1, size)))).items():
            found[name].append(list(measures(values[0], new_y, WHICH).values()))
    return {name: np.mean(values, axis=0) for name, values in found.items()}


def out_of_sample(x: Any, y: Any, rng: Any) -> dict[str, Any]:
    """Each method's predictions of cases not seen, repeats × cases."""
    left_out = np.array(list(in_folds(len(y), rng)))
    everywhere = predicted(x, fitted(x, y, 1.0 - left_out))
    shape = (REPEATS, FOLDS, len(y))
    mask = left_out.reshape(shape)
    return {name: np.where(mask, values.reshape(shape), 0.0).sum(axis=1) for name, values in everywhere.items()}


def coverage(scenario: str, count: int, data_sets: int = 1000, seed: int = 0) -> pd.DataFrame:
    """One row per pair of methods and measure: the true difference, and the share of the intervals that cover it."""
    rng = np.random.default_rng(seed)
    true = truth(scenario, count, rng)
    pairs = list(combinations(METHODS, 2))
    covered, defined = np.zeros((2, len(pairs), len(WHICH)))
    for _ in range(data_sets):
        x, y = drawn(scenario, count, rng)
        found = {
            name: leaving_out(values, y, np.arange(count), WHICH, varies=name != "mean")
            for name, values in out_of_sample(x, y, rng).items()
        }
        for number, (one, other) in enumerate(pairs):
            _, _, low, high = corrected_interval(found[one] - found[other], FOLDS / (FOLDS - 1) + 1 / REPEATS).T
            defined[number] += ~np.isnan(low)
            covered[number] += (low <= true[one] - true[other]) & (true[one] - true[other] <= high)
    return _table(scenario, count, pairs, true, covered, defined)


def _table(scenario: str, count: int, pairs: Any, true: Mapping[str, Any], covered: Any, defined: Any) -> pd.DataFrame:
    rows = [
        (scenario, count, one, other, each.name, true[one][place] - true[other][place], n, hits / n if n else np.nan)
        for (one, other), all_hits, all_n in zip(pairs, covered, defined, strict=True)
        for place, (each, hits, n) in enumerate(zip(WHICH, all_hits, all_n, strict=True))
        if n
    ]
    columns = ["scenario", "n", "method", "other", "measure", "difference", "intervals", "covered"]
    return pd.DataFrame(rows, columns=columns).astype({"intervals": int})


# ---------------------------------------------------------------------------------------------- the project's own


def study_of(x: Any, y: Any) -> Any:
    import equifinal as eq

    anchors = {"method": "linear", "full_out": 0, "crossover": 0.5, "full_in": 1}
    frame = pd.DataFrame(x, columns=list("ABCD"), index=[f"case {number}" for number in range(len(x))]).assign(y=y)
    conditions = [eq.Variable(name, expect="present", calibrate=anchors) for name in "ABCD"]
    return eq.Study(name="drawn", data=frame, outcome=eq.Variable("Y", "y", calibrate=anchors), conditions=conditions)


def real_coverage(scenario: str, count: int, data_sets: int, seed: int = 0) -> pd.DataFrame:
    """fsQCA against regression, by their refits; a small solution may be empty, and is then measured as a constant."""
    import equifinal as eq
    from equifinal.comparison.importance import varies
    from equifinal.comparison.out_of_sample import Refitting, repeated_splits

    rng = np.random.default_rng(seed)
    methods = {name: eq.methods()[name]() for name in ("fsqca", "regression")}
    size, pair = round(count * (1 - 1 / FOLDS)), [("fsqca", "regression")]
    expected: dict[str, list[Any]] = {name: [] for name in methods}
    new = study_of(*drawn(scenario, 3000, rng)).calibrate()
    for _ in range(300):
        learned = study_of(*drawn(scenario, size, rng)).calibrate()
        for name, method in methods.items():
            values = method.predict(method.refit(learned, rng), new.without_outcome()).to_numpy()
            expected[name].append(list(measures(values, new.outcome_values("fuzzy"), WHICH).values()))
    true = {name: np.nanmean(values, axis=0) for name, values in expected.items()}
    covered, defined = np.zeros((2, 1, len(WHICH)))
    for _ in range(data_sets):
        calibrated = study_of(*drawn(scenario, count, rng)).calibrate()
        found = Refitting(methods, calibrated, 0, 7).of(repeated_splits(calibrated))
        outcome = calibrated.outcome_values("fuzzy")
        one, other = (
            leaving_out(each.predicted, outcome, np.arange(count), WHICH, varies(each.predicted))
            for each in (found[name] for name in methods)
        )
        _, _, low, high = corrected_interval(one - other, FOLDS / (FOLDS - 1) + 1 / REPEATS).T
        defined[0] += ~np.isnan(low)
        gap = true["fsqca"] - true["regression"]
        covered[0] += (low <= gap) & (gap <= high)
    return _table(scenario, count, pair, true, covered, defined)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-sets", type=int, default=1000)
    parser.add_argument("--real", type=int, default=0, metavar="DATA_SETS")
    given = parser.parse_args()
    cells = [(scenario, count) for scenario in SCENARIOS for count in (30, 86)]
    if given.real:
        cells = [("additive", 30), ("conjunction", 30), ("conjunction", 86)]
    path, found = TABLE.with_stem(f"{TABLE.stem}_real") if given.real else TABLE, []
    for cell in cells:
        found.append(real_coverage(*cell, given.real) if given.real else coverage(*cell, given.data_sets))
        table = pd.concat(found).round({"difference": 5, "covered": 4})
        table.to_csv(path, index=False)
    wide = table.pivot_table(index=["measure", "scenario", "n"], values="covered", aggfunc=["min", "median", "max"])
    print(wide.round(3).to_string())


if __name__ == "__main__":
    main()
