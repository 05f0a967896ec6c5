"""A board, hapū, iwi or kaitiaki that wants to be asked about later uses is asked, and its no holds."""

from __future__ import annotations

from datetime import date

import pytest
from tests import deciding

from linkwell.custody.agreements import controls
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects.actions import approve_standing_project, standing_code
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.models import MandateKind
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.uses import actions as uses
from linkwell.errors import RefusedByRule, WrongUse


@pytest.fixture
def asking(registry) -> Agreement:
    """An agreement behind which kaitiaki stand who want to be asked about later uses."""
    agreement = deciding.in_force(registry)
    deciding.somebody(registry, "hana", agreement.organisation, Role.KAITIAKI)
    proposals.record_mandate(
        by=registry.person("hana"), proposal=agreement.proposal, kind=MandateKind.KAITIAKI,
        body="Kaitiaki of the rohe", decided_on=date(2026, 3, 2), asks_about_later_uses=True,
    )  # fmt: skip
    return Agreement.objects.get(pk=agreement.pk)


def approve(registry, agreement):
    return approve_standing_project(
        by=registry.person("manager"), agreement=agreement, analysts=[registry.person("analyst")]
    )


def ask(registry, agreement):
    return uses.ask_use(
        by=registry.person("manager"), agreement=agreement, title="Insights", purpose="Who is reached.",
        project=standing_code(agreement),
    )  # fmt: skip


def test_nothing_new_is_approved_before_they_agreed_and_their_kaitiaki_answer(registry, asking) -> None:
    with pytest.raises(RefusedByRule, match="has not agreed to this later use"):
        approve(registry, asking)
    use = ask(registry, asking)
    assert own_notices(registry.person("hana")).filter(kind="use_asked").exists()
    with pytest.raises(RefusedByRule):
        approve(registry, asking)
    uses.answer_use(by=registry.person("hana"), use=use, verb="agree", said="Show us the results first.")
    assert approve(registry, asking).state == "approved"
    assert own_notices(registry.person("manager")).filter(kind="use_answered").exists()


def test_a_no_holds_and_thinking_again_stops_work_that_was_approved(registry, asking) -> None:
    use = ask(registry, asking)
    use = uses.answer_use(by=registry.person("hana"), use=use, verb="agree")
    project = approve(registry, asking)
    refresh = Refresh.objects.create(label="2026-11", state="ready", digest="ab" * 48)
    uses.answer_use(by=registry.person("provider"), use=use, verb="not agree")
    with pytest.raises(RefusedByRule, match="later use"):
        outputs.analyse(by=registry.person("analyst"), project=project, refresh=refresh)


def test_who_has_no_such_mandate_is_not_asked(registry) -> None:
    assert uses.use_agreed(registry.agreement, "anything")
    approve(registry, registry.agreement)


def test_the_condition_of_an_assessor_asks_as_well_and_the_page_shows_that_it_stops(registry) -> None:
    agreement = deciding.in_force(registry, codes=["later-uses-asked"])
    with pytest.raises(RefusedByRule, match="later use"):
        approve(registry, agreement)
    checked = [each for each in controls.checks(agreement) if "asked of the board" in each.words]
    assert [each.stopped for each in checked] == [True]


@pytest.mark.parametrize("name", ["other", "provider_staff", "manager", "kaitiaki", "assessor"])
def test_nobody_answers_for_a_body_that_is_not_theirs(registry, asking, name: str) -> None:
    with pytest.raises(NotAllowed):
        uses.answer_use(by=registry.person(name), use=ask(registry, asking), verb="agree")


def test_another_provider_never_learns_what_was_asked(registry, asking) -> None:
    ask(registry, asking)
    assert not uses.visible_uses(registry.person("other")).exists()
    assert uses.visible_uses(registry.person("provider")).count() == 1
    assert uses.visible_uses(registry.person("kaitiaki")).count() == 1


def test_a_question_says_what_for(registry, asking) -> None:
    with pytest.raises(WrongUse, match="what it is for"):
        uses.ask_use(by=registry.person("manager"), agreement=asking, title="x", purpose=" ")
