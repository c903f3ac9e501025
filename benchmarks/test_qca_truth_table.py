"""How long a truth table of many cases takes, beside setqca and pyqca in the same run (skipped when not installed).

Run with ``pytest benchmarks/test_qca_truth_table.py``. Ten conditions, memberships drawn at random with three decimals.
"""

from time import process_time

import numpy as np
import pandas as pd
import pytest

from equifinal_qca import truth_table

pytestmark = pytest.mark.benchmark(timer=process_time)  # other programs on the machine do not count
CONDITIONS = list("ABCDEFGHIJ")


def study(cases):
    rng = np.random.default_rng(0)
    scores = rng.random((cases, 11)).round(3)
    scores[scores == 0.5] = 0.501  # setqca takes no case that is neither in nor out
    return pd.DataFrame(scores, columns=[*CONDITIONS, "Y"])


@pytest.mark.parametrize("cases", [10_000, 100_000, 1_000_000])
def test_equifinal(benchmark, cases):
    frame = study(cases)
    table = benchmark.pedantic(truth_table, args=[frame, "Y"], rounds=3, warmup_rounds=1)
    assert len(table.corners) == 1024


def test_setqca(benchmark):
    setqca = pytest.importorskip("setqca", reason="setqca is not installed")
    frame = study(10_000)
    table = benchmark.pedantic(
        setqca.build_truth_table,
        args=[frame],
        kwargs={"outcome": "Y", "conditions": CONDITIONS, "inclusion_cutoff": 0.8},
        rounds=1,
    )
    ours = truth_table(frame, "Y")
    assert {row.minterm for row in table.rows if row.outcome == "1"} == set(ours.corners_with("1"))


def test_pyqca(benchmark):
    qca = pytest.importorskip("qca", reason="pyqca is not installed")
    frame = study(10_000)
    frame["case"] = [f"case {number}" for number in range(len(frame))]
    engine = qca.FSQCA(data=frame, outcome="Y", conditions=CONDITIONS, case_id="case")
    table = benchmark.pedantic(engine.build_truth_table, kwargs={"outcome_threshold": 0.8}, rounds=1)
    assert len(table) >= 1024
