"""Regression as a method of equifinal: the effect of each condition net of the others, averaged over all cases."""

import equifinal as eq
from equifinal_regression.interactions import interactions_from
from equifinal_regression.regression import Regression

__all__ = ["Regression", "interactions_from"]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [Regression]
