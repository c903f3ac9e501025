"""Which methods run when nobody says which."""

import dataclasses
from pathlib import Path

import pytest

import equifinal as eq
from equifinal.method.choosing import choose_methods

PLUGIN = '''
import equifinal as eq
from core_toys import Mean

class OnRequest(Mean):
    """A method that runs only when it is asked for."""

    name = "on-request"
    by_default = False

@eq.hookimpl
def equifinal_methods():
    return [OnRequest]
'''


@pytest.fixture
def study(registry, tmp_path: Path) -> eq.Study:
    (tmp_path / "on_request.py").write_text(PLUGIN)
    registry.load_file(tmp_path / "on_request.py")
    return eq.load_study("heilongjiang")


def test_a_method_that_waits_runs_when_it_is_asked_for_or_as_a_variant_of_the_study(study) -> None:
    assert "fsqca" in choose_methods(study)
    assert "on-request" not in choose_methods(study)
    assert list(choose_methods(study, ["on-request"])) == ["on-request"]
    varied = dataclasses.replace(study, methods={**study.methods, "mine": {"method": "on-request"}})
    assert "mine" in choose_methods(varied)


def test_a_table_of_parameters_does_not_select_it(study) -> None:
    with_table = dataclasses.replace(study, methods={**study.methods, "on-request": {}})
    assert "on-request" not in choose_methods(with_table)


def test_of_the_built_in_methods_these_wait() -> None:
    assert sorted(name for name, each in eq.methods().items() if not each.cls.by_default) == [
        "cna",
        "mvcna",
        "predictor",
    ]
