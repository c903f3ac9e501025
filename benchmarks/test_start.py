"""How long a user waits: start, help, and the whole comparison of 86 countries, each as a process of its own.

Run with ``pytest benchmarks``. Aims on a machine with two cores: import under 0.5 s, ``--help`` under 0.7 s, the comparison
(five analyses, leave-one-out included) under 5 s.
"""

import subprocess
import sys

import pytest

COMMANDS = {
    "import equifinal": [sys.executable, "-c", "import equifinal"],
    "equifinal --help": [sys.executable, "-m", "equifinal.cli", "--help"],
    "equifinal compare open-data-barometer-2014": [
        *(sys.executable, "-m", "equifinal.cli", "compare", "open-data-barometer-2014"),
        *("--output", "{folder}"),
    ],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_process(benchmark, name, tmp_path):
    command = [part.format(folder=tmp_path / "report") for part in COMMANDS[name]]
    done = benchmark.pedantic(
        subprocess.run, args=[command], kwargs={"capture_output": True, "check": True}, rounds=5, warmup_rounds=1
    )
    assert done.returncode == 0
