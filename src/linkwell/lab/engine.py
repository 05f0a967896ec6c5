"""The engine as a session has it: one read-only database, tables of one's own in memory, every door shut.

The settings are the second fence; the first is what the process may do at all (`isolation`). Runs only
inside a worker.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from linkwell.lab.derived import NO_NUMBER, kept
from linkwell.lab.export import draw, refuse_no_people, stream
from linkwell.lab.limits import Limits
from linkwell.lab.persons import keep_apart
from linkwell.lab.refusals import Refusal, of_engine
from linkwell.lab.sources import PERSON, Shape, is_id
from linkwell.lab.statements import Statement, characters, hold_to_tables, nodes, read

MOST_TABLES = 200
MOST_LABELS = 2000
_VIEWS = "SELECT DISTINCT view_name FROM duckdb_views() WHERE internal"
"""What the engine has of its own: about files, settings and the machine."""

_BACK = {
    "VARCHAR": '(?::VARCHAR[])["{0}" + 1] AS "{0}"',
    "BOOLEAN": 'CASE WHEN "{0}" >= 0 THEN "{0}" = 1 END AS "{0}"',
    "BIGINT": f'nullif("{{0}}", {NO_NUMBER}) AS "{{0}}"',
    "DOUBLE": 'CASE WHEN NOT isnan("{0}") THEN "{0}" END AS "{0}"',
}
"""How what a script made becomes a column again."""

Columns = list[tuple[str, str]]


def connect(database: Path, folder: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A locked connection to `database`, which may spill into `folder` (sdc.md §5: the order matters)."""
    config: dict[str, Any] = {
        "python_enable_replacements": "false", "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false", "allow_community_extensions": "false",
        "allow_unsigned_extensions": "false", "threads": str(limits.threads),
        "memory_limit": f"{limits.memory_bytes}B", "temp_directory": str(folder),
        "max_temp_directory_size": f"{limits.spill_bytes}B", "max_expression_depth": "250",
        "allow_persistent_secrets": "false", "enable_external_file_cache": "false",
        "catalog_error_max_schemas": "0", "errors_as_json": "true", "preserve_insertion_order": "false",
    }  # fmt: skip
    connection = duckdb.connect(str(database), read_only=True, config=config)
    connection.execute("SET enable_logging = false")
    connection.execute("SET allow_extension_repositories = 'forbidden'")
    connection.execute(f"SET max_execution_time = {int(limits.seconds * 1000)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


class Engine:
    """A project's database and the tables made in this session."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, limits: Limits, kept: Path | None = None
    ) -> None:
        self._connection, self._limits, self._kept = connection, limits, kept
        self.given = {name: self._shape(name) for name in self._names()}
        self.made: dict[str, Shape] = {}
        self._own = {name for (name,) in connection.execute(_VIEWS).fetchall()}

    def tables(self) -> dict[str, Columns]:
        """Every table there is, with names and types of its columns."""
        return {name: self._columns(f'SELECT * FROM "{name}"') for name in (*self.given, *self.made)}

    def read(self, text: str, *, shown: bool = False) -> tuple[Statement, Shape | None]:
        """Read a statement, and hold what makes a table to the rule of one person at a time.

        Args:
            shown: it shows real rows, and is held to the same rule.

        Returns:
            the statement, and the shape of the table it makes.

        Raises:
            Refusal: with a place in characters.
        """
        try:
            statement = read(text, self._connection, self._limits.statement_characters)
            held = statement.kind == "make" or (shown and statement.kind == "look")
            hold_to_tables(statement.tree, self.given.keys() | self.made.keys(), statement.offset)
            return statement, keep_apart(statement, self.given | self.made) if held else None
        except Refusal as refusal:
            raise Refusal(refusal.kind, characters(text, refusal.position)) from None
        except RecursionError:
            raise Refusal("construct") from None

    def run(self, text: str, *, look: bool) -> dict[str, Any]:
        """Do one statement.

        Args:
            look: a SELECT shows rows (a registered facility, or the twin); otherwise its columns alone.

        Returns:
            {kind, name, columns: [(name, type)], uses: tables read, rows: only with `look`}

        Raises:
            Refusal: class and place; never the engine's words.
        """
        statement, shape = self.read(text)
        if statement.kind == "drop":
            return self._drop(statement)
        columns = self._columns(statement.select, text, statement.offset)
        answer: dict[str, Any] = {"kind": statement.kind, "name": statement.name, "columns": columns,
                  "uses": self._uses(statement)}  # fmt: skip
        if shape is not None:
            self._make(statement, shape, columns, text)
        elif look:
            answer["rows"] = self._rows(statement, text, self._limits.rows)
        return answer

    def look(self, text: str, most: int) -> dict[str, Any]:
        """The first rows of one SELECT over real people, each row one person's own: no totals.

        Returns:
            {columns: [(name, type)], uses: tables read, rows: `most` at most, as text}

        Raises:
            Refusal: class and place; never the engine's words.
        """
        statement, _ = self.read(text, shown=True)
        if statement.kind != "look":
            raise Refusal("rows")
        columns = self._columns(statement.select, text, statement.offset)
        return {"columns": columns, "uses": self._uses(statement), "rows": self._rows(statement, text, most)}

    def labels(self, table: str, name: str) -> list[str]:
        """The texts a column of one's own table holds, in order: asked of the twin, never of real data.

        Raises:
            Refusal: no such table or column, or more labels than a table can tell.
        """
        self._has(table, [name])
        query = (
            f'SELECT DISTINCT {_told(name)} AS label FROM "{table}" t ORDER BY label LIMIT {MOST_LABELS + 1}'
        )
        rows = self._guarded(lambda: self._connection.execute(query).fetchall())
        if len(rows) > MOST_LABELS:
            raise Refusal("size")
        return [str(label) for (label,) in rows]

    def members(
        self, table: str, unit: str, by: Mapping[str, Sequence[str]], amounts: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Who is in a table of one's own, for the release desk: one entry a row with a person.

        Args:
            by: column -> its labels; rows with another are given code -1. amounts: columns of numbers; rows
                without one of them are left out.

        Returns:
            {units: int64, codes: per column of `by` int32 into its labels, amounts: each float64}; arrays of
            equal length.

        Raises:
            Refusal: no such table or column.
        """
        shape = self._has(table, [unit, *by, *amounts])
        if shape.constants or unit not in PERSON or any(map(is_id, (*by, *amounts))):
            raise Refusal("person")
        for labels in by.values():
            if not labels or len(labels) > MOST_LABELS or len(set(labels)) != len(labels):
                raise Refusal("size")
        codes = "(coalesce(list_position(?::VARCHAR[], {}), 0) - 1)::INTEGER AS c{}"
        told = [codes.format(_told(name), n) for n, name in enumerate(by)]
        numbers = [f'TRY_CAST(t."{amount}" AS DOUBLE)' for amount in amounts]
        told += [f"{number} AS a{n}" for n, number in enumerate(numbers)]
        where = " AND ".join([f't."{unit}" > 0', *(f"isfinite({number})" for number in numbers)])
        query = f'SELECT {", ".join([f"""t."{unit}" AS unit""", *told])} FROM "{table}" t WHERE {where}'
        given = [list(labels) for labels in by.values()]
        found = self._guarded(lambda: self._connection.execute(query, given).fetchnumpy())
        return {
            "units": np.asarray(found["unit"], dtype=np.int64),
            "codes": [np.asarray(found[f"c{n}"], dtype=np.int32) for n in range(len(by))],
            "amounts": [np.asarray(found[f"a{n}"], dtype=np.float64) for n in range(len(amounts))],
        }

    def export(
        self, tables: Sequence[str], secret: int, of: int, part: int
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Tables of people as a script is given them (`export`): all of the people, or a part of them.

        Returns:
            {}; who is number 1, 2, ... as int64, then an Arrow stream a table.

        Raises:
            Refusal: one is not there, or is no table of people.
        """
        shapes = self.given | self.made
        refuse_no_people(shapes, tables)

        def told() -> list[bytes]:
            units = draw(self._connection, shapes, tables, secret=secret, of=of, part=part)
            streams = [stream(self._connection, each, self._columns(f'SELECT * FROM "{each}"'))
                       for each in tables]  # fmt: skip
            return [units.tobytes(), *streams]

        return {}, self._guarded(told)

    def load(self, table: str, batch: str) -> Columns:
        """Have a table that a batch script made; names and types of its columns.

        Raises:
            Refusal: it is not there, or its name is taken.
        """
        if self._kept is None or not batch.isalnum():
            raise Refusal("engine")
        if table in self.given or table in self._own:
            raise Refusal("taken")
        found = kept(self._kept / batch, table)
        columns = {"snz_uid": found.units, **{name: each.values for name, each in found.columns.items()}}
        told = [_BACK[each.kind].format(name) for name, each in found.columns.items()]
        labels = [list(each.labels) for each in found.columns.values() if each.kind == "VARCHAR"]

        def made() -> None:
            self._connection.register("# loaded", columns)
            self._connection.execute(
                f'CREATE OR REPLACE TEMP TABLE "{table}" AS SELECT {", ".join(["snz_uid", *told])} '
                'FROM "# loaded"', labels,
            )  # fmt: skip
            self._connection.unregister("# loaded")

        self._guarded(made)
        self.made[table] = Shape(frozenset(columns))
        return list(found.shape)

    # -- inside -------------------------------------------------------------------------------------------

    def _has(self, table: str, names: Sequence[str]) -> Shape:
        """The shape of a table of one's own that has these columns."""
        if table not in self.made:
            raise Refusal("name")
        if set(names) - {name for name, _ in self._columns(f'SELECT * FROM "{table}"')}:
            raise Refusal("name")
        return self.made[table]

    def _names(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        return [name for (name,) in rows]

    def _shape(self, table: str) -> Shape:
        return Shape(frozenset(name.lower() for name, _ in self._columns(f'SELECT * FROM "{table}"')))

    def _columns(self, select: str, text: str = "", offset: int = 0) -> Columns:
        def described() -> Columns:
            rows = self._connection.execute(f"DESCRIBE {select}").fetchall()
            return [(str(name), str(kind)) for name, kind, *_ in rows]

        found: Columns = self._guarded(described, text, offset - len("DESCRIBE "))
        return found

    def _uses(self, statement: Statement) -> list[str]:
        names = {
            str(node["table_name"]).lower()
            for node in nodes(statement.tree)
            if node.get("type") == "BASE_TABLE"
        }
        return sorted(names & (self.given.keys() | self.made.keys()))

    def _make(self, statement: Statement, shape: Shape, columns: Columns, text: str) -> None:
        name, ids = statement.name, frozenset(column.lower() for column, _ in columns)
        if not {each for each in ids if is_id(each)} <= shape.ids:
            raise Refusal("person")  # the engine found an id where the rule foresaw none
        if name in self.given or name in self._own:
            raise Refusal("taken")
        if len(self.made) >= MOST_TABLES and name not in self.made:
            raise Refusal("size")
        if len({column.lower() for column, _ in columns}) != len(columns):
            raise Refusal("types")
        head = f'CREATE OR REPLACE TEMP TABLE "{name}" AS ('
        made = f"{head}{statement.select}\n)"
        self._guarded(lambda: self._connection.execute(made), text, statement.offset - len(head))
        self.made[name] = Shape(ids, constants=shape.constants)

    def _drop(self, statement: Statement) -> dict[str, Any]:
        if statement.name not in self.made:
            raise Refusal("name")
        self._guarded(lambda: self._connection.execute(f'DROP TABLE temp.main."{statement.name}"'))
        del self.made[statement.name]
        return {"kind": "drop", "name": statement.name, "columns": [], "uses": []}

    def _rows(self, statement: Statement, text: str, most: int) -> list[list[str | None]]:
        """The first rows as text, for a screen."""
        head = "SELECT * FROM ("
        found = self._guarded(
            lambda: self._connection.execute(f"{head}{statement.select}\n) LIMIT {most}").fetchall(),
            text, statement.offset - len(head),
        )  # fmt: skip
        return [[None if cell is None else str(cell)[:200] for cell in row] for row in found]

    def _guarded(self, work: Any, text: str = "", shift: int = 0) -> Any:
        try:
            return work()
        except duckdb.Error as error:
            raise _refusal(error, text, shift) from None
        except MemoryError:
            raise Refusal("memory") from None


def _told(name: str) -> str:
    """A column as the text of a label."""
    return f"coalesce(t.\"{name}\"::VARCHAR, '')"


def _refusal(error: duckdb.Error, text: str, shift: int) -> Refusal:
    """Class and place of what the engine raised; everything else it said is dropped here."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return Refusal("memory")
    said = str(error)
    try:
        found = json.loads(said[said.index("{") :])
        kind, at = str(found.get("exception_type", "")), str(found.get("position", ""))
        if kind == "Binder" and found.get("error_subtype") != "COLUMN_NOT_FOUND":
            kind = "Mismatch Type"  # no function takes these, or a column is not grouped by
    except (ValueError, AttributeError):
        kind, at = type(error).__name__, ""
    inside = at.isdigit() and 0 <= int(at) + shift <= len(text.encode())
    return of_engine(kind, characters(text, int(at) + shift) if inside and text else None)
