"""A change of specification asks again for what stood on the one before, and only where it weighs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests import deciding

from linkwell.custody.agreements import controls, drafting, signing
from linkwell.custody.agreements.actions import issue_vendor_token, token_holder
from linkwell.custody.agreements.models import Agreement, Notice, Route
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.assessments.evidence import Facts, cards
from linkwell.custody.clients import actions as clients
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.seeing import answered_by
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule
from linkwell.specification.file import render


@pytest.fixture
def agreed(registry) -> Agreement:
    """An agreement by way of a vendor that may send, with a practice that worked and a promise by name."""
    vendor = enter_organisation(
        by=registry.person("manager"), code="tui", name="Tūī Systems", kind=Kind.VENDOR
    )
    deciding.somebody(registry, "vendor", vendor, Role.VENDOR_SENDER)
    agreement = deciding.in_force(
        registry, codes=["practice-first", "named-people"], route=Route.VENDOR, via=vendor
    )
    clients.decide(by=registry.person("provider"), agreement=agreement, verb="give")
    signing.promise(by=registry.person("analyst"), agreement=agreement)
    Supply.objects.create(
        reference=f"{agreement.reference}-p001", agreement=agreement, state="practised",
        manifest={"test": True, "specification": agreement.specification_id},
    )  # fmt: skip
    return agreement


def change(registry, agreement: Agreement, specification) -> Agreement:
    """The agreement after a variation to another specification, assessed and signed."""
    provider, proposal = registry.person("provider"), agreement.proposal
    proposals.revise(by=provider, proposal=proposal)
    proposal.refresh_from_db()
    proposals.upload(by=provider, proposal=proposal, toml=render(specification))
    second = proposals.put_forward(by=provider, proposal=proposal)
    second = assessments.take(by=registry.person("assessor"), assessment=second)
    assessments.approve(
        by=registry.person("assessor"), assessment=second, codes=["practice-first", "named-people"]
    )
    agreement = Agreement.objects.get(pk=agreement.pk)
    text = drafting.vary(
        by=registry.person("integrator"), agreement=agreement, wanted=drafting.wanted_as_now(agreement)
    )
    text = drafting.offer(by=registry.person("integrator"), version=text)
    deciding.signed(registry, text, "provider", "manager")
    return Agreement.objects.get(pk=agreement.pk)


def lets_work(registry, agreement: Agreement) -> bool:
    attempt = controls.as_now(agreement, "work", by=registry.person("analyst"))
    return attempt.promised


def test_a_breaking_change_asks_again_for_the_ok_the_practice_and_the_promises(registry, agreed) -> None:
    token = issue_vendor_token(by=registry.person("manager"), vendor=agreed.via)
    assert clients.for_client(token_holder(token), agreed.reference)
    assert controls.as_now(agreed, "open").practised
    assert lets_work(registry, agreed)
    less = replace(registry.sealed.specification, tables=registry.sealed.specification.tables[:2])
    now = change(registry, agreed, less)
    with pytest.raises(RefusedByRule, match="has not given its OK"):
        clients.for_client(token_holder(token), now.reference)
    assert not controls.as_now(now, "open").practised
    with pytest.raises(RefusedByRule, match="practice"):
        controls.refuse_what_is_not_agreed(now, controls.as_now(now, "open"))
    assert not lets_work(registry, now)
    assert Notice.objects.filter(kind="ok_asked", organisation=now.organisation).count() == 2
    signing.promise(by=registry.person("analyst"), agreement=now)
    assert lets_work(registry, now)
    clients.decide(by=registry.person("provider"), agreement=now, verb="give")
    assert clients.for_client(token_holder(token), now.reference)


def test_another_description_asks_for_no_new_ok(registry, agreed) -> None:
    words = replace(registry.sealed.specification, contact="data@example.org.nz")
    now = change(registry, agreed, words)
    assert clients.ok_of(now).state == "given"


def test_a_renewal_asks_for_nothing_again(registry, agreed) -> None:
    later = replace(drafting.wanted_as_now(agreed), ends=deciding.wanted().ends)
    text = drafting.vary(by=registry.person("integrator"), agreement=agreed, wanted=later)
    text = drafting.offer(by=registry.person("integrator"), version=text)
    deciding.signed(registry, text, "provider", "manager")
    now = Agreement.objects.get(pk=agreed.pk)
    assert clients.ok_of(now).state == "given"
    assert lets_work(registry, now)
    assert controls.as_now(now, "open").practised


def test_another_sender_is_another_thing_to_say_yes_to(registry, agreed) -> None:
    other = enter_organisation(
        by=registry.person("manager"), code="kea", name="Kea Systems", kind=Kind.VENDOR
    )
    text = drafting.vary(
        by=registry.person("integrator"), agreement=agreed,
        wanted=replace(drafting.wanted_as_now(agreed), via=other),
    )  # fmt: skip
    text = drafting.offer(by=registry.person("integrator"), version=text)
    deciding.signed(registry, text, "provider", "manager")
    assert clients.ok_of(Agreement.objects.get(pk=agreed.pk)).state == "waiting"


def test_the_cards_a_change_affects_are_open_again_and_no_other(registry, agreed) -> None:
    facts = Facts(
        replace(registry.sealed.specification, tables=registry.sealed.specification.tables[:2]),
        dict(agreed.proposal.documentation), tuple(agreed.proposal.mandates.all()),
        registry.sealed.specification,
    )  # fmt: skip
    changed = {card.code for card in cards(facts) if "changed since it was approved" in str(card.says)}
    assert "shared" in changed
    assert not changed & {"purpose", "documented", "mandates"}
    codes = [card.code for card in cards(facts)]
    assert codes[-2:] == ["mandate-before", "changes"]
    same = replace(facts, specification=registry.sealed.specification)
    assert [card.look for card in cards(same) if card.code == "changes"] == [False]
    assert "mandate-before" not in [card.code for card in cards(same)]


def test_the_privacy_card_has_a_line_for_every_principle(registry, agreed) -> None:
    counted = "Counted on 1 July 2026: 12 people, 8 of them told by a statement that names Stats NZ."
    answers = {**agreed.proposal.documentation, **answered_by({"told": counted})}
    drawn = cards(Facts(registry.sealed.specification, answers))
    (privacy,) = (card for card in drawn if card.code == "privacy")
    numbers = {int(each) for line in privacy.says for each in re.findall(r"\b\d+", line.partition(":")[0])}
    assert numbers == set(range(1, 14))
    assert any(counted in line for line in privacy.says)
