"""What the tests of figures share."""

import numpy as np
import pandas as pd
import pytest
from figure_toys import DIRECT, Specified

import equifinal as eq


@pytest.fixture(scope="module")
def countries() -> eq.Comparison:
    methods = ["fsqca", "csqca", "regression", "clustering", "regression-membership"]
    return eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=methods), evidence=False)


@pytest.fixture(scope="module")
def cities() -> eq.Comparison:
    return eq.compare(
        eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "csqca", "regression", "clustering"]), evidence=False
    )


@pytest.fixture(scope="module")
def odd() -> eq.Comparison:
    """Names that mean something to HTML, mathtext or spreadsheets, several cases in one place, reconstructed data."""
    rng = np.random.default_rng(3)
    scores = rng.uniform(0, 100, (24, 3))
    scores[10:15] = scores[10]
    names = ["<b>bold</b>", "$x^2$ & co", "=cmd()", "line\nbreak", "bell\u2407", "a" * 70, "Å 漢字", '"quoted"']
    names += [f"A rather long name of case {number}, indeed" for number in range(8, 24)]
    data = pd.DataFrame(scores, index=names, columns=["a", "b", "c"])
    data["y"] = np.clip(0.6 * data[["a", "b"]].min(axis=1) + 0.4 * data.mean(axis=1) + rng.normal(0, 6, 24), 0, 100)
    long = "A label of considerable length, which nobody would put into a figure, but which somebody will"
    study = eq.Study(
        name="odd",
        title=f"<script>alert(1)</script> $title$ {long}",
        provenance="reconstruction",
        note="Made up & <i>reconstructed</i>.",
        data=data,
        outcome=eq.Variable("Y", "y", label="The $outcome$ <y>", calibrate=DIRECT),
        conditions=[
            eq.Variable("A_SET_WITH_A_LONG_NAME_INDEED", "a", label=long, calibrate=DIRECT),
            eq.Variable("B", "b", label="<b>B</b>", calibrate=DIRECT),
            eq.Variable("C", "c", calibrate=DIRECT),
        ],
        propositions=[{"id": "P1", "text": f"Claim <b> {long}", "claim": "necessary", "expression": "B"}],
    )
    return eq.compare(eq.run(study, methods=["fsqca", "csqca", "regression", "clustering"]), evidence=False)


@pytest.fixture(scope="module")
def specified() -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study("heilongjiang"), methods={"mine": Specified()}), evidence=False)
