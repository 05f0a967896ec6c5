"""What kaitiaki assess and hold, and what organisations whose data is used ask."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.notices import custodian, tell
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import NotAllowed, allows, check
from linkwell.custody.projects.applying import locked
from linkwell.custody.projects.content import pairs
from linkwell.custody.projects.models import Application, Hold, Project, ProjectQuestion, TikangaFinding
from linkwell.custody.projects.permissions import (
    ANSWER_QUESTION,
    ASK_ABOUT_PROJECT,
    ASSESS_TIKANGA,
    HOLD_ANY,
    HOLD_OWN,
    LEAD_PROJECT,
)
from linkwell.custody.projects.seeing import named, owners_of
from linkwell.custody.projects.states import APPLICATION, HOLD, QUESTION, ProjectState
from linkwell.errors import WrongUse

FINDINGS = ("met", "condition", "not met")


def assess_pair(
    *, by: Person, application: Application, pair: int, finding: str, said: str = "", condition: str = ""
) -> TikangaFinding:
    """Say, by name, whether one pair of tikanga is met; it can be said anew until the decision.

    Args:
        finding: "met", "condition" (met under the condition given) or "not met".

    Raises:
        NotAllowed: `by` is no kaitiaki of the custodian, or in the team. WrongState: it is not put in.
        WrongUse: no such pair or finding; no condition where one is needed; not met without a word why.
    """
    check(by, ASSESS_TIKANGA)
    if named(application.project, by):
        raise NotAllowed("You are in the team of this project.", fix="Leave it to other kaitiaki.")
    if pair not in pairs() or finding not in FINDINGS:
        raise WrongUse("There is no such pair or finding.", fix="Pairs are 1 to 5.")
    if (finding == "condition") != bool(condition.strip()):
        raise WrongUse("A condition is written where it is met under one, and only there.")
    if finding == "not met" and not said.strip():
        raise WrongUse("Say what is missing.", why="The team reads it.")
    with transaction.atomic():
        row = locked(application)
        APPLICATION.after("assess tikanga", row.state)
        found, _ = TikangaFinding.objects.update_or_create(
            application=row, pair=pair,
            defaults={"finding": finding, "said": said.strip(), "condition": condition.strip(),
                      "kaitiaki": by},
        )  # fmt: skip
        record("tikanga.assessed", by=by, subject=row.subject, about=_whose(row.project),
               details={"pair": pair, "finding": finding})  # fmt: skip
    return found


def guards(by: Person, project: Project) -> list[Organisation]:
    """The organisations for which somebody may hold this project."""
    theirs = [each for each in owners_of(project) if allows(by, HOLD_OWN, owner=each)]
    return [*theirs, *([custodian()] if allows(by, HOLD_ANY) else [])]


def hold(*, by: Person, project: Project, said: str) -> Hold:
    """Stop a project: nobody works in it and nothing of it is released until it is lifted.

    Raises:
        NotAllowed: `by` is kaitiaki neither at the custodian nor of an organisation whose data is used.
        WrongUse: no reason, a hold of theirs stands, or the project is over.
    """
    mine = guards(by, project)
    if not mine:
        check(by, HOLD_OWN, owners=owners_of(project))
    if not said.strip():
        raise WrongUse("Say why.", why="The team has to know what to talk with you about.")
    with transaction.atomic():
        row = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if row.state not in (ProjectState.APPLYING, ProjectState.APPROVED, ProjectState.RUN_OUT):
            raise WrongUse("This project is over.", where=row.code)
        if row.holds.filter(organisation=mine[0], state=HOLD.after("hold", None)).exists():
            raise WrongUse("Your hold stands already.", where=row.code)
        made = Hold.objects.create(
            project=row, organisation=mine[0], state=HOLD.after("hold", None), said=said.strip(),
            placed_by=by.username,
        )  # fmt: skip
        record("project.held", by=by, subject=row.subject, about=mine[0].code)
    return made


def lift(*, by: Person, hold: Hold, agreed: str) -> Hold:
    """Lift a hold of one's own organisation, and say what was agreed."""
    mine = [each.pk for each in guards(by, hold.project)]
    if hold.organisation_id not in mine:
        check(by, HOLD_ANY if hold.organisation.is_custodian else HOLD_OWN, owner=hold.organisation)
    if not agreed.strip():
        raise WrongUse("Say what was agreed.", why="It is kept with the project.")
    with transaction.atomic():
        row = Hold.objects.select_for_update(of=("self",)).select_related("project__organisation").get(
            pk=hold.pk
        )  # fmt: skip
        row.state = HOLD.after("lift", row.state)
        row.agreed, row.lifted_by, row.lifted_at = agreed.strip(), by.username, timezone.now()
        row.save()
        record("project.hold lifted", by=by, subject=row.project.subject, about=row.organisation.code)
    return row


def ask_about(*, by: Person, project: Project, organisation: Organisation, text: str) -> ProjectQuestion:
    """Ask about a project that uses, or asks for, one's own organisation's data.

    Raises:
        NotAllowed: `by` is neither lead nor kaitiaki there, or it uses nothing of theirs.
    """
    uses = organisation in owners_of(project)
    check(by, ASK_ABOUT_PROJECT, owners=[organisation] if uses else [])
    if not text.strip():
        raise WrongUse("There is no question.", fix="Write what you want to know.")
    with transaction.atomic():
        made = ProjectQuestion.objects.create(
            project=project, organisation=organisation, asked=text.strip(), asked_by=by.username,
            state=QUESTION.after("ask", None),
        )  # fmt: skip
        record("project.question asked", by=by, subject=project.subject, about=organisation.code)
        tell(None, "project_question", custodian(), about=f"{project.code}#{made.pk}")
    return made


def answer_question(*, by: Person, question: ProjectQuestion, answer: str) -> ProjectQuestion:
    """Answer a question, as project lead or custodian manager."""
    project = question.project
    if not allows(by, ANSWER_QUESTION):
        check(by, LEAD_PROJECT, named=project.lead_id == by.pk)
    if not answer.strip():
        raise WrongUse("There is no answer.", fix="Write one.")
    with transaction.atomic():
        row = ProjectQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
        row.state = QUESTION.after("answer", row.state)
        row.answer, row.answered_by, row.answered_at = answer.strip(), by.username, timezone.now()
        row.save()
        event = record("project.question answered", by=by, subject=project.subject,
                       about=question.organisation.code)  # fmt: skip
        tell(None, "project_answered", question.organisation, about=f"{project.code}#{event.seq}")
    return row


def _whose(project: Project) -> str:
    return project.organisation.code if project.organisation else ""
