"""Results to keep and to publish: the tables of a store as small compressed CSV files, and stores made of them again."""

import json
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd

from equifinal.base.words import is_missing
from equifinal.errors import InputError
from equifinal.sweep.store import Done, Row, Store

#: Digits of numbers: enough for what is counted, few enough to be the same on other machines.
DIGITS = 6
_ENDING = ".csv.xz"
_LEFT_OUT = {"specifications": ["hash"], "failures": ["traceback"]}


def save_tables(store: Store, folder: str | Path) -> list[Path]:
    """Write every table, in the order of the specifications, and ``about.json``; numbers have six significant digits."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for name in store.tables:
        frame = store.frame(name).drop(columns=_LEFT_OUT.get(name, []))
        if len(frame):
            written.append(into / f"{name}{_ENDING}")
            frame.to_csv(written[-1], index=False, float_format=f"%.{DIGITS}g", lineterminator="\n", compression="xz")
    about = into / "about.json"
    about.write_text(json.dumps(store.about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return [*written, about]


def load_tables(folders: Iterable[str | Path]) -> Store:
    """A temporary store of what :func:`save_tables` wrote, several folders in one; what they agree on is its ``about``.

    Raises
    ------
    InputError
        When a folder holds no such tables, or two have the same table of the same specification.
    """
    found: dict[str, dict[str, list[Row]]] = {}
    abouts = []
    for folder in map(Path, folders):
        file = folder / f"specifications{_ENDING}"
        if not file.is_file():
            raise InputError(
                f"{str(folder)!r} holds no results of a trial: there is no {file.name}. Name another folder."
            )
        abouts.append(json.loads((folder / "about.json").read_text(encoding="utf-8")))
        texts = pd.read_csv(file).set_index("id")["specification"]
        whole = {text: found.setdefault(text, {}) for text in texts}
        for path in sorted(folder.glob(f"*{_ENDING}")):
            name = path.name.removesuffix(_ENDING)
            if name != "specifications":
                _add_rows(whole, texts, name, pd.read_csv(path), folder)
    store = Store(None, reduce(_agreed, abouts) if abouts else {})
    store.add(_done(text, tables) for text, tables in found.items())
    return store


def _agreed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What two settings have alike, within tables of them too."""
    found = {}
    for key in [each for each in one if each in other]:
        if isinstance(one[key], dict) and isinstance(other[key], dict):
            found[key] = _agreed(one[key], other[key])
        elif one[key] == other[key]:
            found[key] = one[key]
    return found


def _add_rows(whole: dict[str, dict[str, list[Row]]], texts: Any, name: str, frame: pd.DataFrame, folder: Path) -> None:
    values = frame.drop(columns="specification").astype(object)
    rows = values.where(values.notna(), None).to_dict("records")
    own: dict[str, list[Row]] = {}
    for number, row in zip(frame["specification"], rows, strict=True):
        own.setdefault(texts[number], []).append({str(key): value for key, value in row.items()})
    for text, added in own.items():
        if name in whole[text]:
            raise InputError(
                f"{str(folder)!r}: the table {name!r} of {text} is in another folder, too. Name one of them."
            )
        whole[text][name] = added


def _done(text: str, tables: dict[str, list[Row]]) -> Done:
    failures = tables.pop("failures", None)
    return Done(json.loads(text), tables, failures[0] if failures else None)


def difference(one: Store, other: Store) -> str:
    """The first row in which the specifications that both stores have differ, in words; empty when there is none."""
    texts = [_texts(each) for each in (one, other)]
    both = set(texts[0]) & set(texts[1])
    for name in sorted({*one.tables, *other.tables} - {"specifications", "failures"}):
        rows = [_comparable(each, name, both) for each in (one, other)]
        for first, second in zip(*rows, strict=False):
            if first != second:
                return f"{name}: {first} is now {second}"
        if len(rows[0]) != len(rows[1]):
            return f"{name}: {len(rows[0])} rows are now {len(rows[1])}"
    return "" if both else "no data set is in both"


def _texts(store: Store) -> dict[str, int]:
    frame = store.frame("specifications")
    return dict(zip(frame["specification"], frame["id"], strict=True))


def _comparable(store: Store, name: str, both: set[str]) -> list[tuple[str, ...]]:
    """Rows as they would be written, each with its specification, in an order that does not depend on the store."""
    if name not in store.tables:
        return []
    of = {number: text for text, number in _texts(store).items()}
    frame = store.frame(name)
    columns = sorted({str(name) for name in frame} - {"specification"})
    rows: list[tuple[str, ...]] = [
        (str(of[number]), *map(_written, row))
        for number, *row in frame[["specification", *columns]].itertuples(index=False)
        if of[number] in both
    ]
    return sorted(rows)


def _written(value: Any) -> str:
    if is_missing(value):
        return ""
    return f"{value:.{DIGITS}g}" if isinstance(value, (int, float)) else str(value)
