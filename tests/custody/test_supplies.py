"""Real supplies: a practice first, two people, recall, a clock; each end of a sealed file has its receipt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import PASSWORD, split_of

from linkwell.custody import road
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.machine import WrongState
from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.supplies import actions, destroying, tidying
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule, TryAgain
from linkwell.intake import opening
from linkwell.ledger.receipts import Receipt, verify
from linkwell.specification.base import base_specification
from linkwell.specification.model import Specification
from linkwell.supply.seal import package_id, seal_practice
from linkwell.supply.split import Split
from linkwell.vault.custodian_keys import create_custodian_keys, custodian_keys
from linkwell.vault.zones import Home

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept_registries() -> list[Any]:
    """Of this file only, because its home and its specification are its own."""
    return []


@pytest.fixture
def fresh_home(tmp_path: Path) -> Home:
    """Not a demonstration."""
    home = Home.create(tmp_path / "home", name="Stats NZ")
    create_custodian_keys(home)
    return home


@pytest.fixture
def sample_specification() -> Specification:
    return replace(base_specification(), organisation="Riverbend Community Trust")


@pytest.fixture
def sample_split(sample_specification: Specification) -> Split:
    return split_of(sample_specification, people=3)


@pytest.fixture
def second(registry):
    """Another data integrator."""
    custodian = registry.person("integrator").memberships.get().organisation
    return add_person(
        by=registry.person("manager"), username="second", name="Second", password=PASSWORD,
        organisation=custodian, roles=[Role.INTEGRATOR],
    )  # fmt: skip


def bring_in(registry, path: Path) -> Supply:
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=path
    )


@pytest.fixture
def practice(registry, tmp_path) -> Path:
    path = tmp_path / "practice.lwp"
    seal_practice(
        registry.sealed.specification, agreement=registry.agreement.reference,
        organisation="Riverbend Community Trust", signing_key=registry.sealed.sender,
        custodian=registry.sealed.custodian, out=path,
    )  # fmt: skip
    return path


@pytest.fixture
def practised(registry, practice, django_capture_on_commit_callbacks) -> Supply:
    with django_capture_on_commit_callbacks(execute=True):
        supply = bring_in(registry, practice)
        return road.accept(by=registry.person("integrator"), reference=supply.reference)


@pytest.fixture
def supply(registry, practised) -> Supply:
    return bring_in(registry, registry.sealed.path)


def kinds(supply: Supply) -> list[str]:
    return list(supply.receipts.values_list("kind", flat=True))


def quarantine(registry) -> list[Path]:
    return sorted((registry.home.path / "intake" / "quarantine").iterdir())


def opened(registry) -> list[Path]:
    return [path for zone in ("identity", "research") for path in (registry.home.path / zone).rglob("*.csv")]


# A practice comes first


def test_real_people_are_not_taken_before_a_practice_went_the_whole_way(registry, practice) -> None:
    with pytest.raises(RefusedByRule, match="practice send has to come first"):
        bring_in(registry, registry.sealed.path)
    arrived = bring_in(registry, practice)
    with pytest.raises(RefusedByRule, match="practice send"):  # arrived is not yet opened and checked
        bring_in(registry, registry.sealed.path)
    road.accept(by=registry.person("integrator"), reference=arrived.reference)
    assert bring_in(registry, registry.sealed.path).state == "received"


def test_a_practice_goes_the_whole_way_and_nothing_of_it_is_kept(registry, practised) -> None:
    assert practised.state == "practised"
    assert practised.reference == "DSA-2026-001-p001"
    found = [Receipt.from_json(each.document) for each in practised.receipts.all()]
    assert [each.kind for each in found] == ["received", "accepted", "destroyed"]
    assert all(each.test and not each.demo for each in found)
    for each in found:
        verify(each, custodian_keys(registry.home).receipts)
    assert not quarantine(registry)
    assert not opened(registry)
    assert not actions.SUPPLY.may("link", practised.state)


def test_a_practice_by_another_key_does_not_count(registry, practised, seal_to) -> None:
    other = seal_to(registry.home, name="other.lwp")
    with pytest.raises(RefusedByRule, match="practice send"):
        bring_in(registry, other.path)


def test_a_practice_may_be_sent_again(registry, practised, practice) -> None:
    assert bring_in(registry, practice).reference == "DSA-2026-001-p002"


def test_real_supplies_are_numbered_as_if_there_had_been_no_practice(supply) -> None:
    assert supply.reference == "DSA-2026-001-001"


def test_a_practice_holds_no_real_health_number(registry, tmp_path) -> None:
    from linkwell.supply.practice import practice_split

    rows = practice_split(registry.sealed.specification, "ab" * 16).identity
    at = rows.columns.index("nhi")
    assert {row[at][0] for row in rows.rows} == {"Z"}
    assert {row[rows.columns.index("ird")] for row in rows.rows} == {""}


# Two people


def test_real_people_take_two_and_nothing_is_open_in_between(
    registry, supply, second, django_capture_on_commit_callbacks
) -> None:
    first = registry.person("integrator")
    tried = road.accept(by=first, reference=supply.reference)
    assert (tried.state, tried.checked_by) == ("checked", "integrator")
    assert tried.counts["checked"]["people"] == 3
    assert not opened(registry)
    assert len(quarantine(registry)) == 1
    with pytest.raises(NotAllowed, match="same person"):
        actions.accept(by=first, supply=tried)
    with django_capture_on_commit_callbacks(execute=True):
        done = road.accept(by=second, reference=supply.reference)
    assert done.state == "accepted"
    assert len(opened(registry)) == 3
    assert kinds(done) == ["received", "accepted_with_gaps", "destroyed"]
    assert not quarantine(registry)
    said = Receipt.from_json(done.receipts.get(kind="accepted_with_gaps").document)
    assert "person.ird" in said.facts["empty_columns"]


def test_a_refused_file_stays_sealed_with_a_receipt_until_its_time_is_over(registry, supply) -> None:
    registry.agreement.organisation.sender_keys.update(ended_at=timezone.now())
    with pytest.raises(RefusedByRule, match="not enrolled"):
        road.accept(by=registry.person("integrator"), reference=supply.reference)
    supply = actions.find(supply.reference)
    assert supply.state == "rejected"
    said = Receipt.from_json(supply.receipts.get(kind="rejected").document)
    assert "not enrolled" in said.facts["reason"]
    assert said.facts["rows_person"] == 3
    tidying.tidy()
    assert len(quarantine(registry)) == 1
    Supply.objects.update(changed_at=timezone.now() - timedelta(days=8))
    assert tidying.tidy() == (0, 1)
    assert not quarantine(registry)
    assert kinds(supply) == ["received", "rejected", "destroyed"]
    assert tidying.tidy() == (0, 0)


# Recall and the clock


def test_a_provider_takes_back_what_nobody_accepted(registry, supply) -> None:
    done = destroying.recall(by=registry.person("provider"), supply=supply)
    assert done.state == "withdrawn"
    assert not quarantine(registry)
    assert kinds(done) == ["received", "withdrawn", "destroyed"]
    assert bring_in(registry, registry.sealed.path).state == "received"  # and may send it again


@pytest.mark.parametrize("name", ["provider_staff", "other", "integrator", "manager"])
def test_only_its_own_lead_takes_a_supply_back(registry, supply, name) -> None:
    with pytest.raises(NotAllowed):
        destroying.recall(by=registry.person(name), supply=supply)
    assert len(quarantine(registry)) == 1


def test_what_was_accepted_is_not_taken_back(registry, supply) -> None:
    Supply.objects.update(state="accepted")
    with pytest.raises(WrongState, match="no longer"):
        destroying.recall(by=registry.person("provider"), supply=supply)


def test_what_nobody_decided_about_is_destroyed_in_time(registry, supply) -> None:
    Supply.objects.update(changed_at=timezone.now() - timedelta(days=29))
    tidying.tidy()
    assert len(quarantine(registry)) == 1
    Supply.objects.filter(pk=supply.pk).update(changed_at=timezone.now() - timedelta(days=31))
    tidying.tidy()
    assert actions.find(supply.reference).state == "expired"
    assert not quarantine(registry)
    said = Receipt.from_json(supply.receipts.get(kind="destroyed").document)
    assert said.facts["sha384"] == supply.digest


def test_a_process_that_died_before_destroying_is_made_good(registry, supply) -> None:
    Supply.objects.update(state="accepted")
    assert tidying.tidy() == (0, 1)
    assert not quarantine(registry)
    assert "destroyed" in kinds(supply)


def test_opened_tables_a_killed_opening_left_are_swept(registry, supply) -> None:
    left = registry.home.path / "identity" / "supplies" / ".opening-DSA-2026-001-001"
    left.mkdir(parents=True)
    (left / "identity.csv").write_text("somebody")
    Supply.objects.filter(pk=supply.pk).update(state="accepting")
    tidying.tidy()
    assert left.exists()  # it may be at work on it just now
    Supply.objects.filter(pk=supply.pk).update(state="received")
    tidying.tidy()
    assert not left.exists()


# A bad day


@pytest.mark.parametrize("number", [28, 13, 5])
def test_a_full_or_locked_disk_while_opening_accepts_nothing_and_the_next_try_completes(
    registry, supply, second, monkeypatch, number
) -> None:
    broken = OSError(number, "no")

    def fails(*_):
        raise broken

    with monkeypatch.context() as patched:
        patched.setattr(opening, "publish", fails)
        Supply.objects.filter(pk=supply.pk).update(state="checked", checked_by="integrator")
        with pytest.raises(TryAgain) as said:
            road.accept(by=second, reference=supply.reference)
    assert str(registry.home.path) not in str(said.value)
    again = actions.find(supply.reference)
    assert again.state == "received"
    assert not opened(registry)
    assert len(quarantine(registry)) == 1
    Supply.objects.filter(pk=supply.pk).update(state="checked")
    assert road.accept(by=second, reference=supply.reference).state == "accepted"


def test_a_clock_that_was_set_back_breaks_neither_record_nor_receipt(registry, supply, monkeypatch) -> None:
    from linkwell.custody.audit.record import verify_record
    from linkwell.ledger import chain

    class Earlier(chain.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) - timedelta(days=400)

    monkeypatch.setattr(chain, "datetime", Earlier)
    done = destroying.recall(by=registry.person("provider"), supply=supply)
    points = [Receipt.from_json(each.document).checkpoint for each in done.receipts.all()]
    assert verify_record(points).ok


def test_nothing_in_the_record_or_a_receipt_names_anybody(registry, supply) -> None:
    said = json.dumps([[event.details, event.subject] for event in AuditEvent.objects.all()])
    said += "".join(each.document for each in supply.receipts.all())
    assert "Anahera" not in said
    assert package_id(b"a secret of thirty-two bytes, say") in said
