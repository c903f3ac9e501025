"""Hooks: pluggy makes the calls, so that its options mean what its documentation says; each implementation is guarded."""

import dataclasses
import os
import sys
import time
from types import ModuleType
from typing import Any

import pytest

import equifinal as eq
from equifinal.plugin.registry import Plugin, Registry


def method(called: str) -> type[eq.Method]:
    class Made(eq.Method):
        """A method."""

        name = called

    return Made


def plugged(found: Registry, name: str, distribution: str = "", **functions: Any) -> None:
    """Register a plugin of these functions, as if it came from an entry point."""
    module = ModuleType(name)
    vars(module).update(functions)
    plugin = Plugin(name, distribution or f"dist-{name}", "1.0")
    found._plugins[name] = plugin
    found._plugins[name] = found._register(module, plugin)
    found._forget()


def bringing(name: str) -> Any:
    return lambda: [method(name)]


@pytest.fixture
def found() -> Registry:
    return Registry([])


# -------------------------------------------------------------------------------------------------- order


def test_the_last_comes_first_and_tryfirst_and_trylast_mean_what_pluggy_says(found):
    for name, options in (("a", {}), ("b", {"trylast": True}), ("c", {}), ("d", {"tryfirst": True}), ("e", {})):
        plugged(found, name, equifinal_methods=eq.hookimpl(bringing(name), **options))
    assert list(found.listing("methods")) == ["d", "e", "c", "a", "b"]


def test_tryfirst_orders_observers_and_a_wrapper_goes_around_them(found):
    told = []

    def observer(name):
        return lambda comparison: told.append(name)

    @eq.hookimpl(wrapper=True)
    def around(comparison):
        told.append("before")
        outcome = yield
        told.append("after")
        return outcome

    plugged(found, "first", equifinal_after_comparison=eq.hookimpl(observer("first"), tryfirst=True))
    plugged(found, "around", equifinal_after_comparison=around)
    plugged(found, "last", equifinal_after_comparison=eq.hookimpl(observer("last"), trylast=True))
    plugged(found, "plain", equifinal_after_comparison=eq.hookimpl(observer("plain")))
    found.notify("equifinal_after_comparison", comparison=None)
    assert told == ["before", "first", "plain", "last", "after"]


def test_a_strangers_tryfirst_takes_no_name_of_the_projects(found):
    own = method("fsqca")
    plugged(found, "qca", "equifinal", equifinal_methods=eq.hookimpl(lambda: [own], trylast=True))
    plugged(found, "stranger", equifinal_methods=eq.hookimpl(lambda: [method("fsqca")], tryfirst=True))
    assert found.listing("methods")["fsqca"].cls is own
    assert found.plugins()["qca"].problems == ()
    assert "'fsqca' is offered twice" in found.plugins()["stranger"].problems[0]


# ----------------------------------------------------------------------------------------------- wrappers


def test_a_wrapper_sees_what_others_contribute_and_may_change_it(found):
    plugged(found, "a", equifinal_methods=eq.hookimpl(lambda: [method("keep"), method("drop")]))

    @eq.hookimpl(wrapper=True)
    def around():
        given = yield
        return [[each for each in things if each.name != "drop"] for things in given] + [[method("added")]]

    plugged(found, "around", equifinal_methods=around)
    methods = found.listing("methods")
    assert {name: entry.plugin.name for name, entry in methods.items()} == {"keep": "a", "added": "around"}
    assert found.plugins()["around"].brings == ("method added",)


def test_one_thing_that_two_plugins_offer_is_attributed_to_both(found):
    same = method("same")
    for name in ("a", "b"):
        plugged(found, name, equifinal_methods=eq.hookimpl(lambda: [same]))
    with pytest.raises(eq.InputError, match=r"'same' is offered twice, by b \(.*\) and by a \("):
        found.listing("methods")["same"]


def raises_before():
    raise ValueError("early")
    yield


def raises_after():
    yield
    raise ValueError("late")


def yields_not():
    if False:
        yield
    return []


def yields_twice():
    yield
    yield


def forgets():
    yield


def things():
    outcome = yield
    return [each for several in outcome for each in several]


@pytest.mark.parametrize(
    ("wrapper", "problem"),
    [
        (raises_before, "equifinal_methods raised ValueError: early"),
        (raises_after, "equifinal_methods raised ValueError: late"),
        (yields_not, "equifinal_methods is a wrapper, but did not yield"),
        (yields_twice, "equifinal_methods is a wrapper, but yielded twice"),
        (forgets, "equifinal_methods must return a list, not NoneType"),
        (things, "equifinal_methods is a wrapper, and must return what yield gave it, a list of lists"),
    ],
)
def test_a_wrapper_that_goes_wrong_changes_nothing_and_is_named(wrapper, problem, found):
    def marked():
        return (yield from wrapper())

    plugged(found, "sound", equifinal_methods=eq.hookimpl(lambda: [method("sound")]))
    plugged(found, "wrong", equifinal_methods=eq.hookimpl(marked, wrapper=True))
    assert list(found.listing("methods")) == ["sound"]
    assert found.plugins()["wrong"].problems == (problem,)


def test_a_wrapper_of_observers_that_raises_is_a_warning(found):
    told = []

    @eq.hookimpl(wrapper=True)
    def around(comparison):
        yield
        raise ValueError("no")

    plugged(found, "around", equifinal_after_comparison=around)
    plugged(found, "sound", equifinal_after_comparison=eq.hookimpl(lambda comparison: told.append(comparison)))
    with pytest.warns(UserWarning, match=r"Plugin around \(dist-around 1.0\): equifinal_after_comparison raised Val"):
        found.notify("equifinal_after_comparison", comparison="it")
    assert told == ["it"]


# ------------------------------------------------------------------------------------- which are accepted


def test_optionalhook_may_name_a_hook_that_is_not_there(found):
    plugged(found, "future", equifinal_of_tomorrow=eq.hookimpl(lambda anything: None, optionalhook=True))
    assert found.plugins()["future"].problems == ()


def test_specname_names_the_hook(found):
    @eq.hookimpl(specname="equifinal_methods")
    def bring():
        return [method("named")]

    plugged(found, "named", bring=bring)
    assert list(found.listing("methods")) == ["named"]


async def awaited():
    return []


async def awaited_often():
    yield


def generating():
    yield


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        (awaited, {}, "is an async function, which nobody awaits"),
        (awaited_often, {}, "is an async function, which nobody awaits"),
        (generating, {}, "is a generator function, but no wrapper"),
        (lambda: [], {"wrapper": True}, "is marked wrapper=True, but has no yield"),
        (generating, {"hookwrapper": True}, "is marked hookwrapper=True, pluggy's old way"),
    ],
)
@pytest.mark.parametrize("hook", ["equifinal_methods", "equifinal_after_comparison"])
def test_a_function_that_is_no_implementation_is_refused_in_one_sentence(hook, function, options, words, found):
    plugged(found, "odd", **{hook: eq.hookimpl(specname=hook, **options)(function)})
    (problem,) = found.plugins()["odd"].problems
    assert problem.startswith(hook)
    assert words in problem
    assert list(found.listing("methods")) == []
    found.notify("equifinal_after_comparison", comparison=None)


@pytest.mark.parametrize(
    "source",
    ["async def equifinal_methods():\n    return []", "def equifinal_methods():\n    yield []"],
)
def test_a_file_with_such_a_function_is_refused(source, tmp_path, registry):
    file = tmp_path / "odd.py"
    file.write_text(f"import equifinal as eq\n\n\n@eq.hookimpl\n{source}\n")
    with pytest.raises(eq.InputError, match=r"odd\.py': equifinal_methods is an? (async|generator) function"):
        eq.load_plugin(file)


def test_hooks_that_nobody_contributes_to_are_empty(registry):
    for kind in ("measures", "facets", "scenarios"):
        assert dict(Registry([]).listing(kind)) == {}


def test_a_thing_says_by_which_hook_it_is_offered(found):
    class Thing:
        offered_by = "equifinal_measures"

        def __init__(self, name):
            self.name = name

    class Scenario:
        offered_by, name = "equifinal_scenarios", "noise"

    plugged(
        found,
        "brings",
        equifinal_measures=eq.hookimpl(lambda: [Thing("rmse"), Thing]),
        equifinal_scenarios=eq.hookimpl(lambda: [Scenario, Scenario()]),
    )
    assert list(found.listing("measures")) == ["rmse"]
    assert list(found.listing("scenarios")) == ["noise"]
    assert found.plugins()["brings"].brings == ("measure rmse", "scenario noise")
    assert len(found.plugins()["brings"].problems) == 2


# ------------------------------------------------------------------------------------------------ observers

OBSERVER = '''
"""Observes everything."""

import os
import pathlib

import equifinal as eq

LOG = pathlib.Path({log!r})


def note(*words):
    with LOG.open("a") as file:
        print(os.getpid(), *words, file=file)


@eq.hookimpl
def equifinal_after_calibration(calibrated):
    note("calibrated", calibrated.name)


@eq.hookimpl
def equifinal_before_analysis(label, method, calibrated):
    note("before", label, method.name, calibrated.name)


@eq.hookimpl
def equifinal_after_analysis(label, analysis, calibrated):
    note("after", label, analysis.method.name, calibrated.name)


@eq.hookimpl
def equifinal_analysis_failed(failure):
    note("failed", failure.label, failure.exception)


@eq.hookimpl
def equifinal_after_comparison(comparison):
    note("compared", comparison.study.name)


@eq.hookimpl
def equifinal_after_writing(paths):
    note("written", *sorted(path.name for path in paths if path.is_file()))
'''

BROKEN = '''
"""A method that fails."""

import equifinal as eq


class Broken(eq.Method):
    """Broken."""

    name = "broken"

    def analyze(self, study, rng):
        raise ZeroDivisionError("nothing left")


@eq.hookimpl
def equifinal_methods():
    return [Broken]
'''


@pytest.mark.parametrize(("n_jobs", "time_limit"), [(1, None), (2, None), (1, 60), (2, 60)])
def test_observers_are_told_when_it_happens_with_labels(n_jobs, time_limit, registry, tmp_path, towns):
    log = tmp_path / "log"
    for name, text in (("observer", OBSERVER.format(log=str(log))), ("broken", BROKEN)):
        file = tmp_path / f"{name}.py"
        file.write_text(text)
        eq.load_plugin(file)
    methods = {"first": "clustering", "second": "broken", "third": "regression"}
    run = eq.run(eq.load_study(towns), methods, n_jobs=n_jobs, time_limit=time_limit)
    eq.compare(run).write(tmp_path / "report", ["csv"])
    assert list(run) == list(methods)
    said = [line.split() for line in log.read_text().splitlines()]
    assert {int(pid) for pid, *_ in said} == {os.getpid()}
    told = [words for _, *words in said]
    begun = [
        ["before", "first", "clustering", "towns"],
        ["before", "second", "broken", "towns"],
        ["before", "third", "regression", "towns"],
    ]
    ended = [
        ["after", "first", "clustering", "towns"],
        ["failed", "second", "ZeroDivisionError"],
        ["after", "third", "regression", "towns"],
    ]
    assert told[0] == ["calibrated", "towns"]
    assert told[-2] == ["compared", "towns"]
    assert told[-1][0] == "written"
    assert "manifest.json" in told[-1]
    if n_jobs == 1:  # each as it begins and ends
        assert told[1:-2] == [words for pair in zip(begun, ended, strict=True) for words in pair]
    else:  # handed out at once, ended in any order
        assert told[1:4] == begun
        assert sorted(told[4:-2]) == sorted(ended)


class Slow(eq.Method):
    """Takes its time, then is a mean."""

    name = "slow"
    seconds: float = 2.0

    def analyze(self, study, rng):
        time.sleep(self.seconds)
        raise ValueError(str(time.time()))


@pytest.mark.parametrize("time_limit", [None, 60])
def test_an_end_is_told_before_others_have_ended(time_limit, registry):
    seen = []
    told = eq.hookimpl(lambda failure: seen.append((failure.label, time.time(), float(failure.message))))
    plugged(registry, "clock", equifinal_analysis_failed=told)
    methods = {"tortoise": Slow(), "hare": Slow(seconds=0)}
    run = eq.run(eq.load_study("heilongjiang"), methods, n_jobs=2, time_limit=time_limit)
    assert list(run) == ["tortoise", "hare"]
    assert [label for label, *_ in seen] == ["hare", "tortoise"]
    (_, told_at, _), (_, _, ended_at) = seen
    assert told_at < ended_at


def test_observers_that_raise_are_warnings_and_the_run_goes_on(registry, towns):
    plugged(
        registry,
        "sick",
        equifinal_before_analysis=eq.hookimpl(lambda label: 1 / 0),
        equifinal_after_analysis=eq.hookimpl(lambda label: 1 / 0),
    )
    with pytest.warns(UserWarning, match="Plugin sick") as caught:
        run = eq.run(eq.load_study(towns), ["clustering"])
    assert not run.failures
    assert [str(each.message) for each in caught if "Plugin sick" in str(each.message)] == [
        "Plugin sick (dist-sick 1.0): equifinal_before_analysis raised ZeroDivisionError: division by zero",
        "Plugin sick (dist-sick 1.0): equifinal_after_analysis raised ZeroDivisionError: division by zero",
    ]


# ----------------------------------------------------------------------------------------------- answering

TEACHER = '''
"""A new kind of proposition, and how fsqca judges it."""

import equifinal as eq


class Simple(eq.Proposition):
    """The solution has at most so many paths."""

    claim = "simple"
    at_most: int = 2


@eq.hookimpl
def equifinal_propositions():
    return [Simple]


@eq.hookimpl
def equifinal_assess(analysis, proposition, calibrated):
    if isinstance(proposition, Simple) and analysis.method.name == "fsqca":
        paths = len(analysis.configurations)
        answer = "supported" if paths <= proposition.at_most else "contradicted"
        return eq.Verdict(answer, evidence=f"{paths} paths of {len(calibrated.cases)} cases.")
'''


@pytest.mark.parametrize(("n_jobs", "time_limit"), [(1, None), (2, None), (1, 60), (2, 60)])
def test_a_plugin_teaches_fsqca_a_new_kind_of_proposition(n_jobs, time_limit, registry, tmp_path):
    file = tmp_path / "teacher.py"
    file.write_text(TEACHER)
    assert eq.load_plugin(file).brings == ("hook equifinal_assess", "kind of proposition simple")
    bundled = eq.load_study("heilongjiang")
    study = eq.Study(
        name="taught",
        data=bundled.data,
        outcome=bundled.outcome,
        conditions=bundled.conditions,
        propositions=[
            {"id": "few", "claim": "simple", "at_most": 3},
            {"id": "fewer", "claim": "simple", "at_most": 1},
            {"id": "part", "claim": "simple", "where": "LEAD"},
            {"id": "old", "claim": "necessary", "expression": "LEAD"},
        ],
    )
    plain = dataclasses.replace(study, propositions=study.propositions[3:], case=None)
    run = eq.run(study, ["fsqca", "regression", "clustering"], n_jobs=n_jobs, time_limit=time_limit)
    found = eq.compare(run)
    assert found.verdicts.loc["few"].tolist() == ["supported", "silent", "silent"]
    assert found.verdicts.loc["fewer"].tolist() == ["contradicted", "silent", "silent"]
    assert found.verdict_evidence.loc["few", "fsqca"] == "3 paths of 12 cases."
    assert found.verdict_evidence.loc["part", "fsqca"].startswith("Among the ")
    before = eq.compare(eq.run(plain, ["fsqca", "regression", "clustering"]))
    assert found.verdicts.loc["old"].tolist() == before.verdicts.loc["old"].tolist()


def test_the_first_answer_counts_and_a_wrong_one_is_a_warning(registry):
    right = eq.Verdict("supported", evidence="first")
    asked = []

    def answering(name, answer):
        def function(proposition):
            asked.append(name)
            return answer

        return eq.hookimpl(function, tryfirst=name == "wrong")

    plugged(registry, "never", equifinal_assess=answering("never", eq.Verdict("contradicted")))
    plugged(registry, "right", equifinal_assess=answering("right", right))
    plugged(registry, "silent", equifinal_assess=answering("silent", None))
    plugged(registry, "wrong", equifinal_assess=answering("wrong", "supported"))
    with pytest.warns(UserWarning, match=r"Plugin wrong .*: equifinal_assess returned 'supported', which is no answer"):
        given = registry.hooks.call("equifinal_assess", analysis=None, proposition=None, calibrated=None)
    assert given is right
    assert asked == ["wrong", "silent", "right"]


def test_a_wrapper_may_change_an_answer(registry):
    @eq.hookimpl(wrapper=True)
    def around():
        answer = yield
        return eq.Verdict("inconclusive", evidence=f"not {answer.answer}")

    plugged(registry, "says", equifinal_assess=eq.hookimpl(lambda: eq.Verdict("supported")))
    plugged(registry, "around", equifinal_assess=around)
    given = registry.hooks.call("equifinal_assess", analysis=None, proposition=None, calibrated=None)
    assert given == eq.Verdict("inconclusive", evidence="not supported")


# ------------------------------------------------------------------------------------------------- loading again


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_file_that_was_edited_replaces_what_it_brought(n_jobs, registry, tmp_path, towns):
    file, log = tmp_path / "edited.py", tmp_path / "log"
    others = set(sys.modules)
    text = BROKEN + OBSERVER.format(log=str(log))
    file.write_text(text)
    first = eq.load_plugin(file)
    former = eq.methods()["broken"].cls
    modules = {name for name in set(sys.modules) - others if name.startswith("equifinal_file_edited")}
    failed = eq.run(eq.load_study(towns), ["broken", "clustering"], n_jobs=n_jobs)["broken"]
    assert failed.message == "nothing left"
    log.unlink()

    file.write_text(text.replace("nothing left", "even less!!!").replace('note("before"', 'note("new"'))
    assert eq.load_plugin(file) == first
    assert eq.methods()["broken"].cls is not former
    assert len(eq.plugins()) == len(Registry().plugins()) + 1
    failed = eq.run(eq.load_study(towns), ["broken", "clustering"], n_jobs=n_jobs)["broken"]
    assert failed.message == "even less!!!"
    told = [line.split()[1] for line in log.read_text().splitlines()]
    assert told.count("new") == 2
    assert "before" not in told
    now = {name for name in set(sys.modules) - others if name.startswith("equifinal_file_edited")}
    assert len(now) == len(modules) == 1
    assert now != modules

    file.write_text(BROKEN.replace('"broken"', '"renamed"'))
    assert eq.load_plugin(file).brings == ("method renamed",)
    assert "broken" not in eq.methods()
    log.unlink()
    eq.run(eq.load_study(towns), ["clustering"])
    assert not log.exists()


@pytest.mark.parametrize(
    "text",
    ["1 / 0\n", "def (\n", "x = 1\n", BROKEN.replace('"broken"', '"fsqca"'), BROKEN.replace("@eq.hookimpl\n", "")],
)
def test_a_broken_edit_leaves_what_was_there(text, registry, tmp_path, towns):
    file = tmp_path / "edited.py"
    file.write_text(BROKEN)
    first = eq.load_plugin(file)
    former = eq.methods()["broken"].cls
    file.write_text(text)
    with pytest.raises(eq.InputError, match=r"What was loaded from it before stays as it is\.$"):
        eq.load_plugin(file)
    assert eq.plugins()["edited"] == first
    assert eq.methods()["broken"].cls is former
    assert eq.run(eq.load_study(towns), ["broken", "clustering"], n_jobs=2)["broken"].message == "nothing left"
    file.write_text(BROKEN)
    assert eq.load_plugin(file) == first
    assert eq.methods()["broken"].cls is former
