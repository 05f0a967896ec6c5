"""An agreement is drawn up, locked by one digest, signed by every side, kept by controls, and it lapses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests import deciding

from linkwell.custody.agreements import controls, drafting, notices, signing
from linkwell.custody.agreements.actions import issue_upload_token, token_holder
from linkwell.custody.agreements.models import Agreement, AgreementVersion, Notice, Route
from linkwell.custody.agreements.seeing import own_notices, visible_agreements
from linkwell.custody.agreements.text import differences
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.assessments.conditions import conditions
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.models import Mandate
from linkwell.custody.supplies.actions import begin_upload
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.file import render
from linkwell.standards.clock import today


def relay(registry, kind: Kind):
    return enter_organisation(by=registry.person("manager"), code=f"a-{kind}", name="Tūī Systems", kind=kind)


def test_the_last_signature_brings_it_into_force_and_tells_every_side(registry) -> None:
    version = deciding.offered(registry)
    version = deciding.signed(registry, version, "provider")
    assert (version.state, version.agreement.state) == ("offered", "being agreed")
    agreement = deciding.signed(registry, version, "manager").agreement
    agreement.refresh_from_db()
    assert agreement.state == "in force"
    assert agreement.live()
    for name in ("provider", "manager"):
        assert "in_force" in set(own_notices(registry.person(name)).values_list("kind", flat=True))
    assert not own_notices(registry.person("other")).exists()


def test_whoever_drew_it_up_or_assessed_it_does_not_sign_it(registry) -> None:
    custodian = registry.person("manager").memberships.get().organisation
    deciding.somebody(registry, "second", custodian, Role.CUSTODIAN_MANAGER)
    assessment = deciding.approved(registry)
    version = drafting.draft(
        by=registry.person("second"), proposal=assessment.proposal, wanted=deciding.wanted()
    )
    version = drafting.offer(by=registry.person("second"), version=version)
    with pytest.raises(NotAllowed, match="same person"):
        deciding.signed(registry, version, "second")
    with pytest.raises(NotAllowed):
        deciding.signed(registry, version, "assessor")
    deciding.signed(registry, version, "manager")


@pytest.mark.parametrize("name", ["other", "provider_staff", "integrator", "kaitiaki", "auditor", "analyst"])
def test_nobody_signs_for_a_side_that_is_not_theirs(registry, name) -> None:
    version = deciding.offered(registry)
    with pytest.raises(NotAllowed):
        deciding.signed(registry, version, name)


def test_nothing_is_drawn_up_on_a_proposal_that_is_not_approved(registry) -> None:
    assessment = deciding.put_forward(registry)
    with pytest.raises(RefusedByRule, match="not approved"):
        drafting.draft(
            by=registry.person("integrator"), proposal=assessment.proposal, wanted=deciding.wanted()
        )


def test_a_signature_is_for_the_text_that_was_read(registry) -> None:
    version = deciding.offered(registry)
    with pytest.raises(RefusedByRule, match="not the text"):
        signing.sign(by=registry.person("provider"), version=version, digest="0" * 96)
    version.document[0]["text"] = "Everything is shared with everybody."
    AgreementVersion.objects.filter(pk=version.pk).update(document=version.document)
    with pytest.raises(RefusedByRule, match="not the text"):
        deciding.signed(registry, AgreementVersion.objects.get(pk=version.pk), "provider")


def test_the_custodian_does_not_sign_before_a_mandate_is_recorded(registry) -> None:
    version = deciding.offered(registry)
    Mandate.objects.all().delete()
    deciding.signed(registry, version, "provider")
    with pytest.raises(RefusedByRule, match="mandate"):
        deciding.signed(registry, version, "manager")


def test_through_an_intermediary_three_sides_sign_and_the_provider_is_asked_about_its_own_agreement(
    registry,
) -> None:
    via = relay(registry, Kind.INTERMEDIARY)
    deciding.somebody(registry, "between", via, Role.INTERMEDIARY)
    version = deciding.offered(registry, route=Route.INTERMEDIARY, via=via)
    assert "cannot open it" in str(version.document)
    for answer in ("", "still needed"):
        with pytest.raises(RefusedByRule, match="agreement of your own"):
            deciding.signed(registry, version, "provider", own_agreement=answer)
    version = deciding.signed(registry, version, "provider", "manager")
    assert version.state == "offered"
    assert notices.waits_for(version.agreement) == "the signature of the intermediary"
    assert deciding.signed(registry, version, "between").state == "in force"
    assert visible_agreements(registry.person("between")).count() == 1


def test_the_route_and_the_organisation_have_to_fit(registry) -> None:
    assessment, vendor = deciding.approved(registry), relay(registry, Kind.VENDOR)
    for route, via in ((Route.DIRECT, vendor), (Route.INTERMEDIARY, vendor), (Route.VENDOR, None)):
        with pytest.raises(WrongUse, match="do not fit"):
            drafting.draft(
                by=registry.person("integrator"), proposal=assessment.proposal,
                wanted=deciding.wanted(route=route, via=via),
            )  # fmt: skip


def test_a_provider_can_say_no_and_it_is_no_mark_against_it(registry) -> None:
    version = signing.decline(
        by=registry.person("provider"), version=deciding.offered(registry), reason="Too long"
    )
    assert version.state == "declined"
    assert Notice.objects.filter(kind="declined", organisation__is_custodian=True).exists()
    with pytest.raises(WrongState):
        deciding.signed(registry, version, "provider")


def test_a_condition_that_the_specification_breaks_stops_the_offer(registry) -> None:
    version = deciding.drafted(registry, codes=["no-official-number"])
    with pytest.raises(RefusedByRule, match="official number"):
        drafting.offer(by=registry.person("integrator"), version=version)


@pytest.mark.parametrize("code", sorted(conditions()))
def test_every_condition_is_a_control_that_stops_what_it_says_or_names_who_keeps_it(registry, code) -> None:
    condition = conditions()[code]
    agreement = deciding.in_force(registry) if code == "practice-first" else registry.agreement
    agreement.conditions, agreement.on_paper = [code], False
    agreement.cut_offs = [today().isoformat()]
    found = controls.checks(agreement)
    assert all(check.stopped for check in found), found
    if condition.control:
        assert condition.words in [check.words for check in found]
    else:
        assert condition.kept_by
        assert (condition.words, condition.kept_by) in controls.by_people(agreement)


def test_a_control_lets_through_what_it_should_not_stop(registry) -> None:
    agreement = deciding.in_force(registry)
    for moment in ("send", "open", "work", "release"):
        controls.refuse_what_is_not_agreed(agreement, controls.as_now(agreement, moment, test=True))


def test_a_delivery_is_opened_only_in_its_window_unless_it_is_a_practice(registry) -> None:
    agreement = deciding.in_force(registry, cut_offs=(today() + timedelta(days=90),), resupply_days=10)
    now = controls.as_now(agreement, "open")
    with pytest.raises(RefusedByRule, match="No delivery is due"):
        controls.refuse_what_is_not_agreed(agreement, now)
    controls.refuse_what_is_not_agreed(agreement, replace(now, test=True))
    for days in (60, 90, 100):
        controls.refuse_what_is_not_agreed(agreement, replace(now, day=today() + timedelta(days=days)))


def test_a_lapse_stops_sending_at_once_and_both_sides_are_told_once(registry) -> None:
    agreement = deciding.in_force(registry)
    token = issue_upload_token(by=registry.person("manager"), agreement=agreement)
    begin_upload(token=token_holder(token), length=10)
    yesterday = today() - timedelta(days=1)
    Agreement.objects.filter(pk=agreement.pk).update(starts=yesterday, ends=yesterday)
    with pytest.raises(RefusedByRule):  # before anything has swept
        token_holder(token)
    assert notices.watch_dates() == 1
    assert notices.watch_dates() == 0
    agreement.refresh_from_db()
    assert agreement.state == "lapsed"
    assert Notice.objects.filter(agreement=agreement, kind="lapsed").count() == 2
    assert AuditEvent.objects.filter(verb="agreement.lapsed").count() == 1


def test_both_sides_are_warned_before_the_last_day(registry) -> None:
    agreement = deciding.in_force(registry, ends=today() + timedelta(days=30))
    notices.watch_dates()
    notices.watch_dates()
    assert Notice.objects.filter(agreement=agreement, kind="ends_soon").count() == 2


def test_a_renewal_brings_a_lapsed_agreement_and_its_token_back(registry) -> None:
    agreement = deciding.in_force(registry, ends=today())
    token = issue_upload_token(by=registry.person("manager"), agreement=agreement)
    notices.watch_dates(today() + timedelta(days=1))
    agreement.refresh_from_db()
    renewal = drafting.vary(by=registry.person("integrator"), agreement=agreement, wanted=deciding.wanted())
    assert renewal.kind == "renewal"
    assert [title for title, _, _ in differences(agreement.versions.first(), renewal)] == [
        "From when until when"
    ]
    renewal = drafting.offer(by=registry.person("integrator"), version=renewal)
    deciding.signed(registry, renewal, "provider", "manager")
    assert token_holder(token).agreement.live()
    assert [version.state for version in agreement.versions.all()] == ["replaced", "in force"]


def test_a_changed_specification_needs_a_new_assessment_before_a_variation(registry) -> None:
    agreement, provider = deciding.in_force(registry), registry.person("provider")
    proposal = agreement.proposal
    proposals.revise(by=provider, proposal=proposal)
    proposal.refresh_from_db()
    spec = replace(registry.sealed.specification, tables=registry.sealed.specification.tables[:2])
    proposals.upload(by=provider, proposal=proposal, toml=render(spec))
    with pytest.raises(RefusedByRule, match="not approved"):
        drafting.vary(by=registry.person("integrator"), agreement=agreement, wanted=deciding.wanted())
    second = proposals.put_forward(by=provider, proposal=proposal)
    second = assessments.take(by=registry.person("assessor"), assessment=second)
    assessments.approve(by=registry.person("assessor"), assessment=second)
    agreement = Agreement.objects.get(pk=agreement.pk)
    variation = drafting.vary(by=registry.person("integrator"), agreement=agreement, wanted=deciding.wanted())
    assert variation.kind == "variation"
    variation = drafting.offer(by=registry.person("integrator"), version=variation)
    deciding.signed(registry, variation, "provider", "manager")
    agreement.refresh_from_db()
    assert agreement.specification_id == spec.digest


def test_a_provider_leaves_from_one_moment_to_the_next(registry) -> None:
    agreement = deciding.in_force(registry)
    for name in ("other", "provider_staff", "manager"):
        with pytest.raises(NotAllowed):
            signing.leave(by=registry.person(name), agreement=agreement)
    ended = signing.leave(by=registry.person("provider"), agreement=agreement)
    assert (ended.state, ended.live()) == ("ended", False)
    assert [version.state for version in ended.versions.all()] == ["over"]


def test_named_people_promise_before_they_work(registry) -> None:
    agreement = deciding.in_force(registry, codes=["named-people"])
    analyst = registry.person("analyst")
    with pytest.raises(RefusedByRule, match="undertaking"):
        controls.refuse_what_is_not_agreed(agreement, controls.as_now(agreement, "work", by=analyst))
    signing.promise(by=analyst, agreement=agreement)
    controls.refuse_what_is_not_agreed(agreement, controls.as_now(agreement, "work", by=analyst))


def test_one_person_is_the_whole_organisation_and_the_custodian_is_the_second_pair_of_eyes(registry) -> None:
    agreement = deciding.in_force(registry)
    theirs = AuditEvent.objects.filter(about="aroha", actor="provider").values_list("verb", flat=True)
    assert {"proposal.begun", "mandate.recorded", "proposal.put forward", "agreement.signed"} <= set(theirs)
    version = agreement.versions.get()
    people = {
        version.drafted_by,
        version.assessment.assessor,
        version.signatures.get(side="custodian").person.username,
    }
    assert len(people) == 3


def test_another_provider_knows_of_no_agreement_that_is_not_its_own(registry) -> None:
    mine = deciding.in_force(registry)
    assert mine not in visible_agreements(registry.person("other"))
    assert set(visible_agreements(registry.person("provider"))) == {mine, registry.agreement}
    for name in ("researcher", "linker", "output_checker"):
        assert not visible_agreements(registry.person(name)).exists()


def test_an_agreement_signed_on_paper_waits_on_nobody_and_neither_does_one_that_has_ended(registry) -> None:
    assert notices.waits_for(registry.agreement) == "nobody"
    drawn = deciding.drafted(registry).agreement
    assert notices.waits_for(drawn) == "the custodian, to finish the text"
    held = deciding.in_force(registry)
    held = signing.leave(by=registry.person("provider"), agreement=held)
    assert notices.waits_for(held) == "nobody"


def test_days_are_said_as_people_write_them(registry) -> None:
    agreement = deciding.in_force(registry, ends=date(2099, 12, 31))
    notice = Notice.objects.filter(agreement=agreement, kind="in_force").first()
    assert notices.words(notice)[1].endswith(" to 31 December 2099.")
    (term,) = [each for each in controls.checks(agreement) if "31 December 2099" in each.says]
    assert term.stopped
