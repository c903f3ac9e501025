"""How long a search may take."""

import time


class Budget:
    """Seconds to spend; ``exhausted`` says whether a search was cut short."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds
        self.exhausted = False

    def left(self) -> bool:
        """Whether there is time left. To be asked before each step: a step that is left out is remembered."""
        if self._end is not None and time.monotonic() >= self._end:
            self.exhausted = True
        return not self.exhausted
