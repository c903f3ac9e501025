"""Coincidence analysis as a method of equifinal: all models of the outcome that are free of redundancies."""

import equifinal as eq
from equifinal_cna.coincidences import Coincidences, coincidences
from equifinal_cna.method import CNA, MultiValueCNA
from equifinal_cna.robustness import fit_robustness

__all__ = ["CNA", "Coincidences", "MultiValueCNA", "coincidences", "fit_robustness"]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [CNA, MultiValueCNA]
