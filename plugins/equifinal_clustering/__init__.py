"""Clustering as a method of equifinal: which cases resemble each other, and which groups have the outcome."""

import equifinal as eq
from equifinal_clustering.clustering import Clustering

__all__ = ["Clustering"]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [Clustering]
