"""The comparisons that outputs and facets are tried on."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import cloudpickle

from equifinal.comparison.comparison import Comparison
from equifinal.plain import plain
from equifinal.testing.checks import fail
from equifinal.testing.samples import BlindMethod, SampleMethod, sample_comparison

#: A tag that no output writes of its own accord, and a name that would be an attribute in one.
TAG, ATTRIBUTE = "<planted-tag>", "planted-attribute"


@cache
def pickled_comparison() -> bytes:
    """That of the sample study."""
    # An archive may keep the time of the comparison, but not that of today.
    made = sample_comparison()
    manifest = {**made.run.manifest, "created": "2020-02-03T04:05:06+00:00"}
    made = dataclasses.replace(made, run=dataclasses.replace(made.run, manifest=manifest))
    return cloudpickle.dumps(made)  # type: ignore[no-any-return]


def a_comparison() -> Comparison:
    """A copy for each check, so that none sees the changes of another."""
    comparison: Comparison = cloudpickle.loads(pickled_comparison())
    return comparison


@contextmanager
def unchanged(comparison: Comparison) -> Iterator[None]:
    """Fail when the comparison is another one afterwards."""
    before = _state(comparison)
    yield
    for part, value in _state(comparison).items():
        if before[part] != value:
            fail(f"it changed comparison.{part}. Work on a copy: frame.copy()")


def _state(comparison: Comparison) -> dict[str, str]:
    """What a comparison holds, by its parts."""
    tables = "verdicts verdict_evidence propositions conditions cases fit advice notes manifest"
    state = {part: repr(_whole(getattr(comparison, part))) for part in tables.split()}
    state |= {
        f"analyses[{label!r}]": json.dumps(analysis.to_dict(), default=str)
        for label, analysis in comparison.analyses.items()
    }
    return state


def _whole(value: object) -> object:
    return value.to_dict() if hasattr(value, "to_dict") else plain(value)


@cache
def hard_comparisons() -> dict[str, bytes]:
    """Comparisons that are hard to show, pickled, by what is hard about them."""
    odd = [f"""{TAG}" {ATTRIBUTE}="{number}' {ATTRIBUTE}='1 & |*_ ÆØ/… 東京""" for number in range(24)]
    odd[0] = f"</script>{odd[0]}"
    said = [{"id": f"1{TAG}", "text": f"A is necessary {TAG}", "claim": "necessary", "expression": "A"}]
    files = ["../escape", "x/../../escape", "a/b", "con", "*?<>|", "é" * 60]
    ids = [{**said[0], "id": each, "text": f"A is necessary, {each}"} for each in files]
    alone = SampleMethod()
    made = {
        "with ids of propositions that are no names of files": sample_comparison(propositions=ids, evidence=False),
        "with labels and cases that are no names of files": sample_comparison(
            methods=dict.fromkeys(files, alone), cases=[f"{files[n % 6]}{n}" for n in range(24)], evidence=False
        ),
        "without propositions": sample_comparison(propositions=[], evidence=False),
        "with one condition": sample_comparison(conditions=["A"], evidence=False),
        "with names that are hard for HTML and files": sample_comparison(
            cases=odd, title=f"Title {TAG}", note=f"Note {TAG}", propositions=said, evidence=False
        ),
        "without any prediction": sample_comparison(methods={"blind": BlindMethod()}, evidence=False),
        "with one method": sample_comparison(methods={alone.name: alone}, evidence=False),
        "with a label that is hard for files": sample_comparison(methods={"a/b: c": alone}, evidence=False),
    }
    everywhere = made["with one method"]
    made["without advice"] = dataclasses.replace(everywhere, advice=everywhere.advice[:0])
    return {where: cloudpickle.dumps(each) for where, each in made.items()}
