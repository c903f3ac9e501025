"""Results that are kept: small files, from which the same trial is made again; those that are published are up to date."""

import importlib.util
import json
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq
from equifinal.sweep.kept import difference, load_tables, save_tables
from equifinal.sweep.store import Done, Store

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "benchmarks" / "trials"


def script(name):
    spec = importlib.util.spec_from_file_location(f"trials_{name}", BENCHMARK / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


RUN, PAGE = script("run"), script("page")
IDS = ["raises-A", "paths-2", "necessary-A"]


@pytest.fixture(scope="module")
def trial():
    return eq.trial(["noise", "conjunction"], ["fsqca", "nca"], [12, 20], 4, n_jobs=1, propositions=IDS)


def test_a_trial_is_made_again(trial, tmp_path):
    written = trial.save(tmp_path / "kept")
    again = eq.Trial.load(tmp_path / "kept")
    assert all(path.is_file() for path in written)
    for name in ("rates", "steps", "recovery", "answers", "data_sets"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(trial, name))
    assert again.store.about == trial.store.about
    assert again.summary() == trial.summary()
    assert difference(trial.store, again.store) == ""


def test_files_do_not_depend_on_when_they_are_written(trial, tmp_path):
    one, two = trial.save(tmp_path / "one"), trial.save(tmp_path / "two")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_several_folders_are_one_trial(tmp_path):
    for name in ("noise", "conjunction"):
        eq.trial(name, ["fsqca"], [12], 3, n_jobs=1, propositions=IDS).save(tmp_path / name)
    whole = eq.trial(["noise", "conjunction"], ["fsqca"], [12], 3, n_jobs=1, propositions=IDS)
    both = eq.Trial.load(tmp_path / "noise", tmp_path / "conjunction")
    pd.testing.assert_frame_equal(both.rates, whole.rates)
    with pytest.raises(eq.InputError, match=r"'answers' of .* is in another folder, too"):
        eq.Trial.load(tmp_path / "noise", tmp_path / "noise")


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(eq.InputError, match="holds no results of a trial"):
        eq.Trial.load(tmp_path)
    store = Store(None, {"a": 1})
    store.add([Done({"scenario": "of-a-plugin", "parameters": {}, "n": 3, "repetition": 0, "seed": 0}, {})])
    save_tables(store, tmp_path / "other")
    with pytest.raises(eq.InputError, match="no scenario 'of-a-plugin'"):
        eq.Trial.load(tmp_path / "other")


def test_failures_and_missing_values_are_kept(tmp_path):
    store = Store()
    failure = {"exception": "ValueError", "message": "No.", "traceback": "..."}
    store.add([Done({"n": 1}, {"rows": [{"a": None, "b": 0.1234567891}]}), Done({"n": 2}, {}, failure)])
    save_tables(store, tmp_path / "kept")
    again = load_tables([tmp_path / "kept"])
    assert again.frame("rows")[["a", "b"]].values.tolist() == [[None, 0.123457]]
    assert again.frame("failures")[["exception", "message"]].values.tolist() == [["ValueError", "No."]]


def test_a_difference_is_found():
    def store(answer, n=1):
        made = Store()
        made.add([Done({"n": n}, {"answers": [{"answer": answer, "p": 0.5}]})])
        return made

    assert difference(store("yes"), store("yes")) == ""
    assert "is now ('{\"n\":1}', 'no', '0.5')" in difference(store("yes"), store("no"))
    assert difference(store("yes"), store("yes", n=2)) == "no data set is in both"


PUBLISHED = sorted(path.parent for path in (BENCHMARK / "results").glob("*/about.json"))


def test_something_is_published():
    assert "small" in [folder.name for folder in PUBLISHED]
    for folder in PUBLISHED:
        assert folder.name in RUN.PIECES
        assert max(path.stat().st_size for path in folder.iterdir()) < 1_000_000


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_a_small_part_of_what_is_published_comes_out_again(folder):
    made_with = json.loads((folder / "about.json").read_text(encoding="utf-8"))["versions"]
    other = [f"{name} {each}" for name, each in made_with.items() if version(name) != each]
    if other:
        pytest.skip(f"made with {', '.join(other)}")
    piece = RUN.PIECES[folder.name]
    few = RUN.Piece(piece.scenarios[:2], piece.sizes[:1], 1, piece.evidence, piece.parts)
    fresh = RUN.ask(few, 1, n_jobs=1)
    assert difference(load_tables([folder]), fresh.store) == ""


def test_a_piece_goes_on_where_it_was_and_the_page_is_made_of_it(tmp_path, monkeypatch):
    monkeypatch.setitem(RUN.PIECES, "tiny", RUN.Piece(("noise",), (12,), 3, evidence=False))
    monkeypatch.setattr(RUN, "AT_A_TIME", 1)
    where = {"results": tmp_path / "results", "stores": tmp_path / "stores"}
    assert not RUN.run("tiny", minutes=0, **where)
    assert eq.Trial.load(tmp_path / "results" / "tiny").data_sets.to_numpy().tolist() == [[1]]
    assert RUN.run("tiny", **where)
    made = eq.Trial.load(tmp_path / "results" / "tiny")
    assert made.data_sets.to_numpy().tolist() == [[3]]
    assert difference(made.store, RUN.ask(RUN.PIECES["tiny"], 3, n_jobs=1).store) == ""
    text = PAGE.page([tmp_path / "results" / "tiny"], made)
    assert "| noise | 3 |" in text
    assert "python benchmarks/trials/run.py tiny" in text
    assert f"equifinal {version('equifinal')}" in text


def test_the_plan_is_that_of_the_trials():
    """Every scenario once with evidence, 300 data sets where thresholds are tuned, 100 elsewhere."""
    asked = [
        name for piece in RUN.PIECES.values() if piece.evidence for name in set(piece.scenarios) for _ in piece.sizes
    ]
    from equifinal.sweep.scenarios import known_scenarios

    assert sorted(asked) == sorted(name for name in known_scenarios() for _ in (12, 30, 86))
    for piece in RUN.PIECES.values():
        if piece.evidence:
            tuning = all(known_scenarios()[name].tuning for name in piece.scenarios)
            assert piece.repetitions == (300 if tuning else 100)


def test_folders_with_other_settings_keep_what_they_have_alike(tmp_path):
    for name, n, cutoff in (("one", 12, 0.8), ("two", 13, 0.9)):
        given = {"fsqca": eq.methods()["fsqca"].cls(consistency_cutoff=cutoff)}
        trial = eq.trial("noise", given, [n], 1, n_jobs=1, evidence=False, propositions=["raises-A"])
        trial.save(tmp_path / name)
    kept = eq.Trial.load(tmp_path / "one", tmp_path / "two").store.about["methods"]["fsqca"]
    assert kept["method"] == "fsqca"
    assert "consistency_cutoff" not in kept
