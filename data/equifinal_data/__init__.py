"""The bundled studies: a folder each, with ``study.toml``, ``cases.csv`` and a ``README.md`` on the data.

A plugin like any other: a package that offers studies of its own needs no more than this.
"""

from pathlib import Path

import equifinal as eq

_FOLDERS = {
    "open-data-barometer-2014": "open_data_barometer_2014",
    "open-data-barometer-2013": "open_data_barometer_2013",
    "open-data-barometer-2013-2014": "open_data_barometer_2013_2014",
    "heilongjiang": "heilongjiang",
}

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_studies() -> list[eq.StudySource]:
    """Name the bundled studies and where their ``study.toml`` lies."""
    here = Path(__file__).parent
    return [eq.StudySource(name=name, path=here / folder / "study.toml") for name, folder in _FOLDERS.items()]
