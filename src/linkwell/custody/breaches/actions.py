"""Recording a breach, judging it, and the words to tell of it."""

from __future__ import annotations

import datetime
import tomllib
from importlib.resources import files

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.notices import custodian as custodians
from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import record
from linkwell.custody.breaches.models import Breach
from linkwell.custody.breaches.permissions import (
    JUDGE_BREACH,
    JUDGE_OWN_BREACH,
    RECORD_BREACH,
    RECORD_OWN_BREACH,
    SEE_BREACHES,
    SEE_OWN_BREACHES,
)
from linkwell.custody.breaches.states import BREACH
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import Capability, allows, check
from linkwell.errors import WrongUse
from linkwell.standards.clock import in_words


def _check(by: Person, own: Capability, custodian: Capability, organisation: Organisation) -> None:
    if not allows(by, own, owner=organisation):
        check(by, custodian)


def concerned(person: Person) -> QuerySet[Organisation]:
    """Whose data a person can write a breach down about."""
    if allows(person, RECORD_BREACH):
        return Organisation.objects.filter(is_custodian=False).order_by("name")
    mine = person.memberships.filter(role__in=RECORD_OWN_BREACH.roles)
    return Organisation.objects.filter(pk__in=mine.values("organisation")).order_by("name")


def record_breach(
    *, by: Person, organisation: Organisation, found_at: datetime.datetime, what: str, done: str = ""
) -> Breach:
    """Write a breach down, about the data of one organisation.

    Raises:
        NotAllowed; WrongUse: nothing is said, or the time is still to come.
    """
    _check(by, RECORD_OWN_BREACH, RECORD_BREACH, organisation)
    if not what.strip() or found_at > timezone.now():
        raise WrongUse(
            "This cannot be recorded.",
            why="It needs what happened, and a time that is not still to come.",
            fix="Say what happened, without naming a person.",
        )
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        breach = Breach.objects.create(
            reference=f"{organisation.code}-b{organisation.breaches.count() + 1}",
            organisation=organisation,
            found_at=found_at,
            what=what.strip(),
            done=done.strip(),
            state=BREACH.after("record", None),
            recorded_by=by.username,
        )
        record("breach.recorded", by=by, subject=breach.subject, about=organisation.code)
        tell(None, "breach_recorded", organisation, custodians(), about=breach.reference)
    return breach


def judge(*, by: Person, breach: Breach, verb: str) -> Breach:
    """Judge a breach, say that people were told, or close it.

    Args:
        verb: "serious", "not serious", "tell" or "close".
    """
    _check(by, JUDGE_OWN_BREACH, JUDGE_BREACH, breach.organisation)
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(pk=breach.pk)
        row.state = BREACH.after(verb, row.state)
        if verb == "tell":
            row.told_at = timezone.now()
        row.save()
        about = row.organisation.code
        record("breach.moved", by=by, subject=row.subject, about=about, details={"now": str(row.state)})
    return row


def visible_breaches(person: Person) -> QuerySet[Breach]:
    """All for the custodian manager and auditors; for a provider its own."""
    found = Breach.objects.select_related("organisation")
    if allows(person, SEE_BREACHES):
        return found
    mine = person.memberships.filter(role__in=SEE_OWN_BREACHES.roles)
    return found.filter(Q(organisation__in=mine.values("organisation")))


def letters(breach: Breach, *, custodian: str) -> list[tuple[str, str]]:
    """(title, text) of the template notices, filled with what the register knows."""
    found = tomllib.loads((files("linkwell.custody.breaches") / "notices.toml").read_text("utf-8"))
    facts = {
        "organisation": breach.organisation.name,
        "custodian": custodian,
        "found": f"{in_words(breach.found_at)}, {timezone.localtime(breach.found_at):%H:%M}",
        "what": breach.what,
        "done": breach.done or "[what was done]",
    }
    return [(each["title"], each["text"].strip().format(**facts)) for each in found.values()]
