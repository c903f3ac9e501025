"""The manifest: what anyone needs to repeat a run."""

import importlib.metadata
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from equifinal.method.analysis import Method
from equifinal.plugin import registry
from equifinal.study.study import Study

#: Packages whose versions can change a number.
_PACKAGES = ("equifinal", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels")


def origin_of(method: Method) -> tuple[str, str]:
    """The plugin and version that a method comes from, in words."""
    entry = registry.methods().get(method.name)
    if entry is not None and entry.cls is type(method):
        return f"{entry.plugin.name} ({entry.plugin.distribution})", entry.plugin.version
    return f"{type(method).__module__} (not registered)", ""


def manifest(study: Study, methods: Mapping[str, Method], seed: int) -> dict[str, Any]:
    """What anyone needs to repeat a run, as plain data: data hash, calibration, parameters, versions, plugins, seed."""
    return {
        "generator": "equifinal",
        "version": importlib.metadata.version("equifinal"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": study.name,
        "title": study.title,
        "provenance": study.provenance,
        "note": study.note,
        "outcome": study.outcome.name,
        "conditions": [condition.name for condition in study.conditions],
        "cases": len(study.data),
        "data_sha256": study.data_hash,
        "calibration": {
            variable.name: {
                "column": variable.column,
                "calibrator": variable.calibrator.name,
                **variable.calibrator.parameters(),
            }
            for variable in study.variables
            if variable.calibrator is not None
        },
        "methods": {
            label: {
                "method": method.name,
                "plugin": " ".join(origin_of(method)).strip(),
                "parameters": method.parameters(),
            }
            for label, method in methods.items()
        },
        "seed": int(seed),
        "plugins": {name: plugin.origin for name, plugin in registry.current().plugins(late=False).items()},
        "packages": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _PACKAGES},
    }
