"""A proposal is written with help, assessed by somebody who did not help, and may end in no."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests import deciding

from linkwell.custody.assessments import actions as assessments
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.seeing import changes_since, visible_proposals
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.file import render


def test_the_same_text_again_is_no_new_version_and_a_change_is_shown(registry) -> None:
    proposal, person = deciding.written(registry), registry.person("provider")
    spec = registry.sealed.specification
    again = proposals.upload(by=person, proposal=proposal, toml=render(spec))
    assert again.number == 1
    other = proposals.upload(
        by=person, proposal=proposal, toml=render(replace(spec, purpose="Something else"))
    )
    against, changes = changes_since(other)
    assert (other.number, against) == (2, "version 1")
    assert [change.place for change in changes] == ["purpose"]


def test_nothing_is_put_forward_before_the_questions_are_answered(registry) -> None:
    proposal, person = deciding.begun(registry), registry.person("provider")
    with pytest.raises(RefusedByRule, match="no specification"):
        proposals.put_forward(by=person, proposal=proposal)
    proposals.upload(by=person, proposal=proposal, toml=render(registry.sealed.specification))
    with pytest.raises(RefusedByRule, match="still need an answer"):
        proposals.put_forward(by=person, proposal=proposal)


def test_a_text_that_is_no_specification_is_refused_in_words(registry) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        proposals.upload(by=registry.person("provider"), proposal=deciding.begun(registry), toml="[[[")


def test_whoever_helped_to_write_it_does_not_assess_it(registry) -> None:
    helper = deciding.somebody(
        registry,
        "both",
        registry.person("assessor").memberships.get().organisation,
        Role.ASSESSOR,
        Role.INTEGRATOR,
    )
    proposal = deciding.written(registry)
    proposals.comment(by=helper, proposal=proposal, text="Could the dates say who enters them?")
    waiting = proposals.put_forward(by=registry.person("provider"), proposal=proposal)
    with pytest.raises(NotAllowed, match="same person"):
        assessments.take(by=helper, assessment=waiting)
    assert assessments.take(by=registry.person("assessor"), assessment=waiting).state == "under way"


def test_an_assessor_is_never_of_the_organisation_that_asks(registry) -> None:
    deciding.somebody(registry, "assessor", registry.agreement.organisation, Role.PROVIDER_STAFF)
    with pytest.raises(NotAllowed, match="You belong"):
        assessments.take(by=registry.person("assessor"), assessment=deciding.put_forward(registry))


def test_the_evidence_is_frozen_and_quotes_the_provider(registry) -> None:
    assessment = deciding.put_forward(registry)
    cards = {card["code"]: card for card in assessment.evidence}
    assert set(cards) == {"purpose", "shared", "documented", "mandates", "risk", "privacy"}
    assert "sign-up form of 1 July 2025" in " ".join(cards["documented"]["says"])
    assert "Board of trustees" in " ".join(cards["mandates"]["says"])


def test_returned_then_approved_on_another_version_shows_what_changed(registry) -> None:
    person, assessor = registry.person("provider"), registry.person("assessor")
    first = deciding.approved(registry)
    proposal = first.proposal
    proposals.revise(by=person, proposal=proposal)
    spec = replace(registry.sealed.specification, purpose="Something else")
    proposals.upload(by=person, proposal=proposal, toml=render(spec))
    second = proposals.put_forward(by=person, proposal=proposal)
    assert second.evidence[-1]["code"] == "changes"
    second = assessments.take(by=assessor, assessment=second)
    second = assessments.give_back(by=assessor, assessment=second, reasons="Why another purpose?")
    proposal.refresh_from_db()
    assert (second.state, proposal.state) == ("returned", "being written")


def test_not_eligible_is_an_end(registry) -> None:
    assessment = assessments.refuse(
        by=registry.person("assessor"), assessment=deciding.taken(registry), reasons="People were not told."
    )
    proposal = assessment.proposal
    proposal.refresh_from_db()
    assert proposal.state == "not eligible"
    for act in (proposals.put_forward, proposals.revise, proposals.withdraw):
        with pytest.raises((WrongState, RefusedByRule)):
            act(by=registry.person("provider"), proposal=proposal)


def test_reasons_are_never_left_out_and_conditions_are_known_ones(registry) -> None:
    taken, assessor = deciding.taken(registry), registry.person("assessor")
    with pytest.raises(WrongUse, match="Reasons"):
        assessments.refuse(by=assessor, assessment=taken, reasons=" ")
    with pytest.raises(WrongUse, match="no condition"):
        assessments.approve(by=assessor, assessment=taken, codes=["made-up"])


def test_a_provider_knows_of_its_own_proposals_only(registry) -> None:
    deciding.begun(registry)
    assert visible_proposals(registry.person("provider")).count() == 1
    assert visible_proposals(registry.person("integrator")).count() == 1
    for name in ("other", "researcher", "linker", "analyst"):
        assert not visible_proposals(registry.person(name)).exists()
