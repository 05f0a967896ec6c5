"""Key periods: new keys to seal to, old ones that open what is on its way, and their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.custody import road
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.supplies import actions, periods
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.tidying import tidy
from linkwell.errors import RefusedByRule
from linkwell.vault.custodian_keys import custodian_keys, zone_key_path
from linkwell.vault.keys import fingerprint
from linkwell.vault.periods import begin_period, ended_periods

pytestmark = pytest.mark.django_db


def bring_in(registry, sealed) -> Supply:
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=sealed.path
    )


def later(monkeypatch, days: int) -> None:
    moment = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(periods.timezone, "now", lambda: moment)


def test_what_was_sealed_to_the_old_keys_still_opens_and_new_files_are_sealed_to_new_ones(
    registry, seal_to, monkeypatch
) -> None:
    old = bring_in(registry, registry.sealed)
    made = periods.new_period(by=registry.person("manager"))
    was = registry.sealed.custodian
    for name in ("identity", "content"):
        assert fingerprint(made.compartments[name].zone) != fingerprint(was.compartments[name].zone)
        assert made.compartments[name].recovery == was.compartments[name].recovery
    assert made.receipts == was.receipts
    done = road.accept(by=registry.person("integrator"), reference=old.reference)
    assert done.state == "accepted"
    monkeypatch.setattr("tests.conftest.new_key", lambda: registry.sealed.sender)
    new = seal_to(registry.home, name="new.lwp", package="3" * 32)
    assert new.manifest.compartment("identity").recipients[0] == fingerprint(
        made.compartments["identity"].zone
    )
    assert bring_in(registry, new).state == "received"


def test_when_its_time_is_over_the_old_keys_are_destroyed_and_open_nothing_any_more(
    registry, monkeypatch
) -> None:
    periods.new_period(by=registry.person("manager"), grace_days=30)
    later(monkeypatch, 29)
    assert periods.destroy_keys_over() == 0
    later(monkeypatch, 31)
    tidy()
    assert ended_periods(registry.home) == []
    assert list(registry.home.path.joinpath("keys").rglob("identity.key.pem")) == [
        zone_key_path(registry.home, "identity")
    ]
    said = AuditEvent.objects.get(verb="keys.destroyed").details["keys"]
    assert said == [fingerprint(half.zone) for half in registry.sealed.custodian.compartments.values()]
    supply = bring_in(registry, registry.sealed)
    with pytest.raises(RefusedByRule, match="other keys than this custodian's"):
        road.accept(by=registry.person("integrator"), reference=supply.reference)


def test_keys_that_something_waiting_is_sealed_to_stay(registry, monkeypatch) -> None:
    supply = bring_in(registry, registry.sealed)
    periods.new_period(by=registry.person("manager"), grace_days=0)
    later(monkeypatch, 1)
    assert periods.destroy_keys_over() == 0
    assert road.accept(by=registry.person("integrator"), reference=supply.reference).state == "accepted"
    Supply.objects.update(sealed_gone=True)
    assert periods.destroy_keys_over() == 1


def test_a_new_period_that_was_killed_half_way_is_run_again(registry) -> None:
    zone_key_path(registry.home, "identity").unlink()  # as if it had been moved, and no more
    made = begin_period(registry.home, until=timezone.now())
    assert custodian_keys(registry.home).as_bundle() == made.as_bundle()


@pytest.mark.parametrize("name", ["integrator", "auditor", "provider"])
def test_only_a_manager_begins_a_period(registry, name) -> None:
    with pytest.raises(NotAllowed):
        periods.new_period(by=registry.person(name))
    assert ended_periods(registry.home) == []
