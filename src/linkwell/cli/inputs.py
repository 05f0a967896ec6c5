"""What a command is given to read: files, a folder of them, or a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from linkwell.bulk import read_tables
from linkwell.cli.output import named, progress
from linkwell.errors import WrongUse
from linkwell.reading.database import read_database
from linkwell.reading.database_address import Database, is_database
from linkwell.reading.table import Table

Given = Path | Database
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".ods"}
READABLE = {*WORKBOOKS, ".csv", ".tsv", ".txt"}


class _Source(click.ParamType):  # type: ignore[type-arg]
    """A file, a folder, or the address of a database."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Given:
        """The argument as what it is; an address is never turned into a path, which would show it."""
        if isinstance(value, Path | Database):
            return value
        return Database(value) if is_database(str(value)) else Path(value)


source_type = _Source()
files_argument = click.argument("files", nargs=-1, required=True, type=source_type)
sheet_option = click.option("--sheet", help="Read only this sheet of the workbooks.")
query_option = click.option(
    "--query",
    "queries",
    multiple=True,
    help="With a database: a table, a view, or a .sql file with one SELECT; say it again for more.",
)


def read_given(
    given: Sequence[Given], sheet: str | None, queries: Sequence[str] = (), *, quiet: bool
) -> list[Table]:
    """Every table of what was given; a sheet name is meant for the workbooks, a query for the database."""
    sources = _unfolded(given)
    if queries and not any(isinstance(each, Database) for each in sources):
        raise WrongUse("A query was named, and no database.", fix="Name the database's address before it.")
    files = [each for each in sources if isinstance(each, Path)]
    workbooks = [path for path in files if path.suffix.lower() in WORKBOOKS] or files
    tables: list[Table] = []
    with progress("Reading", quiet=quiet) as tick:
        for at, each in enumerate(sources):
            if isinstance(each, Database):
                tables += read_database(each, queries)
            else:
                tables += read_tables(each, sheet=sheet if each in workbooks else None)
            tick(at + 1, len(sources))
    return tables


def _unfolded(given: Sequence[Given]) -> list[Given]:
    """Folders replaced by the readable files in them, by name."""
    found: list[Given] = []
    for each in given:
        if isinstance(each, Path) and each.is_dir():
            inside = sorted(path for path in each.iterdir() if _readable(path))
            if not inside:
                raise WrongUse(
                    "There is no spreadsheet or CSV file in this folder.",
                    where=str(each),
                    fix="Name the folder your exports lie in, or the files themselves.",
                )
            found += inside
        else:
            found.append(each)
    return found


def _readable(path: Path) -> bool:
    # "~$book.xlsx" is what a spreadsheet program leaves beside a workbook that is open
    return path.is_file() and path.suffix.lower() in READABLE and not path.name.startswith((".", "~$"))


def files_named(given: Sequence[Given]) -> str:
    """What was given, for the next command; a database's address is left out: it may hold a password."""
    return " ".join(_named(each) for each in given)


def _named(each: Given) -> str:
    if isinstance(each, Database):
        return "DATABASE-URL"
    return named(each)
