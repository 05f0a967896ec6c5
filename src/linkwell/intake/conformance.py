"""A kit for whoever builds a sender or a reader of sealed files elsewhere: packages that must open, and
packages that must be refused, made from invented people and keys that protect nothing.

`judge` says of any package what the custodian's own front door would say under the kit's keys.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from linkwell.errors import LinkwellError, WrongUse
from linkwell.intake.opening import open_package
from linkwell.intake.verify import verify_package
from linkwell.specification.base import base_specification
from linkwell.specification.file import parse, render
from linkwell.specification.model import Specification
from linkwell.supply.package import read_manifest
from linkwell.vault.algorithms import CURVE
from linkwell.vault.custodian_keys import COMPARTMENTS, CustodianKeys, create_custodian_keys, zone_key_path
from linkwell.vault.keys import PrivateKey, fingerprint, public_pem, write_private_key
from linkwell.vault.zones import Home, ZoneName, write_whole

AGREEMENT = "CONFORMANCE-001"
CUSTODIAN = "Conformance kit"
_ORDER = int(
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
)


@dataclass(frozen=True)
class Vector:
    """One package of the kit.

    Attributes:
        file: its place in the kit.
        opens: whether it must open.
        about: in one sentence, what it tries.
        after: the vector that must have been opened before it, "" for none.
        people, rows: what opening it must come to; 0 and {} where it must be refused.
        alone: whether it is the file itself that is wrong, so that whoever opens a half with nothing but its
            key must refuse it too; the others need to know what was agreed.
    """

    file: str
    opens: bool
    about: str
    after: str = ""
    people: int = 0
    rows: Mapping[str, int] | None = None
    alone: bool = False


@dataclass(frozen=True)
class Judged:
    """What the front door said: refused with words, or opened with counts."""

    opens: bool
    says: str
    people: int = 0
    rows: Mapping[str, int] | None = None


def kit_key(name: str) -> PrivateKey:
    """A key of the kit by its name: it follows from the name, so it is no secret and protects nothing.

    The number is SHA-384 of "linkwell conformance " and the name, big-endian, modulo the order of the curve
    less one, plus one.
    """
    number = int.from_bytes(hashlib.sha384(f"linkwell conformance {name}".encode()).digest(), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, CURVE)


def kit_home(folder: Path) -> Home:
    """A custodian's home with the kit's keys."""
    home = Home.create(folder, name=CUSTODIAN, demo_seed=0)
    keys = home.zone(ZoneName.KEYS)
    for name in COMPARTMENTS:
        write_private_key(zone_key_path(home, name), kit_key(name))
        write_private_key(keys / "recovery" / f"{name}-recovery.key.pem", kit_key(f"{name} recovery"))
    write_private_key(keys / "receipts.key.pem", kit_key("receipts"))
    create_custodian_keys(home)
    return home


def kit_specification() -> Specification:
    """What every package of the kit is made to: the published base specification, as a demonstration."""
    from dataclasses import replace

    return replace(base_specification(), organisation=CUSTODIAN, demo=True)


def judge(
    package: Path, *, home: Home, specification: Specification, follows: str = "", name: str = "it"
) -> Judged:
    """Take a package through the custodian's front door, under the kit's keys.

    Args:
        home: see `kit_home`; what opens stays in it, so that a later package can follow it.
        follows, name: the supply it follows, and the name it gets.
    """
    try:
        verify_package(
            package,
            sender_keys={fingerprint(kit_key("sender").public_key())},
            specification_digest=specification.digest,
            agreement=AGREEMENT,
            custodian=CustodianKeys.from_bundle(json.loads((home.path / "custodian-keys.json").read_text())),
        )
        result = open_package(
            package, home=home, supply_id=name, specification=specification, follows=follows
        )
    except LinkwellError as error:
        return Judged(False, f"{error.what} {error.why}".strip())
    return Judged(True, "It opens.", result.people, dict(result.rows))


def prepare(folder: Path) -> tuple[Home, Specification]:
    """A home and the specification to judge with, in an empty folder."""
    home = kit_home(folder)
    from linkwell.vault.custodian_keys import public_bundle

    write_whole(home.path / "custodian-keys.json", json.dumps(public_bundle(home)).encode())
    return home, kit_specification()


def run(kit: Path) -> list[tuple[Vector, Judged]]:
    """Judge every package of a kit; whoever built a sender or changed the front door compares the two.

    Raises:
        WrongUse: there is no kit in this folder.
    """
    vectors = load(kit)
    working = Path(tempfile.mkdtemp(prefix="linkwell-conformance-"))
    try:
        home, specification = prepare(working / "home")
        if (kit / "specification.toml").read_text("utf-8") != render(specification):
            specification = parse((kit / "specification.toml").read_text("utf-8"))
        names = {vector.file: f"V-{number:03d}" for number, vector in enumerate(vectors)}
        return [
            (
                vector,
                judge(kit / vector.file, home=home, specification=specification,
                      follows=names.get(vector.after, ""), name=names[vector.file]),
            )
            for vector in vectors
        ]  # fmt: skip
    finally:
        shutil.rmtree(working, ignore_errors=True)


def agrees(vector: Vector, judged: Judged) -> bool:
    """Whether the front door did what the vector says."""
    same = vector.opens == judged.opens
    return same and (not vector.opens or (vector.people, vector.rows) == (judged.people, judged.rows))


def load(kit: Path) -> list[Vector]:
    """The vectors of a kit, in the order they are judged.

    Raises:
        WrongUse: there is no kit in this folder.
    """
    try:
        found = json.loads((kit / "vectors.json").read_text("utf-8"))
        return [Vector(**each) for each in found["vectors"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise WrongUse(
            "There is no conformance kit in this folder.",
            where=str(kit),
            fix="Make one with: linkwell conformance make FOLDER",
        ) from None


def write_index(kit: Path, vectors: list[Vector]) -> None:
    """Write what is in a kit, and what whoever seals or reads needs: keys, specification, agreement."""
    bundle = json.loads((kit / "custodian-keys.json").read_text("utf-8"))
    index = {
        "format": "linkwell-conformance/1",
        "agreement": AGREEMENT,
        "specification": kit_specification().digest,
        "sender": fingerprint(kit_key("sender").public_key()),
        "custodian": bundle["custodian"],
        "vectors": [asdict(vector) for vector in vectors],
    }
    text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
    write_whole(kit / "vectors.json", text.encode(), mode=0o644)
    write_whole(kit / "specification.toml", render(kit_specification()).encode(), mode=0o644)
    write_whole(
        kit / "sender.pub.pem", public_pem(kit_key("sender").public_key()).encode("ascii"), mode=0o644
    )


def manifest_of(package: Path) -> dict[str, object]:
    """The cover page of a package, for whoever compares two senders."""
    return asdict(read_manifest(package))
