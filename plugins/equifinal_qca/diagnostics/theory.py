"""The evaluation of a theory: its expectations against the findings."""

import numpy as np
import pandas as pd

from equifinal import Expression, sets
from equifinal_qca.expressions import simplify
from equifinal_qca.inputs import memberships_in, outcome_memberships


def theory_evaluation(theory: str, solution: str, frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Compare the expectations of a theory with the findings of an analysis (Ragin 1987, ch. 7; Schneider & Wagemann 2012, ch. 11).

    Parameters
    ----------
    theory
        The hypothesis T: when the outcome is to be expected.
    solution
        The solution S, such as ``model.expression``.
    frame, outcome
        As in :func:`necessity`.

    Returns
    -------
    pandas.DataFrame
        One row each for ``T*S`` (expected and found), ``~T*S`` (found, not expected: extends the theory), ``T*~S`` (expected,
        not found: delimits it) and ``~T*~S``. Columns: ``expression``, the simplified intersection, ``"0"`` when
        it is logically empty; ``consistency``, ``pri`` and ``coverage`` of the intersection as a sufficient set, from the
        memberships min(T, S), min(1 - T, S) and so on; NaN where a denominator is 0; ``cases_with_outcome`` and
        ``cases_without_outcome``: the names of the cases with membership above 0.5 in it whose membership in the outcome is
        above and below 0.5. Schneider and Wagemann call cases in T most likely and others least likely cases, those
        with the outcome covered in S and uncovered outside it.

    Raises
    ------
    InputError
        For unknown sets, missing values, values outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import theory_evaluation
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 0, 1]}, index=list("uvwx"))
    >>> theory_evaluation("A*B", "A", frame, "Y")[["expression", "cases_with_outcome"]].values.tolist()
    [['A*B', ['u']], ['A*~B', ['v']], ['0', []], ['~A', ['x']]]
    """
    y = outcome_memberships(frame, outcome)
    expected, found = memberships_in(frame, [theory, solution]).T
    used = {*Expression(theory).sets, *Expression(solution).sets}
    order = [str(name) for name in frame.columns if name in used]
    records = {}
    for label, t, s in (("T*S", 1, 1), ("~T*S", 0, 1), ("T*~S", 1, 0), ("~T*~S", 0, 0)):
        x = np.minimum(expected if t else 1.0 - expected, found if s else 1.0 - found)
        text = f"{'' if t else '~'}({theory})*{'' if s else '~'}({solution})"
        records[label] = {
            "expression": simplify(text, order),
            "consistency": sets.consistency(x, y),
            "pri": sets.pri(x, y),
            "coverage": sets.coverage(x, y),
            "cases_with_outcome": [str(name) for name in frame.index[(x > 0.5) & (y > 0.5)]],
            "cases_without_outcome": [str(name) for name in frame.index[(x > 0.5) & (y < 0.5)]],
        }
    return pd.DataFrame(list(records.values()), index=pd.Index(records, name="intersection", dtype=str))
