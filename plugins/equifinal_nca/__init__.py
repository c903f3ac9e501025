"""Necessary condition analysis as a method of equifinal: which level of a condition a given level of the outcome needs."""

import equifinal as eq
from equifinal_nca.ceiling import Ceilings, Scope, ceilings
from equifinal_nca.nca import NCA
from equifinal_nca.outliers import outliers

__all__ = ["NCA", "Ceilings", "Scope", "ceilings", "outliers"]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [NCA]
