"""Everything that the project brings passes the conformance checks that it offers to others."""

import os

import equifinal as eq
from equifinal.plugin import registry
from equifinal.plugin.hookspecs import API_VERSION
from equifinal.testing import checks_of, parametrize_with_checks

#: With the defaults, the forests of one method take longer than everything else; PLANTED=1 takes them all the same.
QUICK = {} if os.environ.get("PLANTED") else {"predictor": {"options": {"n_estimators": 5}, "resamples": 2}}

BUILT_IN = [
    entry.cls.from_parameters(QUICK[entry.name]) if entry.name in QUICK else entry.cls
    for listing in (
        eq.methods(),
        eq.calibrators(),
        eq.outputs(),
        eq.studies(),
        eq.propositions(),
        registry.measures(),
        registry.facets(),
        registry.scenarios(),
        registry.commands(),
    )
    for entry in listing.values()
    if entry.plugin.distribution == "equifinal"
]


@parametrize_with_checks(BUILT_IN)
def test_conformance(check):
    check()


def test_nothing_that_is_built_in_is_left_out():
    subjects = {check.subject for target in BUILT_IN for check in checks_of(target)}
    wanted = {"method fsqca", "method clustering", "calibrator direct", "output html", "study heilongjiang"}
    assert wanted | {"kind of proposition joint"} <= subjects
    brought = [each for plugin in eq.plugins().values() if plugin.distribution == "equifinal" for each in plugin.brings]
    assert subjects == {each for each in brought if not each.startswith("hook ")}


def test_every_built_in_plugin_is_healthy_and_states_its_version():
    own = [plugin for plugin in eq.plugins().values() if plugin.distribution == "equifinal"]
    assert len(own) >= 8
    assert {plugin.name: (plugin.health, plugin.api) for plugin in own} == {
        plugin.name: ("ok", API_VERSION) for plugin in own
    }
