"""A vendor sends only for clients that said yes; a breach is written down, judged and told of in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests import deciding

from linkwell.custody.agreements.actions import issue_vendor_token, token_holder
from linkwell.custody.agreements.models import Route
from linkwell.custody.audit.trail import own_events
from linkwell.custody.breaches import actions as breaches
from linkwell.custody.clients import actions as clients
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.timeline.waiting import waiting
from linkwell.errors import RefusedByRule, WrongUse


@pytest.fixture
def vendor(registry):
    made = enter_organisation(
        by=registry.person("manager"), code="tui-systems", name="Tūī Systems", kind=Kind.VENDOR
    )
    deciding.somebody(registry, "vendor", made, Role.VENDOR_SENDER)
    return made


def test_a_vendor_sends_only_for_a_client_that_gave_its_ok(registry, vendor) -> None:
    agreement = deciding.in_force(registry, route=Route.VENDOR, via=vendor)
    text = issue_vendor_token(by=registry.person("manager"), vendor=vendor)
    token = token_holder(text)
    with pytest.raises(RefusedByRule, match="has not given its OK"):
        clients.for_client(token, agreement.reference)
    lead = registry.person("provider")
    clients.decide(by=lead, agreement=agreement, verb="give")
    assert clients.for_client(token_holder(text), agreement.reference).agreement == agreement
    for verb in ("pause", "refuse"):
        clients.decide(by=lead, agreement=agreement, verb=verb)
        with pytest.raises(RefusedByRule, match="has not given its OK"):
            clients.for_client(token_holder(text), agreement.reference)


def test_a_vendor_never_sends_for_who_is_not_its_client(registry, vendor) -> None:
    token = token_holder(issue_vendor_token(by=registry.person("manager"), vendor=vendor))
    said = set()
    for reference in (registry.agreement.reference, "DSA-2099-001", ""):
        with pytest.raises(RefusedByRule) as refused:
            clients.for_client(token, reference)
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_list_shows_who_still_has_to_give_an_ok_and_what_was_sent_in_this_round(registry, vendor) -> None:
    agreement = deciding.in_force(registry, route=Route.VENDOR, via=vendor)
    clients.begin_round(by=registry.person("vendor"), vendor=vendor, label="July to December 2026")
    (client,) = clients.client_list(vendor)
    assert (client.agreement, client.ok, client.sent, client.may_send) == (agreement, "waiting", "", False)
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="give")
    assert clients.client_list(vendor)[0].may_send


@pytest.mark.parametrize("name", ["other", "provider_staff", "manager", "vendor"])
def test_only_the_providers_lead_gives_its_ok(registry, vendor, name) -> None:
    agreement = deciding.in_force(registry, route=Route.VENDOR, via=vendor)
    with pytest.raises(NotAllowed):
        clients.decide(by=registry.person(name), agreement=agreement, verb="give")


def test_a_token_for_a_vendor_is_for_a_vendor(registry) -> None:
    with pytest.raises(WrongUse, match="not a vendor or an intermediary"):
        issue_vendor_token(by=registry.person("manager"), vendor=registry.agreement.organisation)


def written_down(registry, by="provider_staff"):
    return breaches.record_breach(
        by=registry.person(by), organisation=registry.agreement.organisation,
        found_at=timezone.now() - timedelta(hours=1), what="A list was sent to the wrong address.",
    )  # fmt: skip


def test_a_breach_is_judged_and_told_of_and_its_clock_runs_from_when_it_was_noticed(registry) -> None:
    breach = written_down(registry)
    assert breach.due - breach.found_at == timedelta(hours=72)
    for verb in ("serious", "tell", "close"):
        breach = breaches.judge(by=registry.person("manager"), breach=breach, verb=verb)
    assert (breach.state, breach.told_at is not None) == ("closed", True)
    with pytest.raises(WrongState):
        breaches.judge(by=registry.person("manager"), breach=breach, verb="serious")


def test_the_template_letters_are_filled_and_leave_room_for_people(registry) -> None:
    for _, text in breaches.letters(written_down(registry), custodian="Stats NZ"):
        assert "A list was sent to the wrong address." in text
        assert "[" in text
        assert "{" not in text


def test_another_provider_neither_sees_nor_judges_nor_writes_a_breach(registry) -> None:
    breach, other = written_down(registry), registry.person("other")
    assert not breaches.visible_breaches(other).exists()
    with pytest.raises(NotAllowed):
        breaches.judge(by=other, breach=breach, verb="serious")
    with pytest.raises(NotAllowed):
        written_down(registry, by="other")


def test_a_partys_trail_holds_everything_about_it_and_nothing_about_another(registry) -> None:
    deciding.put_forward(registry)
    mine = own_events(registry.person("provider"))
    assert {"proposal.put forward", "agreement.enrolled", "key.enrolled"} <= set(
        mine.values_list("verb", flat=True)
    )
    assert set(mine.values_list("about", flat=True)) == {"aroha"}
    assert set(own_events(registry.person("other")).values_list("about", flat=True)) == {"other"}
    assert not own_events(registry.person("linker")).exists()
    found = [(each.kind, each.who) for each in waiting(registry.person("provider"))]
    assert found == [("proposal", "an independent assessor at the custodian")]
    assert waiting(registry.person("other")) == []
