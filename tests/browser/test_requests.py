"""An output request walked in a browser: returned, changed, approved by two, held, replied to, released."""

from __future__ import annotations

import pytest
from tests import applying, asking
from tests.browser.test_decisions import Walk
from tests.browser.test_portal_pages import sign_in

from linkwell.custody.projects import guarding
from linkwell.custody.requests.models import OutputRequest


@pytest.fixture
def walk(flushable, registry, live_server, plain_page, password) -> Walk:
    """A browser without script, since everything has to work so."""
    return Walk(plain_page, live_server.url, password)


def put(walk: Walk, name: str, text: str, role: str, *, words: bool = False) -> None:
    walk.follow("Put a file in")
    walk.page.get_by_label("The file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    walk.choose("What is it?", role)
    if words:
        walk.page.get_by_label("What does it show").fill("People by region.")
        walk.page.get_by_label("What was done to make it safe").fill("RR3, under six S.")
    walk.press("Put it in")


def vote(walk: Walk, who: str, where: str, says: str, said: str = "") -> None:
    walk.as_(who, where + "vote")
    walk.page.get_by_label("table.csv", exact=True).select_option(says)
    walk.page.get_by_label("Why, if table.csv").fill(said)
    walk.press("Keep my votes")


def test_returned_changed_approved_by_two_held_replied_to_and_released(registry, walk) -> None:
    project = applying.approved(registry, codes=["kaitiaki-see-first"])
    asking.checkers(registry)
    lead = project.lead.username
    walk.as_(lead, f"/projects/{project.code}/")
    walk.follow("Ask for outputs to be released")
    walk.page.get_by_label("What are these outputs?").fill("First results")
    walk.press("Begin")
    put(walk, "table.csv", asking.SMALL, "leaves", words=True)
    put(walk, "made.sql", "select 1", "script")
    walk.press("Have it checked and submit it")
    walk.sees("must not leave as it is")
    where = f"/requests/{OutputRequest.objects.get().reference}/"
    walk.as_(lead, where)
    walk.sees("A count that stands for fewer than six people.")
    put(walk, "table.csv", asking.TABLE, "leaves")
    walk.press("Have it checked and submit it")
    walk.sees("Two people look at it now.")
    vote(walk, "output_checker", where, "yes")
    vote(walk, "checker-two", where, "no", "Which year?")
    walk.follow("Decide")
    walk.choose("What did you decide?", "return")
    walk.page.get_by_label("Reasons").fill("Say which year it is.")
    walk.press("Decide")
    walk.as_(lead, where)
    walk.sees("Say which year it is.")
    put(walk, "table.csv", asking.TABLE.replace("region", "region 2025"), "leaves")
    walk.press("Have it checked and submit it")
    for checker in ("output_checker", "checker-two"):
        vote(walk, checker, where, "yes")
    walk.follow("Decide")
    walk.choose("What did you decide?", "approve")
    walk.choose("Is it about one provider?", "aroha")
    walk.press("Decide")
    hold = guarding.hold(by=registry.person("kaitiaki"), project=project, said="Talk with us first.")
    walk.follow("Release these files")
    walk.press("Release", again=True)
    walk.sees("Kaitiaki of")
    guarding.lift(by=registry.person("kaitiaki"), hold=hold, agreed="Talked.")
    walk.as_("output_checker", where + "release")
    walk.press("Release", again=True)
    walk.sees("to reply")
    walk.as_("provider", where)
    walk.sees("table.csv")
    walk.follow("Reply")
    walk.page.get_by_label("Your reply").fill("The north is right.")
    walk.press("Send the reply")
    walk.as_("output_checker", where + "release")
    walk.press("Release", again=True)
    walk.sees("It waits for kaitiaki of Stats NZ")
    walk.as_("kaitiaki", where)
    walk.sees("table.csv")
    walk.follow("Say that a condition is kept")
    walk.page.get_by_label("What was done?").fill("We saw it and talked about it.")
    walk.choose("Which condition?", "kaitiaki-see-first")
    walk.press("Keep what I say")
    walk.as_("output_checker", where + "release")
    walk.press("Release", again=True)
    walk.sees("The files are released.")
    walk.sees("The north is right.")


def test_its_pages_are_clean_for_axe_and_fit_a_narrow_phone(
    flushable, registry, live_server, page, axe, faults, password
) -> None:
    project = applying.approved(registry)
    made = asking.filled(project, table=asking.SMALL)
    asking.put(made, "table.csv", asking.SMALL.encode(), "leaves", exception="Told elsewhere.")
    made.refresh_from_db()
    asking.filling.submit(by=project.lead, request=made)
    sign_in(page, live_server.url, "output_checker", password)
    for place in ("", f"{made.reference}/", f"{made.reference}/vote", f"{made.reference}/decide"):
        page.goto(f"{live_server.url}/requests/{place}")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe() == [], (place, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
    assert faults == []
