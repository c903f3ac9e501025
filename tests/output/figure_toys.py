"""The figures show what the tables hold: positions and texts are read back from the axes, no pixels are compared."""

import numpy as np
import pandas as pd

import equifinal as eq

DIRECT = {"method": "direct", "full_out": 20, "crossover": 50.5, "full_in": 80}


class Specified(eq.Method):
    """Says the mean, and holds the estimates of several specifications."""

    name = "specified"

    def analyze(self, study, rng):
        conditions = pd.DataFrame(
            {"role": "none", "direction": 0, "evidence": "none"}, index=list(study.condition_names)
        )
        cases = pd.DataFrame({"group": None, "predicted": 0.5}, index=study.cases)
        groups = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        specifications = pd.DataFrame(
            {
                "estimate": [0.4, -0.1, np.nan, 0.2],
                "low": [0.1, -0.3, np.nan, -0.1],
                "high": [0.7, 0.1, np.nan, 0.5],
                "model": ["<b>logit</b>", "linear", "linear", "$x$"],
                "controls": [True, False, True, False],
            }
        )
        return eq.Analysis(self, conditions, groups, cases, {}, tables={"specifications": specifications})


def many(cases: int, conditions: int) -> eq.Study:
    rng = np.random.default_rng(cases + conditions)
    data = pd.DataFrame(rng.uniform(0, 100, (cases, conditions + 1)), columns=[f"c{k}" for k in range(conditions + 1)])
    data.index = pd.Index([f"case {number}" for number in range(cases)])
    return eq.Study(
        name="many",
        data=data,
        outcome=eq.Variable("Y", f"c{conditions}", calibrate=DIRECT),
        conditions=[eq.Variable(f"A{k}", f"c{k}", calibrate=DIRECT) for k in range(conditions)],
    )


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def ticks(axis) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in axis.get_ticklabels()]


def points(ax, marker=None) -> np.ndarray:
    """The markers drawn, shape (n, 2)."""
    lines = [
        line for line in ax.lines if line.get_marker() not in ("None", "|") and marker in (None, line.get_marker())
    ]
    return np.vstack([np.column_stack(line.get_data()) for line in lines]).astype(float)
