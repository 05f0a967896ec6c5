"""Every address by every role, the headers of every answer, and nothing of one provider's for another."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests import deciding

from linkwell.custody.agreements.models import Agreement, AgreementVersion
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.breaches.actions import record_breach
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.portal.access import PAGES
from linkwell.portal.urls import urlpatterns  # declares the pages

A_STRANGER = "nobody"
PEOPLE = [
    A_STRANGER, "provider", "provider_staff", "other", "linker", "integrator", "analyst", "output_checker",
    "researcher", "project_lead", "assessor", "kaitiaki", "vendor", "payer", "manager", "auditor",
]  # fmt: skip

# address name -> people who are let in with GET (or with POST where a page has no GET). Everybody else
# signed in gets the same 403; a stranger is sent to sign in.
STAFF = {"linker", "integrator", "manager", "auditor"}
PROVIDERS = {"provider", "provider_staff", "other"}
RELEASE_READERS = PROVIDERS | {"analyst", "output_checker", "manager", "auditor"}
SEE_PROPOSALS = PROVIDERS | {"kaitiaki", "integrator", "manager", "assessor", "auditor"}
SEE_AGREEMENTS = PROVIDERS | {"kaitiaki", "integrator", "manager", "assessor", "analyst", "auditor"}
LET_IN: dict[str, set[str]] = {
    "home": set(PEOPLE) - {A_STRANGER},
    "me": set(PEOPLE) - {A_STRANGER},
    "signout": set(PEOPLE) - {A_STRANGER},
    "supplies": PROVIDERS,
    "supply": PROVIDERS,
    "receipt": PROVIDERS | STAFF,
    "recall": {"provider", "other"},
    "reports": RELEASE_READERS,
    "report": RELEASE_READERS,
    "report-file": RELEASE_READERS,
    "staff-supplies": STAFF,
    "staff-supply": STAFF,
    "accept": {"integrator"},
    "reject": {"integrator"},
    "link": {"linker"},
    "linkage": {"linker"},
    "refreshes": {"integrator", "analyst", "output_checker", "manager", "auditor"},
    "outputs": {"analyst", "output_checker", "auditor"},
    "output": {"analyst", "output_checker", "auditor"},
    "release": {"output_checker"},
    "catalogue": {"researcher", "analyst", "integrator", "output_checker"},
    "trail": {"auditor", "manager"},
    "organisations": {"manager"},
    "organisation-new": {"manager"},
    "proposals": SEE_PROPOSALS,
    "proposal": SEE_PROPOSALS,
    "proposal-version": SEE_PROPOSALS,
    "proposal-new": PROVIDERS,
    "proposal-upload": PROVIDERS,
    "proposal-documentation": PROVIDERS,
    "proposal-comment": PROVIDERS | {"kaitiaki", "integrator", "manager"},
    "proposal-mandate": {"provider", "other", "kaitiaki"},
    "proposal-put-forward": {"provider", "other"},
    "proposal-revise": {"provider", "other"},
    "proposal-withdraw": {"provider", "other"},
    "assessments": {"assessor", "manager", "auditor"},
    "assessment": {"assessor", "manager", "auditor"},
    "assessment-take": {"assessor"},
    "assessment-decide": {"assessor"},
    "agreements": SEE_AGREEMENTS,
    "agreement": SEE_AGREEMENTS,
    "agreement-version": SEE_AGREEMENTS,
    "agreement-sign": {"provider", "other", "manager"},
    "agreement-decline": {"provider", "other"},
    "agreement-end": {"provider", "other", "manager"},
    "agreement-promise": {"analyst", "integrator"},
    "agreement-token": {"manager"},
    "agreement-draft": {"integrator", "manager"},
    "agreement-vary": {"integrator", "manager"},
    "agreement-offer": {"integrator", "manager"},
    "agreement-take-back": {"integrator", "manager"},
    "agreement-vendor": {"provider", "other"},
    "vendor-token": {"manager"},
    "clients": {"vendor"},
    "clients-round": {"vendor"},
    "own-trail": PROVIDERS | {"kaitiaki", "vendor"},
    "breaches": PROVIDERS | {"manager", "auditor"},
    "breach": PROVIDERS | {"manager", "auditor"},
    "breach-new": PROVIDERS | {"linker", "integrator", "analyst", "output_checker", "assessor", "manager"},
    "breach-judge": {"provider", "other", "manager"},
    "notices": {"vendor"} | PROVIDERS | {"manager", "integrator"},
}
FOR_ANYONE = {
    "readiness", "readiness-question", "readiness-meaning", "readiness-number", "readiness-report",
    "readiness-words", "readiness-take", "front", "signin", "healthz", "readyz",
}  # fmt: skip
FOR_SENDERS = {"uploads", "upload", "upload-receipt", "package-receipts"}
# Pages about one provider's thing: the other provider gets what it would get for a thing that never was.
ABOUT_A_SUPPLY = {"supply", "recall", "staff-supply", "accept", "reject", "link", "linkage"}
ABOUT_A_PROPOSAL = {
    "proposal", "proposal-version", "proposal-upload", "proposal-documentation", "proposal-comment",
    "proposal-mandate", "proposal-put-forward", "proposal-revise", "proposal-withdraw",
}  # fmt: skip
ABOUT_AN_AGREEMENT = {"agreement", "agreement-end", "agreement-promise", "agreement-token", "agreement-vary"}
ABOUT_A_TEXT = {
    "agreement-version", "agreement-sign", "agreement-decline", "agreement-offer", "agreement-take-back",
}  # fmt: skip
NOT_THEIRS = (
    {"agreement-vendor", "breach", "breach-judge"}
    | {"agreement", "agreement-end", "agreement-version", "agreement-sign", "agreement-decline"}
    | {
        "supply",
        "recall",
        "receipt",
        "report",
        "report-file",
    }
    | ABOUT_A_PROPOSAL
)


@pytest.fixture
def world(registry, settings):
    """A registry with one of everything, all of it the first provider's."""
    settings.ALLOWED_HOSTS = ["testserver"]
    supply = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    project = approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[registry.person("analyst")]
    )
    refresh = Refresh.objects.create(label="2026-11", state="ready", digest="ab" * 48)
    output = Output.objects.create(
        reference="out-1", project=project, refresh=refresh, state="released", analyst="analyst"
    )
    folder = registry.home.path / "released" / "R1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<!doctype html><title>x</title><style>p{color:red}</style><p>ok")
    (folder / "reach.csv").write_text("a,b\n")
    Release.objects.create(
        reference="R1", output=output, organisation=registry.agreement.organisation, title="Insights",
        report_digest="0" * 96, files=["reach.csv"],
    )  # fmt: skip
    manager = registry.person("manager")
    vendor = enter_organisation(by=manager, code="tui-systems", name="Tūī Systems", kind=Kind.VENDOR)
    payer = enter_organisation(by=manager, code="payer", name="A payer", kind=Kind.COMMISSIONER)
    deciding.somebody(registry, "vendor", vendor, Role.VENDOR_SENDER)
    deciding.somebody(registry, "payer", payer, Role.COMMISSIONER)
    deciding.offered(registry)
    # as if it had gone by the vendor, so that every page about an agreement has something on it
    Agreement.objects.filter(reference="aroha-agreement-2").update(route="vendor", via=vendor)
    record_breach(
        by=manager,
        organisation=registry.agreement.organisation,
        found_at=timezone.now(),
        what="A lost stick.",
    )
    links = registry.home.path / "identity" / "links" / supply.reference
    links.mkdir(parents=True)
    (links / "report.html").write_text("<!doctype html><title>x</title><style>p{color:red}</style><p>linkage")
    return registry, supply.reference


def arguments(name: str, reference: str) -> list[str]:
    """What each address needs to name a thing that exists."""
    return {
        "receipt": [reference, "received", "json"],
        "report": ["R1"],
        "report-file": ["R1", "reach.csv"],
        "output": ["out-1"],
        "release": ["out-1"],
        "proposal-version": ["aroha-p1", "1"],
        **{name: ["aroha-p1-a1"] for name in ("assessment", "assessment-take", "assessment-decide")},
        "agreement-draft": ["aroha-p1"],
        "agreement-vendor": ["aroha-agreement-2"],
        "vendor-token": ["tui-systems"],
        "breach": ["aroha-b1"],
        "breach-judge": ["aroha-b1"],
        **{name: ["aroha-agreement-2"] for name in ABOUT_AN_AGREEMENT},
        **{name: ["aroha-agreement-2", "1"] for name in ABOUT_A_TEXT},
        **{name: ["aroha-p1"] for name in ABOUT_A_PROPOSAL - {"proposal-version"}},
    }.get(name, [reference] if name in ABOUT_A_SUPPLY else [])


def visit(person: str, registry, page, where: str):
    client = Client(raise_request_exception=False)
    if person != A_STRANGER:
        client.force_login(registry.person(person), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(where) if "GET" in page.methods else client.post(where)
    if answer.streaming:
        list(answer.streaming_content)  # read to the end, which closes the file and not the database
    return answer


def test_every_address_is_in_exactly_one_list() -> None:
    names = {page.name for page in PAGES}
    assert names == set(LET_IN) | FOR_ANYONE | FOR_SENDERS
    assert len(names) == len(PAGES) == len(urlpatterns)


@pytest.mark.parametrize("name", sorted(LET_IN))
def test_every_role_gets_what_the_table_says_and_nothing_else(world, name) -> None:
    registry, reference = world
    page = next(page for page in PAGES if page.name == name)
    for person in PEOPLE:
        Proposal.objects.update(
            state="approved" if name in ("proposal-revise", "agreement-draft") else "put forward"
        )
        Assessment.objects.update(state="approved" if "agreement" in name else "waiting", assessor="")
        AgreementVersion.objects.update(state="draft" if name == "agreement-offer" else "offered")
        Supply.objects.update(state="received" if name in ("accept", "reject") else "accepted")
        where = reverse(name, args=arguments(name, reference))
        answer = visit(person, registry, page, where)
        if person == A_STRANGER:
            assert answer.status_code == 302
            assert answer["Location"].startswith("/signin/")
        elif person not in LET_IN[name]:
            assert answer.status_code == 403, (name, person)
        elif name in NOT_THEIRS and (person == "other" or (person, name) == ("kaitiaki", "proposal-mandate")):
            assert answer.status_code == (404 if person == "other" else 200), name
        else:
            assert answer.status_code in (200, 302), (name, person, answer.content[:200])


@pytest.mark.parametrize("name", sorted(FOR_ANYONE))
def test_anyone_reaches_the_open_pages(world, name) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code in ((200, 503) if name == "readyz" else (200,))


def test_another_providers_thing_answers_exactly_like_one_that_never_was(world) -> None:
    registry, reference = world
    client = Client(raise_request_exception=False)
    client.force_login(registry.person("other"), backend="django.contrib.auth.backends.ModelBackend")
    for name in sorted(NOT_THEIRS):
        there = arguments(name, reference)
        never = [
            argument.replace(reference, "DSA-2099-001-001").replace("R1", "R9").replace("aroha-", "nobody-")
            for argument in there
        ]
        ask = client.post if name == "proposal-revise" else client.get
        theirs, nothing = ask(reverse(name, args=there)), ask(reverse(name, args=never))
        assert theirs.status_code == nothing.status_code == 404
        assert without_token(theirs.content) == without_token(nothing.content)
        assert set(theirs.headers) == set(nothing.headers)


def without_token(html: bytes) -> bytes:
    import re

    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", html)


def test_no_page_of_one_provider_names_another(world) -> None:
    registry, reference = world
    client = Client()
    client.force_login(registry.person("other"), backend="django.contrib.auth.backends.ModelBackend")
    for where in (
        "/supplies/",
        "/reports/",
        "/me/",
        "/proposals/",
        "/agreements/",
        "/notices/",
        "/trail/",
        "/breaches/",
    ):
        text = without_token(client.get(where).content).decode()
        assert reference not in text
        assert "Aroha" not in text
        assert "/reports/R" not in text


def test_every_answer_has_the_strict_policy_and_is_never_cached(world) -> None:
    registry, reference = world
    for name in sorted(set(LET_IN) | FOR_ANYONE):
        page = next(page for page in PAGES if page.name == name)
        if "GET" not in page.methods:
            continue
        person = sorted(LET_IN.get(name, {A_STRANGER}) - {"other"})[0]
        answer = visit(person, registry, page, reverse(name, args=arguments(name, reference)))
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_report_may_use_its_own_style_block_and_nothing_else(world) -> None:
    import base64
    import hashlib

    registry, _ = world
    client = Client()
    client.force_login(registry.person("provider"), backend="django.contrib.auth.backends.ModelBackend")
    policy = client.get("/reports/R1/")["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha384(b"p{color:red}").digest()).decode()
    assert f"style-src 'sha384-{digest}'" in policy
    assert "script-src" not in policy  # default-src 'none' holds


def test_no_page_holds_an_inline_style_or_script(world) -> None:
    registry, reference = world
    for name in sorted(set(LET_IN) - {"report", "linkage", "report-file", "receipt"} | {"front", "signin"}):
        page = next(page for page in PAGES if page.name == name)
        if "GET" not in page.methods:
            continue
        person = sorted(LET_IN.get(name, {A_STRANGER}) - {"other"})[0]
        text = visit(person, registry, page, reverse(name, args=arguments(name, reference))).content.decode()
        assert "<script" not in text
        assert "<style" not in text
        assert " style=" not in text


def test_looking_at_a_linkage_report_is_recorded(world) -> None:
    from linkwell.custody.audit.models import AuditEvent

    registry, reference = world
    client = Client()
    client.force_login(registry.person("linker"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/custodian/supplies/{reference}/linkage/").status_code == 200
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
    import time

    registry, _ = world
    client = Client()
    client.force_login(registry.person("linker"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/custodian/supplies/").status_code == 200
    session = client.session
    session["seen"] = int(time.time()) - 11 * 60
    session.save()
    assert client.get("/custodian/supplies/").status_code == 302


def test_a_form_from_elsewhere_is_refused_in_plain_words(world) -> None:
    registry, reference = world
    client = Client(enforce_csrf_checks=True)
    client.force_login(registry.person("integrator"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/custodian/supplies/{reference}/accept")
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()
    assert Supply.objects.get().state == "received"


def test_releasing_asks_for_the_password_again(world, password) -> None:
    registry, _ = world
    Release.objects.all().delete()
    Output.objects.update(state="ready to check")
    client = Client()
    client.force_login(registry.person("output_checker"), backend="django.contrib.auth.backends.ModelBackend")
    client.post("/custodian/outputs/out-1/release", {"password": "wrong"})
    assert Output.objects.get().state == "ready to check"
    client.post("/custodian/outputs/out-1/release", {"password": password})
    assert Output.objects.get().state == "releasing"


def test_a_refusal_by_an_action_is_a_page_in_words(world) -> None:
    registry, reference = world
    client = Client()
    client.force_login(registry.person("linker"), backend="django.contrib.auth.backends.ModelBackend")
    Supply.objects.update(state="received")
    answer = client.post(f"/custodian/supplies/{reference}/link")
    assert answer.status_code == 409
    assert "What to do" in answer.content.decode()
