"""A receipt proves what the custodian said, to anyone, without a server."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.chain import Checkpoint, checkpoint_of, next_event
from linkwell.ledger.checkpoints import Statement, sign_checkpoint, verify_checkpoint
from linkwell.ledger.receipts import PLAIN, Kind, Receipt, issue, load, verify
from linkwell.vault.keys import PrivateKey, fingerprint, new_key, public_pem

KEY = new_key()


def checkpoint() -> Checkpoint:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    event = next_event(None, actor="system", acting_for="", verb="ledger.opened", subject="ledger", time=at)
    return checkpoint_of(event, ledger=event.hash)


def receipt(key: PrivateKey = KEY, **changes: object) -> Receipt:
    facts = {"package": "0" * 32, "sha384": "ab" * 48, "bytes": 12345, "tables": ["person", "enrolment"]}
    arguments: dict[str, object] = {"demo": True, "custodian": "Tatauranga Aotearoa", **changes}
    return issue(Kind.RECEIVED, facts, signing_key=key, checkpoint=checkpoint(), **arguments)  # type: ignore[arg-type]


def test_a_receipt_survives_its_file_and_verifies() -> None:
    made = receipt()
    read = Receipt.from_json(made.to_json())
    assert read == made
    verify(read, KEY.public_key())
    assert (read.kind, read.demo, read.test, read.facts["bytes"]) == (Kind.RECEIVED, True, False, 12345)
    assert read.checkpoint == checkpoint()
    assert read.signed_by == fingerprint(KEY.public_key())


def test_a_receipt_laid_out_anew_by_another_tool_still_verifies() -> None:
    again = json.dumps(json.loads(receipt().to_json()), indent=4)
    verify(Receipt.from_json(again), KEY.public_key())


def test_every_change_to_what_is_said_is_noticed() -> None:
    found = json.loads(receipt().to_json())
    for name, value in found["statement"].items():
        changed = json.loads(receipt().to_json())
        if isinstance(value, bool):
            changed["statement"][name] = not value
        elif isinstance(value, dict):
            changed["statement"][name] = {**value, "time": "2020-01-01T00:00:00.000000Z"}
        elif name in {"format", "kind"}:
            continue
        else:
            changed["statement"][name] = value + "0"
        with pytest.raises(RefusedByRule):
            verify(Receipt.from_json(json.dumps(changed)), KEY.public_key())
    changed = {**found, "statement": {**found["statement"], "kind": "accepted"}}
    with pytest.raises(RefusedByRule, match="not what was signed"):
        verify(Receipt.from_json(json.dumps(changed)), KEY.public_key())


def test_a_receipt_of_somebody_else_is_refused() -> None:
    with pytest.raises(RefusedByRule, match="another key"):
        verify(receipt(), new_key().public_key())
    forged = receipt(new_key())
    body = {**forged.statement.body, "signed_by": fingerprint(KEY.public_key())}
    with pytest.raises(RefusedByRule, match="not what was signed"):
        verify(Receipt(Statement(body, forged.statement.signature)), KEY.public_key())


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[]", "{}", '{"statement": 1, "signature": "AA=="}', '{"statement": {}, "signature": "!"}'],
)
def test_other_files_are_not_receipts(text: str) -> None:
    with pytest.raises(WrongUse, match="not a signed receipt"):
        Receipt.from_json(text)


def test_another_signed_statement_is_not_a_receipt(tmp_path: Path) -> None:
    statement = sign_checkpoint(checkpoint(), signing_key=KEY)
    with pytest.raises(WrongUse, match="not a receipt"):
        Receipt.from_json(statement.to_json())
    with pytest.raises(WrongUse, match="no receipt"):
        load(tmp_path / "receipt.json")


def test_a_checkpoint_stands_alone() -> None:
    text = sign_checkpoint(checkpoint(), signing_key=KEY).to_json()
    assert verify_checkpoint(Statement.from_json(text), KEY.public_key()) == checkpoint()
    with pytest.raises(RefusedByRule):
        verify_checkpoint(Statement.from_json(text), new_key().public_key())
    with pytest.raises(WrongUse):
        verify_checkpoint(receipt().statement, KEY.public_key())


def test_facts_without_one_form_and_unknown_kinds_are_not_signed() -> None:
    with pytest.raises(ValueError, match="float"):
        issue("linked", {"rate": 0.93}, signing_key=KEY, checkpoint=checkpoint(), demo=False)
    with pytest.raises(ValueError, match="perhaps"):
        issue("perhaps", {}, signing_key=KEY, checkpoint=checkpoint(), demo=False)


def test_the_short_form_says_demo_and_test_first_and_never_hides_the_check() -> None:
    text = receipt(test=True).to_text()
    assert text.startswith("*** DEMO TEST")
    assert "bytes: 12,345" in text
    assert "linkwell receipt verify" in text
    assert "***" not in receipt(demo=False).to_text()


def test_every_kind_has_plain_words() -> None:
    assert set(PLAIN) == set(Kind)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("good", [True, False])
def test_openssl_checks_a_receipt_without_us(tmp_path: Path, good: bool) -> None:
    """The very commands of docs/package-format.md."""
    text = receipt().to_json()
    (tmp_path / "receipt.json").write_text(text if good else text.replace("12345", "12346"), encoding="utf-8")
    (tmp_path / "receipt-key.pem").write_text(public_pem(KEY.public_key()))
    page = (Path(__file__).parents[2] / "docs" / "package-format.md").read_text("utf-8")
    commands = [line.strip() for line in page.splitlines() if "receipt.json |" in line or "-verify" in line]
    assert len(commands) == 3
    ended = subprocess.run(["sh", "-c", "\n".join(commands)], cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode == 0) == good
    assert ("Verified OK" in ended.stdout) == good
