"""The built-in scenarios, and those that plugins bring; imported when somebody asks for them."""

from typing import TYPE_CHECKING

from equifinal.plugin import registry
from equifinal.plugin.hookspecs import API_VERSION, hookimpl

if TYPE_CHECKING:
    from equifinal.sweep.scenario import Scenario

equifinal_api = API_VERSION


@hookimpl
def equifinal_scenarios() -> "list[type[Scenario]]":
    from equifinal.sweep.scenarios import flaws, formulas, responses, shapes

    return [
        formulas.Noise,
        formulas.Conjunction,
        formulas.TwoPaths,
        responses.Additive,
        formulas.OneCondition,
        responses.Linear,
        formulas.NecessaryOnly,
        formulas.Reversed,
        formulas.Xor,
        responses.UShape,
        responses.Suppressor,
        shapes.Collinear,
        shapes.HeavySkew,
        responses.CeilingEffect,
        flaws.LimitedDiversity,
        flaws.OmittedCondition,
        flaws.Irrelevant,
        flaws.MeasurementError,
        flaws.ShiftedAnchors,
        flaws.PersistentPanel,
    ]


def known_scenarios() -> "dict[str, type[Scenario]]":
    """The classes by name: those built in first, the tuning ones at their head, then those of plugins."""
    return {name: entry.cls for name, entry in registry.scenarios().items()}
