"""A ledger beside the receipts others kept: every way of tampering shows."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.ledger.test_chain import chain, rechained

from linkwell.errors import WrongUse
from linkwell.ledger.chain import Event, checkpoint_of, event_hash
from linkwell.ledger.checkpoints import sign_checkpoint
from linkwell.ledger.receipts import issue
from linkwell.ledger.witness import papers_in, verify_witnessed
from linkwell.vault.keys import new_key

KEY = new_key()
EVENTS = chain(8)


def receipt_at(folder: Path, events: list[Event], number: int, *, key=KEY, name: str = "") -> Path:
    """A receipt given when the ledger stood at event `number`."""
    signed = issue(
        "received", {"package": "ab" * 16, "sha384": "cd" * 48, "bytes": 7}, signing_key=key,
        checkpoint=checkpoint_of(events[number - 1], ledger=events[0].hash), demo=False, custodian="Stats NZ",
    )  # fmt: skip
    path = folder / (name or f"receipt-{number}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(signed.to_json(), encoding="utf-8")
    return path


def look(events: list[Event], *papers: Path):
    return verify_witnessed(events, papers=papers, key=KEY.public_key())


def test_an_honest_ledger_and_its_receipts_agree(tmp_path: Path) -> None:
    receipt_at(tmp_path / "deep" / "down", EVENTS, 3)
    receipt_at(tmp_path, EVENTS, 8)
    point = sign_checkpoint(checkpoint_of(EVENTS[4], ledger=EVENTS[0].hash), signing_key=KEY)
    (tmp_path / "checkpoint.json").write_text(point.to_json())
    verdict = look(EVENTS, *papers_in([tmp_path])[0])
    assert (verdict.ok, verdict.papers, verdict.faults) == (True, 3, ())


def edited() -> list[Event]:
    return [*EVENTS[:3], replace(EVENTS[3], details={"bytes": 99}), *EVENTS[4:]]


TAMPERED = {
    "an edited row": edited(),
    "an edited row, everything after it written anew": rechained(edited(), 3),
    "a deleted row": [*EVENTS[:3], *EVENTS[4:]],
    "a deleted row, everything after it written anew": rechained([*EVENTS[:3], *EVENTS[4:]], 3),
    "a truncated tail": EVENTS[:5],
    "reordered rows": [*EVENTS[:2], EVENTS[3], EVENTS[2], *EVENTS[4:]],
    "reordered rows, everything after them written anew": rechained(
        [*EVENTS[:2], EVENTS[3], EVENTS[2], *EVENTS[4:]], 2
    ),
    "a ledger of somebody else": chain(8, actor="somebody"),
    "nothing at all": [],
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_shows_beside_one_receipt(tmp_path: Path, name: str) -> None:
    assert not look(TAMPERED[name], receipt_at(tmp_path, EVENTS, 6)).ok


def test_a_truncated_tail_needs_a_receipt_from_after_the_cut(tmp_path: Path) -> None:
    assert look(EVENTS[:5], receipt_at(tmp_path, EVENTS, 4)).ok  # this one knows of no more than is there
    verdict = look(EVENTS[:5], receipt_at(tmp_path, EVENTS, 6))
    assert verdict.faults == ("a checkpoint witnessed event 6, which is missing: the tail was cut",)


def test_a_receipt_of_another_ledger_shows(tmp_path: Path) -> None:
    verdict = look(EVENTS, receipt_at(tmp_path, chain(8, actor="somebody"), 2))
    assert any("another ledger" in fault for fault in verdict.faults)


def test_a_forged_receipt_shows_and_witnesses_nothing(tmp_path: Path) -> None:
    by_another = receipt_at(tmp_path, EVENTS, 2, key=new_key(), name="other.json")
    changed = receipt_at(tmp_path, EVENTS, 3, name="changed.json")
    changed.write_text(changed.read_text().replace('"bytes":7', '"bytes":8'))
    other = tmp_path / "other-thing.json"
    other.write_text("{}")
    verdict = look(EVENTS, by_another, changed, other, receipt_at(tmp_path, EVENTS, 4))
    assert verdict.chain.ok
    assert not verdict.ok
    assert verdict.papers == 1
    assert [name for name, _ in verdict.forged] == ["other.json", "changed.json", "other-thing.json"]


def test_a_rebuilt_hash_alone_does_not_help(tmp_path: Path) -> None:
    row = replace(EVENTS[3], details={"bytes": 99}, hash="")
    rebuilt = [*EVENTS[:3], replace(row, hash=event_hash(row)), *EVENTS[4:]]
    assert not look(rebuilt).ok


def test_papers_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        papers_in([tmp_path / "none"])
