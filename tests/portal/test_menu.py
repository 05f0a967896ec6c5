"""The menu: every line leads whoever sees it to the page it names, and that page marks the line."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client
from tests.everything import BACKEND, everybody

from linkwell.custody.organisations.roles import Role
from linkwell.portal import menu

LINE = re.compile(r'<li><a href="([^"]*)"( aria-current="page")?>([^<]+)</a></li>')


def lines(page: str) -> list[tuple[str, bool, str]]:
    inside = page.partition('<nav class="lw-nav"')[2].partition("</nav>")[0]
    return [(where, bool(current), unescape(words)) for where, current, words in LINE.findall(inside)]


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def test_every_line_of_the_menu_leads_where_it_says(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    one_each = {each.role: each.person for each in everybody(registry) if each.role}
    assert set(one_each) == set(Role)
    for role, person in one_each.items():
        client = signed_in(person)
        told = {words: where for where, _, words in lines(client.get("/me/").content.decode())}
        assert told, role
        assert len(set(told.values())) == len(told), role
        for words, where in told.items():
            page = client.get(where)
            assert page.status_code == 200, (role, words, where)
            assert {name for _, current, name in lines(page.content.decode()) if current} == {words}
        assert client.get("/start/")["Location"] == next(iter(told.values())), role


def test_who_may_go_many_places_finds_them_all_by_what_they_are_about(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    found = menu.menu_of(registry.person("manager"))
    assert found is not None
    assert len(found.first) == menu.FIRST
    under = [place for _, inside in found.groups for place in inside]
    assert len(under) == len(set(under)) == len(found.addresses)
    assert set(found.first) < set(under)
    page = signed_in(registry.person("manager")).get("/me/").content.decode()
    assert [words for _, _, words in lines(page)] == [place.words for place in [*found.first, *under]]
    assert "Notices by e-mail" in page
