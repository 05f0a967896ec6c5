"""`linkwell ledger` and `receipt page` as a person types them."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.ledger.test_chain import chain
from tests.ledger.test_witness import receipt_at

from linkwell.cli.main import main
from linkwell.ledger.checkpoints import state
from linkwell.ledger.receipts import load
from linkwell.supply.receipt_page import receipt_page
from linkwell.supply.transfer import note_transfer
from linkwell.vault.custodian_keys import public_bundle, receipt_key
from linkwell.vault.keys import new_key, public_pem
from linkwell.vault.zones import Home


def run(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


@pytest.fixture
def papers(tmp_path: Path, custodian_home: Home) -> Path:
    events, key = chain(5), receipt_key(custodian_home)
    receipt_at(tmp_path / "receipts", events, 4, key=key)
    (tmp_path / "receipts" / "receipt-key-abc.pem").write_text(public_pem(key.public_key()))
    (tmp_path / "keys.json").write_text(json.dumps(public_bundle(custodian_home)))
    lines = [json.dumps(vars(event)) for event in events]
    (tmp_path / "record.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "cut.jsonl").write_text("\n".join(lines[:3]) + "\n")
    return tmp_path


def test_a_copy_of_the_record_is_checked_without_any_server(papers: Path, capsys) -> None:
    asked = ("ledger", "verify", papers / "receipts", "--key", papers / "keys.json", "--copy")
    code, said = run(*asked, papers / "record.jsonl", capsys=capsys)
    assert (code, "5 events; 1 receipts and checkpoints agree" in said) == (0, True), said
    code, said = run(*asked, papers / "cut.jsonl", capsys=capsys)
    assert (code, "tail was cut" in said) == (4, True), said
    code, said = run(*asked, papers / "keys.json", capsys=capsys)
    assert (code, "not a copy" in said) == (2, True), said


def test_what_else_lies_in_a_folder_of_receipts_raises_no_alarm_and_damage_does(papers: Path, capsys) -> None:
    asked = ("ledger", "verify", papers / "receipts", "--key", papers / "keys.json", "--copy")
    folder, whole = papers / "receipts", papers / "record.jsonl"
    (folder / "handover").mkdir()
    (folder / "handover" / "cover-sheet.txt").write_text("a cover sheet")
    (folder / "handover" / "SHA384SUMS").write_text("")
    note_transfer(folder / "handover", folder, service="Transfer", reference="No 77", day=date(2026, 8, 1))
    ok = state({"format": "linkwell-ok/1"}, signing_key=new_key())
    (folder / "ok.json").write_text(ok.to_json())
    (folder / "named.json").mkdir()
    code, said = run(*asked, whole, capsys=capsys)
    assert (code, "1 receipts" in said, "arrival-handover.json, ok.json" in said) == (0, True, True), said
    (folder / "cut.json").write_bytes((folder / "receipt-4.json").read_bytes()[:200])
    code, said = run(*asked, whole, capsys=capsys)
    assert (code, "cut.json: This is not a signed receipt" in said) == (4, True), said


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"[1]\n", b"[" * 100_000, b'{"seq": 1}\n'])
def test_what_is_no_copy_of_the_record_is_said_to_be_none(papers: Path, capsys, data: bytes) -> None:
    (papers / "no.jsonl").write_bytes(data)
    asked = ("ledger", "verify", "--key", papers / "keys.json", "--copy", papers / "no.jsonl")
    code, said = run(*asked, capsys=capsys)
    assert (code, "not a copy of the record" in said) == (2, True), said


def test_a_removed_event_is_said_once_and_many_faults_end_in_a_count(papers: Path, capsys) -> None:
    events = chain(60)
    lines = [json.dumps(vars(event)) for event in events]
    asked = ("ledger", "verify", "--key", papers / "keys.json", "--copy", papers / "other.jsonl")
    (papers / "other.jsonl").write_text("\n".join(lines[:5] + lines[6:]) + "\n")
    code, said = run(*asked, capsys=capsys)
    assert (code, said.count("removed, added or reordered")) == (4, 1), said
    (papers / "other.jsonl").write_text("\n".join(line.replace("supply", "other") for line in lines) + "\n")
    code, said = run(*asked, capsys=capsys)
    assert (code, said.count("was changed"), "and 40 more" in said) == (4, 20, True), said


def test_a_receipt_becomes_one_page(papers: Path, capsys) -> None:
    pytest.importorskip("typst")
    receipt = papers / "receipts" / "receipt-4.json"
    code, said = run("receipt", "page", receipt, capsys=capsys)
    assert code == 0, said
    page = receipt.with_suffix(".pdf").read_bytes()
    assert page.startswith(b"%PDF-")
    assert page.count(b"/Type /Page\n") + page.count(b"/Type /Page ") + page.count(b"/Type/Page/") <= 1


def test_the_page_says_what_the_receipt_says(papers: Path) -> None:
    page = receipt_page(load(papers / "receipts" / "receipt-4.json"))
    assert "cdcdcdcd" in str(page)
    assert page.title == "Receipt: received"
