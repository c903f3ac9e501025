"""How long a user waits: start, help, and the whole comparison of 86 countries, each as a process of its own.

Run with ``pytest benchmarks``. Aims on a machine with two cores: import under 0.5 s, ``--help`` under 0.7 s, the comparison
(six analyses, leave-one-out included) under 5 s, also when it writes a report in four formats, and under 20 s with every figure and
the tables for papers.
"""

import subprocess
import sys

import pytest

COMPARE = [sys.executable, "-m", "equifinal.shell.cli", "compare", "open-data-barometer-2014"]
COMMANDS = {
    "import equifinal": [sys.executable, "-c", "import equifinal"],
    "equifinal --help": [sys.executable, "-m", "equifinal.shell.cli", "--help"],
    "equifinal compare open-data-barometer-2014": [*COMPARE],
    "equifinal compare open-data-barometer-2014 --output report": [*COMPARE, "--output", "{folder}"],
    "equifinal compare open-data-barometer-2014 with figures and tables for papers": [
        *(*COMPARE, "--output", "{folder}"),
        *("-f", "html", "-f", "docx", "-f", "xlsx", "-f", "latex", "-f", "figures"),
    ],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_process(benchmark, name, tmp_path):
    command = [part.format(folder=tmp_path / "report") for part in COMMANDS[name]]
    done = benchmark.pedantic(
        subprocess.run, args=[command], kwargs={"capture_output": True, "check": True}, rounds=5, warmup_rounds=1
    )
    assert done.returncode == 0
