"""What waits of research projects: each person reads whom it waits on, by when, and nothing they may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests import applying, asking, deciding

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.audit.record import record_view
from linkwell.custody.organisations.models import Membership, Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects import guarding
from linkwell.custody.projects.models import Project
from linkwell.custody.requests import deciding as decided
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.seeing import TARGET_DAYS, answer_due, working_days
from linkwell.custody.timeline.waiting import waiting, waiting_for_staff
from linkwell.pages.labels import labels
from linkwell.standards.clock import today

SAID = labels()["request_waits_on"]


@pytest.fixture
def project(registry) -> Project:
    return applying.approved(registry)


@pytest.fixture
def two(registry):
    return asking.checkers(registry)


def lines(person, *, staff: bool = False):
    """(whom it waits on, due) of the output requests this person reads of."""
    found = waiting_for_staff(person) if staff else waiting(person)
    return [(each.who, each.due) for each in found if each.kind == "output request"]


def now() -> OutputRequest:
    return OutputRequest.objects.select_related("project__organisation", "about").get()


def test_a_request_waits_on_its_team_then_on_two_checkers_then_on_the_team(registry, project, two) -> None:
    one, other = two
    made = asking.filled(project)
    assert lines(project.lead) == [(SAID["you draft"], None)]
    assert lines(one, staff=True) == []  # nobody else knows of a draft
    asking.filling.submit(by=project.lead, request=made)
    due = answer_due(now())
    assert due is not None
    assert working_days(today(), due) == TARGET_DAYS
    assert lines(project.lead) == [(SAID["under review"], due)]
    assert lines(one, staff=True) == lines(other, staff=True) == [(SAID["you under review"], due)]
    asking.yes(one, now())
    assert lines(one, staff=True) == [(SAID["you looked"], due)]
    assert lines(other, staff=True) == [(SAID["you under review"], due)]  # nothing of the first vote
    assert (
        lines(project.lead) == lines(registry.person("auditor"), staff=True) == [(SAID["under review"], due)]
    )
    asking.yes(other, now())
    assert lines(one, staff=True) == [(SAID["you being decided"], due)]
    decided.return_request(by=one, request=now(), reasons="Which year?")
    assert lines(project.lead) == [(SAID["you returned"], None)]
    assert lines(one, staff=True) == [(SAID["team"], None)]


def test_a_provider_reads_that_it_can_reply_and_until_when(registry, project, two) -> None:
    Agreement.objects.filter(pk=registry.agreement.pk).update(permits_single_provider_output=True)
    made = asking.submitted(project)
    for checker in two:
        asking.yes(checker, made)
    provider = registry.person("provider")
    assert lines(provider) == []
    decided.approve_request(by=two[0], request=now(), about=registry.agreement.organisation)
    until = now().reply_until
    assert lines(provider) == [(SAID["you reply"], until)]
    assert lines(two[0], staff=True) == lines(project.lead) == [(SAID["reply"], until)]
    decided.reply(by=provider, request=now(), text="It is right.")
    assert lines(two[1], staff=True) == [(SAID["you approved"], None)]
    assert lines(provider) == lines(project.lead) == [(SAID["approved"], None)]
    decided.release_request(by=two[0], request=now())
    assert lines(provider) == lines(project.lead) == lines(two[0], staff=True) == []


def test_kaitiaki_read_that_their_hold_stops_outputs(registry, project, two) -> None:
    asking.submitted(project)
    theirs, at_custodian = (
        deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI),
        registry.person("kaitiaki"),
    )
    assert lines(theirs) == lines(at_custodian, staff=True) == []
    guarding.hold(by=theirs, project=project, said="Talk with us first.")
    (line,) = [each for each in waiting(theirs) if each.kind == "held project"]
    assert (line.who, line.name) == (
        SAID["you hold"],
        project.title,
    )  # the project; the request is not theirs
    assert lines(at_custodian, staff=True) == []
    assert (
        {who for who, _ in lines(project.lead)}
        == {who for who, _ in lines(two[0], staff=True)}
        == {SAID["held"]}
    )


def test_reading_a_file_does_not_begin_the_wait_anew(registry, project, two) -> None:
    made = asking.submitted(project)
    (before,) = [each.since for each in waiting(project.lead)]
    record_view("request.read", by=two[0], subject=made.subject, about="a-university")
    assert [each.since for each in waiting(project.lead)] == [before]


def test_an_application_waits_on_kaitiaki_and_a_reviewer_and_its_team_reads_so(registry) -> None:
    asked = applying.put_in(registry)
    words = labels()["waiting_on"]
    for who, staff in ((asked.project.lead, False), (registry.person("kaitiaki"), True)):
        found = (waiting_for_staff if staff else waiting)(who)
        assert [each.who for each in found if each.kind == "application"] == [words["kaitiaki and reviewer"]]
    applying.assessed(registry, asked)
    assert [each.who for each in waiting(asked.project.lead)] == [words["reviewer"]]


def test_a_checker_of_the_team_is_not_asked_to_look(registry, project) -> None:
    asking.submitted(project)
    lead = project.lead
    custodian = Organisation.objects.get(is_custodian=True)
    Membership.objects.create(person=lead, organisation=custodian, role=Role.OUTPUT_CHECKER)
    assert [who for who, _ in lines(lead, staff=True)] == [SAID["under review"]]


def test_the_list_is_made_in_few_questions_however_long(
    registry, project, two, django_assert_max_num_queries
) -> None:
    made = asking.submitted(project)
    OutputRequest.objects.bulk_create(
        OutputRequest(reference=f"{project.code}-r{n}", project=project, title="x", data_version="2026-11",
                      state="under review", author="somebody", submitted_at=made.submitted_at)
        for n in range(2, 30)
    )  # fmt: skip
    with django_assert_max_num_queries(30):
        assert len(lines(two[0], staff=True)) == 29


def test_a_request_that_waits_over_a_weekend_is_due_on_a_working_day(registry, project) -> None:
    made = asking.submitted(project)
    due = answer_due(now())
    assert due is not None
    assert due.weekday() < 5
    assert (
        timedelta(days=TARGET_DAYS)
        <= due - timezone.localdate(made.submitted_at)
        <= timedelta(days=TARGET_DAYS + 3)
    )
