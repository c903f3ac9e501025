"""Make the picture of ``equifinal explore`` from the page itself, with Chromium: ``python docs/make_explorer_picture.py``."""

import os
import shutil
import socket
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

import equifinal as eq
from equifinal_explore.page import server

target = Path(__file__).parent / "images" / "explore.png"
listening = socket.create_server(("127.0.0.1", 0))
serving = server(eq.load_study("open-data-barometer-2014"), listening, "picture")
threading.Thread(target=serving.serve_forever, daemon=True).start()
with sync_playwright() as running:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
    page.goto(f"http://127.0.0.1:{listening.getsockname()[1]}/?token=picture")
    page.get_by_label("pri cutoff of fsqca, number").fill("0.59")
    page.locator("#status").filter(has_text="1 gained").wait_for()
    page.locator("#verdicts").filter(has_text="was").wait_for()
    page.locator("#xy .js-plotly-plot").wait_for()
    page.screenshot(path=target)
    browser.close()
serving.shutdown()
print(target)
