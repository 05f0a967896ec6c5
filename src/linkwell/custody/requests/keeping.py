"""Conditions of a project that Linkwell keeps: what is said of the very files before they leave, and by whom.

It is bound to the fingerprints of the files; when one changes it counts no more. Whether it is true is the
word of the person who says it, by name, in the record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import Capability, NotAllowed, allows, check
from linkwell.custody.projects.conditions import WATCHED, ProjectCondition, conditions_of, has_control
from linkwell.custody.projects.permissions import LEAD_PROJECT
from linkwell.custody.projects.seeing import named, owners_of
from linkwell.custody.requests.contents import whose
from linkwell.custody.requests.filling import locked
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.permissions import KEEP_AS_KAITIAKI
from linkwell.custody.requests.states import REQUEST
from linkwell.custody.requests.votes import leaving
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.standards.clock import in_words

PROVIDERS_FIRST = "providers first"


@dataclass(frozen=True)
class ToSay:
    """What somebody has to say before files leave.

    Attributes:
        asks: the question on its page. who: in words. capability: who may answer.
    """

    asks: str
    who: str
    capability: Capability


KAITIAKI_FIRST = ToSay(
    "What did kaitiaki see, and what do they say of it?", "kaitiaki of Stats NZ, who read the files first",
    KEEP_AS_KAITIAKI,
)  # fmt: skip
IWI_AGREE = ToSay(
    "Which iwi agreed, who spoke for them, and when?", "kaitiaki of Stats NZ, who name the iwi that agreed",
    KEEP_AS_KAITIAKI,
)  # fmt: skip
TOLD_BACK = ToSay(
    "Who was told of the results, how, and when?", "the project lead, who says who was told and when",
    LEAD_PROJECT,
)  # fmt: skip
TO_SAY = {"kaitiaki first": KAITIAKI_FIRST, "iwi agree": IWI_AGREE, "told back": TOLD_BACK}
"""By the control of conditions.toml."""


def still_open(request: OutputRequest) -> list[tuple[ProjectCondition, ToSay]]:
    """The conditions that stand between these files and their release."""
    found = []
    for each in conditions_of(request.project):
        to_say = TO_SAY.get(each.control)
        if to_say is None or (to_say is IWI_AGREE and not _tells_by_iwi(request)):
            continue
        if request.kept.get(each.code, {}).get("files") != fingerprint(request):
            found.append((each, to_say))
    return found


def may_say(request: OutputRequest, person: Person) -> list[tuple[ProjectCondition, ToSay]]:
    """The open conditions this person can say something of now."""
    if not REQUEST.may("keep", request.state):
        return []
    return [
        (each, to_say) for each, to_say in still_open(request)
        if allows(person, to_say.capability, named=request.project.lead_id == person.pk)
        and (to_say is TOLD_BACK or not named(request.project, person))
    ]  # fmt: skip


def say_kept(*, by: Person, request: OutputRequest, code: str, said: str) -> OutputRequest:
    """Say that a condition is kept for these files, by name and in words.

    Raises:
        NotAllowed: it is for others to say, or for kaitiaki who are not in the team. WrongState: it is not
            approved. WrongUse: no such condition, or no words.
    """
    found = next((each for each in conditions_of(request.project) if each.code == code), None)
    to_say = TO_SAY.get(found.control) if found else None
    lead = request.project.lead_id == by.pk
    if to_say is None:
        if not allows(by, LEAD_PROJECT, named=lead):
            check(by, KEEP_AS_KAITIAKI)
        raise WrongUse("There is no such condition to be kept before a release.", fix="Look at its page.")
    check(by, to_say.capability, named=lead)
    if to_say is not TOLD_BACK and named(request.project, by):
        raise NotAllowed("You are in the team of this project.", fix="Leave it to other kaitiaki.")
    if not said.strip():
        raise WrongUse("There are no words.", why="The checkers read them.", fix=to_say.asks)
    with transaction.atomic():
        row = locked(request)
        row.state = REQUEST.after("keep", row.state)
        row.kept[code] = {
            "by": by.username, "said": said.strip(), "on": timezone.localdate().isoformat(),
            "files": fingerprint(row),
        }  # fmt: skip
        row.save(update_fields=["kept"])
        record(
            "request.condition kept",
            by=by,
            subject=row.subject,
            about=whose(row),
            details={"condition": code},
        )
    return row


def refuse_unkept(request: OutputRequest) -> None:
    """Raise RefusedByRule while a condition that has to be kept before a release is not."""
    for each, to_say in still_open(request):
        raise RefusedByRule(
            "A condition of the project is not kept yet.", where=request.reference, why=each.words,
            fix=f"It waits for {to_say.who}.",
        )  # fmt: skip


def readers_first(request: OutputRequest, about: Organisation | None) -> list[Organisation]:
    """The providers that read an output before it leaves and have their days to reply."""
    if about is not None:
        return [about]
    return owners_of(request.project) if has_control(request.project, PROVIDERS_FIRST) else []


def awaited(request: OutputRequest) -> list[Organisation]:
    """Those of them that have not replied to these files."""
    if request.reply_until is None:
        return []
    if request.about is not None:
        return [] if request.reply else [request.about]
    now = fingerprint(request)
    return [each for each in readers_first(request, None)
            if request.kept.get(f"reply {each.code}", {}).get("files") != now]  # fmt: skip


def keep_reply(row: OutputRequest, by: Person, organisation: Organisation, text: str) -> None:
    """Put a reply on a locked row that the caller saves: of the one it is about, or of one of several."""
    if row.about is not None:
        row.reply, row.replied_by = text, by.username
        return
    row.kept[f"reply {organisation.code}"] = {
        "by": by.username, "said": text, "on": timezone.localdate().isoformat(), "files": fingerprint(row),
    }  # fmt: skip


def said_of(request: OutputRequest) -> list[dict[str, str]]:
    """What was said of these files as they are, for those inside: condition or provider, who, when, words."""
    now = fingerprint(request)
    words = {each.code: each.words for each in conditions_of(request.project)}
    names = {f"reply {each.code}": f"Reply of {each.name}" for each in owners_of(request.project)}
    return [
        {**told, "what": (words | names).get(code, code), "on": in_words(date.fromisoformat(told["on"]))}
        for code, told in request.kept.items()
        if told["files"] == now
    ]


def _tells_by_iwi(request: OutputRequest) -> bool:
    return any(each["rule"] == WATCHED["iwi agree"] for each in request.checked.get("findings", ()))


def fingerprint(request: OutputRequest) -> str:
    """Of all the files that are to leave, as they are."""
    text = "\n".join(sorted(f"{file.name} {file.digest}" for file in leaving(request)))
    return hashlib.sha384(text.encode()).hexdigest()
