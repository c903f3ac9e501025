"""The registry: every plugin is loaded, checked and asked alone, and the rest work."""

from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import equifinal as eq
from equifinal.plugin import registry as registries
from equifinal.plugin.extension import Extension
from equifinal.plugin.registry import Registry


@dataclass
class Point:
    """An entry point that leads to whatever `what` returns."""

    name: str
    what: Any
    distribution: str = ""

    @property
    def value(self) -> str:
        return f"{self.name}_module"

    @property
    def dist(self) -> SimpleNamespace:
        return SimpleNamespace(name=self.distribution or f"dist-{self.name}", version="1.2")

    def load(self) -> Any:
        return self.what()


def module(**functions: Any) -> Any:
    """A function that imports a module with these functions in it."""
    made = ModuleType("made")
    vars(made).update(functions)
    return lambda: made


def method(called: str) -> type[eq.Method]:
    class Made(eq.Method):
        """A method."""

        name = called

    return Made


def offering(*things: Any, hook: str = "methods") -> Any:
    def function() -> list[Any]:
        return list(things)

    function.__name__ = f"equifinal_{hook}"
    return module(**{function.__name__: eq.hookimpl(function)})


def raising(error: BaseException) -> Any:
    def function() -> Any:
        raise error

    return function


HEALTHY = Point("healthy", offering(method("sound")))


def test_what_a_plugin_offers_is_listed_with_its_origin():
    found = Registry([HEALTHY])
    entry = found.listing("methods")["sound"]
    assert (entry.name, entry.title, str(entry.plugin)) == ("sound", "A method", "healthy (dist-healthy 1.2)")
    assert found.plugins()["healthy"].brings == ("method sound",)
    assert found.plugins()["healthy"].problems == ()


def unmarked() -> Any:
    def equifinal_methods():
        return [method("forgotten")]

    return module(equifinal_methods=equifinal_methods)()


def misspelt() -> Any:
    @eq.hookimpl
    def equifinal_method():
        return [method("forgotten")]

    return module(equifinal_method=equifinal_method)()


def wrong_arguments() -> Any:
    @eq.hookimpl
    def equifinal_methods(registry):
        return [method("forgotten")]

    return module(equifinal_methods=equifinal_methods)()


class Panic(BaseException):
    """As Rust's panics and asyncio's CancelledError are, neither an error nor an interrupt."""


class Shy:
    """Nothing about it can be asked."""

    def __repr__(self):
        raise RuntimeError("not to be shown")


class Prickly(Shy):
    def __getattr__(self, name):
        raise Panic(name)


class Lazy(ModuleType):
    """A module that imports what it lacks when it is asked for."""

    def __getattr__(self, name):
        raise ImportError(f"{name} needs rpy2")


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


SICK = {
    "its hook panics": (
        module(equifinal_methods=eq.hookimpl(raising(Panic("at src/lib.rs")))),
        "raised Panic: at src",
    ),
    "its hook raises the unspeakable": (
        module(equifinal_methods=eq.hookimpl(raising(UnspeakableError()))),
        "raised UnspeakableError: its message cannot be told",
    ),
    "its hook returns what has no repr": (
        offering(Shy()),
        "<a Shy whose repr raises RuntimeError>, which is no method",
    ),
    "its hook returns what cannot be asked": (offering(Prickly()), "cannot be looked at (Panic"),
    "its hook returns no list, and what has no repr": (
        module(equifinal_methods=eq.hookimpl(lambda: Shy())),
        "must return a list, not Shy",
    ),
    "its module is what has no repr": (Shy, "leads to <a Shy whose repr raises"),
    "it cannot be imported": (raising(ImportError("No module named 'rpy2'")), "ImportError: No module named 'rpy2'"),
    "it raises at import": (raising(KeyError("x")), "cannot be imported: KeyError: 'x'"),
    "it exits at import": (raising(SystemExit(3)), "cannot be imported: SystemExit: 3"),
    "it is no module": (lambda: [1], "must lead to a module"),
    "its hook raises": (
        module(equifinal_methods=eq.hookimpl(lambda: 1 / 0)),
        "equifinal_methods raised ZeroDivisionError: division by zero",
    ),
    "its hook exits": (module(equifinal_methods=eq.hookimpl(raising(SystemExit()))), "raised SystemExit"),
    "its hook returns no list": (
        module(equifinal_methods=eq.hookimpl(lambda: method("lonely"))),
        "equifinal_methods must return a list, not",
    ),
    "its hook returns nothing": (module(equifinal_methods=eq.hookimpl(lambda: None)), "not NoneType"),
    "its hook returns text": (offering("fsqca"), "returned 'fsqca', which is no method"),
    "its hook returns an instance": (offering(method("built")()), "which is no method"),
    "its hook returns the base class": (offering(eq.Method), "which is no method"),
    "its hook returns another kind": (offering(method("m"), hook="outputs"), "which is no output"),
    "its study is a path": (offering("study.toml", hook="studies"), "'study.toml', which is no study"),
    "its hook is unmarked": (unmarked, "equifinal_methods is not marked, so it is not used. Write @equifinal.hookimpl"),
    "its hook is misspelt": (misspelt, "equifinal_method is no hook. Did you mean 'equifinal_methods'?"),
    "its hook takes something": (wrong_arguments, "cannot be registered"),
}


@pytest.mark.parametrize("illness", SICK)
def test_a_sick_plugin_is_listed_with_its_reason_and_the_rest_work(illness):
    what, reason = SICK[illness]
    found = Registry([Point("sick", what), HEALTHY])
    (problem,) = found.plugins()["sick"].problems
    assert reason in problem
    assert (found.plugins()["sick"].distribution, found.plugins()["sick"].version) == ("dist-sick", "1.2")
    assert list(found.listing("methods")) == ["sound"]


def test_a_module_that_imports_lazily_is_not_asked_for_what_it_lacks():
    lazy = Lazy("lazy")
    vars(lazy).update(vars(offering(method("late"))()))
    found = Registry([Point("lazy", lambda: lazy), HEALTHY])
    assert found.plugins()["lazy"].problems == ()
    assert set(found.listing("methods")) == {"late", "sound"}


def test_what_is_right_in_a_sick_plugin_is_used():
    found = Registry([Point("half", offering(method("good"), "bad"))])
    assert list(found.listing("methods")) == ["good"]
    assert found.plugins()["half"].brings == ("method good",)
    assert len(found.plugins()["half"].problems) == 1


def test_an_interrupt_is_no_illness():
    with pytest.raises(KeyboardInterrupt):
        Registry([Point("slow", raising(KeyboardInterrupt()))])


# ------------------------------------------------------------------------------------------------- clashes


def test_a_name_that_two_strangers_offer_is_nobodys_and_the_error_names_both():
    found = Registry([Point("a", offering(method("x"), method("a-only"))), Point("b", offering(method("x"))), HEALTHY])
    methods = found.listing("methods")
    assert set(methods) == {"a-only", "sound"}
    with pytest.raises(eq.InputError, match="'x' is offered twice") as raised:
        methods["x"]
    assert "a (dist-a 1.2)" in str(raised.value)
    assert "b (dist-b 1.2)" in str(raised.value)
    for name in "ab":
        assert "offered twice" in found.plugins()[name].problems[0]
        assert "method x" not in found.plugins()[name].brings


def test_a_third_stranger_with_the_name_changes_nothing():
    found = Registry([Point(name, offering(method("x"))) for name in "abc"])
    assert not found.listing("methods")
    assert all(len(found.plugins()[name].problems) == 1 for name in "abc")


def test_a_stranger_cannot_take_a_built_in_name():
    for first, second in (("a", "z"), ("z", "a")):
        own = Point(first, offering(built_in := method("fsqca")), "equifinal")
        found = Registry([own, Point(second, offering(method("fsqca")))])
        assert found.listing("methods")["fsqca"].cls is built_in
        assert found.plugins()[first].problems == ()
        assert f"by {second} (dist-{second} 1.2)" in found.plugins()[second].problems[0]


def test_the_same_plugin_installed_twice_counts_once():
    found = Registry([HEALTHY, HEALTHY])
    assert list(found.plugins()) == ["healthy"]
    assert found.plugins()["healthy"].problems == ()
    assert list(found.listing("methods")) == ["sound"]


def test_two_distributions_may_use_one_entry_point_name():
    found = Registry([Point("p", offering(method("x")), "one"), Point("p", offering(method("y")), "two")])
    assert set(found.listing("methods")) == {"x", "y"}
    assert {plugin.distribution for plugin in found.plugins().values()} == {"one", "two"}


# ------------------------------------------------------------------------------------------ observing hooks


def observing(name: str, seen: list[Any], error: Exception | None = None) -> Point:
    @eq.hookimpl
    def equifinal_after_comparison(comparison):
        seen.append((name, comparison))
        if error is not None:
            raise error

    return Point(name, module(equifinal_after_comparison=equifinal_after_comparison))


def test_every_observer_is_called_and_one_that_raises_becomes_a_warning():
    seen: list[Any] = []
    found = Registry([observing("a", seen), observing("b", seen, ValueError("no disk")), observing("c", seen)])
    with pytest.warns(
        UserWarning, match=r"Plugin b \(dist-b 1.2\): equifinal_after_comparison raised ValueError: no disk"
    ):
        found.notify("equifinal_after_comparison", comparison="it")
    assert sorted(seen) == [("a", "it"), ("b", "it"), ("c", "it")]
    assert found.plugins()["a"].brings == ("hook equifinal_after_comparison",)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_observers_see_a_run_in_order_and_in_this_process(n_jobs, monkeypatch, towns):
    seen: list[tuple[str, Any]] = []

    @eq.hookimpl
    def equifinal_after_calibration(calibrated):
        seen.append(("calibrated", calibrated.name))

    @eq.hookimpl
    def equifinal_before_analysis(method):
        seen.append(("before", method.name))

    @eq.hookimpl
    def equifinal_after_analysis(label, analysis, calibrated):
        seen.append(("after", analysis.method.name))

    @eq.hookimpl
    def equifinal_after_comparison(comparison):
        seen.append(("compared", comparison.calibrated.name))

    hooks = {name: value for name, value in locals().items() if name.startswith("equifinal_")}
    found = Registry()
    found._plugins["observer"] = found._register(module(**hooks)(), registries.Plugin("observer", "test", ""))
    monkeypatch.setattr(registries, "_current", [found])
    eq.compare(eq.run(eq.load_study(towns), methods=["clustering", "regression"], n_jobs=n_jobs))
    assert seen[0] == ("calibrated", "towns")
    assert seen[-1] == ("compared", "towns")
    for name in ("clustering", "regression"):
        assert seen.index(("before", name)) < seen.index(("after", name))
    assert len(seen) == 6


# ------------------------------------------------------------------------------- extension classes, listings


def test_a_class_without_a_name_is_refused_in_words():
    with pytest.raises(TypeError, match=r'Nameless has no name.*name = "my-name"'):

        class Nameless(eq.Method):
            """No name."""

            def analyze(self, study, rng):
                return None


def test_an_annotated_name_is_refused_in_words():
    with pytest.raises(TypeError, match=r"Annotated.name has a type annotation.*a parameter that users could change"):

        class Annotated(eq.Method):
            name: str = "annotated"


def test_an_empty_name_is_refused():
    with pytest.raises(TypeError, match="Empty has no name"):

        class Empty(eq.Output):
            name = " "


def test_the_title_is_the_first_line_of_the_docstring_unless_given():
    class Documented(eq.Calibrator):
        """From scores to sets.

        At length.
        """

        name = "documented"

    class Titled(Documented):
        """Something else."""

        name, title = "titled", "A title"

    assert (Documented.title, Titled.title) == ("From scores to sets", "A title")


def test_parameters_are_checked_frozen_and_plain():
    class Cut(eq.Method):
        """A method with a parameter."""

        name = "cut"
        at: float = 0.5
        names: tuple[str, ...] = ()

    assert Cut(names=("a",)).parameters() == {"at": 0.5, "names": ["a"]}
    with pytest.raises(eq.InputError, match=r"here: cut: unknown key 'att'. Did you mean 'at'\? Known: at, names"):
        Cut.from_parameters({"att": 1}, "here: ")
    with pytest.raises(eq.InputError, match="at = nan must be a finite number"):
        Cut.from_parameters({"at": float("nan")})
    with pytest.raises(ValueError, match="frozen"):
        Cut().at = 0.1
    assert issubclass(Cut, Extension)


def test_every_listing_answers_alike():
    for listing, kind in (
        (eq.methods(), "method"),
        (eq.calibrators(), "calibrator"),
        (eq.outputs(), "output"),
        (eq.studies(), "study"),
        (eq.propositions(), "kind of proposition"),
        (eq.plugins(), "plugin"),
    ):
        name = next(iter(listing))
        frame = listing.to_frame()
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.index) == list(listing)
        assert frame.index.name == "name"
        assert f"<td>{frame.iloc[0, 0]}</td>" in listing._repr_html_()
        assert listing.get("nothing") is None
        with pytest.raises(eq.InputError, match=rf"Unknown {kind} '{name}x'. Did you mean '{name}'\?"):
            listing[f"{name}x"]


def test_an_empty_listing_is_an_empty_table():
    listing = Registry([]).listing("methods")
    assert listing.to_frame().empty
    with pytest.raises(eq.InputError, match=r"Unknown method 'x'. None is known."):
        listing["x"]


def test_everything_installed_is_healthy():
    assert {name: plugin.problems for name, plugin in Registry().plugins().items() if plugin.problems} == {}
