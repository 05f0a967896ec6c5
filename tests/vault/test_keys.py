"""Keys are P-384, kept to their owner, and named by fingerprints."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from linkwell.errors import WrongUse
from linkwell.vault import keys
from linkwell.vault.custodian_keys import (
    CustodianKeys,
    create_custodian_keys,
    load_bundle,
    public_bundle,
    zone_key_path,
)
from linkwell.vault.zones import Home, ZoneName


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_fingerprint_is_the_sha384_of_the_der_form() -> None:
    key = keys.new_key().public_key()
    assert keys.fingerprint(key) == hashlib.sha384(keys.public_der(key)).hexdigest()
    assert keys.spoken(keys.fingerprint(key)).replace(" ", "") == keys.fingerprint(key)[:32]


def test_public_keys_are_read_in_every_form_they_are_written_in() -> None:
    key = keys.new_key().public_key()
    for form in (keys.public_pem(key), keys.public_der(key), keys.public_text(key)):
        assert keys.public_der(keys.read_public_key(form)) == keys.public_der(key)


def test_other_curves_and_other_files_are_not_keys(tmp_path: Path) -> None:
    short = ec.generate_private_key(ec.SECP256R1())
    for data in (keys.public_pem(short.public_key()), "hello", b"\x30\x03", "", "aGVsbG8="):
        with pytest.raises(WrongUse, match="public key"):
            keys.read_public_key(data)
    for number, data in enumerate((pem_of(short), pem_of(rsa.generate_private_key(65537, 2048)), b"hello")):
        path = tmp_path / f"{number}.pem"
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(WrongUse, match="private key"):
            keys.read_private_key(path)


def test_a_private_key_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.kept_key(tmp_path / "k.pem")
    (tmp_path / "k.pem").chmod(0o644)
    with pytest.raises(WrongUse, match="other people"):
        keys.read_private_key(tmp_path / "k.pem")


def test_a_kept_key_is_made_once(tmp_path: Path) -> None:
    first, again = keys.sender_key(tmp_path), keys.sender_key(tmp_path)
    assert keys.public_der(first.public_key()) == keys.public_der(again.public_key())
    assert (tmp_path / "sender.key.pem").stat().st_mode & 0o777 == 0o600
    public = keys.read_public_key((tmp_path / "sender.pub.pem").read_bytes())
    assert keys.fingerprint(public) == keys.fingerprint(first.public_key())


def test_signatures_hold_only_for_what_was_signed() -> None:
    key = keys.new_key()
    signature = keys.sign(key, b"yes")
    assert keys.signature_holds(key.public_key(), signature, b"yes")
    assert not keys.signature_holds(key.public_key(), signature, b"no")
    assert not keys.signature_holds(key.public_key(), b"", b"yes")
    assert not keys.signature_holds(keys.new_key().public_key(), signature, b"yes")


def test_a_custodians_keys_are_made_once_and_only_its_owner_reads_them(fresh_home: Home) -> None:
    before = public_bundle(fresh_home)
    create_custodian_keys(fresh_home)
    assert public_bundle(fresh_home) == before
    private = list((fresh_home.zone(ZoneName.KEYS).path).rglob("*.key.pem"))
    assert len(private) == 5
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in private)


def test_the_bundle_holds_no_private_key_and_five_different_public_ones(custodian_home: Home) -> None:
    text = json.dumps(public_bundle(custodian_home))
    assert "PRIVATE" not in text
    found = CustodianKeys.from_bundle(json.loads(text))
    halves = found.compartments.values()
    all_keys = [found.receipts, *(key for half in halves for key in (half.zone, half.recovery))]
    assert len({keys.fingerprint(key) for key in all_keys}) == 5
    assert found.demo
    assert found.as_bundle() == public_bundle(custodian_home)


def test_recovery_keys_can_be_written_somewhere_else_and_taken_away(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", name="Stats NZ")
    first = create_custodian_keys(home, recovery=tmp_path / "safe")
    names = sorted(path.name for path in (tmp_path / "safe").iterdir())
    assert names == ["content-recovery.key.pem", "identity-recovery.key.pem"]
    for path in (tmp_path / "safe").iterdir():
        path.unlink()
    assert create_custodian_keys(home).as_bundle() == first.as_bundle()
    assert not zone_key_path(home, "identity").with_name("recovery").exists()


def test_a_bundle_whose_key_was_exchanged_is_noticed(custodian_home: Home, tmp_path: Path) -> None:
    bundle = public_bundle(custodian_home)
    bundle["compartments"]["identity"]["zone"]["pem"] = keys.public_pem(keys.new_key().public_key())
    path = tmp_path / "custodian-keys.json"
    path.write_text(json.dumps(bundle))
    with pytest.raises(WrongUse, match="fingerprint"):
        load_bundle(path)


def test_other_files_are_not_bundles(tmp_path: Path) -> None:
    path = tmp_path / "custodian-keys.json"
    with pytest.raises(WrongUse, match="not there"):
        load_bundle(path)
    for text in ("hello", "[]", "{}", '{"format": "linkwell-custodian-keys/1"}', "null"):
        path.write_text(text)
        with pytest.raises(WrongUse, match="not a custodian's key file"):
            load_bundle(path)
