"""A record nobody can rewrite without being seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from linkwell.ledger.chain import Event, checkpoint_of, event_hash, next_event, utc_text, verify

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def chain(length: int, *, actor: str = "aroha") -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        last = events[-1] if events else None
        events.append(
            next_event(
                last,
                actor=actor,
                acting_for="te-puna",
                verb="supply.received",
                subject=f"supply/{number}",
                details={"bytes": number, "tables": ["person"]},
                time=START + timedelta(seconds=number),
            )
        )
    return events


def rechained(events: list[Event], start: int) -> list[Event]:
    """What somebody who holds the table would write to hide a change."""
    out = events[:start]
    for event in events[start:]:
        moved = replace(event, seq=len(out) + 1, prev=out[-1].hash if out else event.prev, hash="")
        out.append(replace(moved, hash=event_hash(moved)))
    return out


def test_an_honest_chain_holds() -> None:
    events = chain(5)
    held = [checkpoint_of(event, ledger=events[0].hash) for event in events]
    verdict = verify(iter(events), checkpoints=held)
    assert verdict.ok
    assert (verdict.events, verdict.head) == (5, events[-1])
    assert verify([]).ok


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("field", ["actor", "acting_for", "verb", "subject", "time", "details"])
def test_an_edited_event_is_seen(at: int, field: str) -> None:
    events = chain(5)
    events[at] = replace(events[at], **{field: {"bytes": 9} if field == "details" else "someone else"})
    assert any("was changed" in fault for fault in verify(events).faults)


@pytest.mark.parametrize("at", range(4))
def test_a_removed_event_is_seen(at: int) -> None:
    events = chain(5)
    del events[at]
    assert not verify(events).ok


def test_swapped_and_doubled_events_are_seen() -> None:
    events = chain(5)
    assert not verify([events[0], events[2], events[1], *events[3:]]).ok
    assert not verify([*events[:3], events[2], *events[3:]]).ok


def test_a_cut_tail_is_seen_by_whoever_holds_a_receipt() -> None:
    events = chain(5)
    held = checkpoint_of(events[-1], ledger=events[0].hash)
    assert verify(events[:4]).ok
    assert any("tail was cut" in fault for fault in verify(events[:4], checkpoints=[held]).faults)


@pytest.mark.parametrize("at", range(5))
def test_a_rebuilt_chain_is_seen_by_whoever_holds_a_receipt(at: int) -> None:
    events = chain(5)
    held = checkpoint_of(events[-1], ledger=events[0].hash)
    forged = list(events)
    forged[at] = replace(forged[at], details={"bytes": 12345})
    forged = rechained(forged, at)
    assert verify(forged).ok
    assert any("rewritten" in fault for fault in verify(forged, checkpoints=[held]).faults)


def test_a_receipt_of_another_ledger_is_seen() -> None:
    mine, theirs = chain(3), chain(3, actor="wiremu")
    held = checkpoint_of(theirs[1], ledger=theirs[0].hash)
    assert any("another ledger" in fault for fault in verify(mine, checkpoints=[held]).faults)
    assert any("tail was cut" in fault for fault in verify([], checkpoints=[held]).faults)


def test_times_are_utc_to_the_microsecond() -> None:
    kiwi = timezone(timedelta(hours=13))
    assert utc_text(datetime(2026, 11, 21, 22, 0, tzinfo=kiwi)) == "2026-11-21T09:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        utc_text(datetime(2026, 11, 21))


def test_details_that_have_no_one_form_are_not_recorded() -> None:
    with pytest.raises(TypeError):
        next_event(None, actor="a", acting_for="", verb="v", subject="s", details={"rate": 0.5})
