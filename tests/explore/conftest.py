"""A browser, and pages of ``equifinal explore`` to open in it.

The browser is the system's Chromium: ``CHROMIUM`` names it, or it is looked for on the path. Where it, Playwright or the page's
library is missing, these tests are skipped, and say so.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Start ``equifinal explore STUDY`` once for each study; its address."""
    pytest.importorskip("dash", reason='No dash: pip install ".[explore]".')
    running = {}

    def serve(study):
        if study not in running:
            command = [Path(sys.executable).with_name("equifinal"), "explore", study, "--no-browser"]
            folder = tmp_path_factory.mktemp("served")
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
            line = process.stdout.readline()
            running[study] = process, re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", line)[0], folder
        return running[study][1:]

    yield serve
    for process, *_ in running.values():
        process.terminate()
        process.communicate()


class Opened:
    """A page, and what it complained of and asked for."""

    def __init__(self, browser, address, folder, **context):
        self.address, self.folder = address.partition("?")[0], folder
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.complaints, self.asked = [], []
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.locator("#solution table").first.wait_for()
        self.page.locator("#verdicts table, #verdicts:empty").first.wait_for(state="attached")
        self.page.locator(".controls input[type=number]").first.wait_for()  # a part that the page's library loads later

    @property
    def status(self):
        return self.page.locator("#status").inner_text()

    def shows(self, text, where="#status"):
        self.page.locator(where).filter(has_text=text).wait_for()

    def number(self, name):
        return self.page.get_by_label(f"{name}, number")

    def slider(self, name):
        return self.page.get_by_label(f"{name}, slider")


@pytest.fixture
def open_page(browser, served):
    opened = []

    def open_(study="open-data-barometer-2014", **context):
        opened.append(Opened(browser, *served(study), **context))
        return opened[-1]

    yield open_
    for each in opened:
        each.context.close()
