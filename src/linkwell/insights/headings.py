"""An analyst's own file, and what its columns are called: read whole, and asked for by name."""

from __future__ import annotations

import csv
import gzip
import json
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import duckdb
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.reading.faults import no_sheets
from linkwell.reading.read import read_table
from linkwell.reading.table import Table

MISSING = ("", "NA", "N/A", "n/a", "<NA>", "NaT", "NaN", "nan", "NULL", "null", "#N/A", ".")
"""How tables write that a value is not known."""

KINDS = (pa.int64(), pa.float64(), pa.date32())

REPEATED = b"linkwell: headings that stand twice"


WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def read_file(path: Path, sheet: str | None = None) -> pa.Table:
    """Read CSV (any delimiter, .gz too), Parquet, or a sheet of a workbook (.xlsx, .xls, .ods).

    Raises:
        WrongUse: there is no such file, it cannot be read as a table, several sheets hold one and none was
            named, or a sheet is named of a file without sheets.
    """
    if not path.is_file():
        raise WrongUse("There is no such file.", where=path.name, fix=_nearest_file(path))
    if not path.stat().st_size:
        raise WrongUse("The file is empty.", where=path.name, fix="Save the table again.")
    if path.suffix.lower() in WORKBOOKS:
        return _with_rows(_typed(read_table(path, sheet)), path)
    if sheet is not None:
        raise no_sheets(path.name)
    # The engine takes *, ? and [ in a path as a pattern: quoting them keeps the path what it is.
    name = "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path))
    parquet = path.suffix.lower() in (".parquet", ".pq")
    nulls = ", ".join("'" + mark + "'" for mark in MISSING)
    query = (
        "SELECT * FROM read_parquet(?)"
        if parquet
        else f"SELECT * FROM read_csv(?, nullstr=[{nulls}], sample_size=-1, header=true)"
    )
    try:
        with duckdb.connect() as connection:
            table = connection.sql(query, params=[name]).to_arrow_table()
    except (duckdb.Error, UnicodeDecodeError):
        raise WrongUse(
            "The file cannot be read as a table.",
            where=path.name,
            fix="Save it as CSV (UTF-8, one heading row) or as Parquet.",
        ) from None
    table = _with_rows(table, path)
    return table if parquet else _with_repeats(table, path)


def _with_rows(table: pa.Table, path: Path) -> pa.Table:
    if not table.num_rows:
        raise WrongUse("The table has no rows.", where=path.name, fix="Save it again, with its rows.")
    return table


def _typed(sheet: Table) -> pa.Table:
    """A sheet's cells, which are text, as whole numbers, numbers or days where a whole column is."""
    found: dict[str, pa.Array] = {}
    for place, name in enumerate(sheet.columns):
        text = pa.array([None if cell in MISSING else cell for cell in sheet.column_at(place)], pa.string())
        found[name] = next((cast for kind in KINDS if (cast := _cast(text, kind)) is not None), text)
    twice = [
        same(name) for name in sheet.columns if f"{name} (2)" in found
    ]  # as `read_table` tells them apart
    table = pa.table(found)
    return table.replace_schema_metadata({REPEATED: json.dumps(twice)}) if twice else table


def _cast(text: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:
        return None


def _nearest_file(path: Path) -> str:
    there = [one.name for one in path.parent.iterdir() if one.is_file()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, there, n=3)
    return f"Did you mean {', '.join(near)}?" if near else "Check the folder and the name."


def _with_repeats(table: pa.Table, path: Path) -> pa.Table:
    """Headings that stand twice, remembered with the table: reading has given the later ones other names."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            line = file.readline()
        rows = [next(csv.reader([line], delimiter=mark), []) for mark in ",;\t|"]
    except (UnicodeDecodeError, csv.Error):
        return table  # packed in another way
    for row in rows:
        said = [same(name) for name in row]
        if len(said) == table.num_columns > len(set(said)):
            twice = sorted({name for name in said if said.count(name) > 1})
            return table.replace_schema_metadata({REPEATED: json.dumps(twice)})
    return table


def column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column by its heading; capitals may differ where only one column could be meant."""
    return table.column(heading(table, name))


def heading(table: pa.Table, name: str) -> str:
    """The heading as it stands in the table.

    Raises:
        WrongUse: no column, or more than one, could be meant.
    """
    exact = table.column_names.count(name)
    repeated = json.loads((table.schema.metadata or {}).get(REPEATED, b"[]"))
    if exact > 1 or same(name) in repeated:
        raise WrongUse(f"More than one column is headed “{name}”.", fix="Give each a heading of its own.")
    if exact:
        return name
    alike = [have for have in table.column_names if same(have) == same(name)]
    if len(alike) == 1:
        return str(alike[0])
    by_plain = {same(have): have for have in table.column_names}
    near = [by_plain[one] for one in get_close_matches(same(name), by_plain, n=3)]
    raise WrongUse(
        f"There is no column “{name}”.",
        fix=f"Did you mean {', '.join(near)}?"
        if near
        else f"The headings are the first row; those read are: {some(table.column_names)}.",
    )


def chosen(table: pa.Table, said: str) -> tuple[str, ...]:
    """Names between commas, each as it is headed where it is; a heading may hold commas itself.

    A name may also be NAME=VALUE; blanks around names and around = do not matter.
    """
    plain = {same(name) for name in table.column_names}
    parts, names = said.split(","), []
    while parts:
        joined = (n for n in range(len(parts), 1, -1) if same(",".join(parts[:n])) in plain)
        taken = next(joined, 1)
        name = ",".join(parts[:taken]).strip()
        names.append(name if same(name) in plain else "=".join(one.strip() for one in name.split("=")))
        parts = parts[taken:]
    return tuple(heading(table, name) if same(name) in plain else name for name in names if name)


def same(name: str) -> str:
    """A heading without blanks around it, its capitals, and how its macrons are coded."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def some(names: Sequence[str], most: int = 20) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
