"""Ctrl-C is one line, whenever it is pressed, and however often."""

import os
import signal
import sys
import time
from types import FrameType
from typing import Any

#: Seconds for cleaning up after an interrupt, in which another one changes nothing; a later one ends the program at once.
_PATIENCE = 3.0


def end_at_once(number: int, frame: FrameType | None) -> None:
    """The answer to an interrupt before any work began."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)


def take_one_interrupt() -> None:
    """Let the first interrupt end the work, and those that follow while it is cleaned up do nothing."""
    if signal.getsignal(signal.SIGINT) not in (signal.default_int_handler, end_at_once):
        return  # ignored, or somebody else's
    first: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> Any:
        now = time.monotonic()
        if not first:
            first.append(now)
            raise KeyboardInterrupt
        if now - first[0] > _PATIENCE:
            sys.stderr.flush()
            end_at_once(number, frame)

    signal.signal(signal.SIGINT, interrupt)
