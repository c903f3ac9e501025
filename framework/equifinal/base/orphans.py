"""Worker processes that end with the process that started them, however that one ends.

A process that is killed cannot end its workers. Each worker therefore asks the system to be killed too (Linux), and looks by itself
whether its parent is still there (everywhere).
"""

import ctypes
import os
import signal
import sys
import threading
import time

_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1
_SYNCHRONIZE, _FOREVER = 0x00100000, 0xFFFFFFFF

#: The parents that this process follows; one, unless somebody forks it.
_followed: set[int] = set()


def parent_to_follow() -> tuple[int, bool]:
    """For :func:`follow` in a worker that this thread starts: this process, and whether this thread lives as long as it."""
    return os.getpid(), threading.current_thread() in (threading.main_thread(), *_lasting)


#: Threads that live as long as their process.
_lasting: set[threading.Thread] = set()


def lasts() -> None:
    """Mark the thread that calls this as one that lives as long as its process."""
    _lasting.add(threading.current_thread())


def follow(parent: int, lasting: bool) -> None:
    """End this process when its parent ends; nothing happens when it is called in the parent itself, or again.

    Parameters
    ----------
    parent
        The parent's process id.
    lasting
        Whether the thread that started this process lives as long as the parent: Linux's signal comes when the thread ends.
    """
    if parent == os.getpid() or parent in _followed:
        return
    _followed.add(parent)
    if lasting and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    if sys.platform == "win32":  # where an orphan keeps its parent's id
        kernel = ctypes.windll.kernel32
        kernel.WaitForSingleObject(kernel.OpenProcess(_SYNCHRONIZE, False, parent), _FOREVER)
    else:
        while os.getppid() == parent:
            time.sleep(_SECONDS)
    os._exit(1)
