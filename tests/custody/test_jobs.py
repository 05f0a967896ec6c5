"""Jobs: done once, put back after a death, failing into a state somebody can act on; the real intake does
the work.
"""

from __future__ import annotations

import fcntl
from threading import Timer

import pytest
from django_tasks_db.models import DBTaskResult

from linkwell.custody import road
from linkwell.custody.home import package_path
from linkwell.custody.jobs import running, tasks, worker
from linkwell.custody.jobs.models import Job
from linkwell.custody.supplies import actions
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule
from linkwell.ledger.receipts import Receipt, verify
from linkwell.vault.custodian_keys import custodian_keys


@pytest.fixture
def supply(registry) -> Supply:
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )


def test_accepting_opens_the_file_signs_a_receipt_and_destroys_the_sealed_copy(
    registry, supply, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        done = road.accept(by=registry.person("integrator"), reference=supply.reference)
    assert done.state == "accepted"
    assert done.counts["accepted"]["people"] == 3
    assert (registry.home.path / "identity" / "supplies" / supply.reference / "identity.csv").exists()
    assert (registry.home.path / "research" / "supplies" / supply.reference / "enrolment.csv").exists()
    assert not package_path(supply.reference).exists()
    receipt = Receipt.from_json(done.receipts.get(kind="accepted_with_gaps").document)
    verify(receipt, custodian_keys(registry.home).receipts)
    assert receipt.facts["people"] == 3


def test_a_step_that_is_done_is_not_done_again(registry, supply) -> None:
    by = registry.person("integrator")
    road.accept(by=by, reference=supply.reference)
    road.accept(by=by, reference=supply.reference)
    assert Job.objects.count() == 1


def test_a_file_under_another_agreement_is_rejected_in_words(registry) -> None:
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.other_agreement, package=registry.sealed.path
    )
    with pytest.raises(RefusedByRule, match="another agreement"):
        road.accept(by=registry.person("integrator"), reference=supply.reference)
    supply.refresh_from_db()
    assert supply.state == "rejected"
    assert "another agreement" in supply.reasons["what"]
    assert supply.receipts.filter(kind="rejected").exists()
    with pytest.raises(RefusedByRule, match="another agreement"):
        road.accept(by=registry.person("integrator"), reference=supply.reference)


def test_a_tampered_file_is_rejected(registry, supply) -> None:
    path = package_path(supply.reference)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(RefusedByRule):
        road.accept(by=registry.person("integrator"), reference=supply.reference)
    assert actions.find(supply.reference).state == "rejected"


def test_a_file_signed_with_a_key_that_was_ended_is_rejected(registry, supply) -> None:
    from linkwell.custody.organisations.actions import end_sender_key

    end_sender_key(by=registry.person("manager"), key=registry.agreement.organisation.sender_keys.get())
    with pytest.raises(RefusedByRule, match="not enrolled"):
        road.accept(by=registry.person("integrator"), reference=supply.reference)


def test_a_job_whose_worker_died_is_put_back_and_done(registry, supply) -> None:
    job = actions.accept(by=registry.person("integrator"), supply=supply)
    Job.objects.update(state="running", attempts=1)  # what a killed worker leaves behind
    assert running.sweep(("quick",)) == 1
    assert running.run(job.pk).state == "done"
    assert actions.find(supply.reference).state == "accepted"


def test_a_command_killed_before_its_job_began_goes_on_with_the_same_job(registry, supply) -> None:
    job = actions.accept(by=registry.person("integrator"), supply=supply)
    assert road.accept(by=registry.person("integrator"), reference=supply.reference).state == "accepted"
    assert [each.pk for each in Job.objects.all()] == [job.pk]


def test_work_that_keeps_dying_is_given_up_and_can_be_tried_again(registry, supply) -> None:
    job = actions.accept(by=registry.person("integrator"), supply=supply)
    Job.objects.update(attempts=running.MOST_ATTEMPTS)
    assert running.run(job.pk).state == "failed"
    assert actions.find(supply.reference).state == "received"


def test_a_fault_of_ours_keeps_no_text_and_leaves_the_supply_where_it_was(
    registry, supply, monkeypatch
) -> None:
    from linkwell.custody.supplies import jobs

    def breaks(job, tick):
        raise ValueError("Anahera Tāmati 1990-01-31")

    monkeypatch.setattr(jobs, "work_accept", breaks)
    job = running.run(actions.accept(by=registry.person("integrator"), supply=supply).pk)
    assert job.state == "failed"
    assert "ValueError" in job.error["where"]
    assert "Anahera" not in str(vars(job))
    assert actions.find(supply.reference).state == "received"


def test_giving_up_that_breaks_too_never_leaves_a_job_running(registry, supply, monkeypatch) -> None:
    from linkwell.custody.supplies import jobs

    def breaks(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(jobs, "work_accept", breaks)
    monkeypatch.setattr(jobs, "give_up_accept", breaks)
    job = actions.accept(by=registry.person("integrator"), supply=supply)
    assert tasks.run_quick.call(job.pk) == "waiting"
    assert [row.args_kwargs["kwargs"] for row in DBTaskResult.objects.all()] == [{"job_id": job.pk}]
    for _ in range(running.MOST_ATTEMPTS):
        running.run(job.pk)
    assert running.run(job.pk).state == "failed"


def test_a_job_is_claimed_once(registry, supply) -> None:
    job = actions.accept(by=registry.person("integrator"), supply=supply)
    running.run(job.pk)
    again = running.run(job.pk)
    assert (again.state, again.attempts) == ("done", 1)


def test_a_living_worker_holds_its_queue(registry) -> None:
    assert not worker.alive("quick")
    with worker.holding("quick") as mine:
        assert mine
        assert worker.alive("quick")
        assert not worker.alive("heavy")
    assert not worker.alive("quick")


def test_whoever_only_looks_is_no_worker_and_keeps_none_away(registry) -> None:
    with worker._lock_path("quick").open("ab") as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        assert not worker.alive("quick")
        with worker.holding("quick") as mine:
            assert not mine
        Timer(0.2, fcntl.flock, (look, fcntl.LOCK_UN)).start()
        with worker.holding("quick", patience=60) as mine:
            assert mine


def test_a_sealed_file_left_by_a_killed_process_is_destroyed_later(registry, supply) -> None:
    from linkwell.custody.supplies.tidying import tidy

    assert tidy() == (0, 0)
    Supply.objects.update(state="accepted")
    assert tidy() == (0, 1)
    assert not package_path(supply.reference).exists()


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_work_that_somebody_stops_waits_to_be_done_again_however_often(registry, supply, stop) -> None:
    def stopping(done: int, total: int) -> None:
        raise stop

    by = registry.person("integrator")
    for _ in range(running.MOST_ATTEMPTS + 1):
        with pytest.raises(KeyboardInterrupt):
            road.accept(by=by, reference=supply.reference, tick=stopping)
        job = Job.objects.get()
        assert (job.state, job.attempts) == ("waiting", 0)
    assert road.accept(by=by, reference=supply.reference).state == "accepted"
