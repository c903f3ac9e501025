"""Puts this folder's toys within reach of its tests, and what tests of several formats share."""

import sys
from pathlib import Path

import pytest

import equifinal as eq

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    from output_toys import compared

    return compared()
