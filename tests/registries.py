"""The registry of a home that commands work in: beside it as SQLite, or on the server the tests run on.

`scripts/with-postgres` names that server in LINKWELL_DATABASE. Each home then has a database of its own
there, named after where the home lies, so that whoever knows the home knows its registry.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

SERVER = os.environ.get("LINKWELL_DATABASE", "")


def of(home: Path) -> dict[str, str]:
    """What the environment has to say for commands in this home; makes the database if there is none."""
    return _named(home) if SERVER else {}


def empty() -> dict[str, str]:
    """The same for a home that is still to be made, with a new database nobody else knows of."""
    return _named(Path(secrets.token_hex(8))) if SERVER else {}


def copy(home: Path, to: Path) -> dict[str, str]:
    """Give another home a copy of this one's registry, which nobody may be using; SQLite's went with it."""
    return _named(to, like=_name(home)) if SERVER else {}


def ask(home: Path, question: str) -> list[tuple[Any, ...]]:
    """The rows a home's registry answers with, as it is at this moment."""
    if SERVER:
        import psycopg

        with psycopg.connect(of(home)["LINKWELL_DATABASE"]) as server:
            return server.execute(question).fetchall()  # type: ignore[arg-type]
    file = home / "portal" / "registry.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as base:
        return base.execute(question).fetchall()


def written(home: Path, folder: Path) -> list[Path]:
    """A home's registry as files in `folder`, one a table; none on SQLite, where it is a file of the home."""
    if not SERVER:
        return []
    import psycopg

    with psycopg.connect(of(home)["LINKWELL_DATABASE"]) as server, server.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        files = {name: folder / f"{name}.txt" for (name,) in cursor.fetchall()}
        for name, file in files.items():
            with file.open("wb") as out, cursor.copy(f'COPY "{name}" TO STDOUT') as rows:  # type: ignore[arg-type]
                out.writelines(rows)
    return list(files.values())


def _name(home: Path) -> str:
    return f"linkwell_{hashlib.sha256(str(home).encode()).hexdigest()[:16]}"


@cache
def _named(home: Path, *, like: str = "template1") -> dict[str, str]:
    import psycopg

    name = _name(home)
    with psycopg.connect(SERVER, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {like}")  # type: ignore[arg-type]
    return {"LINKWELL_DATABASE": f"{SERVER.rpartition('/')[0]}/{name}"}
