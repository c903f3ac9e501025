"""A method that nobody knows, and names that mean something to every format."""

import numpy as np
import pandas as pd

import equifinal as eq

NASTY = (
    "<script>alert('x')</script> | `code` & 100% _x_ #1 ~y {z} \\foo $5 ^ [link](http://example.org/x) =1+1 ● 漢 é ą"
)


CASES = ["<b>bold</b>", "=cmd()", "a|b", "+plus", "-5 steps", "@home", "\ttab", "100% & _x_", "line\nbreak", "Å 漢"]


class Tenth(eq.Calibrator):
    """A tenth of the score."""

    name = "tenth"

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return (raw / 10).clip(0, 1)


class Stranger(eq.Method):
    """A method that nobody knows, with the tables that everybody reads <i>."""

    name = "stranger"
    sufficient_paths = True
    row_cutoff: float = 0.75
    necessity_cutoff: float = 0.875

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        names = list(calibrated.condition_names)
        cases = list(calibrated.cases)
        configurations = pd.DataFrame(
            {
                "expression": ["A*~B", "B", "A + B"],
                "cases": [cases[:4], [], cases],
                "consistency": [0.1 + 0.2, np.nan, 0.99951],
                "coverage": [1 / 3, 0.0, 1.0],
                "core": ["A", "", "A + B"],
            },
            index=["first =1+1", "second", NASTY],
        )
        tables = {
            "truth_table": pd.DataFrame(
                {
                    "A": [0, 1, 1],
                    "B": [0, 0, 1],
                    "out": ["0", "1", "?"],
                    "n": [5, 4, 1],
                    "consistency": [0.125, 0.875, np.nan],
                    "cases": [cases[:5], cases[5:9], cases[9:]],
                }
            ),
            "necessity": pd.DataFrame({"odds": [1 / 7, 2.0], "said": ["no", "yes"]}, index=["A", "=B+A"]),
            "coefficients": pd.DataFrame(
                {"coefficient": [-0.5, 1e-5], "std_error": [1 / 3, np.nan]}, index=["constant", "A*B"]
            ),
        }
        return eq.Analysis(
            self,
            conditions=pd.DataFrame({"role": "none", "direction": 0, "evidence": NASTY}, index=names),
            configurations=configurations,
            cases=pd.DataFrame(
                {"group": None, "predicted": calibrated.fuzzy[names].mean(axis=1)}, index=calibrated.cases
            ),
            fit={"consistency": 0.625, "coverage": 0.375, "n": len(cases)},
            tables=tables,
            notes=[NASTY],
        )

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        return eq.Verdict(
            ("supported", "contradicted", "inconclusive", "silent")[int(proposition.id[1:])], evidence=NASTY
        )
