"""A disk that is full, a place that cannot be written, a registry that is locked: said, and made good."""

from __future__ import annotations

import hashlib
import resource
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from tests.permissions import read_only

from linkwell.custody import road
from linkwell.custody.home import package_path
from linkwell.custody.supplies import actions, jobs
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.tidying import tidy
from linkwell.errors import TryAgain
from linkwell.intake import opening

pytestmark = pytest.mark.django_db
CHUNK = "application/offset+octet-stream"


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to write more, as a full disk would (EFBIG where that says ENOSPC)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def opened(registry) -> list[Path]:
    return [path for zone in ("identity", "research") for path in (registry.home.path / zone).rglob("*.csv")]


@pytest.fixture
def supply(registry) -> Supply:
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )


def accept(registry, supply: Supply) -> Supply:
    return road.accept(by=registry.person("integrator"), reference=supply.reference)


def test_a_disk_that_is_full_while_bytes_arrive_keeps_what_fitted_and_the_rest_comes_later(
    registry, settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"Authorization": f"Bearer {registry.token}", "Tus-Resumable": "1.0.0"})
    data = registry.sealed.path.read_bytes()
    answer = client.post("/api/uploads/", headers={"Upload-Length": str(len(data))})
    place = answer["Location"].removeprefix("http://testserver")
    with no_file_larger_than(2000):
        answer = client.patch(place, data, content_type=CHUNK, headers={"Upload-Offset": "0"})
    assert answer.status_code == 507
    assert answer.json()["fix"]
    assert str(registry.home.path) not in answer.content.decode()
    at = int(client.head(place)["Upload-Offset"])
    assert at <= 2000
    answer = client.patch(place, data[at:], content_type=CHUNK, headers={"Upload-Offset": str(at)})
    assert answer.status_code == 204
    assert Supply.objects.get().digest == hashlib.sha384(data).hexdigest()


def test_a_place_that_may_not_be_written_keeps_what_arrived_and_the_rest_comes_later(
    registry, settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"Authorization": f"Bearer {registry.token}", "Tus-Resumable": "1.0.0"})
    data = registry.sealed.path.read_bytes()
    incoming = registry.home.path / "intake" / "incoming"
    incoming.mkdir(exist_ok=True)
    with read_only(incoming):
        answer = client.post("/api/uploads/", headers={"Upload-Length": str(len(data))})
    assert (answer.status_code, Supply.objects.count()) == (507, 0)
    answer = client.post("/api/uploads/", headers={"Upload-Length": str(len(data))})
    place = answer["Location"].removeprefix("http://testserver")
    final = package_path(Supply.objects.get().reference).parent
    final.mkdir(parents=True, exist_ok=True)
    with read_only(final):
        answer = client.patch(place, data, content_type=CHUNK, headers={"Upload-Offset": "0"})
    assert (answer.status_code, Supply.objects.get().state) == (507, "receiving")
    assert answer.json()["fix"]
    assert str(registry.home.path) not in answer.content.decode()
    assert client.get(place + "/receipt").status_code == 200
    assert Supply.objects.get().digest == hashlib.sha384(data).hexdigest()


def test_a_disk_that_is_full_while_opening_leaves_nothing_open_and_the_next_try_completes(
    registry, supply, monkeypatch, tmp_path
) -> None:
    """The opener's own process may write no file at all: `ulimit -f 0`, which it cannot lift again."""
    tight = tmp_path / "python"
    tight.write_text(f'#!/bin/sh\nulimit -f 0\nexec "{sys.executable}" "$@"\n')
    tight.chmod(tight.stat().st_mode | stat.S_IXUSR)
    with monkeypatch.context() as patched:
        patched.setattr(opening.sys, "executable", str(tight))
        with pytest.raises(TryAgain):
            accept(registry, supply)
    assert actions.find(supply.reference).state == "received"
    assert opened(registry) == []
    assert accept(registry, supply).state == "accepted"


@pytest.mark.parametrize("zone", ["identity", "research"])
def test_a_zone_that_cannot_be_written_leaves_nothing_open_and_the_next_try_completes(
    registry, supply, zone
) -> None:
    folder = registry.home.path / zone / "supplies"
    folder.mkdir(exist_ok=True)
    with read_only(folder), pytest.raises(TryAgain) as said:
        accept(registry, supply)
    assert str(registry.home.path) not in str(said.value)
    assert actions.find(supply.reference).state == "received"
    assert opened(registry) == []
    assert accept(registry, supply).state == "accepted"


def test_a_registry_that_is_locked_while_taking_in_half_accepts_nothing(
    registry, supply, monkeypatch
) -> None:
    """The tables are in their zones already when the registry cannot be written: they go again."""

    def locked(*_: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "finish_accept", locked)
        with pytest.raises(TryAgain, match="on our side"):
            accept(registry, supply)
    assert actions.find(supply.reference).state == "received"
    assert opened(registry) == []
    assert list(supply.receipts.values_list("kind", flat=True)) == ["received"]
    assert accept(registry, supply).state == "accepted"


def test_what_a_killed_process_left_open_of_a_supply_nobody_took_in_is_closed(
    registry, supply, monkeypatch
) -> None:
    accept(registry, supply)
    assert opened(registry)
    Supply.objects.filter(pk=supply.pk).update(state="accepted")
    tidy()
    assert opened(registry)  # it was taken in: it stays
    Supply.objects.filter(pk=supply.pk).update(state="withdrawn")
    tidy()
    assert opened(registry) == []
