"""The release ledger: everything that ever left, hash-chained and append-only, so that differences can be
refused.

`disclosure/releases.sqlite` is written by one transaction per release that spans the guard and the record.
Each entry is an event of a hash chain; the head is kept beside the file and by others, so that a lost or
older ledger is seen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linkwell.confidentiality.history import Block, PastEffect, fingerprint, pack, read_block, stopped
from linkwell.confidentiality.ledger_tables import (
    BLOCK_COLUMNS,
    EFFECT_COLUMNS,
    ENTRY_TABLES,
    statements,
)
from linkwell.confidentiality.request import FORMER, Ints
from linkwell.errors import TryAgain
from linkwell.ledger import canonical_json
from linkwell.ledger.chain import Event, next_event

WAIT_SECONDS = 60
FILES_LEFT = "files left"
"""The verb of an entry for files that left by an output request; who is counted in them is not known."""

Entry = dict[str, list[tuple[object, ...]]]
"""All rows of one entry, by table."""


@dataclass(frozen=True)
class Head:
    """Where the ledger stands: number and hash of its last entry, and the hash of its first."""

    seq: int
    hash: str
    ledger: str


class ReleaseLedger:
    """An open release ledger. Make one with `open_ledger`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        self._base.execute("PRAGMA page_size = 16384")  # of a new file: lists of people are long
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA foreign_keys = ON")
        self._base.execute("PRAGMA trusted_schema = OFF")

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One IMMEDIATE transaction: nobody else guards or records meanwhile; nothing is kept on any failure.

        Raises:
            TryAgain: another release holds the ledger too long, or the disk is full.
        """
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as problem:
            raise TryAgain(
                "The release ledger cannot be written just now; nothing was released.",
                why=str(problem),
                fix="Free disk space if it is full, then run the same command again.",
            ) from problem

    def create(self, key_check: str) -> None:
        """Lay the tables; entries can be added afterwards but never changed or removed."""
        for statement in statements():
            self._base.execute(statement)
        self._base.execute("INSERT INTO about VALUES ('rounding key', ?)", (key_check,))

    def key_check(self) -> str | None:
        """Name of the rounding secret the ledger belongs to; None when the file has no ledger yet."""
        if not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
            return None
        return str(self._base.execute("SELECT value FROM about WHERE name = 'rounding key'").fetchone()[0])

    def events(self) -> Iterator[Event]:
        """All entries, first to last."""
        for (body,) in self._base.execute("SELECT body FROM event ORDER BY seq"):
            yield Event(**json.loads(body))

    def last_event(self) -> Event | None:
        """The newest entry."""
        row = self._base.execute("SELECT body FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        return Event(**json.loads(row[0])) if row else None

    def left_out(self, seq: int) -> int:
        """How many people the release of an entry left out; nought for entries older than this is kept."""
        return int(self._event(seq)["details"].get("left_out", 0))

    def hash_at(self, seq: int) -> str | None:
        """Hash of an entry; None if there is no such entry."""
        try:
            return str(self._event(seq)["hash"])
        except KeyError:
            return None

    def _event(self, seq: int) -> dict[str, Any]:
        """The event of an entry. Raises KeyError if there is no such entry."""
        row = self._base.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise KeyError(seq)
        return dict(json.loads(row[0]))

    def entry(self, seq: int) -> Entry:
        """All rows of an entry, as they were recorded."""
        event = self._event(seq)
        before = self._base.execute(
            "SELECT body FROM event JOIN release USING (seq) WHERE seq < ? ORDER BY seq DESC LIMIT 1", (seq,)
        ).fetchone()
        known = int(json.loads(before[0])["details"].get("people", 0)) if before else 0
        found: Entry = {}
        for table in ENTRY_TABLES:
            if table == "people":
                limits = known, int(event["details"].get("people", known))
                rows = self._base.execute("SELECT * FROM people WHERE seq > ? AND seq <= ?", limits)
            else:
                rows = self._base.execute(f"SELECT * FROM {table} WHERE seq = ?", (seq,))
            found[table] = rows.fetchall()
        return found

    def add_entry(self, entry: Entry) -> None:
        """Put the rows of a copied entry back. Call inside `writing`; the chain is proven afterwards."""
        for table in ENTRY_TABLES:
            for row in entry.get(table, []):
                self._base.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy the whole ledger into another database."""
        self._base.backup(other)

    def note_rules(self, family: str, *, profile: str, digest: str, actor: str) -> None:
        """Record that a family is released under other rules than before. Call inside `writing`."""
        row = self._base.execute(
            "SELECT body FROM event JOIN release USING (seq) WHERE family = ? ORDER BY seq DESC LIMIT 1",
            (family,),
        ).fetchone()
        before = json.loads(row[0])["details"]["profile"] if row else digest
        if before == digest:
            return
        event = next_event(
            self.last_event(), actor=actor, acting_for="", verb="rules changed", subject=family,
            details={"from": before, "to": digest, "profile": profile},
        )  # fmt: skip
        self._base.execute("INSERT INTO event VALUES (?, ?)", (event.seq, canonical_json(asdict(event))))

    def note_files(self, reference: str, details: Mapping[str, object], *, actor: str) -> None:
        """Record files that leave by a request. Call inside `writing`."""
        event = next_event(self.last_event(), actor=actor, acting_for="", verb=FILES_LEFT,
                           subject=reference, details=details)  # fmt: skip
        self._base.execute("INSERT INTO event VALUES (?, ?)", (event.seq, canonical_json(asdict(event))))

    def noted(self, request: str) -> bool:
        """Whether files were noted under this digest before."""
        return any(
            event.verb == FILES_LEFT and event.details["request"] == request for event in self.events()
        )

    def head(self) -> Head | None:
        """Where the ledger stands; None before the first entry."""
        last = self.last_event()
        if last is None:
            return None
        first = self._base.execute("SELECT body FROM event ORDER BY seq LIMIT 1").fetchone()
        return Head(last.seq, last.hash, json.loads(first[0])["hash"])

    def released_as(self, request: str) -> dict[str, Any] | None:
        """The content recorded for a request's digest, if it was released before."""
        row = self._base.execute("SELECT content FROM release WHERE request = ?", (request,)).fetchone()
        return _content(row)

    def content(self, seq: int) -> dict[str, Any]:
        """The content of the release at an entry."""
        row = self._base.execute("SELECT content FROM release WHERE seq = ?", (seq,)).fetchone()
        return dict(json.loads(row[0]))

    def labels(self, family: str) -> dict[str, tuple[str, ...]]:
        """Per dimension, every label of every table released in a data family."""
        found: dict[str, dict[str, None]] = {}
        rows = self._base.execute("SELECT content FROM release WHERE family = ? ORDER BY seq", (family,))
        for (content,) in rows:
            for table in json.loads(content)["tables"]:
                axes = table.get("axes") or zip(*table["labels"], strict=True)
                for name, labels in zip(table["dimensions"], axes, strict=False):
                    found.setdefault(name, {}).update(dict.fromkeys(labels))
        return {name: tuple(labels) for name, labels in found.items()}

    def rows(self, family: str) -> set[tuple[str, ...]]:
        """The rows of every table released in a data family that keeps rows of its own."""
        rows = self._base.execute("SELECT content FROM release WHERE family = ?", (family,))
        tables = (table for (content,) in rows for table in json.loads(content)["tables"])
        return {tuple(row) for table in tables for row in table.get("labels", ())}

    def release(self, release_id: str) -> dict[str, Any] | None:
        """The content of a release."""
        row = self._base.execute("SELECT content FROM release WHERE release_id = ?", (release_id,)).fetchone()
        return _content(row)

    def blocks(self, family: str, *, after: int = 0) -> list[Block]:
        """The groups of everything released in a data family after entry `after`, oldest first."""
        rows = self._base.execute(
            f"SELECT {BLOCK_COLUMNS} FROM block WHERE {_of(family)} AND seq > ? ORDER BY seq, place",
            (*_names(family), after),
        )
        try:
            return [read_block(row) for row in rows]
        except ValueError as problem:
            raise stopped("The release ledger was altered.") from problem

    def people_seq(self) -> int:
        """Number of the newest entry in the list of people; it grows with the list."""
        return int(self._base.execute("SELECT coalesce(max(seq), 0) FROM people").fetchone()[0])

    def people(self) -> Ints:
        """Everyone a release was ever about; the place of each is the rank."""
        rows = self._base.execute("SELECT persons FROM people ORDER BY seq")
        return np.concatenate([np.zeros(0, dtype=np.int64), *(np.frombuffer(row[0], "<i8") for row in rows)])

    def add_people(self, persons: Ints) -> None:
        """Add people to the list. Call inside `writing`."""
        self._base.execute(
            "INSERT INTO people (persons) VALUES (?)", (np.ascontiguousarray(persons, dtype="<i8").data,)
        )

    def effects(self, family: str) -> list[PastEffect]:
        """Every effect released in a data family."""
        rows = self._base.execute(
            f"SELECT {EFFECT_COLUMNS} FROM effect WHERE {_of(family)} ORDER BY seq, name", _names(family)
        )
        return [
            PastEffect(a, b, c, d, e, np.frombuffer(sums, dtype="<f8"), json.loads(told))
            for a, b, c, d, e, sums, told in rows
        ]

    def record(
        self, *, family: str, request: str, content: Mapping[str, Any], blocks: list[Block],
        effects: list[PastEffect], details: Mapping[str, object], actor: str,
    ) -> Event:  # fmt: skip
        """Add one release. Call inside `writing`; `content` is completed with its entry number and hash."""
        packed = [pack(block) for block in blocks]
        body = _json(content)
        event = next_event(
            self.last_event(), actor=actor, acting_for="", verb="released",
            subject=str(content["release_id"]),
            details={**details, "request": request, "content": fingerprint(body),
                     "people": self.people_seq(),
                     "blocks": [digest for *_, digest in packed]},
        )  # fmt: skip
        self._base.execute("INSERT INTO event VALUES (?, ?)", (event.seq, canonical_json(asdict(event))))
        self._base.execute(
            "INSERT INTO release VALUES (?, ?, ?, ?, ?)",
            (event.seq, content["release_id"], family, request, body),
        )
        for place, (block, row) in enumerate(zip(blocks, packed, strict=True)):
            columns = (event.seq, place, family, block.name, block.measure, *row)
            self._base.execute(f"INSERT INTO block VALUES ({', '.join('?' * len(columns))})", columns)
        for effect in effects:
            columns = (event.seq, family, effect.name, effect.outcome, effect.treated, effect.comparison,
                       effect.sums.astype("<f8").tobytes(),
                       json.dumps(effect.content, sort_keys=True))  # fmt: skip
            self._base.execute(f"INSERT INTO effect VALUES ({', '.join('?' * len(columns))})", columns)
        return event

    def reasons(self, release_id: str, names: list[str]) -> dict[str, dict[str, int]]:
        """Per table of a release, how many cells have each fate; for the checker only."""
        rows = self._base.execute(
            "SELECT name, fates FROM block JOIN release USING (seq) WHERE release_id = ? AND measure = ''",
            (release_id,),
        )
        counted = {
            name: np.bincount(np.frombuffer(fates, dtype="u1"), minlength=len(names)) for name, fates in rows
        }
        return {
            table: {name: int(n) for name, n in zip(names, numbers, strict=True) if n}
            for table, numbers in counted.items()
        }

    def refuse(self, reference: str, made: str, project: str, reason: str) -> None:
        """Keep why a request was refused, for the checker; the guard does not remember the request."""
        with self.writing():
            self._base.execute("INSERT INTO refusal VALUES (?, ?, ?, ?)", (reference, made, project, reason))

    def reason(self, reference: str) -> str | None:
        """Why the request with this reference was refused; for the checker only."""
        row = self._base.execute("SELECT reason FROM refusal WHERE reference = ?", (reference,)).fetchone()
        return str(row[0]) if row else None


def _names(family: str) -> tuple[str, ...]:
    """The family, and what it was called before."""
    return (family, *FORMER.get(family, ()))


def _of(family: str) -> str:
    return f"family IN ({', '.join('?' * len(_names(family)))})"


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _content(row: tuple[bytes] | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(row[0]) if row else None
    return found
