"""Setting up a provider's standing insights project, and closing it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed, allows, check
from linkwell.custody.projects.models import Project, ProjectMember
from linkwell.custody.projects.permissions import APPROVE_PROJECT, LEAD_PROJECT
from linkwell.custody.projects.states import PROJECT, ProjectState
from linkwell.custody.uses.actions import refuse_unasked_use, take_back_use
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.states import UseState
from linkwell.errors import RefusedByRule

if TYPE_CHECKING:
    from linkwell.insights.protocol import Protocol


def standing_code(agreement: Agreement) -> str:
    """The code of the standing insights project of an agreement."""
    return f"insights-{agreement.reference}"


def approve_standing_project(
    *, by: Person, agreement: Agreement, analysts: list[Person], protocol_toml: str = ""
) -> Project:
    """Set up the standing insights project of an agreement, with named analysts; does nothing twice.

    Args:
        protocol_toml: the plan, fixed with the approval; empty is the standard one.

    Raises:
        NotAllowed: `by` is not a custodian manager, or somebody named is not an analyst.
        RefusedByRule: a board, hapū, iwi or kaitiaki wants to be asked first, and has not agreed; or the
            project has another plan already.
        WrongUse: the plan cannot be read.
    """
    check(by, APPROVE_PROJECT)
    plan = _plan(protocol_toml)
    analysts_only(analysts)
    refuse_unasked_use(agreement, standing_code(agreement))
    with transaction.atomic():
        project, created = Project.objects.get_or_create(
            code=standing_code(agreement),
            defaults={
                "title": f"Insights for {agreement.organisation.name}",
                "purpose": "Who is reached, who is not reached yet, and what difference it makes.",
                "agreement": agreement,
                "protocol": protocol_toml,
                "state": PROJECT.after("approve", None),
            },
        )
        if not created and plan is not None and plan != _plan(project.protocol):
            raise RefusedByRule(
                "The plan of this project is fixed.",
                why="It was fixed before outcomes were joined; a later one could be made to fit them.",
                fix="Leave the plan out to name another analyst.",
            )
        added = [p for p in analysts if ProjectMember.objects.get_or_create(project=project, person=p)[1]]
        if created or added:
            record(
                "project.approved",
                by=by,
                subject=project.subject,
                about=agreement.organisation.code,
                details={"analysts_added": sorted(person.username for person in added)},
            )
    return project


def analysts_only(people: Sequence[Person]) -> None:
    """Raise NotAllowed where somebody named is not an analyst."""
    for person in people:
        if Role.ANALYST not in person.roles():
            raise NotAllowed(f"{person.username} is not an analyst.", fix="Give the role first.")


def _plan(text: str) -> Protocol | None:
    """A plan as it will be carried out; None is the standard one."""
    if not text:
        return None
    from linkwell.insights import protocol  # brings numpy along: only who gives a plan waits for it

    return protocol.loads(text)


def unname(person: Person) -> list[str]:
    """Take somebody who is no analyst any more out of every standing project; returns the projects' codes.

    Called in the transaction that takes the role away.
    """
    standing = Q(project__agreement__isnull=False) | ~Q(project__service="")
    members = ProjectMember.objects.filter(standing, person=person)
    named = list(members.select_related("project__agreement__organisation"))
    for each in named:
        agreement = each.project.agreement
        record(
            "project.analyst gone",
            by=SYSTEM,
            subject=each.project.subject,
            about=agreement.organisation.code if agreement else "",
            details={"analyst": person.username},
        )
    members.delete()
    return [each.project.code for each in named]


def close_project(*, by: Person, project: Project) -> Project:
    """Close a project; nothing more is worked out in it, and of a pool nothing more is released.

    The members of a pool are told, and questions they have not answered are taken back.

    Raises:
        NotAllowed: `by` is neither a custodian manager nor its lead. WrongState.
    """
    if not allows(by, LEAD_PROJECT, named=project.lead_id == by.pk):
        check(by, APPROVE_PROJECT)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        project.state = PROJECT.after("close", project.state)
        project.save(update_fields=["state"])
        record("project.closed", by=by, subject=project.subject)
        if project.pool:
            for use in LaterUse.objects.filter(project=project.code, state=UseState.ASKED):
                take_back_use(by=by, use=use)
            tell_members(project, "pool_closed", about=project.code)
    return project


def tell_members(project: Project, kind: str, *, about: str, but: Sequence[Agreement] = ()) -> None:
    """Tell every organisation that was asked into a pool; call in the transaction of the change itself.

    Args:
        but: those it is no news to.
    """
    asked = project.uses.exclude(pk__in=[each.pk for each in but]).values("organisation")
    tell(None, kind, *Organisation.objects.filter(pk__in=asked), about=about)


def watch_projects(today: datetime.date | None = None) -> int:
    """Write down which projects have run out; returns how many.

    Nothing waits for this: access asks for the day itself.
    """
    day, found = today or timezone.localdate(), 0
    for project in Project.objects.filter(state=ProjectState.APPROVED, ends__lt=day):
        with transaction.atomic():
            row = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            if row.state != ProjectState.APPROVED or row.ends is None or row.ends >= day:
                continue
            row.state = PROJECT.after("run out", row.state)
            row.save(update_fields=["state"])
            record("project.run out", by=SYSTEM, subject=row.subject)
            found += 1
    return found
