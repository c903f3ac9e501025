"""The whole comparison of a simulated study with 5,000 cases and 8 conditions, on two processes.

Run with ``pytest benchmarks``. Aim on a machine with two cores: under 60 s, start included; with html, csv, json and markdown
as well. The outcome follows A*B + C*D with noise.
"""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import equifinal as eq

CASES, SETS = 5000, "ABCDEFGH"
ANCHORS = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}


@pytest.mark.parametrize("report", [False, True], ids=["terminal", "with a report"])
def test_compare(benchmark, tmp_path, report):
    rng = np.random.default_rng(1)
    data = pd.DataFrame({name.lower(): rng.integers(0, 101, CASES).astype(float) for name in SETS})
    paths = np.maximum(data[["a", "b"]].min(axis=1), data[["c", "d"]].min(axis=1))
    data["y"] = (0.8 * paths + 20 * rng.random(CASES)).round(1)
    study = eq.Study(
        name="many",
        data=data.set_axis([f"case {number}" for number in range(CASES)], axis="index"),
        provenance="simulated",
        outcome=eq.Variable("Y", "y", calibrate=ANCHORS),
        conditions=[eq.Variable(name, name.lower(), calibrate=ANCHORS) for name in SETS],
        methods={"regression-membership": {"method": "regression", "model": "fractional-logit"}},
    )
    eq.save_study(study, tmp_path / "study.toml")
    command = [sys.executable, "-m", "equifinal.shell.cli", "compare", str(tmp_path / "study.toml"), "--jobs", "2"]
    command += ["-o", str(tmp_path / "report")] * report
    done = benchmark.pedantic(subprocess.run, args=[command], kwargs={"capture_output": True, "check": True}, rounds=1)
    assert done.returncode == 0
