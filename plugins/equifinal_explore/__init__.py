"""A local page to explore a study: move anchors and cutoffs, see what changes, save the result as a study.

The command ``equifinal explore`` is in :mod:`equifinal_explore.command`. What the page shows is computed in
:mod:`~equifinal_explore.exploration`, without any web library; :mod:`~equifinal_explore.page` serves it.
"""
