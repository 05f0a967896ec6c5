"""Every address by every role and relation, GET and POST: nobody unlisted in docs/states.md gets in."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.template import Template
from django.test import Client
from django.utils import timezone
from tests.everything import BACKEND, NAMED, Somebody, World, address, arrange, build, everybody, listed

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.breaches.actions import record_breach
from linkwell.custody.proposals.actions import begin
from linkwell.custody.supplies.actions import import_package
from linkwell.portal import middleware
from linkwell.portal.access import ANYONE, PAGES, SENDER, Page
from linkwell.portal.urls import urlpatterns

pytestmark = pytest.mark.slow

FOR_PEOPLE = [page for page in PAGES if page.who not in (ANYONE, SENDER)]
MOST_QUESTIONS = 25
LET_IN = {200, 302, 409}
"""A page, on to the next page, or "not from this state" in words."""


@pytest.fixture
def world(registry, settings, monkeypatch) -> World:
    settings.ALLOWED_HOSTS = ["testserver"]
    # however long the walk takes, nobody was idle, and no session is noted anew before every page
    now = time.time()
    monkeypatch.setattr(middleware, "time", SimpleNamespace(time=lambda: now, monotonic=time.monotonic))
    # the test client would keep a copy of everything a page was made of, for thousands of pages
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
    return build(registry)


def clients(world: World) -> list[tuple[Somebody, Client]]:
    """Everybody, signed in."""
    found = []
    for somebody in world.people:
        client = Client(raise_request_exception=False)
        client.force_login(somebody.person, backend=BACKEND)
        client.get("/me/")  # the first page of a session also notes when it began
        found.append((somebody, client))
    return found


WRITES = f'INSERT INTO "{AuditEvent._meta.db_table}"'
"""How a question begins that writes one event into the record."""


class Undo(Exception):
    """Undoes what a request did."""


def ask(client: Client, method: str, where: str) -> HttpResponseBase:
    """The answer to a request whose changes are undone, also those to the browser's cookies."""
    held = {name: morsel.value for name, morsel in client.cookies.items()}
    try:
        with transaction.atomic():
            answer = client.get(where) if method == "GET" else client.post(where)
            if answer.streaming:
                list(answer.streaming_content)  # read to the end, which closes the file and not the database
            raise Undo
    except Undo:
        client.cookies = SimpleCookie(held)
        return answer


def differing(
    signed_in: list[tuple[Somebody, Client]], page: Page, world: World
) -> list[tuple[Somebody, Client]]:
    """One person of every role, in every kind of organisation, of those whose thing it is or whom it names,
    and of others. On PostgreSQL people count by kind and by whether they are listed: which role may is
    decided before the database is asked, and tried in full on SQLite.
    """
    found = {}
    for somebody, client in signed_in:
        whose, named = somebody.organisation, somebody.person.username in NAMED
        kind, owns = (whose.kind, whose.code in world.owners(page.name)) if whose else (None, False)
        whole = connection.vendor == "sqlite"
        role = (somebody.role, named) if whole else listed(page, somebody, world)
        found.setdefault((role, kind, owns), (somebody, client))
    return list(found.values())


def test_every_address_is_a_declared_page() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES) == len(urlpatterns)


PEOPLE_ON_IT = {"linkage-pairs"}
"""Pages of ours that show something about single people."""

NOBODY_IN_IT = {"proposal-version-file", "catalogue-file"}
"""Files that hold nothing about anybody, and say what a page says as well: a specification, the catalogue."""


@dataclass
class Wrong:
    """What an address did that it may not do, of every kind of fault."""

    let_in_or_kept_out: list[object] = field(default_factory=list)
    told_apart: list[object] = field(default_factory=list)
    wrote_down: list[object] = field(default_factory=list)
    asked_too_much: list[object] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{kind}: {str(each)[:300]}" for kind, found in vars(self).items() for each in found)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_role_and_relation_gets_what_the_table_says_and_nothing_else(world: World, method: str) -> None:
    """Who is listed gets in; for who is not, another's thing answers exactly like one that never was: status,
    headers, length of the page and every question to the database. What is served as a file, or as a report
    of its own, is sensitive and leaves one event; looking at anything else leaves none. And no page asks the
    database more than 25 questions of anybody.
    """
    signed_in, wrong, files = clients(world), Wrong(), set()
    for page in FOR_PEOPLE:
        compared: set[object] = set()
        if page.name == "signout" or method not in page.methods:
            continue
        arrange(page.name)
        where = address(page, world)
        stranger = ask(Client(), method, where)
        if stranger.status_code != 302 or not stranger["Location"].startswith("/signin/"):
            wrong.let_in_or_kept_out.append((page.name, "a stranger", stranger.status_code))
        for somebody, client in differing(signed_in, page, world):
            may, at = listed(page, somebody, world), (page.name, str(somebody))
            with asked_for() as questions:
                answer = ask(client, method, where)
            events = sum(WRITES in question for question in questions)
            fits = answer.status_code in LET_IN if may else answer.status_code in (403, 404)
            if not fits or (not may and events):
                wrong.let_in_or_kept_out.append((*at, may, answer.status_code, events))
            if method == "GET" and len(questions) > MOST_QUESTIONS:  # our own for the session's
                wrong.asked_too_much.append((*at, len(questions)))
            whose = somebody.organisation
            alike = (whose and whose.kind, answer.status_code, tuple(questions))
            if "<" in page.route and not may and not at_custodian(somebody) and alike not in compared:
                compared.add(alike)  # who is answered alike after the same questions is one case
                theirs = told_by(answer, questions)
                nothing = seen(client, method, address(page, world, never=True))
                wrong.told_apart += [] if theirs == nothing else [(*at, theirs, nothing)]
            if method == "GET" and may:
                file = "attachment" in answer.get("Content-Disposition", "") or own_policy(answer)
                files |= {page.name} if file else set()
                sensitive = page.name in PEOPLE_ON_IT or (file and page.name not in NOBODY_IN_IT)
                wrong.wrote_down += [] if events == int(sensitive) else [(*at, events)]
    assert not str(wrong), str(wrong)
    assert method == "POST" or {"receipt", "report", "report-file", "linkage"} <= files


def own_policy(answer: HttpResponseBase) -> bool:
    """Whether a page is a report with styles of its own."""
    return "style-src 'self'" not in answer.get("Content-Security-Policy", "")


def test_other_methods_are_refused_before_anything_is_looked_at(world: World) -> None:
    client = Client()
    client.force_login(world.registry.person("manager"), backend=BACKEND)
    for page in FOR_PEOPLE:
        for method in {"get", "post", "put", "patch", "delete"} - {each.lower() for each in page.methods}:
            assert getattr(client, method)(address(page, world)).status_code == 405, (page.name, method)


def at_custodian(somebody: Somebody) -> bool:
    """Whether somebody may know of it by another page: custodian staff know which things there are."""
    return somebody.organisation is not None and somebody.organisation.is_custodian


def seen(client: Client, method: str, where: str) -> tuple[object, ...]:
    """All that can be told from an answer, and the questions that were asked for it."""
    with asked_for() as questions:
        answer = ask(client, method, where)
    return told_by(answer, questions)


def told_by(answer: HttpResponseBase, questions: list[str]) -> tuple[object, ...]:
    """All that can be told from an answer."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)
    return answer.status_code, sorted(answer.headers.items()), body, questions


@contextmanager
def asked_for() -> Iterator[list[str]]:
    """Every question to the database meanwhile, without its values."""
    questions: list[str] = []

    def note(execute, sql, params, many, context):
        if "session" not in sql and "SAVEPOINT" not in sql:  # noted anew every half minute, whatever the page
            questions.append(shape(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield questions


def shape(sql: str) -> str:
    """A question without the values in it."""
    return re.sub(r"'[^']*'|\b\d+\b|s[0-9a-z_]+_x\d+", "?", sql)


LISTS = (
    "/supplies/",
    "/reports/",
    "/me/",
    "/proposals/",
    "/agreements/",
    "/notices/",
    "/trail/",
    "/breaches/",
)


def test_no_page_of_one_provider_names_another(world: World) -> None:
    client = Client()
    client.force_login(world.registry.person("other"), backend=BACKEND)
    for where in LISTS:
        text = client.get(where).content.decode()
        assert world.reference not in text
        assert "Aroha" not in text
        assert "/reports/R" not in text


def test_what_one_provider_sees_is_the_same_whether_or_not_another_is_there(registry, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(registry.person("other"), backend=BACKEND)
    people = everybody(registry)
    before = [pages_of(client) for _ in range(2)][1]
    build(registry, people)
    assert pages_of(client) == before


def pages_of(client: Client) -> list[tuple[str, bytes, int]]:
    """Every list, with how many questions it asked."""
    found = []
    for where in LISTS:
        with asked_for() as asked:
            body = client.get(where).content
        body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", body)
        body = re.sub(rb"\d+\xc2\xa0[a-z]+", b"a while", body)  # a minute may pass meanwhile
        found.append((where, body, len(asked)))
    return found


def test_no_name_in_a_providers_address_counts_what_others_did(world: World) -> None:
    """What is made for the second provider is named as if the first were not there."""
    registry = world.registry
    other, whose = registry.person("other"), registry.other_agreement.organisation
    sent = import_package(
        by=registry.person("integrator"), agreement=registry.other_agreement, package=registry.sealed.path
    )
    noticed = record_breach(by=other, organisation=whose, found_at=timezone.now(), what="A lost bag.")
    begun = begin(by=other, organisation=whose, title="Whānau support")
    assert [sent.reference, noticed.reference, begun.reference] == [
        "DSA-2026-002-001",
        "other-b1",
        "other-p1",
    ]
