"""The examples on the documentation page run and print what the page says they print."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "qca.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_first_example_prints_its_models(capsys):
    names = {}
    exec(BLOCKS[0], names)
    printed = capsys.readouterr().out
    assert len(names["solution"].models) >= 1
    assert all(model.expression in printed for model in names["solution"].models)
    shown = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(shown) == 2
    assert all(text in printed for text in shown)


def test_what_the_page_says_is_printed():
    names = {}
    said = 0
    for block in BLOCKS:
        exec(block, names)
        for call, expected in re.findall(r"^print\((.*)\)  # (.+)$", block, flags=re.MULTILINE):
            assert " ".join(map(str, eval(f"({call},)", names))) == expected
            said += 1
    assert said >= 14
