"""What all figures share: colours, axes to draw on and headings."""

import inspect
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec

import equifinal as eq
from equifinal.plain import banner
from equifinal_output.words.names import labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

#: Text and axes. A page that shows a figure puts its own text colour there.
INK = "#1d1d1c"

# Okabe & Ito (2008), Color universal design: the colour-blind can tell them apart.
BLUE, VERMILLION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, YELLOW = "#56B4E9", "#E69F00", "#F0E442"
COLOURS = (BLUE, VERMILLION, GREEN, PINK, SKY, ORANGE, INK, "#808080")
#: A marker for each colour, so that nothing depends on colour alone.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p")

_STYLE = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none",  # text stays text
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"), INK
    ),
}


#: Font families with Chinese, Japanese and Korean characters, which matplotlib's own lacks.
_EAST_ASIAN = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "Arial Unicode MS",
)


@cache
def style() -> dict[str, Any]:
    """Settings of matplotlib for all figures, with the fonts available."""
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    return {**_STYLE, "font.family": ["sans-serif", *(name for name in _EAST_ASIAN if name in there)]}


@contextmanager
def in_style(**further: Any) -> Iterator[None]:
    """Apply the settings of all figures while something is drawn or saved."""
    import matplotlib as mpl

    settings: Any = {**style(), **further}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Characters that no font has are shown as boxes; in SVG the reader's own fonts show them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@contextmanager
def noting_missing(characters: dict[str, None]) -> Iterator[None]:
    """Within `in_style`, collect the characters that no font has, in order of appearance."""
    show = warnings.showwarning

    def note(message: Warning | str, *place: Any, **more: Any) -> None:
        if glyph := re.match(r"Glyph (\d+) ", str(message)):
            characters[chr(int(glyph[1]))] = None
        else:
            show(message, *place, **more)

    with warnings.catch_warnings():
        warnings.filterwarnings("always", message="Glyph .* missing from")
        warnings.showwarning = note
        yield


P = ParamSpec("P")

#: What the functions that draw have in common, said once for the documentation of all.
_SHARED = {
    "comparison": "    What to draw.",
    "method": "    Label in the comparison; by default the first method that has what is drawn.",
    "ax": "    Where to draw; by default in a new figure of fitting size.",
}
_RAISES = (
    "Raises\n------\nequifinal.InputError\n    When there is nothing of the kind to draw, or an argument is wrong.\n\n"
)


def drawn(plot: Callable[P, "Axes"]) -> Callable[P, "Axes"]:
    """Draw in the project's style, whatever the user has set, and complete the documentation; other figures keep their style."""

    @wraps(plot)
    def styled(*arguments: P.args, **options: P.kwargs) -> "Axes":
        with in_style():
            ax = plot(*arguments, **options)
            # Tick labels are made on first use: here, while a dollar sign is a dollar sign.
            for each in (ax, *ax.child_axes):
                each.get_xticklabels(), each.get_yticklabels()
            return ax

    styled.__doc__ = _documented(plot)
    return styled


def _documented(plot: Callable[..., Any]) -> str:
    """The documentation with the parameters and errors that functions share, in the order of the signature."""
    before, heading, after = inspect.cleandoc(plot.__doc__ or "").partition("Parameters\n----------\n")
    own, _, rest = after.partition("\n\n")
    texts = {**_SHARED, **dict(re.findall(r"^(\w+)\n((?: +.*\n?)+)", own, flags=re.M))}
    listed = "\n".join(f"{name}\n{texts[name].rstrip()}" for name in inspect.signature(plot).parameters)
    rest = re.sub(r"^(?=(?:Notes|Examples)\n-)", _RAISES, rest, count=1, flags=re.M)
    return f"{before}{heading}{listed}\n\n{rest}\n"


def sized(ax: "Axes | None", width: float, height: float) -> tuple["Axes", bool]:
    """The axes passed in, or new ones of that size (inches) in their own figure, and whether they are new."""
    if ax is not None:
        if not hasattr(ax, "get_tightbbox"):
            raise eq.InputError(
                f"ax must be axes of matplotlib, as plt.subplots() returns them, not {type(ax).__name__}."
            )
        whole: Any = ax.figure
        whole.draw_without_rendering()  # placing things by position needs a layout
        return ax, False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width + 2, height + 2))
    FigureCanvasAgg(figure)
    return figure.add_axes((1 / (width + 2), 1 / (height + 2), width / (width + 2), height / (height + 2))), True


def whole_ticks(axis: "Axis") -> None:
    """Put ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))


#: Around a figure, and between its parts, in inches.
_MARGIN, _BETWEEN = 0.1, 0.09
_NARROWEST = 4.4


def finish(
    ax: "Axes",
    own: bool,
    source: Any,
    title: str,
    figures: str = "",
    note: str = "",
    legend: Mapping[str, Any] | None = None,
) -> "Axes":
    """Write what surrounds a drawing, and make its figure just large enough for everything.

    Parameters
    ----------
    ax, own
        From :func:`sized`. A new figure is laid out around the axes, whose size stays; in the user's figure, heading,
        legend and note are placed around the axes.
    source
        The comparison, study or analysis drawn, or ``None``: the heading names the study and the outcome, with a banner for
        data that were not observed.
    title, figures
        What is drawn, and a line with numbers.
    note
        A remark below, such as what is left out.
    legend
        Options of a legend below the drawing; ``None`` for none.
    """
    reach = _reach(ax, own)
    if legend is not None:
        reach = _with_legend(ax, reach, legend)
    lines = [line for line in (figures, *_about(source)) if line]
    if own:
        _fit_figure(ax.figure, reach, title, lines, note)
        return ax
    heading = "\n".join(wrapped(line, int(reach.width * 12.2)) for line in (title, *lines))
    ax.set_title(heading, loc="left", fontsize=10)
    if note:
        below = (-reach.left * 72, -(reach.bottom + _BETWEEN) * 72)
        text = wrapped(note, int(reach.width * 14.5))
        ax.annotate(text, (0, 0), below, xycoords="axes fraction", textcoords="offset points", va="top", fontsize=8)
    return ax


class _Reach(NamedTuple):
    """How far everything reaches beyond the axes, and the size of the axes, in inches."""

    left: float
    right: float
    top: float
    bottom: float
    width: float
    height: float


def _renderer(ax: "Axes") -> Any:
    canvas: Any = ax.figure.canvas
    return canvas.get_renderer() if hasattr(canvas, "get_renderer") else None


def _reach(ax: "Axes", own: bool) -> _Reach:
    renderer = _renderer(ax)
    inner, dpi = ax.get_window_extent(renderer), ax.figure.dpi
    width, height = inner.width, inner.height  # before an aspect is applied
    boxes: list[Any] = [each.get_tightbbox(renderer) for each in (ax.figure.axes if own else [ax])]
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    beyond = (inner.x0 - left, right - inner.x1, high - inner.y1, inner.y0 - low, width, height)
    return _Reach(*(float(each) / dpi for each in beyond))


def _with_legend(ax: "Axes", reach: _Reach, legend: Mapping[str, Any]) -> _Reach:
    """Put a legend below everything, and count it in."""
    options = {
        "loc": "upper left",
        "bbox_to_anchor": (-reach.left / reach.width, -(reach.bottom + _BETWEEN) / reach.height),
        "borderaxespad": 0.0,
        "borderpad": 0.0,
        "handletextpad": 0.5,
        "columnspacing": 1.4,
    }
    renderer = _renderer(ax)
    box = ax.legend(**{**options, **legend}).get_window_extent(renderer)
    inner, dpi = ax.get_window_extent(renderer), ax.figure.dpi
    return reach._replace(right=max(reach.right, (box.x1 - inner.x1) / dpi), bottom=(inner.y0 - box.y0) / dpi)


def _fit_figure(figure: Any, reach: _Reach, title: str, lines: list[str], note: str) -> None:
    """Write heading and note, and make the figure just large enough; the size of the axes stays."""
    whole = max(reach.left + reach.width + reach.right + 2 * _MARGIN, _NARROWEST)
    room = whole - 2 * _MARGIN
    heading = [(wrapped(title, int(room * 11.0)), 10.5, "bold")]
    heading += [(wrapped(line, int(room * 13.0)), 9.0, "normal") for line in lines]
    over, under = _MARGIN, _MARGIN
    placed = []
    for text, size, weight in heading:
        written = figure.text(0, 0, text, va="top", linespacing=1.2, fontsize=size, weight=weight)
        placed.append((written, over))
        over += _height(text, size)
    if note:
        text = wrapped(note, int(room * 14.5))
        under += _height(text, 8.0) + _BETWEEN
        figure.text(_MARGIN / whole, 0, text, va="bottom", fontsize=8, linespacing=1.2)
    total = over + _BETWEEN + reach.top + reach.height + reach.bottom + under
    figure.set_size_inches(whole, total)
    for each in figure.axes:
        below = (reach.bottom + under) / total
        each.set_position(((_MARGIN + reach.left) / whole, below, reach.width / whole, reach.height / total))
    for written, from_top in placed:
        written.set_position((_MARGIN / whole, 1 - from_top / total))
    if note:
        figure.texts[-1].set_y(_MARGIN / total)


def _height(text: str, size: float) -> float:
    """Of lines of text of that size (points), in inches."""
    return size * 1.42 * (text.count("\n") + 1) / 72


def _about(source: Any) -> list[str]:
    if source is None or isinstance(source, eq.Analysis):
        return []
    study = source.study if isinstance(source, eq.Comparison) else source
    warning = banner(study.provenance, study.note)
    return [clean(f"{study.title} · outcome: {labelled(study.outcome)}"), *([clean(warning)] if warning else [])]


# ---------------------------------------------------------------------------------------------------------- text


def clean(text: Any) -> str:
    """Text on one line, without unprintable characters.

    >>> clean("line\\nbreak\\x07"), clean("a  b")
    ('line break', 'a b')
    """
    return "".join(each for each in " ".join(str(text).split()) if each.isprintable()) or "–"


def short(text: Any, most: int) -> str:
    """One line of at most `most` characters, with an ellipsis where something is left out.

    >>> short("Leadership support", 12), short("FIN", 12)
    ('Leadership …', 'FIN')
    """
    line = clean(text)
    return line if len(line) <= most else f"{line[: most - 2].rstrip()} …"


def wrapped(text: Any, width: int, lines: int | None = None) -> str:
    """Lines of at most `width` characters; longer words are broken, lines beyond `lines` are left out.

    >>> wrapped("Leadership support", 10)
    'Leadership\\nsupport'
    """
    return textwrap.fill(clean(text), max(width, 4), max_lines=lines, placeholder=" …", break_on_hyphens=True)
