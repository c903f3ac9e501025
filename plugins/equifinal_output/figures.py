"""Figures, made with matplotlib in colours that the colour-blind tell apart."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

import equifinal as eq

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Figures", "plot_verdicts"]

#: Fill, text colour and sign per verdict. Fills after Okabe & Ito (2008), lightened; the signs tell them apart without colour.
STYLES = {
    "supported": ("#8fd3bf", "#00382b", "✔"),
    "contradicted": ("#f2b48c", "#5a2200", "✘"),
    "inconclusive": ("#f5e7a3", "#4d4200", "?"),
    "silent": ("#f3f3f3", "#595959", "·"),
}


def plot_verdicts(comparison: eq.Comparison, ax: "Axes | None" = None) -> "Axes":
    """Draw the verdict matrix: propositions in rows, methods in columns.

    Parameters
    ----------
    comparison
        What to draw.
    ax
        Where; by default in a new figure of fitting size.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_verdicts
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> ax = plot_verdicts(comparison)
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['fsqca', 'regression']
    """
    from matplotlib.figure import Figure

    verdicts = comparison.verdicts
    rows, columns = verdicts.shape
    if ax is None:
        figure = Figure(figsize=(5.2 + 1.35 * columns, 1.3 + 0.42 * rows), layout="constrained")
        ax = figure.add_subplot()
    for row, (identifier, answers) in enumerate(verdicts.iterrows()):
        for column, answer in enumerate(answers):
            _cell(ax, row, column, str(answer))
        text = comparison.propositions.loc[identifier, "text"] or identifier
        ax.text(-0.6, row, textwrap.shorten(str(text), 84), ha="right", va="center", fontsize=9)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), yticks=[])
    ax.set_xticks(range(columns), [textwrap.fill(str(label).replace("-", "-\u200b"), 12) for label in verdicts.columns])
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    title = comparison.study.title
    ax.set_title(f"{title}\n{comparison.banner}" if comparison.banner else title, fontsize=11, loc="left", pad=14)
    return ax


def _cell(ax: Any, row: int, column: int, answer: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    fill, ink, sign = STYLES[answer]
    box = FancyBboxPatch(
        (column - 0.46, row - 0.4), 0.92, 0.8, boxstyle="round,pad=0,rounding_size=0.08", fc=fill, ec="none"
    )
    ax.add_patch(box)
    ax.text(
        column,
        row,
        f"{sign} {answer}" if answer != "silent" else answer,
        ha="center",
        va="center",
        fontsize=8.5,
        color=ink,
    )


class Figures(eq.Output):
    """The verdict matrix as a picture (PNG and SVG)."""

    name = "figures"
    title = "Figures (PNG and SVG)"
    dpi: int = pydantic.Field(default=160, ge=20, description="Resolution of the PNG, in dots per inch.")

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        from matplotlib import rc_context

        folder = directory / "figures"
        folder.mkdir(exist_ok=True)
        figure = plot_verdicts(comparison).figure
        manifest = comparison.manifest
        stamp = f"equifinal {manifest['version']}, study {manifest['study']}, seed {manifest['seed']}"
        stamp += f", data SHA-256 {manifest['data_sha256']}"
        paths = [folder / f"verdicts.{kind}" for kind in ("png", "svg")]
        about = {"Title": comparison.study.title, "Description": stamp}
        # Without a date and with fixed names inside, the same comparison gives the same bytes.
        with rc_context({"svg.hashsalt": "equifinal"}):
            figure.savefig(paths[0], dpi=self.dpi, metadata=about)
            figure.savefig(paths[1], metadata={**about, "Date": None})
        return paths
