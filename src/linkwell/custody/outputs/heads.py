"""Where the record says the release ledger stands, and where the release ledger says the record stands.

Each keeps the other's head (design §8.4), so that neither can be rolled back alone without being seen.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from linkwell.custody.audit.models import AuditEvent

if TYPE_CHECKING:
    from linkwell.confidentiality.release_ledger import Head

RELEASED = "output.released"
NEWEST = 100


def as_detail(head: Head | None) -> dict[str, object]:
    """A head of the release ledger, as the record keeps it with a release."""
    return {} if head is None else {"ledger": asdict(head)}


def expected_head() -> Head | None:
    """The newest head of the release ledger that the record knows; None before the first release."""
    from linkwell.confidentiality.release_ledger import Head

    events = AuditEvent.objects.filter(verb=RELEASED, subject__startswith="output/").order_by("-seq")
    for event in events[:NEWEST]:
        kept = event.details.get("ledger")
        if kept:
            return Head(**kept)
    return None


def record_head() -> str:
    """Number and hash of the record's newest event; "" before the first."""
    last = AuditEvent.objects.order_by("-seq").first()
    return "" if last is None else f"{last.seq} {last.hash}"
