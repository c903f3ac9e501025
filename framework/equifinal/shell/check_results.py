"""``equifinal plugin check``: the conformance checks as tables in the terminal."""

import contextlib
import io
from collections import Counter
from collections.abc import Collection

from rich.console import Console
from rich.markup import escape

from equifinal.base.words import SIGNS
from equifinal.shell.tables import table_of
from equifinal.testing.checks import Check, Result


def show_results(checks: list[Check], console: Console, expected: Collection[str] = ()) -> bool:
    """Run the checks, print a table for each thing with its problems below, and return whether none failed.

    Checks whose names are expected to fail are shown and not counted as failed; one that passes is.

    Give the console a file of its own, ``Console(file=sys.stdout)``: whatever the plugin prints is swallowed.
    """
    everything: list[Result] = []
    for subject in dict.fromkeys(check.subject for check in checks):
        # Printing is one of the checks; here it would break up the tables.
        hush = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
        with console.status(f"Checking {escape(subject)} ..."), hush[0], hush[1]:
            results = [check.result() for check in checks if check.subject == subject]
        everything += results
        table = table_of(console, f"{subject[0].upper()}{subject[1:]}")
        table.add_column("check", overflow="fold")
        table.add_column("result", overflow="fold")
        for result in results:
            shown = {
                "passed": f"[cyan]{SIGNS['supported']} passed[/]",
                "failed": f"[bold red]{SIGNS['contradicted']} FAILED[/]",
                "does not apply": "[dim]– does not apply",
            }
            if result.check.name in expected and result.outcome == "failed":
                shown["failed"] = "[dim]– failed, as expected[/]"
            if result.check.name in expected and result.outcome == "passed":
                shown["passed"] = f"[bold red]{SIGNS['contradicted']} passed, and was expected to fail[/]"
            why = f": {escape(result.message)}[/]" if result.outcome == "does not apply" else ""
            table.add_row(escape(result.check.name), shown[result.outcome] + why)
        console.print(table)
        for result in results:
            if result.outcome == "failed" and result.check.name not in expected:
                console.print(
                    f"[bold red]{SIGNS['contradicted']}[/] {escape(result.message)}.\n", highlight=False, soft_wrap=True
                )
    counts = Counter(_counted(result, expected) for result in everything)
    said = f"{len(everything)} checks: {counts['passed']} passed, {counts['failed']} failed"
    as_expected = f", {counts['as expected']} failed as expected" if counts["as expected"] else ""
    console.print(f"{said}, {counts['does not apply']} that do not apply{as_expected}.", highlight=False)
    return not counts["failed"]


def _counted(result: Result, expected: Collection[str]) -> str:
    """As what a result counts."""
    if result.check.name not in expected or result.outcome == "does not apply":
        return result.outcome
    return "as expected" if result.outcome == "failed" else "failed"
