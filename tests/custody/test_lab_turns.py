"""Whose work comes next in the labs: in the order asked for, in turns between projects, one of each."""

from __future__ import annotations

import datetime

from django.utils import timezone

from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import turns

NOW = timezone.now()


def asked(subject: str, minutes: int, *, begun: int | None = None, state: str = "waiting") -> Job:
    """A piece of work asked for so many minutes ago, and begun so many minutes ago."""
    job = Job.objects.create(kind="lab.run", subject=subject, queue="lab", by="somebody", state=state)
    Job.objects.filter(pk=job.pk).update(
        created_at=NOW - datetime.timedelta(minutes=minutes),
        started_at=None if begun is None else NOW - datetime.timedelta(minutes=begun),
    )
    return job


def order() -> list[str]:
    subjects = dict(Job.objects.values_list("pk", "subject"))
    return [subjects[number] for number, _ in turns.queue().waiting]


def test_nothing_waits(registry) -> None:
    assert turns.queue() == turns.Queue((), ())
    assert turns.queue().next() is None


def test_a_project_that_asks_for_much_takes_turns_with_those_that_ask_for_one_thing(registry) -> None:
    for number in (1, 2, 3):
        asked(f"a-w{number}", 9)
    asked("b-w1", 8)
    asked("b-w2", 8)
    asked("c-d-w7", 7)
    assert order() == ["a-w1", "b-w1", "c-d-w7", "a-w2", "b-w2", "a-w3"]


def test_whoever_was_served_since_the_other_asked_waits_for_the_other(registry) -> None:
    asked("a-w1", 9, begun=2, state="done")
    asked("a-w2", 9)
    asked("b-w1", 3)
    asked("c-w1", 1)
    assert order() == ["b-w1", "a-w2", "c-w1"]


def test_a_project_is_worked_on_by_one_session_and_the_others_go_past_it(registry) -> None:
    running = asked("a-w1", 9, begun=1, state="running")
    second, other = asked("a-w2", 8), asked("b-w1", 2)
    assert turns.queue().next() == other.pk
    assert [turns.before(each) for each in ("a-w2", "b-w1", "a-w1", "x-w1")] == [2, 1, 0, 0]
    Job.objects.filter(pk=other.pk).update(state="running")
    assert turns.queue().next() is None
    Job.objects.filter(pk=running.pk).update(state="done")
    assert turns.queue().next() == second.pk


def test_a_task_that_finds_nothing_to_do_strands_nothing(registry, monkeypatch) -> None:
    """The task of what had to wait is spent; whoever ends the work under way queues what comes next."""
    running, second = asked("a-w1", 9, begun=1, state="running"), asked("a-w2", 8)
    assert tasks.run_lab.func(second.pk) == "not its turn"
    queued: list[int] = []
    monkeypatch.setattr(type(tasks.run_lab), "enqueue", lambda self, job_id: queued.append(job_id))
    Job.objects.filter(pk=running.pk).update(state="waiting", attempts=9)
    assert tasks.run_lab.func(running.pk) == "failed"  # its worker died too often
    assert Job.objects.get(pk=second.pk).state == "waiting"
    assert queued == [second.pk]


def test_of_batches_one_is_done_at_a_time_and_short_work_goes_past_them(registry) -> None:
    long = asked("a-w1b", 9, begun=1, state="running")
    second, short = asked("b-w1b", 8), asked("c-w1", 2)
    assert turns.queue().next() == short.pk
    Job.objects.filter(pk=short.pk).update(state="running")
    assert turns.queue().next() is None
    Job.objects.filter(pk=long.pk).update(state="done")
    assert turns.queue().next() == second.pk
