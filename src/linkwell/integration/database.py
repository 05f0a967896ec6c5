"""DuckDB files that exist whole or not at all, and connections with a memory limit.

Everything the custodian's side asks of DuckDB goes through here, so that its limits are set in one place
(DuckDB 2.0 API: `execute`, `fetchall`, `sql(...).to_arrow_table()`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from linkwell.vault.zones import written_whole

MEMORY_LIMIT = os.environ.get("LINKWELL_DUCKDB_MEMORY", "2GB")
THREADS = 2

Inspect = Callable[[Path], None]
"""Looks at a finished file before it is put in its place; what it raises leaves no file."""


def _settings(spill: Path | None) -> dict[str, Any]:
    settings = {
        "threads": str(THREADS),
        "memory_limit": MEMORY_LIMIT,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    # What does not fit in memory may spill only inside the zone the data belong to.
    settings["temp_directory"] = "" if spill is None else str(spill)
    return settings


@contextmanager
def in_memory(spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection without a file; `spill` is a folder of the zone being worked in."""
    connection = duckdb.connect(":memory:", config=_settings(spill))
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def building(path: Path, inspect: Inspect | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a temporary database; on success it is closed, inspected, fsynced and renamed to
    `path`.

    A killed build leaves only hidden `.part` files, which the next build of the same path removes.
    """
    log = path.with_name(f".{path.name}.part.wal")
    spill = path.with_name(f".{path.name}.spill")
    log.unlink(missing_ok=True)  # DuckDB would replay a dead build's log into the new file
    with written_whole(path) as part:
        connection = duckdb.connect(str(part), config=_settings(spill))
        try:
            yield connection
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
            log.unlink(missing_ok=True)
            if spill.exists():
                spill.rmdir()
        part.chmod(0o600)
        if inspect is not None:
            inspect(part)


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a finished database."""
    connection = duckdb.connect(str(path), read_only=True, config=_settings(None))
    try:
        yield connection
    finally:
        connection.close()


def arrow(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None) -> pa.Table:
    """The rows of `query` as an Arrow table."""
    relation = connection.sql(query, params=parameters) if parameters else connection.sql(query)
    return relation.to_arrow_table()


def write_parquet(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, inspect: Inspect | None = None
) -> None:
    """Write the rows of `query` to `path`, whole, once `inspect` has nothing against it."""
    with written_whole(path) as part:
        # DuckDB's COPY takes no bound parameter for the file: the name is ours, quotes doubled.
        target = str(part).replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        part.chmod(0o600)
        if inspect is not None:
            inspect(part)


def quoted(path: Path) -> str:
    """`path` as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
