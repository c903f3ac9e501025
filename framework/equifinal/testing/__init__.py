"""Conformance checks: does a method, calibrator, output or study keep the promises that the framework relies on?

In a notebook or a script::

    from equifinal.testing import check_method
    check_method(MyMethod)  # raises and names every check that fails

In pytest, one test for each check::

    from equifinal.testing import parametrize_with_checks

    @parametrize_with_checks([MyMethod])
    def test_conformance(check):
        check()

At the command line: ``equifinal plugin check NAME``. Each check is one named property; a failure says what is wrong and
where to read on.
"""

from equifinal.testing.checks import Check, ConformanceError, DoesNotApply, Result
from equifinal.testing.samples import example_of, sample_comparison, sample_study
from equifinal.testing.targets import (
    check_calibrator,
    check_method,
    check_output,
    check_proposition,
    check_study,
    checks_of,
    parametrize_with_checks,
)

__all__ = [
    "Check",
    "ConformanceError",
    "DoesNotApply",
    "Result",
    "check_calibrator",
    "check_method",
    "check_output",
    "check_proposition",
    "check_study",
    "checks_of",
    "example_of",
    "parametrize_with_checks",
    "sample_comparison",
    "sample_study",
]
