"""Any regressor of scikit-learn, or of a package that works like it, as a method of equifinal."""

import equifinal as eq
from equifinal_sklearn.estimators import Settings
from equifinal_sklearn.predictor import Predictor

__all__ = ["Predictor", "Settings"]

#: The version of the plugin interface that this is written for.
equifinal_api = 1

#: What a study says under [plugins.predictor].
equifinal_settings = Settings


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    return [Predictor]
