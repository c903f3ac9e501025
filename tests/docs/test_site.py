"""The built site: complete, without anything from elsewhere, with formulas, figures and links as they should be."""

import html
import http.server
import importlib
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

import equifinal as eq
from equifinal.shell import cli
from equifinal.study import study_file

for needed in ("mkdocs", "material", "mkdocstrings", "latex2mathml", "nbclient"):
    pytest.importorskip(needed, reason='The site is not built: pip install ".[docs]".')

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, from the environment variable ``SITE`` or built here; a warning of mkdocs ends the build."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    place = tmp_path_factory.mktemp("site")
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return place


@pytest.fixture(scope="module")
def reference(site) -> set[str]:
    """Every name that the reference documents, with the names that lead to it."""
    inventory = (site / "objects.inv").read_bytes()
    lines = zlib.decompress(inventory[inventory.index(b"zlib.\n") + 6 :]).decode().splitlines()
    return {line.split(" ")[0] for line in lines}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def plain(page: Path) -> str:
    """What a reader sees of a page, in single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text(page))).split())


PUBLIC = (
    "equifinal",
    "equifinal.testing",
    "equifinal_qca",
    "equifinal_calibration",
    "equifinal_regression",
    "equifinal_clustering",
    "equifinal_nca",
    "equifinal_cna",
    "equifinal_sklearn",
    "equifinal_output",
    "equifinal_output.figures",
)


@pytest.mark.parametrize("package", PUBLIC)
def test_no_public_name_is_missing_from_the_reference(package, reference):
    module = importlib.import_module(package)
    missing = []
    for name in module.__all__:
        if name == "PLOTS":
            continue  # the names of the functions that are looked up one by one
        value = getattr(module, name)
        home = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        if not {f"{package}.{name}", f"{package}.plugin.hookspecs.{name}", home} & reference:
            missing.append(name)
    assert not missing, f"{package}: not in the reference: {missing}"


def test_everything_that_plugins_bring_is_in_the_reference(site):
    page = plain(site / "reference/methods/index.html")
    for listing in (eq.methods(), eq.calibrators(), eq.outputs()):
        for name, entry in listing.items():
            if not entry.plugin.origin.startswith("equifinal"):
                continue
            assert name in page
            for parameter, field in entry.cls.model_fields.items():
                assert parameter in page, f"{name}: {parameter}"
                assert " ".join((field.description or "").split()) in page, f"{name}: {parameter}"


def test_every_command_and_option_is_in_the_reference(site):
    import typer.main

    page = plain(site / "command-line/index.html")

    def walk(command, path):
        assert path in page
        for each in command.params:
            for option in each.opts:
                assert option in page, f"{path}: {option}"
            assert " ".join((getattr(each, "help", None) or "").split()) in page
        context = typer.Context(command, info_name=path)
        for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
            walk(command.get_command(context, name), f"{path} {name}")

    walk(typer.main.get_command(cli.app), "equifinal")


def test_every_key_of_a_study_file_is_in_the_reference(site):
    page = plain(site / "study-file/index.html")
    for model in (study_file._StudyTable, study_file._VariableTable):
        for key, field in model.model_fields.items():
            assert key in page
            assert field.description, f"{key} says nothing of itself"
            assert field.description in page or key == "calibrate"
    for name, entry in eq.propositions().items():
        if entry.plugin.origin.startswith("equifinal"):
            assert f'claim = "{name}"' in page
            assert all(argument in page for argument in entry.cls.model_fields)


class Loads(HTMLParser):
    """What a browser fetches for a page without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "object", "embed"):
            self.found += [values[key] for key in ("src", "data") if values.get(key)]
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preconnect", "preload", "dns-prefetch"):
            self.found.append(values["href"])


def test_nothing_is_fetched_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        parser = Loads()
        parser.feed(text(page))
        assert parser.found
        outside = [each for each in parser.found if re.match(r"(https?:)?//", each)]
        assert not outside, f"{page.relative_to(site)}: {outside}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", text(style)), style.name
        assert "@import" not in text(style), style.name


def test_formulas_are_mathml(site):
    page = text(site / "qca/index.html")
    assert page.count("<math") > 8
    for page in site.rglob("*.html"):
        assert "arithmatex" not in text(page), page.relative_to(site)
        assert not re.search(r"\$\\\w+", plain(page)), page.relative_to(site)


def test_no_markup_of_docstrings_is_left(site):
    for page in site.rglob("*.html"):
        left = re.search(r":(class|func|meth|mod|attr):<code>|<!-- made when", text(page))
        assert not left, f"{page.relative_to(site)}: {text(page)[left.start() - 80 : left.end() + 80]}"


def test_the_notebook_was_executed(site):
    import nbformat

    page = text(site / "barometer/index.html")
    assert len(re.findall(r'<img alt="[^"]{30,}" src="\.\./barometer-\d\.png"', page)) == 5
    assert page.count('<div class="output"') >= 8
    for said in ("LEAD*DEM*FIN + LEAD*DEM*HUM + LEAD*FIN*HUM", "Tunisia, without the outcome"):
        assert said in plain(site / "barometer/index.html")
    book = nbformat.read(site / "barometer.ipynb", as_version=4)
    nbformat.validate(book)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs) == 5


def test_every_term_of_the_glossary_has_a_place(site):
    entries = re.split(r"^### ", text(ROOT / "docs/glossary.md"), flags=re.MULTILINE)[1:]
    assert len(entries) > 55
    for entry in entries:
        term, _, body = entry.partition("\n")
        body = " ".join(body.split("\n## ")[0].split())
        assert "Here:" in body, term
        assert re.search(r"\]\([\w./#-]+\)|`", body.partition("Here:")[2]), f"{term}: no link"
        said = re.sub(r"\*[^*]*\d{4}[^*]*\*", "", body.partition("Here:")[0])
        assert 1 <= len(re.findall(r"[.!?](?: |$)", said)) <= 4, f"{term}: {said}"


def test_build_files_are_not_published(site):
    names = {path.name for path in site.rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith((".py", ".md"))}


@pytest.fixture(scope="module")
def address(site):
    """The site, served to this computer."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


PAGES = ("", "from-a-spreadsheet/", "barometer/", "how-to/panel/", "coming-from/", "reference/methods/", "qca/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_in_a_browser(browser, address, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        page = context.new_page()
        wrong: list[str] = []
        page.on("request", lambda asked: asked.url.startswith((address, "data:")) or wrong.append(asked.url))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        for name in PAGES:
            page.goto(address + name)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{name} is wider than the screen"
            )
            for found in axe.run(page).response["violations"]:
                if found["impact"] in ("serious", "critical"):
                    wrong.append(f"{name}: {found['id']}: {found['nodes'][0]['html'][:100]}")
        assert not wrong
    finally:
        context.close()


def test_a_terminals_copy_button_copies_commands_without_prompt_and_output(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector(".highlight[data-copy]", state="attached")
    copied = page.eval_on_selector_all(".highlight[data-copy]", "found => found.map(each => each.dataset.copy)")
    assert "pip install .\nequifinal compare open-data-barometer-2014 -o report" in copied
    assert not any("$ " in text or "Wrote" in text for text in copied)
    page.close()


def test_a_consoles_copy_button_copies_what_is_typed(browser, address):
    page = browser.new_page()
    page.goto(address + "cna/")
    page.wait_for_selector(".highlight[data-copy]", state="attached")
    copied = page.eval_on_selector_all(".highlight[data-copy]", "found => found.map(each => each.dataset.copy)")
    assert any("from equifinal_cna import CNA" in text for text in copied)
    assert not any(text.startswith((">>>", "...")) or "\n>>>" in text for text in copied)
    page.close()


@pytest.mark.parametrize(
    ("words", "pages"),
    [
        ("Stata", ["study-file/"]),
        ("SPSS", ["study-file/"]),
        ("Excel", ["study-file/"]),
        ("Decimal commas", ["study-file/"]),
        ("Jupyter", ["report/"]),
        ("Windows", ["command-line/"]),
        ("cna", ["coming-from/"]),
        ("spreadsheet program", ["report/"]),
    ],
)
def test_what_people_look_for_is_in_a_heading_that_the_search_weighs(words, pages, site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {each["location"].partition("#")[0] for each in index["docs"] if words in each["title"]}
    assert set(pages) <= found


@pytest.fixture(scope="module")
def search(browser, address):
    """What the search of the site lists for some words: the links, best first."""
    page = browser.new_page()
    page.goto(address)
    page.click(".md-search__input")
    page.wait_for_timeout(300)

    def links(words: str) -> list[str]:
        page.fill(".md-search__input", "")
        page.wait_for_selector(".md-search-result__item", state="detached", timeout=10_000)
        page.keyboard.type(words)
        page.wait_for_selector(".md-search-result__item", timeout=10_000)
        page.wait_for_timeout(300)
        found = page.eval_on_selector_all(".md-search-result__item > a", "links => links.map(each => each.href)")
        return [each.removeprefix(address).partition("?")[0].partition("#")[0] for each in found]

    yield links
    page.close()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Stata", "study-file/"),
        ("stata", "study-file/"),
        ("SPSS", "study-file/"),
        ("Excel", "study-file/"),
        ("decimal comma", "study-file/"),
        ("Jupyter", "report/"),
        ("Windows", "command-line/"),
        ("cna", "coming-from/"),
        ("cna", "cna/"),
        ("qualitative comparative analysis", "qca/"),
        ("encoding", "study-file/"),
        ("missing values", "study-file/"),
    ],
)
def test_the_search_finds_what_people_look_for(words, wanted, search):
    """Among the first five pages."""
    pages = list(dict.fromkeys(search(words)))[:5]
    assert any(each.startswith(wanted) for each in pages), pages


def test_the_search_finds_a_term(browser, address):
    page = browser.new_page()
    try:
        page.goto(address)
        page.click(".md-search__input")
        page.wait_for_timeout(300)
        page.keyboard.type("crossover")
        page.wait_for_selector(".md-search-result__article h1", timeout=10_000)
        assert "Glossary" in page.inner_text(".md-search-result__list")
    finally:
        page.close()
