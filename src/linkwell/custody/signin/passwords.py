"""Choosing one's own password, and a new first one for somebody who forgot theirs."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.states import PERSON
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.signin.factors import has_factor, required
from linkwell.custody.signin.permissions import GIVE_PASSWORD
from linkwell.custody.signin.proof import forget_failures
from linkwell.custody.signin.sessions import sign_out_everywhere
from linkwell.errors import RefusedByRule, WrongUse


def choose_password(person: Person, new: str) -> None:
    """Set the person's password, chosen by themself.

    Raises:
        WrongUse: too short, too common, too like their name, or the one they have.
    """
    if person.check_password(new):
        raise WrongUse("This is the password you have.", fix="Choose another one.")
    _check_strength(new, person)
    with transaction.atomic():
        person.set_password(new)
        person.password_own = True
        person.save(update_fields=["password", "password_own"])
        record("password.changed", by=person, subject=person.subject)


def give_password(*, by: Person, person: Person, first: str) -> None:
    """Give somebody who forgot theirs a new first password, which they change at once; a lock is opened.

    The second factor stays with its owner, so whoever gives the password cannot get in with it: a reset
    never hangs on one factor alone (NZISM 16.1.36).

    Raises:
        NotAllowed: not a custodian manager, or one's own. WrongState: their sign-in has ended.
        RefusedByRule: the person has no second factor. WrongUse: the password is too weak.
    """
    check(by, GIVE_PASSWORD)
    if by.pk == person.pk:
        raise NotAllowed("Nobody gives themself a password.", fix="Ask another custodian manager.")
    _check_strength(first, person)
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        PERSON.after("give a password", row.state)
        if required() and row.password_own and not has_factor(row):
            raise RefusedByRule(
                "This person has no second factor.",
                why="Whoever gives the password could sign in with it.",
                fix="End their sign-in and enter them anew, with a colleague who knows them beside you.",
            )
        row.set_password(first)
        row.password_own = False
        row.save(update_fields=["password", "password_own"])
        sign_out_everywhere(row)
        record("password.given", by=by, subject=row.subject)
    forget_failures(row)


def _check_strength(new: str, person: Person) -> None:
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise WrongUse("This password is not strong enough.", why=" ".join(error.messages)) from None
