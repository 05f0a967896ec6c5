"""The first look at a package, without any key: is it whole, from whom it says, and what was agreed?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

from linkwell.errors import RefusedByRule
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import Progress, check_sealed_bytes, read_manifest
from linkwell.vault.custodian_keys import CustodianKeys
from linkwell.vault.keys import fingerprint, spoken

LARGEST_PACKAGE = 64 << 30


def verify_package(
    path: Path,
    *,
    sender_keys: Collection[str],
    specification_digest: str,
    agreement: str,
    custodian: CustodianKeys | None = None,
    largest: int = LARGEST_PACKAGE,
    progress: Progress | None = None,
) -> Manifest:
    """Check size, shape, signature, agreement, specification, recipients and sealed bytes, in that order.

    Args:
        sender_keys: fingerprints enrolled for this sender (`vault.keys.fingerprint`), read out over the
            phone.
        specification_digest: what the agreement says is supplied.
        agreement: its reference.
        custodian: when given, both halves must be sealed to these keys and the receipt key must be this one,
            and a demonstration is only taken by a demonstration.
        largest: bytes.

    Raises:
        WrongUse: not a package, or cut short.
        RefusedByRule: too large, altered, from a key that is not enrolled, under another agreement or
            specification, or sealed to other keys.
    """
    if path.exists() and path.stat().st_size > largest:
        raise RefusedByRule(
            "This sealed file is larger than this custodian takes.",
            why="A limit keeps one sender from filling the disk for everyone.",
            fix="Send less at a time, or ask the custodian for a higher limit.",
        )
    manifest = read_manifest(path)
    _check_sender(manifest, sender_keys)
    _check_agreement(manifest, agreement)
    _check_specification(manifest, specification_digest)
    if custodian is not None:
        _check_recipients(manifest, custodian)
    check_sealed_bytes(path, manifest, progress)
    return manifest


def received_facts(path: Path, manifest: Manifest | None = None) -> dict[str, object]:
    """The facts of a "received" receipt, computed by the receiver over the bytes it holds.

    Keys: package, sha384, bytes, agreement, organisation, specification. The sender's client checks the first
    three against its own file.
    """
    manifest = manifest or read_manifest(path)
    with path.open("rb") as file:
        seen = hashlib.file_digest(file, "sha384").hexdigest()
    return {
        "package": manifest.package,
        "sha384": seen,
        "bytes": path.stat().st_size,
        "agreement": manifest.agreement,
        "organisation": manifest.organisation,
        "specification": manifest.specification,
    }


def sealed_counts(manifest: Manifest) -> Mapping[str, int]:
    """Rows per table as the sender states them."""
    return {table.name: table.rows for _, table in manifest.tables()}


def _check_sender(manifest: Manifest, sender_keys: Collection[str]) -> None:
    if manifest.sender not in sender_keys:
        raise RefusedByRule(
            "This sealed file is signed with a key that is not enrolled for this organisation.",
            where=f"key {spoken(manifest.sender)}",
            why="Anybody can make a file that says it comes from you; only your enrolled key proves it does.",
            fix="Read the key's fingerprint to the custodian over the phone and have it enrolled.",
        )


def _check_agreement(manifest: Manifest, agreement: str) -> None:
    if manifest.agreement != agreement:
        raise RefusedByRule(
            "This sealed file was sealed under another agreement.",
            where=f"in the file: {manifest.agreement}; expected: {agreement}",
            why="Data may only be used as the agreement it was shared under says.",
            fix="Seal it again with the right --agreement, or choose the right agreement when sending.",
        )


def _check_specification(manifest: Manifest, expected: str) -> None:
    if manifest.specification != expected:
        raise RefusedByRule(
            "This sealed file follows another data specification than the one agreed.",
            where=f"in the file: {manifest.specification[:16]}…; agreed: {expected[:16]}…",
            why="Columns nobody agreed to could be inside.",
            fix="Check and seal your files with the agreed specification, or agree the new one first.",
        )


def _check_recipients(manifest: Manifest, custodian: CustodianKeys) -> None:
    if manifest.demo and not (custodian.demo or manifest.test):
        raise RefusedByRule(
            "This sealed file is a demonstration: the people in it are invented.",
            why="Invented people must not be counted among real ones.",
            fix="Send it to a demonstration portal, or mark it as a practice send with --test.",
        )
    for half in manifest.compartments:
        pairs = custodian.may_seal_to(half.name)
        right = [(fingerprint(each.zone), fingerprint(each.recovery)) for each in pairs]
        if half.recipients not in right:
            raise RefusedByRule(
                "This sealed file is sealed to other keys than this custodian's.",
                where=half.name,
                why="It could not be opened here, or somebody else could open it too.",
                fix="Seal it again with the custodian's current custodian-keys.json.",
            )
    if fingerprint(manifest.custodians_receipt_key) != fingerprint(custodian.receipts):
        raise RefusedByRule(
            "This sealed file expects receipts from another key than this custodian's.",
            fix="Seal it again with the custodian's current custodian-keys.json.",
        )
