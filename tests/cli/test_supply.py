"""`seal`, `send` and `receipt verify` as a person types them, and how they fail."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from linkwell.cli.main import main
from linkwell.intake import open_package, verify_package
from linkwell.ledger.chain import checkpoint_of, next_event
from linkwell.ledger.receipts import issue
from linkwell.reading import read_tables
from linkwell.specification.answers import answer
from linkwell.specification.draft import draft
from linkwell.specification.file import load, save
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import public_bundle, receipt_key
from linkwell.vault.keys import new_key, public_pem
from linkwell.vault.zones import Home

PEOPLE = """Client ID,First name,Last name,Date of birth,Gender,NHI,Programme,Start date,End date,Notes
A1,Anahera,Tāmati,1990-01-31,F,ZAA0067,Whānau support,2022-03-01,2022-09-01,likes tea
A2,Wiremu,Ngata,1985-12-13,M,ZAA0075,Whānau support,2022-03-15,,
A3,Sione,Taufa,2001-07-22,M,,Whānau support,2022-04-02,2022-08-30,call first
"""


def run(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out, shown.err


@pytest.fixture
def desk(tmp_path: Path, fresh_home: Home) -> Path:
    """A provider's folder: a spreadsheet, the agreed specification, and the custodian's public keys."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    made = draft(
        read_tables(folder / "people.csv"),
        organisation="Riverbend Community Trust",
        initiative="Whānau support",
    )
    spec = made.specification
    for question in made.questions:
        spec = answer(spec, question, question.suggested or question.options[0])
    save(replace(spec, demo=True), folder / "specification.toml")
    (folder / "custodian-keys.json").write_text(json.dumps(public_bundle(fresh_home)))
    return folder


def seal_arguments(desk: Path, *more: object) -> list[object]:
    return ["seal", desk / "people.csv", "--spec", desk / "specification.toml", "--agreement", "DSA-1",
            "--custodian", desk / "custodian-keys.json", "--out", desk / "package.lwp", *more]  # fmt: skip


def test_a_spreadsheet_is_sealed_and_the_custodian_can_open_it(
    desk: Path, fresh_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(*seal_arguments(desk, "--json"), capsys=capsys)
    assert code == 0
    said = json.loads(out)
    assert said["rows"]["person"] == 3
    assert said["demo"]
    spec = load(desk / "specification.toml")
    manifest = verify_package(
        desk / "package.lwp",
        sender_keys={said["sender_key"]},
        specification_digest=spec.digest,
        agreement="DSA-1",
    )
    assert manifest.organisation == "Riverbend Community Trust"
    result = open_package(desk / "package.lwp", home=fresh_home, supply_id="DSA-1-001", specification=spec)
    identity = result.identity.read_text("utf-8")
    assert "Tāmati" in identity
    assert "Whānau support" not in identity
    assert "A1" not in identity
    assert all(
        "likes tea" not in path.read_text("utf-8") for path in (result.identity, *result.content.values())
    )


def test_sealing_says_what_it_did_where_it_is_and_what_next(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(*seal_arguments(desk), capsys=capsys)
    assert code == 0
    for words in ("Sealed 3 rows of person", "package.lwp", "over the phone", "DEMO", "Next: linkwell send"):
        assert words in out
    assert "Anahera" not in out
    sealed = (desk / "package.lwp").read_bytes()
    again, _, _ = run(*seal_arguments(desk), capsys=capsys)
    assert again == 0
    assert (desk / "package.lwp").read_bytes() == sealed


def test_a_disk_that_takes_no_more_is_told_plainly_and_the_next_try_seals(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resource = pytest.importorskip("resource")
    key, seal = ["key", "--workspace", desk / "ws"], seal_arguments(desk, "--workspace", desk / "ws")
    assert run(*key, capsys=capsys)[0] == 0
    before = sorted(path.name for path in desk.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))  # the system itself says no, also to root
    try:
        code, _, said = run(*seal, capsys=capsys)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (code, "What to do" in said, "Traceback" in said) == (3, True, False), said
    assert sorted(path.name for path in desk.iterdir()) == before
    assert run(*seal, capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("option", "value", "code", "sentence"),
    [
        ("--custodian", "people.csv", 2, "not a custodian's key file"),
        ("--custodian", "missing.json", 2, "not there"),
        ("--spec", "missing.toml", 2, "no specification"),
        ("--agreement", "", 2, "No agreement"),
        ("--out", "people.csv", 2, "already lies"),
    ],
)
def test_wrong_uses_of_seal_are_told_plainly(
    desk: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, code: int, sentence: str
) -> None:
    given = value if option == "--agreement" else desk / value
    ended, _, err = run(*seal_arguments(desk, option, given), capsys=capsys)
    assert (ended, sentence in err) == (code, True), err
    assert not (desk / "package.lwp").exists()
    assert "likes tea" in (desk / "people.csv").read_text("utf-8")


# Sending


@pytest.mark.parametrize("content", [None, "", "two words", "café"])
def test_without_a_token_nothing_is_sent(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.delenv("LINKWELL_TOKEN", raising=False)
    run(*seal_arguments(desk), capsys=capsys)
    token = desk / "token.txt"
    if content is not None:
        token.write_text(content, encoding="utf-8")
    arguments = ["send", desk / "package.lwp", "--to", "http://127.0.0.1:9", "--token-file", token]
    code, _, err = run(*arguments, capsys=capsys)
    assert (code, "token" in err) == (2, True)


def test_a_file_that_is_not_a_package_is_not_sent(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKWELL_TOKEN", "token")
    code, out, _ = run("send", desk / "people.csv", "--to", "http://127.0.0.1:9", "--json", capsys=capsys)
    assert code == 2
    assert json.loads(out)["what"] == "This is not a sealed file made by Linkwell."


# Receipts


@pytest.fixture
def receipt_file(tmp_path: Path, fresh_home: Home) -> Path:
    event = next_event(None, actor="system", acting_for="", verb="ledger.opened", subject="ledger")
    receipt = issue(
        "received",
        {"package": "0" * 32, "sha384": "ab" * 48, "bytes": 12345},
        signing_key=receipt_key(fresh_home),
        checkpoint=checkpoint_of(event, ledger=event.hash),
        demo=True,
        custodian=fresh_home.name,
    )
    path = tmp_path / "receipt.json"
    path.write_text(receipt.to_json(), encoding="utf-8")
    return path


def test_a_genuine_receipt_verifies_with_the_custodians_keys(
    receipt_file: Path, desk: Path, fresh_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = desk / "key.pem"
    pem.write_text(public_pem(receipt_key(fresh_home).public_key()))
    for key in (desk / "custodian-keys.json", pem):
        code, out, _ = run("receipt", "verify", receipt_file, "--key", key, capsys=capsys)
        assert code == 0
        assert "genuine" in out
        assert "DEMO" in out
    code, out, _ = run("receipt", "verify", receipt_file, "--key", pem, "--json", capsys=capsys)
    assert json.loads(out)["verified"] is True


def test_the_key_kept_beside_a_receipt_is_used_and_said_to_be(
    receipt_file: Path, fresh_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run("receipt", "verify", receipt_file, capsys=capsys)
    assert (code, "key to check this receipt with is not here" in err) == (2, True)
    beside = receipt_file.with_name("receipt-key-1.pem")
    beside.write_text(public_pem(receipt_key(fresh_home).public_key()))
    code, out, _ = run("receipt", "verify", receipt_file, capsys=capsys)
    assert (code, "kept beside the receipt" in out) == (0, True)


def test_a_changed_receipt_and_a_wrong_key_are_refused(
    receipt_file: Path, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = desk / "other.pem"
    other.write_text(public_pem(new_key().public_key()))
    code, _, err = run("receipt", "verify", receipt_file, "--key", other, capsys=capsys)
    assert (code, "another key" in err) == (4, True)
    receipt_file.write_text(receipt_file.read_text("utf-8").replace("12345", "12346"), encoding="utf-8")
    keys = desk / "custodian-keys.json"
    code, _, err = run("receipt", "verify", receipt_file, "--key", keys, capsys=capsys)
    assert (code, "not what was signed" in err) == (4, True)


@pytest.mark.parametrize("command", [["seal"], ["send"], ["receipt", "verify"]])
def test_help_has_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(*command, "--help", capsys=capsys)
    assert code == 0
    assert "Examples:" in out
    assert f"linkwell {' '.join(command)}" in out


def test_the_manifest_names_no_column(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(*seal_arguments(desk), capsys=capsys)
    page = read_manifest(desk / "package.lwp").to_bytes().decode()
    assert not any(name in page for name in ("first_name", "date_of_birth", "nhi", "Client"))
