"""Look into every byte a home holds: raw files, columns, database cells, archive members, page text."""

from __future__ import annotations

import html
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

IDENTITY_ZONES = frozenset({"intake", "identity", "provider", "synthetic"})


def files_outside_identity(home: Path) -> list[Path]:
    """Every file of a home but those where identity may lie (and those on the provider's own computer)."""
    return sorted(
        path
        for path in home.rglob("*")
        if path.is_file() and path.relative_to(home).parts[0] not in IDENTITY_ZONES
    )


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (place, text) for everything that can be read out of one file, however it is stored."""
    raw = path.read_bytes()
    yield f"{path.name}: raw bytes", raw.decode("latin-1")
    yield f"{path.name}: raw bytes as UTF-8", raw.decode("utf-8", errors="replace")
    if raw[:4] == b"PAR1":
        yield from _parquet(path)
    elif raw[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif raw.startswith(b"SQLite format 3\0"):
        yield from _sqlite(path)
    elif raw.startswith(b"PK\x03\x04"):
        yield from _zip(path.name, raw)
    elif path.suffix in {".html", ".htm", ".svg", ".xml"}:
        yield f"{path.name}: page text", html.unescape(re.sub(r"<[^>]+>", " ", raw.decode("utf-8")))


def _rows(place: str, rows: list[tuple[object, ...]]) -> Iterator[tuple[str, str]]:
    yield place, "\n".join(" ".join("" if cell is None else str(cell) for cell in row) for row in rows)


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect() as connection:
        names = [
            row[0]
            for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        ]
        yield f"{path.name}: column names", " ".join(names)
        for name in names:
            rows = connection.execute(
                f'SELECT DISTINCT "{name}" FROM read_parquet(?)', [str(path)]
            ).fetchall()
            yield from _rows(f"{path.name}: column {name}", rows)


def _duckdb(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(f'SELECT DISTINCT "{column}" FROM "{schema}"."{table}"').fetchall()
            yield from _rows(f"{path.name}: {table}.{column}", rows)


def _sqlite(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            yield from _rows(
                f"{path.name}: {table}", connection.execute(f'SELECT * FROM "{table}"').fetchall()
            )
    finally:
        connection.close()


def _zip(name: str, raw: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for member in archive.namelist():
            yield f"{name}: member {member}", archive.read(member).decode("utf-8", errors="replace")


def sightings(paths: list[Path], needles: list[str]) -> list[tuple[str, str]]:
    """Every (place, needle) where a needle surfaces, ignoring case and letters' accents kept as they are."""
    folded = {needle.casefold(): needle for needle in needles}
    return [
        (place, needle)
        for path in paths
        for place, text in texts_of(path)
        for fold, needle in folded.items()
        if fold in text.casefold()
    ]
