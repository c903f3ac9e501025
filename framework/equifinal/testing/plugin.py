"""``equifinal plugin check``: everything that a plugin brings, or one thing by its name, as a table."""

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

from equifinal.errors import InputError, did_you_mean
from equifinal.plugin import registry
from equifinal.plugin.hookspecs import API_VERSION
from equifinal.plugin.records import Entry, Plugin
from equifinal.testing.checks import Check, Property, checks_for, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.samples import SampleProposition, sample_comparison
from equifinal.testing.targets import checks_of

PLUGIN_PROPERTIES: list[Property] = []


@property_of(PLUGIN_PROPERTIES, "Package it")
def can_be_used(plugin: Plugin) -> None:
    """It can be imported and registered, and everything that it offers is valid."""
    if plugin.problems:
        fail("; ".join(plugin.problems))


@property_of(PLUGIN_PROPERTIES, "Package it", "can be used")
def brings_something(plugin: Plugin) -> None:
    """It offers or observes something."""
    if not plugin.brings:
        fail("no function marked with @equifinal.hookimpl returned anything")


@property_of(PLUGIN_PROPERTIES, "Versions", "can be used")
def states_its_version_of_the_interface(plugin: Plugin) -> None:
    """It says for which version of the plugin interface it was written."""
    needs(
        bool(plugin.version) or plugin.api is not None,
        "a single file stays with the equifinal that it was written with",
    )
    if plugin.api is None:
        fail(
            f"its module does not say for which version of the plugin interface it was written: equifinal_api = {API_VERSION}"
        )


def _told(plugin: Plugin) -> list[str]:
    """What goes wrong when the plugin is told of a calibration, analyses, a failure, a comparison and written files."""
    comparison = sample_comparison(evidence=False)
    finished, notify = comparison.run, registry.current().notify
    with (
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(io.StringIO()),  # to print is what some observers are for
        tempfile.TemporaryDirectory(prefix="equifinal-check-") as folder,
    ):
        warnings.simplefilter("always")
        notify("equifinal_after_calibration", calibrated=finished.calibrated)
        for label, method in finished.methods.items():
            notify("equifinal_before_analysis", label=label, method=method, calibrated=finished.calibrated)
        for label, analysis in finished.analyses.items():
            notify("equifinal_after_analysis", label=label, analysis=analysis, calibrated=finished.calibrated)
        for failure in finished.failures.values():
            notify("equifinal_analysis_failed", failure=failure)
        notify("equifinal_after_comparison", comparison=comparison)
        written = Path(folder, "report.txt")
        written.write_text("A report.\n", encoding="utf-8")
        notify("equifinal_after_writing", paths=[written])
        changed = (
            not written.is_file() or written.read_text(encoding="utf-8") != "A report.\n" or len(os.listdir(folder)) > 1
        )
    start = f"Plugin {plugin}: "
    said = [str(each.message).removeprefix(start) for each in warned if str(each.message).startswith(start)]
    return [*said, *(["it changed the files of a report, or wrote beside them"] if changed else [])]


@property_of(PLUGIN_PROPERTIES, "All hooks", "can be used")
def observers_only_observe(plugin: Plugin) -> None:
    """Hooks that observe raise nothing, and change nothing of what they see or of the process."""
    observes = [each for each in plugin.brings if each.startswith(("hook equifinal_after", "hook equifinal_before"))]
    observes += [each for each in plugin.brings if each == "hook equifinal_analysis_failed"]
    needs(bool(observes), "it observes nothing")
    if problems := _told(plugin):
        fail(problems[0])


@property_of(PLUGIN_PROPERTIES, "Teach a method a new kind of proposition", "can be used")
def answers_in_verdicts(plugin: Plugin) -> None:
    """Its ``equifinal_assess`` answers with a verdict and a sentence, or ``None``, and has no answer for all and everything."""
    needs("hook equifinal_assess" in plugin.brings, "it does not define equifinal_assess")
    hooks = registry.current().hooks
    for other in registry.plugins():
        hooks = hooks if other == plugin.name else hooks.without(other)
    finished, start, answers = sample_comparison(evidence=False).run, f"Plugin {plugin}: ", []
    for analysis in finished.analyses.values():
        for claim in (*finished.study.claims, SampleProposition(id="unknown")):
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                given = finished.calibrated.protected()
                answer = hooks.call("equifinal_assess", analysis=analysis, proposition=claim, calibrated=given)
            if warned:
                fail(str(warned[0].message).removeprefix(start))
            if answer is not None and not answer.evidence.strip():
                fail(f"equifinal_assess answered {answer.answer!r} without evidence. Give a sentence")
            answers.append(answer)
    if all(answer is not None for answer in answers):
        fail(
            "equifinal_assess answers for every method and every kind of proposition, also those that it cannot know. Return "
            "None to leave it to the method"
        )


def checks_of_target(target: str) -> list[Check]:
    """The checks of a plugin (by name, or a ``.py`` file) and all that it brings, or of one thing by its name.

    Raises
    ------
    InputError
        When there is nothing of that name, or it cannot be built.
    """
    if target.endswith(".py") or os.path.isfile(target):
        plugin = _file(target)
    elif target in registry.plugins():
        plugin = registry.plugins()[target]
        if plugin.switched_off:
            raise InputError(f"The plugin {target!r} is switched off. Leave it out of --without and EQUIFINAL_DISABLE.")
    else:
        return checks_of(_entry(target).cls)
    checks = checks_for(f"plugin {plugin.name}", PLUGIN_PROPERTIES, plugin)
    for entry in _entries():
        if entry.plugin.name == plugin.name:
            checks += checks_of(entry.cls)
    return checks


def checks_named(checks: Iterable[Check], names: Iterable[str]) -> list[Check]:
    """Those of the checks that have one of the names, with spaces, hyphens or underscores between their words.

    Raises
    ------
    InputError
        When none of the checks has a name.
    """
    by_name: dict[str, list[Check]] = {}
    for check in checks:
        by_name.setdefault(check.name, []).append(check)
    found = []
    for name in names:
        plain = name.replace("-", " ").replace("_", " ")
        if plain not in by_name:
            raise InputError(f"There is no check {name!r} here. {did_you_mean(plain, by_name)}")
        found += by_name[plain]
    return found


def _file(target: str) -> Plugin:
    file = Path(target)
    if not os.path.isfile(file):
        raise InputError(f"There is no file {target!r}.")
    try:
        return registry.load_plugin(file)
    except InputError as error:
        problem = str(error).partition(f"Plugin file {target!r}: ")[2] or str(error)
        return Plugin(file.stem, str(file), "", problems=(problem.rstrip("."),))


def _entries() -> list[Entry]:
    kinds = (
        "methods",
        "calibrators",
        "outputs",
        "propositions",
        "studies",
        "measures",
        "facets",
        "scenarios",
        "commands",
    )
    return [entry for kind in kinds for entry in getattr(registry, kind)().values()]


def _entry(name: str) -> Entry:
    found = [entry for entry in _entries() if entry.name == name]
    if not found:
        known = [*registry.plugins(), *(entry.name for entry in _entries())]
        raise InputError(
            f"There is nothing called {name!r} to check: no file, plugin, method, calibrator, output, study, kind of "
            f"proposition, measure, facet, scenario or command. {did_you_mean(name, dict.fromkeys(known))}"
        )
    return found[0]
