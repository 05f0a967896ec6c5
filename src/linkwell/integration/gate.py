"""The canary gate: whatever a load writes is searched for people before it is put in its place.

Planted people are looked for in the decoded columns, dictionary pages, statistics, metadata and raw bytes;
every identifier of the spine and the supplies, and every supplied name, in the decoded columns. A load where
one surfaces fails, and is told by table and column, never by what was found.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.errors import RefusedByRule
from linkwell.integration import database
from linkwell.integration.canaries import Canary, canaries
from linkwell.integration.rawbytes import Patterns
from linkwell.vault.zones import Home, ZoneName

IDENTIFIERS = ("nhi", "ird", "msd", "nsn", "national_id", "phone", "email")
SHORTEST_NUMBER = 7
"""Characters: shorter tokens are codes."""

_TEXT = "VARCHAR"
_SAMPLE = 20
_FIRST = 8  # characters of a text that the engine keeps as the least and the greatest of a block


@dataclass(frozen=True)
class _Source:
    """An identity file as a table expression, all text; `named`: the names in it are looked for too."""

    sql: str
    identifiers: tuple[str, ...]
    named: bool


@dataclass(frozen=True)
class Gate:
    """What is looked for.

    Attributes:
        planted: the home's planted people.
        spine, supplied: files of the linkers' zone with real people's names and numbers (Parquet or CSV).
        said: words of the agreed specifications (initiatives, codes): a service may be named after somebody.
    """

    planted: tuple[Canary, ...]
    spine: Path | None
    supplied: tuple[Path, ...] = ()
    said: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, home: Home, supplies: Iterable[str] = (), said: Iterable[str] = (), spine: Path | None = None
    ) -> Gate:
        """The gate of a home, for a load of these supplies (with a spine that is not in its place yet)."""
        identity = home.zone(ZoneName.IDENTITY)
        spine = spine or identity / "spine" / "spine.parquet"
        files = (identity / "supplies" / name / "identity.csv" for name in supplies)
        return cls(
            canaries(home),
            spine if spine.exists() else None,
            tuple(file for file in files if file.exists()),
            frozenset(said),
        )

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word of the planted people, and the days they were born, as people write days."""
        days = (f"{each.born:{form}}" for each in self.planted for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"))
        return tuple(word for each in self.planted for word in each.words) + tuple(days)

    @cached_property
    def patterns(self) -> Patterns:
        """Planted words and a few real identifiers, as bytes."""
        return Patterns.of((*self.words, *self._sample()))

    def _sample(self) -> list[str]:
        with database.in_memory() as connection:
            found = []
            for source in self._sources(connection):
                for name in source.identifiers:
                    query = (
                        f"SELECT DISTINCT {name} FROM {source.sql} WHERE length({name}) >= {SHORTEST_NUMBER}"
                    )
                    found += connection.execute(f"{query} ORDER BY hash({name}) LIMIT {_SAMPLE}").fetchall()
        return [str(value) for (value,) in found]

    def _sources(self, connection: duckdb.DuckDBPyConnection) -> list[_Source]:
        listed = []
        for file in ((self.spine,) if self.spine else ()) + self.supplied:
            source = database.quoted(file)
            if file.suffix == ".csv":
                source = f"read_csv({source}, all_varchar = true, header = true, delim = ',', quote = '\"')"
            names = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            texts = ", ".join(f'"{name}"::VARCHAR AS "{name}"' for name in names)
            named = file != self.spine and {"first_name", "last_name"} <= set(names)
            held = tuple(name for name in names if name in IDENTIFIERS)
            listed.append(_Source(f"(SELECT {texts} FROM {source})", held, named))
        return listed

    # -- what is searched ---------------------------------------------------------------------------------

    def database(self, path: Path) -> None:
        """Search a finished DuckDB file.

        Raises:
            RefusedByRule: somebody surfaces; `where` names the table and column.
        """
        with database.reading(path) as connection:
            columns = connection.execute(
                "SELECT table_name, column_name, data_type, concat_ws(' ', comment, column_default) "
                "FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
            ).fetchall()
            for table, column, kind, told in columns:
                self._about(f"{table} {column} {told}", table, f"{column} (its name or comment)")
                self._statistics(connection, table, column, kind)
            values = _distinct(connection, [(t, c) for t, c, kind, _ in columns if kind == _TEXT])
            for table, column, kind, _ in columns:
                if kind.startswith(("DATE", "TIMESTAMP")):
                    self._days(connection, table, column)
        self._values(values)
        self.file(path)

    def parquet(self, path: Path) -> None:
        """Search a finished Parquet file: dictionary pages, statistics, metadata, values and bytes."""
        table, file = _called(path), pq.ParquetFile(path)
        said = [*(file.metadata.metadata or {}).items(), *(file.schema_arrow.metadata or {}).items()]
        told = " ".join(part.decode(errors="replace") for pair in said for part in pair)
        self._about(f"{told} {' '.join(file.schema_arrow.names)}", table, "metadata")
        texts = [field.name for field in file.schema_arrow if _holds_text(field.type)]
        for group in range(file.metadata.num_row_groups):
            for at in range(file.metadata.num_columns):
                chunk = file.metadata.row_group(group).column(at)
                if chunk.statistics is not None and chunk.statistics.has_min_max:
                    told = f"{chunk.statistics.min} {chunk.statistics.max}"
                    self._about(told, table, f"{chunk.path_in_schema} (statistics)")
        # a dictionary page may hold values that no row has: read it as it lies
        found = []
        whole = pq.ParquetFile(path, read_dictionary=texts)
        for batch in whole.iter_batches(columns=texts) if texts else ():
            for name, column in zip(texts, batch.columns, strict=True):
                values = column.dictionary if pa.types.is_dictionary(column.type) else column.unique()
                held = (pa.array([each] * len(values), pa.string()) for each in (table, name))
                found.append(pa.table([*held, values.cast(pa.string())], ["tab", "col", "value"]))
        if found:
            self._values(pa.concat_tables(found).group_by(["tab", "col", "value"]).aggregate([]))
        self.file(path)

    def supplied_table(self, path: Path) -> None:
        """Search a supplied table of service details (CSV) for planted people and sampled identifiers."""
        if not self.patterns.in_file(path):
            return
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    if value and self.patterns.in_bytes(value.encode()):
                        raise _surfaced(path.name, str(column))
        raise _surfaced(path.name, "raw bytes")

    def file(self, path: Path) -> None:
        """Search a file's bytes."""
        if self.patterns.in_file(path):
            raise _surfaced(_called(path), "raw bytes")

    def text(self, data: bytes, name: str) -> None:
        """Search what is about to be written as `name`."""
        if self.patterns.in_bytes(data):
            raise _surfaced(name, "text")

    # -- how ------------------------------------------------------------------------------------------------

    def _about(self, text: str, table: str, place: str) -> None:
        folded = text.casefold()
        if any(word.casefold() in folded for word in self.words):
            raise _surfaced(table, place)

    def _statistics(self, connection: duckdb.DuckDBPyConnection, table: str, column: str, kind: str) -> None:
        """The least and greatest value the engine keeps of a column; it cuts texts short."""
        if kind != _TEXT:
            return
        told = connection.execute(f'SELECT stats("{column}") FROM "{table}" LIMIT 1').fetchall()
        folded = repr(told).casefold()
        if any(word.casefold()[:_FIRST] in folded for each in self.planted for word in each.words):
            raise _surfaced(table, f"{column} (statistics)")

    def _days(self, connection: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
        born = ", ".join(f"DATE '{each.born}'" for each in self.planted)
        if (
            born
            and connection.execute(
                f'SELECT 1 FROM "{table}" WHERE "{column}"::DATE IN ({born}) LIMIT 1'
            ).fetchall()
        ):
            raise _surfaced(table, column)

    def _values(self, values: pa.Table) -> None:
        """Search distinct texts (tab, col, value): planted words inside them, real identifiers and supplied
        people's full names among their words."""
        for table, column, value in zip(*(values[name].to_pylist() for name in ("tab", "col", "value")),
                                        strict=True):  # fmt: skip
            if value is not None:
                self._about(value, table, column)
        with database.in_memory() as connection:
            connection.register("found_values", values)
            said = pa.table({"value": pa.array(sorted(self.said), pa.string())})
            connection.register("said", said)
            connection.execute(_WORDS)
            for source in self._sources(connection):
                queries = [_NUMBER.format(name=name, source=source.sql) for name in source.identifiers]
                queries += [_NAMES.format(source=source.sql)] if source.named else []
                for query in queries:
                    seen = connection.execute(query).fetchall()
                    if seen:
                        raise _surfaced(*seen[0])


_WORDS = f"""
    CREATE TEMP TABLE words AS
    SELECT tab, col, value, word FROM (
        SELECT tab, col, value, unnest(
            [lower(regexp_replace(value, '[\\s-]', '', 'g'))]
            || string_split_regex(lower(value), '[\\s;,|/]+')
            || [lower(regexp_replace(value, '[^0-9]', '', 'g'))]) AS word
        FROM found_values WHERE value IS NOT NULL AND value NOT IN (SELECT value FROM said))
    WHERE length(word) >= 2;
    CREATE TEMP TABLE numbers AS SELECT DISTINCT tab, col, word FROM words
    WHERE length(word) >= {SHORTEST_NUMBER}"""
_NUMBER = (
    "SELECT tab, col FROM numbers WHERE word IN "
    "(SELECT lower(regexp_replace({name}, '[\\s-]', '', 'g')) FROM {source} WHERE {name} IS NOT NULL) LIMIT 1"
)
_NAMES = """
    SELECT a.tab, a.col FROM (
        SELECT DISTINCT lower(trim(first_name)) AS f, lower(trim(last_name)) AS l FROM {source}
        WHERE length(trim(first_name)) > 1 AND length(trim(last_name)) > 1) p
    JOIN words a ON a.word = p.f JOIN words b ON b.word = p.l AND b.tab = a.tab AND b.col = a.col
      AND b.value = a.value LIMIT 1"""


def _distinct(connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, str]]) -> pa.Table:
    """Every distinct text of every text column, shape (values, [tab, col, value])."""
    if not columns:
        return pa.table({name: pa.array([], pa.string()) for name in ("tab", "col", "value")})
    parts = (
        f"SELECT DISTINCT '{table}' AS tab, '{column}' AS col, \"{column}\" AS value FROM \"{table}\""
        for table, column in columns
    )
    return database.arrow(connection, " UNION ALL ".join(parts))


def _holds_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind.value_type if pa.types.is_dictionary(kind) else kind))


def _called(path: Path) -> str:
    """The name a file is going to have."""
    return path.name.removeprefix(".").removesuffix(".part")


def _surfaced(table: str, column: str) -> RefusedByRule:
    return RefusedByRule(
        "Somebody can be recognised in what this load would have written. Nothing was loaded.",
        where=f"table {table}, column {column}",
        why="Names, birth dates, addresses and agency numbers never enter the research data.",
        fix="Find out how it came in. If a supply brought it, ask for a new one. A service that is named "
        "after somebody is no leak: its name belongs in the specification.",
    )
