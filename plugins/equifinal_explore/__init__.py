"""A local page to explore a study: move anchors and cutoffs, see what changes, save the result as a study.

The hook brings the command ``equifinal explore`` (:mod:`equifinal_explore.command`). What the page shows is computed in
:mod:`~equifinal_explore.exploration`, without any web library; :mod:`~equifinal_explore.page` serves it.
"""

from collections.abc import Callable

import equifinal as eq

equifinal_api = 1


@eq.hookimpl
def equifinal_commands() -> list[Callable[..., None]]:
    """The command ``equifinal explore``."""
    from equifinal_explore.command import explore

    return [explore]
