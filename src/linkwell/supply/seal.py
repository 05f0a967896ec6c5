"""Seal a split: names and numbers to one key, service details to another, a signed cover page over both."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from linkwell.checking.verdict import NOBODY, LeftOut
from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.ledger.chain import utc_text
from linkwell.specification.model import Specification
from linkwell.supply.manifest import Changes, Delivery, Manifest
from linkwell.supply.package import Progress, TableSource, read_manifest, write_package
from linkwell.supply.practice import practice_package, practice_split, practice_verdict
from linkwell.supply.split import Split, SplitTable
from linkwell.vault.custodian_keys import COMPARTMENTS, CustodianKeys
from linkwell.vault.keys import PrivateKey, fingerprint, public_text


def package_id(supply_secret: bytes, delivery: Delivery = Delivery.FULL, follows: str = "") -> str:
    """The package's name, 32 hex digits: follows from the per-supply secret, so sealing again keeps it.

    The same files sent as a delta, or after another supply, are another package.
    """
    named = "package" if delivery is Delivery.FULL else f"package\0{delivery}\0{follows}"
    return hmac.digest(supply_secret, named.encode(), hashlib.sha384)[:16].hex()


def seal_practice(
    spec: Specification,
    *,
    agreement: str,
    organisation: str,
    signing_key: PrivateKey,
    custodian: CustodianKeys,
    out: Path,
    on_behalf_of: str = "",
    progress: Progress | None = None,
) -> Manifest:
    """Write a package of invented people that is sealed, sent and opened like any other, marked TEST.

    Its name follows from the specification, the agreement and the key, so sealing it again keeps it.

    Raises:
        As `seal`.
    """
    parts = (spec.digest, agreement, organisation, fingerprint(signing_key.public_key()))
    package = hashlib.sha384("\0".join(parts).encode()).hexdigest()[:32]
    return seal(
        practice_split(spec, practice_package(package)),
        spec,
        verdict_digest=practice_verdict(spec),
        agreement=agreement,
        organisation=organisation,
        signing_key=signing_key,
        custodian=custodian,
        out=out,
        package=package,
        on_behalf_of=on_behalf_of,
        test=True,
        progress=progress,
    )


def seal(
    split: Split,
    spec: Specification,
    *,
    verdict_digest: str,
    agreement: str,
    organisation: str,
    signing_key: PrivateKey,
    custodian: CustodianKeys,
    out: Path,
    package: str,
    on_behalf_of: str = "",
    delivery: Delivery = Delivery.FULL,
    follows: str = "",
    changes: Changes | None = None,
    left_out: LeftOut = NOBODY,
    test: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Write the package of a supply; the same supply sealed to the same place again is left as it is.

    Args:
        package: the package's name, see `package_id`.
        delivery, follows, changes, left_out: see `Manifest`; `split` is then the part of it that is sent.
        test: a practice. Invented people are then sealed in place of `split`, whoever is in it: nobody real
            is ever sent to try a line out.
        progress: called with (plaintext bytes sealed, plaintext bytes in all).

    Raises:
        WrongUse: something else already lies at `out`, or no agreement is named.
        RefusedByRule: real people would be sealed to the keys of a demonstration.
    """
    if test:
        package = practice_package(package)
        split, verdict_digest = practice_split(spec, package), practice_verdict(spec)
        delivery, follows, changes, left_out = Delivery.FULL, "", None, NOBODY
    elif custodian.demo and not spec.demo:
        raise _real_people_for_a_demonstration()
    if not agreement.strip():
        raise WrongUse(
            "No agreement is named.",
            why="The custodian may only open a supply under an agreement both sides signed.",
            fix="Give its reference with --agreement.",
        )
    facts = Manifest(
        package=package,
        created=utc_text(datetime.now(UTC)),
        specification=spec.digest,
        agreement=agreement,
        organisation=organisation,
        on_behalf_of=on_behalf_of,
        delivery=delivery.value,
        follows=follows,
        changes=changes,
        verdict=verdict_digest,
        software=f"linkwell {version('linkwell')}",
        demo=custodian.demo or spec.demo,
        test=test,
        custodian=custodian.custodian,
        receipt_key=public_text(custodian.receipts),
        sender_key=public_text(signing_key.public_key()),
        compartments=(),
        left_out=left_out,
    )
    sealed = _already_sealed(out, facts, custodian)
    if sealed is not None:
        return sealed
    halves = split.halves()
    total = sum(table.size for half in halves.values() for table in half)
    return write_package(
        out,
        facts,
        tables={name: [_source(table) for table in half] for name, half in halves.items()},
        recipients={
            name: (custodian.compartments[name].zone, custodian.compartments[name].recovery)
            for name in COMPARTMENTS
        },
        signing_key=signing_key,
        progress=(lambda done: progress(done, total)) if progress else None,
    )


def _real_people_for_a_demonstration() -> RefusedByRule:
    return RefusedByRule(
        "These keys belong to a demonstration, and this specification is not marked as one.",
        why="The secrets of a demonstration protect nothing: real people must never be sealed to its keys.",
        fix="Use the real custodian's keys; if everyone in the files is invented, put `demo = true` in the "
        "specification.",
    )


def _already_sealed(out: Path, facts: Manifest, custodian: CustodianKeys) -> Manifest | None:
    """The package at `out` when it is this very supply for these very keys; None when nothing is there."""
    if not out.exists():
        return None
    try:
        found = read_manifest(out)
    except LinkwellError:
        found = None
    same = found is not None and all(
        getattr(found, name) == getattr(facts, name)
        for name in ("package", "specification", "agreement", "organisation", "on_behalf_of", "delivery",
                     "follows", "changes", "left_out", "verdict", "demo", "test", "receipt_key", "sender_key")
    )  # fmt: skip
    if found is None or not same or not _sealed_to(found, custodian):
        raise WrongUse(
            "Another file already lies where the sealed file should go.",
            where=str(out),
            why="Linkwell does not write over a file that may be the only copy of something.",
            fix="Choose another name with --out, or move that file away.",
        )
    return found


def _sealed_to(found: Manifest, custodian: CustodianKeys) -> bool:
    return all(
        half.recipients == (fingerprint(keys.zone), fingerprint(keys.recovery))
        for half in found.compartments
        for keys in (custodian.compartments[half.name],)
    )


def _source(table: SplitTable) -> TableSource:
    return TableSource(table.name, len(table.rows), len(table.columns), table.blocks())
