"""The headers of every answer, what pages may hold, signing in and out, and asking again.

Who is let in where is asked in tests/security.
"""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client
from tests.everything import BACKEND, World, address, arrange, build, listed

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.commissioning.models import PassedOn
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.supplies.models import Supply
from linkwell.portal.access import ANYONE, PAGES, SENDER, Page
from linkwell.portal.urls import urlpatterns  # declares the pages

FILES = {
    *("removal-slip", "report", "linkage", "report-file", "receipt"),
    *("request-file", "request-marked", "request-bundle"),
}
"""Pages that are not ours to lay out."""
ELSEWHERE = {
    "proposal-question",
    "project-lift",
    "home",
    "readyz",
    "signin-second",
    "command-decide",
    "passkey-name",
    "passkey-remove",
}
"""Pages that lead elsewhere where there is nothing to show yet, or may be unwell."""

NOT_OPEN = {"project-lab", "project-lab-work"}
"""Pages that say why they are closed: no project here has a database (tests/portal/test_labs opens one)."""


@pytest.fixture
def world(registry, settings) -> World:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert urlpatterns
    return build(registry)


def visit(world: World, page: Page):
    """The page as the first person who may see it does."""
    client = Client(raise_request_exception=False)
    if page.who != ANYONE:
        somebody = next(each for each in world.people if listed(page, each, world))
        client.force_login(somebody.person, backend=BACKEND)
        asked_again(client)
    if page.name == "app-picture":
        client.get("/me/app")  # there is a picture while an app is being set up
    arrange(page.name)
    answer = client.get(address(page, world))
    if answer.streaming:
        list(answer.streaming_content)  # read to the end, which closes the file and not the database
    return answer


def asked_again(client: Client) -> None:
    """As if the password had been given again just now."""
    session = client.session
    session["asked again"] = time.time()
    session.save()


def readable() -> list[Page]:
    """Every page people read."""
    return [page for page in PAGES if page.who != SENDER and "GET" in page.methods]


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.registry.person(name), backend=BACKEND)
    return client


def test_every_answer_has_the_strict_policy_and_is_never_cached_or_styled_inline(
    world,
) -> None:
    for page in readable():
        answer = visit(world, page)
        well = {200, 302, 503} if page.name in ELSEWHERE else {409} if page.name in NOT_OPEN else {200}
        assert answer.status_code in well, page.name
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        if page.name not in FILES:
            text = answer.content.decode()
            assert not re.search(r"<script(?![^>]* src=)|<script[^>]*>[^<]", text)  # files of our own only
            assert not re.search(r' on[a-z]+="', text)
            assert "<style" not in text
            assert " style=" not in text


def test_a_report_may_use_its_own_style_block_and_nothing_else(world) -> None:
    import base64
    import hashlib

    policy = signed_in(world, "provider").get("/reports/R1/")["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha384(b"p{color:red}").digest()).decode()
    assert f"style-src 'sha384-{digest}'" in policy
    assert "script-src" not in policy  # default-src 'none' holds


def test_looking_at_a_linkage_report_is_recorded(world) -> None:
    client = signed_in(world, "linker")
    assert client.get(f"/custodian/supplies/{world.reference}/linkage/").status_code == 200
    event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.actor, event.about) == ("linkage report.viewed", "linker", "aroha")


def test_signing_in_works_without_script_and_says_what_is_wrong(world, password) -> None:
    client = Client()
    empty = client.post("/signin/", {"username": "", "password": ""}).content.decode()
    assert "There is a problem" in empty
    assert "<title>Error: Sign in" in empty
    assert 'href="#id_username"' in empty
    wrong = client.post("/signin/", {"username": "provider", "password": "no"})
    assert "is not right" in wrong.content.decode()
    right = client.post("/signin/", {"username": "provider", "password": password, "next": "/supplies/"})
    assert right["Location"] == "/supplies/"
    evil = Client().post("/signin/", {"username": "other", "password": password, "next": "https://evil.nz/"})
    assert evil["Location"] == "/start/"


def test_an_account_locks_after_three_wrong_passwords(world, password) -> None:
    client = Client()
    for _ in range(3):
        answer = client.post("/signin/", {"username": "provider", "password": "no"})
    assert answer.status_code == 429
    assert client.post("/signin/", {"username": "provider", "password": password}).status_code == 429


def test_staff_are_signed_out_when_idle(world) -> None:
    client = signed_in(world, "linker")
    assert client.get("/custodian/supplies/").status_code == 200
    session = client.session
    session["seen"] = int(time.time()) - 11 * 60
    session.save()
    assert client.get("/custodian/supplies/").status_code == 302


def test_a_form_from_elsewhere_is_refused_in_plain_words(world) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.registry.person("integrator"), backend=BACKEND)
    answer = client.post(f"/custodian/supplies/{world.reference}/accept")
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()
    assert Supply.objects.get().state == "received"


def test_releasing_asks_for_the_password_again(world, password) -> None:
    PassedOn.objects.all().delete()
    Release.objects.all().delete()
    Output.objects.update(state="ready to check")
    client = signed_in(world, "output_checker")
    client.post("/custodian/outputs/out-1/release", {"password": "wrong"})
    assert Output.objects.get().state == "ready to check"
    client.post("/custodian/outputs/out-1/release", {"password": password})
    assert Output.objects.get().state == "releasing"


def test_a_refusal_by_an_action_is_a_page_in_words(world) -> None:
    client = signed_in(world, "linker")
    Supply.objects.update(state="received")
    answer = client.post(f"/custodian/supplies/{world.reference}/link")
    assert answer.status_code == 409
    assert "What to do" in answer.content.decode()
