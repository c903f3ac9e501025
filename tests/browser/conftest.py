"""A browser, and reports to open in it.

The browser is the system's Chromium: ``CHROMIUM`` names it, or it is looked for on the path. Playwright and axe-core come with
``pip install ".[browser]"``. Where one of them is missing, these tests are skipped, and say so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_output import HtmlReport

#: Names that do harm where they are taken for markup, script or a formula.
NASTY = [
    "<b>bold</b>",
    "</script><script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 2'>",
    '" onmouseover="window.harmed = 3',
    "=cmd('x')",
    "' & ` ${window.harmed = 4} {{ 1 }}",
    "</title></style></table><!--",
    "Llanfairpwllgwyngyll" * 12,
    "a very long name of many words " * 8,
    "Å 漢字 العربية",
    "javascript:window.harmed = 5",
    "]]> \\ %s \u2028 line",
]


@dataclass
class Report:
    comparison: eq.Comparison
    path: Path

    @property
    def address(self) -> str:
        return self.path.as_uri()


def nasty_study() -> eq.Study:
    """Twelve cases, three conditions; every text that a user can choose tries to break out of the page."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.uniform(0, 100, (12, 4)).round(1), columns=["<i>a</i>", '"b"', "c", "y"], index=NASTY)
    data["y"] = np.linspace(5, 95, 12).round(1)
    every = " ".join(NASTY)
    anchors = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}
    columns = dict(zip(("A", "A_VERY_LONG_NAME_OF_A_SET_THAT_GOES_ON", "C"), data.columns[:3], strict=True))
    return eq.Study(
        name="</script>",
        title=f"Title {every}",
        description=every,
        source=every,
        citation=every,
        note=f"Note {every}",
        provenance="simulated",
        data=data,
        outcome=eq.Variable("Y", "y", label=f"Outcome {NASTY[1]}", calibrate=anchors),
        conditions=[
            eq.Variable(name, column, label=f"Label {bad}", calibrate=anchors)
            for (name, column), bad in zip(columns.items(), NASTY[:3], strict=True)
        ],
        propositions=[
            {"id": f"P{number} {bad}", "text": f"Claim {bad}", "claim": "necessary", "expression": "A"}
            for number, bad in enumerate(NASTY)
        ],
    )


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """The report of a study by name, written once."""
    made: dict[str, Report] = {}

    def report(name: str) -> Report:
        if name not in made:
            if name == "illustrated":  # with the figures of matplotlib, and names that try to break out of them
                methods = ["fsqca", "regression", "clustering"]
                comparison = eq.compare(eq.run(nasty_study(), methods), evidence=False)
            else:
                comparison = eq.compare(
                    eq.run(nasty_study() if name == "nasty" else eq.load_study(name)), evidence=False
                )
            (path,) = HtmlReport(figures=name == "illustrated").write(comparison, tmp_path_factory.mktemp("report"))
            made[name] = Report(comparison, path)
        return made[name]

    return report


@dataclass
class Watched:
    """A page, what it asked for and what went wrong."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Open an address; by default 1280 × 800, light."""
    contexts = []

    def open_page(address: str, width: int = 1280, height: int = 800, scheme: str = "light", **more: Any) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("console", lambda message: watched.complaints.append(message.text))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("dialog", lambda dialog: (watched.complaints.append(dialog.message), dialog.dismiss()))
        watched.page.goto(address)
        return watched

    yield open_page
    for context in contexts:
        context.close()
