"""Health says that the process answers; readiness says of each thing work needs whether it is there."""

from __future__ import annotations

import datetime
from contextlib import ExitStack

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from linkwell.custody.jobs.kinds import QUEUES
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.worker import holding


@pytest.fixture
def client(registry, settings) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client(raise_request_exception=False)


@pytest.fixture
def workers(registry):
    """Somebody holds every queue's lock, as a worker does while it lives."""
    with ExitStack() as locks:
        for queue in QUEUES:
            assert locks.enter_context(holding(queue))
        yield


def refuse(*_: object) -> None:
    raise DatabaseError


def test_the_process_answers_without_asking_the_database(client) -> None:
    with connection.execute_wrapper(refuse):
        assert client.get("/healthz").content == b"ok\n"


def test_everything_there_is_ready(client, workers) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert all(answer.json().values())


def test_a_missing_worker_is_named(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, ok in answer.json().items() if not ok] == [
        "worker quick",
        "worker heavy",
        "worker lab",
    ]


def test_work_that_hangs_is_named(client, workers) -> None:
    silent = timezone.now() - datetime.timedelta(days=1)
    Job.objects.create(
        kind="supply.link", queue="heavy", subject="x", state="running", by="linker", beat_at=silent
    )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, ok in answer.json().items() if not ok] == ["work goes on"]


def test_a_storage_that_cannot_be_written_is_named(client, workers, monkeypatch) -> None:
    def full(**_: object) -> None:
        raise OSError

    monkeypatch.setattr("linkwell.portal.views.health.tempfile.TemporaryFile", full)
    assert client.get("/readyz").json()["storage"] is False


def test_a_database_that_is_away_is_named(client, workers) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": False})
