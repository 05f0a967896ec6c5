"""Steps of a research project, for tests that need one to be somewhere."""

from __future__ import annotations

from datetime import date, timedelta

from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.projects import applying, content, guarding, reviewing
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.researchers.evidence import kinds
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.supplies.models import Supply
from linkwell.standards.clock import today
from tests import deciding

DATASETS = [
    {
        "name": "enrolment", "label": "People's time with a service", "rows": 1200, "suppliers": ["aroha"],
        "variables": [
            {"name": "start_date", "kind": "day", "meaning": "First day", "filled_percent": 97, "codes": {},
             "caveats": ["Empty means: not written down"]},
            {"name": "end_date", "kind": "day", "meaning": "Last day", "filled_percent": 61, "codes": {},
             "caveats": []},
        ],
        "examples": [{"start_date": "2023-04-05", "end_date": ""}],
    }
]  # fmt: skip


def refreshed(registry, label="2026-11") -> Refresh:
    """A refresh that holds one delivery of the first provider, with its catalogue."""
    supply = Supply.objects.order_by("pk").first() or Supply.objects.create(
        reference="DSA-2026-001-0", agreement=registry.agreement, state="loaded"
    )
    refresh, _ = Refresh.objects.get_or_create(label=label, defaults={"state": "ready", "digest": "ab" * 48})
    Refresh.objects.filter(pk=refresh.pk).update(catalogue={"datasets": DATASETS, "measures": []})
    RefreshSupply.objects.get_or_create(refresh=refresh, supply=supply)
    return Refresh.objects.get(pk=refresh.pk)


def university(registry) -> Organisation:
    """A research organisation."""
    manager = registry.person("manager")
    return enter_organisation(by=manager, code="a-university", name="A-University", kind=Kind.RESEARCH)


def team(registry) -> tuple[Person, Person]:
    """A project lead and a researcher of the university; those a test entered already, if it did."""
    where = university(registry)
    found = []
    for role in (Role.PROJECT_LEAD, Role.RESEARCHER):
        name = f"{role}.a-university"
        held = Membership.objects.filter(person__username=name).first()
        found.append(held.person if held else deciding.somebody(registry, name, where, role))
    return found[0], found[1]


def vetted(*people: Person, until: date | None = None) -> None:
    """Everything in date for these people."""
    day = today()
    for person in people:
        for kind in kinds().values():
            Evidence.objects.create(
                person=person, kind=kind.code, since=day - timedelta(days=30),
                until=until or day + timedelta(days=300), digest=kind.fingerprint, by="manager",
            )  # fmt: skip


def answers(**given: str) -> dict[str, str]:
    """Every question answered."""
    plain = {question.id: f"About {question.id}." for question in content.questions()}
    days = {"starts": today().isoformat(), "ends": (today() + timedelta(days=200)).isoformat()}
    no = {"ethics_needed": "no", "stays": "no", "one_provider": "no", "title": "Who comes back"}
    empty = dict.fromkeys(("ethics_reference", "ethics_until", "stays_on", "stays_until"), "")
    return plain | days | no | empty | given


def begun(registry, **given: str) -> Application:
    """A whole draft, with a researcher who said yes to being in the team."""
    refreshed(registry)
    lead, researcher = team(registry)
    made = applying.begin_project(by=lead, organisation=university(registry), title="Who comes back")
    applying.invite(by=lead, project=made.project, person=researcher)
    applying.answer_invitation(by=researcher, project=made.project, accept=True)
    applying.write(by=lead, application=made, answers=answers(**given))
    return applying.choose_variables(
        by=researcher, application=made, variables={"enrolment.start_date": "To know when."}
    )


def put_in(registry, **given: str) -> Application:
    """An application that waits."""
    made = begun(registry, **given)
    return applying.put_in(by=made.project.lead, application=made)


def assessed(registry, application: Application, *, condition: str = "") -> Application:
    """Every pair of tikanga assessed; the first under a condition if one is given."""
    for pair in content.pairs():
        asked = condition if pair == 1 else ""
        guarding.assess_pair(
            by=registry.person("kaitiaki"), application=application, pair=pair,
            finding="condition" if asked else "met", condition=asked,
        )  # fmt: skip
    return application


def approved(registry, *, condition: str = "", codes=(), **given: str) -> Project:
    """An approved project, with everything of its team in date."""
    row = assessed(registry, put_in(registry, **given), condition=condition)
    assessor = registry.person("assessor")
    row = reviewing.take_application(by=assessor, application=row)
    reviewing.approve_application(by=assessor, application=row, codes=codes)
    vetted(*team(registry))
    return Project.objects.get(pk=row.project_id)
