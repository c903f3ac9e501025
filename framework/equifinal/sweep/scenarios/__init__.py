"""The built-in scenarios, and those that plugins bring."""

from equifinal.plugin import registry
from equifinal.plugin.hookspecs import API_VERSION, hookimpl
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.scenarios.flaws import (
    Irrelevant,
    LimitedDiversity,
    MeasurementError,
    OmittedCondition,
    PersistentPanel,
    ShiftedAnchors,
)
from equifinal.sweep.scenarios.formulas import (
    Conjunction,
    NecessaryOnly,
    Noise,
    OneCondition,
    Reversed,
    TwoPaths,
    Xor,
)
from equifinal.sweep.scenarios.responses import Additive, CeilingEffect, Linear, Suppressor, UShape
from equifinal.sweep.scenarios.shapes import Collinear, HeavySkew

__all__ = ["known_scenarios"]

equifinal_api = API_VERSION

_BUILT_IN: tuple[type[Scenario], ...] = (
    Noise,
    Conjunction,
    TwoPaths,
    Additive,
    OneCondition,
    Linear,
    NecessaryOnly,
    Reversed,
    Xor,
    UShape,
    Suppressor,
    Collinear,
    HeavySkew,
    CeilingEffect,
    LimitedDiversity,
    OmittedCondition,
    Irrelevant,
    MeasurementError,
    ShiftedAnchors,
    PersistentPanel,
)


@hookimpl
def equifinal_scenarios() -> list[type[Scenario]]:
    return list(_BUILT_IN)


def known_scenarios() -> dict[str, type[Scenario]]:
    """The classes by name: those built in first, the tuning ones at their head, then those of plugins."""
    return {name: entry.cls for name, entry in registry.scenarios().items()}
