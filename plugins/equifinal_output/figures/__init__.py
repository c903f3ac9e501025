"""Figures of a comparison, made with matplotlib in colours that the colour-blind tell apart.

Each ``plot_...`` is a function that draws one figure and returns its axes; :func:`figures_of` says which figures a comparison
has, and the output ``figures`` writes them. matplotlib is imported when something is drawn.
"""

from importlib import import_module
from typing import Any

from equifinal_output.figures.output import Figures
from equifinal_output.figures.pictures import Picture, figures_of

_HOME_OF = {
    "plot_agreement": "across",
    "plot_calibration": "calibration",
    "plot_coefficients": "effects",
    "plot_configurations": "configurations",
    "plot_dendrogram": "clusters",
    "plot_importance": "across",
    "plot_necessity": "necessity",
    "plot_partial_dependence": "effects",
    "plot_profiles": "clusters",
    "plot_silhouette": "clusters",
    "plot_specification_curve": "specifications",
    "plot_truth_table": "truth_table",
    "plot_upset": "overlap",
    "plot_venn": "overlap",
    "plot_verdicts": "across",
    "plot_xy": "xy",
    "partial_dependence": "effects",
}

#: The functions that draw, in alphabetical order.
PLOTS = tuple(name for name in _HOME_OF if name.startswith("plot_"))

__all__ = ["PLOTS", "Figures", "Picture", "figures_of", "partial_dependence", *PLOTS]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
