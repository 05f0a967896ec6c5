"""The refusals a reader can give, in one place: their words stay plain and none carries a cell."""

from __future__ import annotations

from pathlib import Path

from linkwell.errors import TryAgain, WrongUse

_AS_XLSX = "Open it in your spreadsheet program and save it again as a plain Excel workbook (.xlsx) or CSV."


def missing_file(path: Path) -> WrongUse:
    return WrongUse(
        "There is no such file.",
        where=str(path),
        fix="Check the name and the folder, then run the command again.",
    )


def not_a_file(path: Path) -> WrongUse:
    return WrongUse(
        "This is a folder, not a file.", where=str(path), fix="Name the spreadsheet or CSV file inside it."
    )


def cannot_open(path: Path, error: OSError) -> TryAgain:
    return TryAgain(
        f"The file cannot be opened ({error.strerror or 'no reason given'}).",
        where=path.name,
        fix="Close it in any other program, check that you may read it, and try again.",
    )


def empty_file(name: str) -> WrongUse:
    return WrongUse(
        "The file is empty.", where=name, fix="Export it again; the last export may have been cut short."
    )


def only_hidden(name: str, hidden: list[str]) -> WrongUse:
    """Every sheet one can see is empty, and some cannot be seen."""
    named = ", ".join(f"'{each}'" for each in hidden)
    return WrongUse(
        f"There are no rows of data on the sheets one can see; hidden and not read: {named}.",
        where=name,
        why="A sheet may be hidden because it is not to be shared.",
        fix="Show it in your spreadsheet program (right-click a sheet's name, Unhide), save, and try again.",
    )


def empty_workbook(name: str, sheet: str | None = None) -> WrongUse:
    where = f"{name}, sheet '{sheet}'" if sheet else name
    return WrongUse(
        "There are no rows of data here, at most headings.",
        where=where,
        fix="Check that this is the right file and sheet.",
    )


def no_such_sheet(name: str, sheet: str, sheets: list[str]) -> WrongUse:
    there = ", ".join(f"'{each}'" for each in sheets) or "none"
    return WrongUse(
        f"There is no sheet called '{sheet}'.", where=name, fix=f"Use one of the sheets there are: {there}."
    )


def no_sheets(name: str) -> WrongUse:
    return WrongUse(
        "This is a text file, which has no sheets.", where=name, fix="Leave out the name of the sheet."
    )


def several_sheets(name: str, sheets: list[str]) -> WrongUse:
    there = ", ".join(f"'{each}'" for each in sheets)
    return WrongUse(
        "More than one sheet holds a table, and we will not guess which is meant.",
        where=name,
        fix=f"Say which, with --sheet: {there}.",
    )


def not_a_spreadsheet(name: str, what: str = "") -> WrongUse:
    seen = f" It looks like {what}." if what else ""
    return WrongUse(
        f"This is not a spreadsheet or CSV file we can read.{seen}",
        where=name,
        why="Linkwell reads Excel workbooks (.xlsx, .xls), OpenDocument sheets (.ods) and CSV or "
        "tab-separated text.",
        fix=_AS_XLSX,
    )


def damaged(name: str) -> WrongUse:
    return WrongUse(
        "The workbook is damaged or not finished: it cannot be read to the end.",
        where=name,
        fix="Export or download it again. If it opens in your spreadsheet program, save it there under a "
        "new name.",
    )


def zip_bomb(name: str, why: str) -> WrongUse:
    return WrongUse(
        f"The workbook is refused because {why}.",
        where=name,
        why="A small file that unpacks to a huge one can stop a computer; real workbooks do not look like "
        "this.",
        fix="If it is a real one, copy only the rows you need into a new workbook, as values.",
    )


def password(name: str) -> WrongUse:
    return WrongUse(
        "The workbook is protected by a password, so it cannot be read.",
        where=name,
        fix="Open it with its password, remove the password (File, Info, Protect Workbook) and save a copy.",
    )


def active_content(name: str, what: str) -> WrongUse:
    return WrongUse(
        f"The workbook is refused because it holds {what}.",
        where=name,
        why="Such parts can run or fetch things on other people's computers; a supply has no need of them.",
        fix="Copy the rows into a new workbook as values, save it as .xlsx (not .xlsm or .xlsb), and use "
        "that.",
    )


def too_large(name: str, limit: str) -> WrongUse:
    return WrongUse(
        f"The file is larger than we read safely: {limit}.",
        where=name,
        fix="Split it, for example by year. In a workbook, look for stray cells far below or right of your "
        "table.",
    )


def too_slow(name: str) -> TryAgain:
    return TryAgain(
        "Reading the workbook took too long and was stopped.",
        where=name,
        fix="Save only the sheet you need as CSV and use that.",
    )


def long_cell(name: str, row: int, limit: int) -> WrongUse:
    return WrongUse(
        f"One cell holds more than {limit:,} characters.",
        where=f"{name}, row {row}",
        why="This is usually a quotation mark that is opened and never closed, or a document pasted into a "
        "cell.",
        fix="Look at that row and mend the cell, or export the file again.",
    )


def nul_bytes(name: str) -> WrongUse:
    return WrongUse(
        "The text holds NUL bytes, which no spreadsheet program writes.",
        where=name,
        why="The file may be damaged, or not text at all.",
        fix="Export it again as CSV (UTF-8).",
    )


def open_quote(name: str) -> WrongUse:
    return WrongUse(
        "A quotation mark opens a cell and is never closed, so the rest of the file would be one cell.",
        where=name,
        fix="Find the lone quotation mark (often inches or a nickname) and double it or take it away.",
    )
