"""The record nobody can rewrite: each event carries the digest of the one before it.

Pure functions over `Event`; the table that keeps the events belongs to custody. A chain alone cannot show
that its tail was cut or that it was rebuilt, so `verify` also takes checkpoints that others hold (every
receipt has one).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from linkwell.ledger.canonical import digest

GENESIS = "0" * 96
"""The `prev` of the first event."""


@dataclass(frozen=True)
class Event:
    """One thing that was done.

    Attributes:
        seq: 1, 2, 3 … without holes.
        time: UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        actor: account name of who did it (never a participant).
        acting_for: organisation code they acted for, "" for the custodian's own work.
        verb: what was done, e.g. "supply.accepted".
        subject: what it was done to, e.g. "supply/12".
        details: counts, digests, states; canonical-JSON values only, never a personal value.
        prev: `hash` of the event before.
        hash: hex SHA-384 of the canonical JSON of the eight other fields.
    """

    seq: int
    time: str
    actor: str
    acting_for: str
    verb: str
    subject: str
    details: Mapping[str, object]
    prev: str
    hash: str


@dataclass(frozen=True)
class Checkpoint:
    """Where a ledger stood: `ledger` is the hash of its first event, which names it."""

    ledger: str
    seq: int
    hash: str
    time: str

    def as_dict(self) -> dict[str, object]:
        """The form that is signed."""
        return asdict(self)


@dataclass(frozen=True)
class ChainVerdict:
    """What `verify` found; `faults` are plain sentences, empty when the chain holds."""

    events: int
    head: Event | None
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


def event_hash(event: Event | Mapping[str, object]) -> str:
    """Hex SHA-384 over the canonical JSON of every field but `hash`."""
    fields = dict(event) if isinstance(event, Mapping) else asdict(event)
    return digest({name: value for name, value in fields.items() if name != "hash"})


def next_event(
    prev: Event | None,
    *,
    actor: str,
    acting_for: str,
    verb: str,
    subject: str,
    details: Mapping[str, object] | None = None,
    time: datetime | None = None,
) -> Event:
    """The event that follows `prev` (None for the first); the caller stores it in the change's transaction.

    Raises:
        ValueError: a detail has no canonical form, or `time` has no zone.
    """
    fields: dict[str, object] = {
        "seq": 1 if prev is None else prev.seq + 1,
        "time": utc_text(time or datetime.now(UTC)),
        "actor": actor,
        "acting_for": acting_for,
        "verb": verb,
        "subject": subject,
        "details": dict(details or {}),
        "prev": GENESIS if prev is None else prev.hash,
    }
    return Event(**fields, hash=digest(fields))  # type: ignore[arg-type]


def checkpoint_of(head: Event, *, ledger: str) -> Checkpoint:
    """The checkpoint at `head`; `ledger` is the first event's hash."""
    return Checkpoint(ledger, head.seq, head.hash, head.time)


def verify(events: Iterable[Event], *, checkpoints: Iterable[Checkpoint] = ()) -> ChainVerdict:
    """Check the chain from its first event, and that every checkpoint somebody else holds is still in it.

    Finds an edited, removed, added or reordered event by itself; with one older checkpoint also a cut tail, a
    rebuilt chain and a receipt of another ledger. Events stream: memory does not grow with the chain.
    """
    held = sorted(checkpoints, key=lambda point: point.seq)
    at: dict[int, list[Checkpoint]] = {}
    for point in held:
        at.setdefault(point.seq, []).append(point)
    faults: list[str] = []
    before: Event | None = None
    first_hash, count = "", 0
    for event in events:
        count += 1
        first_hash = first_hash or event.hash
        faults.extend(_link_faults(before, event))
        for point in at.get(event.seq, []):
            if point.hash != event.hash:
                faults.append(
                    f"event {event.seq} is not the one a checkpoint witnessed: rewritten or rebuilt"
                )
        before = event
    last = before.seq if before else 0
    faults.extend(
        f"a checkpoint witnessed event {p.seq}, which is missing: the tail was cut"
        for p in held
        if p.seq > last
    )
    faults.extend(
        "a checkpoint belongs to another ledger" for p in held if first_hash and p.ledger != first_hash
    )
    return ChainVerdict(count, before, tuple(faults))


def utc_text(time: datetime) -> str:
    """A moment as every signed document writes it: UTC to the microsecond, ending in Z."""
    if time.tzinfo is None:
        raise ValueError("a time without a zone means nothing in a ledger")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _link_faults(before: Event | None, event: Event) -> Iterable[str]:
    """A gap is said once, where it is, not again of every event after it."""
    due = before.seq + 1 if before else 1
    if event.seq != due:
        yield f"event number {event.seq} stands at place {due}: removed, added or reordered"
    if event.prev != (before.hash if before else GENESIS):
        yield f"event {event.seq} does not follow the one before it"
    try:
        intact = event_hash(event) == event.hash
    except (TypeError, ValueError):
        intact = False
    if not intact:
        yield f"event {event.seq} was changed after it was written"
