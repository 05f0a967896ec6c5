"""Signing by every side, saying no, coming into force, leaving, and promising by name."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.drafting import in_force, move
from linkwell.custody.agreements.models import (
    Agreement,
    AgreementVersion,
    Route,
    Signature,
    Undertaking,
)
from linkwell.custody.agreements.notices import tell, tell_all
from linkwell.custody.agreements.permissions import (
    MANAGE_AGREEMENTS,
    SIGN_FOR_CUSTODIAN,
    SIGN_FOR_INTERMEDIARY,
    SIGN_FOR_PROVIDER,
    UNDERTAKE,
)
from linkwell.custody.agreements.states import AGREEMENT, VERSION, AgreementState, VersionState
from linkwell.custody.agreements.text import digest_of
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import allows, check
from linkwell.errors import RefusedByRule, WrongUse

OWN_AGREEMENT = {
    "have": "We have an agreement of our own with them",
    "not needed": "What stands here is enough for us",
    "still needed": "We need one first",
}


def sides(version: AgreementVersion) -> dict[str, Organisation]:
    """Who has to sign: side and organisation."""
    found = {"provider": version.agreement.organisation}
    if version.route == Route.INTERMEDIARY and version.via:
        found["intermediary"] = version.via
    found["custodian"] = Organisation.objects.get(is_custodian=True)
    return found


_NEEDS = {
    "provider": SIGN_FOR_PROVIDER,
    "intermediary": SIGN_FOR_INTERMEDIARY,
    "custodian": SIGN_FOR_CUSTODIAN,
}


def side_of(person: Person, version: AgreementVersion) -> str:
    """The side this person can sign for, or "" for none."""
    for side, organisation in sides(version).items():
        if allows(person, _NEEDS[side], owner=organisation):
            return side
    return ""


def sign(*, by: Person, version: AgreementVersion, digest: str, own_agreement: str = "") -> AgreementVersion:
    """Sign the text whose fingerprint was read; the last signature brings it into force.

    Args:
        digest: what the person saw. own_agreement: for a provider that sends by somebody else, "have",
            "not needed" or "still needed".

    Raises:
        NotAllowed: `by` can sign for no side, or drew it up, or assessed it.
        RefusedByRule: the text is not what was read, or the provider needs another agreement first.
        WrongState: it is not offered.
    """
    side = side_of(by, version)
    if not side:
        check(by, SIGN_FOR_PROVIDER, owner=version.agreement.organisation)
    if side == "custodian":
        done = [("agreement.draft", version.drafted_by), ("assessment.decide", version.assessment.assessor)]
        check_acts(act="agreement.sign for the custodian", by=by.username, done=done)
        refuse_what_is_not_agreed(in_force(version), as_now(in_force(version), "sign"))
    _same_text(version, digest)
    _chain(version, side, own_agreement)
    with transaction.atomic():
        row = move(version, "sign", by=by, event="agreement.signed", side=side, digest=digest)
        if row.signatures.filter(side=side).exists():
            raise WrongUse("Your side has already signed.", fix="Wait for the other side.")
        Signature.objects.create(
            version=row,
            side=side,
            organisation=sides(row)[side],
            person=by,
            digest=digest,
            own_agreement=own_agreement if side == "provider" else "",
        )
        if set(row.signatures.values_list("side", flat=True)) == set(sides(row)):
            row = _come_into_force(row)
    return row


def _same_text(version: AgreementVersion, digest: str) -> None:
    if digest != version.digest or digest_of(version) != version.digest:
        raise RefusedByRule(
            "This is not the text that was offered.",
            where=version.agreement.reference,
            why="A signature is for one fingerprint.",
            fix="Open the agreement again and read it.",
        )


def _chain(version: AgreementVersion, side: str, own_agreement: str) -> None:
    if side != "provider" or version.route == Route.DIRECT:
        return
    if own_agreement not in ("have", "not needed"):
        raise RefusedByRule(
            "Do you need an agreement of your own with whoever sends for you?",
            why="They hold what you record; what they may do with it is between you and them.",
            fix="Make that agreement first, or say that what stands here is enough.",
        )


def _come_into_force(version: AgreementVersion) -> AgreementVersion:
    agreement = in_force(version)
    for before in agreement.versions.filter(state=VersionState.IN_FORCE):
        move(before, "replace", by=SYSTEM, event="agreement.version replaced")
    row = move(version, "come into force", by=SYSTEM, event="agreement.in force", digest=version.digest)
    agreement.state = AGREEMENT.after("come into force", agreement.state)
    agreement.save()
    if agreement.route == Route.VENDOR:
        from linkwell.custody.clients.actions import ok_of  # it builds on agreements

        ok_of(agreement)
    tell_all(agreement, "in_force", about=str(version.number))
    return row


def decline(*, by: Person, version: AgreementVersion, reason: str) -> AgreementVersion:
    """Say no to a text, in the provider's own words."""
    check(by, SIGN_FOR_PROVIDER, owner=version.agreement.organisation)
    with transaction.atomic():
        version.said_no = reason.strip()
        row = move(version, "decline", by=by, event="agreement.declined")
        tell(row.agreement, "declined", Organisation.objects.get(is_custodian=True), about=str(row.number))
    return row


def leave(*, by: Person, agreement: Agreement) -> Agreement:
    """End an agreement for the provider, from now on; nobody has to say why."""
    check(by, SIGN_FOR_PROVIDER, owner=agreement.organisation)
    return _close(agreement, "leave", by=by)


def end_agreement(*, by: Person, agreement: Agreement) -> Agreement:
    """End an agreement for the custodian, from now on."""
    check(by, MANAGE_AGREEMENTS)
    return _close(agreement, "end", by=by)


def _close(agreement: Agreement, verb: str, *, by: Person) -> Agreement:
    """End an agreement today; its tokens stop working at once, and every party is told."""
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        row.state = AGREEMENT.after(verb, row.state)
        row.save(update_fields=["state"])
        for version in row.versions.all():
            if VERSION.may("close", version.state):
                move(version, "close", by=SYSTEM, event="agreement.version over")
        record("agreement.ended", by=by, subject=row.subject, about=row.organisation.code)
        tell_all(row, "ended")
    return row


def promise(*, by: Person, agreement: Agreement) -> Undertaking:
    """Promise by name to keep confidential what is supplied; does nothing twice.

    Raises:
        NotAllowed: `by` does not work with what is supplied. RefusedByRule: the agreement is not in force.
    """
    check(by, UNDERTAKE)
    if agreement.state != AgreementState.IN_FORCE:
        raise RefusedByRule("This agreement is not in force.", where=agreement.reference)
    version: Any = agreement.versions.filter(state=VersionState.IN_FORCE).last()
    digest = version.digest if version else agreement.specification_id
    with transaction.atomic():
        made, created = Undertaking.objects.get_or_create(
            agreement=agreement, person=by, defaults={"digest": digest}
        )
        if created:
            record("undertaking.signed", by=by, subject=agreement.subject, about=agreement.organisation.code)
    return made
