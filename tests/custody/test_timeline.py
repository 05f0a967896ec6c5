"""What happened, whom each step waited on and for how long, told from the record; and what waits now."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from tests import deciding
from tests.everything import planned_removal

from linkwell.custody.agreements import notices, signing
from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import record_view
from linkwell.custody.breaches.actions import record_breach
from linkwell.custody.commissioning.actions import pass_on
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.outputs.models import Output
from linkwell.custody.removals.models import Removal
from linkwell.custody.supplies.calendar import REMIND_DAYS, remind_of_deliveries
from linkwell.custody.supplies.models import Supply
from linkwell.custody.timeline.story import Chapter, steps, steps_of, story_of, totals, waits_after
from linkwell.custody.timeline.waiting import waiting, waiting_for_staff
from linkwell.custody.uses.actions import ask_use
from linkwell.pages.labels import labels
from linkwell.standards.clock import in_words

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def event(verb: str, day: int) -> AuditEvent:
    at = BEGAN + timedelta(days=day)
    return AuditEvent(seq=day, verb=verb, subject="x", time=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def test_each_wait_ends_with_the_next_step_and_has_its_length() -> None:
    found = steps([
        event("proposal.begun", 0), event("proposal.commented", 2), event("proposal.put forward", 5),
        event("assessment.taken", 12), event("assessment.refused", 20),
    ])  # fmt: skip
    assert [(step.waits_on, step.waited.days) for step in found] == [
        ("provider", 5), ("", 0), ("assessor", 7), ("assessor", 8), ("", 0),
    ]  # fmt: skip
    assert not any(step.going_on for step in found)
    chapter = Chapter("proposal", "p", found)
    assert [(who, long.days) for who, long in totals([chapter])] == [("assessor", 15), ("provider", 5)]


def test_a_proposal_waits_for_its_agreement_only_until_the_text_is_drawn_up(registry) -> None:
    agreement = deciding.in_force(registry)
    last = steps_of(agreement.proposal)[-1]
    assert (last.waits_on, last.going_on) == ("drafter", False)
    assert not any(step.going_on for chapter in story_of(agreement) for step in chapter.steps)


def test_a_wait_that_goes_on_is_counted_until_now() -> None:
    (step,) = steps([event("proposal.put forward", 0)])
    assert step.going_on
    assert step.until is None
    assert step.waited > timedelta(0)


def test_every_wait_has_plain_words_and_every_event_that_begins_one_is_written_somewhere() -> None:
    assert set(waits_after().values()) - {"nobody"} <= set(labels()["waiting_on"])
    assert set(waits_after()) <= set(labels()["event"])


def test_the_story_runs_from_the_first_question_to_release_and_destruction(registry) -> None:
    agreement = deciding.in_force(registry)
    Supply.objects.create(reference=f"{agreement.reference}-001", agreement=agreement, state="received")
    ask_use(by=registry.person("manager"), agreement=agreement, title="A study", purpose="To learn.")
    signing.leave(by=registry.person("provider"), agreement=agreement)
    chapters = story_of(agreement)
    assert [chapter.kind for chapter in chapters] == ["proposal", "agreement", "use"]
    assert chapters[0].steps[0].event.verb == "proposal.begun"
    last = chapters[1].steps[-1]
    assert (last.event.verb, last.waits_on, last.going_on) == ("agreement.ended", "clock", True)


def test_a_report_that_was_passed_on_is_in_the_story_and_who_only_read_it_is_not(registry) -> None:
    release, manager = deciding.released(registry), registry.person("manager")
    payer = enter_organisation(by=manager, code="ministry", name="A ministry", kind=Kind.COMMISSIONER)
    pass_on(by=registry.person("provider"), release=release, to=payer)
    record_view("release.read", by=registry.person("provider"), subject="release/R1", about="aroha")
    (told,) = [chapter for chapter in story_of(registry.agreement) if chapter.kind == "release"]
    assert [step.event.verb for step in told.steps] == ["report.passed on"]


def test_a_story_is_told_in_few_questions_however_long_it_is(registry, django_assert_max_num_queries) -> None:
    agreement = deciding.in_force(registry)
    for n in range(30):
        Supply.objects.create(reference=f"{agreement.reference}-{n:03}", agreement=agreement, state="loaded")
    with django_assert_max_num_queries(12):
        story_of(agreement)


@pytest.fixture
def much(registry):
    """One thing of each kind that waits, all of the first provider's."""
    deciding.put_forward(registry)
    deciding.offered(registry)
    release = deciding.released(registry)
    Output.objects.filter(pk=release.output_id).update(state="ready to check")
    Supply.objects.create(reference="DSA-2026-001-001", agreement=registry.agreement, state="received")
    ask_use(by=registry.person("manager"), agreement=registry.agreement, title="A study", purpose="x")
    record_breach(
        by=registry.person("manager"), organisation=registry.agreement.organisation,
        found_at=datetime.now(tz=UTC), what="A lost stick.",
    )  # fmt: skip


def test_a_provider_sees_everything_of_its_own_that_waits_and_on_whom(registry, much) -> None:
    found = waiting(registry.person("provider"))
    assert {each.kind for each in found} == {
        "proposal", "agreement", "delivery", "output", "later use", "breach",
    }  # fmt: skip
    assert all(each.who and each.whose.code == "aroha" for each in found)
    assert found == sorted(found, key=lambda each: each.since)
    assert waiting(registry.person("other")) == []


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("assessor", {"proposal", "agreement"}), ("linker", {"delivery"}), ("output_checker", {"output"}),
     ("auditor", {"proposal", "agreement", "delivery", "output", "later use", "breach"})],
)  # fmt: skip
def test_staff_see_what_waits_of_the_kinds_they_may_see_anyway(registry, much, name, kinds) -> None:
    assert {each.kind for each in waiting_for_staff(registry.person(name))} == kinds


def test_no_waiting_line_holds_a_secret_or_a_persons_value(registry, much) -> None:
    text = json.dumps([(w.kind, w.name, w.who) for w in waiting(registry.person("provider"))])
    assert "A lost stick" not in text


def calendar(registry, *days: int) -> None:
    """The first agreement expects deliveries so many days from now."""
    due = [(timezone.localdate() + timedelta(days=each)).isoformat() for each in days]
    Agreement.objects.filter(pk=registry.agreement.pk).update(cut_offs=due)


def test_whoever_sends_is_reminded_once_of_every_day_three_weeks_before(registry) -> None:
    calendar(registry, REMIND_DAYS + 1, 300)
    assert remind_of_deliveries() == 0
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert [remind_of_deliveries(tomorrow) for _ in range(2)] == [1, 0]
    (notice,) = Notice.objects.filter(kind="delivery_due")
    assert (notice.organisation.code, notice.agreement) == ("aroha", registry.agreement)
    assert in_words(tomorrow + timedelta(days=REMIND_DAYS)) in notices.words(notice)[1]
    (told,) = [each for each in story_of(registry.agreement) if each.kind == "agreement"]
    assert [step.event.verb for step in told.steps][-1] == "agreement.delivery due"


def test_a_vendor_is_reminded_and_a_commissioner_that_passes_files_on_is_not(registry) -> None:
    calendar(registry, 1, 20)
    for kind, told in ((Kind.COMMISSIONER, False), (Kind.VENDOR, True)):
        Notice.objects.all().delete()
        relay = enter_organisation(by=registry.person("manager"), code=f"a-{kind}", name="Tūī", kind=kind)
        Agreement.objects.filter(pk=registry.agreement.pk).update(via=relay)
        assert remind_of_deliveries() == 1
        assert Notice.objects.filter(kind="delivery_due", organisation=relay).exists() is told


@pytest.mark.parametrize(
    ("state", "test", "waits"),
    [("received", False, 0), ("rejected", False, 1), ("practised", True, 1)],
)
def test_a_delivery_that_is_due_waits_until_it_has_come(registry, state, test, waits) -> None:
    calendar(registry, 5)
    assert [each.kind for each in waiting(registry.person("provider"))] == ["delivery that is due"]
    (seen,) = waiting_for_staff(registry.person("integrator"))
    assert (seen.kind, seen.whose.code) == ("delivery that is due", "aroha")
    Supply.objects.create(
        reference="DSA-2026-001-001", agreement=registry.agreement, state=state, manifest={"test": test}
    )
    kinds = [each.kind for each in waiting(registry.person("provider"))]
    assert kinds.count("delivery that is due") == waits
    assert waiting(registry.person("other")) == []


def test_nobody_is_told_that_a_delivery_is_late(registry) -> None:
    calendar(registry, -1)
    assert remind_of_deliveries() == 0
    assert waiting(registry.person("provider")) == []


@pytest.mark.parametrize(
    ("state", "who"),
    [("asked", "confirmer"), ("confirmed", "loader"), ("destroying", "computer"), ("done", None)],
)
def test_what_is_taken_out_waits_until_it_is_gone(registry, state, who) -> None:
    planned_removal(registry, Supply.objects.create(
        reference="DSA-2026-001-001", agreement=registry.agreement, state="loaded"
    ))  # fmt: skip
    Removal.objects.update(state=state)
    found = [(each.kind, each.who) for each in waiting(registry.person("provider"))]
    assert found == ([("taking out", labels()["waiting_on"][who])] if who else [])
    assert [(each.kind, each.who) for each in waiting_for_staff(registry.person("manager"))] == found
    assert waiting_for_staff(registry.person("assessor")) == []
