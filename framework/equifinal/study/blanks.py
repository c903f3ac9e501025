"""Places in a study file that wait for a number: ``crossover = ,``, which no TOML reader takes."""

import re

_BLANK = re.compile(r",?\s*(\w+)\s*=\s*(?=[,}])")


def blanks(text: str) -> tuple[int, list[str]] | None:
    """The first line whose calibration has keys without a value, and these keys; ``None`` when there is none.

    >>> blanks("[outcome]\\ncalibrate = {full_out = , crossover = 5, full_in = }")
    (2, ['full_out', 'full_in'])
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if _calibrates(line) and (keys := _BLANK.findall(line)):
            return number, keys
    return None


def without_blanks(text: str) -> str:
    """The file without the keys that have no value yet.

    >>> without_blanks("calibrate = {full_out = , crossover = 5, full_in = }")
    'calibrate = { crossover = 5}'
    """
    return "\n".join(
        _BLANK.sub("", line).replace("{,", "{") if _calibrates(line) else line for line in text.splitlines()
    )


def _calibrates(line: str) -> bool:
    return line.lstrip().startswith("calibrate")
