"""What else a year leaves beside deliveries: proposals, reports, later uses, projects, requests, lab work."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.breaches.models import Breach
from linkwell.custody.labs.models import LabWork
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.projects.models import Application, Invitation, Project, ProjectMember
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.removals.models import Removal
from linkwell.custody.requests.models import OutputRequest, RequestFile
from linkwell.custody.uses.models import LaterUse

REQUEST_STATES = ("under review", "approved", "released", "released", "draft")


def seed_more(*, projects: int) -> Person:
    """For every seeded organisation a proposal, a report, a later use and something to take out; and
    research projects, all led by one person, each with an open change, requests and questions in its lab.

    Returns:
        The lead of the projects, who has no password yet.
    """
    agreements = list(Agreement.objects.filter(reference__startswith="SEED-").select_related("organisation"))
    source, _ = Refresh.objects.get_or_create(
        label="2026-11", defaults={"state": "ready", "digest": "ab" * 48}
    )
    standing = Project.objects.bulk_create(
        Project(code=f"seeded-{each.pk}", title="Insights", agreement=each, state="approved")
        for each in agreements
    )
    outputs = Output.objects.bulk_create(
        Output(reference=f"seeded-out-{each.pk}", project=each, refresh=source, analyst="analyst",
               state="released" if number % 2 else "ready to check")
        for number, each in enumerate(standing)
    )  # fmt: skip
    Release.objects.bulk_create(
        Release(reference=f"R-{each.pk}", output=each, organisation=each.project.agreement.organisation,
                title="Insights", report_digest="0" * 96, files=["reach.csv"])
        for each in outputs if each.state == "released"
    )  # fmt: skip
    for each in agreements:
        _beside(each)
    return _research(agreements, source, projects)


def _beside(agreement: Agreement) -> None:
    code, whose = agreement.organisation.code, agreement.organisation
    Proposal.objects.create(
        reference=f"{code}-p1", organisation=whose, title="A service", state="put forward"
    )
    LaterUse.objects.create(
        reference=f"{code}-u1", agreement=agreement, title="A study", purpose="To learn.", state="asked"
    )
    Removal.objects.create(
        reference=f"{agreement.reference}-t1", agreement=agreement, kind="objection", state="asked",
        plan={"kind": "objection", "deliveries": [], "stays": "", "people": 1, "unopened": [],
              "refreshes": [], "projects": [], "released": [], "ends_agreement": False},
    )  # fmt: skip
    Breach.objects.create(
        reference=f"{code}-b1", organisation=whose, found_at=timezone.now(), what="A lost stick.",
        state="recorded", recorded_by="somebody",
    )  # fmt: skip


def _research(agreements: list[Agreement], source: Refresh, projects: int) -> Person:
    where, _ = Organisation.objects.get_or_create(
        code="seeded-university", defaults={"name": "A university", "kind": Kind.RESEARCH}
    )
    lead = Person.objects.create(username="lead-of-projects", name="Lead Researcher")
    others = [Person.objects.create(username=f"researcher-{n}", name=f"Researcher {n}") for n in range(3)]
    Membership.objects.create(person=lead, organisation=where, role=Role.PROJECT_LEAD)
    for other in others:
        Membership.objects.create(person=other, organisation=where, role=Role.RESEARCHER)
    numbers, day = count(1), timezone.localdate()
    for n in range(projects):
        made = Project.objects.create(
            code=f"seeded-research-{n}", title=f"Study {n}", purpose="To learn.", organisation=where,
            lead=lead, starts=day, ends=day + timedelta(days=200), state="approved",
        )  # fmt: skip
        made.uses.set(agreements[:10])
        asked = Application.objects.create(project=made, number=1, kind="amendment", state="waiting",
                                           put_in_at=timezone.now(), team=[lead.username])  # fmt: skip
        asked.asks.set(agreements[:10])
        for other in others:
            Invitation.objects.create(project=made, person=other, state="accepted")
            ProjectMember.objects.create(project=made, person=other)
        ProjectMember.objects.create(project=made, person=lead)
        for state in REQUEST_STATES:
            request = OutputRequest.objects.create(
                reference=f"seeded-request-{next(numbers)}", project=made, title="Tables", state=state,
                data_version=source.label, author=lead.username, submitted_at=timezone.now(),
            )  # fmt: skip
            RequestFile.objects.create(request=request, name="table.csv", role="leaves", group="a",
                                       digest="0" * 96, size=10)  # fmt: skip
        for number in range(5):
            LabWork.objects.create(project=made, number=number + 1, kind="statement", state="done",
                                   asked={"text": "SELECT 1"}, by=lead.username, answer={})  # fmt: skip
    return lead
