"""Research projects in a browser: applied for, refused, approved under a condition, changed, held, over."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests import applying, deciding, laboratory
from tests.browser.test_decisions import Walk

from linkwell.custody.facilities.models import Facility
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects import content, guarding
from linkwell.custody.projects.actions import watch_projects
from linkwell.custody.projects.applying import begin_change, write
from linkwell.custody.projects.models import Project
from linkwell.custody.researchers.models import Evidence
from linkwell.standards.clock import today

LEAD, RESEARCHER = "project_lead.a-university", "researcher.a-university"


class Visit(Walk):
    """A walk whose pages are told apart by the names of their fields."""

    EXACT = True

    def fill(self, **by_label: str) -> None:
        """Fill fields by their names."""
        for name, text in by_label.items():
            self.page.locator(f"[name='{name}']").fill(text)

    def choose(self, name: str, value: str) -> None:
        """Choose from a list, by the field's name."""
        self.page.locator(f"[name='{name}']").select_option(value)


@pytest.fixture
def people(flushable, registry):
    applying.refreshed(registry)
    applying.team(registry)
    deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI)
    return registry


@pytest.fixture
def visit(people, live_server, plain_page, password) -> Visit:
    """A browser without script, since everything has to work so."""
    return Visit(plain_page, live_server.url, password)


def apply(visit: Visit, title: str) -> str:
    """Apply page by page as the lead, with a researcher who says yes, and put it in; returns where it is."""
    visit.as_(LEAD, "/projects/new")
    visit.fill(title=title)
    visit.press("Begin")
    where = "/" + visit.page.url.split("/", 3)[3]
    given = applying.answers(title=title)
    for number, (code, page) in enumerate(content.pages().items()):
        visit.page.goto(f"{visit.url}{where}write/{code}") if number == 0 else None
        for question in page.questions:
            if question.kind in ("yes", "choice"):
                visit.choose(question.id, "no" if question.kind == "yes" else question.options[0])
            else:
                visit.fill(**{question.id: given[question.id]})
        visit.press("Save and go on" if code != "tikanga-5" else "Save and go back")
    visit.page.goto(f"{visit.url}{where}team")
    visit.fill(username=RESEARCHER)
    visit.press("Invite")
    visit.as_(RESEARCHER, where + "answer")
    visit.choose("accept", "yes")
    visit.press("Answer")
    visit.page.goto(f"{visit.url}{where}variables?q=first")
    visit.page.get_by_label("enrolment.start_date").fill("To know when people came.")
    visit.press("Save")
    visit.as_(LEAD, where + "put-in")
    visit.sees("Not in date for Project_Lead.A-University")  # the computer says it, and stops nothing
    visit.press("Put it in")
    visit.sees("waits for kaitiaki")
    return where


def decide(visit: Visit, where: str, decision: str) -> None:
    """The assessor takes it and decides."""
    visit.as_("assessor", where)
    visit.press("Review this application")
    visit.page.goto(f"{visit.url}{where}decide")
    visit.choose("decision", decision)
    visit.fill(reasons="Read and weighed.")
    if decision == "approve":
        visit.page.get_by_label("Nothing is released about one provider alone.").check()
    visit.press("Decide", again=True)


def test_a_project_is_applied_for_asked_about_and_approved_under_a_condition_of_kaitiaki(visit) -> None:
    where = apply(visit, "Who comes back")
    visit.as_("provider", "/notices/")
    visit.sees("A research project asks for your data")
    visit.page.goto(f"{visit.url}{where}ask")
    visit.fill(text="Why do you need our dates?")
    visit.press("Ask")
    visit.as_(LEAD, where)
    visit.page.get_by_text("Answer", exact=False).and_(visit.page.get_by_role("link")).first.click()
    visit.fill(text="To see who comes back.")
    visit.press("Answer")
    visit.as_("provider", "/notices/")
    visit.sees("Your question about a research project has an answer")
    for pair in content.pairs():
        visit.as_("kaitiaki", f"{where}tikanga/{pair}")
        visit.choose("finding", "condition" if pair == 1 else "met")
        if pair == 1:
            visit.fill(condition="Come and talk before each release.")
        visit.press("Write it down under my name")
    decide(visit, where, "approve")
    visit.as_(RESEARCHER, where)
    visit.sees("Come and talk before each release.")
    visit.sees("Your access is closed.")  # nothing of hers is in date yet
    visit.as_("provider", "/notices/")
    visit.sees("A research project that uses your data goes ahead")
    visit.as_("", "/register/")
    visit.sees("Who comes back")


def test_a_project_is_refused_and_an_unassessed_one_cannot_go_ahead(visit, people) -> None:
    row = applying.put_in(people, title="Something else")
    where = f"/projects/{row.project.code}/"
    decide(visit, where, "approve")
    visit.sees("A pair of tikanga is not assessed yet")
    visit.page.goto(f"{visit.url}{where}decide")
    visit.choose("decision", "refuse")
    visit.fill(reasons="Groups would be too small.")
    visit.press("Decide", again=True)
    visit.as_(LEAD, where)
    visit.sees("Groups would be too small.")
    visit.as_("", "/register/")
    assert "Something else" not in visit.page.content()


def test_an_approved_project_is_changed_held_by_kaitiaki_and_runs_out(visit, people) -> None:
    project = applying.approved(people)
    where = f"/projects/{project.code}/"
    visit.as_(RESEARCHER, where)
    visit.sees("Your access is open")
    visit.as_(LEAD, where)
    visit.page.get_by_role("link", name="Ask for a change").click()
    visit.press("Begin")
    visit.page.goto(f"{visit.url}{where}write/output")
    visit.fill(give_back="At a hui, before we publish.")
    visit.press("Save and go back")
    visit.page.goto(f"{visit.url}{where}put-in")
    visit.press("Put it in")
    visit.as_("assessor", where)
    changes = visit.page.get_by_role("region", name="What changes").locator("tbody tr")
    assert changes.count() == 1
    assert "At a hui, before we publish." in changes.inner_text()
    visit.as_("hana", where + "hold")
    visit.fill(said="Talk with us first.")
    visit.press("Hold it", again=True)
    visit.as_(RESEARCHER, where)
    visit.sees("Your access is closed.")
    visit.sees("Kaitiaki of Riverbend Aroha hold this project.")
    visit.as_("hana", where)
    visit.page.get_by_role("link", name="Lift it").click()
    visit.fill(agreed="They came and talked.")
    visit.press("Lift it", again=True)
    Evidence.objects.filter(person__username=RESEARCHER, kind="training").update(
        until=today() - timedelta(days=1)
    )
    visit.as_(RESEARCHER, where)
    visit.sees("Not in date: Confidentiality training.")
    Project.objects.update(starts=today() - timedelta(days=9), ends=today() - timedelta(days=1))
    watch_projects()
    visit.as_(LEAD, where)
    visit.sees("Its last day has passed.")


PAGES = {
    "": ["/register/", "/register/organisations/aroha/", "/register/projects/{code}/", "/register/people/",
         "/register/easy/"],
    LEAD: ["/projects/", "/projects/new", "{at}", "{at}write/what", "{at}write/settings",
           "{at}write/tikanga-1", "{at}variables", "{at}team", "{at}put-in", "{at}close", "/undertaking/"],
    RESEARCHER: ["{lab}lab/", "{lab}lab/1/", "{lab}lab/2/", "{lab}lab/3/", "{lab}lab/4/", "{lab}lab/5/",
                 "{lab}lab/6/"],
    "manager": ["/researchers/", "/researchers/{researcher}/", "/researchers/{researcher}/evidence",
                "/custodian/facilities/", "/custodian/facilities/new", "/custodian/facilities/room-2/",
                "/custodian/facilities/room-2/decide"],
    "kaitiaki": ["{other}", "{other}tikanga/1", "{other}hold"],
    "assessor": ["{other}", "{other}decide"],
    "provider": ["{other}", "{other}ask"],
}  # fmt: skip

INSIDE = {RESEARCHER: ["{lab}lab/", "{lab}lab/7/"]}
"""From a machine in a registered facility."""


@pytest.fixture
def written(people) -> dict[str, str]:
    """A project that is held, with a change being written; and another that waits, with a question."""
    project = applying.approved(people, condition="Come and talk.", codes=["kaitiaki-see-first"])
    change = begin_change(by=project.lead, project=project, kind="amendment")
    write(by=project.lead, application=change, answers={"publish": "A report on our page."})
    guarding.hold(by=people.people["hana"], project=project, said="Talk with us first.")
    other = applying.put_in(people, title="Another")
    guarding.ask_about(by=people.person("provider"), project=other.project,
                       organisation=people.agreement.organisation, text="Why us?")  # fmt: skip
    working = laboratory.project(*applying.team(people), variables=project.variables)
    made = laboratory.database(working)
    laboratory.table(made, "everybody_who_came_back_within_a_year")
    laboratory.counted(made, "everybody_who_came_back_within_a_year")
    laboratory.batch(made, "how_often_everybody_came_back")
    laboratory.fitted(made, "everybody_who_came_back_within_a_year")
    laboratory.facility(people)
    laboratory.looked(people.home, made, people.people[RESEARCHER])
    working.conditions = [{"code": "rows-in-facility", "words": "Rows.", "control": "rows in facility"}]
    working.save()
    laboratory.locks_hold()
    return {
        "lab": f"/projects/{working.code}/",
        "code": project.code, "at": f"/projects/{project.code}/", "other": f"/projects/{other.project.code}/",
        "researcher": str(people.people[RESEARCHER].pk) if RESEARCHER in people.people
        else str(applying.team(people)[1].pk),
    }  # fmt: skip


def test_every_page_is_clean_for_axe_and_fits_a_narrow_phone(
    written, people, live_server, page, axe, faults, password
) -> None:
    visit, wrong = Visit(page, live_server.url, password), []
    page.set_viewport_size({"width": 320, "height": 640})
    for username, addresses in [*PAGES.items(), *INSIDE.items()]:
        if username in INSIDE and addresses is INSIDE[username]:
            Facility.objects.update(networks=["127.0.0.1/32"])
        for number, address in enumerate(addresses):
            where = address.format(**written)
            visit.as_(username, where) if number == 0 else page.goto(visit.url + where)
            wrong += [(where, found) for found in axe()]
            if page.evaluate("document.documentElement.scrollWidth > 320"):
                wrong.append((where, "scrolls sideways"))
            picture(page, username, address)
    assert wrong == []
    assert faults == []


def picture(page, username: str, address: str) -> None:
    """A picture of the page at a desk's width, where LINKWELL_PICTURES names a folder for them."""
    folder = os.environ.get("LINKWELL_PICTURES")
    if folder:
        page.set_viewport_size({"width": 1200, "height": 900})
        name = f"{username or 'anyone'}{address}".replace("/", "-").replace("{", "").replace("}", "")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": 320, "height": 640})


def test_an_application_can_be_written_with_the_keyboard_alone(
    written, people, live_server, page, password
) -> None:
    visit = Visit(page, live_server.url, password)
    visit.as_(LEAD, written["at"] + "write/people")
    page.locator("[name='skills']").focus()
    page.keyboard.type(" And more.")
    for _ in range(2):
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visit.sees("Saved.")
