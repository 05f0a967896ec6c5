"""Taking a role away and ending somebody's sign-in; sessions, factors and tokens end in the same transaction.

Nobody does it to themself, so the last custodian manager cannot go: another would have to be there to do it.
Two who take each other's role at once are let in one after the other, and the second is no manager any more.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from linkwell.custody.assessments.actions import let_go
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.leaving.why import Why
from linkwell.custody.machine import WrongState
from linkwell.custody.mail.models import MailChoice, Rhythm
from linkwell.custody.organisations.before import TAKEN
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.permissions import END_PERSON, TAKE_ROLE, TAKE_STAFF_ROLE
from linkwell.custody.organisations.roles import Role
from linkwell.custody.organisations.states import PERSON
from linkwell.custody.permissions import NotAllowed, allows, check
from linkwell.custody.projects.actions import unname
from linkwell.custody.projects.reviewing import let_go_applications
from linkwell.custody.signin.factors import forget_all
from linkwell.custody.signin.sessions import sign_out_everywhere
from linkwell.errors import WrongUse

MISTAKE_DAYS = 1
"""How long after giving it a role can be called a mistake, so that it does not count as held."""


def may_take(by: Person, held: Membership) -> bool:
    """Whether `by` may take this role away: a custodian manager any, a lead the staff roles of their own."""
    if by.pk == held.person_id:
        return False
    staff = held.role == Role.PROVIDER_STAFF
    return allows(by, TAKE_ROLE) or (staff and allows(by, TAKE_STAFF_ROLE, owner=held.organisation))


def take_role(*, by: Person, person: Person, organisation: Organisation, role: Role, why: Why) -> Person:
    """Take one role away; the person is signed out everywhere, and with the last role the sign-in ends.

    Raises:
        NotAllowed: neither a custodian manager nor, for a staff role, a lead of the organisation; or oneself.
        WrongState: the person does not hold it, or cannot sign in any more.
        WrongUse: called a mistake after more than a day.
    """
    with transaction.atomic():
        _one_at_a_time()
        if role is not Role.PROVIDER_STAFF or not allows(by, TAKE_STAFF_ROLE, owner=organisation):
            check(by, TAKE_ROLE)
        _not_oneself(by, person)
        row = Person.objects.select_for_update().get(pk=person.pk)
        PERSON.after("take a role away", row.state)
        held = row.memberships.filter(organisation=organisation, role=role).first()
        if held is None:
            raise WrongState(
                "This person does not hold that role there.", fix="Look at their page to see what they hold."
            )
        _take(by, held, why)
        sign_out_everywhere(row)
        if not row.memberships.exists():
            _end(row)
            record("person.ended", by=SYSTEM, subject=row.subject, details={"why": "the last role is gone"})
    return row


def end_person(*, by: Person, person: Person, why: Why) -> Person:
    """End somebody's sign-in: every role, factor, session, command line and token of theirs.

    Raises:
        NotAllowed: not a custodian manager, or oneself. WrongState: it has ended.
        WrongUse: called a mistake after more than a day.
    """
    with transaction.atomic():
        _one_at_a_time()
        check(by, END_PERSON)
        _not_oneself(by, person)
        row = Person.objects.select_for_update().get(pk=person.pk)
        PERSON.after("end", row.state)
        for held in row.memberships.select_related("organisation").order_by("pk"):
            _take(by, held, why)
        sign_out_everywhere(row)
        _end(row)
        record("person.ended", by=by, subject=row.subject, details={"why": why.value})
    return row


def _one_at_a_time() -> None:
    Organisation.objects.select_for_update().get(is_custodian=True)


def _not_oneself(by: Person, person: Person) -> None:
    if by.pk == person.pk:
        raise NotAllowed(
            "Nobody takes their own role away, or ends their own sign-in.",
            why="An organisation could be left with nobody who can help it.",
            fix="Ask a custodian manager who is not you; enter a second one first, if you are the only one.",
        )


def _take(by: Person, held: Membership, why: Why) -> None:
    age = timezone.now() - held.created_at
    if why is Why.MISTAKE and age > datetime.timedelta(days=MISTAKE_DAYS):
        raise WrongUse(
            "This role was given more than a day ago.",
            why="What was held that long counts as held, for the duties of two people.",
            fix="Give another reason.",
        )
    person, role, code = held.person, held.role, held.organisation.code
    held.delete()
    record(TAKEN, by=by, subject=person.subject, about=code, details={"role": role, "why": why.value})
    if role == Role.ASSESSOR:
        let_go(person)
        let_go_applications(person)
    elif role == Role.ANALYST:
        unname(person)


def _end(person: Person) -> None:
    forget_all(person)
    person.set_unusable_password()
    person.is_active, person.email = False, ""
    person.save(update_fields=["password", "is_active", "email"])
    MailChoice.objects.filter(person=person).update(rhythm=Rhythm.OFF)
