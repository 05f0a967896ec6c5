"""The checkers' part: looking at each file on one's own, deciding together, and releasing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import NotAllowed, allows, check
from linkwell.custody.projects.access import agreements_of, refuse_release
from linkwell.custody.projects.conditions import has_control
from linkwell.custody.projects.seeing import named
from linkwell.custody.requests.bundle import refuse_changed, release_files
from linkwell.custody.requests.contents import whose
from linkwell.custody.requests.filling import locked, move_together
from linkwell.custody.requests.keeping import awaited, keep_reply, readers_first, refuse_unkept
from linkwell.custody.requests.leaving import remember, tell_whose_data
from linkwell.custody.requests.models import OutputRequest, RequestVote
from linkwell.custody.requests.permissions import RELEASE_OUTPUT, REPLY_TO_OUTPUT, REVIEW_OUTPUT
from linkwell.custody.requests.states import REQUEST, RequestState
from linkwell.custody.requests.votes import agreed, both_looked, leaving, looked
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.standards.clock import in_words

REPLY_DAYS = 14
"""How long a provider has to reply to an output about itself before it leaves (Linkwell's choice)."""


def _independent(by: Person, request: OutputRequest) -> None:
    """Raise NotAllowed for anybody of the team: nobody reviews what is their own."""
    check_acts(act="request.review", by=by.username, done=[("request.write", request.author)])
    if named(request.project, by):
        raise NotAllowed("You are in the team of this project.", why="Nobody reviews their own.",
                         fix="Leave it to other checkers.")  # fmt: skip


def vote(
    *, by: Person, request: OutputRequest, says: Mapping[str, bool], said: Mapping[str, str] | None = None
) -> OutputRequest:
    """Say yes or no to files as they are now; can be said anew until it is decided.

    Args:
        says: file name -> whether it may leave. said: file name -> why, needed for a no.

    Raises:
        NotAllowed: `by` is no output checker, or in the team. WrongState: it is not being looked at.
        WrongUse: no such file, or a no without a reason.
    """
    check(by, REVIEW_OUTPUT)
    _independent(by, request)
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("vote", row.state)
        files = {file.name: file for file in leaving(row)}
        words = {name: (said or {}).get(name, "").strip() for name in says}
        if not says or not set(says) <= set(files):
            raise WrongUse("Vote on files of this request that are to leave.", where=", ".join(sorted(says)))
        if any(not yes and not words[name] for name, yes in says.items()):
            raise WrongUse("A no needs a reason.", why="The team has to know what to change.", fix="Say why.")
        for name, yes in says.items():
            RequestVote.objects.update_or_create(
                request=row, reviewer=by.username, name=name,
                defaults={"digest": files[name].digest, "approves": yes, "said": words[name]},
            )  # fmt: skip
        record(
            "request.looked at", by=by, subject=row.subject, about=whose(row), details={"files": len(says)}
        )
        if row.state == RequestState.REVIEW and both_looked(row):
            move_together(row)
        row.save(update_fields=["state"])
    return row


def return_request(*, by: Person, request: OutputRequest, reasons: str) -> OutputRequest:
    """Send a request back with what to change; possible at any point before it is released."""
    return _decide(by, request, "return", "request.returned", reasons)


def refuse_request(*, by: Person, request: OutputRequest, reasons: str) -> OutputRequest:
    """Decide that nothing of it leaves, with reasons."""
    return _decide(by, request, "refuse", "request.refused", reasons)


def _decide(by: Person, request: OutputRequest, verb: str, event: str, reasons: str) -> OutputRequest:
    check(by, REVIEW_OUTPUT)
    _independent(by, request)
    if not reasons.strip():
        raise WrongUse("Reasons are needed.", why="The team reads them.", fix="Say why, in plain words.")
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after(verb, row.state)
        row.reasons, row.decided_by, row.about, row.reply_until = reasons.strip(), by.username, None, None
        row.reply, row.replied_by = "", ""
        row.save()
        record(event, by=by, subject=row.subject, about=whose(row))
        if row.project.organisation is not None:
            tell(None, "request_decided", row.project.organisation, about=f"{row.reference}#{timezone.now()}")
    return row


def approve_request(
    *, by: Person, request: OutputRequest, about: Organisation | None = None, said: str = ""
) -> OutputRequest:
    """Approve what both said yes to; a provider it is about then has its days to reply.

    Args:
        about: the one provider it is about, if it is.

    Raises:
        NotAllowed: `by` has not looked at every file, or is in the team. WrongState: not both have looked.
        RefusedByRule: the two do not agree, kaitiaki hold the project, or the agreement does not permit
            output about this provider alone.
    """
    check(by, REVIEW_OUTPUT)
    _independent(by, request)
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("approve", row.state)
        if by.username not in looked(row):
            raise RefusedByRule(
                "You have not looked at every file as it is now.", fix="Vote on each file first."
            )
        if not agreed(row):
            raise RefusedByRule(
                "Not everybody says yes to every file.",
                why="No single person lets a file out.",
                fix="Talk, and vote again; or return it with what to change.",
            )
        refuse_release(row.project)
        row.about, row.reasons, row.decided_by = about, said.strip(), by.username
        row.reply_until = None
        if about is not None:
            _permitted(row, about)
        for reader in readers_first(row, about):
            row.reply_until = timezone.localdate() + datetime.timedelta(days=REPLY_DAYS)
            notice = "request_about_you" if about else "request_with_yours"
            tell(None, notice, reader, about=f"{row.reference}#{row.reply_until}")
        row.save()
        record("request.approved", by=by, subject=row.subject, about=about.code if about else whose(row),
               details={"record": row.checked.get("digest", "")})  # fmt: skip
    return row


def _permitted(row: OutputRequest, about: Organisation) -> None:
    if has_control(row.project, "single provider"):
        raise RefusedByRule("A condition of the project says that nothing is released about one provider.",
                            where=row.project.code, fix="Return it: merge it with others.")  # fmt: skip
    own = [each for each in agreements_of(row.project) if each.organisation_id == about.pk]
    if not own or not all(each.permits_single_provider_output for each in own):
        raise RefusedByRule(
            "The agreement does not permit output about this provider alone.", where=about.code,
            fix="Ask the provider, and record its permission in a new agreement.",
        )  # fmt: skip


def reply(*, by: Person, request: OutputRequest, text: str) -> OutputRequest:
    """Say what a provider thinks of an output it reads first; its period ends with that."""
    readers = readers_first(request, request.about)
    check(by, REPLY_TO_OUTPUT, owners=readers)
    ours = next(each for each in readers if allows(by, REPLY_TO_OUTPUT, owner=each))
    if not text.strip():
        raise WrongUse("There is no reply.", fix="Write one, or let the days pass.")
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("reply", row.state)
        keep_reply(row, by, ours, text.strip())
        row.save()
        record("request.replied", by=by, subject=row.subject, about=ours.code)
    return row


def release_request(*, by: Person, request: OutputRequest) -> OutputRequest:
    """Let the approved files leave, with disclaimers, checksums, the disclosure record and a signed receipt.

    Raises:
        NotAllowed: `by` is no output checker, or in the team. WrongState: it is not approved.
        RefusedByRule: kaitiaki hold the project, an agreement is over, the provider's days are not, a
            condition is not kept yet, or a file is not what two approved; or the release ledger is not whole.
    """
    check(by, RELEASE_OUTPUT)
    _independent(by, request)
    REQUEST.after("release", request.state)
    refuse_release(request.project)
    _time_to_reply_is_over(request)
    refuse_unkept(request)
    refuse_changed(request)
    head = remember(request, actor=by.username)  # first the memory of it, then the files
    statement = release_files(request)  # written whole; a repeat finds it there
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("release", row.state)
        refuse_unkept(row)
        if not agreed(row):
            raise RefusedByRule("A file is not what two approved.", fix="Return the request.")
        row.receipt, row.released_at = statement, timezone.now()
        row.save()
        record(
            "request.released",
            by=by,
            subject=row.subject,
            about=row.about.code if row.about else whose(row),
            details={"files": len(leaving(row)), "record": row.checked.get("digest", ""), **head},
        )
        tell_whose_data(row)
        if row.project.organisation is not None:
            tell(
                None, "request_decided", row.project.organisation, about=f"{row.reference}#{row.released_at}"
            )
    return row


def _time_to_reply_is_over(request: OutputRequest) -> None:
    until = request.reply_until
    if until is not None and awaited(request) and timezone.localdate() <= until:
        who = "The provider it is about has" if request.about else "The providers whose data is used have"
        raise RefusedByRule(
            f"{who} until {in_words(until)} to reply.",
            where=request.reference,
            why="They read it before anybody else outside.",
            fix="Wait for the reply, or that day.",
        )
