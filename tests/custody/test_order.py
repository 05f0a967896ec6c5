"""In which order supplies may be taken in: after the right one, not an older one, not two at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import split_of

from linkwell.custody import road
from linkwell.custody.supplies import actions
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.order import last_accepted
from linkwell.errors import RefusedByRule, TryAgain
from linkwell.ledger.receipts import Receipt
from linkwell.supply import seal as sealing
from linkwell.supply.changes import part_of, people_of
from linkwell.supply.manifest import Delivery
from linkwell.supply.seal import package_id
from linkwell.supply.split import Split

pytestmark = pytest.mark.django_db
CLIENT = b"c" * 32


def refs(split: Split) -> dict[str, str]:
    """Everybody has the same reference in both halves here: only the comparing matters."""
    return {row[1]: row[1] for row in split.identity.rows}


def named(split: Split, *, ends: str = "current") -> Split:
    """The split with an ending for the last person."""
    enrolment, interaction = split.content
    at = enrolment.columns.index("end_status")
    last = enrolment.rows[-1]
    changed = [*enrolment.rows[:-1], (*last[:at], ends, *last[at + 1 :])]
    return Split(split.identity, (replace(enrolment, rows=changed), interaction))


@pytest.fixture
def seal_next(registry, tmp_path, monkeypatch):
    """Seals one supply after another with the enrolled key, each a minute later than the one before."""
    spec, made = registry.sealed.specification, []
    clock = [datetime.now(UTC) - timedelta(days=1)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return clock[0]

    monkeypatch.setattr(sealing, "datetime", Clock)

    def make(now: Split, *, before: Split | None = None, follows: str = "", kind=Delivery.FULL, minutes=1):
        clock[0] += timedelta(minutes=minutes)
        secret = bytes([len(made) + 1]) * 32
        split, changes = now, None
        if before is not None:
            people = [people_of(each, refs(each), CLIENT) for each in (before, now)]
            part = part_of(now, kind, before=people[0], now=people[1], secret=secret)
            split, changes = part.split, part.changes
        path = tmp_path / f"{len(made)}.lwp"
        manifest = sealing.seal(
            split, spec, verdict_digest="ab" * 48, agreement=registry.agreement.reference,
            organisation="Riverbend", signing_key=registry.sealed.sender, custodian=registry.sealed.custodian,
            out=path, package=package_id(secret, kind, follows), delivery=kind, follows=follows,
            changes=changes,
        )  # fmt: skip
        made.append(manifest)
        return path, manifest

    return make


def bring_in(registry, path) -> Supply:
    return actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=path
    )


def take_in(registry, path) -> Supply:
    supply = bring_in(registry, path)
    return road.accept(by=registry.person("integrator"), reference=supply.reference)


@pytest.fixture
def three(registry) -> Split:
    return registry.sealed.split


@pytest.fixture
def full(registry, seal_next, three):
    """A full supply that was accepted; its manifest."""
    path, manifest = seal_next(three)
    take_in(registry, path)
    return manifest


def test_a_delta_after_what_was_accepted_last_is_taken_in_and_its_receipt_says_what_changed(
    registry, seal_next, three, full
) -> None:
    now = named(split_of(registry.sealed.specification, people=4), ends="ended")
    path, _ = seal_next(now, before=three, follows=full.package, kind=Delivery.DELTA)
    supply = take_in(registry, path)
    assert supply.state == "accepted"
    assert last_accepted(registry.agreement) == supply
    said = Receipt.from_json(supply.receipts.get(kind__startswith="accepted").document).facts
    assert (said["delivery"], said["follows"], said["people"]) == ("delta", full.package, 4)
    assert (said["people_new"], said["people_changed"], said["people_gone"]) == (1, 0, 0)


def test_the_second_of_two_deltas_on_the_same_supply_is_refused(registry, seal_next, three, full) -> None:
    change = {"before": three, "follows": full.package, "kind": Delivery.CORRECTION}
    first, _ = seal_next(named(three, ends="ended"), **change)
    second, _ = seal_next(named(three, ends="not_recorded"), **change)
    late = bring_in(registry, second)
    take_in(registry, first)
    with pytest.raises(RefusedByRule, match="follows another supply"):
        road.accept(by=registry.person("integrator"), reference=late.reference)
    again = actions.find(late.reference)
    assert again.state == "rejected"
    assert (
        "follows another supply"
        in Receipt.from_json(again.receipts.get(kind="rejected").document).facts["reason"]
    )


def test_a_delta_before_the_one_it_follows_is_refused(registry, seal_next, three, full) -> None:
    one = named(three, ends="ended")
    _, between = seal_next(one, before=three, follows=full.package, kind=Delivery.CORRECTION)
    path, _ = seal_next(
        named(three, ends="not_recorded"), before=one, follows=between.package, kind=Delivery.DELTA
    )
    with pytest.raises(RefusedByRule, match="follows another supply"):
        take_in(registry, path)


def test_an_older_full_supply_does_not_bring_back_what_was_mended(registry, seal_next, three) -> None:
    old, _ = seal_next(three)
    new, _ = seal_next(named(three, ends="ended"))
    take_in(registry, new)
    with pytest.raises(RefusedByRule, match="older than the one"):
        take_in(registry, old)


def test_what_was_accepted_is_not_taken_in_again(registry, three, full, tmp_path) -> None:
    twin = tmp_path / "twin.lwp"
    sealing.seal(
        three, registry.sealed.specification, verdict_digest="ab" * 48,
        agreement=registry.agreement.reference, organisation="Riverbend",
        signing_key=registry.sealed.sender, custodian=registry.sealed.custodian, out=twin,
        package=full.package,
    )  # fmt: skip
    with pytest.raises(RefusedByRule, match="already arrived"):
        bring_in(registry, twin)


def test_two_of_one_agreement_are_not_opened_at_once(registry, seal_next, three) -> None:
    first = bring_in(registry, seal_next(three)[0])
    second = bring_in(registry, seal_next(named(three, ends="ended"))[0])
    actions.accept(by=registry.person("integrator"), supply=first)
    with pytest.raises(TryAgain, match="is being opened"):
        actions.accept(by=registry.person("integrator"), supply=second)
    assert actions.find(second.reference).state == "received"


def test_a_delta_by_somebody_who_remembers_otherwise_is_refused(registry, seal_next, three, full) -> None:
    """The sender's memory says that one person is gone whom the custodian never had."""
    five = split_of(registry.sealed.specification, people=5)
    path, _ = seal_next(three, before=five, follows=full.package, kind=Delivery.DELETION)
    with pytest.raises(RefusedByRule, match="people who are not there"):
        take_in(registry, path)
    assert last_accepted(registry.agreement).manifest["package"] == full.package
