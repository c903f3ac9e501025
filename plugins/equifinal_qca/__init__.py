"""Qualitative comparative analysis: truth tables, Boolean minimization, necessity; the methods fsqca, csqca and mvqca.

The engine works on any frame of memberships, without a study::

    from equifinal_qca import minimize, necessity, truth_table

    table = truth_table(frame, outcome="Y", consistency_cutoff=0.8)
    solution = minimize(table, "parsimonious")
"""

import lazy_loader

from equifinal import hookimpl

# The names stand in __init__.pyi; each is imported when it is first used.
__getattr__, _, __all__ = lazy_loader.attach_stub(__name__, __file__)

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@hookimpl(tryfirst=True)  # the methods that the comparison was made for lead it
def equifinal_methods() -> list[type]:
    """Offer the methods to the framework."""
    from equifinal_qca.method.fsqca import CsQCA, FsQCA
    from equifinal_qca.method.mvqca import MvQCA

    return [FsQCA, CsQCA, MvQCA]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})  # the hook too: pluggy finds it by ``dir``
