"""`linkwell ledger` and `receipt page` as a person types them."""

import json
from pathlib import Path

import pytest
from tests.ledger.test_chain import chain
from tests.ledger.test_witness import receipt_at

from linkwell.cli.main import main
from linkwell.ledger.receipts import load
from linkwell.supply.receipt_page import receipt_page
from linkwell.vault.custodian_keys import public_bundle, receipt_key
from linkwell.vault.keys import public_pem
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
