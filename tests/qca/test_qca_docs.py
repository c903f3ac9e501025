"""What stands behind the examples on the documentation page is what they print (tests/docs follows its blocks)."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "qca.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_what_the_page_says_is_printed():
    names = {}
    said = 0
    for block in BLOCKS:
        exec(block, names)
        for call, expected in re.findall(r"^print\((.*)\)  # (.+)$", block, flags=re.MULTILINE):
            assert " ".join(map(str, eval(f"({call},)", names))) == expected
            said += 1
    assert said >= 14
