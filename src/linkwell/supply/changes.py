"""What changed since the supply that was accepted last, and the part of a supply that says only that.

The unit is a whole person: somebody who changed is sent again with every row about them, so the custodian
takes the earlier rows out and puts these in, and ends where a full supply would have ended.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from linkwell.errors import WrongUse
from linkwell.supply.manifest import REPLACES, Changes, Delivery
from linkwell.supply.ordered import Row, laid_down
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
    found: dict[str, Known] = {}
    several: dict[str, list[list[object]]] = {}
    for row in split.identity.rows:
        if not row[1]:
            return None
        if row[1] in found:
            several[row[1]] = []
        found[row[1]] = Known(refs[row[1]], "")
    key = hmac.digest(client, b"what was sent", hashlib.sha384)
    for ref, record in _records(split):
        if ref in several:
            several[ref].append(record)
        else:
            found[ref] = Known(found[ref].content_ref, _digest(key, [record]))
    for ref, records in several.items():
        found[ref] = Known(found[ref].content_ref, _digest(key, records))
    return found


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


def part_of(
    full: Split,
    kind: Delivery,
    *,
    before: People,
    now: People,
    secret: bytes,
    working: Path | None = None,
) -> Part:
    """The part of a full split that brings `before` to `now`, as far as this kind of delivery goes.

    Args:
        secret: the supply's own secret, for record keys of the list of whom it replaces.
        working: see `split.split`.

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
    whom = {ref: before[ref] for ref in replaced}
    return Part(_only(full, sent, whom, secret, working), changes, after)


def _only(full: Split, sent: Set[str], replaced: People, secret: bytes, working: Path | None) -> Split:
    records = {row[0] for row in full.identity.rows if row[1] in sent}

    def kept(table: SplitTable) -> SplitTable:
        if table.name == REPLACES:
            raise WrongUse(
                f"A table called {REPLACES} cannot be sent in parts.",
                fix="Send a full supply, or give the table another name in the specification.",
            )
        return replace(table, rows=laid_down((row for row in table.rows if row[0] in records), working))

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


def _records(split: Split) -> Iterator[tuple[str, list[object]]]:
    """Client reference and everything about each record, without the keys that differ from supply to supply.

    All tables lie in the order of the record keys, so one pass over each is enough.
    """
    tables = [(table.name, groupby(table.rows, _record_key)) for table in split.content]
    ahead = [next(groups, None) for _, groups in tables]
    for row in split.identity.rows:
        rows: list[list[object]] = []
        for at, (name, groups) in enumerate(tables):
            while (group := ahead[at]) is not None and group[0] <= row[0]:
                if group[0] == row[0]:
                    rows += [[name, each[2:]] for each in group[1]]
                ahead[at] = next(groups, None)
        rows.sort()
        yield row[1], [row[2:], rows]


def _record_key(row: Row) -> str:
    return row[0]


def _digest(key: bytes, records: list[list[object]]) -> str:
    records.sort()
    text = json.dumps(records, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(key, text.encode("ascii"), hashlib.sha384)[:KEY_BYTES].hex()
