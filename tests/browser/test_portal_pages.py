"""Every page in a browser: axe clean, no policy violation, no sideways scrolling at 320 px, keyboard."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests import deciding
from tests.browser.sessions import enter
from tests.custody.acting import three
from tests.everything import DATASET, planned_removal

from linkwell.custody import road
from linkwell.custody.home import links_path
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.models import Output
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.projects.pooling import begin_pool
from linkwell.custody.proposals import actions
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.uses.actions import answer_use
from linkwell.custody.uses.models import LaterUse
from linkwell.specification.file import render

PAGES = {
    "": ["/", "/signin/", "/nope/"],
    "provider": ["/supplies/", "/supplies/{supply}/", "/reports/", "/me/", "/custodian/supplies/",
                 "/proposals/{proposal}/versions/1/",
                 "/proposals/{proposal}/versions/1/columns/person/gender",
                 "/agreements/DSA-2026-001/take-out", "/removals/", "/trail/", "/together/",
                 "/together/visits/"],
    "integrator": [
        "/custodian/supplies/",
        "/custodian/supplies/{supply}/",
        "/custodian/refreshes/",
        "/custodian/refreshes/2026-11/",
        "/custodian/refreshes/ad-hoc",
        "/custodian/work/",
    ],
    "linker": ["/custodian/supplies/{supply}/", "/custodian/supplies/{supply}/linkage/pairs/"],
    "output_checker": ["/custodian/outputs/", "/custodian/outputs/out-1/", "/catalogue/", "/catalogue/?q=day",
                       "/catalogue/enrolment/"],
    "auditor": ["/custodian/record/"],
    "manager": ["/removals/DSA-2026-001-t1/", "/removals/DSA-2026-001-t1/confirm",
                "/people/{staff}/", "/people/{staff}/end", "/people/{staff}/aroha/provider_staff/end",
                "/custodian/organisations/aroha/people/new", "/custodian/organisations/aroha/",
                "/custodian/organisations/aroha/keys/new", "/custodian/organisations/aroha/room",
                "/custodian/agreements/DSA-2026-001/insights", "/custodian/record/?about=aroha",
                "/custodian/waiting/", "/custodian/organisations/", "/custodian/pools/",
                "/custodian/pools/new", "/custodian/pools/visits/", "/custodian/pools/visits/close"],
}  # fmt: skip


SIDEWAYS = (
    "[...document.querySelectorAll('.lw-scroll')].filter(box => box.scrollWidth > box.clientWidth)"
    ".map(box => box.ariaLabel)"
)


@pytest.fixture
def site(flushable, registry, live_server):  # a road walked far enough that every page has something on it
    supply = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    road.accept(by=registry.person("integrator"), reference=supply.reference)
    folder = links_path(supply.reference).parent
    columns = "list_first_name,spine_first_name,list_last_name,spine_last_name,list_dob,spine_dob"
    (folder / "sample-sheet.csv").write_text(
        f"number,{columns},judgement\n1,Mere,Meri,Kauri-Reihana,Kauri,1990-01-31,1990-01-13,\n", "utf-8"
    )
    (folder / "sample-key.json").write_text("{}", "utf-8")
    supplies.begin_upload(token=registry.agreement.tokens.get(), length=10)
    project = approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[registry.person("analyst")]
    )
    measure = {"code": "wages", "label": "Wages", "domain": "Work", "kind": "dollars", "source": "IR",
               "covers_from": "2020-01-01", "covers_to": "2025-01-01"}  # fmt: skip
    refresh = Refresh.objects.create(
        label="2026-11",
        state="ready",
        digest="ab" * 48,
        catalogue={
            "tables": {"person": 200000},
            "found_percent": 95,
            "measures": [measure],
            "datasets": [DATASET],
        },
    )
    changes = dict.fromkeys(("kept", "new", "lost", "changed", "never"), "about 400")
    refresh.facts = {
        "changes": {"aroha": [{"kind": "all", "name": "all records", **changes}]},
        "rates": [{"organisation": "aroha", "trait": "all", "level": "all", "now": 96, "before": 95}],
        "notes": [{"organisation": "aroha", "table": "enrolment", "column": "start_date", "kind": "known gap",
                   "note": "Before 2021 only the month.", "review": "2027-06-30"}],
    }  # fmt: skip
    refresh.save()
    planned_removal(registry, supply)
    supply.counts = {"feedback": {"default_birth_date": 30, "no_birth_date": 10}}
    supply.save(update_fields=["counts"])
    Output.objects.create(
        reference="out-1", project=project, refresh=refresh, state="ready to check", analyst="analyst"
    )
    Job.objects.create(
        kind="refresh.load", queue="heavy", subject="2026-12", state="failed", by="integrator", attempts=4,
        error={"what": "This work stopped without an ending.", "fix": "Look at memory and disk."},
    )  # fmt: skip
    Refresh.objects.create(label="2026-12", state="failed")
    Job.objects.create(
        kind="supply.link", queue="heavy", subject=supply.reference, state="running", by="linker",
        done=400, total=1500, beat_at=refresh.created_at - timedelta(hours=2),
    )  # fmt: skip
    actions.upload(
        by=registry.person("provider"),
        proposal=deciding.begun(registry),
        toml=render(registry.sealed.specification),
    )
    pooled(registry, refresh)
    return live_server.url, supply.reference


def pooled(registry, refresh: Refresh) -> None:
    """A pool of three: one has said no, a run was refused."""
    made = begin_pool(
        by=registry.person("manager"), code="visits", service="Home visits", agreements=three(registry),
        analysts=[registry.person("analyst")],
    )  # fmt: skip
    use = LaterUse.objects.get(agreement=registry.other_agreement, project="visits")
    answer_use(by=registry.person("other"), use=use, verb="not agree")
    Output.objects.create(
        reference="visits-2026-11", project=made, refresh=refresh, state="refused", analyst="analyst",
        members=["aroha", "other", "third"], reasons={"what": "Its commissioner asked for it first."},
    )  # fmt: skip


def sign_in(page, url: str, username: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto(url + "/signin/")
    page.get_by_label("Sign-in name").fill(username)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda where: "signin" not in where)


def test_every_page_is_clean_for_axe_and_fits_a_narrow_phone(site, page, axe, faults) -> None:
    url, supply = site
    staff = Person.objects.get(username="provider_staff").pk
    proposal = Proposal.objects.get().reference
    for person, places in PAGES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        enter(page.context, url, person)
        for place in places:
            page.goto(url + place.format(supply=supply, staff=staff, proposal=proposal))
            for width in (1280, 320):
                page.set_viewport_size({"width": width, "height": 900})
                assert axe() == [], (person, place, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
            assert page.evaluate(SIDEWAYS) == [], place  # wide tables became a card for each row
    expected = ("404", "403")  # the two pages of PAGES that answer so on purpose
    assert [fault for fault in faults if not any(status in fault for status in expected)] == []


def test_the_first_tab_reaches_the_skip_link_and_focus_can_be_seen(site, page) -> None:
    url, _ = site
    page.goto(url + "/signin/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    for _ in range(5):  # name, sign in, two fields, button
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
        )
        assert seen


def test_targets_are_large_enough_to_touch(site, page, password) -> None:
    url, _ = site
    sign_in(page, url, "provider", password)
    small = page.evaluate(
        "[...document.querySelectorAll('header a, header button, nav a, main button')]"
        ".filter(e => { const r = e.getBoundingClientRect();"
        " return r.height && Math.min(r.width, r.height) < 24; })"
        ".map(e => e.textContent)"
    )
    assert small == []


def test_an_error_is_told_at_the_top_and_beside_the_field(site, page, axe) -> None:
    url, _ = site
    page.goto(url + "/signin/")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="Enter your password").click()
    assert page.evaluate("document.activeElement.id") == "id_password"
    assert axe() == []


def test_everything_works_without_script(site, plain_page, password) -> None:
    url, supply = site
    page = plain_page
    sign_in(page, url, "provider", password)
    page.get_by_role("link", name=supply).click()
    expect(page.get_by_role("heading", name=f"What happened to {supply}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Signed receipt: your file arrived whole").click()
    assert download.value.suggested_filename == f"receipt-{supply}-received.json"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_member_takes_its_yes_back_on_a_phone_by_keyboard_without_script(
    site, plain_page, password
) -> None:
    url, page = site[0], plain_page
    use = LaterUse.objects.get(agreement__reference="DSA-2026-001", project="visits")
    LaterUse.objects.filter(pk=use.pk).update(state="agreed")
    enter(page.context, url, "provider")
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(url + "/together/")
    for name in ("Home visits", "Take your yes back"):
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_label("What do you say?")).to_contain_text("No: leave our people out")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said no: your people are in no new report.")).to_be_visible()


def test_macrons_are_in_the_pages_own_font(site, page) -> None:
    url, _ = site
    page.goto(url + "/")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.load('16px \"Noto Sans\"', 'āēīōūĀĒĪŌŪ').then(f => f.length)") >= 1
