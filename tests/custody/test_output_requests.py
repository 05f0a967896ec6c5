"""Output requests: checked by machine, looked at by two who do not see each other, then released or not."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from tests import applying, asking, deciding

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.home import current_home
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.models import Membership, Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects import guarding
from linkwell.custody.projects.models import Hold, Project
from linkwell.custody.requests import deciding as decided
from linkwell.custody.requests import filling
from linkwell.custody.requests.bundle import bundle_folder, bundle_names
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.permissions import visible_requests
from linkwell.custody.requests.seeing import clock, files_seen, related, votes_seen, working_days
from linkwell.custody.requests.votes import agreed, looked
from linkwell.custody.researchers.models import Evidence
from linkwell.errors import BlockingFindings, RefusedByRule, WrongUse
from linkwell.ledger.checkpoints import Statement, check_statement
from linkwell.standards.clock import today
from linkwell.vault.custodian_keys import receipt_key

SECOND = b"age,count\n0-14,300\n15-24,90\n25-44,120\n"


@pytest.fixture
def project(registry) -> Project:
    return applying.approved(registry)


@pytest.fixture
def two(registry):
    return asking.checkers(registry)


def now(request: OutputRequest) -> OutputRequest:
    return OutputRequest.objects.select_related("project__organisation", "about").get(pk=request.pk)


def approved(registry, project, two, **facts) -> OutputRequest:
    made = asking.submitted(project)
    for checker in two:
        asking.yes(checker, made)
    return decided.approve_request(by=two[0], request=now(made), **facts)


def test_a_request_is_returned_changed_approved_by_two_and_released(registry, project, two) -> None:
    one, other = two
    made = asking.submitted(project)
    assert made.checked["verdict"] == "pass"
    asking.yes(one, made)
    decided.vote(by=other, request=made, says={"table.csv": False}, said={"table.csv": "Which year?"})
    assert now(made).state == "being decided"
    with pytest.raises(RefusedByRule, match="Not everybody"):
        decided.approve_request(by=one, request=now(made))
    decided.return_request(by=other, request=now(made), reasons="Say which year.")
    asking.put(now(made), "table.csv", asking.TABLE.replace("45", "42").encode(), "leaves")
    filling.submit(by=project.lead, request=now(made))
    assert now(made).state == "under review"
    assert looked(now(made)) == []  # a changed file has lost its votes
    for checker in two:
        asking.yes(checker, now(made))
    decided.approve_request(by=one, request=now(made))
    released = decided.release_request(by=other, request=now(made))
    assert released.state == "released"
    folder = bundle_folder(released)
    assert sorted(path.name for path in folder.iterdir()) == sorted(bundle_names(released))
    assert not (folder / "table_RAW.csv").exists()
    statement = Statement.from_json((folder / "receipt.json").read_text())
    check_statement(statement, receipt_key(current_home()).public_key(), what="release")
    assert statement.body["files"]["table.csv"] == released.files.get(name="table.csv").digest
    record = json.loads((folder / "disclosure-record.json").read_text())
    assert [each["name"] for each in record["files"]] == ["table.csv"]
    assert "official statistics" in (folder / "disclaimers.txt").read_text()


def test_files_that_stay_the_same_keep_their_votes(project, two) -> None:
    made = asking.filled(project)
    asking.put(made, "second.csv", SECOND, "leaves")
    made = filling.submit(by=project.lead, request=now(made))
    for checker in two:
        asking.yes(checker, made)
    decided.return_request(by=two[0], request=now(made), reasons="Mend the second.")
    asking.put(now(made), "second.csv", SECOND.replace(b"300", b"303"), "leaves")
    filling.submit(by=project.lead, request=now(made))
    for checker in two:
        decided.vote(by=checker, request=now(made), says={"second.csv": True})
    assert agreed(now(made))


def test_nobody_sees_a_vote_before_both_have_looked(registry, project, two) -> None:
    one, other = two
    made = asking.submitted(project)
    asking.yes(one, made)
    assert [vote.reviewer for vote in votes_seen(now(made), one)] == [one.username]
    assert votes_seen(now(made), other) == votes_seen(now(made), project.lead) == []
    asking.yes(other, made)
    assert len(votes_seen(now(made), one)) == 2
    assert votes_seen(now(made), project.lead) == []


def test_one_checker_alone_lets_nothing_out(project, two) -> None:
    made = asking.submitted(project)
    for _ in range(2):
        asking.yes(two[0], made)
    assert now(made).state == "under review"
    with pytest.raises(WrongState):
        decided.approve_request(by=two[0], request=now(made))


def test_nobody_of_the_team_reviews_even_with_the_role(registry, project) -> None:
    made = asking.submitted(project)
    custodian = Organisation.objects.get(is_custodian=True)
    Membership.objects.create(person=project.lead, organisation=custodian, role=Role.OUTPUT_CHECKER)
    with pytest.raises(NotAllowed):
        asking.yes(project.lead, made)
    researcher = applying.team(registry)[1]
    Membership.objects.create(person=researcher, organisation=custodian, role=Role.OUTPUT_CHECKER)
    with pytest.raises(NotAllowed, match="team"):
        decided.return_request(by=researcher, request=now(made), reasons="x")


def test_what_the_check_refuses_waits_for_a_change_or_a_reason(project) -> None:
    made = asking.filled(project, table=asking.SMALL)
    with pytest.raises(BlockingFindings):
        filling.submit(by=project.lead, request=made)
    assert now(made).state == "draft"
    assert [each["cells"] for each in now(made).checked["findings"]][:1] == [["B4"]]
    asking.put(now(made), "table.csv", asking.SMALL.encode(), "leaves", exception="Published elsewhere.")
    filling.submit(by=project.lead, request=now(made))
    assert now(made).state == "under review"


def test_a_request_without_script_context_or_files_is_not_submitted(project) -> None:
    made = filling.begin_request(by=project.lead, project=project, title="Empty")
    with pytest.raises(WrongUse, match="Nothing"):
        filling.submit(by=project.lead, request=made)
    asking.put(made, "a.csv", asking.TABLE.encode(), "leaves")
    with pytest.raises(WrongUse, match="script"):
        filling.submit(by=project.lead, request=now(made))
    asking.put(made, "a.sql", asking.SCRIPT, "script")
    with pytest.raises(WrongUse, match="context"):
        filling.submit(by=project.lead, request=now(made))
    for name in ("../a.csv", "a", ".hidden.csv", "a/b.csv"):
        with pytest.raises(WrongUse):
            asking.put(now(made), name, b"x", "leaves")


def test_a_hold_of_kaitiaki_stops_approval_and_release(registry, project, two) -> None:
    made = approved(registry, project, two)
    kaitiaki = registry.person("kaitiaki")
    guarding.hold(by=kaitiaki, project=project, said="Talk with us first.")
    with pytest.raises(RefusedByRule, match="Kaitiaki"):
        decided.release_request(by=two[0], request=now(made))
    assert not bundle_folder(made).joinpath("table.csv").exists()
    guarding.lift(by=kaitiaki, hold=Hold.objects.get(), agreed="Talked.")
    assert decided.release_request(by=two[0], request=now(made)).state == "released"


def test_a_provider_reads_what_is_about_itself_first_and_has_its_days(registry, project, two) -> None:
    aroha = registry.agreement.organisation
    Agreement.objects.filter(pk=registry.agreement.pk).update(permits_single_provider_output=False)
    with pytest.raises(RefusedByRule, match="permit"):
        approved(registry, project, two, about=aroha)
    made = OutputRequest.objects.get()
    assert not visible_requests(registry.person("provider")).exists()
    Agreement.objects.filter(pk=registry.agreement.pk).update(permits_single_provider_output=True)
    decided.approve_request(by=two[1], request=now(made), about=aroha)
    provider = registry.person("provider")
    assert [file.name for file in files_seen(now(made), provider)] == ["table.csv"]
    assert visible_requests(provider).get() == made
    with pytest.raises(RefusedByRule, match="reply"):
        decided.release_request(by=two[0], request=now(made))
    decided.reply(by=provider, request=now(made), text="The north is right.")
    assert decided.release_request(by=two[0], request=now(made)).state == "released"
    OutputRequest.objects.update(state="approved", reply="", reply_until=today() - timedelta(days=1))
    assert decided.release_request(by=two[0], request=now(made)).state == "released"


def test_a_condition_of_the_project_forbids_output_about_one_provider(registry, two) -> None:
    project = applying.approved(registry, codes=["not-about-one-provider"])
    with pytest.raises(RefusedByRule, match="condition"):
        approved(registry, project, two, about=registry.agreement.organisation)
    assert decided.approve_request(by=two[0], request=OutputRequest.objects.get()).state == "approved"


def test_a_file_changed_on_disk_does_not_leave(registry, project, two) -> None:
    made = approved(registry, project, two)
    digest = made.files.get(name="table.csv").digest
    filling.content_path(made, digest).write_bytes(b"region,count\nOtago,1\n")
    with pytest.raises(RefusedByRule, match="not what two approved"):
        decided.release_request(by=two[0], request=now(made))
    assert now(made).state == "approved"


def test_released_twice_after_a_crash_is_the_same_bundle(registry, project, two) -> None:
    made = approved(registry, project, two)
    first = decided.release_request(by=two[0], request=now(made)).receipt
    OutputRequest.objects.update(state="approved", receipt="")
    assert decided.release_request(by=two[1], request=now(made)).receipt == first


def test_an_expired_training_closes_asking_the_same_day(project) -> None:
    made = asking.filled(project)
    Evidence.objects.filter(person=project.lead, kind="training").update(until=today() - timedelta(days=1))
    with pytest.raises(RefusedByRule, match="training"):
        filling.submit(by=project.lead, request=made)


def test_related_releases_the_clock_and_the_record(registry, project, two) -> None:
    first = approved(registry, project, two)
    decided.release_request(by=two[0], request=now(first))
    second = asking.submitted(project, title="Second results")
    assert related(second)[1] == [first]
    assert clock(second) == "Working day 0 of 5 since it was submitted."
    assert working_days(date(2026, 11, 20), date(2026, 11, 30)) == 6
    said = AuditEvent.objects.filter(subject=first.subject).values_list("verb", flat=True)
    assert "request.released" in said


def test_another_team_sees_nothing(registry, project) -> None:
    made = asking.submitted(project)
    other = deciding.somebody(registry, "elsewhere", applying.university(registry), Role.RESEARCHER)
    assert not visible_requests(other).exists()
    with pytest.raises(NotAllowed):
        filling.take_out_file(by=other, request=made, name="table.csv")
