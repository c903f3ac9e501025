"""Which estimators a study may name, and how one is made.

A study file comes from somebody else, and importing a module runs it. So a class is imported only from scikit-learn, or from
an installed distribution that declares to need scikit-learn and that the study names in its settings; only a regressor is
then made of it. Nothing is imported before these checks, and never a module from the working directory.
"""

import importlib
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from typing import Any

import pydantic

import equifinal as eq
from equifinal.errors import did_you_mean, listing

_PATH = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+")


class Settings(pydantic.BaseModel):
    """What a study says under ``[plugins.predictor]``."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    packages: tuple[str, ...] = pydantic.Field(
        default=(),
        description="Installed packages besides scikit-learn whose regressors the study uses, such as lightgbm.",
    )


def regressor(path: str, parameters: Mapping[str, Any], packages: Sequence[str], seed: int) -> Any:
    """The estimator of a path, with its parameters, and with the seed where it has a ``random_state``.

    Raises
    ------
    InputError
        When the path is not trusted, does not lead to a regressor, or has not these parameters.
    """
    found = _class(path, packages)
    try:
        estimator = found(**parameters)
        known = estimator.get_params()
    except TypeError as error:
        unknown = [name for name in parameters if name not in _names(found)]
        hint = did_you_mean(unknown[0], _names(found)) if unknown else str(error)
        raise eq.InputError(
            f"The estimator {path!r} does not take these parameters ({listing(parameters)}). {hint}"
        ) from None
    if "random_state" in known and "random_state" not in parameters:
        estimator.set_params(random_state=seed)
    return estimator


def _names(found: Any) -> list[str]:
    return list(found._get_param_names())


def _class(path: str, packages: Sequence[str]) -> Any:
    from sklearn.base import BaseEstimator, RegressorMixin

    if not _PATH.fullmatch(path):
        raise eq.InputError(f'estimator = {path!r} is not a path such as "sklearn.ensemble.RandomForestRegressor".')
    _check_trusted(path, packages)
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise eq.InputError(f"The estimator {path!r} cannot be imported: {error}.") from None
    if not (isinstance(found, type) and issubclass(found, BaseEstimator) and issubclass(found, RegressorMixin)):
        raise eq.InputError(f"{path!r} is not a regressor: a class that predicts numbers, made as scikit-learn's are.")
    return found


def _check_trusted(path: str, packages: Sequence[str]) -> None:
    package = path.partition(".")[0]
    if package == "sklearn":
        return
    if package not in packages:
        raise eq.InputError(
            f"The estimator {path!r} does not come from scikit-learn. If you trust the package, name it in the study: "
            f'[plugins.predictor] with packages = ["{package}"].'
        )
    distributions = packages_distributions().get(package, [])
    if not distributions:
        raise eq.InputError(f"The package {package!r} of the estimator {path!r} is not installed.")
    if not any(_needs_scikit_learn(each) for each in distributions):
        raise eq.InputError(
            f"The package {package!r} of the estimator {path!r} does not declare that it needs scikit-learn, so it is not used."
        )


def _needs_scikit_learn(distribution: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        return any(canonicalize_name(Requirement(each).name) == "scikit-learn" for each in requires(distribution) or [])
    except (PackageNotFoundError, InvalidRequirement):
        return False
