"""Signing by every side, saying no, coming into force, leaving, and promising by name."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.drafting import in_force, move
from linkwell.custody.agreements.models import (
    Agreement,
    AgreementVersion,
    Route,
    Signature,
    Undertaking,
)
from linkwell.custody.agreements.notices import custodian, tell, tell_all
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
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.permissions import allows, check
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.diff import Weight, compare
from linkwell.specification.file import parse

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
    own_agreement = own_agreement or version.own_agreement
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
        if side == "provider" and row.route != Route.DIRECT:
            row.own_agreement = own_agreement
            row.save(update_fields=["own_agreement"])
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


def answer_own_agreement(*, by: Person, version: AgreementVersion, answer: str) -> AgreementVersion:
    """Say whether the provider needs an agreement of its own with whoever sends for it; kept with the text.

    Args:
        answer: "have", "not needed" or "still needed"; the last makes signing wait, and the others know why.

    Raises:
        NotAllowed, WrongState. WrongUse: nobody else sends, or it is none of these answers.
    """
    check(by, SIGN_FOR_PROVIDER, owner=version.agreement.organisation)
    if version.route == Route.DIRECT or answer not in OWN_AGREEMENT:
        raise WrongUse(
            "This cannot be answered so.",
            why="It is asked where somebody else sends for the provider.",
            fix="Answer: " + ", ".join(OWN_AGREEMENT),
        )
    with transaction.atomic():
        row = move(version, "answer", by=by, event="agreement.own agreement answered", answer=answer)
        row.own_agreement = answer
        row.save(update_fields=["own_agreement"])
        if answer == "still needed":
            told = [custodian(), *([row.via] if row.via and row.via.kind != Kind.COMMISSIONER else [])]
            tell(row.agreement, "own_agreement_needed", *told, about=str(row.number))
    return row


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
    before = agreement.versions.filter(state=VersionState.IN_FORCE).select_related("specification").last()
    if before is not None:
        move(before, "replace", by=SYSTEM, event="agreement.version replaced")
    row = move(version, "come into force", by=SYSTEM, event="agreement.in force", digest=version.digest)
    agreement.state = AGREEMENT.after("come into force", agreement.state)
    agreement.save()
    tell_all(agreement, "in_force", about=str(version.number))
    _reopen(agreement, before, version)
    return row


def _reopen(agreement: Agreement, before: AgreementVersion | None, now: AgreementVersion) -> None:
    """Ask anew for the OK to whoever sends, where what would be sent, or who sends it, has changed.

    A specification that breaks deliveries made under the one before, or lets more be shared, is another
    thing to say yes to. The promises by name and the practice before a real delivery are each for one
    specification, so they are asked for again by their own controls.
    """
    from linkwell.custody.clients import actions as clients  # it builds on agreements

    same_sender = before is not None and before.via_id == now.via_id
    changed = before is None or not same_sender or weighty(before, now)
    if agreement.route in clients.RELAYED and changed:
        clients.ask_again(agreement)


def weighty(before: AgreementVersion, now: AgreementVersion) -> bool:
    """Whether deliveries have to change, or more may be shared, from one text to the next."""
    if before.specification_id == now.specification_id:
        return False
    found = compare(parse(before.specification.toml), parse(now.specification.toml))
    return any(change.weight is not Weight.WORDS for change in found)


def decline(*, by: Person, version: AgreementVersion, reason: str) -> AgreementVersion:
    """Say no to a text, in the provider's own words."""
    check(by, SIGN_FOR_PROVIDER, owner=version.agreement.organisation)
    with transaction.atomic():
        version.said_no = reason.strip()
        row = move(version, "decline", by=by, event="agreement.declined")
        tell(row.agreement, "declined", custodian(), about=str(row.number))
    return row


def leave(*, by: Person, agreement: Agreement) -> Agreement:
    """End an agreement for the provider, from now on; nobody has to say why."""
    check(by, SIGN_FOR_PROVIDER, owner=agreement.organisation)
    return _close(agreement, "leave", by=by)


def end_agreement(*, by: Person, agreement: Agreement) -> Agreement:
    """End an agreement for the custodian, from now on."""
    check(by, MANAGE_AGREEMENTS)
    return _close(agreement, "end", by=by)


def end_with_withdrawal(agreement: Agreement, *, by: str) -> Agreement:
    """End an agreement whose provider's data leaves: confirming the withdrawal was the decision."""
    return _close(agreement, "end", by=by)


def _close(agreement: Agreement, verb: str, *, by: Person | str) -> Agreement:
    """End an agreement today; its tokens stop working at once, and every party is told."""
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        row.state, row.ended_on = AGREEMENT.after(verb, row.state), timezone.localdate()
        row.save(update_fields=["state", "ended_on"])
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
        if created or made.digest != digest:
            made.digest, made.signed_at = digest, timezone.now()
            made.save(update_fields=["digest", "signed_at"])
            record("undertaking.signed", by=by, subject=agreement.subject, about=agreement.organisation.code)
    return made
