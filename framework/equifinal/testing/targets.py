"""The checks of a thing, by its kind: for notebooks, pytest and the command line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from equifinal.comparison.measures import Measure
from equifinal.errors import InputError
from equifinal.method.analysis import Method
from equifinal.plugin.registry import name_of
from equifinal.study.calibrator import Calibrator
from equifinal.study.propositions import Proposition
from equifinal.study.study_file import StudySource
from equifinal.sweep.scenario import Scenario
from equifinal.testing.calibrator import CALIBRATOR_PROPERTIES
from equifinal.testing.checks import Check, ConformanceError, Property, Result, checks_for
from equifinal.testing.command import COMMAND_PROPERTIES
from equifinal.testing.facet import FACET_PROPERTIES
from equifinal.testing.measure import MEASURE_PROPERTIES
from equifinal.testing.method import METHOD_PROPERTIES
from equifinal.testing.output import OUTPUT_PROPERTIES
from equifinal.testing.samples import examples_of
from equifinal.testing.scenario import SCENARIO_PROPERTIES
from equifinal.testing.study import PROPOSITION_PROPERTIES, STUDY_PROPERTIES
from equifinal.writing.facets import Facet
from equifinal.writing.output import Output


def checks_of(target: Any) -> list[Check]:
    """The checks of a method, calibrator, output, scenario (each a class or an instance), study source, measure, facet, kind of
    proposition or command.

    Raises
    ------
    InputError
        When it is none of these, or a class that needs parameters and gives no example.

    Examples
    --------
    >>> import equifinal as eq
    >>> checks = checks_of(eq.methods()["fsqca"].cls)
    >>> checks[0].subject, checks[0].name
    ('method fsqca', 'facets valid')
    """
    if (command := name_of(target, "commands")) is not None:
        return checks_for(f"command {command}", COMMAND_PROPERTIES, target)
    things = examples_of(target)
    kinds: list[tuple[type[Any], str, list[Property]]] = [
        (Method, "method", METHOD_PROPERTIES),
        (Calibrator, "calibrator", CALIBRATOR_PROPERTIES),
        (Output, "output", OUTPUT_PROPERTIES),
        (StudySource, "study", STUDY_PROPERTIES),
        (Scenario, "scenario", SCENARIO_PROPERTIES),
        (Measure, "measure", MEASURE_PROPERTIES),
        (Facet, "facet", FACET_PROPERTIES),
    ]
    for base, kind, properties in kinds:
        if isinstance(things[0], base):
            subjects = [f"{kind} {thing.name}{_numbered(number)}" for number, thing in enumerate(things)]
            return [c for s, thing in zip(subjects, things, strict=True) for c in checks_for(s, properties, thing)]
    thing = things[0]
    if isinstance(thing, type) and issubclass(thing, Proposition):
        return checks_for(f"kind of proposition {thing.claim}", PROPOSITION_PROPERTIES, thing)
    raise InputError(
        f"{target!r} cannot be checked. Give a Method, Calibrator, Output, StudySource, Scenario, Measure, "
        "Facet or a kind of Proposition."
    )


def _numbered(number: int) -> str:
    """What is added to a name for a further set of parameters."""
    return f"[{number + 1}]" if number else ""


def check_method(method: type[Method] | Method) -> list[Result]:
    """Check a method: a class whose parameters have defaults, or an instance.

    Returns
    -------
    list of Result
        How each check ended: ``passed`` or ``does not apply``.

    Raises
    ------
    ConformanceError
        When checks fail; the message has a line for each.
    InputError
        When it is not a method.

    Examples
    --------
    >>> import equifinal as eq
    >>> results = check_method(eq.methods()["regression"].cls)
    >>> {result.outcome for result in results} <= {"passed", "does not apply"}
    True
    """
    return _all(method, Method)


def check_calibrator(calibrator: type[Calibrator] | Calibrator) -> list[Result]:
    """Check a calibrator, as :func:`check_method` a method.

    >>> import equifinal as eq
    >>> len(check_calibrator(eq.calibrators()["direct"].cls)) > 10
    True
    """
    return _all(calibrator, Calibrator)


def check_output(output: type[Output] | Output) -> list[Result]:
    """Check an output, as :func:`check_method` a method.

    >>> import equifinal as eq
    >>> len(check_output(eq.outputs()["json"].cls)) > 10
    True
    """
    return _all(output, Output)


def check_study(source: StudySource) -> list[Result]:
    """Check a study that a plugin brings, as :func:`check_method` a method.

    >>> import equifinal as eq
    >>> len(check_study(eq.studies()["heilongjiang"].cls))
    4
    """
    return _all(source, StudySource)


def check_proposition(kind: type[Proposition]) -> list[Result]:
    """Check a kind of proposition, as :func:`check_method` a method.

    >>> import equifinal as eq
    >>> len(check_proposition(eq.propositions()["necessary"].cls))
    2
    """
    return _all(kind, Proposition)


def _all(target: Any, base: type) -> list[Result]:
    if not (isinstance(target, base) or (isinstance(target, type) and issubclass(target, base))):
        raise InputError(f"{target!r} is not an equifinal.{base.__name__}. Give such a class, or an instance of one.")
    results = [check.result() for check in checks_of(target)]
    failed = [result.message for result in results if result.outcome == "failed"]
    if failed:
        raise ConformanceError("\n".join(failed))
    return results


def parametrize_with_checks(
    targets: Iterable[Any], expected_failures: Mapping[str, str] | None = None
) -> Callable[[Any], Any]:
    """Make one pytest test for each check of each thing.

    Parameters
    ----------
    targets
        Methods, calibrators and outputs (classes or instances), study sources, kinds of propositions.
    expected_failures
        Reasons, by name of the check, for checks known to fail: a failure is expected, and a pass is an error.

    Examples
    --------
    In a test module; ``pytest -k input_not_mutated`` then runs a single one::

        @parametrize_with_checks([MyMethod, MyMethod(alpha=0.01)])
        def test_conformance(check):
            check()
    """
    import pytest

    expected = dict(expected_failures or {})
    parameters = []
    for check in (check for target in targets for check in checks_of(target)):
        reason = expected.get(check.name)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        parameters.append(pytest.param(check, id=check.id, marks=marks))
    return pytest.mark.parametrize("check", parameters)
