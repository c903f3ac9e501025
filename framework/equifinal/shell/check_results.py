"""``equifinal plugin check``: the conformance checks as tables in the terminal."""

import contextlib
import io
from collections import Counter

from rich.console import Console
from rich.markup import escape

from equifinal.base.words import SIGNS
from equifinal.shell.tables import table_of
from equifinal.testing.checks import Check, Result


def show_results(checks: list[Check], console: Console) -> bool:
    """Run the checks, print a table for each thing with its problems below, and return whether none failed.

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
            why = f": {escape(result.message)}[/]" if result.outcome == "does not apply" else ""
            table.add_row(escape(result.check.name), shown[result.outcome] + why)
        console.print(table)
        for result in results:
            if result.outcome == "failed":
                console.print(
                    f"[bold red]{SIGNS['contradicted']}[/] {escape(result.message)}.\n", highlight=False, soft_wrap=True
                )
    counts = Counter(result.outcome for result in everything)
    said = f"{len(everything)} checks: {counts['passed']} passed, {counts['failed']} failed"
    console.print(f"{said}, {counts['does not apply']} that do not apply.", highlight=False)
    return not counts["failed"]
