"""The example on the documentation page runs and says what the page says it does."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "qca.md"


def test_the_example_on_the_page_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    names = {}
    exec(example, names)
    printed = capsys.readouterr().out
    assert len(names["solution"].models) >= 1
    assert all(model.expression in printed for model in names["solution"].models)
