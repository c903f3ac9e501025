"""What is done to the pages when the site is built: code is executed, reference text made, formulas set, names linked."""

import re
import sys
from html import unescape
from pathlib import Path

import executed
import generated
from latex2mathml.converter import convert
from mkdocs.structure.files import File

sys.path.append(str(Path(__file__).parents[2] / "benchmarks" / "trials"))
import page as published

FORMULA = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
ROLE = re.compile(r":(?:class|func|meth|mod|attr|exc|data):<code>(~?)([\w.]+)</code>")
GENERATED = re.compile(r"^<!-- made when the site is built: (\w+) -->$", re.MULTILINE)


def on_files(files, config):
    """Add the page of the published trials, with its pictures and tables."""
    files.append(File.generated(config, "trials/trial.html", content=published.pictures()))
    return files


def on_page_markdown(markdown, page, config, files):
    """Execute the page's code where its front matter says so, and put generated text in its places."""
    if page.meta.get("execute"):
        markdown, further = executed.page(markdown, page.file.src_uri)
        for path, content in further.items():
            files.append(File.generated(config, path, content=content))
    return GENERATED.sub(lambda found: getattr(generated, found[1])(), markdown)


def on_page_content(html, page, config, files):
    """Write formulas as MathML, which browsers show without a script, and the roles of docstrings as links."""
    html = FORMULA.sub(lambda found: convert(unescape(found[1])), html)
    html = html.replace("::</p>\n<pre>", ":</p>\n<pre>").replace('::</p>\n<div class="', ':</p>\n<div class="')
    return ROLE.sub(_link, html)


def on_post_page(output, page, config):
    """Name the search dialog, which the theme leaves nameless to screen readers."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )


def _link(role):
    short, name = role.groups()
    shown = name.rpartition(".")[2] if short else name
    return f'<autoref optional identifier="{_full(name)}"><code>{shown}</code></autoref>'


def _full(name):
    """The name under which the reference has it; docstrings leave the module out where it is their own."""
    import equifinal
    import equifinal_qca

    for package in (equifinal, equifinal_qca):
        if name in package.__all__:
            return f"{package.__name__}.{name}"
    return name
