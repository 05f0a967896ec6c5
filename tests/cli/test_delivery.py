"""Sealing only what changed, as a person types it, to the two zones of the custodian."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from linkwell.cli.main import main
from linkwell.errors import RefusedByRule
from linkwell.intake import open_package
from linkwell.ledger.chain import checkpoint_of, next_event
from linkwell.ledger.receipts import issue
from linkwell.reading import read_tables
from linkwell.specification.answers import answer
from linkwell.specification.draft import draft
from linkwell.specification.file import load, save
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import create_custodian_keys, public_bundle, receipt_key
from linkwell.vault.keys import new_key
from linkwell.vault.zones import Home

HEADING = "Client ID,First name,Last name,Date of birth,Gender,NHI,Programme,Start date,End date\n"
ANA = "A1,Anahera,Tāmati,1990-01-31,F,ZAA0067,Whānau support,2022-03-01,2022-09-01\n"
WIREMU = "A2,Wiremu,Ngata,1985-12-13,M,ZAA0075,Whānau support,2022-03-15,\n"
SIONE = "A3,Sione,Taufa,2001-07-22,M,,Whānau support,2022-04-02,2022-08-30\n"
MERE = "A4,Mere,Kingi,1979-05-05,F,,Whānau support,2022-05-01,\n"
BEFORE = HEADING + ANA + WIREMU + SIONE
NOW = HEADING + MERE + ANA + WIREMU.replace("2022-03-15,", "2022-03-15,2022-12-01")


class Provider:
    """A folder with files, specification and keys, and the custodian its supplies go to."""

    def __init__(self, folder: Path, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.home, self.capsys, self.number = folder, home, capsys, 0
        self.write(BEFORE)
        made = draft(
            read_tables(folder / "people.csv"), organisation="Riverbend", initiative="Whānau support"
        )
        spec = made.specification
        for question in made.questions:
            spec = answer(spec, question, question.suggested or question.options[0])
        save(replace(spec, demo=True), folder / "specification.toml")
        (folder / "keys.json").write_text(json.dumps(public_bundle(home)))

    def write(self, text: str) -> None:
        (self.folder / "people.csv").write_text(text, encoding="utf-8")

    def seal(self, delivery: str, *more: str, agreement: str = "DSA-1") -> tuple[int, str]:
        self.number += 1
        arguments = ["seal", "people.csv", "--spec", "specification.toml", "--custodian", "keys.json",
                     "--agreement", agreement, "--out", f"{self.number}.lwp",
                     "--delivery", delivery, *more]  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        shown = self.capsys.readouterr()
        return int(ended.value.code or 0), shown.out + shown.err

    @property
    def sealed(self) -> Path:
        return self.folder / f"{self.number}.lwp"

    def accept(self, supply: str, follows: str = "", *, key=None, kind: str = "accepted"):  # type: ignore[no-untyped-def]
        """Open it at the custodian's and keep the receipt in the provider's folder."""
        spec = load(self.folder / "specification.toml")
        result = open_package(
            self.sealed, home=self.home, supply_id=supply, specification=spec, follows=follows
        )
        event = next_event(None, actor="a", acting_for="", verb="v", subject="s")
        event = replace(event, seq=int(supply[-3:]))
        package = read_manifest(self.sealed).package
        receipt = issue(
            kind, {"package": package}, signing_key=key or receipt_key(self.home),
            checkpoint=checkpoint_of(event, ledger=event.hash), demo=True, custodian=self.home.name,
        )  # fmt: skip
        (self.folder / "receipts").mkdir(exist_ok=True)
        path = self.folder / "receipts" / f"receipt-{package[:12]}-{kind}.json"
        path.write_text(receipt.to_json(), encoding="utf-8")
        return result


@pytest.fixture
def provider(
    tmp_path: Path, fresh_home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Provider:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Provider(folder, fresh_home, capsys)


def held(result) -> list[tuple[object, ...]]:  # type: ignore[no-untyped-def]
    """Everybody with everything, joined by the record key, whichever key that is."""

    def rows(path: Path) -> list[list[str]]:
        return list(csv.reader(path.read_text("utf-8").splitlines()))[1:]

    content = {name: rows(path) for name, path in sorted(result.content.items())}
    return sorted(
        (person[1:], [(name, sorted(row[1:] for row in found if row[0] == person[0]))
                      for name, found in content.items()])
        for person in rows(result.identity)
    )  # fmt: skip


def test_what_changed_is_shown_sealed_and_ends_as_a_full_supply_would(
    provider: Provider, tmp_path: Path
) -> None:
    code, said = provider.seal("full")
    assert (code, "no earlier supply is known to have been accepted" in said) == (0, True)
    provider.accept("DSA-1-001")
    provider.write(NOW)
    code, said = provider.seal("delta", "--compare")
    assert code == 0
    assert "1 new, 1 changed, 1 gone, 1 the same" in said
    assert not provider.sealed.exists()
    code, said = provider.seal("delta")
    assert (code, "It says only this: 1 new, 1 changed, 1 gone" in said) == (0, True), said
    manifest = read_manifest(provider.sealed)
    assert manifest.delivery == "delta"
    assert manifest.follows == read_manifest(provider.folder / "1.lwp").package
    result = provider.accept("DSA-1-002", "DSA-1-001")
    assert (result.people, dict(result.changes)) == (3, {"new": 1, "changed": 1, "gone": 1})
    code, said = provider.seal("full", "--json")
    assert json.loads(said)["compared"] == {"new": 0, "changed": 0, "gone": 0, "same": 3}
    provider.home = Home.create(tmp_path / "other", name=provider.home.name, demo_seed=1)
    create_custodian_keys(provider.home)
    spec = load(provider.folder / "specification.toml")
    (provider.folder / "keys.json").write_text(json.dumps(public_bundle(provider.home)))
    assert provider.seal("full")[0] == 0
    full = open_package(provider.sealed, home=provider.home, supply_id="DSA-1-001", specification=spec)
    assert held(result) == held(full)


def test_a_correction_and_a_deletion_say_only_that(provider: Provider) -> None:
    provider.seal("full")
    provider.accept("DSA-1-001")
    provider.write(NOW)
    provider.seal("correction")
    corrected = provider.accept("DSA-1-002", "DSA-1-001", kind="accepted_with_gaps")
    assert (corrected.people, dict(corrected.changes)) == (3, {"new": 0, "changed": 1, "gone": 0})
    code, said = provider.seal("deletion")
    assert (code, "0 new, 0 changed, 1 gone" in said) == (0, True), said
    deleted = provider.accept("DSA-1-003", "DSA-1-002")
    assert (deleted.people, dict(deleted.changes)) == (2, {"new": 0, "changed": 0, "gone": 1})
    assert "Taufa" not in deleted.identity.read_text("utf-8")


def test_a_part_needs_a_receipt_that_says_the_supply_before_was_accepted(provider: Provider) -> None:
    provider.seal("full")
    provider.write(NOW)
    code, said = provider.seal("delta")
    assert (code, "No supply is known to have been accepted" in said) == (2, True)
    provider.number = 1
    provider.accept("DSA-1-001", key=new_key())  # somebody else's signature
    assert provider.seal("delta")[0] == 2
    provider.number = 1
    provider.accept("DSA-1-001")
    assert provider.seal("delta", agreement="DSA-2")[0] == 2  # accepted under another agreement
    assert provider.seal("delta")[0] == 0


def test_nothing_changed_is_nothing_to_send(provider: Provider) -> None:
    provider.seal("full")
    provider.accept("DSA-1-001")
    for delivery in ("delta", "correction", "deletion"):
        code, said = provider.seal(delivery)
        assert (code, "nothing to send" in said) == (2, True)


def test_what_is_remembered_names_nobody(provider: Provider) -> None:
    provider.seal("full")
    [file] = (provider.folder / "linkwell-workspace" / "sent").iterdir()
    kept = json.loads(file.read_text("utf-8"))
    said = {str(value) for name, value in kept.items() if name != "people"}
    said |= {word for ref, known in kept["people"].items() for word in (ref, *known)}
    assert len(kept["people"]) == 3
    assert "A1" not in said  # as a whole: in keyed hashes any two characters come up now and then
    for value in ("Anahera", "1990-01-31", "ZAA0067", "Whānau"):
        assert not [each for each in said if value in each]


@pytest.mark.parametrize("follows", ["", "DSA-1-009", "DSA-1-001"])
def test_on_top_of_another_supply_it_is_refused_and_nothing_is_opened(
    provider: Provider, follows: str
) -> None:
    provider.seal("full")
    provider.accept("DSA-1-001")
    provider.write(NOW)
    provider.seal("correction")
    provider.accept("DSA-1-002", "DSA-1-001")
    provider.seal("delta")
    before = sorted(path for path in provider.home.path.rglob("*.csv"))
    with pytest.raises(RefusedByRule, match="follows another supply"):
        provider.accept("DSA-1-010", follows)
    assert sorted(path for path in provider.home.path.rglob("*.csv")) == before
