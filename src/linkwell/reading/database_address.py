"""Where a database is, kept apart from its password: no word of either reaches a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

SQLITE_SUFFIXES = frozenset({".db", ".db3", ".sqlite", ".sqlite3"})


@dataclass(frozen=True)
class Database:
    """The address of a database; it never shows itself, because it may hold a password.

    Attributes:
        password: given apart from the address; where there is one, it is used.
    """

    url: str = field(repr=False)
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return "(database)"


def is_database(text: str) -> bool:
    """Whether an argument is the address of a database and not a file."""
    return re.match(r"[a-z][a-z0-9+]*://", text, re.IGNORECASE) is not None


def of_file(path: Path) -> Database:
    """A SQLite file as a database."""
    return Database(f"sqlite:///{path.expanduser().absolute().as_posix()}")


def can_read_databases() -> bool:
    """Whether the parts for databases are installed here."""
    return find_spec("sqlalchemy") is not None


def parted(url: str) -> Database:
    """The address without its password, and the password apart from it: so that the address may be kept.

    Raises:
        WrongUse: SQLAlchemy is missing, or this is no address or hides a password among its settings.
    """
    found = address_of(Database(url))
    from sqlalchemy.engine import URL

    if any("pass" in name.casefold() for name in found.query):
        raise WrongUse(
            "A password stands at the end of this address.",
            fix="Take it out and give it by itself.",
        )
    bare = URL.create(
        found.drivername, found.username, None, found.host, found.port, found.database, found.query
    )
    return Database(bare.render_as_string(hide_password=False), str(found.password or ""))


def address_of(database: Database) -> URL:
    """The address as SQLAlchemy reads it, with its password.

    Raises:
        WrongUse: SQLAlchemy is missing, or this is no address.
    """
    try:
        import sqlalchemy
        import sqlalchemy.exc
    except ImportError:
        raise not_installed() from None
    try:
        address = sqlalchemy.make_url(database.url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise _odd_address() from None
    return address.set(password=database.password) if database.password else address


def not_installed() -> WrongUse:
    """What to say where SQLAlchemy or a driver is missing."""
    return WrongUse(
        "Reading a database needs parts that are not installed.",
        fix='Install them with: python -m pip install "linkwell[sql]"',
    )


def _odd_address() -> WrongUse:
    return WrongUse(
        "This is not the address of a database.",
        fix="Write it like sqlite:///clients.db or postgresql://reader@server/clients.",
    )
