"""What the tests of tables for papers share."""

import numpy as np
import pandas as pd
import pytest
from paper_toys import CASES, NASTY, Stranger, Tenth

import equifinal as eq
from equifinal_output import (
    PublicationTable,
    publication_tables,
)


@pytest.fixture(scope="module")
def strange() -> eq.Comparison:
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.uniform(0, 10, (len(CASES), 3)), columns=["a", "b", "y"], index=CASES)
    study = eq.Study(
        name="=study",
        title=f"Title {NASTY}",
        data=data,
        provenance="reconstruction",
        note=f"Note {NASTY}",
        source=NASTY,
        outcome=eq.Variable("Y", "y", label=f"Outcome {NASTY}", calibrate=Tenth()),
        conditions=[
            eq.Variable("A", "a", label=f"=A {NASTY}", calibrate=Tenth()),
            eq.Variable("B", "b", calibrate=Tenth()),
        ],
        propositions=[
            {"id": f"P{number}", "text": f"={number} {NASTY}", "claim": "necessary", "expression": "A"}
            for number in range(4)
        ],
    )
    labels = {"=first[a]/b:c": Stranger(), f"<i>{'x' * 40}": Stranger(), f"<i>{'x' * 41}": Stranger()}
    return eq.compare(eq.run(study, methods=labels), evidence=False)


@pytest.fixture(scope="module")
def barometer() -> eq.Comparison:
    methods = ["fsqca", "csqca", "regression", "regression-membership", "clustering"]
    return eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=methods), evidence=False)


@pytest.fixture(scope="module")
def tables(barometer: eq.Comparison) -> dict[str, PublicationTable]:
    return {table.name: table for table in publication_tables(barometer)}
