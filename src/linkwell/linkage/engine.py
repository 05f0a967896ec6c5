"""The one place that knows the engine: how a DuckDB connection is opened, bounded and fed."""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa

from linkwell.errors import LinkwellError, TryAgain, WrongUse
from linkwell.linkage.settings import LinkSettings

Source: TypeAlias = Path | Any  # a Parquet or CSV file, or a pyarrow.Table


@contextmanager
def engine(
    settings: LinkSettings, database: Path | None = None, memory: str = "2GB"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection bounded by the settings, or else by `memory`; what it spills is gone when it closes.

    Raises:
        TryAgain: memory or disk ran out.
    """
    beside = settings.temp_folder or (database.parent if database else None)
    if beside is not None:
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with working_folder(beside) as spill:
        con = duckdb.connect(
            str(database) if database else ":memory:",
            config={
                "memory_limit": settings.memory_limit or memory,
                "threads": settings.threads,
                "temp_directory": str(spill),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            con.execute("SET enable_progress_bar = false")
            con.execute(f"SET disabled_compression_methods = '{_SLOW_TO_PACK}'")
            yield con
        except duckdb.OutOfMemoryException:
            raise TryAgain(
                "The linkage ran out of memory or disk.",
                fix="Allow more with memory_limit, or free space where it works; nothing is half-written.",
            ) from None
        finally:
            con.close()


@contextmanager
def working_folder(beside: Path | None) -> Iterator[Path]:
    """A folder of this process inside `beside`, gone afterwards; sweeps what killed processes left.

    What lies in it holds names, so nothing may stay behind after a kill -9.
    """
    if beside is not None:
        for left in beside.glob(f"{_WORK}*-*"):
            owner = left.name.removeprefix(_WORK).partition("-")[0]
            if owner.isdigit() and not _alive(int(owner)):
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_WORK}{os.getpid()}-", dir=beside) as folder:
        yield Path(folder)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def attach_scratch(con: duckdb.DuckDBPyConnection, *, large: bool) -> None:
    """Attach and use a database for this run only: in memory, or beside what spills where it would not fit.

    Tables in memory are not compressed and only leave it whole, so a large spine goes to a file, which
    nobody will want to recover.
    """
    where = ":memory:"
    if large:
        folder = con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
        where = str(Path(folder) / "prepared.duckdb").replace("'", "''")
    con.execute(f"ATTACH '{where}' AS prepared{' (RECOVERY_MODE no_wal_writes)' if large else ''}")
    con.execute("USE prepared")


def is_large(source: Source) -> bool:
    """Whether a spine is too large to be held uncompressed in a bounded memory."""
    return rows_about(source) > _LARGE


def rows_about(source: Source) -> int:
    """How many people a source has; of a file by its size, as if it were Parquet; 0 where it is missing."""
    if isinstance(source, Path):
        return source.stat().st_size // _BYTES_A_PERSON if source.exists() else 0
    return int(source.num_rows)


def register(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> dict[str, str]:
    """Make `source` readable as view `name`; return its columns with the engine's types.

    Raises:
        WrongUse: the file is missing or is neither Parquet nor CSV.
    """
    if isinstance(source, Path):
        read = _in_utf8(con, name, source) if source.suffix.lower() in _TEXT else source
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {_reader(read)}")
    else:
        con.register(name, source)
    described = con.execute(f"DESCRIBE {name}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def with_places(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> bool:
    """Give view `name` of `source` a column `linkwell_place`, where each row stands.

    Returns:
        False, and nothing is done, where the engine cannot tell (CSV).
    """
    if not isinstance(source, Path):
        con.register(
            name, source.append_column("linkwell_place", pa.array(np.arange(source.num_rows, dtype=np.int32)))
        )
        return True
    if source.suffix.lower() not in _PARQUET:
        return False
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {name} AS "
        f"SELECT *, CAST(file_row_number AS INTEGER) AS linkwell_place FROM {_reader(source)}"
    )
    return True


def _in_utf8(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> Path:
    """The file itself where it is UTF-8; else a copy that is, beside what spills.

    A byte order mark says UTF-16; what is not UTF-8 throughout is taken for Windows-1252 (Latin-1 with its
    quotes), never guessed from the letters.
    """
    encoding = _encoding(path) if path.exists() else "utf-8"
    if encoding == "utf-8":
        return path
    folder = con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
    copy = Path(folder) / f"{name}.csv"
    with (
        path.open(encoding=encoding, errors="replace", newline="") as old,
        copy.open("w", encoding="utf-8", newline="") as new,
    ):
        shutil.copyfileobj(old, new, 1 << 20)
    return copy


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        try:
            for part in iter(lambda: file.read(1 << 20), b""):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _reader(path: Path) -> str:
    if not path.exists():
        raise WrongUse("This file does not exist.", where=path.name, fix="Check the path.")
    quoted = str(path).replace("'", "''")
    if path.suffix.lower() in _PARQUET:
        return f"read_parquet('{quoted}')"
    if path.suffix.lower() in _TEXT:
        return f"read_csv('{quoted}', all_varchar = true, header = true)"
    raise WrongUse(
        "Linking reads Parquet and CSV files.",
        where=path.name,
        fix="Save the list as CSV (UTF-8) or Parquet. `linkwell handover` turns a spreadsheet into CSV.",
    )


_WORK = ".work-"
_SLOW_TO_PACK = "fsst,dict_fsst,zstd"  # texts are short: trying these cost a fifth of writing a spine
_PARQUET, _TEXT = (".parquet", ".pq"), (".csv", ".txt", ".tsv")
_LARGE, _BYTES_A_PERSON = 2_000_000, 30  # people; in Parquet
FILE_FAULTS = (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException)


def unreadable(source: Source, error: duckdb.Error) -> LinkwellError:
    """Words for a file the engine could not read; never the engine's own text, which may quote a row."""
    where = source.name if isinstance(source, Path) else "the table passed in"
    return WrongUse(
        "This file could not be read.",
        where=where,
        why=type(error).__name__,
        fix="Open it and save it again as UTF-8 CSV with one header row, or as Parquet.",
    )


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
