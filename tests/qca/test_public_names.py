"""The public names of the plugin: listed once, found by tab completion, imported when they are first used."""

import importlib
import subprocess
import sys

import equifinal_qca


def test_every_public_name_is_there_and_found_by_tab_completion():
    assert len(equifinal_qca.__all__) == 41
    assert {*equifinal_qca.__all__, "equifinal_methods", "equifinal_api"} <= {*dir(equifinal_qca)}
    for name in equifinal_qca.__all__:
        value = getattr(equifinal_qca, name)
        assert getattr(importlib.import_module(value.__module__), name) is value


def test_a_plain_import_loads_no_module_of_the_plugin():
    code = "import sys, equifinal_qca; assert not [name for name in sys.modules if name.startswith('equifinal_qca.')]"
    subprocess.run([sys.executable, "-c", code], check=True)
