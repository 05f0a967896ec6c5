"""What changed since the supply that was accepted last, and the part of a supply that says only that.

The unit is a whole person: somebody who changed is sent again with every row about them, so the custodian
takes the earlier rows out and puts these in, and ends where a full supply would have ended.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from linkwell.errors import WrongUse
from linkwell.supply.manifest import REPLACES, Changes, Delivery
from linkwell.supply.split import KEY_BYTES, Split, SplitTable


@dataclass(frozen=True)
class Known:
    """What is remembered of one person: the reference among service details, and a keyed digest of all that
    was sent about them.
    """

    content_ref: str
    digest: str


People = Mapping[str, Known]
"""By client reference among the names."""


@dataclass(frozen=True)
class Reconciliation:
    """References of who is new, changed and gone since what was accepted last, and how many are the same."""

    new: Set[str]
    changed: Set[str]
    gone: Set[str]
    same: int

    @property
    def counts(self) -> Changes:
        """The three numbers."""
        return Changes(len(self.new), len(self.changed), len(self.gone))

    def words(self) -> str:
        """For the person who decides: "412 new, 9 changed, 3 gone, 1,076 the same"."""
        return f"{self.counts.words()}, {self.same:,} the same"


@dataclass(frozen=True)
class Part:
    """A delivery that is not full.

    Attributes:
        split: the rows of the people it sends, and whom it replaces.
        changes: counts for the cover page.
        people: everybody the custodian holds once it was accepted.
    """

    split: Split
    changes: Changes
    people: People


def people_of(split: Split, refs: Mapping[str, str], client: bytes) -> People | None:
    """Everybody in a full split with a keyed digest of their rows; None when somebody has no client number.

    Args:
        refs: see `split.paired_refs`.
        client: the lasting secret; the digests mean nothing without it.
    """
    rows = _rows_of_records(split)
    of_person: dict[str, list[list[object]]] = {}
    for row in split.identity.rows:
        if not row[1]:
            return None
        of_person.setdefault(row[1], []).append([row[2:], rows.get(row[0], [])])
    key = hmac.digest(client, b"what was sent", hashlib.sha384)
    return {ref: Known(refs[ref], _digest(key, found)) for ref, found in of_person.items()}


def reconcile(before: People, now: People) -> Reconciliation:
    """Who is new, changed and gone."""
    both = before.keys() & now.keys()
    changed = {ref for ref in both if before[ref].digest != now[ref].digest}
    return Reconciliation(
        frozenset(now.keys() - before.keys()),
        frozenset(changed),
        frozenset(before.keys() - now.keys()),
        len(both) - len(changed),
    )


def part_of(full: Split, kind: Delivery, *, before: People, now: People, secret: bytes) -> Part:
    """The part of a full split that brings `before` to `now`, as far as this kind of delivery goes.

    Args:
        secret: the supply's own secret, for record keys of the list of whom it replaces.

    Raises:
        WrongUse: there is nothing of this kind to send.
    """
    found = reconcile(before, now)
    none: frozenset[str] = frozenset()
    sent, gone = {
        Delivery.DELTA: (found.new | found.changed, found.gone),
        Delivery.CORRECTION: (found.changed, none),
        Delivery.DELETION: (none, found.gone),
    }[kind]
    if not sent and not gone:
        raise WrongUse(
            f"There is nothing to send as a {kind}.",
            where=found.words(),
            why="It would say the same as what was accepted last.",
            fix="Choose another kind, or send nothing.",
        )
    replaced = (sent & before.keys()) | gone
    changes = Changes(len(sent - before.keys()), len(sent & before.keys()), len(gone))
    after = {ref: known for ref, known in before.items() if ref not in gone} | {ref: now[ref] for ref in sent}
    return Part(_only(full, sent, {ref: before[ref] for ref in replaced}, secret), changes, after)


def _only(full: Split, sent: Set[str], replaced: People, secret: bytes) -> Split:
    records = {row[0] for row in full.identity.rows if row[1] in sent}

    def kept(table: SplitTable) -> SplitTable:
        if table.name == REPLACES:
            raise WrongUse(
                f"A table called {REPLACES} cannot be sent in parts.",
                fix="Send a full supply, or give the table another name in the specification.",
            )
        return replace(table, rows=[row for row in table.rows if row[0] in records])

    refs = {"identity": replaced.keys(), "content": {known.content_ref for known in replaced.values()}}
    return Split(
        kept(full.identity),
        tuple(kept(table) for table in full.content),
        {half: _listed(half, found, secret) for half, found in refs.items()},
    )


def _listed(half: str, refs: Set[str], secret: bytes) -> SplitTable:
    """The record keys differ from half to half: the two lists cannot be joined."""
    rows = sorted(
        (hmac.digest(secret, f"{REPLACES}\0{half}\0{ref}".encode(), hashlib.sha384)[:KEY_BYTES].hex(), ref)
        for ref in refs
    )
    return SplitTable(REPLACES, ("record_key", "client_ref"), list(rows))


def _rows_of_records(split: Split) -> dict[str, list[list[object]]]:
    """Every content row by its record, without the keys that differ from supply to supply."""
    found: dict[str, list[list[object]]] = {}
    for table in split.content:
        for row in table.rows:
            found.setdefault(row[0], []).append([table.name, row[2:]])
    for rows in found.values():
        rows.sort()
    return found


def _digest(key: bytes, records: list[list[object]]) -> str:
    records.sort()
    text = json.dumps(records, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(key, text.encode("ascii"), hashlib.sha384)[:KEY_BYTES].hex()
