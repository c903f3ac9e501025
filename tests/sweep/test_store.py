"""The store: whole batches or nothing, each specification once, files of others refused."""

import sqlite3
import sys

import pandas as pd
import pytest

import equifinal as eq
from equifinal.sweep.store import Done, canonical, hash_of


def test_the_hash_is_that_of_canonical_json():
    import hashlib

    assert canonical({"n": 30, "a": (1, 2.5), "t": "é"}) == '{"a":[1,2.5],"n":30,"t":"é"}'
    assert hash_of({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()
    assert hash_of({"b": 1, "a": 2}) == hash_of({"a": 2, "b": 1})
    assert hash_of({"n": 1}) != hash_of({"n": "1"})


def test_rows_come_back_with_the_types_that_they_had(tmp_path):
    with eq.Store(tmp_path / "s.sweep") as store:
        store.add([Done({"n": 1}, {"rows": [{"x": 1, "y": 0.5, "z": "a", "w": [1, 2], "missing": float("nan")}]})])
        row = store.frame("rows").iloc[0]
        assert (row["specification"], row["x"], row["y"], row["z"], row["w"]) == (1, 1, 0.5, "a", "[1, 2]")
        assert row["missing"] is None
        assert store.frame("specifications")["specification"].tolist() == ['{"n":1}']


def test_a_column_that_comes_later_is_missing_before(tmp_path):
    store = eq.Store(tmp_path / "s.sweep")
    store.add([Done(1, {"rows": [{"x": 1}]}), Done(2, {"rows": [{"x": 2, "y": 3}]})])
    assert store.frame("rows")["y"].isna().tolist() == [True, False]


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path):
    store = eq.Store(tmp_path / "s.sweep")
    store.add([Done(0, {"rows": [{"x": 0}]})])

    def breaks():
        yield Done(1, {"rows": [{"x": 1, "new": 1}]})
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.add(breaks())
    assert len(store) == 1
    assert 1 not in store
    assert list(store.frame("rows").columns) == ["specification", "x"]
    store.add([Done(1, {"rows": [{"x": 1, "new": 1}]})])  # the column that was rolled back can be added again
    assert store.frame("rows")["x"].tolist() == [0, 1]


def test_nothing_is_counted_twice(tmp_path):
    path = tmp_path / "s.sweep"
    for _ in range(2):
        with eq.Store(path) as store:
            store.add([Done({"n": n}, {"rows": [{"n": n}]}) for n in range(3)])
    with eq.Store(path) as store:
        assert len(store) == 3
        assert store.frame("rows")["n"].tolist() == [0, 1, 2]


def test_a_file_of_something_else_is_refused(tmp_path):
    text = tmp_path / "text.sweep"
    text.write_text("no database" * 100)
    with pytest.raises(eq.InputError, match="cannot be used"):
        eq.Store(text)
    other = tmp_path / "other.sweep"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    with pytest.raises(eq.InputError, match="holds something else"):
        eq.Store(other)
    with sqlite3.connect(other) as connection:  # as it was
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]
    with pytest.raises(eq.InputError, match="cannot be used"):
        eq.Store(tmp_path / "no" / "folder.sweep")


def test_results_of_different_things_are_not_mixed(tmp_path):
    eq.Store(tmp_path / "s.sweep", {"version": "1"}).close()
    eq.Store(tmp_path / "s.sweep", {"version": "1"}).close()
    with pytest.raises(eq.InputError, match='version was "1", now it is "2"'):
        eq.Store(tmp_path / "s.sweep", {"version": "2"})


def test_wrong_names_are_refused(tmp_path):
    store = eq.Store()
    for name in ("specifications", "failures", "Rows", "a b", "x;drop table about"):
        with pytest.raises(eq.InputError, match="cannot be called"):
            store.add([Done(name, {name: [{"x": 1}]})])
    assert len(store) == 0
    store.add([Done(1, {"rows": [{'odd "name"; DROP TABLE rows': 1}]})])
    assert store.frame("rows").columns[1] == 'odd "name"; DROP TABLE rows'
    with pytest.raises(eq.InputError, match="no table 'row'"):
        store.frame("row")


def test_parquet_needs_pyarrow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(eq.InputError, match="pip install pyarrow"):
        eq.Store().to_parquet(tmp_path)


def test_parquet_holds_every_table(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow", reason="Parquet files are optional.")
    monkeypatch.setattr("equifinal.sweep.store._ROWS_AT_ONCE", 2)
    store = eq.Store()
    store.add([Done(n, {"rows": [{"x": n if n else None, "y": n / 2, "z": "a"}]}) for n in range(5)])
    written = store.to_parquet(tmp_path / "out")
    assert sorted(path.name for path in written) == ["failures.parquet", "rows.parquet", "specifications.parquet"]
    back = pd.read_parquet(tmp_path / "out" / "rows.parquet")
    assert back["y"].tolist() == [0, 0.5, 1, 1.5, 2]
    assert back["x"].isna().tolist() == [True, False, False, False, False]
