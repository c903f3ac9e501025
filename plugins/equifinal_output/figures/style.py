"""What all figures share: colours, a page to draw on, headings, and the way into SVG."""

import io
import re
import textwrap
from collections.abc import Callable
from functools import cache, wraps
from html import escape
from typing import TYPE_CHECKING, Any

import equifinal as eq

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "COLOURS",
    "GREEN",
    "INK",
    "MARKERS",
    "ORANGE",
    "PINK",
    "SKY",
    "VERMILLION",
    "YELLOW",
    "clean",
    "drawn",
    "inline_svg",
    "note_below",
    "settled",
    "short",
    "sized",
    "style",
    "titled",
    "wrapped",
]

#: Text and axes. A page that shows a figure puts its own text colour there.
INK = "#1d1d1c"

# Okabe & Ito (2008), Color universal design: told apart by the colour-blind too.
BLUE, VERMILLION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, YELLOW = "#56B4E9", "#E69F00", "#F0E442"
COLOURS = (BLUE, VERMILLION, GREEN, PINK, SKY, ORANGE)
#: A sign beside each colour, so that nothing hangs on colour alone.
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


#: Families with Chinese, Japanese and Korean characters, which the family that comes with matplotlib lacks.
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
    """Settings of matplotlib for all figures, with the fonts that are there."""
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    return {**_STYLE, "font.family": ["sans-serif", *(name for name in _EAST_ASIAN if name in there)]}


def drawn(plot: Callable[..., "Axes"]) -> Callable[..., "Axes"]:
    """Draw in the project's style, whatever the user has set; other figures keep theirs."""

    @wraps(plot)
    def styled(*arguments: Any, **options: Any) -> "Axes":
        import matplotlib as mpl

        with mpl.rc_context(style()):
            ax = plot(*arguments, **options)
            # Labels of ticks are made when first asked for: here, while a dollar sign is a dollar sign.
            for each in (ax, *ax.child_axes):
                each.get_xticklabels(), each.get_yticklabels()
            return ax

    return styled


def sized(ax: "Axes | None", width: float, height: float) -> tuple["Axes", bool]:
    """The axes given, or new ones in a figure of that size (inches), and whether they are new."""
    if ax is not None:
        return ax, False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    return figure.add_subplot(), True


def titled(ax: "Axes", title: str, source: Any, own: bool) -> None:
    """Write the heading: what is drawn, of which study, and the banner of data that were not observed.

    Parameters
    ----------
    source
        The comparison, study or analysis drawn.
    own
        Whether the figure was made for this drawing; its heading then goes over the whole figure.
    """
    lines = [title, *_about(source)]
    inches = ax.figure.get_figwidth() if own else ax.get_window_extent().width / ax.figure.dpi
    text = "\n".join(wrapped(line, int(inches * 12.2)) for line in lines)
    if own:
        ax.figure.suptitle(text, x=0.02, ha="left", fontsize=10, linespacing=1.25)
    else:
        ax.set_title(text, loc="left", fontsize=10, linespacing=1.25)


def _about(source: Any) -> list[str]:
    if isinstance(source, eq.Analysis):
        return []
    study = source.study if isinstance(source, eq.Comparison) else source
    words = {"reconstruction": "Reconstructed data", "simulated": "Simulated data"}.get(study.provenance)
    banner = "" if words is None else f"{words}. {study.note}".strip()
    return [clean(study.title), *([clean(banner)] if banner else [])]


def note_below(ax: "Axes", text: str, own: bool) -> None:
    """A remark under the drawing, such as what is left out of it."""
    if not text:
        return
    inches = ax.figure.get_figwidth() if own else ax.get_window_extent().width / ax.figure.dpi
    text = wrapped(text, int(inches * 14.5))
    if own:
        ax.figure.supxlabel(text, x=0.02, ha="left", fontsize=8, linespacing=1.25)
    else:
        ax.annotate(text, (0, 0), (0, -38), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=8)


def settled(ax: "Axes", own: bool) -> None:
    """Lay the figure out now; an own one stays so, because what follows is placed by where things lie."""
    ax.figure.draw_without_rendering()
    if own:
        ax.figure.set_layout_engine("none")


# ---------------------------------------------------------------------------------------------------------- text


def clean(text: Any) -> str:
    """Text on one line, without characters that cannot be printed.

    >>> clean("line\\nbreak\\x07"), clean("a  b")
    ('line break', 'a b')
    """
    return "".join(each for each in " ".join(str(text).split()) if each.isprintable()) or "–"


def short(text: Any, most: int) -> str:
    """One line of at most `most` characters; three dots where something is left out.

    >>> short("Leadership support", 12), short("FIN", 12)
    ('Leadership …', 'FIN')
    """
    line = clean(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()} …"[:most] if most > 2 else line[:most]


def wrapped(text: Any, width: int, lines: int | None = None) -> str:
    """Lines of at most `width` characters; words that are longer are broken, lines beyond `lines` are left out.

    >>> wrapped("Leadership support", 10)
    'Leadership\\nsupport'
    """
    return textwrap.fill(clean(text), max(width, 4), max_lines=lines, placeholder=" …", break_on_hyphens=True)


# ----------------------------------------------------------------------------------------------------------- SVG


def inline_svg(figure: "Figure", name: str, title: str, alt: str, dark: bool) -> str:
    """One ``<svg>`` to put into a page: no fonts, links or styles from elsewhere, and no identifier shared with others.

    Text and axes take the page's own text colour (``currentColor``), so that one picture serves light, dark and print;
    `dark` sets a light colour for pages that set none.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({**style(), "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    body = text[text.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body[: body.index(">")])
    assert box is not None
    width, height = (float(each) * 4 / 3 for each in box.group(1).split()[2:])
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    # It would hold for the whole page.
    body = re.sub(r'<style type="text/css">.*?</style>', "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = _named(body, name)
    body = re.sub(r"(font-family|font: ?[^;\"]*?px) [^;\"]*(?=[;\"])", r"\1 sans-serif", body)
    body = re.sub(INK, "currentColor", body, flags=re.IGNORECASE)
    body = re.sub(r">\s+<", "><", body).strip()
    colour = "color:#e9e9e6;" if dark else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box.group(1)}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(f"{title}. {alt}")}" '
        f'style="{colour}max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt">{body}</svg>'
    )


def _named(body: str, name: str) -> str:
    """Identifiers that something refers to get the picture's name in front; the others go."""
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', body))

    def identifier(match: re.Match[str]) -> str:
        return f' id="{name}-{match.group(1)}"' if match.group(1) in used else ""

    body = re.sub(r' id="([^"]*)"', identifier, body)
    return re.sub(r'(xlink:href="#|url\(#)([^")]+)', rf"\g<1>{name}-\g<2>", body)
