"""Work goes to a Dask cluster when joblib is told so, and the numbers stay the same."""

import os
import re
from pathlib import Path

import joblib
import pandas as pd
import pytest

import equifinal as eq

distributed = pytest.importorskip("distributed", reason='No Dask: pip install "equifinal[distributed]".')

#: A method whose evidence says in which process it worked.
WHERE = """
import os

import equifinal as eq
import pandas as pd


class Where(eq.Method):
    \"\"\"Says in which process it worked.\"\"\"

    name = "where"
    reference = "None (2026)"

    def analyze(self, study, rng):
        said = {"role": "none", "direction": 0, "evidence": f"Process {os.getpid()}."}
        conditions = pd.DataFrame(said, index=study.condition_names)
        cases = pd.DataFrame({"group": None, "predicted": float("nan")}, index=study.cases)
        paths = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        return eq.Analysis(method=self, conditions=conditions, configurations=paths, cases=cases, fit={})


@eq.hookimpl
def equifinal_methods():
    return [Where]
"""


def test_a_cluster_does_the_work_and_the_numbers_stay(registry, tmp_path: Path) -> None:
    (tmp_path / "where.py").write_text(WHERE, encoding="utf-8")
    eq.load_plugin(tmp_path / "where.py")  # a single file travels to the workers by value
    study = eq.load_study("heilongjiang")
    methods = ["fsqca", "regression", "clustering", "where"]
    here = eq.compare(eq.run(study, methods=methods))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = set(client.run(os.getpid).values())
        with joblib.parallel_config("dask"):
            run = eq.run(study, methods=methods, n_jobs=-1)
            there = eq.compare(run)
    assert not run.failures
    process = re.search(r"\d+", run["where"].conditions["evidence"].iloc[0])
    assert process is not None
    assert int(process[0]) in workers
    assert int(process[0]) != os.getpid()
    for table in ("verdicts", "fit", "differences", "advice"):
        pd.testing.assert_frame_equal(getattr(there, table), getattr(here, table))
