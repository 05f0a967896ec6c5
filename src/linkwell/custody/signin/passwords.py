"""Choosing one's own password."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.errors import WrongUse


def choose_password(person: Person, new: str) -> None:
    """Set the person's password, chosen by themself.

    Raises:
        WrongUse: too short, too common, too like their name, or the one they have.
    """
    if person.check_password(new):
        raise WrongUse("This is the password you have.", fix="Choose another one.")
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise WrongUse("This password is not strong enough.", why=" ".join(error.messages)) from None
    with transaction.atomic():
        person.set_password(new)
        person.password_own = True
        person.save(update_fields=["password", "password_own"])
        record("password.changed", by=person, subject=f"person/{person.username}")
