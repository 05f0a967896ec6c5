"""The roles somebody held before, read from the record: taking turns is no way round a duty of two people."""

from __future__ import annotations

from django.utils import timezone

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.organisations.models import Organisation, Person

TAKEN = "role.taken away"
MISTAKE = "mistake"
"""Why of a role that was never meant; it does not count as held (leaving.actions allows it for a day)."""

APART_DAYS = 365
"""How long somebody who left an organisation is taken to belong to it (as `apart_days` in duties.toml)."""


def _ended(person: Person) -> list[AuditEvent]:
    events = AuditEvent.objects.filter(subject=person.subject, verb=TAKEN)
    return [event for event in events if event.details.get("why") != MISTAKE]


def days_since_roles(person: Person) -> dict[str, int]:
    """Role -> days since the last one of its kind ended."""
    now = timezone.now()
    return {str(each.details["role"]): (now - each.when).days for each in _ended(person)}


def ended_by(person: Person) -> str:
    """The sign-in name of whoever ended this person's sign-in last; "" if nobody did."""
    verbs = (TAKEN, "person.ended")  # with the last role the computer ends it, for whoever took the role
    last = AuditEvent.objects.filter(subject=person.subject, verb__in=verbs).exclude(actor=SYSTEM)
    return last.order_by("-seq").values_list("actor", flat=True).first() or ""


def belonged_lately(person: Person, organisation: Organisation) -> bool:
    """Whether the person belongs to an organisation, or did within the last year."""
    if person.memberships.filter(organisation=organisation).exists():
        return True
    now = timezone.now()
    ended = [each for each in _ended(person) if each.about == organisation.code]
    return any((now - each.when).days < APART_DAYS for each in ended)
