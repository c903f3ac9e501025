"""Make the page of the published trials, from the results that are kept: ``python benchmarks/trials/page.py``.

It writes ``docs/trials.md``, what was done and what came out. The page with the pictures, ``trials/trial.html``, is made of the
same results when the site is built.
"""

import argparse
import json
import tempfile
from pathlib import Path

import pandas as pd

import equifinal as eq

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"

TEXT = """\
<!-- Made by benchmarks/trials/page.py; change it there. -->

# What methods can be trusted with

Every method was asked about simulated data whose truth is known. The answers were counted against definitions of *wrong* that
were written down before anything was run; [how trials work](how-to/trials.md) says what they are. [The page with all pictures
and tables](trials/trial.html) is made from the same numbers.

{findings}

## What was done

Data sets for each scenario and number of cases:

{data_sets}

`benchmarks/trials/run.py` has the whole plan. What is not in the table has not been run yet, and a number below that of the plan
(300 for noise and tuning, 100 for the others) means that the rest is still to come.

{evidence}

These scenarios were used for tuning, which means that rules and thresholds may have been chosen by what happens in them: {tuning}.
Nothing was chosen by what happens in the others.

## Do it again

```console
{commands}
$ python benchmarks/trials/page.py
```

Each command goes on where it was when it was stopped. With the same versions ({versions}) the numbers are the same.
"""


def markdown(frame: pd.DataFrame) -> str:
    """A table, its index first."""
    head = [str(frame.index.name), *(f"n = {name}" for name in frame.columns)]
    rows = [[str(label), *(f"{count:,}" if count else "–" for count in row)] for label, *row in frame.itertuples()]
    lines = [head, ["---", *["--:"] * len(frame.columns)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(folders: list[Path], trial: eq.Trial) -> str:
    """The text of docs/trials.md."""
    abouts = [json.loads((folder / "about.json").read_text(encoding="utf-8")) for folder in folders]
    with_evidence = [folder.name for folder, about in zip(folders, abouts, strict=True) if about["evidence"]]
    return TEXT.format(
        findings="\n".join(f"* {sentence}" for sentence in trial.summary()),
        data_sets=markdown(trial.data_sets),
        evidence=_on_evidence(with_evidence, abouts),
        tuning=", ".join(f"`{each.label}`" for each in trial.scenarios if each.tuning) or "(none)",
        commands="\n".join(f"$ python benchmarks/trials/run.py {folder.name}" for folder in folders),
        versions=", ".join(f"{name} {version}" for name, version in abouts[0]["versions"].items()),
    )


def _on_evidence(pieces: list[str], abouts: list[dict]) -> str:
    if not pieces:
        return "Which verdicts are firm was not asked."
    asked = next(about["evidence"] for about in abouts if about["evidence"])
    draws = f" with {', '.join(f'{value} {name}' for name, value in asked.items())}" if isinstance(asked, dict) else ""
    return f"Which verdicts are firm was asked{draws} in: {', '.join(pieces)}."


def kept(results: Path = HERE / "results") -> list[Path]:
    """The folders of the pieces that were run; that of the small one, which tests repeat, when there is no other."""
    there = sorted(each.parent for each in results.glob("*/about.json") if each.parent.name != "small")
    return there or [results / "small"]


def pictures() -> str:
    """The page with all pictures and tables, as the output ``html`` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        written = eq.Trial.load(*kept()).write(Path(folder) / "trials", ["html"])
        return next(path for path in written if path.suffix == ".html").read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=HERE / "results", metavar="DIR")
    parser.add_argument("--docs", type=Path, default=DOCS, metavar="DIR")
    given = parser.parse_args()
    there = kept(given.results)
    (given.docs / "trials.md").write_text(page(there, eq.Trial.load(*there)), encoding="utf-8")
    print(given.docs / "trials.md")


if __name__ == "__main__":
    main()
