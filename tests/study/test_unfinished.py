"""``describe`` of a study that is being written: what is there, and all that is open."""

import pytest
from rich.cells import cell_len

import equifinal as eq
from equifinal.study.study_draft import draft_study
from equifinal.study.unfinished import unfinished

HEAD = '[study]\nname = "towns"\ndata = "cases.csv"\ncase = "city"\n'
OUTCOME = '[outcome]\nname = "OPEN"\ncolumn = "open"\n'
CONDITION = '[[condition]]\nname = "LEAD"\ncolumn = "leadership"\n'
BLANK = 'calibrate = {method = "direct", full_out = , crossover = 50, full_in = }\n'
FULL = BLANK.replace("out = ,", "out = 20,").replace("in = }", "in = 80}")


@pytest.mark.parametrize(
    ("text", "still"),
    [
        (HEAD, ["There is no outcome yet", "There is no condition yet"]),
        (HEAD + CONDITION + FULL, ["There is no outcome yet"]),
        (HEAD + OUTCOME + FULL, ["There is no condition yet"]),
        (HEAD + OUTCOME + CONDITION + FULL, ["OPEN has no anchors yet"]),
        (HEAD + OUTCOME + CONDITION, ["OPEN has no anchors yet", "LEAD has no anchors yet: QCA and"]),
        (HEAD + OUTCOME + BLANK + CONDITION + FULL, ["OPEN: direct: full_out, full_in are missing"]),
        (HEAD + OUTCOME + FULL + CONDITION + BLANK, ["LEAD: direct: full_out, full_in are missing"]),
        (HEAD + OUTCOME + CONDITION.replace("leader", "laeder"), ["OPEN has", "LEAD has", "Did you mean 'leadership'"]),
    ],
)
def test_what_is_open_is_listed(text, still, towns, cli):
    towns.write_text(text)
    found = unfinished(towns)
    assert found.cases == 6
    assert [words in said for words, said in zip(still, found.open, strict=True)] == [True] * len(still)
    ended = cli("describe", towns)
    assert (ended.code, ended.err) == (0, "")
    assert "The study is not finished." in ended.out
    printed = " ".join(ended.out.split())
    assert [words for words in still if words not in printed] == []
    assert max(map(cell_len, ended.out.splitlines())) <= 80
    with pytest.raises(eq.InputError):
        eq.load_study(towns)


def test_a_finished_study_has_nothing_open(towns):
    assert unfinished(towns) is None


def test_a_fresh_draft_can_be_described(towns, cli):
    towns.unlink()
    draft_study(towns.parent / "cases.csv", "open")
    ended = cli("describe", towns)
    assert ended.code == 0
    for words in ("12 to 90", "OPEN has no anchors yet", "LEADERSHIP, MONEY have no anchors yet"):
        assert words in ended.out


def test_compare_says_which_number_is_missing_and_where_all_are_listed(towns, cli):
    towns.write_text(HEAD + OUTCOME + BLANK + CONDITION + FULL)
    ended = cli("compare", towns)
    assert (ended.code, ended.out) == (2, "")
    assert "in line 8, full_out, full_in have no number yet. Fill them in" in ended.err
    assert f"equifinal describe {towns}" in ended.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + OUTCOME + CONDITION + 'expct = "present"\n', "Did you mean 'expect'?"),
        (HEAD + "[[outcome]]" + OUTCOME.removeprefix("[outcome]") + CONDITION, "in single brackets"),
        (HEAD + OUTCOME + CONDITION.replace("[[condition]]", "[condition]"), "in double brackets"),
        (HEAD + OUTCOME + CONDITION + CONDITION, "two sets are named 'LEAD'"),
        (HEAD + OUTCOME + CONDITION + 'calibrate = {method = "drect"}\n', "Did you mean 'direct'?"),
        (HEAD + OUTCOME + CONDITION + "calibrate = 5\n", "calibrate = 5 must be a table"),
        (HEAD.replace("cases.csv", "case.csv") + OUTCOME, "does not exist"),
        (HEAD + OUTCOME.replace("OPEN", "not"), "'not'"),
        ("[outcome]\n", "'study' is missing"),
        ("", "'study' is missing"),
        ("[study", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_an_error_though_more_is_open(text, words, towns, cli):
    towns.write_text(text)
    ended = cli("describe", towns)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.count("\n") == 1
