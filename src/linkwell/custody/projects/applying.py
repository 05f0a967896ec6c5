"""Beginning a project, writing its applications, inviting its team, and putting an application in."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.projects import content
from linkwell.custody.projects.models import Application, Invitation, Project, ProjectMember
from linkwell.custody.projects.permissions import BEGIN_PROJECT, LEAD_PROJECT, WRITE_APPLICATION
from linkwell.custody.projects.seeing import open_application, writes
from linkwell.custody.projects.sources import agreements_behind, known_variables
from linkwell.custody.projects.states import (
    APPLICATION,
    INVITATION,
    PROJECT,
    ApplicationState,
    InvitationState,
    ProjectState,
)
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.remembered import rows
from linkwell.errors import WrongUse


def locked(application: Application) -> Application:
    """The row of an application, locked until the transaction ends."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("project__organisation")
    return rows.get(pk=application.pk)


def leads(by: Person, project: Project) -> None:
    """Raise NotAllowed unless `by` leads the project."""
    check(by, LEAD_PROJECT, named=project.lead_id == by.pk)


def begin_project(*, by: Person, organisation: Organisation, title: str) -> Application:
    """Begin a project and the draft of its first application.

    Args:
        organisation: whose project it is; `by` has to be project lead there.

    Raises:
        NotAllowed: `by` is no project lead, or not there. WrongUse: it has no title.
    """
    check(by, BEGIN_PROJECT)
    if not by.memberships.filter(organisation=organisation, role=Role.PROJECT_LEAD).exists():
        raise NotAllowed("You are no project lead of this organisation.", fix="Choose your own.")
    if not title.strip():
        raise WrongUse("A project needs a name.", fix="Say what it is called.")
    with transaction.atomic():
        custodian_row = Organisation.objects.select_for_update().get(is_custodian=True)
        assert custodian_row  # one at a time, so that no two get the same code
        year = timezone.localdate().year
        number = Project.objects.filter(agreement=None, code__startswith=f"maa{year}-").count() + 1
        project = Project.objects.create(
            code=f"maa{year}-{number:02d}",
            title=title.strip(),
            purpose="",
            organisation=organisation,
            lead=by,
            state=PROJECT.after("begin", None),
        )
        record("project.begun", by=by, subject=project.subject, about=organisation.code)
        return Application.objects.create(
            project=project,
            number=1,
            kind="first",
            answers={"title": title.strip()},
            state=APPLICATION.after("begin", None),
        )


def begin_change(*, by: Person, project: Project, kind: str) -> Application:
    """Begin an amendment or a renewal from what was approved last.

    Raises:
        NotAllowed: `by` does not lead it. WrongUse: one is open, or there is nothing to change.
    """
    leads(by, project)
    if kind not in ("amendment", "renewal"):
        raise WrongUse("A change is an amendment or a renewal.")
    with transaction.atomic():
        row = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if not PROJECT.may("go ahead", row.state) or row.state == ProjectState.APPLYING:
            raise WrongUse("Only an approved project is changed or renewed.", where=row.code)
        if open_application(row) is not None:
            raise WrongUse("A change is open already.", where=row.code, fix="Finish or withdraw it first.")
        last = row.applications.filter(state=ApplicationState.APPROVED).order_by("-number").first()
        assert last is not None, "an approved research project has an approved application"
        made = Application.objects.create(
            project=row,
            number=row.applications.count() + 1,
            kind=kind,
            answers=last.answers,
            variables=last.variables,
            before={"answers": last.answers, "variables": last.variables, "team": last.team},
            state=APPLICATION.after("change", None),
        )
        record("application.begun", by=by, subject=made.subject, about=_whose(row), details={"kind": kind})
    return made


def write(*, by: Person, application: Application, answers: Mapping[str, str]) -> Application:
    """Save answers, as far as they go.

    Raises:
        NotAllowed: `by` is not in the team. WrongState: it is put in or decided. WrongUse: no such question.
    """
    known = {question.id for question in content.questions()}
    if unknown := sorted(set(answers) - known):
        raise WrongUse(f"There is no question {unknown[0]}.")
    return _written(by, application, {"answers": {k: v.strip() for k, v in answers.items()}}, sorted(answers))


def choose_variables(*, by: Person, application: Application, variables: Mapping[str, str]) -> Application:
    """Choose variables of the catalogue, each with why it is needed; what is not named is left out.

    Raises:
        NotAllowed, WrongState: as for `write`. WrongUse: the catalogue has no such variable.
    """
    known = known_variables(latest_ready())
    if unknown := sorted(set(variables) - set(known) - set(application.variables)):
        raise WrongUse(f"The catalogue has no {unknown[0]}.", fix="Look in the catalogue.")
    chosen = {name: why.strip() for name, why in sorted(variables.items())}
    return _written(by, application, {"variables": chosen}, [])


def _written(
    by: Person, application: Application, new: dict[str, dict[str, str]], questions: list[str]
) -> Application:
    project = application.project
    check(by, WRITE_APPLICATION, named=writes(project, by))
    with transaction.atomic():
        row = locked(application)
        row.state = APPLICATION.after("write", row.state)
        row.answers = row.answers | new.get("answers", {})
        row.variables = new.get("variables", row.variables)
        row.save()
        record("application.written", by=by, subject=row.subject, about=_whose(project),
               details={"questions": questions, "variables": len(row.variables)})  # fmt: skip
    return row


def invite(*, by: Person, project: Project, person: Person) -> Invitation:
    """Ask a researcher into the team; they answer for themself.

    Raises:
        NotAllowed: `by` does not lead it. WrongState: they are asked or in it. WrongUse: no researcher.
    """
    leads(by, project)
    if not person.is_active or not {Role.RESEARCHER, Role.PROJECT_LEAD} & person.roles():
        raise WrongUse("There is no researcher of this name.", fix="Ask for their sign-in name.")
    if person.pk == project.lead_id:
        raise WrongUse("You are in the team already.", fix="Invite somebody else.")
    with transaction.atomic():
        found = Invitation.objects.select_for_update(of=("self",)).filter(project=project, person=person)
        row = found.first() or Invitation(project=project, person=person, state="")
        row.state = INVITATION.after("invite", row.state or None)
        row.save()
        record("team.invited", by=by, subject=project.subject, about=_whose(project),
               details={"person": person.username})  # fmt: skip
    return row


def answer_invitation(*, by: Person, project: Project, accept: bool) -> Invitation:
    """Say yes or no to being in a team, for oneself.

    Raises:
        NotAllowed: nobody asked. WrongState: it was answered or taken back.
    """
    with transaction.atomic():
        found = Invitation.objects.select_for_update(of=("self",)).filter(project=project, person=by)
        row = found.first()
        if row is None or not by.is_active:
            raise NotAllowed("Nobody asked you into this team.")
        verb = "accept" if accept else "decline"
        row.state = INVITATION.after(verb, row.state)
        row.save(update_fields=["state"])
        record(f"team.{row.state}", by=by, subject=project.subject, about=_whose(project))
    return row


def take_out(*, by: Person, project: Project, person: Person) -> Invitation:
    """Take somebody out of the team; their access closes the same moment."""
    leads(by, project)
    with transaction.atomic():
        row = (
            Invitation.objects.select_for_update(of=("self",)).filter(project=project, person=person).first()
        )
        if row is None:
            raise WrongUse("This person is not in the team.")
        row.state = INVITATION.after("take out", row.state)
        row.save(update_fields=["state"])
        ProjectMember.objects.filter(project=project, person=person).delete()
        record("team.taken out", by=by, subject=project.subject, about=_whose(project),
               details={"person": person.username})  # fmt: skip
    return row


def team_of(project: Project) -> list[Person]:
    """The lead, and whoever said yes."""
    asked = rows(project, "invitations", "person")
    said_yes = [each.person for each in asked if each.state == InvitationState.ACCEPTED]
    return [*([project.lead] if project.lead else []), *said_yes]


def put_in(*, by: Person, application: Application) -> Application:
    """Put an application in: its team is fixed, and every organisation whose data it asks for is told.

    Raises:
        NotAllowed: `by` does not lead it. WrongState: it is put in or decided.
        WrongUse: something is missing, or the data update to stay on is none.
    """
    project = application.project
    leads(by, project)
    with transaction.atomic():
        row = locked(application)
        state = APPLICATION.after("put in", row.state)
        _whole(row)
        row.state, row.team = state, sorted(person.username for person in team_of(project))
        row.reviewer, row.put_in_at = "", timezone.now()
        row.save()
        event = record("application.put in", by=by, subject=row.subject, about=_whose(project))
        about = f"{project.code}#{event.seq}"
        asked = agreements_behind(row.variables)
        row.asks.set(asked)
        for owner in {each.organisation_id: each.organisation for each in asked}.values():
            tell(None, "project_asks", owner, about=about)
        tell(None, "project_put_in", custodian(), about=about)
    return row


def _whole(row: Application) -> None:
    lacking = content.problems(row.answers, row.variables)
    if row.before and not content.changed(
        row.before, row.answers, row.variables, [person.username for person in team_of(row.project)]
    ):
        lacking.append("Nothing was changed.")
    if row.answers.get("stays") == "yes" and staying_on(row.answers) is None:
        lacking.append("There is no data update of the name given.")
    if lacking:
        raise WrongUse(
            "The application is not finished.", why=" ".join(lacking), fix="Answer what is missing."
        )


def staying_on(answers: Mapping[str, str]) -> Refresh | None:
    """The refresh an application asks to stay on."""
    if answers.get("stays") != "yes":
        return None
    label = answers.get("stays_on", "").strip()
    return Refresh.objects.filter(label=label, state=RefreshState.READY, base="").first()


def withdraw(*, by: Person, application: Application) -> Application:
    """Take an application back; a project that was never approved ends with it."""
    project = application.project
    leads(by, project)
    with transaction.atomic():
        row = locked(application)
        row.state = APPLICATION.after("withdraw", row.state)
        row.decided_at = timezone.now()
        row.save()
        if row.kind == "first":
            Project.objects.filter(pk=project.pk).update(state=PROJECT.after("take back", project.state))
        record("application.withdrawn", by=by, subject=row.subject, about=_whose(project))
    return row


def _whose(project: Project) -> str:
    return project.organisation.code if project.organisation else ""
