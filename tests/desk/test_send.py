"""Seal and send from the desk: keys compared, a line that drops, and a receipt that is checked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.desk.conftest import Visitor
from tests.desk.sending import TOKEN, running_portal
from tests.supply.conftest import Portal

from linkwell.desk.desk import Desk
from linkwell.ledger.chain import checkpoint_of, next_event
from linkwell.ledger.receipts import issue
from linkwell.specification.file import save
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import public_bundle, receipt_key
from linkwell.vault.zones import Home


@pytest.fixture
def portal(custodian_home: Home) -> Iterator[Portal]:
    with running_portal(custodian_home) as state:
        yield state


def key_file(home: Home) -> SimpleUploadedFile:
    return SimpleUploadedFile("custodian-keys.json", json.dumps(public_bundle(home)).encode())


@pytest.fixture
def compared(checked: Visitor, custodian_home: Home) -> Visitor:
    checked.press("/hand/custodian/", keys=key_file(custodian_home))
    checked.press("/hand/custodian/", compared="1", same="yes")
    return checked


@pytest.fixture
def sealed(compared: Visitor) -> Visitor:
    answer = compared.press(
        "/hand/seal/", organisation="Riverbend Aroha", agreement="DSA-2026-001", practice="yes"
    )
    assert answer.redirect_chain[-1][0] == "/hand/send/"
    return compared


def test_keys_must_be_compared_before_anything_is_sealed(
    checked: Visitor, custodian_home: Home, desk: Desk
) -> None:
    page = checked.press("/hand/custodian/", keys=key_file(custodian_home)).content.decode()
    assert "Are these really the keys of Stats NZ (demonstration)?" in page
    assert checked.get("/hand/seal/").headers["Location"] == "/hand/custodian/"
    assert "Say whether" in checked.press("/hand/custodian/", compared="1").content.decode()
    page = checked.press("/hand/custodian/", compared="1", same="no").content.decode()
    assert "thrown away" in page
    assert not desk.workspace.custodian.exists()


@pytest.mark.parametrize("data", [b"{}", b"not json", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_key_file_is_explained_and_not_kept(
    data: bytes, checked: Visitor, desk: Desk
) -> None:
    page = checked.press("/hand/custodian/", keys=SimpleUploadedFile("keys.json", data)).content.decode()
    assert "not a custodian" in page
    assert not desk.workspace.custodian.exists()
    assert not list(desk.workspace.custodian.parent.glob("*.given"))
    assert "Choose the key file" in checked.press("/hand/custodian/").content.decode()


def test_another_key_file_must_be_compared_again(compared: Visitor, tmp_path: Path) -> None:
    from linkwell.vault.custodian_keys import create_custodian_keys

    other = Home.create(tmp_path / "other", name="Somebody else", demo_seed=2)
    create_custodian_keys(other)
    compared.press("/hand/custodian/", keys=key_file(other))
    assert compared.get("/hand/seal/").status_code == 302


def test_sealing_again_is_the_same_file(sealed: Visitor, desk: Desk) -> None:
    (path,) = desk.workspace.sealed.glob("*.lwp")
    before = path.read_bytes()
    sealed.press("/hand/seal/", organisation="Riverbend Aroha", agreement="DSA-2026-001", practice="yes")
    assert path.read_bytes() == before
    assert [each.name for each in desk.workspace.sealed.iterdir()] == [path.name]
    assert b"Aroha Example" not in before
    assert "practice send" in sealed.text("/hand/send/")


def test_what_is_missing_is_said_beside_its_field(compared: Visitor) -> None:
    page = compared.press("/hand/seal/", organisation="", agreement=" ").content.decode()
    assert "Write the reference of the agreement" in page
    assert "Write the name of your organisation" in page


def test_sent_over_a_line_that_drops_with_a_receipt_that_is_checked(
    sealed: Visitor, portal: Portal, desk: Desk
) -> None:
    portal.faults += ["drop half", "answer lost"]
    answer = sealed.press("/hand/send/", portal=portal.url, token=f" {TOKEN}\n")
    assert answer.redirect_chain[-1][0] == "/hand/receipt/"
    page = answer.content.decode()
    assert "The receipt is genuine" in page
    assert "Your file arrived whole" in page
    (path,) = desk.workspace.sealed.glob("*.lwp")
    assert portal.received() == path.read_bytes()
    count = len(portal.requests)
    assert "genuine" in sealed.press("/hand/send/", portal=portal.url, token=TOKEN).content.decode()
    assert len(portal.requests) == count
    kept = b"".join(each.read_bytes() for each in desk.workspace.path.rglob("*") if each.is_file())
    assert TOKEN.encode() not in kept
    saved = b"".join(sealed.get("/hand/receipt/save/").streaming_content)
    assert json.loads(saved)


def test_a_receipt_changed_afterwards_is_not_shown_as_genuine(
    sealed: Visitor, portal: Portal, desk: Desk
) -> None:
    sealed.press("/hand/send/", portal=portal.url, token=TOKEN)
    (path,) = desk.workspace.receipts.glob("receipt-*.json")
    path.write_text(path.read_text().replace("DEMO", "DEM0").replace("demonstration", "demonstratiom"))
    answer = sealed.get("/hand/receipt/")
    assert answer.status_code == 403
    assert "genuine" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "token", "says"),
    [
        ("portal.example.govt.nz", TOKEN, "not a portal’s address"),
        ("http://portal.example.govt.nz", TOKEN, "not encrypted"),
        ("", TOKEN, "Write the address to send to"),
        ("https://portal.example.govt.nz", "", "Paste the upload token"),
        ("https://portal.example.govt.nz", "two words", "Copy it again"),
    ],
)
def test_a_wrong_address_or_token_is_said_before_anything_is_sent(
    address: str, token: str, says: str, sealed: Visitor
) -> None:
    page = sealed.press("/hand/send/", portal=address, token=token).content.decode()
    assert says in page.replace("&#x27;", "’")
    assert token == "" or f'value="{token}"' not in page


def test_a_refused_token_is_explained_and_the_sealed_file_kept(
    sealed: Visitor, portal: Portal, desk: Desk
) -> None:
    page = sealed.press("/hand/send/", portal=portal.url, token="another").content.decode()
    assert "This token has expired" in page
    assert "Go back and try again" in page
    assert list(desk.workspace.sealed.glob("*.lwp"))


def test_real_people_are_never_sealed_to_the_keys_of_a_demonstration(compared: Visitor, desk: Desk) -> None:
    from dataclasses import replace

    save(replace(desk.specification(), demo=False), desk.workspace.specification)
    compared.press("/check/")
    page = compared.press(
        "/hand/seal/", organisation="Riverbend Aroha", agreement="D", practice="no"
    ).content.decode()
    assert "These keys belong to a demonstration" in page
    assert not list(desk.workspace.sealed.glob("*.lwp"))


# What changed


def accepted(desk: Desk, home: Home) -> str:
    """The custodian's receipt that says the sealed file was accepted."""
    event = next_event(None, actor="a", acting_for="", verb="v", subject="s")
    package = read_manifest(desk.workspace.sealed / desk.choices.sealed).package
    return issue(
        "accepted", {"package": package}, signing_key=receipt_key(home),
        checkpoint=checkpoint_of(event, ledger=event.hash), demo=True, custodian=home.name,
    ).to_json()  # fmt: skip


def seal(visitor: Visitor, delivery: str) -> str:
    answer = visitor.press(
        "/hand/seal/", organisation="Riverbend Aroha", agreement="D", practice="no", delivery=delivery
    )
    return str(answer.content.decode())


def test_what_changed_is_shown_before_sending_and_sent_alone_once_something_was_accepted(
    compared: Visitor, desk: Desk, portal: Portal, custodian_home: Home
) -> None:
    assert "No supply is known to have been accepted" in seal(compared, "delta")
    assert "no earlier supply is known" in seal(compared, "full")
    portal.later = [accepted(desk, custodian_home)]
    assert "No receipt about this file" in compared.text("/hand/later/")
    page = compared.press("/hand/later/", portal=portal.url, token=TOKEN).content.decode()
    assert "One receipt is kept" in page
    assert "opened, checked and accepted" in page
    assert "nothing to send" in seal(compared, "correction")
    (file,) = desk.choices.paths()[:1]
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), "utf-8")
    compared.press("/check/")
    page = seal(compared, "deletion")
    assert "0 new, 0 changed, 1 gone" in page
    assert read_manifest(desk.workspace.sealed / desk.choices.sealed).delivery == "deletion"


def test_a_changed_receipt_proves_nothing(compared: Visitor, desk: Desk, custodian_home: Home) -> None:
    seal(compared, "full")
    document = accepted(desk, custodian_home).replace('"demo":true', '"demo":false')
    package = read_manifest(desk.workspace.sealed / desk.choices.sealed).package
    desk.workspace.receipts.mkdir(exist_ok=True)
    (desk.workspace.receipts / f"receipt-{package[:12]}-accepted.json").write_text(document, "utf-8")
    assert "No receipt about this file" in compared.text("/hand/later/")
    assert "No supply is known to have been accepted" in seal(compared, "deletion")
