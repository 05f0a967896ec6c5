"""Entering organisations, people, roles and sender keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.before import days_since_roles, ended_by
from linkwell.custody.organisations.duties import check_acts, check_roles
from linkwell.custody.organisations.models import Membership, Organisation, Person, SenderKey
from linkwell.custody.organisations.permissions import ENROL
from linkwell.custody.organisations.roles import PLACES, Kind, Role
from linkwell.custody.permissions import NotAllowed, check
from linkwell.errors import WrongUse
from linkwell.vault import keys


def found_custodian(*, code: str, name: str) -> Organisation:
    """Enter the custodian organisation of this home; the only action nobody has to be signed in for."""
    with transaction.atomic():
        organisation, created = Organisation.objects.get_or_create(
            code=code, defaults={"name": name, "is_custodian": True, "kind": Kind.CUSTODIAN}
        )
        if created:
            record("custodian.founded", by=SYSTEM, subject=f"organisation/{code}")
    return organisation


def enter_organisation(*, by: Person, code: str, name: str, kind: Kind) -> Organisation:
    """Enter a provider, vendor, intermediary or commissioner; does nothing twice.

    Raises:
        NotAllowed: `by` is not a custodian manager.
        WrongUse: the code is taken by an organisation of another kind, or is no code.
    """
    check(by, ENROL)
    if kind is Kind.CUSTODIAN or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", code) or not name.strip():
        raise WrongUse(
            "This organisation cannot be entered.",
            why="It needs a name and a code of small letters, digits and hyphens; there is one custodian.",
            fix="Choose another code, such as riverbend-trust.",
        )
    with transaction.atomic():
        organisation, created = Organisation.objects.get_or_create(
            code=code, defaults={"name": name.strip(), "kind": kind}
        )
        if organisation.kind != kind:
            raise WrongUse("This code is already another organisation's.", fix="Choose another code.")
        if created:
            record(
                "organisation.entered",
                by=by,
                subject=f"organisation/{code}",
                about=code,
                details={"kind": kind.value},
            )
    return organisation


def first_manager(*, username: str, name: str, password: str) -> Person:
    """Enter the first custodian manager of a new home, when there is nobody yet who could.

    Raises:
        NotAllowed: there already is a manager.
    """
    custodian = Organisation.objects.get(is_custodian=True)
    if Membership.objects.filter(role=Role.CUSTODIAN_MANAGER).exists():
        raise NotAllowed("This home already has a manager.", fix="Ask them to add you.")
    with transaction.atomic():
        person = _enter(SYSTEM, username, name, password, custodian, [Role.CUSTODIAN_MANAGER])
        person.password_own = True  # typed by themself, at the machine
        person.save(update_fields=["password_own"])
    return person


def manager_at_the_machine(*, username: str, name: str, password: str) -> Person:
    """Enter one more custodian manager; only signin.machine_help does so, by two people's consent."""
    custodian = Organisation.objects.get(is_custodian=True)
    return _enter(SYSTEM, username, name, password, custodian, [Role.CUSTODIAN_MANAGER])


def add_person(
    *, by: Person, username: str, name: str, password: str, organisation: Organisation, roles: Iterable[Role]
) -> Person:
    """Enter a person with roles in one organisation; an existing one gains the roles, keeps the password.

    Somebody whose sign-in ended comes back with a first password, as when they were entered.

    Raises:
        NotAllowed: `by` is not a custodian manager, or ended the sign-in that would come back, or the roles
            must be two people's.
        WrongUse: the password is too weak, or a role does not fit the organisation.
    """
    check(by, ENROL)
    return _enter(by, username, name, password, organisation, list(roles))


def _enter(
    by: Person | str, username: str, name: str, password: str, organisation: Organisation, roles: list[Role]
) -> Person:
    misplaced = [role for role in roles if organisation.kind not in PLACES[role]]
    if misplaced:
        kinds = " or a ".join(sorted(kind.value for kind in PLACES[misplaced[0]]))
        raise WrongUse(
            f"Nobody can be {misplaced[0].words} in this organisation.",
            why=f"It is a role in a {kinds}, and this is a {organisation.kind}.",
            fix="Give the role in the right organisation.",
        )
    with transaction.atomic():
        person = Person.objects.filter(username=username).first()
        ended = days_since_roles(person) if person else {}
        if person is None:
            person = Person(username=username, name=name)
            _set_password(person, password)
            person.save()
        elif not person.is_active:
            _refuse_bringing_back(by, person)
            _set_password(person, password)
            person.is_active, person.password_own = True, False
            person.save()
        held = set(person.memberships.values_list("organisation__code", "role"))
        check_roles([*roles, *(role for _, role in held)], ended=ended)
        new = [role for role in roles if (organisation.code, role.value) not in held]
        for role in new:
            Membership.objects.create(person=person, organisation=organisation, role=role)
        if new:
            record(
                "person.entered",
                by=by,
                subject=person.subject,
                about=organisation.code,
                details={"roles": sorted(role.value for role in new)},
            )
    return person


def _refuse_bringing_back(by: Person | str, person: Person) -> None:
    """Raise NotAllowed if whoever ended this sign-in would bring it back, too."""
    name = by if isinstance(by, str) else by.username
    try:
        check_acts(act="person.bring back", by=name, done=[("person.end", ended_by(person))])
    except NotAllowed as error:
        raise NotAllowed(
            "Whoever ended a sign-in does not bring it back.",
            why=error.why,
            fix="Let another custodian manager do it, or enter the person under a new sign-in name.",
        ) from None


def _set_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WrongUse(
            "This password is not strong enough.", why=" ".join(error.messages), fix="Choose a longer one."
        ) from None
    person.set_password(password)


def enrol_sender_key(*, by: Person, organisation: Organisation, public_pem: str) -> SenderKey:
    """Enter a public key the organisation signs with, after its fingerprint was read out over the phone.

    Raises:
        WrongUse: not a P-384 public key, or one that was ended.
    """
    check(by, ENROL)
    fingerprint = keys.fingerprint(keys.read_public_key(public_pem))
    with transaction.atomic():
        key, created = SenderKey.objects.get_or_create(
            organisation=organisation, fingerprint=fingerprint, defaults={"public_pem": public_pem}
        )
        if key.ended_at is not None:
            raise WrongUse(
                "This key was ended.", why="An ended key does not come back.", fix="Let them make a new one."
            )
        if created:
            record(
                "key.enrolled",
                by=by,
                subject=f"organisation/{organisation.code}",
                about=organisation.code,
                details={"fingerprint": fingerprint},
            )
    return key


def end_sender_key(*, by: Person, key: SenderKey) -> None:
    """Stop trusting a sender key from now on; ending one that has ended changes nothing."""
    check(by, ENROL)
    with transaction.atomic():
        if not SenderKey.objects.filter(pk=key.pk, ended_at=None).update(ended_at=timezone.now()):
            return
        record(
            "key.ended",
            by=by,
            subject=f"organisation/{key.organisation.code}",
            about=key.organisation.code,
            details={"fingerprint": key.fingerprint},
        )
