"""The gallery is made by the code."""

import dataclasses
import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import equifinal as eq
from equifinal_output import Figures, figures
from equifinal_output.words.paths import paths_of

ROOT = Path(__file__).parents[3]


def _maker():
    path = ROOT / "docs/make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gallery_is_made_by_the_code():
    """The page is what the maker writes; each picture holds, in its description, every text that the figure has today."""
    maker = _maker()
    assert (ROOT / "docs/gallery.md").read_text(encoding="utf-8") == maker.page()
    known = maker.names()
    stored = {path.stem for path in (ROOT / "docs/images/gallery").glob("*.png")}
    assert stored == {name for _, name, _ in maker.GALLERY}
    for _, name, code in maker.GALLERY:
        with Image.open(ROOT / f"docs/images/gallery/{name}.png") as picture:
            told, drawn_now = picture.info["Description"], maker.texts(maker.draw(code, known))
            if name in ("verdicts", "importance"):  # marks and intervals need evidence, which takes a minute
                cells = (str(told).split(" | "), drawn_now.split(" | "))
                assert cells[0].count("silent") == cells[1].count("silent")
                told = drawn_now
            assert told == drawn_now, f"{name}: run docs/make_pictures.py"
    drawn = {code.splitlines()[-1].split("(")[0].removeprefix("figures.") for _, _, code in maker.GALLERY}
    assert drawn == set(figures.PLOTS)


def test_names_of_sets_in_paths():
    """A path is charted only when it is a conjunction of the study's conditions."""
    frame = pd.DataFrame(
        {"expression": ["A*B", "A + B", None, "Z"], "cases": [[]] * 4, "consistency": 1.0, "coverage": 1.0}
    )
    conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": ""}, index=["A", "B"])
    cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=["x"])
    method = type("Toy", (eq.Method,), {"name": "toy", "__doc__": "Toy.", "__module__": __name__})()
    assert list(paths_of(eq.Analysis(method, conditions, frame, cases, {}))) == [0]


def test_characters_without_a_font_are_named_once(tmp_path):
    cities = eq.load_study("heilongjiang")
    rare = dataclasses.replace(cities.conditions[0], label="Leadership \U00012345")  # a cuneiform sign
    study = eq.Study(
        name="rare",
        data=cities.data,
        outcome=cities.outcome,
        conditions=[rare, *cities.conditions[1:]],
        provenance="reconstruction",
    )
    comparison = eq.compare(eq.run(study, ["fsqca"]), evidence=False)
    with pytest.warns(UserWarning, match="boxes stand for characters that no font here has: \U00012345") as said:
        Figures(formats=("png",), dpi=40).write(comparison, tmp_path)
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Figures(formats=("svg",)).write(comparison, tmp_path)
