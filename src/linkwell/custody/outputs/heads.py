"""What the record and the release ledger know of each other, and what the checker alone may see of a release.

Each keeps the other's head (design §8.4), so that neither can be rolled back alone without being seen.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db.models import Q

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import record_view
from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import RELEASE
from linkwell.custody.permissions import check

if TYPE_CHECKING:
    from linkwell.confidentiality.release_ledger import Head
    from linkwell.confidentiality.request import Override

RELEASED = "output.released"
REQUEST_RELEASED = "request.released"
COUNTED = ("lab.count answered", "lab.count refused")
"""A count of the lab is a release; kept from its asker, whose access ended meanwhile, it still left one."""
NEWEST = 100


def as_detail(head: Head | None) -> dict[str, object]:
    """A head of the release ledger, as the record keeps it with a release."""
    return {} if head is None else {"ledger": asdict(head)}


def expected_head() -> Head | None:
    """The newest head of the release ledger that the record knows; None before the first release."""
    from linkwell.confidentiality.release_ledger import Head

    theirs = Q(verb=RELEASED, subject__startswith="output/")
    theirs |= Q(verb=REQUEST_RELEASED, subject__startswith="request/")
    theirs |= Q(verb__in=COUNTED, details__has_key="ledger")
    events = AuditEvent.objects.filter(theirs).order_by("-seq")
    for event in events[:NEWEST]:
        kept = event.details.get("ledger")
        if kept:
            return Head(**kept)
    return None


def record_head() -> str:
    """Number and hash of the record's newest event; "" before the first."""
    last = AuditEvent.objects.order_by("-seq").first()
    return "" if last is None else f"{last.seq} {last.hash}"


def override_of(output: Output) -> Override | None:
    """The checker's recorded reason to lift the guard over nearly the same cohort, if there is one."""
    from linkwell.confidentiality.request import Override

    reason = str(output.reasons.get("override", ""))
    return Override(output.checker, reason) if reason else None


def why(*, by: Person, reference: str) -> dict[str, dict[str, int]] | str | None:
    """Why cells of a release are hidden (counts by reason), or why a request was refused; None if unknown.

    For an output checker's eyes; that they looked is recorded.

    Args:
        reference: id of a release, or the reference a refusal gave.

    Raises:
        NotAllowed: `by` is not an output checker.
    """
    from linkwell.confidentiality.desk import ReleaseDesk
    from linkwell.confidentiality.ledger_files import RELEASE_ID

    check(by, RELEASE)
    record_view("output.reasons seen", by=by, subject=f"release/{reference}")
    with ReleaseDesk.open(current_home(), expected_head=expected_head()) as desk:
        if RELEASE_ID.fullmatch(reference):
            return desk.why(reference).inside() or None
        return desk.reason(reference).inside()
