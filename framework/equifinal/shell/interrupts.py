"""Ctrl-C is one line, whenever it is pressed, and however often."""

import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

#: Seconds for cleaning up after an interrupt, in which another one changes nothing; a later one ends the program at once.
_PATIENCE = 3.0

#: Seconds after which an interrupt that nobody heard of is raised again.
_AGAIN = 1.0

#: When an interrupt came that nobody has answered.
_open: list[float] = []


def end_at_once(number: int, frame: FrameType | None) -> None:
    """The answer to an interrupt before any work began."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)


def take_one_interrupt() -> None:
    """Let the first interrupt end the work, and those that follow while it is cleaned up do nothing.

    Python drops an exception that is raised where nothing can catch it (in a weak reference's callback, say, of which an import
    makes many). An interrupt that came at such a moment is raised again, where the system has timers.
    """
    if signal.getsignal(signal.SIGINT) not in (signal.default_int_handler, end_at_once):
        return  # ignored, or somebody else's
    first: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> Any:
        now = time.monotonic()
        if not first:
            first.append(now)
            _open.append(now)
            _insist()
            raise KeyboardInterrupt
        if now - first[0] > _PATIENCE:
            sys.stderr.flush()
            end_at_once(number, frame)

    signal.signal(signal.SIGINT, interrupt)


def heard() -> bool:
    """The interrupt is being answered, and need not be raised again; whether there was one that nobody had answered."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    answered = bool(_open)
    _open.clear()
    return answered


def _insist() -> None:
    said = sys.unraisablehook

    def all_but_interrupts(dropped: Any) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            said(dropped)

    def again(number: int, frame: FrameType | None) -> None:
        if not _being_answered():
            raise KeyboardInterrupt

    def nothing(failed: Any) -> None:
        """A thread that waits for workers fails when these are ended."""

    sys.unraisablehook, threading.excepthook = all_but_interrupts, nothing
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, again)
        signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)


def _being_answered() -> bool:
    """Whether what is running now cleans up after an interrupt."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
