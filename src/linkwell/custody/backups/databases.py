"""Copying the databases in use: SQLite by VACUUM INTO, PostgreSQL by its own pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linkwell.errors import RefusedByRule, TryAgain, WrongUse

Settings = Mapping[str, Any]
"""Django's settings of one database."""


def snapshot_sqlite(database: Path, out: Path) -> None:
    """A whole copy of a database in use, as of one moment.

    Raises:
        TryAgain: it is locked too long, or the disk is full.
    """
    out.unlink(missing_ok=True)
    base = sqlite3.connect(database, timeout=30, isolation_level=None)
    try:
        base.execute("VACUUM INTO ?", (str(out),))
    except sqlite3.OperationalError as error:
        raise TryAgain(
            "The database cannot be copied just now.", where=database.name, why=str(error),
            fix="Free disk space if it is full, then run the same command again.",
        ) from None  # fmt: skip
    finally:
        base.close()


def dump_postgresql(settings: Settings, out: Path) -> None:
    """A whole copy of the registry, as of one moment, in PostgreSQL's own format."""
    _run(
        settings,
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={out}", settings["NAME"]],
    )


def restore_postgresql(settings: Settings, dump: Path) -> None:
    """Put a dump into an empty database, all of it or nothing.

    Raises:
        RefusedByRule: the database already holds tables.
    """
    asked = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    said = _run(settings, ["psql", "--no-psqlrc", "-At", "-c", asked, settings["NAME"]])
    if said.strip() != "0":
        raise RefusedByRule(
            "The database named by LINKWELL_DATABASE is not empty.",
            why="Restoring never writes over anything.",
            fix="Make an empty database, name it in LINKWELL_DATABASE, and run the same command again.",
        )
    _run(settings, ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
                    f"--dbname={settings['NAME']}", str(dump)])  # fmt: skip


def create_postgresql(settings: Settings, name: str) -> None:
    """Make an empty database beside the registry's own."""
    _run(settings, ["createdb", name])


def drop_postgresql(settings: Settings, name: str) -> None:
    """Remove a database made by `create_postgresql`."""
    _run(settings, ["dropdb", "--if-exists", "--force", name])


def _run(settings: Settings, command: list[str]) -> str:
    environment = {
        **os.environ,
        "PGHOST": str(settings["HOST"]),
        "PGPORT": str(settings["PORT"] or "5432"),
        "PGUSER": str(settings["USER"]),
        "PGPASSWORD": str(settings["PASSWORD"]),
    }
    done = subprocess.run(
        [_program(command[0]), *command[1:]], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        # PostgreSQL's own message may hold a row: only which program failed goes on.
        raise TryAgain(
            f"PostgreSQL's {command[0]} did not succeed.",
            why="The server may be away, the role may lack the right, or the disk may be full.",
            fix=f"Run {command[0]} by hand against LINKWELL_DATABASE to see its message.",
        )
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    if folders:
        return str(folders[0])
    raise WrongUse(
        f"PostgreSQL's program {name} is not installed.", fix="Install it: apt-get install postgresql-client"
    )
