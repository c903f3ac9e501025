"""The door of the command line: an interrupt is answered before anything that takes time is imported."""

import signal

from equifinal.shell.interrupts import end_at_once


def main() -> None:
    """Run the command line."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end_at_once)
    from equifinal.shell.cli import main as cli

    cli()
