"""A figure as SVG within a page."""

import io
import re
from html import escape
from typing import TYPE_CHECKING

from equifinal_output.figures.style import INK, in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def inline_svg(figure: "Figure", name: str, title: str, alt: str, dark: bool) -> str:
    """One ``<svg>`` to put into a page: no external fonts, links or styles, and no identifier shared with other pictures.

    Text and axes take the page's own text colour (``currentColor``), so that one picture serves light, dark and print;
    `dark` sets a light colour for pages that set none.
    """
    buffer = io.StringIO()
    with in_style(**{"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    body = text[text.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body[: body.index(">")])
    assert box is not None
    width, height = (float(each) * 4 / 3 for each in box.group(1).split()[2:])
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    # It would apply to the whole page.
    body = re.sub(r'<style type="text/css">.*?</style>', "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = _named(body, name)
    body = re.sub(r"(font-family|font: ?[^;\"]*?px) [^;\"]*(?=[;\"])", r"\1 sans-serif", body)
    body = re.sub(INK, "currentColor", body, flags=re.IGNORECASE)
    body = re.sub(r">\s+<", "><", body).strip()
    # A hundredth of a point is finer than any screen.
    body = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag.group()), body)
    colour = "color:#e9e9e6;" if dark else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box.group(1)}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(f"{title}. {alt}")}" '
        f'style="{colour}max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt">{body}</svg>'
    )


def _named(body: str, name: str) -> str:
    """Prefix identifiers that are referred to with the picture's name, and drop the others."""
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', body))

    def identifier(match: re.Match[str]) -> str:
        return f' id="{name}-{match.group(1)}"' if match.group(1) in used else ""

    body = re.sub(r' id="([^"]*)"', identifier, body)
    return re.sub(r'(xlink:href="#|url\(#)([^")]+)', rf"\g<1>{name}-\g<2>", body)
