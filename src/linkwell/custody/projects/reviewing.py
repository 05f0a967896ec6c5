"""Reviewing an application: taken, returned, approved under conditions or refused, by nobody of the team."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.before import belonged_lately
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.projects import content
from linkwell.custody.projects.applying import locked, staying_on
from linkwell.custody.projects.conditions import choices, compiled
from linkwell.custody.projects.models import Application, Project, ProjectMember
from linkwell.custody.projects.permissions import REVIEW_PROJECT
from linkwell.custody.projects.seeing import named
from linkwell.custody.projects.sources import agreements_behind
from linkwell.custody.projects.states import APPLICATION, PROJECT, ApplicationState
from linkwell.custody.uses.actions import refuse_unasked_use
from linkwell.errors import RefusedByRule, WrongUse


def independent(by: Person, project: Project) -> None:
    """Raise NotAllowed if `by` is or was in the team, or belongs or lately belonged to its organisation."""
    in_team = named(project, by) or project.invitations.filter(person=by).exists()
    in_team |= any(by.username in each.team for each in project.applications.all())
    theirs = project.organisation is not None and not project.organisation.is_custodian
    if in_team or (theirs and project.organisation and belonged_lately(by, project.organisation)):
        raise NotAllowed(
            "You are in the team of this project, or belong or lately belonged to its organisation.",
            why="No author reviews.",
            fix="Leave it to a colleague.",
        )


def take_application(*, by: Person, application: Application) -> Application:
    """Take a waiting application.

    Raises:
        NotAllowed: `by` is no assessor, or not independent. WrongState: somebody has it.
    """
    check(by, REVIEW_PROJECT)
    independent(by, application.project)
    with transaction.atomic():
        row = locked(application)
        row.state, row.reviewer = APPLICATION.after("take", row.state), by.username
        row.save()
        record("application.taken", by=by, subject=row.subject, about=_whose(row))
    return row


def return_application(*, by: Person, application: Application, reasons: str) -> Application:
    """Send it back with what is missing."""
    with transaction.atomic():
        return _decided(by, application, "return", "application.returned", reasons)


def refuse_application(*, by: Person, application: Application, reasons: str) -> Application:
    """Decide that it does not go ahead; an approved project stays as it was approved."""
    with transaction.atomic():
        row = _decided(by, application, "refuse", "application.refused", reasons)
        if row.kind == "first":
            state = PROJECT.after("not go ahead", row.project.state)
            Project.objects.filter(pk=row.project_id).update(state=state)
    return row


def approve_application(
    *, by: Person, application: Application, codes: Iterable[str] = (), own_condition: str = "",
    reasons: str = "",
) -> Application:  # fmt: skip
    """Approve it, perhaps under conditions; the project is from now on what was applied for.

    Raises:
        NotAllowed: as for `take_application`, or another reviewer has it. WrongState.
        WrongUse: no such condition.
        RefusedByRule: kaitiaki have not assessed every pair or found one not met; or an agreement behind it
            is not in force, or a body that wants to be asked first has not agreed.
    """
    chosen = sorted(set(codes))
    if unknown := [code for code in chosen if code not in choices()]:
        raise WrongUse(f"There is no condition {unknown[0]}.", fix="Conditions: " + ", ".join(choices()))
    with transaction.atomic():
        said = reasons.strip() or "The five safes hold, and kaitiaki found every pair of tikanga met."
        application.conditions, application.own_condition = chosen, own_condition.strip()
        row = _decided(by, application, "approve", "application.approved", said)
        _tikanga_met(row)
        _go_ahead(row)
    return row


def _tikanga_met(row: Application) -> None:
    found = {each.pair: each.finding for each in row.tikanga.all()}
    for pair in content.pairs().values():
        if found.get(pair.number, "") in ("", "not met"):
            what = "not assessed yet" if pair.number not in found else "not met"
            raise RefusedByRule(
                f"A pair of tikanga is {what}: {' and '.join(pair.names)}.",
                why="Kaitiaki assess every pair before a project goes ahead.",
                fix="Ask kaitiaki, or send the application back with what they asked for.",
            )


def _go_ahead(row: Application) -> None:
    project = Project.objects.select_for_update(of=("self",)).get(pk=row.project_id)
    used = agreements_behind(row.variables)
    for agreement in used:
        if not agreement.live():
            raise RefusedByRule("An agreement behind it is not in force.", where=agreement.reference)
        refuse_unasked_use(agreement, project.code)
    answers = row.answers
    project.state = PROJECT.after("go ahead", project.state)
    project.title, project.purpose = answers["title"], answers["purpose"]
    project.starts, project.ends = content.day(answers, "starts"), content.day(answers, "ends")
    project.refresh, project.stays_until = staying_on(answers), content.day(answers, "stays_until")
    if project.refresh is None:
        project.stays_until = None
    project.variables, project.conditions = row.variables, compiled(row)
    project.save()
    project.uses.set(used)
    people = Person.objects.filter(username__in=row.team)
    project.members.exclude(person__in=people).delete()
    for person in people:
        ProjectMember.objects.get_or_create(project=project, person=person)
    record("project.went ahead", by=SYSTEM, subject=project.subject, about=_whose(row),
           details={"people": row.team, "uses": [each.reference for each in used]})  # fmt: skip
    for owner in {each.organisation_id: each.organisation for each in used}.values():
        tell(None, "project_approved", owner, about=f"{project.code}#{row.number}")


def _decided(by: Person, application: Application, verb: str, event: str, reasons: str) -> Application:
    check(by, REVIEW_PROJECT)
    independent(by, application.project)
    row = locked(application)
    state = APPLICATION.after(verb, row.state)
    if row.reviewer != by.username:
        raise NotAllowed("Another reviewer has this application.", fix="Leave it to them.")
    if not reasons.strip():
        raise WrongUse("Reasons are needed.", why="The team reads them.", fix="Say why, in plain words.")
    row.state, row.reasons, row.decided_at = state, reasons.strip(), timezone.now()
    row.conditions, row.own_condition = application.conditions, application.own_condition
    row.save()
    record(event, by=by, subject=row.subject, about=_whose(row), details={"conditions": row.conditions})
    return row


def let_go_applications(reviewer: Person) -> list[str]:
    """Put what a reviewer has under review back to wait for another; returns how the record names them.

    Called in the transaction that takes the role away.
    """
    held = Application.objects.select_for_update(of=("self",)).select_related("project__organisation")
    found = list(held.filter(state=ApplicationState.REVIEW, reviewer=reviewer.username))
    for row in found:
        row.state, row.reviewer = APPLICATION.after("let go", row.state), ""
        row.save(update_fields=["state", "reviewer"])
        record("application.let go", by=SYSTEM, subject=row.subject, about=_whose(row))
    return [row.subject for row in found]


def _whose(row: Application) -> str:
    return row.project.organisation.code if row.project.organisation else ""
