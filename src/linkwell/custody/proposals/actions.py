"""What a provider does with its proposal, and the help it gets before any assessment."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import SpecificationText
from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.assessments.evidence import Facts, as_plain, cards
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.states import ASSESSMENT, AssessmentState
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import allows, check
from linkwell.custody.proposals.documentation import questions, unanswered
from linkwell.custody.proposals.models import Comment, Mandate, MandateKind, Proposal, SpecificationVersion
from linkwell.custody.proposals.permissions import (
    COMMENT_OWN,
    HELP_DOCUMENT,
    PUT_FORWARD,
    RECORD_MANDATE,
    WRITE_PROPOSAL,
)
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.file import parse
from linkwell.specification.model import Specification

LARGEST_SPECIFICATION = 256 * 1024


def change(proposal: Proposal, verb: str, *, by: Person | str, event: str, **details: object) -> Proposal:
    """Move a locked proposal by `verb` and record it; call inside a transaction.

    Raises:
        WrongState: it cannot be moved that way from where it is.
    """
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    row.state = PROPOSAL.after(verb, row.state)
    row.documentation = proposal.documentation
    row.save()
    record(event, by=by, subject=row.subject, about=row.organisation.code, details=details)
    return row


def begin(*, by: Person, organisation: Organisation, title: str) -> Proposal:
    """Begin a proposal.

    Raises:
        NotAllowed: `by` is not in the organisation. WrongUse: it has no title.
    """
    check(by, WRITE_PROPOSAL, owner=organisation)
    if not title.strip():
        raise WrongUse("A proposal needs a title.", fix="Say in a few words what you would share.")
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        proposal = Proposal.objects.create(
            reference=f"{organisation.code}-p{organisation.proposals.count() + 1}",
            organisation=organisation,
            title=title.strip(),
            state=PROPOSAL.after("begin", None),
        )
        record("proposal.begun", by=by, subject=proposal.subject, about=organisation.code)
    return proposal


def read_specification(toml: str, *, name: str) -> Specification:
    """The specification written in an uploaded text.

    Raises:
        WrongUse: too large, or it does not hold together.
    """
    if len(toml.encode()) > LARGEST_SPECIFICATION:
        raise WrongUse("This file is too large for a specification.", fix="Choose the .toml file.")
    return parse(toml, name=name)


def upload(*, by: Person, proposal: Proposal, toml: str, after: int | None = None) -> SpecificationVersion:
    """Add a version of the specification; the same text as the newest version adds nothing.

    Args:
        after: the version it was made from; what somebody else said meanwhile is not lost.

    Raises:
        NotAllowed, WrongState; WrongUse: it is not a specification, or there is a newer version than `after`.
    """
    check(by, WRITE_PROPOSAL, owner=proposal.organisation)
    digest = read_specification(toml, name="the file you chose").digest
    with transaction.atomic():
        Proposal.objects.select_for_update().get(pk=proposal.pk)  # one version after another
        newest = proposal.newest()
        if after is not None and newest is not None and newest.number != after:
            raise WrongUse(
                f"Somebody saved version {newest.number} while you were writing.",
                why="What they changed would be lost.",
                fix="Look at that version, and change it there.",
            )
        if newest is not None and newest.text_id == digest:
            return newest
        change(proposal, "upload", by=by, event="specification.uploaded", specification=digest)
        text, _ = SpecificationText.objects.get_or_create(digest=digest, defaults={"toml": toml})
        return SpecificationVersion.objects.create(
            proposal=proposal, number=newest.number + 1 if newest else 1, text=text, by=by.username
        )


def document(*, by: Person, proposal: Proposal, answers: Mapping[str, str]) -> Proposal:
    """Write down how people, dates and services are recorded; answers can be given a few at a time."""
    check(by, WRITE_PROPOSAL, owner=proposal.organisation)
    known = {question.id for question in questions()}
    said = {name: text.strip() for name, text in answers.items() if name in known}
    with transaction.atomic():
        proposal.documentation = {**proposal.documentation, **said}
        return change(proposal, "document", by=by, event="proposal.documented", answered=sorted(said))


def comment(*, by: Person, proposal: Proposal, text: str, place: str = "") -> Comment:
    """Say something about a proposal before any assessment; a custodian who does is no longer its assessor.

    Raises:
        NotAllowed: neither of the provider's side nor one who helps.
        WrongUse: nothing is said. WrongState: it is no longer being written.
    """
    own = allows(by, COMMENT_OWN, owner=proposal.organisation)
    if not own:
        check(by, HELP_DOCUMENT)
    if not text.strip():
        raise WrongUse("Nothing is written yet.", fix="Write your comment.")
    with transaction.atomic():
        change(proposal, "comment", by=by, event="proposal.commented", custodian=not own)
        newest = proposal.newest()
        made = Comment.objects.create(
            proposal=proposal,
            version=newest.number if newest else 0,
            place=place.strip(),
            text=text.strip(),
            by=by,
            for_custodian=not own,
        )
        other = custodian() if own else proposal.organisation
        tell(None, "commented", other, about=f"{proposal.reference}#{made.pk}")
    return made


def record_mandate(
    *,
    by: Person,
    proposal: Proposal,
    kind: MandateKind,
    body: str,
    decided_on: datetime.date,
    said: str = "",
    asks_about_later_uses: bool = False,
) -> Mandate:
    """Record that a board, hapū, iwi or kaitiaki stands behind sharing.

    Raises:
        NotAllowed, WrongState; WrongUse: no body is named, or the day is still to come.
    """
    check(by, RECORD_MANDATE, owner=proposal.organisation)
    if not body.strip() or decided_on > timezone.localdate():
        raise WrongUse(
            "This mandate cannot be recorded.",
            why="It needs the body that decided, and a day that is not still to come.",
            fix="Name the body, and the day of its decision.",
        )
    with transaction.atomic():
        change(proposal, "mandate", by=by, event="mandate.recorded", kind=str(kind.value))
        return Mandate.objects.create(
            proposal=proposal,
            kind=kind,
            body=body.strip(),
            decided_on=decided_on,
            said=said.strip(),
            asks_about_later_uses=asks_about_later_uses,
            by=by.username,
        )


def put_forward(*, by: Person, proposal: Proposal) -> Assessment:
    """Ask for the independent assessment of the newest version; the evidence is frozen now.

    Raises:
        NotAllowed, WrongState.
        RefusedByRule: no specification yet, questions in it unanswered, or documentation missing.
    """
    check(by, PUT_FORWARD, owner=proposal.organisation)
    newest = proposal.newest()
    if newest is None:
        raise RefusedByRule(
            "There is no specification yet.",
            why="The assessment is about what exactly would be shared.",
            fix="Upload the file that linkwell describe wrote.",
        )
    spec = parse(newest.text.toml, name="specification")
    missing = [question.text for question in spec.unanswered()]
    missing += [question.text for question in unanswered(proposal.documentation)]
    if missing:
        raise RefusedByRule(
            f"{len(missing)} questions still need an answer.",
            why=missing[0],
            fix="Answer them. “We do not hold this” is an answer.",
        )
    with transaction.atomic():
        row = change(proposal, "put forward", by=by, event="proposal.put forward", version=newest.number)
        facts = Facts(spec, row.documentation, tuple(row.mandates.all()), _approved_before(row))
        assessment = Assessment.objects.create(
            reference=f"{row.reference}-a{row.assessments.count() + 1}",
            proposal=row,
            version=newest,
            state=ASSESSMENT.after("open", None),
            evidence=as_plain(cards(facts)),
        )
        record("assessment.opened", by=by, subject=assessment.subject, about=row.organisation.code)
        tell(None, "put_forward", custodian(), about=f"{row.reference}#{assessment.pk}")
    return assessment


def _approved_before(proposal: Proposal) -> Specification | None:
    before = proposal.assessments.filter(state=AssessmentState.APPROVED).first()
    return parse(before.version.text.toml) if before else None


def revise(*, by: Person, proposal: Proposal) -> Proposal:
    """Reopen an approved proposal; agreements on the approved version are not touched."""
    check(by, PUT_FORWARD, owner=proposal.organisation)
    with transaction.atomic():
        return change(proposal, "revise", by=by, event="proposal.reopened")


def withdraw(*, by: Person, proposal: Proposal) -> Proposal:
    """Take a proposal back; an assessment under way stops."""
    check(by, PUT_FORWARD, owner=proposal.organisation)
    with transaction.atomic():
        row = change(proposal, "withdraw", by=by, event="proposal.withdrawn")
        for assessment in row.assessments.select_for_update():
            if ASSESSMENT.may("stop", assessment.state):
                assessment.state = ASSESSMENT.after("stop", assessment.state)
                assessment.save(update_fields=["state"])
                record("assessment.stopped", by=by, subject=assessment.subject, about=row.organisation.code)
    return row
