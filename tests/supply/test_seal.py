"""Sealing a supply: once, under an agreement, never over something else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkwell.checking.verdict import LeftOut
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.canonical import canonical_json
from linkwell.supply.manifest import Manifest
from linkwell.supply.seal import package_id, seal
from linkwell.vault.custodian_keys import create_custodian_keys
from linkwell.vault.keys import fingerprint, new_key
from linkwell.vault.zones import Home


def again(supply: Any, **changes: Any) -> Any:
    arguments = {
        "verdict_digest": "ab" * 48, "agreement": supply.agreement,
        "organisation": "Riverbend Community Trust",
        "package": supply.manifest.package, "signing_key": supply.sender, "custodian": supply.custodian,
        "out": supply.path, **changes,
    }  # fmt: skip
    return seal(supply.split, supply.specification, **arguments)


def test_the_manifest_says_what_was_sealed_for_whom(
    seal_to: Callable[..., Any], custodian_home: Home
) -> None:
    supply = seal_to(custodian_home, on_behalf_of="Ngā Whare", test=True)
    found = supply.manifest
    assert (found.specification, found.agreement) == (supply.specification.digest, supply.agreement)
    assert (found.organisation, found.on_behalf_of, found.demo, found.test) == (
        "Riverbend Community Trust", "Ngā Whare", True, True,
    )  # fmt: skip
    assert found.sender == fingerprint(supply.sender.public_key())
    keys = supply.custodian.compartments
    for half in found.compartments:
        mine = keys[half.name]
        assert half.recipients == (fingerprint(mine.zone), fingerprint(mine.recovery))


def test_sealing_the_same_supply_again_changes_nothing(
    seal_to: Callable[..., Any], custodian_home: Home
) -> None:
    supply = seal_to(custodian_home)
    before = supply.path.read_bytes()
    assert again(supply) == supply.manifest
    assert supply.path.read_bytes() == before


def test_sealed_twice_to_two_places_it_is_the_same_supply(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    other = again(supply, out=tmp_path / "other.lwp", signing_key=new_key())
    assert other.supply_digest == supply.manifest.supply_digest
    assert (tmp_path / "other.lwp").read_bytes() != supply.path.read_bytes()
    changed = again(supply, out=tmp_path / "third.lwp", agreement="DSA-2")
    assert changed.supply_digest != supply.manifest.supply_digest


@pytest.mark.parametrize("change", [{"agreement": "DSA-2"}, {"verdict_digest": "cd" * 48}, {"test": True}])
def test_another_supply_is_not_written_over_one_that_is_there(
    seal_to: Callable[..., Any], custodian_home: Home, change: dict[str, Any]
) -> None:
    supply = seal_to(custodian_home)
    before = supply.path.read_bytes()
    with pytest.raises(WrongUse, match="already lies"):
        again(supply, **change)
    assert supply.path.read_bytes() == before


def test_a_supply_sealed_to_old_keys_is_not_taken_for_done(
    seal_to: Callable[..., Any], custodian_home: Home, fresh_home: Home
) -> None:
    supply = seal_to(custodian_home)
    with pytest.raises(WrongUse, match="already lies"):
        again(supply, custodian=create_custodian_keys(fresh_home))


def test_some_other_file_is_never_written_over(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    precious = tmp_path / "precious.xlsx"
    precious.write_bytes(b"the only copy")
    with pytest.raises(WrongUse, match="already lies"):
        again(supply, out=precious)
    assert precious.read_bytes() == b"the only copy"


def test_without_an_agreement_nothing_is_sealed(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    with pytest.raises(WrongUse, match="No agreement"):
        again(supply, out=tmp_path / "none.lwp", agreement=" ")
    assert not (tmp_path / "none.lwp").exists()


def test_a_demonstration_cannot_be_sealed_as_real(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    real = replace(supply.custodian, demo=False)
    assert again(supply, out=tmp_path / "a.lwp", custodian=real).demo


def test_real_people_are_never_sealed_to_the_keys_of_a_demonstration(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply = seal_to(custodian_home)
    real = replace(supply, specification=replace(supply.specification, demo=False))
    with pytest.raises(RefusedByRule, match="demonstration"):
        again(real, out=tmp_path / "real.lwp")
    assert not (tmp_path / "real.lwp").exists()


def test_the_package_is_named_by_the_supplys_secret() -> None:
    assert package_id(b"a" * 32) == package_id(b"a" * 32) != package_id(b"b" * 32)
    assert len(package_id(b"a" * 32)) == 32


def test_how_many_stayed_out_travels_in_the_signed_manifest_and_not_in_a_practice(
    seal_to: Callable[..., Any], custodian_home: Home, tmp_path: Path
) -> None:
    supply, out = seal_to(custodian_home), LeftOut(not_told=4, objected=1)
    told = again(supply, out=tmp_path / "told.lwp", left_out=out)
    assert told.left_out == out
    assert Manifest.from_bytes(told.to_bytes()).left_out == out
    practice = again(supply, out=tmp_path / "practice.lwp", left_out=out, test=True)
    assert practice.left_out == LeftOut()
    early = json.loads(told.to_bytes())
    del early["left_out"]  # a manifest of the first version
    assert Manifest.from_bytes(canonical_json(early)).left_out == LeftOut()
    early["left_out"] = {"not_told": -1, "objected": 0}
    with pytest.raises(WrongUse):
        Manifest.from_bytes(canonical_json(early))
