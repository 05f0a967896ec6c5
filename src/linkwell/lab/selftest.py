"""The self-test before a lab serves: a worker tries to get out, and a memory and a time bomb are set off
in it.

A lab that fails is not served. A layer this machine lacks is said; whether the others hold without it is what
the attempts show.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from linkwell.errors import RefusedByRule
from linkwell.lab.limits import MEBIBYTE, Limits
from linkwell.lab.nest import Nest
from linkwell.lab.probes import PROBES, STATEMENTS
from linkwell.lab.refusals import LabRefused
from linkwell.lab.session import Session

GRACE_SECONDS = 2.0
"""How much longer than its limit a session may be seen."""


@dataclass(frozen=True)
class Tried:
    """One attempt, in words, and whether it was held."""

    what: str
    held: bool


@dataclass(frozen=True)
class SelfTest:
    """What the self-test found.

    Attributes:
        layers: layer -> what is active, or "missing: why".
        tried: every attempt.
    """

    layers: dict[str, str]
    tried: tuple[Tried, ...]

    @property
    def holds(self) -> bool:
        """Whether a lab may be served."""
        return all(each.held for each in self.tried)

    def refuse(self) -> None:
        """Refuse to serve when something got out.

        Raises:
            RefusedByRule: naming what did.
        """
        if not self.holds:
            raise RefusedByRule(
                "The lab is not served: its self-test got out.",
                where="; ".join(each.what for each in self.tried if not each.held),
                why="Whoever writes a statement could do the same.",
                fix="See the operator's page on the lab for what each layer needs of the machine.",
            )


def self_test(
    limits: Limits | None = None, *, progress: Callable[[int, int], None] | None = None
) -> SelfTest:
    """Try to get out of a worker with invented data; under ten seconds."""
    tick = progress or (lambda done, total: None)
    asked = limits or Limits()
    found: list[Tried] = []
    total = len(PROBES) + len(STATEMENTS) + 1
    with tempfile.TemporaryDirectory(prefix="linkwell-lab-") as name, Nest() as nest:
        folder = Path(name).resolve()
        database = _invented(folder)
        layers: dict[str, str] = {}
        with socket.create_server(("127.0.0.1", 0)) as listening:
            given = {"file": str(folder / "outside" / "secret.txt"), "folder": str(folder / "outside"),
                     "database": str(database), "parent": os.getpid(),
                     "port": listening.getsockname()[1]}  # fmt: skip
            for name_of, (what, _) in (*PROBES.items(), *STATEMENTS.items()):
                with Session(nest, database, folder / "work", asked, trial=True) as session:
                    layers = session.layers
                    found.append(Tried(what, not session.probe(name_of, given)))
                tick(len(found), total)
        found.append(Tried("run for ever", _ends(nest, database, folder / "work", asked)))
        tick(total, total)
        left = sorted(path.name for path in (folder / "outside").iterdir())
        found.append(Tried("leave something behind", left == ["secret.txt"] and not any(
            (folder / "work").iterdir())))  # fmt: skip
    return SelfTest(layers, tuple(found))


def _invented(folder: Path) -> Path:
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.txt").write_text("not for the worker\n")
    database = folder / "project.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE person AS SELECT range + 1 AS snz_uid FROM range(100000)")
    return database


def _ends(nest: Nest, database: Path, work: Path, limits: Limits) -> bool:
    """Whether a statement without an end is over in time."""
    short = replace(limits, seconds=1.0, memory_bytes=min(limits.memory_bytes, 512 * MEBIBYTE))
    started = time.monotonic()
    try:
        with Session(nest, database, work, short, look=True) as session:
            session.run("SELECT sum(a.snz_uid * b.snz_uid * c.snz_uid) FROM person a, person b, person c")
        return False
    except LabRefused:
        return time.monotonic() - started < short.seconds + GRACE_SECONDS
