"""A machine's look at an application: which clause allows or blocks, and what a person has to judge.

It never decides. A reviewer reads it beside the application, and the team before it puts the application in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from linkwell.custody.agreements.controls import Attempt, by_people, controls_of
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.organisations.models import Person
from linkwell.custody.projects import content
from linkwell.custody.projects.applying import team_of
from linkwell.custody.projects.models import Application
from linkwell.custody.projects.sources import agreements_behind
from linkwell.custody.projects.states import ApplicationState
from linkwell.custody.remembered import rows
from linkwell.custody.researchers.actions import lacked_by
from linkwell.custody.uses.actions import use_agreed
from linkwell.standards.clock import in_words

ALLOWS, BLOCKS, A_PERSON = "allows", "blocks", "a person judges"

CLAUSES = {
    "term": "From when until when",
    "single provider": "What may come out",
    "later use": "Conditions",
    "named people": "By name",
}
"""The clause of clauses.toml that each control of an agreement keeps."""

ASKED = ("use", "work", "release")


@dataclass(frozen=True)
class Checked:
    """What one clause says to what is asked for.

    Attributes:
        where: the agreement, the law or the team. clause: its title. verdict: ALLOWS, BLOCKS or A_PERSON.
    """

    where: str
    clause: str
    verdict: str
    says: str


def precheck(application: Application) -> list[Checked]:
    """Every clause that speaks to it, agreement after agreement; then the law, then the team."""
    found = [each for agreement in asked_of(application) for each in _agreement(application, agreement)]
    return [*found, *_law(application), *_team(application)]


def asked_of(application: Application) -> list[Agreement]:
    """The agreements whose data it asks for: fixed once it is put in, worked out while it is written."""
    if application.state in (ApplicationState.DRAFT, ApplicationState.RETURNED):
        return agreements_behind(application.variables)
    asked = rows(application, "asks", "organisation", "specification", "proposal")
    return sorted(asked, key=lambda each: each.pk)


def _agreement(application: Application, agreement: Agreement) -> Iterator[Checked]:
    name = f"{agreement.organisation.name}, {agreement.reference}"
    purpose = agreement.purpose or agreed_specification(agreement).purpose
    yield Checked(name, "What for", A_PERSON, f"Its purpose: {purpose} Does the project keep to it?")
    yield from _controls(application, agreement, name)
    ends = content.day(application.answers, "ends")
    if ends is not None and agreement.live() and ends > agreement.ends:
        last = in_words(agreement.ends)
        says = f"It ends on {last}, before the project. Access closes that day unless it is renewed."
        yield Checked(name, CLAUSES["term"], A_PERSON, says)
    for words, keeper in by_people(agreement):
        yield Checked(name, "Conditions", A_PERSON, f"{words} Kept by {keeper}.")


def _controls(application: Application, agreement: Agreement, name: str) -> Iterator[Checked]:
    alone = application.answers.get("one_provider") == "yes"
    attempt = Attempt(
        "use", timezone.localdate(), agreement.specification_id, state=agreement.state, alone=alone,
        use_agreed=use_agreed(agreement, application.project.code),
    )  # fmt: skip
    for control in controls_of(agreement):
        if not set(control.moments) & set(ASKED) or control.code == "named people":
            continue
        reason = control.rule(agreement, attempt)
        clause = CLAUSES.get(control.code, control.code)
        yield Checked(name, clause, BLOCKS if reason else ALLOWS, reason or control.words)
    if alone and agreement.permits_single_provider_output:
        says = "Results about this provider alone are permitted; it reads them first."
        yield Checked(name, "What may come out", ALLOWS, says)


def _law(application: Application) -> Iterator[Checked]:
    answers = application.answers
    publish = bool(answers.get("publish", "").strip())
    says = (
        "It says where results are published." if publish else "It does not say where results are published."
    )
    yield Checked("Data and Statistics Act 2022", "Section 54, publish results and methods",
                  ALLOWS if publish else BLOCKS, says)  # fmt: skip
    if answers.get("ethics_needed") == "yes":
        until, ends = content.day(answers, "ethics_until"), content.day(answers, "ends")
        short, says = False, "It covers the whole project."
        if until is not None and ends is not None and until < ends:
            short, says = True, f"It holds until {in_words(until)}, before the project ends."
        yield Checked("Ethics approval", answers.get("ethics_reference", ""),
                      A_PERSON if short else ALLOWS, says)  # fmt: skip
    else:
        yield Checked("Ethics approval", "Not needed, the team says", A_PERSON, "Is that so?")


def _team(application: Application) -> Iterator[Checked]:
    project = application.project
    writing = application.state in (ApplicationState.DRAFT, ApplicationState.RETURNED)
    people = team_of(project) if writing else list(Person.objects.filter(username__in=application.team))
    lacking = lacked_by(people, timezone.localdate())
    for person in people:
        for kind in lacking[person.pk]:
            says = f"Not in date for {person.name}. The lab stays closed to them until it is."
            yield Checked("The team", kind.title, BLOCKS, says)
    if not any(lacking.values()):
        yield Checked("The team", "Vetting, training, undertaking", ALLOWS, "In date for everybody.")
