"""The sources a spine is built from: `sources.toml`, and the people of each, one row an agency number.

Rows of one number are one person in other words; a secondary number is brought to its primary.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkwell.errors import WrongUse
from linkwell.integration import database
from linkwell.linkage.columns import recognise
from linkwell.linkage.settings import LinkSettings

PERSON = (
    "first_name", "middle_name", "last_name", "prior_last_name", "dob", "gender", "nhi", "ird", "msd", "area",
    "death_date",
)  # fmt: skip
"""What a spine knows of a person."""

ATTRIBUTES = (*(f"eth{n}" for n in range(1, 7)), "region", "ta", "sa2", "nzdep", "household_id")
"""What is known of a resident beside, where a source has a column of that name."""

IDENTIFIERS = ("nhi", "ird", "msd")
DATES = ("dob", "death_date")


@dataclass(frozen=True)
class Source:
    """One agency's people.

    Attributes:
        key: the column with the agency's number. builds: its people make the spine (otherwise they are linked
            to it). secondary: file of (secondary, primary) numbers. activity: file of (key, date) that proves
            presence. away: file of (key, left, back).
        measures: file of (key, measure, start_date, end_date, value, entity).
        columns: their column -> ours, where a heading is not recognised.
    """

    name: str
    file: Path
    key: str
    builds: bool = False
    secondary: Path | None = None
    activity: Path | None = None
    away: Path | None = None
    measures: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sources:
    """`sources.toml` as read: sources in order of trust, dates and rule of residence, the area vintage."""

    folder: Path
    sources: tuple[Source, ...]
    reference_dates: tuple[date, ...]
    rule: str
    rules: Path | None
    measures: Path
    area_vintage: int | None

    @property
    def building(self) -> tuple[Source, ...]:
        """Those whose people make the spine."""
        return tuple(source for source in self.sources if source.builds)


_FILES = ("secondary", "activity", "away", "measures")


def read_sources(path: Path) -> Sources:
    """Read `sources.toml` (or the folder it lies in).

    Raises:
        WrongUse: it is not there or not complete, names a file that is not there, or builds no spine.
    """
    path = path / "sources.toml" if path.is_dir() else path
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WrongUse(
            "There is no sources.toml.",
            where=str(path),
            fix="Describe the sources of the spine in it: see docs/integration.md.",
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise WrongUse("sources.toml cannot be read.", where=path.name, why=str(error)) from None
    folder = path.parent
    found = tuple(_source(each, folder) for each in document.get("source", []))
    names = [source.name for source in found]
    if len(set(names)) != len(names) or not any(source.builds for source in found):
        raise WrongUse(
            "sources.toml needs sources with names of their own, one of which builds the spine.",
            where=path.name,
            fix="Give every [[source]] its own name, and builds = true to those that make the spine.",
        )
    days = document.get("reference_dates", [])
    if not days or not all(isinstance(day, date) for day in days):
        raise WrongUse("sources.toml says no reference date.", fix="Write reference_dates = [2025-06-30].")
    return Sources(
        folder, found, tuple(days), document.get("rule", "activity-12"),
        _file(folder, document["rules"]) if "rules" in document else None,
        _file(folder, document.get("measures", "measures.toml")), document.get("area_vintage"),
    )  # fmt: skip


def _source(entry: Mapping[str, Any], folder: Path) -> Source:
    name = str(entry.get("name", ""))
    unknown = set(entry) - {"name", "file", "key", "builds", "columns", *_FILES}
    if (
        not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name)
        or "file" not in entry
        or "key" not in entry
        or unknown
    ):
        raise WrongUse(
            "A [[source]] in sources.toml is not complete.",
            where=name or "a source without a name",
            why=f"It does not know: {', '.join(sorted(unknown))}." if unknown else "",
            fix="It needs name (small letters), file and key; and where they apply builds, secondary, "
            "activity, away, measures and columns.",
        )
    files = {each: _file(folder, entry[each]) for each in _FILES if each in entry}
    return Source(
        name, _file(folder, entry["file"]), str(entry["key"]), bool(entry.get("builds", False)),
        columns=dict(entry.get("columns", {})), **files,
    )  # fmt: skip


def _file(folder: Path, name: object) -> Path:
    path = folder / str(name)
    if not path.is_file():
        raise WrongUse("A file that sources.toml names is not there.", where=str(name), fix="Check the path.")
    return path


def table_of(path: Path) -> str:
    """A CSV (all text) or Parquet file as a table expression."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return f"read_parquet({database.quoted(path)})"
    return f"read_csv({database.quoted(path)}, all_varchar = true, header = true)"


def read_people(connection: duckdb.DuckDBPyConnection, source: Source) -> tuple[int, int]:
    """Make tables `people_<name>` (key and one person a row) and `keys_<name>` (id, key: every number and its
    primary).

    Returns:
        Rows read, and birth dates that could not be read as a day.

    Raises:
        WrongUse: no such key column, nothing to link on, or a row without a number.
    """
    table = table_of(source.file)
    theirs = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
    if source.key not in theirs:
        raise WrongUse(
            "A source has no column with the agency's number.",
            where=f"{source.name}: {source.key}",
            fix=f"Its columns are: {', '.join(theirs)}",
        )
    known = LinkSettings().model.columns
    found = recognise([name for name in theirs if name != source.key], known, "spine_id", source.columns)
    # the agency's own number may be one of the numbers the spine keeps
    own = (
        recognise([source.key], {name: known[name] for name in IDENTIFIERS}, "spine_id", {})
        if any(source.key.lower() in known[name] for name in IDENTIFIERS)
        else {}
    )
    found |= {name: column for name, column in own.items() if name not in found}
    cells = [_cell(name, found.get(name)) for name in PERSON]
    cells += [f'"{name}"' if name in theirs else f"NULL AS {name}" for name in ATTRIBUTES]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER () AS n, "
        f"nullif(trim(\"{source.key}\"::VARCHAR), '') AS id, {', '.join(cells)} FROM {table}"
    )
    rows, without = connection.execute("SELECT count(*), count(*) - count(id) FROM raw").fetchall()[0]
    if without:
        raise WrongUse(
            "A source has rows without the agency's number.",
            where=f"{source.name}: {without:,} of {rows:,} rows",
            fix="Leave them out, or give them a number.",
        )
    unread = 0
    if "dob" in found:
        (unread,) = connection.execute(
            f"SELECT count(*) FROM {table} WHERE trim(\"{found['dob']}\"::VARCHAR) <> ''"
        ).fetchall()[0]
        (dated,) = connection.execute("SELECT count(dob) FROM raw").fetchall()[0]
        unread -= dated
    _primary(connection, source)
    _rolled_up(connection, source.name)
    return int(rows), int(unread)


def _cell(name: str, column: str | None) -> str:
    if column is None:
        return f"NULL::{'DATE' if name in DATES else 'VARCHAR'} AS {name}"
    text = f"nullif(trim(\"{column}\"::VARCHAR), '')"
    if name in DATES:
        return f"coalesce(try_cast({text} AS DATE), try_strptime({text}, '%d/%m/%Y')::DATE) AS {name}"
    return f"{text} AS {name}"


def _primary(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`keys_<name>`: a secondary number goes to its primary, and on where that is secondary itself."""
    connection.execute("CREATE OR REPLACE TEMP TABLE moved (old VARCHAR, new VARCHAR)")
    if source.secondary is not None:
        connection.execute(
            f'INSERT INTO moved SELECT trim("secondary"::VARCHAR), trim("primary"::VARCHAR) '
            f'FROM {table_of(source.secondary)} WHERE trim("secondary"::VARCHAR) <> trim("primary"::VARCHAR)'
        )
    for _ in range(20):
        changed = connection.execute(
            "UPDATE moved SET new = n.new FROM moved n WHERE n.old = moved.new AND n.new <> moved.old"
        ).fetchall()[0][0]
        if not changed:
            break
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE keys_{source.name} AS SELECT id, coalesce(min(new), id) AS key FROM "
        "(SELECT id FROM raw UNION SELECT old FROM moved) LEFT JOIN moved ON old = id GROUP BY id"
    )


def _rolled_up(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """One row a primary number: the first of each answer; another last name becomes the earlier one."""
    firsts = ", ".join(
        f"first(r.{column} ORDER BY r.id <> k.key, r.n) FILTER (r.{column} IS NOT NULL) AS {column}"
        for column in (*PERSON, *ATTRIBUTES)
        if column != "prior_last_name"
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE people_{name} AS
        SELECT key, {firsts},
               coalesce(first(r.prior_last_name ORDER BY r.n) FILTER (r.prior_last_name IS NOT NULL),
                        CASE WHEN count(DISTINCT lower(r.last_name)) > 1
                             THEN last(r.last_name ORDER BY r.id <> k.key, r.n)
                                  FILTER (r.last_name IS NOT NULL) END) AS prior_last_name
        FROM raw r JOIN keys_{name} k ON k.id = r.id GROUP BY key ORDER BY key""")
