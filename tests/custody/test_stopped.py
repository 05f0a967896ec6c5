"""Work that stopped: listed in words while its thing waits, begun again by whoever may; work that hangs."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from linkwell.custody.jobs import running
from linkwell.custody.jobs.kinds import KINDS
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.stopped import AGAIN, silent_jobs, stopped_work, try_again
from linkwell.custody.machine import WrongState
from linkwell.custody.supplies import actions
from linkwell.custody.supplies.models import Supply
from linkwell.pages.labels import labels

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def stopped(registry, monkeypatch) -> Job:
    """A supply whose opening broke on our side."""
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    with monkeypatch.context() as broken:
        broken.setattr("linkwell.custody.supplies.jobs.work_accept", lambda job, tick: 1 / 0)
        return running.run(actions.accept(by=registry.person("integrator"), supply=supply).pk)


def test_what_stopped_is_shown_to_staff_and_begun_again_by_whoever_may(registry, settings, stopped) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    looking, doing = Client(), Client()
    looking.force_login(registry.person("auditor"), backend=BACKEND)
    doing.force_login(registry.person("integrator"), backend=BACKEND)
    seen = looking.get("/custodian/work/").content.decode()
    assert "Something broke on our side." in seen
    assert "Begin again" not in seen
    assert f'action="{stopped.pk}/accept"' in doing.get("/custodian/work/").content.decode()
    assert doing.post(f"/custodian/work/{stopped.pk}/accept").status_code == 302
    again = Job.objects.latest("pk")
    assert running.run(again.pk).state == "done"
    assert Supply.objects.get().state == "accepted"
    assert "Nothing has stopped." in looking.get("/custodian/work/").content.decode()


def test_work_that_keeps_dying_ends_among_what_stopped(registry, stopped) -> None:
    job = try_again(by=registry.person("integrator"), job=stopped)
    for _ in range(running.MOST_ATTEMPTS):
        Job.objects.filter(pk=job.pk).update(state="running", attempts=running.MOST_ATTEMPTS)
        running.sweep(("quick",))
    assert running.run(job.pk).state == "failed"
    (found,) = stopped_work(registry.person("integrator"))
    assert "stopped without an ending" in found.job.error["what"]
    assert found.may_try


def test_what_a_rule_refused_is_decided_and_not_stopped(registry) -> None:
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.other_agreement, package=registry.sealed.path
    )
    job = running.run(actions.accept(by=registry.person("integrator"), supply=supply).pk)
    assert job.state == "failed"
    assert stopped_work(registry.person("integrator")) == []
    with pytest.raises(WrongState):
        try_again(by=registry.person("integrator"), job=job)


def test_beginning_again_twice_leaves_one_job(registry, stopped) -> None:
    first = try_again(by=registry.person("integrator"), job=stopped)
    with pytest.raises(WrongState):
        try_again(by=registry.person("integrator"), job=stopped)
    assert [job.pk for job in Job.objects.filter(state="waiting")] == [first.pk]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_job_that_is_not_heard_of_for_too_long_is_found(db, kind: str) -> None:
    now, quiet = timezone.now(), datetime.timedelta(minutes=KINDS[kind].quiet_minutes)
    for name, beat in (("heard", now - quiet / 2), ("silent", now - 2 * quiet)):
        Job.objects.create(kind=kind, queue="heavy", subject=name, state="running", by="x", beat_at=beat)
    Job.objects.create(kind=kind, queue="heavy", subject="waits", state="waiting", by="x")
    assert [job.subject for job in silent_jobs(now)] == ["silent"]


def test_every_kind_of_work_has_words_and_somebody_who_takes_it_up() -> None:
    assert set(KINDS) <= set(labels()["job_kind"])
    assert set(KINDS) <= set(labels()["job_doer"])
    assert set(AGAIN) <= set(KINDS)
