"""Read tables, views and predefined queries of a database, in one transaction that can change nothing.

Needs SQLAlchemy (`linkwell[sql]`), which is imported only when a database is named. SQLite and PostgreSQL are
read: both hold a whole connection to reading, which is tested. No word of the address reaches a message but
the name of the database; a password may be left out of it and given in LINKWELL_DATABASE_PASSWORD.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkwell.errors import TryAgain, WrongUse
from linkwell.reading import faults
from linkwell.reading.cells import cell_text
from linkwell.reading.database_address import Database, address_of, not_installed
from linkwell.reading.limits import DEFAULT_LIMITS, Limits
from linkwell.reading.table import Notice, Origin, Table

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection

PASSWORD = "LINKWELL_DATABASE_PASSWORD"  # noqa: S105  the name of an environment variable
_MOST_TABLES = 40
_READS = re.compile(r"(?:select|with|values|table)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
_SECONDS = 240  # how long one query may take


def names_in(database: Database) -> tuple[str, ...]:
    """The tables and views the sign-in may see.

    Raises:
        WrongUse, TryAgain: as `read_database`.
    """
    with _opened(database) as connection:
        return tuple(_names(connection))


def read_database(
    database: Database, queries: Sequence[str] = (), *, limits: Limits = DEFAULT_LIMITS
) -> list[Table]:
    """Read what is asked for, each as one table named after its file or its table.

    Args:
        queries: .sql files with one SELECT each, or names of tables and views; none: every table and view the
            sign-in may see.

    Raises:
        WrongUse: SQLAlchemy or a driver is missing, the address is wrong, another kind of database, a query
            that is not one SELECT, or nothing to read.
        TryAgain: the database could not be reached, refused the sign-in, or took too long.
    """
    wanted = [_Query.of(text) for text in queries]
    with _opened(database) as connection:
        tables = [_read(connection, query, limits) for query in wanted or _everything(connection)]
    if not (with_rows := [table for table in tables if table.rows]):
        raise faults.empty_workbook(_name_of(address_of(database)))
    return with_rows


@contextmanager
def _opened(database: Database) -> Iterator[Connection]:
    """A connection that can only read; whatever goes wrong on it becomes plain words."""
    address = address_of(database)
    import sqlalchemy.exc

    try:
        with _read_only(address) as connection:
            yield connection
    except (sqlalchemy.exc.NoSuchModuleError, ModuleNotFoundError):
        raise not_installed() from None
    except sqlalchemy.exc.OperationalError as error:
        if not _may_pass(address, error):
            raise _refused(address) from None
        raise TryAgain(
            "The database could not be read: it did not answer, refused the sign-in, or took too long.",
            where=_name_of(address),
            fix="Check the address, name and password (it may be given in LINKWELL_DATABASE_PASSWORD), "
            "then try again.",
        ) from None
    except sqlalchemy.exc.SQLAlchemyError:
        raise _refused(address) from None


@dataclass(frozen=True)
class _Query:
    """What to read: a name for it, and its SELECT; without one the name is a table's."""

    name: str
    sql: str = ""

    @classmethod
    def of(cls, text: str) -> _Query:
        path = Path(text)
        if path.suffix.lower() != ".sql":
            return cls(text)
        try:
            sql = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise WrongUse("The query's file cannot be read.", where=str(path)) from None
        bare = _COMMENTS.sub(" ", sql).strip().rstrip(";").strip()
        if not _READS.match(bare) or ";" in bare:
            raise WrongUse(
                "A query must be one SELECT and nothing else.",
                where=path.name,
                why="Linkwell only reads; anything that could change the database is refused.",
                fix="Put one SELECT in each .sql file.",
            )
        return cls(path.stem, bare)


@contextmanager
def _read_only(address: URL) -> Iterator[Connection]:
    """One connection in one transaction that cannot write, rolled back at the end whatever happens."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    kind = address.get_backend_name()
    if kind == "sqlite":
        engine = create_engine("sqlite://", creator=lambda: _sqlite(address), poolclass=NullPool)
    elif kind == "postgresql":
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.password is None and PASSWORD in os.environ:
            address = address.set(password=os.environ[PASSWORD])
        options = f"-c default_transaction_read_only=on -c statement_timeout={_SECONDS}s"
        engine = create_engine(
            address, connect_args={"options": options, "connect_timeout": 15}, poolclass=NullPool
        )
    else:
        raise WrongUse(
            f"Databases of this kind ({kind}) are not read directly.",
            why="We sign in only where the database itself can hold us to reading: SQLite and PostgreSQL.",
            fix="Export the tables or the query's result as CSV and name those files.",
        )
    with engine.connect() as connection:
        # The first statement fixes the transaction as it began: read only until it is rolled back.
        connection.execute(text("SELECT 1"))
        try:
            yield connection
        finally:
            connection.rollback()


def _sqlite(address: URL) -> Any:
    import sqlite3
    from urllib.parse import quote

    path = Path(address.database or "")
    if not path.is_file():
        raise faults.missing_file(path)
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _everything(connection: Connection) -> list[_Query]:
    names = _names(connection)
    if len(names) > _MOST_TABLES:
        raise WrongUse(
            f"The database holds {len(names):,} tables and views.",
            fix="Say which to read with --query, once for each table, view or .sql file.",
        )
    return [_Query(name) for name in names]


def _names(connection: Connection) -> list[str]:
    from sqlalchemy import inspect

    inspector = inspect(connection)
    return sorted({*inspector.get_table_names(), *inspector.get_view_names()})


def _read(connection: Connection, query: _Query, limits: Limits) -> Table:
    from sqlalchemy import text

    sql = query.sql
    if not sql:
        if query.name not in _names(connection):
            raise WrongUse(
                f"There is no table or view called '{query.name}'.",
                fix="Name one that is there, or a file ending in .sql.",
            )
        sql = f"SELECT * FROM {connection.dialect.identifier_preparer.quote(query.name)}"
    # A colon would be taken for a parameter, which a predefined query has none of.
    result = connection.execution_options(stream_results=True).execute(text(sql.replace(":", r"\:")))
    columns = _headings(list(result.keys()))
    rows, odd = _rows(result, query.name, limits)
    if not _ORDERED.search(query.sql):
        rows.sort()  # a table has no order of its own; the same rows must give the same verdict
    notices = (
        (Notice("binary_cells", f"{odd:,} cells hold pictures or other bytes: read as empty"),) if odd else ()
    )
    return Table(Origin(query.name, None, 0), columns, rows, list(range(1, len(rows) + 1)), notices)


def _headings(names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for at, name in enumerate(names, start=1):
        heading, nth = " ".join(name.split()) or f"column {at}", 1
        while heading.casefold() in {each.casefold() for each in found}:
            nth += 1
            heading = f"{name} ({nth})"
        found.append(heading)
    return tuple(found)


def _rows(result: Any, name: str, limits: Limits) -> tuple[list[tuple[str, ...]], int]:
    rows: list[tuple[str, ...]] = []
    odd = 0
    for number, found in enumerate(result, start=1):
        odd += sum(isinstance(value, bytes | memoryview) for value in found)
        cells = tuple(map(_cell, found))
        if max(map(len, cells), default=0) > limits.cell_characters:
            raise faults.long_cell(name, number, limits.cell_characters)
        if any(cells):
            rows.append(cells)
        if len(rows) > limits.rows:
            raise faults.too_large(name, f"more than {limits.rows:,} rows")
    return rows, odd


def _cell(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return ""
    if isinstance(value, Decimal):
        return str(int(value)) if value.is_finite() and value == int(value) else str(value)
    return cell_text(value).replace("\0", "")


def _name_of(address: URL) -> str:
    return Path(address.database or "").name or "database"


def _may_pass(address: URL, error: Exception) -> bool:
    """Whether the same may work later; SQLite gives a mistyped query the same name as a locked file."""
    return address.get_backend_name() != "sqlite" or "locked" in str(getattr(error, "orig", ""))


def _refused(address: URL) -> WrongUse:
    # The database's own words may repeat a value or the password, so they are not passed on.
    return WrongUse(
        "The database refused to run what was asked.",
        where=_name_of(address),
        why="A query may be mistyped, name a table that is not there, or try to change something.",
        fix="Try each query in your database program with the same sign-in; only reading is allowed.",
    )
