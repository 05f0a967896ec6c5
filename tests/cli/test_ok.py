"""Saying yes to a file somebody else sealed, as a person types it."""

import json
from pathlib import Path

import pytest
from tests.cli.test_delivery import BEFORE, Provider

from linkwell.cli.main import main
from linkwell.ledger.checkpoints import Statement
from linkwell.vault.keys import fingerprint, sender_key
from linkwell.vault.zones import Home


@pytest.fixture
def vendor(
    tmp_path: Path, fresh_home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Provider:
    """A vendor's folder with a sealed file and the rows in it."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Provider(folder, fresh_home, capsys)
    assert made.seal("full", "--rows", "rows", "--on-behalf-of", "Riverbend")[0] == 0
    return made


def say(vendor: Provider, *more: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["ok", "1.lwp", "--rows", "rows", *more])
    shown = vendor.capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


def test_a_provider_looks_at_the_rows_says_yes_and_signs_with_its_own_key(
    vendor: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    public = sender_key(own).public_key()
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    code, said = say(vendor, "--workspace", str(own))
    assert code == 0, said
    assert "person: 3 rows; it begins:" in said
    assert "Tāmati" in said  # on the provider's own screen, where it is to look at it
    signed = Statement.from_json((vendor.folder / "1.lwp.ok.json").read_text("utf-8"))
    assert signed.signed_by == fingerprint(public)
    assert "Tāmati" not in json.dumps(dict(signed.body), ensure_ascii=False)


def test_who_says_no_signs_nothing(vendor: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sender_key(tmp_path / "own")
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    code, said = say(vendor, "--workspace", str(tmp_path / "own"))
    assert (code, "Nothing was signed" in said) == (0, True)
    assert not (vendor.folder / "1.lwp.ok.json").exists()


@pytest.mark.parametrize(
    ("spoil", "more", "code", "sentence"),
    [
        ("", ("--yes",), 2, "no signing key of yours"),
        ("person", ("--yes", "--workspace", "own"), 4, "not the ones that were sealed"),
        ("", ("--json", "--workspace", "own"), 2, "Nobody can be asked"),
    ],
)
def test_what_cannot_be_agreed_to_is_said(
    vendor: Provider, spoil: str, more: tuple[str, ...], code: int, sentence: str
) -> None:
    if "--workspace" in more:
        sender_key(vendor.folder / "own")
    else:
        more = (*more, "--workspace", "nobodys")
    if spoil:
        path = vendor.folder / "rows" / f"{spoil}.csv"
        path.write_text(path.read_text("utf-8").replace("Anahera", "Ana"), "utf-8")
    ended, said = say(vendor, *more)
    assert (ended, sentence in said) == (code, True), said
    assert not (vendor.folder / "1.lwp.ok.json").exists()
    assert BEFORE in (vendor.folder / "people.csv").read_text("utf-8")
