"""A line of what waits leads to where it is done, for whoever may open that; and remembered roles."""

from __future__ import annotations

import re

from django.test import Client
from tests import applying, asking, laboratory
from tests.everything import BACKEND, build, everybody

from linkwell.custody.capabilities import capabilities
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import Relation, allows, remember_roles
from linkwell.custody.timeline.waiting import KINDS
from linkwell.portal.leading import WAITS_AT


def test_every_line_of_what_waits_leads_to_a_page_that_opens(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    world = build(registry)
    kinds = set()
    for name in ("manager", "auditor", "provider", "output_checker", "kaitiaki.aroha"):
        client = Client()
        client.force_login(world.registry.person(name), backend=BACKEND)
        where = "/trail/" if name in ("provider", "kaitiaki.aroha") else "/custodian/waiting/"
        lines = re.findall(r'scope="row"><a class="govuk-link" href="([^"]+)">.*?</a> \(([^)]+)\)',
                           client.get(where).content.decode())  # fmt: skip
        for address, kind in lines:
            assert client.get(address).status_code == 200, (name, address)
            kinds.add(kind)
    assert {"agreement", "delivery", "taking out", "later use", "breach", "held project"} <= kinds


def test_a_notice_leads_nobody_to_a_page_that_does_not_open(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    world = build(registry)
    asking.submitted(laboratory.project(*applying.team(registry), code="maa2026-09"))
    links = {}
    for name, person in world.registry.people.items():
        client = Client()
        client.force_login(person, backend=BACKEND)
        answer = client.get("/notices/")
        if answer.status_code == 403:
            continue
        page = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        links[name] = [each for each in re.findall(r'href="([^"]+)"', page) if each != "/me/notices/"]
        for address in set(links[name]):
            assert client.get(address).status_code == 200, (name, address)
    assert sum(map(len, links.values())) > 20


def test_somebody_for_whom_nothing_waits_is_shown_the_first_step(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    for person, step in zip(applying.team(registry), ("/projects/new", "/undertaking/"), strict=True):
        client = Client()
        client.force_login(person, backend=BACKEND)
        first = client.get("/start/", follow=True).content.decode()
        assert "Nothing waits." in first
        assert f'href="{step}"' in first.split("<main")[1]
        assert client.get(step).status_code == 200
    assert "sign it below" in client.get(step).content.decode()


def test_every_kind_that_can_wait_has_a_place() -> None:
    assert set(KINDS) | {"application", "output request", "held project"} == set(WAITS_AT)


def test_roles_that_are_remembered_allow_what_roles_asked_for_do(registry) -> None:
    """A page that only shows remembers them; what acts asks each time."""
    owner = Organisation.objects.get(code="aroha")
    for somebody in everybody(registry):
        if somebody.organisation and somebody.organisation.code not in ("aroha", "custodian", "a-vendor"):
            continue
        asked, remembering = (Person.objects.get(username=str(somebody)) for _ in range(2))
        remember_roles(remembering)
        for need in capabilities():
            named = need.relation is Relation.NAMED
            now = allows(asked, need, owner=owner, named=named)
            assert allows(remembering, need, owner=owner, named=named) is now, need.name
