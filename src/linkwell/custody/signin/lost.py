"""A lost device: one person who knows its owner says so, a second at the custodian confirms it after calling.

Neither is the owner, and they are two people (duties.toml). The password stays: a reset never hangs on one
factor alone (NZISM 16.1.36).
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.states import PERSON
from linkwell.custody.permissions import NotAllowed, allows, check
from linkwell.custody.signin.factors import forget_all
from linkwell.custody.signin.models import LostDevice
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.permissions import CONFIRM_LOST, SPEAK_FOR_ANYONE, SPEAK_FOR_OWN, UNLOCK
from linkwell.custody.signin.proof import forget_failures
from linkwell.custody.signin.sessions import sign_out_everywhere
from linkwell.custody.signin.states import LOST, LostState
from linkwell.errors import WrongUse


def people_of(person: Person) -> QuerySet[Person]:
    """The people somebody may speak for or help: everybody for custodian staff, a lead's own people else."""
    if allows(person, SPEAK_FOR_ANYONE):
        return Person.objects.filter(is_active=True).order_by("name", "pk")
    led = person.memberships.filter(role__in=SPEAK_FOR_OWN.roles).values("organisation")
    return (
        Person.objects.filter(is_active=True, memberships__organisation__in=led)
        .distinct()
        .order_by("name", "pk")
    )


def may_speak(by: Person, person: Person) -> bool:
    """Whether `by` may say that this person's device is lost."""
    if by.pk == person.pk:
        return False
    if allows(by, SPEAK_FOR_ANYONE):
        return True
    theirs = Organisation.objects.filter(memberships__person=person).distinct()
    return any(allows(by, SPEAK_FOR_OWN, owner=each) for each in theirs)


def ask(*, by: Person, person: Person) -> LostDevice:
    """Say that somebody's device is lost; saying it twice changes nothing.

    Raises:
        NotAllowed: not their lead and not custodian staff, or the person themself.
    """
    if not may_speak(by, person):
        raise NotAllowed(
            "You cannot speak for this person.",
            why="A lead of their organisation or custodian staff can; nobody for themself.",
            fix="Ask your lead or the custodian.",
        )
    with transaction.atomic():
        found = standing().filter(person=person).first()
        if found is not None:
            return found
        made = LostDevice.objects.create(person=person, asked_by=by, state=LOST.after("ask", None))
        record("lost device.asked", by=by, subject=made.subject)
    return made


def standing() -> QuerySet[LostDevice]:
    """Those that wait for a second person and are not too old to be confirmed; nor is either of them gone."""
    since = timezone.now() - datetime.timedelta(hours=number("lost_hours"))
    return LostDevice.objects.select_related("person", "asked_by").filter(
        state=LostState.ASKED, asked_at__gt=since, person__is_active=True, asked_by__is_active=True
    )


def decide(*, by: Person, lost: LostDevice, confirm: bool) -> LostDevice:
    """Confirm a lost device, or do not believe it.

    Confirming takes every factor away and ends every session, token and command line of the person.

    Raises:
        NotAllowed: not a custodian manager, the same person who asked, or the owner.
        WrongState: decided before. WrongUse: asked too long ago.
    """
    check(by, CONFIRM_LOST)
    if by.pk == lost.person_id:
        raise NotAllowed("Nobody confirms their own lost device.", fix="Ask another custodian manager.")
    if confirm:
        check_acts(
            act="lost device.confirm", by=by.username, done=[("lost device.ask", lost.asked_by.username)]
        )
    with transaction.atomic():
        found = LostDevice.objects.select_for_update(of=("self",)).select_related("person", "asked_by")
        row = found.get(pk=lost.pk)
        row.state = LOST.after("confirm" if confirm else "refuse", row.state)
        if timezone.now() - row.asked_at > datetime.timedelta(hours=number("lost_hours")):
            raise WrongUse("This was asked too long ago.", fix="Ask again, and call the person again.")
        if confirm and not (row.person.is_active and row.asked_by.is_active):
            raise WrongUse("One of the two cannot sign in any more.", fix="Let somebody else ask.")
        row.decided_by, row.decided_at = by, timezone.now()
        row.save(update_fields=["state", "decided_by", "decided_at"])
        if confirm:
            forget_all(row.person)
            sign_out_everywhere(row.person)
        verb = "lost device.confirmed" if confirm else "lost device.refused"
        record(verb, by=by, subject=row.subject, details={"asked_by": lost.asked_by.username})
    return row


def unlock(*, by: Person, person: Person) -> int:
    """Open a locked sign-in before its time; returns how many failures were forgotten.

    Raises:
        NotAllowed: not a custodian manager, or one's own.
    """
    check(by, UNLOCK)
    if by.pk == person.pk:
        raise NotAllowed("Nobody opens their own lock.", fix="Ask another custodian manager, or wait.")
    PERSON.after("unlock", person.state)
    gone = forget_failures(person)
    with transaction.atomic():
        record("sign-in.unlocked", by=by, subject=f"person/{person.username}", details={"failures": gone})
    return gone
