"""Setting up a provider's standing insights project, and closing it."""

from __future__ import annotations

from django.db import transaction

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.projects.models import Project, ProjectMember
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.projects.states import PROJECT
from linkwell.custody.uses.actions import refuse_unasked_use


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
        RefusedByRule: a board, hapū, iwi or kaitiaki wants to be asked first, and has not agreed.
    """
    check(by, APPROVE_PROJECT)
    for person in analysts:
        if Role.ANALYST not in person.roles():
            raise NotAllowed(f"{person.username} is not an analyst.", fix="Give the role first.")
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


def unname(person: Person) -> list[str]:
    """Take somebody who is no analyst any more out of every project; returns the projects' codes.

    Called in the transaction that takes the role away.
    """
    members = ProjectMember.objects.filter(person=person)
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
    """Close a project; nothing more is worked out in it."""
    check(by, APPROVE_PROJECT)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        project.state = PROJECT.after("close", project.state)
        project.save(update_fields=["state"])
        record("project.closed", by=by, subject=project.subject)
    return project
