"""Asking about a later use, answering, and what an answer allows."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.controls import (
    as_now,
    asks_about_later_uses,
    refuse_what_is_not_agreed,
)
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import allows, check
from linkwell.custody.remembered import remembered
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.permissions import ANSWER_USE, ASK_USE, SEE_ALL_USES, SEE_OWN_USES
from linkwell.custody.uses.states import USE, UseState
from linkwell.errors import WrongUse


def ask_use(*, by: Person, agreement: Agreement, title: str, purpose: str, project: str = "") -> LaterUse:
    """Ask the board, hapū, iwi or kaitiaki behind an agreement about a later use.

    Args:
        project: code of the project it would be approved as, if it has one.

    Raises:
        NotAllowed: `by` is not a custodian manager. WrongUse: it says not what for.
    """
    check(by, ASK_USE)
    if not title.strip() or not purpose.strip():
        raise WrongUse("A later use needs a title and what it is for.", fix="Say both in plain words.")
    with transaction.atomic():
        owner = Organisation.objects.select_for_update().get(pk=agreement.organisation_id)
        made = LaterUse.objects.create(
            reference=f"{owner.code}-u{LaterUse.objects.filter(agreement__organisation=owner).count() + 1}",
            agreement=agreement,
            title=title.strip(),
            purpose=purpose.strip(),
            project=project.strip(),
            state=USE.after("ask", None),
            asked_by=by.username,
        )
        record("use.asked", by=by, subject=made.subject, about=owner.code)
        tell(None, "use_asked", owner, about=made.reference)
    return made


def answer_use(*, by: Person, use: LaterUse, verb: str, said: str = "") -> LaterUse:
    """Say what the body behind the agreement decided; it can think again.

    Args:
        verb: "agree" or "not agree". said: what it asked for, in its own words; nobody has to say why.

    Raises:
        NotAllowed: `by` is neither lead nor kaitiaki of the organisation it is about. WrongState.
    """
    owner = use.agreement.organisation
    check(by, ANSWER_USE, owner=owner)
    with transaction.atomic():
        row = LaterUse.objects.select_for_update(of=("self",)).get(pk=use.pk)
        row.state = USE.after(verb, row.state)
        row.said, row.answered_by, row.answered_at = said.strip(), by.username, timezone.now()
        row.save()
        event = record(f"use.{row.state}", by=by, subject=row.subject, about=owner.code)
        tell(None, "use_answered", custodian(), about=f"{row.reference}#{event.seq}")
    return row


def take_back_use(*, by: Person, use: LaterUse) -> LaterUse:
    """Take a question back that was not answered yet."""
    check(by, ASK_USE)
    with transaction.atomic():
        row = LaterUse.objects.select_for_update(of=("self",)).get(pk=use.pk)
        row.state = USE.after("take back", row.state)
        row.save(update_fields=["state"])
        record("use.taken back", by=by, subject=row.subject, about=use.agreement.organisation.code)
    return row


def visible_uses(person: Person) -> QuerySet[LaterUse]:
    """All for those at the custodian who ask, guard and audit; for others their own organisation's."""
    found = LaterUse.objects.select_related("agreement__organisation")
    if allows(person, SEE_ALL_USES):
        return found
    mine = person.memberships.filter(role__in=SEE_OWN_USES.roles)
    return found.filter(Q(agreement__organisation__in=mine.values("organisation")))


def use_agreed(agreement: Agreement, project: str) -> bool:
    """Whether nobody has to be asked about this project, or who had to be has agreed to it."""
    if not asks_about_later_uses(agreement):
        return True
    if remembered(agreement, "later_uses"):
        agreed = {use.project for use in agreement.later_uses.all() if use.state == UseState.AGREED}
        return project in agreed
    return agreement.later_uses.filter(project=project, state=UseState.AGREED).exists()


def refuse_unasked_use(agreement: Agreement, project: str, *, moment: str = "use") -> None:
    """Raise where a body wants to be asked about later uses and has not agreed to this project.

    Args:
        moment: "use" when a project is approved; "work" or "release" when it goes on.

    Raises:
        RefusedByRule: nobody has agreed to it.
    """
    attempt = replace(as_now(agreement, moment), use_agreed=use_agreed(agreement, project))
    if not attempt.use_agreed:
        refuse_what_is_not_agreed(agreement, attempt)
