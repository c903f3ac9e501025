"""Make the pictures of the README and the docs, and the page gallery.md, from the code: ``python docs/make_pictures.py``."""

import inspect
from pathlib import Path
from typing import Any

from equifinal_output import figures

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"

START = """\
import equifinal as eq
from equifinal_output import figures

comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014")))
"""

#: The last line draws; those before it make what it draws.
SPECIFICATIONS = """\
import dataclasses
from itertools import combinations, product

import pandas as pd
from equifinal_regression import Regression

study, rows = comparison.study, []
lead, *others = study.conditions
subsets = [each for count in range(4) for each in combinations(others, count)]
for controls, covariance in product(subsets, ["HC3", "classical"]):
    smaller = dataclasses.replace(study, conditions=[lead, *controls], propositions=[], methods={}, case=None)
    regression = eq.run(smaller, methods={"regression": Regression(covariance=covariance)})["regression"]
    found = regression.tables["coefficients"].loc["LEAD"]
    choices = {"controls": ", ".join(each.name for each in controls) or "none", "covariance": covariance}
    rows.append(choices | {"estimate": found["coefficient"], "low": found["ci_low"], "high": found["ci_high"]})
figures.plot_specification_curve(pd.DataFrame(rows))"""

#: A heading, the name of the picture, and the code that draws it.
GALLERY = [
    ("Across methods", "verdicts", "figures.plot_verdicts(comparison)"),
    ("", "agreement", 'figures.plot_agreement(comparison, "predictions")'),
    ("", "importance", "figures.plot_importance(comparison)"),
    ("", "partial-dependence", 'figures.plot_partial_dependence(comparison, "LEAD")'),
    ("Data", "calibration", 'figures.plot_calibration(comparison, "LEAD")'),
    ("", "venn", "figures.plot_venn(comparison)"),
    ("", "upset", "figures.plot_upset(comparison)"),
    ("Set-theoretic methods", "truth-table", 'figures.plot_truth_table(comparison, "fsqca")'),
    ("", "configurations", 'figures.plot_configurations(comparison, "fsqca")'),
    ("", "xy", 'figures.plot_xy(comparison, "fsqca")'),
    ("", "xy-path", 'figures.plot_xy(comparison, "fsqca", "LEAD*DEM*FIN")'),
    ("", "radar", 'figures.plot_radar(comparison, "fsqca")'),
    ("", "groups", 'figures.plot_groups(comparison, "region", "fsqca")'),
    ("", "necessity", 'figures.plot_necessity(comparison, "fsqca")'),
    ("Regression", "coefficients", 'figures.plot_coefficients(comparison, "regression")'),
    ("Clustering", "profiles", 'figures.plot_profiles(comparison, "clustering")'),
    ("", "dendrogram", 'figures.plot_dendrogram(comparison, "clustering")'),
    ("", "silhouette", 'figures.plot_silhouette(comparison, "clustering")'),
    ("For methods of your own", "specification-curve", SPECIFICATIONS),
]

INTRODUCTION = """\
<!-- Made by make_pictures.py; change it there. -->

# Gallery

Every figure is a function `plot_...` that returns matplotlib's axes, so you can change what you like, put several into one figure
(`ax=`), and save it in any format. `equifinal compare STUDY -o report -f figures` writes all the figures of a study; in Python
`figures.figures_of(comparison)` lists them, each with a title, a text for readers who cannot see it, and an SVG for a web page. A
figure takes its numbers from the tables of an analysis: a method of your own that has the same tables is drawn in the same way.

```python
{start}```

The colours are those of Okabe & Ito, which colour-blind readers can tell apart, and each comes with a sign. Chinese, Japanese and
Korean names need a font that has their characters, such as Noto Sans CJK; in SVG they are text, shown in the reader's own font.
Matplotlib keeps a list of fonts: after installing one, empty the folder that `matplotlib.get_cachedir()` names.
"""

SAVING = """
## Change and save

```python
ax = figures.plot_xy(comparison, "fsqca")
ax.set_xlabel("Membership in the two paths")
ax.figure.savefig("xy.pdf")
```

Two in one figure of your own:

```python
from matplotlib.figure import Figure

figure = Figure(figsize=(11, 5), layout="constrained")
left, right = figure.subplots(1, 2)
figures.plot_importance(comparison, ax=left)
figures.plot_necessity(comparison, "fsqca", ax=right)
figure.savefig("two.png")
```

A figure of sets of your choice, or of a study before anything is compared:

```python
study = eq.load_study("heilongjiang")
figures.plot_venn(study, ["LEAD", "DEM", "FIN"])
figures.plot_calibration(study, "OPEN")
```
"""


def names() -> dict[str, Any]:
    """What the code of the gallery draws from."""
    found: dict[str, Any] = {}
    exec(START, found)
    return found


def draw(code: str, known: dict[str, Any]) -> Any:
    """The figure that a line of the gallery makes."""
    *before, last = code.splitlines()
    exec("\n".join(before), known)
    return eval(last, known).figure


def texts(figure: Any) -> str:
    """Every text of a figure, numbers included; its PNG holds them, so that a test can tell whether it is up to date."""
    from matplotlib.text import Text

    found = [each.get_text() for each in figure.findobj(Text) if each.get_visible()]
    return " | ".join(" ".join(text.split()) for text in found if text.strip())


def page() -> str:
    """The page gallery.md."""
    parts = [INTRODUCTION.format(start=START)]
    for heading, name, code in GALLERY:
        function = getattr(figures, code.splitlines()[-1].split("(")[0].removeprefix("figures."))
        sentence = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        parts.append(f"\n## {heading}\n" if heading else "")
        parts.append(f"\n{sentence}\n\n```python\n{code}\n```\n\n![{sentence}](images/gallery/{name}.png)\n")
    return "".join([*parts, SAVING])


def main() -> None:
    known = names()
    folder = IMAGES / "gallery"
    folder.mkdir(exist_ok=True)
    for _, name, code in GALLERY:
        figure = draw(code, known)
        figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Description": texts(figure)})
        print(folder / f"{name}.png")
    figure = draw("figures.plot_verdicts(comparison)", known)
    figure.savefig(IMAGES / "verdicts.png", dpi=110)
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
