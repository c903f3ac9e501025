"""Calibrators: from raw scores to set memberships.

With anchors that the researcher sets: :class:`Crisp`, :class:`Direct`, :class:`Linear`, :class:`Power`. Learned from
the data: :class:`Indirect`, :class:`Ranks`, :class:`Clusters`. For scores that are memberships already: :class:`Membership`.
"""

import equifinal as eq
from equifinal_calibration.anchored import Direct, Linear, Power
from equifinal_calibration.crisp import Clusters, Crisp, Membership, thresholds_by_clustering
from equifinal_calibration.learned import Indirect, Ranks

__all__ = [
    "Clusters",
    "Crisp",
    "Direct",
    "Indirect",
    "Linear",
    "Membership",
    "Power",
    "Ranks",
    "thresholds_by_clustering",
]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_calibrators() -> list[type[eq.Calibrator]]:
    return [Crisp, Direct, Linear, Power, Indirect, Ranks, Clusters, Membership]
