"""Temporal QCA: conditions that say which of two events came first, and say nothing where one of them is missing."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from equifinal import InputError
from equifinal.errors import did_you_mean
from equifinal_qca.inputs import check_cases, check_frame

_DASHES = ("-", "–", "−")  # the order does not matter


def both_orders(frame: pd.DataFrame, orders: Sequence[str]) -> pd.DataFrame:
    """The cases of a temporal analysis, those without an order once for each order (Ragin & Strand 2008).

    A temporal condition such as EBA, "E before A", has no value where E or A does not happen: the order does not
    matter there. Such a case is evidence for both configurations, so the truth table is built as if it were in each of them,
    and minimization drops the condition by itself.

    Parameters
    ----------
    frame
        One row per case, one column per set. In a temporal condition a missing value or ``"-"`` says that the order does not
        matter.
    orders
        The columns of the temporal conditions.

    Returns
    -------
    pandas.DataFrame
        For :func:`truth_table`: the columns of `frame`, the temporal ones as numbers. A case without an order is there twice, as
        ``"case (EBA)"`` and ``"case (~EBA)"``; with several temporal conditions it is there in all their combinations.

    Raises
    ------
    InputError
        For unknown columns, repeated cases, and temporal conditions with other text.

    Notes
    -----
    A case that is there twice counts twice in the parameters of fit of paths. The rows of the truth table do not depend on it as
    long as every case in which both events happen has an order. Held to the result of R's QCA for the data of Caren &
    Panofsky (2005) that Ragin & Strand (2008) analyse.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import both_orders, minimize, truth_table
    >>> frame = pd.DataFrame({"E": [1, 1, 1, 0], "A": [1, 1, 0, 1], "EBA": [1, 0, "-", "-"], "Y": [1, 0, 1, 0]})
    >>> cases = both_orders(frame, ["EBA"])
    >>> list(cases.index)
    ['0', '1', '2 (EBA)', '2 (~EBA)', '3 (EBA)', '3 (~EBA)']
    >>> minimize(truth_table(cases, "Y")).best.expression
    'E*EBA + E*~A'
    """
    check_frame(frame)
    check_cases(frame)
    if isinstance(orders, str):
        raise InputError(f"orders = {orders!r} is a single text. Give a list of columns, [{orders!r}].")
    made = frame.copy()
    for name in orders:
        if name not in frame.columns:
            raise InputError(
                f"The temporal condition {name!r} is not a column. {did_you_mean(str(name), frame.columns)}"
            )
        column = frame[name].astype(object)
        made[name] = pd.to_numeric(column.where(~column.isin(_DASHES), np.nan), errors="coerce")
        if (strange := made[name].isna() & column.notna() & ~column.isin(_DASHES)).any():
            raise InputError(
                f"Column {name!r} has {column[strange].iloc[0]!r} in {frame.index[strange][0]}. "
                "Give 1, 0, or '-' where the order does not matter."
            )
    return _in_all_orders(made, list(orders))


def _in_all_orders(frame: pd.DataFrame, orders: list[str]) -> pd.DataFrame:
    """Each case in every combination of its open orders."""
    positions, names, filled = [], [], []
    for position, (case, row) in enumerate(zip(frame.index, frame[orders].to_numpy(dtype=float), strict=True)):
        open_ones = [order for order, value in zip(orders, row, strict=True) if np.isnan(value)]
        for chosen in product((1.0, 0.0), repeat=len(open_ones)):
            values = dict(zip(open_ones, chosen, strict=True))
            said = ", ".join(order if value else f"~{order}" for order, value in values.items())
            positions.append(position)
            names.append(f"{case} ({said})" if said else str(case))
            filled.append([values.get(order, value) for order, value in zip(orders, row, strict=True)])
    made = frame.iloc[positions].set_axis(pd.Index(names, name=frame.index.name))
    return made.assign(**{order: [row[place] for row in filled] for place, order in enumerate(orders)})
