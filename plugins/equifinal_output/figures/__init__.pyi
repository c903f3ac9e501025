from .across import plot_agreement as plot_agreement
from .across import plot_importance as plot_importance
from .across import plot_verdicts as plot_verdicts
from .calibration import plot_calibration as plot_calibration
from .clusters import plot_dendrogram as plot_dendrogram
from .clusters import plot_profiles as plot_profiles
from .clusters import plot_silhouette as plot_silhouette
from .configurations import plot_configurations as plot_configurations
from .effects import partial_dependence as partial_dependence
from .effects import plot_coefficients as plot_coefficients
from .effects import plot_partial_dependence as plot_partial_dependence
from .groups import plot_groups as plot_groups
from .necessity import plot_necessity as plot_necessity
from .output import Figures as Figures
from .overlap import plot_upset as plot_upset
from .overlap import plot_venn as plot_venn
from .pictures import Picture as Picture
from .pictures import figures_of as figures_of
from .radar import plot_radar as plot_radar
from .specifications import plot_specification_curve as plot_specification_curve
from .truth_table import plot_truth_table as plot_truth_table
from .xy import plot_xy as plot_xy

__all__: list[str]
PLOTS: tuple[str, ...]
