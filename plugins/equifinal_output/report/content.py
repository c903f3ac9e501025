"""What a report says, in order."""

from weakref import WeakKeyDictionary

import equifinal as eq
from equifinal.plain import KEY, UNTESTED_KEY, counted
from equifinal_output.report.document import Content
from equifinal_output.report.sections import sections
from equifinal_output.words.names import labelled

#: What was made of a comparison, with and without its asymmetry, kept as long as the comparison: each format asks for it.
_made: WeakKeyDictionary[eq.Comparison, dict[bool, Content]] = WeakKeyDictionary()


def content(comparison: eq.Comparison) -> Content:
    """Turn a comparison into titled, ordered sections."""
    known = _made.setdefault(comparison, {})
    if comparison.with_asymmetry not in known:
        known[comparison.with_asymmetry] = _content(comparison)
    return known[comparison.with_asymmetry]


def _content(comparison: eq.Comparison) -> Content:
    study = comparison.study
    return Content(
        title=study.title,
        description=" ".join(study.description.split()),
        banner=comparison.banner,
        caveats=tuple(comparison.caveats),
        subject=_subject(comparison),
        opening=_opening(comparison),
        headline=comparison.headline,
        left_out=_left_out(comparison),
        # The evidence stands in the section on verdicts.
        summary=tuple(comparison.summarize(evidence=False)),
        key=UNTESTED_KEY if comparison.demands is None else KEY,
        sections=tuple(sections(comparison)),
    )


def _subject(comparison: eq.Comparison) -> str:
    outcome, calibrated = comparison.calibrated.outcome, comparison.calibrated
    methods: dict[str, list[str]] = {}
    for label, analysis in comparison.analyses.items():
        methods.setdefault(analysis.method.title, []).append(label)
    listed = "; ".join(
        title if labels == [title] else f"{title} ({', '.join(labels)})" for title, labels in methods.items()
    )
    count = counted(len(comparison.analyses), "method")
    return (
        f"Outcome: {labelled(outcome)}. {counted(len(calibrated.cases), 'case')}, "
        f"{counted(len(calibrated.conditions), 'condition')}, {count}: {listed}."
    )


def _opening(comparison: eq.Comparison) -> str:
    count, cases = len(comparison.analyses), counted(len(comparison.calibrated.cases), "case")
    said = f"The method looks at {cases}." if count == 1 else f"Each method looks at the same {cases} in its own way."
    if comparison.verdicts.empty:
        return said
    return f"{said} Propositions are claims that the study tests; a method that cannot judge one stays silent."


def _left_out(comparison: eq.Comparison) -> str:
    if not comparison.failures:
        return ""
    failed = counted(len(comparison.failures), "method")
    return f"{failed} failed and {'is' if len(comparison.failures) == 1 else 'are'} left out: {', '.join(comparison.failures)}."
