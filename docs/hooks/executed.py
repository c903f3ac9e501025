"""Pages whose Python is executed by a Jupyter kernel when the site is built, with what each block shows below it.

The page is plain Markdown; the same cells with their results can be downloaded as a notebook. An error ends the build.
"""

import base64
import os
import re
from html import escape
from pathlib import PurePosixPath

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

CODE = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
#: The first line of a cell that draws is the figure's text for those who do not see it.
CAPTION = re.compile(r"# Figure: (.+)")


def page(markdown: str, source: str) -> tuple[str, dict[str, str | bytes]]:
    """The page with its outputs, and further files of the site: the figures and the notebook.

    Parameters
    ----------
    markdown
        The page.
    source
        Its path in the docs, which the further files are named after.
    """
    texts = CODE.split(markdown)
    book = nbformat.v4.new_notebook()
    book.cells.append(nbformat.v4.new_code_cell("%matplotlib inline"))  # how notebooks are told to show figures
    for number, text in enumerate(texts):
        new = nbformat.v4.new_code_cell if number % 2 else nbformat.v4.new_markdown_cell
        book.cells.append(new(text.strip()))
    transport = "ipc" if os.name == "posix" else "tcp"  # files of this user, where they exist, and no ports
    settings = Config({"KernelManager": {"transport": transport}})
    NotebookClient(book, timeout=300, kernel_name="python3", config=settings).execute()
    stem = PurePosixPath(source).with_suffix("")
    files: dict[str, str | bytes] = {f"{stem}.ipynb": nbformat.writes(book)}
    parts = []
    for number, (text, cell) in enumerate(zip(texts, book.cells[1:], strict=True)):
        if number % 2 == 0:
            parts.append(text)
            continue
        parts.append(f"```python\n{text}```\n\n")
        for output in cell.outputs:
            parts.append(_shown(output, cell.source, f"{stem}-{len(files)}.png", files))
    return "".join(parts), files


def _shown(output, code: str, picture: str, files: dict[str, str | bytes]) -> str:
    """An output of a cell as Markdown."""
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```\n\n"
    data = output.data
    if "image/png" in data:
        caption = CAPTION.match(code)
        assert caption, f"{picture}: a cell draws a figure without saying which. Begin it with '# Figure: ...':\n{code}"
        files[picture] = base64.b64decode(data["image/png"])
        return f"![{escape(caption[1])}]({PurePosixPath(picture).name})\n\n"
    if "text/html" in data:
        html = data["text/html"].replace(
            '<div style="overflow-x: auto">', "<div>"
        )  # the outer one scrolls, by keyboard too
        return f'<div class="output" tabindex="0">\n{html}\n</div>\n\n'
    return f"```text\n{data['text/plain'].rstrip()}\n```\n\n"
