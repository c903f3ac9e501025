"""Variables: the outcome and the conditions, as a study declares them."""

import copy
import dataclasses
import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from equifinal.base.plain import plain
from equifinal.base.spelling import label, set_name
from equifinal.errors import InputError, check_text, did_you_mean
from equifinal.study.calibrator import Calibrator

Expectation = Literal["present", "absent"]

#: Columns of the standard tables, which a set may not be named after.
RESERVED = frozenset(
    {"n", "out", "case", "cases", "consistency", "pri", "coverage", "raw_coverage", "unique_coverage", "relevance"}
    | {"expression", "role", "direction", "evidence", "group", "predicted", "importance", "type", "outcome", "index"}
    | {"model_share", "core", "peripheral"}
)


@dataclass(frozen=True, eq=False)
class Variable:
    """A set: the outcome or a condition.

    Parameters
    ----------
    name
        The set's name in expressions: an identifier such as ``"LEAD"``.
    column
        The column with the raw scores; the default is the name.
    label
        The set in words, for readers; the default is the name.
    calibrate
        How raw scores become memberships: a :class:`~equifinal.Calibrator`, or a dict such as
        ``{"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}``. A condition without one has raw scores
        only; the outcome always needs one.
    expect
        The directional expectation: in which state, ``"present"`` or ``"absent"``, the condition should contribute to the
        outcome. ``None``: neither.
    manipulable
        Whether the condition can be changed; advice leaves out those that cannot.
    tags
        Free for plugins: plain data by name, such as ``{"dimension": "supply"}``.

    Raises
    ------
    InputError
        When the name is not an identifier, or the calibration is wrong; the message names the variable.

    Examples
    --------
    >>> Variable("LEAD", "leadership", calibrate={"method": "crisp", "threshold": 50}, expect="present").calibrator
    Crisp(threshold=50.0, thresholds=())
    """

    name: str
    column: str = ""
    label: str = ""
    calibrate: Calibrator | Mapping[str, Any] | None = None
    expect: Expectation | None = None
    manipulable: bool = True
    tags: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", set_name(self.name))
        where = f"Variable {self.name!r}: "
        if not isinstance(self.name, str) or not self.base_name.isidentifier() or keyword.iskeyword(self.base_name):
            raise InputError(
                f"{where}the name of a set must be an identifier: letters, digits and underscores, not starting with a "
                "digit, and not a word of Python's, because expressions such as 'LEAD*~FIN' use it. Rename it and put "
                "the long name into label."
            )
        if self.base_name in RESERVED:
            raise InputError(
                f"{where}the name is a column of the result tables. Choose another, such as {self.name.upper()!r}."
            )
        if self.expect not in ("present", "absent", None):
            raise InputError(f"{where}expect = {self.expect!r}. It must be 'present', 'absent', or left out.")
        if not isinstance(self.manipulable, bool):
            raise InputError(f"{where}manipulable = {self.manipulable!r}. It must be true or false.")
        if not isinstance(self.tags, Mapping) or not _is_plain(self.tags):
            raise InputError(
                f"{where}tags = {self.tags!r}. It must be a table of texts, numbers, true and false, and lists and tables of these."
            )
        object.__setattr__(self, "tags", copy.deepcopy(dict(self.tags)))
        if not isinstance(self.column, str):
            raise InputError(
                f"{where}column = {self.column!r}. It must be the name of a column, text; rename the column if it is a number."
            )
        for what in ("column", "label"):
            check_text(what, getattr(self, what), where)
        object.__setattr__(self, "column", label(self.column) or self.base_name)
        object.__setattr__(self, "label", self.label or self.name)
        if isinstance(self.calibrate, Mapping):  # a copy: the caller may go on changing the original
            object.__setattr__(self, "calibrate", dict(self.calibrate))
        _ = self.calibrator

    @property
    def base_name(self) -> str:
        """The name without the ``~`` that the outcome of a negated study has."""
        return self.name.removeprefix("~") if isinstance(self.name, str) else ""

    @property
    def negated(self) -> bool:
        """Whether this is the absence of the set that the column is calibrated for."""
        return self.name.startswith("~")

    @cached_property
    def calibrator(self) -> Calibrator | None:
        """The calibrator, not yet fitted; ``None`` for a condition with raw scores only."""
        if self.calibrate is None or isinstance(self.calibrate, Calibrator):
            return self.calibrate
        from equifinal.plugin.registry import calibrators

        where = f"Variable {self.name!r}, calibration: "
        if not isinstance(self.calibrate, Mapping):
            raise InputError(
                f"{where}{self.calibrate!r} is neither a Calibrator nor a table with a method and its anchors."
            )
        anchors = dict(self.calibrate)
        known = calibrators()
        method = anchors.pop("method", None)
        if not isinstance(method, str) or method not in known:
            problem = 'no method is given. Write method = "..."' if method is None else f"unknown method {method!r}"
            raise InputError(f"{where}{problem}. {did_you_mean(str(method or ''), known)}")
        built: Calibrator = known[method].cls.from_parameters(anchors, where)
        return built

    @property
    def calibration(self) -> dict[str, Any]:
        """How the set is calibrated, as a table of ``study.toml``: the method and the parameters given; empty without one.

        >>> from equifinal_calibration import Crisp
        >>> Variable("LEAD", calibrate=Crisp(threshold=50)).calibration
        {'method': 'crisp', 'threshold': 50.0}
        """
        if isinstance(self.calibrate, Mapping):
            return dict(self.calibrate)
        if self.calibrator is None:
            return {}
        fields, given = type(self.calibrator).model_fields, self.calibrator.parameters()
        defaults = {name: plain(field.get_default(call_default_factory=True)) for name, field in fields.items()}
        differing = {key: value for key, value in given.items() if fields[key].is_required() or value != defaults[key]}
        return {"method": self.calibrator.name, **differing}

    def opposite(self) -> "Variable":
        """The absence of this set."""
        name = self.base_name if self.negated else f"~{self.name}"
        label = self.label.removeprefix("Absence of: ") if self.negated else f"Absence of: {self.label}"
        return dataclasses.replace(self, name=name, label=label)


def _is_plain(value: Any) -> bool:
    """Whether a study file can hold a value as it is."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value))
