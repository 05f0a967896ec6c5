"""Open whatever file a provider has and give its tables, or say plainly why not."""

from __future__ import annotations

from pathlib import Path

from linkwell.reading import faults
from linkwell.reading.containers import Kind, find_kind
from linkwell.reading.delimited import read_delimited
from linkwell.reading.limits import DEFAULT_LIMITS, Limits
from linkwell.reading.table import Notice, Table
from linkwell.reading.workbook import read_raw, read_workbook


def read_tables(path: Path, *, sheet: str | None = None, limits: Limits = DEFAULT_LIMITS) -> list[Table]:
    """Read every table of a workbook (.xlsx, .xls, .ods) or the one table of a CSV or other delimited text
    file.

    What a file is, is decided by its content, not its name. Hidden sheets are read only when named by
    `sheet`.

    Raises:
        WrongUse: the file is missing, empty, not a table, protected, unsafe or too large, or has no such
            sheet.
        TryAgain: the system would not open it, or it took too long.
    """
    path = Path(path)
    kind = find_kind(path, limits)
    if kind is not Kind.TEXT:
        return read_workbook(path, kind, sheet, limits)
    if sheet is not None:
        raise faults.no_sheets(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise faults.cannot_open(path, error) from None
    notices: tuple[Notice, ...] = ()
    suffix = path.suffix.lower()
    if suffix in (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"):
        said = f"Named {suffix} but really text, and read as text"
        notices = (Notice("text_named_workbook", said, path.name),)
    return [read_delimited(data, path.name, limits, notices)]


def read_sheets(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, list[list[str]]]:
    """Every filled row of a workbook's visible sheets by name, for those of our own that come back.

    Raises:
        WrongUse: not a workbook, or as `read_tables`.
        TryAgain: as `read_tables`.
    """
    path = Path(path)
    kind = find_kind(path, limits)
    if kind is Kind.TEXT:
        raise faults.not_a_spreadsheet(path.name, "a text file")
    return read_raw(path, kind, limits)


def read_table(path: Path, sheet: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> Table:
    """Read the one table of a file.

    Raises:
        WrongUse: as `read_tables`, or several sheets hold a table and none was named.
    """
    tables = read_tables(path, sheet=sheet, limits=limits)
    if len(tables) > 1:
        raise faults.several_sheets(Path(path).name, [table.origin.sheet or "" for table in tables])
    return tables[0]
