"""Where a sweep keeps what it found: one SQLite file that can be killed at any point and taken up again."""

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pandas as pd

from equifinal.base.plain import plain
from equifinal.errors import InputError

#: Marks an SQLite file as ours ("eqfs"), and says how it is laid out.
_OURS, _LAYOUT = 0x65716673, 1
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Stands for a setting that is not there.
_ABSENT = object()
_TAKEN = ("specifications", "about", "failures")
_ROWS_AT_ONCE = 50_000

Row = Mapping[str, Any]


class Done(NamedTuple):
    """A specification that was worked on, and its rows by table, or the failure instead."""

    specification: Any
    tables: Mapping[str, Iterable[Row]]
    failure: Row | None = None


def canonical(specification: Any) -> str:
    """A specification as JSON that does not depend on the order of keys, nor on tuples being lists.

    >>> canonical({"n": 30, "a": (1, 2)})
    '{"a":[1,2],"n":30}'
    """
    try:
        return json.dumps(
            plain(specification), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise InputError(
            f"A specification must be plain values, such as {{'n': 30}}; {specification!r}: {error}"
        ) from None


def hash_of(specification: Any) -> str:
    """SHA-256 of :func:`canonical`; the same in every process and on every machine."""
    return hashlib.sha256(canonical(specification).encode()).hexdigest()


class Store:
    """Specifications that are done, and the rows that they gave, in a few tidy tables.

    Each batch is one transaction: specifications and their rows are there together or not at all. A specification that is
    there already is left as it is, so nothing is counted twice. Only the process that made the store writes.

    Parameters
    ----------
    path
        An SQLite file, made when it is not there; ``None`` keeps everything in a temporary file that goes with the store.
    about
        What the rows depend on besides the specifications, such as the version of a package. A store that was begun with
        something else is refused.

    Raises
    ------
    InputError
        When the file cannot be used, is not a store, or was begun with something else.

    Examples
    --------
    >>> store = Store()
    >>> store.add([Done({"n": 2}, {"squares": [{"square": 4}]})])
    >>> store.add([Done({"n": 2}, {"squares": [{"square": 4}]})])
    >>> store.frame("squares")["square"].tolist(), {"n": 2} in store
    ([4], True)
    """

    def __init__(self, path: str | Path | None = None, about: Mapping[str, Any] | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._where = f"Store {str(path)!r}: "
        self._lock = threading.RLock()  # joblib draws specifications in threads of its own
        self._columns: dict[str, list[str]] = {}
        try:
            # An empty name is a private file that SQLite removes by itself.
            self._connection = sqlite3.connect(
                "" if path is None else path, isolation_level=None, check_same_thread=False, timeout=60
            )
            self._open(about or {})
        except sqlite3.Error as error:
            raise InputError(f"{self._where}it cannot be used: {error}. Choose another file.") from error

    def _open(self, about: Row) -> None:
        ((mark,),) = self._connection.execute("PRAGMA application_id")
        ((tables,),) = self._connection.execute("SELECT count(*) FROM sqlite_master")
        ((layout,),) = self._connection.execute("PRAGMA user_version")
        if tables and (mark, layout) != (_OURS, _LAYOUT):
            problem = f"has layout {layout}, not {_LAYOUT}" if mark == _OURS else "holds something else"
            raise InputError(f"{self._where}the file {problem}. Choose another one.")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")  # in WAL mode safe against anything but a power cut
        with self._transaction():
            self._connection.execute(f"PRAGMA application_id = {_OURS}")
            self._connection.execute(f"PRAGMA user_version = {_LAYOUT}")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS specifications (id INTEGER PRIMARY KEY, hash TEXT UNIQUE, specification TEXT)"
            )
            self._connection.execute("CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT)")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS failures (specification INTEGER, exception TEXT, message TEXT, traceback TEXT)"
            )
            known = dict(self._connection.execute("SELECT key, value FROM about"))
            for key, value in about.items():
                if known.get(key, canonical(value)) != canonical(value):
                    other = "; ".join(_differences(key, json.loads(known[key]), json.loads(canonical(value))))
                    raise InputError(
                        f"{self._where}it was begun with something else. {other}. Results of both would be mixed: choose "
                        "another file."
                    )
                self._connection.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (key, canonical(value)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                self._columns.clear()  # columns that were added are gone again
                raise
            self._connection.execute("COMMIT")

    # ------------------------------------------------------------------------------------------------ writing

    def add(self, batch: Iterable[Done]) -> None:
        """Keep a batch, in one transaction; what is there already stays as it is."""
        with self._transaction():
            for each in batch:
                found = self._connection.execute(
                    "INSERT OR IGNORE INTO specifications (hash, specification) VALUES (?, ?)",
                    (hash_of(each.specification), canonical(each.specification)),
                )
                if not found.rowcount:
                    continue
                number = found.lastrowid
                if each.failure is not None:
                    self._insert("failures", number, each.failure)
                for table, rows in each.tables.items():
                    if not isinstance(table, str) or not _NAME.fullmatch(table) or table in _TAKEN:
                        raise InputError(f"{self._where}a table cannot be called {table!r}. Use lower-case letters.")
                    for row in rows:
                        self._insert(table, number, row)

    def _insert(self, table: str, number: int | None, row: Row) -> None:
        values = {"specification": number, **{key: _cell(value) for key, value in row.items()}}
        self._make_room(table, values)
        names = ", ".join(map(_quoted, values))
        places = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))

    def _make_room(self, table: str, values: Row) -> None:
        columns = self._columns.setdefault(table, self._columns_of(table))
        if not columns:
            self._connection.execute(f"CREATE TABLE {table} ({', '.join(map(_quoted, values))})")
            columns += values
        for name in values:
            if name not in columns:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)}")
                columns.append(name)

    def _columns_of(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    # ------------------------------------------------------------------------------------------------ reading

    def __contains__(self, specification: Any) -> bool:
        with self._lock:
            found = self._connection.execute(
                "SELECT 1 FROM specifications WHERE hash = ?", (hash_of(specification),)
            ).fetchone()
        return found is not None

    def __repr__(self) -> str:
        place = "in a temporary file" if self.path is None else f"in {str(self.path)!r}"
        return f"Store {place}: {len(self)} specifications; tables {', '.join(self.tables) or '(none)'}"

    def __len__(self) -> int:
        with self._lock:
            ((count,),) = self._connection.execute("SELECT count(*) FROM specifications")
        return int(count)

    @property
    def about(self) -> dict[str, Any]:
        """What the rows depend on besides the specifications."""
        with self._lock:
            return {key: json.loads(value) for key, value in self._connection.execute("SELECT key, value FROM about")}

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all tables: ``specifications``, ``failures``, and those of the rows."""
        with self._lock:
            found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'about'")
            return tuple(sorted(name for (name,) in found if not name.startswith("sqlite_")))

    def frame(self, table: str) -> pd.DataFrame:
        """A table whole, in the order of the specifications; ``specification`` is the ``id`` in ``specifications``."""
        if table not in self.tables:
            raise InputError(f"{self._where}there is no table {table!r}. Known: {', '.join(self.tables)}.")
        return self.query(_all_of(table))

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> pd.DataFrame:
        """What an SQL query finds, so that counting needs no more memory than its result."""
        with self._lock:
            return pd.read_sql_query(sql, self._connection, params=parameters)

    def to_parquet(self, folder: str | Path) -> list[Path]:
        """Write every table as a Parquet file into a folder, some rows at a time; needs pyarrow.

        Raises
        ------
        InputError
            When pyarrow is not there.
        """
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise InputError("Parquet files need pyarrow: pip install pyarrow. The store itself is SQLite.") from None
        into = Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        written = []
        for table in self.tables:
            file = into / f"{table}.parquet"
            schema = pyarrow.Schema.from_pandas(self._typed(table), preserve_index=False)
            with pyarrow.parquet.ParquetWriter(file, schema) as writer, self._lock:
                for part in pd.read_sql_query(_all_of(table), self._connection, chunksize=_ROWS_AT_ONCE):
                    writer.write_table(pyarrow.Table.from_pandas(part, schema=schema, preserve_index=False))
            written.append(file)
        return written

    def _typed(self, table: str) -> pd.DataFrame:
        """No rows, but columns of the types that the whole table needs."""
        kinds = {"integer": "Int64", "real": "float64"}
        columns = {}
        with self._lock:
            for name in self._columns_of(table):
                asked = f"SELECT DISTINCT typeof({_quoted(name)}) FROM {table}"
                found = {kind for (kind,) in self._connection.execute(asked)} - {"null"}
                kind = "real" if found == {"integer", "real"} else next(iter(found)) if len(found) == 1 else "text"
                columns[name] = pd.Series(dtype=kinds.get(kind, "str"))
        return pd.DataFrame(columns)

    def close(self) -> None:
        """Close the file; a temporary one goes."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _all_of(table: str) -> str:
    return f"SELECT * FROM {table} ORDER BY {'id' if table == 'specifications' else 'specification, rowid'}"


def _cell(value: Any) -> Any:
    """A value as SQLite holds it; what is no scalar as JSON."""
    value = plain(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _quoted(name: str) -> str:
    return '"' + str(name).replace('"', '""') + '"'


def _differences(name: str, begun: Any, now: Any) -> Iterator[str]:
    """Where two settings differ, each in words."""
    if isinstance(begun, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*begun, *now]):
            if begun.get(key, _ABSENT) != now.get(key, _ABSENT):
                yield from _differences(f"{name}.{key}", begun.get(key, _ABSENT), now.get(key, _ABSENT))
        return
    was, is_now = ("not there" if each is _ABSENT else canonical(each) for each in (begun, now))
    yield f"{name} was {was}, now it is {is_now}"
