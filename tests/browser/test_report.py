"""The report in a browser: what it asks for, what its script does, what fits where, and what axe-core finds."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from equifinal_output.figures import figures_of

STUDIES = ["open-data-barometer-2014", "heilongjiang", "nasty"]
WORLD, CITIES = STUDIES[:2]
CASES = "#table-cases"
#: The case names of the rows that are shown.
SHOWN = "table => [...table.tBodies[0].rows].filter(row => row.checkVisibility()).map(row => row.cells[0].textContent)"


def shown(page: Any, table: str = CASES) -> list[str]:
    return page.locator(table).evaluate(SHOWN)


def bar(page: Any) -> Any:
    return page.locator("[data-table=table-cases]")


def background(page: Any) -> float:
    """How light the page is, from 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return float(np.mean([int(channel) for channel in re.findall(r"\d+", colour)[:3]]))


# ------------------------------------------------------------------------------------------- it loads, and does no harm


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_loads_without_a_request_or_a_complaint(study: str, scheme: str, reports: Any, opened: Any) -> None:
    report = reports(study)
    watched = opened(report.address, scheme=scheme)
    watched.page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    watched.page.locator("button.theme").click()
    watched.page.wait_for_timeout(200)
    assert watched.complaints == []
    assert [url for url in watched.requests if not url.startswith("data:,")] == [report.address]


def test_the_figures_of_matplotlib_do_no_harm_either(reports: Any, opened: Any) -> None:
    report = reports("illustrated")
    watched = opened(report.address, 390, 844, scheme="dark")
    page = watched.page
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    figures = page.locator(".pictures svg")
    wanted = [each for each in figures_of(report.comparison) if each.section in report.comparison.analyses]
    assert figures.count() >= len(wanted) > 5
    named = figures.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    for picture in wanted:
        assert f"{picture.title}. {picture.alt}" in named
    # Text has the colour of the page, so that it is read in the dark.
    ink = page.evaluate("getComputedStyle(document.body).color")
    fills = set(figures.locator("text").evaluate_all("all => all.map(each => getComputedStyle(each).fill)"))
    assert ink in fills
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("window.harmed") is None
    assert watched.complaints == []
    assert [url for url in watched.requests if not url.startswith("data:,")] == [report.address]


def test_nasty_names_are_text_and_nothing_else(reports: Any, opened: Any) -> None:
    report = reports("nasty")
    watched = opened(report.address)
    page = watched.page
    page.mouse.move(300, 300)
    for name in report.comparison.calibrated.cases:
        bar(page).locator("input").fill(name)
        assert [" ".join(case.split()) for case in shown(page)] == [" ".join(name.split())]
    bar(page).locator("input").fill("")
    assert page.evaluate("window.harmed") is None
    assert watched.complaints == []
    assert page.locator("b, i, img, h1 *, script:not(:last-of-type)").count() == 0
    assert (
        page.evaluate("document.querySelectorAll('[onmouseover], [onerror], [style], a[href^=javascript]').length") == 0
    )
    assert page.title().startswith("Title <b>bold</b> </script><script>window.harmed = 1</script>")


# --------------------------------------------------------------------------------------------------- the first screen


@pytest.mark.parametrize("study", [WORLD, CITIES])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_the_first_screen_answers_the_question_and_shows_the_matrix(
    study: str, width: int, height: int, reports: Any, opened: Any
) -> None:
    """The answer is on the first screen, on a wide one the first rows of the matrix too; caveats stand before these."""
    report = reports(study)
    page = opened(report.address, width, height).page
    answer = page.locator(".finding")
    assert answer.text_content() == report.comparison.headline.answer[0]
    boxes = [answer.bounding_box(), page.locator(".matrix").bounding_box(), page.locator(".answers").bounding_box()]
    if report.comparison.caveats:
        boxes.insert(1, page.locator(".caveat").bounding_box())
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    assert boxes[0]["y"] + boxes[0]["height"] <= height
    assert boxes[0]["x"] + boxes[0]["width"] <= width
    if width > 1000:
        row = page.locator(".matrix tbody tr").nth(2).bounding_box()
        assert row["y"] + row["height"] <= height
    silent = page.locator(".matrix .silent").first  # a phone leaves out who says nothing
    assert silent.is_visible() == (width > 1000)


# ---------------------------------------------------------------------------------------------- sort, search, filter


def test_sorting_by_numbers_and_names_with_the_keyboard(reports: Any, opened: Any) -> None:
    report = reports(WORLD)
    page = opened(report.address).page
    cases = report.comparison.cases
    column = page.locator(f"{CASES} th", has=page.get_by_role("button", name="outcome", exact=True))
    assert column.get_attribute("aria-sort") is None
    column.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert column.get_attribute("aria-sort") == "ascending"
    found = cases["outcome", ""].loc[shown(page)]
    assert len(found) == 86
    assert found.is_monotonic_increasing
    page.keyboard.press("Space")
    assert column.get_attribute("aria-sort") == "descending"
    assert cases["outcome", ""].loc[shown(page)].is_monotonic_decreasing
    assert bar(page).get_by_role("status").text_content() == "Sorted by outcome, descending."
    names = page.locator(f"{CASES} th").first
    names.get_by_role("button").click()
    assert (names.get_attribute("aria-sort"), column.get_attribute("aria-sort")) == ("ascending", None)
    assert shown(page) == sorted(cases.index, key=str.casefold)
    # A column of a group: the second "predicted" is that of the second method.
    second = list(report.comparison.analyses)[1]
    page.locator(f"{CASES} th", has_text="predicted").nth(1).get_by_role("button").click()
    assert cases[second, "predicted"].astype(float).loc[shown(page)].is_monotonic_increasing


def test_missing_values_stay_last(reports: Any, opened: Any) -> None:
    report = reports(WORLD)
    page = opened(report.address).page
    groups = report.comparison.cases["fsqca", "group"]
    heading = page.locator(f"{CASES} th", has_text="group").first.get_by_role("button")
    for _ in range(2):
        heading.click()
        missing = groups.loc[shown(page)].isna().to_numpy()
        assert 0 < missing.sum() < len(missing)
        assert (np.diff(missing.astype(int)) >= 0).all()


def test_search_with_the_keyboard_alone(reports: Any, opened: Any) -> None:
    """From the top of the page by Tab: the field is reached, and what is typed finds the rows with all words."""
    page = opened(reports(WORLD).address).page
    field = bar(page).locator("input")
    for _ in range(120):
        page.keyboard.press("Tab")
        if field.evaluate("each => each === document.activeElement"):
            break
    else:
        raise AssertionError("Tab does not reach the search field.")
    page.keyboard.type("AUSTRALIA typical")
    assert shown(page) == ["Australia"]
    field.fill("")
    page.keyboard.type("ar irrelevant")
    texts = page.locator(CASES).evaluate(SHOWN.replace("row.cells[0]", "row"))
    assert 1 < len(texts) < 86
    assert all("ar" in text.lower() and "irrelevant" in text.lower() for text in texts)
    status = bar(page).get_by_role("status")
    assert status.text_content() == f"{len(texts)} of 86 rows"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    assert len(shown(page)) == 86
    assert status.text_content() == "86 of 86 rows"


def test_filter_and_search_go_together(reports: Any, opened: Any) -> None:
    report = reports(WORLD)
    page = opened(report.address).page
    types = report.comparison.cases["fsqca", "type"]
    select = bar(page).get_by_label("Show")
    for kind in types.dropna().unique():
        option = select.locator("optgroup[label='fsqca type'] option", has_text=re.compile(f"^{kind}$"))
        index = option.evaluate("each => each.index")
        select.select_option(index=index)
        assert shown(page) == list(types.index[types == kind])
    select.select_option(index=index)
    chosen = list(types.index[types == kind])
    bar(page).locator("input").fill(chosen[0])
    both = [case for case in chosen if chosen[0].lower() in case.lower()]
    assert shown(page) == both
    assert len(both) < len(chosen)
    page.locator(f"{CASES} th").first.get_by_role("button").click()  # sorting keeps what is hidden hidden
    assert sorted(shown(page)) == sorted(both)


# --------------------------------------------------------------------------------------------------- light and dark


def test_dark_follows_the_system_and_the_button_overrules_it(reports: Any, opened: Any) -> None:
    page = opened(reports(CITIES).address, scheme="dark").page
    button = page.get_by_role("button", name="Light colours")
    assert background(page) < 50
    button.click()
    assert background(page) > 240
    assert page.get_by_role("button", name="Dark colours").is_visible()
    page.reload()  # the choice is kept
    assert background(page) > 240
    light = opened(reports(CITIES).address, scheme="light").page
    assert background(light) > 240
    light.get_by_role("button", name="Dark colours").press("Enter")
    assert background(light) < 50
    light.emulate_media(media="print")
    assert background(light) > 240  # paper is white


# ------------------------------------------------------------------------------------------------------ what fits


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_is_never_wider_than_the_screen(study: str, width: int, reports: Any, opened: Any) -> None:
    page = opened(reports(study).address, width).page
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Wide tables scroll in regions of their own that the keyboard reaches and that have a name.
    wide = page.locator(".scroll").evaluate_all(
        "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => "
        "[each.tabIndex, each.getAttribute('role'), Boolean(each.getAttribute('aria-label'))])"
    )
    assert width > 390 or wide
    assert all(each == [0, "region", True] for each in wide)


#: The width of what is printed on a sheet of US letter, landscape, between margins of 12 mm, in CSS pixels; A4 is wider.
SHEET = round((11 * 25.4 - 24) / 25.4 * 96)


@pytest.mark.parametrize("study", STUDIES)
def test_nothing_runs_off_the_paper(study: str, reports: Any, opened: Any) -> None:
    page = opened(reports(study).address, SHEET, scheme="dark").page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET
    beyond = page.locator("table, svg, p, pre").evaluate_all(
        "(all, width) => all.filter(each => each.checkVisibility() && each.getBoundingClientRect().right > width + 1)"
        ".map(each => each.outerHTML.slice(0, 200))",
        SHEET,
    )
    assert beyond == []


def test_print_shows_what_is_folded_and_no_controls(reports: Any, opened: Any) -> None:
    page = opened(reports(WORLD).address).page
    folded = page.locator("details:not([open])").count()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open]):not(.long)").count() == 0
    assert page.locator(".matrix dd").first.is_visible()
    for control in ("nav", ".search", "button.theme", "th button"):
        assert page.locator(control).locator("visible=true").count() == 0
    assert page.locator(f"{CASES} thead").text_content().split()[:2] == ["case", "outcome"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("details:not([open])").count() == folded
    page.locator(f"{CASES} th").first.get_by_role("button").click()  # the buttons are back and work
    assert page.locator(f"{CASES} th").first.get_attribute("aria-sort") == "ascending"
    assert page.pdf().startswith(b"%PDF")


def test_without_a_script_everything_is_there(reports: Any, opened: Any) -> None:
    report = reports(WORLD)
    page = opened(report.address, java_script_enabled=False).page
    rows = page.locator(f"{CASES} tbody tr")
    assert rows.count() == 86
    assert all(rows.nth(number).is_visible() for number in (0, 85))
    assert page.locator(".search, button").locator("visible=true").count() == 0
    page.locator("details.fold > summary").first.click()
    assert page.get_by_text("In cases not seen, predicting the mean").first.is_visible()


# ------------------------------------------------------------------------------------------------ accessibility


def test_the_skip_link_comes_first_and_leads_to_the_answer(reports: Any, opened: Any) -> None:
    page = opened(reports(CITIES).address).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style != "none"  # where the focus is can be seen


@pytest.fixture(scope="module")
def axe() -> Callable[[Any], list[str]]:
    """What axe-core finds on a page, at its two highest levels."""
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason='No axe-core: pip install ".[browser]".'
    )

    def found(page: Any) -> list[str]:
        results = module.Axe().run(page).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {node['html'][:150]}"
            for each in results
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:3]
        ]

    return found


def shortened(page: Any) -> Any:
    """Everything unfolded, and of each table the first rows: the others are alike, and axe-core looks at every cell for long."""
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    page.locator("tbody").evaluate_all(
        "all => all.forEach(each => [...each.rows].slice(8).forEach(row => row.remove()))"
    )
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("study", STUDIES)
def test_axe_finds_nothing_serious(study: str, scheme: str, reports: Any, opened: Any, axe: Any) -> None:
    assert axe(shortened(opened(reports(study).address, scheme=scheme).page)) == []


def test_axe_finds_nothing_serious_on_a_phone(reports: Any, opened: Any, axe: Any) -> None:
    assert axe(shortened(opened(reports(CITIES).address, 390, 844).page)) == []


def test_axe_would_find_something(reports: Any, opened: Any, axe: Any) -> None:
    """The check can fail: grey on grey, and a field without a name, are found."""
    page = shortened(opened(reports(CITIES).address).page)
    page.evaluate(
        "document.querySelector('#main').insertAdjacentHTML('afterbegin', "
        '\'<p class="faint">faint</p><input class="nameless">\');'
        "Object.assign(document.querySelector('.faint').style, {color: '#aaa', background: '#bbb'})"
    )
    assert {each.split()[0] for each in axe(page)} == {"color-contrast", "label"}
