"""Who may work in a project's lab, on what, and what ends it: worked out each time it is asked."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from tests import applying, deciding, laboratory

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import databases, jobs, locks, working
from linkwell.custody.labs.granted import granted
from linkwell.custody.labs.models import ProjectDatabase
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs.heads import expected_head
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects import guarding
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.researchers.models import Evidence
from linkwell.errors import RefusedByRule, TryAgain, WrongUse


@pytest.fixture
def project(registry) -> Project:
    return applying.approved(registry)


@pytest.fixture
def researcher(registry, project):
    return applying.team(registry)[1]


@pytest.fixture
def database(project) -> ProjectDatabase:
    laboratory.locks_hold()
    return laboratory.database(project)


def hold(registry, project) -> object:
    kaitiaki = deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI)
    return guarding.hold(by=kaitiaki, project=project, said="Talk with us first.")


def hana() -> Person:
    return Person.objects.get(username="hana")


def test_a_database_holds_what_was_granted_and_whose_row_it_is_and_nothing_else(registry, project) -> None:
    catalogue = Refresh.objects.get().catalogue
    names = ("snz_uid", "snz_unit_uid", "start_date", "end_date")
    catalogue["datasets"][0]["variables"] = [{"name": name} for name in names]
    Refresh.objects.update(catalogue=catalogue)
    found = granted(project)
    assert found.columns == {"enrolment": ["snz_uid", "start_date"]}
    assert found.organisations == ["aroha"]
    Refresh.objects.update(facts={"sensitive": ["aroha"]})
    assert granted(project).organisations == []  # who must not be known to have supplied is in none


def test_what_the_data_update_lacks_is_named_and_nothing_is_built(registry, project) -> None:
    Project.objects.update(variables={"enrolment.shoe_size": "To know."})
    with pytest.raises(RefusedByRule, match=r"lacks what was granted"):
        databases.build(by=registry.person("manager"), project=Project.objects.get())
    assert not Job.objects.filter(kind="lab.build").exists()


def test_it_is_asked_for_once_and_not_again_while_it_fits(registry, project) -> None:
    manager = registry.person("manager")
    row, job = databases.build(by=manager, project=project)
    assert databases.build(by=manager, project=project) == (row, job)
    ProjectDatabase.objects.update(state="ready")
    with pytest.raises(WrongUse, match="stands already"):
        databases.build(by=manager, project=project)
    assert [event.details["refresh"] for event in AuditEvent.objects.filter(verb="database.building")] == [
        "2026-11"
    ]


def test_somebody_named_whose_evidence_is_in_date_works_in_it_and_nobody_else(
    registry, project, researcher, database
) -> None:
    assert working.enter(by=researcher, project=project) == database
    [(work, job)] = working.try_script(by=researcher, project=project, texts=["SELECT 1"])
    assert (work.state, job.queue, job.subject) == ("waiting", "lab", f"{project.code}-w1")
    for name in ("researcher", "analyst", "manager"):
        with pytest.raises(NotAllowed):
            working.enter(by=registry.person(name), project=project)


def test_an_expired_training_and_a_hold_close_it_at_once(registry, project, researcher, database) -> None:
    held = hold(registry, project)
    with pytest.raises(RefusedByRule, match="Kaitiaki"):
        working.enter(by=researcher, project=project)
    guarding.lift(by=hana(), hold=held, agreed="We talked.")
    Evidence.objects.filter(person=researcher, kind="training").update(until=date.today() - timedelta(days=1))
    with pytest.raises(RefusedByRule, match="training"):
        working.enter(by=researcher, project=project)


def test_it_stays_closed_where_the_locks_were_not_tried_or_did_not_hold(
    project, researcher, database, monkeypatch
) -> None:
    laboratory.locks_hold(hold=False)
    with pytest.raises(RefusedByRule, match="got out"):
        working.enter(by=researcher, project=project)
    laboratory.locks_hold()
    working.enter(by=researcher, project=project)
    monkeypatch.setattr(locks, "machine", lambda: "started again")
    with pytest.raises(RefusedByRule, match="not been tried"):
        working.enter(by=researcher, project=project)


def test_a_column_taken_away_by_an_amendment_closes_it_until_it_is_built_anew(
    project, researcher, database
) -> None:
    Project.objects.update(variables={"enrolment.end_date": "To know."})
    with pytest.raises(RefusedByRule, match="no database"):
        working.enter(by=researcher, project=Project.objects.get())
    assert databases.keep_databases() == 1
    row = ProjectDatabase.objects.get(state="building")
    assert row.columns == {"enrolment": ["end_date"]}
    jobs.finish_build(Job.objects.get(kind="lab.build"), jobs.Built("ef" * 48, []))
    assert {each.name: each.state for each in ProjectDatabase.objects.all()} == {
        database.name: "removed", row.name: "ready"
    }  # fmt: skip


def test_a_newer_data_update_is_built_by_itself_and_serves_once_it_is_ready(
    registry, project, researcher, database
) -> None:
    assert databases.keep_databases() == 0
    applying.refreshed(registry, "2026-12")
    assert databases.keep_databases() == 1
    assert databases.keep_databases() == 0  # once
    assert working.enter(by=researcher, project=project) == database
    jobs.finish_build(Job.objects.get(kind="lab.build"), jobs.Built("ef" * 48, []))
    assert working.enter(by=researcher, project=project).refresh.label == "2026-12"
    # a build that failed waits for a person
    ProjectDatabase.objects.filter(state="ready").update(state="failed")
    assert databases.keep_databases() == 0
    assert databases.build(by=registry.person("manager"), project=project)[0].state == "building"


def test_a_database_is_removed_with_its_files_when_work_ends_and_comes_back_with_it(
    registry, project, database
) -> None:
    folder = registry.home.path / "projects" / database.name
    folder.mkdir(parents=True)
    (folder / "project.duckdb").write_bytes(b"x")
    held = hold(registry, project)
    assert databases.keep_databases() == 0
    assert ProjectDatabase.objects.get().state == "removed"
    assert not folder.exists()
    guarding.lift(by=hana(), hold=held, agreed="We talked.")
    assert databases.keep_databases() == 1


def test_a_build_asks_again_whether_it_may(registry, project) -> None:
    _, job = databases.build(by=registry.person("manager"), project=project)
    hold(registry, project)
    with pytest.raises(RefusedByRule, match="Kaitiaki"):
        jobs.work_build(job, lambda done, total: None)


def test_what_is_no_count_is_refused_before_it_waits_and_no_project_fills_the_queue(
    project, researcher, database
) -> None:
    laboratory.table(database, "grown")
    four = dict.fromkeys(("a", "b", "c", "d"), ())
    for table, columns, purpose in (("person", {}, "x"), ("grown", four, "x"), ("grown", {}, " ")):
        with pytest.raises(WrongUse):
            working.ask_count(by=researcher, project=project, table=table, columns=columns, purpose=purpose)
    with pytest.raises(WrongUse):
        working.try_script(by=researcher, project=project, texts=[" " * 10])
    assert not Job.objects.filter(kind="lab.run").exists()
    for number in range(working.MOST_WAITING):
        working.try_script(by=researcher, project=project, texts=[f"SELECT {number}"])
    with pytest.raises(TryAgain):
        working.try_script(by=researcher, project=project, texts=["SELECT 9"])


def test_an_answer_is_kept_from_whose_access_ended_meanwhile(registry, project, researcher, database) -> None:
    laboratory.table(database, "grown")
    work, job = working.ask_count(
        by=researcher, project=project, table="grown", columns={}, purpose="To know."
    )
    hold(registry, project)
    told = {"tables": [{"values": [4242]}], "release_id": "R-x"}
    details = {"release": "R-x", "ledger": {"seq": 7, "hash": "ab" * 48, "ledger": "x"}}
    jobs.finish_run(job, jobs.Answer("answer", told, database, details))
    work.refresh_from_db()
    assert work.state == "refused"
    assert "4242" not in json.dumps(work.answer)
    head = expected_head()
    assert head is not None
    assert head.seq == 7  # it left the desk all the same: the record knows of it


def test_one_provider_alone_needs_its_agreement_and_no_condition_against_it(registry, project) -> None:
    assert jobs.may_be_about_one(project)
    registry.agreement.conditions = ["no-output-about-you-alone"]
    registry.agreement.save()
    assert not jobs.may_be_about_one(Project.objects.get())
    registry.agreement.conditions = []
    registry.agreement.save()
    Project.objects.update(conditions=[{"code": "x", "words": "x", "control": "single provider"}])
    assert not jobs.may_be_about_one(Project.objects.get())


def test_databases_of_a_refresh_that_is_taken_out_are_named_to_be_destroyed(registry, database) -> None:
    assert databases.built_from(Refresh.objects.all()) == [database.name]
    ProjectDatabase.objects.update(state="removed")
    folder = registry.home.path / "projects" / database.name
    folder.mkdir(parents=True)  # removed, and its files are not cleared yet
    assert databases.built_from(Refresh.objects.all()) == [database.name]
    folder.rmdir()
    assert databases.built_from(Refresh.objects.all()) == []
