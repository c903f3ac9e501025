"""Calibrators with three or six anchors: direct, linear, power."""

from typing import Self

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_calibration.scores import Floats, memberships, outside, spell, strangers, values

_THREE = ("full_out", "crossover", "full_in")
_SIX = ("full_out_low", "crossover_low", "full_in_low", "full_in_high", "crossover_high", "full_out_high")
_SIX_OF_A_VALLEY = ("full_in_low", "crossover_low", "full_out_low", "full_out_high", "crossover_high", "full_in_high")


def _anchor(what: str) -> float | None:
    field: float | None = pydantic.Field(default=None, description=what)
    return field


class _Anchors(pydantic.BaseModel):
    """Three anchors for a set that rises or falls with the score, or six for a bell or a valley."""

    model_config = pydantic.ConfigDict(
        json_schema_extra={"examples": [{"full_out": 20, "crossover": 50, "full_in": 80}]}
    )

    full_out: float | None = _anchor("Three anchors: the score that is fully out of the set.")
    crossover: float | None = _anchor("Three anchors: the score that is neither in nor out.")
    full_in: float | None = _anchor("Three anchors: the score fully in; below full_out for a falling set.")
    full_out_low: float | None = _anchor("Six anchors: fully out, on the low side.")
    crossover_low: float | None = _anchor("Six anchors: the crossover on the low side.")
    full_in_low: float | None = _anchor("Six anchors: fully in, on the low side.")
    full_in_high: float | None = _anchor("Six anchors: fully in, on the high side.")
    crossover_high: float | None = _anchor("Six anchors: the crossover on the high side.")
    full_out_high: float | None = _anchor("Six anchors: fully out, on the high side.")

    @property
    def anchors(self) -> dict[str, float]:
        """The anchors that are given, in the order of the fields."""
        return {name: value for name in (*_THREE, *_SIX) if (value := getattr(self, name)) is not None}

    @pydantic.model_validator(mode="after")
    def _check_anchors(self) -> Self:
        given = self.anchors
        three, six = [name for name in _THREE if name in given], [name for name in _SIX if name in given]
        if three and six:
            raise ValueError(f"give three anchors ({', '.join(_THREE)}) or six ({', '.join(_SIX)}), not {spell(given)}")
        wanted = _SIX if six else _THREE
        missing = [name for name in wanted if name not in given]
        if missing:
            has = f" beside {spell(given)}" if given else ""
            other = "" if given else f"; or, for a bell-shaped set, {', '.join(_SIX)}"
            raise ValueError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing{has}{other}")
        if six:
            right = self._rises(_SIX) or self._rises(_SIX_OF_A_VALLEY)
            order = f"rise in the order {', '.join(_SIX)} (a bell) or {', '.join(_SIX_OF_A_VALLEY)} (a valley)"
        else:
            right = self._rises(_THREE) or self._rises(_THREE[::-1])
            order = f"rise or fall in the order {', '.join(_THREE)}, no two of them equal"
        if not right:
            raise ValueError(f"the anchors must {order}; they are {spell(given)}")
        return self

    def _rises(self, order: tuple[str, ...]) -> bool:
        steps = np.diff([getattr(self, name) for name in order])
        flat = 2 if len(order) == 6 else None  # the plateau of a bell may be a single score
        return all(step > 0 or (step == 0 and number == flat) for number, step in enumerate(steps))

    def _piecewise(self, x: Floats, below: float, above: float) -> Floats:
        if self.full_out is not None:
            return self._flank(x, "", below, above)
        low, high = self._flank(x, "_low", below, above), self._flank(x, "_high", below, above)
        return np.minimum(low, high) if self._rises(_SIX) else np.maximum(low, high)

    def _flank(self, x: Floats, side: str, below: float, above: float) -> Floats:
        full_out, crossover, full_in = (getattr(self, name + side) for name in _THREE)
        risen = np.clip((x - full_out) / (crossover - full_out), 0.0, 1.0)
        to_rise = np.clip((full_in - x) / (full_in - crossover), 0.0, 1.0)
        result: Floats = np.where(risen < 1.0, 0.5 * risen**below, 1.0 - 0.5 * to_rise**above)
        return result

    def notes(self, raw: pd.Series) -> list[str]:
        return [*outside(self.anchors, raw), *strangers(self.anchors.values(), raw)]


class Direct(_Anchors, eq.Calibrator):
    """The direct method: log-odds of membership are linear in the score on each side of the crossover.

    With three anchors, membership is ``idm`` at ``full_in``, 0.5 at ``crossover`` and ``1 - idm`` at ``full_out``, and
    tends to 1 and 0 beyond. A ``full_in`` below ``full_out`` gives a set that falls with the score. With six anchors
    the set is a bell (high in the middle) or, with in and out exchanged in the order of the anchors, a valley; its
    flanks are straight lines, as in :class:`Linear`, and reach 0 and 1.

    Formula: Ragin (2008), *Redesigning Social Inquiry*, ch. 5; six anchors: Duşa (2019), *QCA with R*, ch. 4. The fsQCA
    program uses log-odds of ±3, which is ``idm = 0.9525741``.

    Raises
    ------
    equifinal.InputError
        When anchors are missing, equal or out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.Series([20, 50, 65, 80])
    >>> Direct(full_out=20, crossover=50, full_in=80).calibrate(raw).round(3).tolist()
    [0.05, 0.5, 0.813, 0.95]
    >>> bell = Direct(
    ...     full_out_low=10, crossover_low=25, full_in_low=40, full_in_high=60, crossover_high=75, full_out_high=90
    ... )
    >>> bell.calibrate(raw).round(3).tolist()
    [0.333, 1.0, 0.833, 0.333]
    """

    name = "direct"
    reference = "Ragin, C. C. (2008). Redesigning Social Inquiry. University of Chicago Press, ch. 5."

    idm: float = pydantic.Field(
        default=0.95, gt=0.5, lt=1, description="Membership at full_in, and 1 - idm at full_out. Three anchors only."
    )

    @pydantic.model_validator(mode="after")
    def _check_idm(self) -> Self:
        if self.full_out is None and "idm" in self.model_fields_set:
            raise ValueError(f"idm = {self.idm:g} applies to three anchors; with six, full_in means 1 and full_out 0")
        return self

    def calibrate(self, raw: pd.Series) -> pd.Series:
        x = values(raw)
        if self.full_out is None or self.crossover is None or self.full_in is None:
            return memberships(self._piecewise(x, 1.0, 1.0), raw)
        above = (x - self.crossover) / (self.full_in - self.crossover)
        below = (x - self.crossover) / (self.crossover - self.full_out)
        log_odds = np.where(above > 0, above, below) * np.log(self.idm / (1.0 - self.idm))
        return memberships(0.5 + 0.5 * np.tanh(0.5 * log_odds), raw)  # the logistic function, without overflow


class Linear(_Anchors, eq.Calibrator):
    """Straight lines between the anchors, or powers of them; 0 and 1 outside.

    Below the crossover ``0.5 * ((x - full_out) / (crossover - full_out)) ** below``, above it
    ``1 - 0.5 * ((full_in - x) / (full_in - crossover)) ** above``. A ``full_in`` below ``full_out`` gives a set that
    falls with the score. With six anchors the set is a bell or, with in and out exchanged in their order, a valley, and
    each flank follows the same formula.

    Formula: Duşa (2019), *QCA with R*, ch. 4.

    Raises
    ------
    equifinal.InputError
        When anchors are missing, equal or out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> Linear(full_out=20, crossover=50, full_in=80).calibrate(pd.Series([10, 35, 50, 65])).tolist()
    [0.0, 0.25, 0.5, 0.75]
    """

    name = "linear"
    reference = "Duşa, A. (2019). QCA with R: A Comprehensive Resource. Springer, ch. 4."

    below: float = pydantic.Field(default=1.0, gt=0, description="Exponent below the crossover; 1 is a straight line.")
    above: float = pydantic.Field(default=1.0, gt=0, description="Exponent above the crossover; 1 is a straight line.")

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return memberships(self._piecewise(values(raw), self.below, self.above), raw)


class Power(Linear):
    """Powers between the anchors, 0 and 1 outside: ``linear`` under the name that its exponents suggest.

    Examples
    --------
    >>> import pandas as pd
    >>> Power(full_out=20, crossover=50, full_in=80, below=2, above=2).calibrate(pd.Series([35, 50, 65])).tolist()
    [0.125, 0.5, 0.875]
    """

    name = "power"
