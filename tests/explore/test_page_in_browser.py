"""The page in a browser: what a person does with it, and what assistive technology finds.

The independent sources of what it shows are the methods called directly on the changed study.
"""

import re

import pytest

import equifinal as eq
from equifinal_explore.exploration import Exploration

STUDIES = ["open-data-barometer-2014", "heilongjiang"]
OWN = "LEAD*DEM*FIN + LEAD*DEM*HUM"


def violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason='No axe: pip install ".[browser]".')
    found = axe.Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found if each["impact"] in BAD]


BAD = ("serious", "critical")


@pytest.mark.parametrize("study", STUDIES)
def test_it_loads_without_a_complaint_and_asks_nobody_else(study, open_page):
    opened = open_page(study)
    opened.page.wait_for_timeout(500)
    assert opened.complaints == []
    assert len(opened.asked) > 5
    outside = [url for url in opened.asked if not url.startswith((opened.address, "data:", "blob:"))]
    assert outside == []
    loaded = eq.load_study(study)
    assert opened.page.title() == f"{loaded.title} – explore"
    terms = eq.run(loaded, methods=["fsqca"])["fsqca"].configurations.index
    assert [opened.page.locator("#solution tbody").first.locator("th").all_inner_texts()] == [list(terms)]
    banner = opened.page.locator("header .banner")
    assert banner.count() == (loaded.provenance != "observed")


def test_moving_a_cutoff_changes_the_solution_and_says_what_changed(open_page):
    opened = open_page()
    assert opened.status == f"fsqca: {OWN} · the study's own settings"
    opened.number("pri cutoff of fsqca").fill("0.59")
    opened.shows("1 change · 1 gained")
    assert "LEAD*FIN*HUM" in opened.status
    assert opened.slider("pri cutoff of fsqca").input_value() == "0.59"
    changes = opened.page.locator("#changes").inner_text()
    assert "pri_cutoff of fsqca: 0.6 → 0.59" in changes
    assert "LEAD*~DEM*FIN*HUM (0 → 1)" in changes
    assert "report the search" in changes
    opened.shows("was ✘ contradicted", "#verdicts")
    assert opened.complaints == []


def test_moving_an_anchor_with_the_keyboard_changes_truth_table_solution_and_figures(open_page):
    opened = open_page()
    before = opened.page.locator("#curve-figure").get_attribute("aria-label")
    opened.slider("crossover of LEAD").focus()
    for _ in range(14):
        opened.page.keyboard.press("ArrowRight")
    opened.shows("1 change")
    value = float(opened.number("crossover of LEAD").input_value())
    assert value == pytest.approx(5.2)
    exploration = Exploration(eq.load_study("open-data-barometer-2014"))
    expected = exploration.findings({("set", "LEAD", "crossover"): value}, "fsqca")
    opened.shows(" + ".join(expected.paths))
    assert opened.page.locator("#solution tbody").first.locator("tr").count() == len(expected.paths)
    rows = opened.page.locator("#tables tbody").first.locator("tr")
    assert rows.count() == len(expected.analysis.tables["truth_table"])
    figure = opened.page.locator("#curve-figure").get_attribute("aria-label")
    assert figure != before
    assert f"crossover {value:g}" in figure
    for case in expected.crossed(exploration.findings({}, "fsqca")).loc["LEAD", "out"]:
        assert case in opened.page.locator("#crossed").inner_text()
    drawn = opened.page.evaluate("document.querySelector('#xy .js-plotly-plot').data.map(trace => trace.x.length)")
    assert sum(drawn) == 86
    assert opened.page.locator("summary .mark:not(:empty)").all_inner_texts() == ["changed"]


def test_anchors_out_of_order_are_said_in_the_calibrators_words_and_can_be_taken_back(open_page):
    opened = open_page()
    opened.number("full in of LEAD").fill("1")
    opened.shows("direct: the anchors must rise or fall", "#problem")
    assert "Traceback" not in opened.page.content()
    assert opened.page.locator("#problem").get_attribute("role") == "alert"
    assert OWN in opened.status  # the results are those before
    assert violations(opened.page) == []
    opened.page.get_by_role("button", name="Save").click()
    opened.shows("Nothing was saved", "#saved")
    opened.number("full in of LEAD").fill("")
    opened.shows("full_in of LEAD has no number", "#problem")
    opened.page.get_by_role("button", name="Reset LEAD").click()
    opened.page.locator("#problem:empty").wait_for(state="attached")
    opened.shows("the study's own settings")
    assert opened.number("full in of LEAD").input_value() == opened.slider("full in of LEAD").input_value() == "7"
    assert opened.complaints == []


def test_resets_are_for_one_set_for_the_method_or_for_everything(open_page):
    opened = open_page("heilongjiang")
    opened.page.get_by_text("DEM Market (public) demand").click()
    opened.number("crossover of LEAD").fill("55")
    opened.number("crossover of DEM").fill("45")
    opened.number("pri cutoff of fsqca").fill("0.7")
    opened.page.get_by_role("radio", name="parsimonious").check()
    opened.shows("4 changes")
    opened.page.get_by_role("button", name="Reset LEAD").click()
    opened.shows("3 changes")
    opened.page.get_by_role("button", name="Reset the method").click()
    opened.shows("1 change")
    assert opened.number("crossover of DEM").input_value() == "45"
    opened.page.get_by_role("button", name="Reset everything").click()
    opened.shows("the study's own settings")


def test_every_method_can_be_shown_and_asked(open_page):
    opened = open_page("heilongjiang")
    for label in ("csqca", "regression", "clustering", "regression-membership"):
        opened.page.get_by_label(label, exact=True).check()
        opened.shows(re.compile(f"^{label}: "))
    opened.page.get_by_role("button", name="Ask all methods").click()
    opened.shows("csqca", "#verdicts thead")  # the last column was that of the one method already
    expected = eq.compare(eq.run(eq.load_study("heilongjiang"))).verdicts
    cells = opened.page.locator("#verdicts tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText.split(' ')[1]))"
    )
    opened.page.wait_for_timeout(200)
    assert cells == expected.to_numpy().tolist()
    assert opened.complaints == []


def test_saving_writes_a_study_that_loads_and_replaces_nothing_unasked(open_page):
    opened = open_page("heilongjiang")
    page = opened.page
    target = opened.folder / "saved" / "second.toml"
    opened.number("crossover of LEAD").fill("57.5")
    opened.shows("1 change")
    page.get_by_label("Name of the study").fill("second-look")
    page.get_by_label("Folder, or file ending in .toml").fill(str(target))
    assert not page.get_by_role("button", name="Replace").is_visible()
    page.get_by_role("button", name="Save").click()
    opened.shows("Saved: ", "#saved")
    saved = eq.load_study(target)
    assert saved.name == "second-look"
    assert "crossover of LEAD: 50 → 57.5" in saved.note
    exploration = Exploration(eq.load_study("heilongjiang"))
    moved = exploration.changed({("set", "LEAD", "crossover"): 57.5})
    assert saved.calibrate().fuzzy.equals(moved.calibrate().fuzzy)
    assert len(saved.propositions) == len(moved.propositions) == 25

    first = target.read_bytes()
    opened.number("crossover of LEAD").fill("60")
    opened.shows("1 change")
    opened.shows("50 → 60", "#changes")
    page.get_by_role("button", name="Save").click()
    opened.shows("second.toml would be replaced", "#saved")
    assert target.read_bytes() == first
    page.get_by_role("button", name="Replace").click()
    opened.shows("Saved: ", "#saved")
    assert "50 → 60" in eq.load_study(target).note
    assert not page.get_by_role("button", name="Replace").is_visible()
    assert opened.complaints == []


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_page(study, scheme, width, open_page):
    opened = open_page(study, color_scheme=scheme, viewport={"width": width, "height": 844})
    page = opened.page
    for summary in page.locator(".controls summary").all():
        if summary.evaluate("element => !element.parentElement.open"):
            summary.click()
    opened.number("pri cutoff of fsqca").fill("0.57")
    opened.shows("1 change")
    opened.shows("fsqca", "#verdicts thead")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_follows_the_system(open_page):
    def brightness(scheme):
        page = open_page("heilongjiang", color_scheme=scheme).page
        page.locator("#xy svg text").first.wait_for(state="attached")
        return page.evaluate(
            """() => {
                const rgb = (element, key) => getComputedStyle(element)[key].match(/[\\d.]+/g).slice(0, 3).map(Number);
                const bright = parts => parts.reduce((sum, part) => sum + part) / 3;
                const label = document.querySelector('#xy svg text');
                const number = document.querySelector('.controls input[type=number]');
                return [
                    bright(rgb(document.body, 'backgroundColor')), bright(rgb(document.body, 'color')),
                    bright(rgb(label, 'fill')), bright(rgb(number, 'color')),
                ];
            }"""
        )

    light, dark = brightness("light"), brightness("dark")
    assert light[0] > 200 > 60 > max(light[1:])
    assert dark[0] < 60 < 200 < min(dark[1:])


def test_names_that_look_like_markup_do_no_harm(open_page, tmp_path):
    study = eq.load_study("heilongjiang")
    nasty = "</title><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>"
    data = study.data.rename(index={"Harbin": nasty, "Heihe": "<b>bold</b>"})
    kept = [
        proposition for proposition in study.propositions if proposition.claim not in ("together", "member", "level")
    ]
    changed = eq.Study(
        name=nasty,
        title=nasty,
        data=data,
        outcome=study.outcome,
        conditions=study.conditions,
        propositions=kept,
        note=nasty,
    )
    eq.save_study(changed, tmp_path)
    opened = open_page(str(tmp_path))
    opened.page.get_by_label("crossover of LEAD, number").fill("52")
    opened.shows("1 change")
    assert opened.page.locator("h1").inner_text() == nasty
    assert opened.page.evaluate("window.harmed") is None
    assert opened.page.locator("img[src='x']").count() == 0
    assert opened.complaints == []
