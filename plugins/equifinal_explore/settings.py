"""The settings that can be moved: the parameters of calibrators and methods, read from their declarations."""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

import equifinal as eq

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Setting:
    """One number or choice of a calibrator or a method.

    Attributes
    ----------
    path : tuple
        Its place in the table of parameters: ``("crossover",)``, or ``("thresholds", 0)`` for the first of several.
    value
        The study's own value. ``None``: not given.
    choices : tuple
        The values allowed when it is not a number.
    minimum, maximum : float or None
        The limits of a slider: the observed scores for a score, the declared limits for other parameters.
    step : float or None
        The step of the slider; ``None`` without limits.
    description : str
        From the parameter's declaration.
    is_score : bool
        Whether it is in the unit of the raw scores, as an anchor is.
    """

    path: Path
    value: Any
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    description: str = ""
    is_score: bool = False

    @property
    def name(self) -> str:
        """The parameter's name, with its place where there are several.

        >>> Setting(("thresholds", 0), 30).name
        'thresholds[0]'
        """
        first, *rest = self.path
        return f"{first}{''.join(f'[{part}]' for part in rest)}"

    @property
    def has_slider(self) -> bool:
        """Whether both limits are known."""
        return self.minimum is not None and self.maximum is not None


def settings_of_set(variable: eq.Variable, raw: pd.Series) -> tuple[Setting, ...]:
    """The settings of a set's calibration; none for a condition with raw scores only.

    Parameters
    ----------
    variable
        The set.
    raw
        Its raw scores. The anchors' sliders range over them, and over anchors of the study that lie beyond them.
    """
    if variable.calibrator is None:
        return ()
    given = {key: value for key, value in variable.calibration.items() if key != "method"}
    return _settings(type(variable.calibrator), variable.calibrator.parameters() | given, (raw.min(), raw.max()), {})


def settings_of_method(method: eq.Method, raw: pd.DataFrame) -> tuple[Setting, ...]:
    """The settings of a method.

    Parameters
    ----------
    method
        With the study's parameters.
    raw
        The raw scores, one column per set: a number that belongs to a set (``{"LEAD": [30, 60]}``) is one of its scores.
    """
    ranges = {str(name): (scores.min(), scores.max()) for name, scores in raw.items()}
    return _settings(type(method), method.parameters(), None, ranges)


def changed_table(table: Mapping[str, Any], changes: Mapping[Path, Any]) -> dict[str, Any]:
    """A table of parameters with some of them changed; those that become ``None`` are left out.

    >>> changed_table({"thresholds": [30, 60]}, {("thresholds", 1): 70, ("below",): 2})
    {'thresholds': [30, 70], 'below': 2}
    """
    changed = copy.deepcopy({key: list(value) if isinstance(value, tuple) else value for key, value in table.items()})
    for path, value in changes.items():
        place: Any = changed
        for part in path[:-1]:
            place[part] = list(place[part]) if isinstance(place[part], tuple) else place[part]
            place = place[part]
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
    return changed


def _settings(
    cls: type, values: Mapping[str, Any], scores: tuple[float, float] | None, of_sets: Mapping[str, tuple[float, float]]
) -> tuple[Setting, ...]:
    schema = cls.model_json_schema()  # type: ignore[attr-defined]
    found = []
    for name, declared in schema["properties"].items():
        own = values.get(name)
        declared = declared | schema.get("$defs", {}).get(str(declared.get("$ref", "")).rpartition("/")[2], {})
        about = str(declared.get("description", ""))
        if choices := _choices(declared):
            found.append(Setting((name,), own, choices=choices, description=about))
            continue
        low, high = _limits(declared, own)
        for path, value in _numbers((name,), own):
            limits = next((of_sets[str(part)] for part in path if part in of_sets), scores)
            if low is None and high is None and limits:
                slider = _slider(min(limits[0], value), max(limits[1], value))
                found.append(Setting(path, value, (), *slider, about, is_score=True))
            else:
                step = None if low is None or high is None else _step(high - low)
                found.append(Setting(path, value, (), low, high, step, about))
    return tuple(found)


def _choices(declared: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a parameter that is not a number, with ``None`` when it may be left out."""
    branches = declared.get("anyOf", [declared])
    if any(branch.get("type") == "boolean" for branch in branches):
        return (True, False)
    allowed = [
        each for branch in branches for each in branch.get("enum", [branch["const"]] if "const" in branch else [])
    ]
    if not allowed:
        return ()
    nothing = (None,) if any(branch.get("type") == "null" for branch in branches) else ()
    return (*nothing, *allowed)


def _limits(declared: Mapping[str, Any], value: Any) -> tuple[float | None, float | None]:
    merged = {key: limit for branch in declared.get("anyOf", []) for key, limit in branch.items()} | dict(declared)
    low = merged.get("minimum", merged.get("exclusiveMinimum", merged.get("gt", merged.get("ge"))))
    high = merged.get("maximum", merged.get("exclusiveMaximum", merged.get("lt", merged.get("le"))))
    return low, high


def _numbers(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Every number in a parameter's value, with its place."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _numbers((*path, key), each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, each in enumerate(value):
            yield from _numbers((*path, place), each)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


def _slider(low: float, high: float) -> tuple[float, float, float]:
    """Limits and step of a slider over scores, in round numbers.

    >>> _slider(3.72, 87.31)
    (3.5, 87.5, 0.5)
    """
    step = _step(high - low)
    return round(math.floor(low / step) * step, 12), round(math.ceil(high / step) * step, 12), step


def _step(width: float) -> float:
    """The largest of 1, 2, 5, 10, 20, ... and their tenths, hundredths, ... that makes 150 steps or more."""
    if width <= 0:
        return 0.01
    power = math.floor(math.log10(width / 150))
    return max(step for step in (float(f"{digit}e{power}") for digit in (1, 2, 5)) if step <= width / 150 * (1 + 1e-9))
