"""Necessary condition analysis as a method of equifinal: which level of a condition a level of the outcome needs."""

import equifinal as eq
from equifinal_nca.ceiling import Ceilings, Scope, ceilings
from equifinal_nca.nca import NCA

__all__ = ["NCA", "Ceilings", "Scope", "ceilings"]


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [NCA]
