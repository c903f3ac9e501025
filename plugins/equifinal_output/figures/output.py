"""The format ``figures``: every figure of a comparison as files."""

import warnings
from pathlib import Path
from typing import Any, Literal

import pydantic

import equifinal as eq
from equifinal.errors import listing
from equifinal_output.figures.pictures import figures_of
from equifinal_output.words.names import stamp


class Figures(eq.Output):
    """Every figure that the comparison has, as pictures: verdicts, agreement, data, and each method's own.

    The files are in the folder ``figures``; what the methods found decides which there are. The same comparison gives the
    same bytes.
    """

    name = "figures"
    title = "Figures (PNG, SVG, PDF)"

    formats: tuple[Literal["png", "svg", "pdf"], ...] = pydantic.Field(
        default=("png", "svg"), min_length=1, description="Kinds of files; any of png, svg and pdf."
    )
    dpi: int = pydantic.Field(default=160, ge=20, description="Resolution of the PNG, in dots per inch.")

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``figures/*``; see :meth:`equifinal.Output.write`."""
        from equifinal_output.figures.style import in_style, noting_missing

        folder = directory / "figures"
        folder.mkdir(exist_ok=True)
        paths = []
        boxes: dict[str, None] = {}
        for picture in figures_of(comparison):
            figure = picture.figure
            about = {"Title": f"{picture.title}. {comparison.calibrated.title}"}
            says = {"png": "Description", "svg": "Description", "pdf": "Subject"}
            # Without a date and with fixed names inside, the same comparison gives the same bytes.
            undated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
            # Text without hinting is faster, and never wider than the text by which the figure was laid out.
            with in_style(**{"svg.hashsalt": picture.name, "text.hinting": "none"}), noting_missing(boxes):
                for kind in dict.fromkeys(self.formats):
                    path = folder / f"{picture.name}.{kind}"
                    described = {**about, says[kind]: f"{picture.alt} {stamp(comparison)}", **undated[kind]}
                    # Level 1 takes a fraction of the time of level 6, for slightly larger files.
                    options: dict[str, Any] = {"pil_kwargs": {"compress_level": 1}} if kind == "png" else {}
                    figure.savefig(path, dpi=self.dpi, metadata=described, **options)
                    paths.append(path)
        if boxes and set(self.formats) != {"svg"}:  # in SVG text is text, which the reader's own fonts show
            _warn_of_boxes(list(boxes))
        return paths


def _warn_of_boxes(characters: list[str]) -> None:
    from matplotlib import get_cachedir

    warnings.warn(
        f"In the figures boxes stand for characters that no font here has: {listing(characters)}. Install a font that has "
        f"them, such as Noto Sans CJK for Chinese, and empty matplotlib's list of fonts in {get_cachedir()}; or take the "
        "SVG files.",
        stacklevel=3,
    )
