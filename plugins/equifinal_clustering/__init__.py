"""Clustering as a method of equifinal: which cases resemble each other, and which groups have the outcome."""

import equifinal as eq
from equifinal_clustering.clustering import Clustering

__all__ = ["Clustering"]


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [Clustering]
