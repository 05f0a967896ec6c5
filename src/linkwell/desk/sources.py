"""What is shared from: the chosen files, and tables of a database, which are held in memory only.

A password is kept in memory until the desk is closed; the address on disk has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from linkwell.bulk import read_tables
from linkwell.desk.desk import Desk
from linkwell.desk.jobs import Job
from linkwell.errors import WrongUse
from linkwell.reading.database import names_in, read_database
from linkwell.reading.database_address import Database
from linkwell.reading.table import Table


def read(desk: Desk, job: Job) -> list[Table]:
    """Every table of what was chosen, from memory where nothing has changed.

    Raises:
        WrongUse: nothing is chosen, or it cannot be used.
        TryAgain: a database does not answer.
    """
    chosen = desk.choices
    if not chosen.sources():
        raise WrongUse("No files are chosen yet.", fix="Choose your files first.")
    rows = ask_database(desk, job)
    if (known := desk.tables()) is not None:
        return known
    fingerprint = desk.files_fingerprint
    paths = chosen.paths()
    tick, tables = job.part("Reading your files"), []
    for at, path in enumerate(paths):
        tick(at, len(paths))
        tables += read_tables(path)
    desk.remember(fingerprint, tables + rows)
    return tables + rows


def ask_database(desk: Desk, job: Job, *, again: bool = False) -> list[Table]:
    """The chosen tables of the database; none where no database is chosen.

    Args:
        again: whether to ask even where its rows are in memory: only reading tells whether it changed.
    """
    chosen = desk.choices
    if not chosen.database or not chosen.queries:
        return []
    if not again and desk.database_rows is not None:
        return desk.database_rows
    job.part("Reading the database")
    found = read_database(Database(chosen.database, desk.password), chosen.queries)
    desk.database_rows = found
    desk.choose(rows_read=_digest(found))
    return found


def _digest(tables: Sequence[Table]) -> str:
    """Changes whenever a cell does; it stands in for the day a file was changed, which a database has not."""
    seen = hashlib.sha384()
    for table in tables:
        for line in ((table.origin.file,), table.columns, *table.rows):
            seen.update(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogateescape"))
    return seen.hexdigest()[:32]


def look_into(desk: Desk, job: Job, database: Database) -> None:
    """Find which tables and views there are; the database is chosen only when it has answered."""
    job.part("Looking into the database")
    names = names_in(database)
    if desk.choices.database != database.url:
        desk.choose(database=database.url, queries=(), rows_read="")
    desk.password, desk.database_names, desk.database_rows = database.password, names, None


def leave_database(desk: Desk) -> None:
    """Forget the database, its password and its rows."""
    desk.choose(database="", queries=(), rows_read="")
    desk.password, desk.database_names, desk.database_rows = "", (), None
