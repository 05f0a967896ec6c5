"""The decisions between people, walked in a browser: routes, answers, changes, lapse, a provider of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests import deciding
from tests.browser.sessions import enter

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import watch_dates
from linkwell.custody.breaches.actions import record_breach
from linkwell.custody.clients import actions as clients
from linkwell.custody.commissioning.actions import pass_on
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.proposals.documentation import questions
from linkwell.custody.uses.actions import ask_use
from linkwell.specification.file import render
from linkwell.standards.clock import today


class Walk:
    """One browser in which people take turns; `EXACT` for buttons found by all of their words."""

    EXACT = False

    def __init__(self, page, url, password) -> None:
        self.page, self.url, self.password = page, url, password

    def as_(self, username: str, where: str) -> None:
        """Go somewhere as somebody; nobody for an empty name."""
        enter(self.page.context, self.url, username)
        self.page.goto(self.url + where)

    def press(self, name: str, *, again: bool = False) -> None:
        """Press a button, after giving the password again where a page asks for it."""
        if again:
            self.page.get_by_label("Your password").fill(self.password)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=self.EXACT).click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def choose(self, label: str, value: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label).select_option(value)

    def sees(self, text: str) -> None:
        """The page says so."""
        assert self.page.get_by_text(text).first.is_visible(), text


@pytest.fixture
def walk(flushable, registry, live_server, plain_page, password) -> Walk:
    """A browser without script, since everything has to work so."""
    return Walk(plain_page, live_server.url, password)


@pytest.fixture
def specification(registry, tmp_path) -> Path:
    file = tmp_path / "specification.toml"
    file.write_text(render(registry.sealed.specification), "utf-8")
    return file


def put_forward(walk: Walk, specification: Path) -> None:
    """The provider writes its proposal alone and asks for the assessment."""
    walk.as_("provider", "/proposals/")
    walk.follow("Begin a proposal")
    walk.page.get_by_label("What would you share").fill("Whānau support")
    walk.press("Begin")
    walk.follow("Add a version of the specification")
    walk.page.get_by_label("Specification file").set_input_files(specification)
    walk.press("Upload")
    walk.sees("What changed since the base specification")
    walk.page.goto(walk.url + "/proposals/aroha-p1/documentation")
    for question in questions():
        walk.page.get_by_label(question.text).fill("Everybody was told on the form of 1 July 2025.")
    walk.press("Save")
    walk.follow("Record a mandate")
    walk.choose("Who decided?", "owner")
    walk.page.get_by_label("Name of the board").fill("Riverbend Aroha")
    walk.page.get_by_label("Day of the decision").fill("2026-03-01")
    walk.press("Record it")
    walk.follow("Ask for the assessment")
    walk.press("Put it forward", again=True)
    walk.sees("Waiting for the assessment")


def decide(walk: Walk, decision: str, reasons: str, *, round_: int = 1, condition: str = "") -> None:
    """The assessor takes it and decides."""
    walk.as_("assessor", f"/custodian/assessments/aroha-p1-a{round_}/")
    walk.press("Take this assessment")
    walk.follow("Decide")
    walk.choose("What do you decide?", decision)
    walk.page.get_by_label("Why?").fill(reasons)
    if condition:
        walk.page.get_by_label(condition).check()
    walk.press("Decide", again=True)


def draw_up(walk: Walk, *, route: str = "direct", via: str = "", ends: date | None = None) -> None:
    """The integrator draws it up and offers it."""
    walk.as_("integrator", "/custodian/proposals/aroha-p1/agreement")
    walk.page.get_by_label("First day").fill(today().isoformat())
    walk.page.get_by_label("Last day").fill((ends or today() + timedelta(days=1000)).isoformat())
    walk.choose("How does it arrive?", route)
    walk.choose("By whom", via)
    walk.choose("May results about this provider alone", "yes")
    walk.press("Draw it up")
    walk.press("Lock and offer it")
    walk.sees("locked by its fingerprint")


def sign(walk: Walk, username: str, *, number: int = 1, own: bool = False) -> None:
    """Somebody signs for their side."""
    walk.as_(username, f"/agreements/aroha-agreement-2/versions/{number}/")
    walk.follow("Sign it")
    if own:
        walk.choose("Do you need an agreement of your own", "not needed")
    walk.press("Sign it", again=True)


def relay(registry, kind: Kind, role: Role, username: str) -> None:
    made = enter_organisation(by=registry.person("manager"), code="tui", name="Tūī Systems", kind=kind)
    deciding.somebody(registry, username, made, role)


def test_the_direct_route_by_one_person_is_approved_under_a_condition_and_signed(walk, specification) -> None:
    put_forward(walk, specification)
    decide(walk, "approve", "Worth it.", condition="A practice send has to be accepted")
    draw_up(walk)
    sign(walk, "provider")
    walk.sees("the signature of the custodian")
    sign(walk, "manager")
    walk.sees("In force")
    assert walk.page.get_by_text("Not stopped").count() == 0
    walk.sees("a real delivery before a practice send")
    walk.as_("provider", "/notices/")
    walk.sees("An agreement is in force")
    walk.as_("provider", "/trail/")
    walk.sees("Every side has signed: it is in force")


def test_a_proposal_comes_back_is_talked_about_and_is_then_found_not_eligible(walk, specification) -> None:
    put_forward(walk, specification)
    decide(walk, "return", "Who was told before 2025?")
    walk.as_("integrator", "/proposals/aroha-p1/comment")
    walk.page.get_by_label("Your comment").fill("We can help to write this down.")
    walk.press("Say it")
    walk.as_("provider", "/proposals/aroha-p1/")
    walk.sees("Who was told before 2025?")
    walk.sees("We can help to write this down.")
    walk.follow("Ask for the assessment")
    walk.press("Put it forward", again=True)
    decide(walk, "refuse", "People were not told.", round_=2)
    walk.as_("provider", "/proposals/aroha-p1/")
    walk.sees("This is an end.")
    walk.sees("People were not told.")
    assert walk.page.get_by_role("link", name="Ask for the assessment").count() == 0


def test_by_a_vendor_the_provider_gives_its_ok_and_pauses(walk, registry) -> None:
    relay(registry, Kind.VENDOR, Role.VENDOR_SENDER, "vendor")
    deciding.approved(registry)
    draw_up(walk, route="vendor", via="tui")
    sign(walk, "provider", own=True)
    sign(walk, "manager")
    walk.as_("vendor", "/clients/")
    walk.sees("Still has to give its OK")
    for choice, now in (("give", "Gave its OK"), ("pause", "Paused")):
        walk.as_("provider", "/agreements/aroha-agreement-2/sender/")
        walk.follow("Decide whether they may send")
        walk.choose("May they send for you?", choice)
        walk.press("Decide", again=True)
        walk.sees("What you decided")
        walk.as_("vendor", "/clients/")
        walk.sees(now)
    walk.follow("Riverbend Aroha")
    walk.sees("What you sent for it")


def test_by_an_intermediary_three_sides_sign_once_the_provider_has_an_agreement_of_its_own(
    walk, registry
) -> None:
    relay(registry, Kind.INTERMEDIARY, Role.INTERMEDIARY, "between")
    deciding.approved(registry)
    draw_up(walk, route="intermediary", via="tui")
    walk.as_("provider", "/agreements/aroha-agreement-2/versions/1/")
    walk.follow("Sign it")
    walk.choose("Do you need an agreement of your own", "still needed")
    walk.press("Sign it", again=True)
    walk.sees("the provider, to make an agreement of its own")
    sign(walk, "provider", own=True)
    sign(walk, "manager")
    walk.sees("the signature of the intermediary")
    sign(walk, "between")
    walk.sees("In force")
    walk.as_("provider", "/agreements/aroha-agreement-2/sender/")
    walk.sees("Nothing: you seal your file on your own computer")
    walk.follow("Decide whether they may send")
    walk.choose("May they send for you?", "give")
    walk.press("Decide", again=True)
    walk.as_("between", "/clients/")
    walk.sees("Gave its OK")


def test_a_report_is_passed_on_read_by_the_commissioner_and_no_longer_shown(walk, registry) -> None:
    relay(registry, Kind.COMMISSIONER, Role.COMMISSIONER, "payer")
    deciding.released(registry)
    walk.as_("payer", "/passed-on/")
    walk.sees("There is none.")
    for choice, now in (("pass:tui", "Tūī Systems can read it now."), ("stop:tui", "can no longer open it")):
        walk.as_("provider", "/reports/")
        walk.page.get_by_role("link", name="Who else reads it").first.click()
        walk.choose("What do you decide?", choice)
        walk.press("Decide", again=True)
        walk.sees(now)
        walk.as_("payer", "/start/")
        shown = walk.page.get_by_role("link", name="Insights").count()
        assert shown == (1 if choice.startswith("pass") else 0)


def test_kaitiaki_are_asked_about_a_later_use_and_their_answer_stands(walk, registry) -> None:
    agreement = deciding.in_force(registry)
    deciding.somebody(registry, "hana", agreement.organisation, Role.KAITIAKI)
    walk.as_("hana", "/proposals/aroha-p1/mandate")
    walk.choose("Who decided?", "kaitiaki")
    walk.page.get_by_label("Name of the board").fill("Kaitiaki of the rohe")
    walk.page.get_by_label("Day of the decision").fill("2026-03-01")
    walk.choose("Do they want to be asked", "yes")
    walk.press("Record it")
    walk.as_("manager", "/agreements/aroha-agreement-2/")
    walk.sees("Nothing new is approved before the body")
    walk.follow("Ask about a later use")
    walk.page.get_by_label("What is it, in a few words?").fill("A study of school years")
    walk.page.get_by_label("What is it for").fill("To learn what helps.")
    walk.press("Ask")
    walk.as_("hana", "/notices/")
    walk.sees("A later use is asked about")
    walk.follow("Look at aroha-u1")
    walk.follow("Record what they decided")
    walk.choose("What did they decide?", "agree")
    walk.press("Record it", again=True)
    walk.sees("They agreed to this use.")


def test_the_whole_story_and_its_end_by_the_providers_own_wish(walk, registry) -> None:
    deciding.in_force(registry)
    walk.as_("provider", "/trail/")
    walk.follow("The whole story of aroha-agreement-2")
    walk.sees("An independent assessor took the assessment")
    walk.follow("The agreement")
    walk.follow("End this agreement")
    walk.press("End it", again=True)
    walk.follow("Destroy what is kept now")
    walk.press("Destroy it now", again=True)
    walk.sees("The provider asked that what is kept is destroyed now")


def test_a_changed_specification_reopens_the_assessment_and_the_ok_of_whoever_sends(
    walk, registry, tmp_path
) -> None:
    relay(registry, Kind.VENDOR, Role.VENDOR_SENDER, "vendor")
    deciding.approved(registry)
    draw_up(walk, route="vendor", via="tui")
    sign(walk, "provider", own=True)
    sign(walk, "manager")
    clients.decide(
        by=registry.person("provider"), agreement=Agreement.objects.get(reference="aroha-agreement-2"),
        verb="give",
    )  # fmt: skip
    walk.as_("provider", "/proposals/aroha-p1/")
    walk.press("Change something (reopens the assessment)")
    less = replace(registry.sealed.specification, tables=registry.sealed.specification.tables[:2])
    (tmp_path / "less.toml").write_text(render(less), "utf-8")
    walk.follow("Add a version of the specification")
    walk.page.get_by_label("Specification file").set_input_files(tmp_path / "less.toml")
    walk.press("Upload")
    walk.sees("Deliveries have to change")
    walk.as_("integrator", "/custodian/agreements/aroha-agreement-2/vary")
    walk.press("Draw it up")
    walk.sees("This proposal is not approved.")
    walk.as_("provider", "/proposals/aroha-p1/put-forward")
    walk.press("Put it forward", again=True)
    decide(walk, "approve", "Less is better.", round_=2)
    walk.as_("integrator", "/custodian/agreements/aroha-agreement-2/vary")
    walk.press("Draw it up")
    walk.press("Lock and offer it")
    walk.sees("Deliveries have to change")
    sign(walk, "provider", number=2, own=True)
    sign(walk, "manager", number=2)
    walk.as_("vendor", "/clients/")
    walk.sees("Still has to give its OK")


def test_it_lapses_both_are_told_and_a_renewal_brings_it_back(walk, registry) -> None:
    deciding.in_force(registry)
    yesterday = today() - timedelta(days=1)
    Agreement.objects.filter(reference="aroha-agreement-2").update(starts=yesterday, ends=yesterday)
    watch_dates()
    for person in ("provider", "manager"):
        walk.as_(person, "/notices/")
        walk.sees("An agreement has lapsed")
    walk.as_("integrator", "/custodian/agreements/aroha-agreement-2/vary")
    walk.page.get_by_label("Last day").fill((today() + timedelta(days=365)).isoformat())
    walk.press("Draw it up")
    walk.sees("Version 2 (renewal)")
    walk.press("Lock and offer it")
    sign(walk, "provider", number=2)
    sign(walk, "manager", number=2)
    walk.sees("In force")


def test_a_variation_shows_what_changed_and_the_provider_can_say_no_or_leave(walk, registry) -> None:
    deciding.in_force(registry)
    walk.as_("integrator", "/custodian/agreements/aroha-agreement-2/vary")
    walk.choose("May results about this provider alone", "yes")
    walk.press("Draw it up")
    walk.press("Lock and offer it")
    walk.as_("provider", "/agreements/aroha-agreement-2/versions/2/")
    walk.sees("What changed since version 1")
    walk.sees("What may come out")
    walk.follow("Say no to this text")
    walk.press("Say no", again=True)
    walk.sees("never held against you")
    walk.follow("End this agreement")
    walk.press("End it", again=True)
    walk.sees("Nothing more can be sent under it.")


PAGES = {
    "provider": [
        "/proposals/", "/proposals/new", "/proposals/aroha-p1/", "/proposals/aroha-p1/versions/1/",
        "/proposals/aroha-p1/upload", "/proposals/aroha-p1/documentation", "/proposals/aroha-p1/mandate",
        "/agreements/", "/agreements/aroha-agreement-2/", "/agreements/aroha-agreement-2/versions/1/",
        "/agreements/aroha-agreement-2/end", "/notices/", "/trail/", "/breaches/", "/breaches/new",
        "/breaches/aroha-b1/", "/breaches/aroha-b1/judge", "/agreements/aroha-agreement-2/story/",
        "/reports/R1/passing", "/uses/", "/uses/aroha-u1/", "/uses/aroha-u1/answer", "/me/notices/",
        "/agreements/DSA-2026-001/sender/", "/agreements/DSA-2026-001/vendor",
    ],
    "assessor": ["/custodian/assessments/", "/custodian/assessments/aroha-p1-a1/",
                 "/custodian/assessments/aroha-p1-a1/decide"],
    "manager": ["/custodian/organisations/", "/custodian/organisations/new", "/proposals/aroha-p1/comment",
                "/custodian/proposals/aroha-p1/agreement", "/custodian/agreements/aroha-agreement-2/vary",
                "/custodian/waiting/", "/custodian/agreements/aroha-agreement-2/use"],
    "analyst": ["/agreements/aroha-agreement-2/promise"],
    "vendor": ["/clients/", "/clients/round", "/clients/DSA-2026-001/"],
    "payer": ["/passed-on/", "/notices/", "/me/notices/"],
}  # fmt: skip


def _relations(registry) -> None:
    """A vendor that may send, a commissioner that was passed a report, a later use that is asked about."""
    vendor = Organisation.objects.get(code="tui")
    Agreement.objects.filter(pk=registry.agreement.pk).update(route="vendor", via=vendor)
    clients.decide(
        by=registry.person("provider"), agreement=Agreement.objects.get(pk=registry.agreement.pk), verb="give"
    )
    payer = enter_organisation(
        by=registry.person("manager"), code="ministry", name="A ministry", kind=Kind.COMMISSIONER
    )
    deciding.somebody(registry, "payer", payer, Role.COMMISSIONER)
    pass_on(by=registry.person("provider"), release=deciding.released(registry), to=payer)
    ask_use(
        by=registry.person("manager"), agreement=Agreement.objects.get(reference="aroha-agreement-2"),
        title="A study", purpose="To learn.",
    )  # fmt: skip


def test_every_page_of_the_decisions_is_clean_for_axe_and_fits_a_narrow_phone(
    flushable, registry, live_server, page, axe, faults, password
) -> None:
    relay(registry, Kind.VENDOR, Role.VENDOR_SENDER, "vendor")
    deciding.in_force(registry, codes=["practice-first", "told-people-only"])
    record_breach(by=registry.person("manager"), organisation=registry.agreement.organisation,
                  found_at=timezone.now(), what="A lost stick.")  # fmt: skip
    _relations(registry)
    walk = Walk(page, live_server.url, password)
    for person, places in PAGES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        walk.as_(person, places[0])
        for place in places:
            assert page.goto(walk.url + place).status == 200, (person, place)
            for width in (1280, 320):
                page.set_viewport_size({"width": width, "height": 900})
                assert axe() == [], (person, place, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
    assert faults == []
