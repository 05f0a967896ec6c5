"""Writing and checking the record: one event, in the same transaction as the change it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import connection, transaction

from linkwell.custody.audit.models import AuditEvent
from linkwell.ledger.chain import ChainVerdict, Checkpoint, checkpoint_of, next_event, verify

if TYPE_CHECKING:
    from linkwell.custody.organisations.models import Person

SYSTEM = "linkwell"
"""The actor of what no person did: a job's end, a sweep."""


def record(
    verb: str,
    *,
    by: Person | str,
    subject: str,
    about: str = "",
    acting_for: str = "",
    details: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Append one event; must be called inside the transaction of the change itself.

    Args:
        verb: what was done, e.g. "supply.accepted".
        by: the person, or `SYSTEM`, or a token's name.
        subject: "supply/ID" and the like.
        about: code of the organisation it concerns, "" if none.
        acting_for: code of the organisation the actor acted for.
        details: counts, digests, states; never a personal value.

    Raises:
        RuntimeError: called outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of the change it tells of")
    last = _last_locked()
    facts = {**(details or {}), **({"about": about} if about else {})}
    event = next_event(
        last.as_event() if last else None,
        actor=str(by),
        acting_for=acting_for,
        verb=verb,
        subject=subject,
        details=facts,
    )
    return AuditEvent.objects.create(about=about, **asdict(event))


def _last_locked() -> AuditEvent | None:
    # SQLite's IMMEDIATE transaction already lets one writer in; PostgreSQL gets a lock of our own so that the
    # sequence has no holes and no twins.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x4C57_4155_4449_5400 & 0x7FFF_FFFF])
    return AuditEvent.objects.order_by("-seq").first()


def checkpoint() -> Checkpoint:
    """Where the record stands now; printed on every receipt so that others witness it.

    Raises:
        LookupError: nothing was recorded yet.
    """
    first, last = AuditEvent.objects.order_by("seq").first(), AuditEvent.objects.order_by("-seq").first()
    if first is None or last is None:
        raise LookupError("the record is empty")
    return checkpoint_of(last.as_event(), ledger=first.hash)


def verify_record(checkpoints: Iterable[Checkpoint] = ()) -> ChainVerdict:
    """Read the whole record and check every link of it, and every checkpoint others hold."""
    rows = AuditEvent.objects.order_by("seq").iterator()
    return verify((row.as_event() for row in rows), checkpoints=checkpoints)


def record_view(what: str, *, by: Person, subject: str, about: str = "") -> None:
    """Record that somebody looked at something sensitive, in a transaction of its own."""
    with transaction.atomic():
        record(what, by=by, subject=subject, about=about)
