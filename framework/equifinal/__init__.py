"""Several research methods on the same cases, compared.

Start with :func:`load_study` (or build a :class:`Study`), then :func:`run` and :func:`compare`::

    import equifinal as eq

    study = eq.load_study("open-data-barometer-2014")
    comparison = eq.compare(eq.run(study))
    print(comparison.verdicts)

Everything a plugin author needs is in this namespace too: the base classes :class:`Method`,
:class:`Calibrator` and :class:`Output`, the tables of an :class:`Analysis`, and ``hookimpl``.
``__init__.pyi`` says where each name comes from. It is imported when first used, so ``import equifinal`` costs next to nothing.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
