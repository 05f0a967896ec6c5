"""The public register tells nothing about any person, however long and often somebody reads all of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests import applying, deciding
from tests.everything import planned_removal

from linkwell.custody.agreements.models import Agreement, SpecificationText
from linkwell.custody.breaches.models import Breach
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects import guarding, reviewing
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.register import state
from linkwell.custody.removals.models import Removal
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.specification.file import render
from linkwell.standards.clock import today

START = "/register/"


@pytest.fixture
def anyone(registry, settings) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    applying.approved(registry, condition="Come and talk before each release.")
    return Client()


def crawl(client: Client, again: str = "") -> dict[str, bytes]:
    """Every public page that can be reached, by its address, as somebody without an account gets it.

    Args:
        again: a query to try every page with.
    """
    found: dict[str, bytes] = {}
    waiting = [START, "/"]
    while waiting:
        where = waiting.pop()
        if where in found:
            continue
        answer = client.get(where + again)
        assert answer.status_code == 200, where
        found[where] = answer.content
        linked = re.findall(r'href="(/[^"?#]*)"', answer.content.decode())
        waiting += [each for each in linked if each.startswith(START)]
    return found


def test_the_pages_are_the_same_before_and_after_one_person_comes_goes_or_objects(registry, anyone) -> None:
    before = crawl(anyone)
    assert len(before) >= 7
    supply = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    seen = [crawl(anyone)]
    for people in (3, 4):  # one person more, in all that is counted anywhere in the registry
        Supply.objects.filter(pk=supply.pk).update(
            state="loaded", counts={"linked": people, "accepted": people}
        )
        datasets = [each | {"rows": 1200 + people} for each in applying.DATASETS]
        Refresh.objects.update(catalogue={"datasets": datasets}, facts={"clients": people})
        seen.append(crawl(anyone))
    planned_removal(registry, supply)  # one person's objection; with real steps: tests/portal/test_removals
    seen.append(crawl(anyone))
    Removal.objects.update(state="done")
    Supply.objects.filter(pk=supply.pk).update(state="withdrawn")
    seen.append(crawl(anyone))
    assert all(each == before for each in seen)


PEOPLE_FREE = {
    "custody_agreement", "custody_organisation", "custody_specificationtext", "custody_project",
    "custody_project_uses", "custody_application", "custody_hold", "custody_assessment", "custody_breach",
    "custody_outputrequest",
}  # fmt: skip
"""The tables the register may ask: what is agreed, approved, stopped, released and written down."""


def test_the_register_asks_no_table_that_holds_or_counts_people(anyone) -> None:
    asked: set[str] = set()

    def note(execute, sql, params, many, context):
        asked.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        crawl(anyone)
    assert asked <= PEOPLE_FREE
    assert "custody_agreement" in asked


def test_nothing_can_be_looked_up(anyone) -> None:
    pages = crawl(anyone)
    for where, body in pages.items():
        if where.startswith(START):
            assert b"<form" not in body, where
            assert b"<input" not in body, where
            assert b"<script" not in body, where
    for query in ("?q=Anahera", "?nhi=ZZZ0016&name=Anahera", "?code=aroha"):
        assert crawl(anyone, query) == pages
    for where in ("people/Anahera/", "people/1/", "organisations/nobody/", "projects/maa1999-01/"):
        assert anyone.get(START + where).status_code == 404
    for where in pages:
        assert anyone.post(where).status_code == 405


def test_no_name_of_anybody_who_works_with_it_is_on_a_page(anyone) -> None:
    whole = b"".join(crawl(anyone).values()).decode()
    for name in ("Mere Manager", "Project_Lead.A-University", "Researcher.A-University"):
        assert name not in whole
    assert "Come and talk" not in whole  # kaitiaki's own words
    assert "set conditions of their own" in whole


def test_an_organisation_of_which_the_name_alone_tells_something_is_nowhere(registry, anyone) -> None:
    assert b"Riverbend Other" in crawl(anyone)[START]
    hidden = replace(registry.sealed.specification, initiatives=("A refuge",), sensitive=("A refuge",))
    SpecificationText.objects.create(digest=hidden.digest, toml=render(hidden))
    Agreement.objects.filter(pk=registry.other_agreement.pk).update(specification_id=hidden.digest)
    pages = crawl(anyone)
    assert not any(b"Riverbend Other" in body for body in pages.values())
    there, never = (anyone.get(f"{START}organisations/{code}/") for code in ("other", "never"))
    assert (there.status_code, there.content) == (404, never.content)


def test_who_stopped_sharing_leaves_no_trace_and_looks_like_who_never_did(registry, anyone) -> None:
    Agreement.objects.filter(pk=registry.other_agreement.pk).update(state="ended")
    whole = b"".join(crawl(anyone).values())
    assert b"Riverbend Other" not in whole
    assert b"DSA-2026-002" not in whole


def test_few_things_are_counted_in_words_and_only_of_years_that_are_over(registry, anyone) -> None:
    assert state.by_year() == []
    last = timezone.now() - timedelta(days=366)
    for number in range(7):
        Breach.objects.create(
            reference=f"b{number}", organisation=registry.agreement.organisation, found_at=last,
            what="A lost stick.", state="recorded", recorded_by="manager",
        )  # fmt: skip
        (line,) = state.by_year()
        assert line["misses"] == ("fewer than 6" if number < 5 else str(number + 1))
    assert b"A lost stick" not in b"".join(crawl(anyone).values())
    Breach.objects.update(found_at=timezone.now())
    assert state.by_year() == []
    assert {takes for _, takes in state.waits()} == {"too few to say"}


def test_what_is_refused_is_nowhere_but_in_summary(registry, anyone) -> None:
    row = applying.put_in(registry, title="A secret plan")
    row = reviewing.take_application(by=registry.person("assessor"), application=row)
    reviewing.refuse_application(by=registry.person("assessor"), application=row, reasons="Not safe.")
    assert b"A secret plan" not in b"".join(crawl(anyone).values())
    assert anyone.get(f"{START}projects/{row.project.code}/").status_code == 404


def test_it_follows_from_live_state(registry, anyone) -> None:
    assert b"stopped for now" not in crawl(anyone)[START]
    hana = deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI)
    project = registry.agreement.used_by.get()
    guarding.hold(by=hana, project=project, said="Talk with us first.")
    pages = crawl(anyone)
    assert b"stopped for now" in pages[START]
    assert b"Talk with us" not in b"".join(pages.values())


def test_what_came_out_is_listed_but_for_what_is_about_one_provider_alone(registry, anyone) -> None:
    project = registry.agreement.used_by.get()
    for number, about in enumerate((None, registry.agreement.organisation)):
        OutputRequest.objects.create(
            reference=f"{project.code}-o{number}", project=project, title="Anahera’s table", state="released",
            data_version="2026-11", author="x", about=about, released_at=timezone.now(),
        )  # fmt: skip
    whole = b"".join(crawl(anyone).values()).decode()
    assert f"{project.code}-o0" in whole
    assert f"{project.code}-o1" not in whole
    assert "Anahera" not in whole  # a title is the team's own words, and nobody checked them


def test_the_page_for_people_says_who_shares_what_and_how_to_say_no(registry, anyone) -> None:
    Agreement.objects.filter(pk=registry.agreement.pk).update(
        cut_offs=[(today() + timedelta(days=40)).isoformat()]
    )
    for where in ("people/", "easy/"):
        body = anyone.get(START + where).content.decode()
        assert "Riverbend Aroha" in body
        due = today() + timedelta(days=40)
        assert f"{due.day} {due:%B %Y}" in body
    said = anyone.get(START + "people/").content.decode()
    for words in ("by phone, in person", "cannot tell you", "left out of its next delivery"):
        assert words in said
