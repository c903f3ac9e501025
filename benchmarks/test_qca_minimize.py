"""How long a minimization takes, beside setqca and pyqca in the same run (skipped when these are not installed).

Run with ``pytest benchmarks/test_qca_minimize.py``. The files ``data/f_K_60.csv`` hold 60 cases and K conditions. Everything is
as a user calls it: from a data frame to all smallest parsimonious models, at most 1,000, each with its parameters of fit.
"""

import signal
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import pytest

from equifinal_qca import minimize, truth_table
from equifinal_qca.engine import search

pytestmark = pytest.mark.benchmark(timer=process_time)  # other programs on the machine do not count
DATA = Path(__file__).parent / "data"
ALL = [5, 8, 10, 12, 15, 18, 20, 25]
PATIENCE = 60  # seconds of processor time for one call of another package


def study(k):
    return pd.read_csv(DATA / f"f_{k}_60.csv")


def forget():
    search.conservative.cache_clear()
    search.parsimonious.cache_clear()
    search.intermediate.cache_clear()


def minimized(frame, max_models=1000):
    solution = minimize(truth_table(frame, "OUT", consistency_cutoff=0.8), "parsimonious", max_models=max_models)
    assert len(solution.overview) == len(solution.models)  # consistency, PRI and coverage of every model
    return solution


def timed(benchmark, call, rounds=5):
    return benchmark.pedantic(call, setup=forget, rounds=rounds, warmup_rounds=1)


@pytest.mark.parametrize("k", ALL)
def test_equifinal(benchmark, k):
    frame = study(k)
    solution = timed(benchmark, lambda: minimized(frame))
    benchmark.extra_info |= {"prime implicants": len(solution.prime_implicants), "models": len(solution.models)}


@pytest.mark.parametrize("k", ALL)
def test_equifinal_one_model(benchmark, k):
    frame = study(k)
    assert len(timed(benchmark, lambda: minimized(frame, max_models=1)).models) == 1


@pytest.mark.parametrize("k", ALL)
def test_equifinal_with_the_fit_of_every_term(benchmark, k):
    frame = study(k)
    fits = timed(benchmark, lambda: [model.fit for model in minimized(frame).models], rounds=3)
    assert all(len(fit) for fit in fits)


def test_equifinal_forty_conditions_two_hundred_cases(benchmark):
    """Random data, the hardest there is: the search is cut short and says so."""
    rng = np.random.default_rng(0)
    names = [*(f"C{number:02}" for number in range(1, 41)), "OUT"]
    frame = pd.DataFrame(rng.integers(0, 2, (200, 41)).astype(float), columns=names)
    solution = benchmark.pedantic(lambda: minimized(frame), setup=forget, rounds=1)
    assert solution.truncated
    assert any("none can have fewer than 10" in note for note in solution.notes)


@pytest.mark.parametrize("kind", ["paths with errors", "few dimensions"])
def test_equifinal_a_real_study_of_forty_conditions(benchmark, kind):
    """200 cases whose outcome follows three paths, one in twenty reversed; or 40 conditions that share five dimensions."""
    rng = np.random.default_rng(0)
    names = [f"C{number:02}" for number in range(1, 41)]
    if kind == "paths with errors":
        x = rng.random((200, 40)) > 0.5
        y = (x[:, 0] & x[:, 1] & ~x[:, 2]) | (x[:, 3] & x[:, 4]) | (x[:, 5] & ~x[:, 6] & x[:, 7])
        y ^= rng.random(200) < 0.05
    else:
        shared = rng.normal(size=(200, 5))
        x = shared @ rng.normal(size=(5, 40)) + 0.3 * rng.normal(size=(200, 40)) > 0
        y = np.minimum(shared[:, 0], shared[:, 1]) * 3 + 0.3 * rng.normal(size=200) > 0
    frame = pd.DataFrame(x.astype(float), columns=names).assign(OUT=y.astype(float))
    solution = benchmark.pedantic(lambda: minimized(frame, max_models=100), setup=forget, rounds=1)
    assert solution.proved


def within_patience(benchmark, call):
    def too_long(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        return benchmark.pedantic(call, rounds=1)
    except TimeoutError:
        pytest.skip(f"no answer within {PATIENCE} seconds")
    except MemoryError:
        pytest.skip("not enough memory")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("k", ALL[:4])
def test_setqca(benchmark, k):
    setqca = pytest.importorskip("setqca", reason="setqca is not installed")
    frame = study(k)
    conditions = [name for name in frame.columns if name != "OUT"]
    method = setqca.FSQCA(consistency=0.8, max_solutions=1000)
    result = within_patience(benchmark, lambda: method.fit(frame, outcome="OUT", conditions=conditions))
    benchmark.extra_info["models"] = len(result.parsimonious)


@pytest.mark.parametrize("k", ALL[:4])
def test_pyqca(benchmark, k):
    qca = pytest.importorskip("qca", reason="pyqca is not installed")
    frame = study(k)
    conditions = [name for name in frame.columns if name != "OUT"]
    frame["case"] = [f"case {number}" for number in range(len(frame))]

    def call():
        return qca.FSQCA(data=frame, outcome="OUT", conditions=conditions, case_id="case").fit(consistency_cutoff=0.8)

    assert within_patience(benchmark, call) is not None
