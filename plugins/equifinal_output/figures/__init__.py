"""Figures of a comparison, made with matplotlib in colours that the colour-blind tell apart.

Each ``plot_...`` draws one figure and returns its axes; :func:`figures_of` says which figures a comparison has, and the format
``figures`` writes them. The names stand in ``__init__.pyi``; each is imported when it is first used, and matplotlib when
something is drawn.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

#: The functions that draw, in alphabetical order.
PLOTS = tuple(name for name in __all__ if name.startswith("plot_"))
