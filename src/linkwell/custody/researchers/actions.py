"""Writing down vetting and training, signing the undertaking, and what somebody lacks on a day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.researchers.evidence import EvidenceKind, kinds, undertaking
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.researchers.permissions import KEEP_EVIDENCE, SIGN_UNDERTAKING
from linkwell.errors import RefusedByRule, WrongUse

VETTED = frozenset({Role.RESEARCHER, Role.PROJECT_LEAD})
"""The roles whose people evidence is kept about."""


def write_down(
    *, by: Person, person: Person, kind: str, since: datetime.date, until: datetime.date | None = None
) -> Evidence:
    """Write down vetting or training that was seen.

    Args:
        until: its last day; as long as its kind lasts if not said, and never longer.

    Raises:
        NotAllowed: `by` is no custodian manager, or it is about `by`.
        WrongUse: no such kind, one that is signed, somebody who is no researcher, or impossible days.
    """
    check(by, KEEP_EVIDENCE)
    if by.pk == person.pk:
        raise NotAllowed("Nobody writes down their own evidence.", fix="Ask another custodian manager.")
    found = kinds().get(kind)
    if found is None or found.kept != "manager":
        raise WrongUse(
            f"{kind} is not written down.",
            fix="Kinds: " + ", ".join(code for code, each in kinds().items() if each.kept == "manager"),
        )
    if not VETTED & person.roles():
        raise WrongUse("This person is no researcher.", fix="Give the role first.")
    last = since + datetime.timedelta(days=found.lasts_days)
    chosen = until or last
    if since > timezone.localdate() or not since <= chosen <= last:
        raise WrongUse(
            "These days are not possible.",
            why=f"It is written down after the day, and lasts {found.lasts_days} days at most.",
            fix=f"Give a first day not after today, and a last day not after {last}.",
        )
    with transaction.atomic():
        return _keep(by, person, kind, since, chosen)


def sign_undertaking(*, by: Person, fingerprint: str) -> Evidence:
    """Sign the undertaking for oneself, from today.

    Args:
        fingerprint: of the text the person read.

    Raises:
        NotAllowed: `by` is no researcher. RefusedByRule: it is not the text that is signed today.
    """
    check(by, SIGN_UNDERTAKING)
    text = undertaking()
    if fingerprint != text.fingerprint:
        raise RefusedByRule(
            "This is not the undertaking that is signed today.",
            why="A signature is for one text.",
            fix="Open the page again and read it.",
        )
    today = timezone.localdate()
    with transaction.atomic():
        until = today + datetime.timedelta(days=text.lasts_days)
        return _keep(by, by, text.code, today, until, fingerprint)


def _keep(
    by: Person, person: Person, kind: str, since: datetime.date, until: datetime.date, digest: str = ""
) -> Evidence:
    made = Evidence.objects.create(
        person=person, kind=kind, since=since, until=until, digest=digest, by=by.username
    )
    details = {"kind": kind, "until": until.isoformat()}
    verb = "evidence.signed" if digest else "evidence.written down"
    record(verb, by=by, subject=made.subject, details=details)
    return made


def end_evidence(*, by: Person, evidence: Evidence) -> Evidence:
    """End a piece of evidence today; the person's labs close the same moment. Does nothing twice."""
    check(by, KEEP_EVIDENCE)
    if by.pk == evidence.person_id:
        raise NotAllowed("Nobody ends their own evidence.", fix="Ask another custodian manager.")
    with transaction.atomic():
        row = Evidence.objects.select_for_update(of=("self",)).select_related("person").get(pk=evidence.pk)
        if row.ended_on is None:
            row.ended_on = timezone.localdate()
            row.save(update_fields=["ended_on"])
            record("evidence.ended", by=by, subject=row.subject, details={"kind": row.kind})
    return row


def in_date(person: Person, on: datetime.date) -> dict[str, datetime.date]:
    """Kind -> the last day, of what counts on a day."""
    found: dict[str, datetime.date] = {}
    for each in Evidence.objects.filter(person=person):
        if each.counts(on):
            found[each.kind] = max(each.until, found.get(each.kind, each.until))
    return found


def lacked_by(people: Iterable[Person], on: datetime.date) -> dict[int, list[EvidenceKind]]:
    """`lacks` for several people, by their number, with one question."""
    found: dict[int, list[Evidence]] = {person.pk: [] for person in people}
    for each in Evidence.objects.filter(person__in=list(found)):
        found[each.person_id].append(each)
    there = {number: {each.kind for each in kept if each.counts(on)} for number, kept in found.items()}
    return {number: [kind for kind in kinds().values() if kind.code not in there[number]] for number in found}


def lacks(person: Person, on: datetime.date) -> list[EvidenceKind]:
    """What somebody does not have in date on a day."""
    there = in_date(person, on)
    return [each for each in kinds().values() if each.code not in there]
