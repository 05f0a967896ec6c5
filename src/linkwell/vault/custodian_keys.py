"""The custodian's keys: one per sealed half with a recovery key in other hands, and one that signs receipts.

The bundle of public keys is what providers get; whoever holds it can seal and check receipts, never open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.vault import keys
from linkwell.vault.zones import Home, ZoneName, write_whole

FORMAT = "linkwell-custodian-keys/1"
COMPARTMENTS = ("identity", "content")
RECEIPTS = "receipts"


@dataclass(frozen=True)
class CompartmentKeys:
    """Whom one half is sealed to: the zone that works with it, and the recovery key kept elsewhere."""

    zone: keys.PublicKey
    recovery: keys.PublicKey


@dataclass(frozen=True)
class CustodianKeys:
    """A custodian's public keys, as providers hold them.

    Attributes:
        earlier: of ended periods whose private keys are still there; only the custodian itself knows them.
    """

    custodian: str
    demo: bool
    compartments: Mapping[str, CompartmentKeys]
    receipts: keys.PublicKey
    earlier: Mapping[str, tuple[CompartmentKeys, ...]] = field(default_factory=dict)

    def may_seal_to(self, compartment: str) -> tuple[CompartmentKeys, ...]:
        """What one half may be sealed to: this period's keys, and those of ended periods that still open."""
        return (self.compartments[compartment], *self.earlier.get(compartment, ()))

    @classmethod
    def from_bundle(cls, bundle: Mapping[str, Any]) -> CustodianKeys:
        """Read a bundle and check every fingerprint in it.

        Raises:
            WrongUse: not a bundle, or a key that does not have the fingerprint beside it.
        """
        try:
            if bundle["format"] != FORMAT:
                raise KeyError("format")
            halves = {name: bundle["compartments"][name] for name in COMPARTMENTS}
            found = {
                name: CompartmentKeys(_entry(half["zone"]), _entry(half["recovery"]))
                for name, half in halves.items()
            }
            return cls(str(bundle["custodian"]), bool(bundle["demo"]), found, _entry(bundle["receipts"]))
        except (KeyError, TypeError):
            raise WrongUse(
                "This is not a custodian's key file.",
                fix="Ask the custodian for its custodian-keys.json, and compare fingerprints over the phone.",
            ) from None

    def as_bundle(self) -> dict[str, Any]:
        """The JSON form, see docs/package-format.md."""
        return {
            "format": FORMAT,
            "custodian": self.custodian,
            "demo": self.demo,
            "compartments": {
                name: {"zone": _public(half.zone), "recovery": _public(half.recovery)}
                for name, half in self.compartments.items()
            },
            "receipts": _public(self.receipts),
        }


def create_custodian_keys(home: Home, *, recovery: Path | None = None) -> CustodianKeys:
    """Make the keys of a home; keys that exist stay as they are.

    Args:
        recovery: folder the two private recovery keys are written to, to be carried away and kept by other
            people (default `keys/recovery/`, which is only fit for a demonstration).
    """
    for name in COMPARTMENTS:
        keys.kept_key(zone_key_path(home, name))
        public = _recovery_public_path(home, name)
        if not public.exists():
            kept = keys.kept_key(
                (recovery or home.zone(ZoneName.KEYS) / "recovery") / f"{name}-recovery.key.pem"
            )
            write_whole(public, keys.public_pem(kept.public_key()).encode("ascii"))
    keys.kept_key(receipt_key_path(home))
    return custodian_keys(home)


def custodian_keys(home: Home) -> CustodianKeys:
    """The public keys of a home.

    Raises:
        WrongUse: the home has no keys yet.
    """
    halves = {
        name: CompartmentKeys(
            keys.read_private_key(zone_key_path(home, name)).public_key(),
            keys.read_public_key(_recovery_public_path(home, name).read_bytes()),
        )
        for name in COMPARTMENTS
    }
    earlier = {
        name: tuple(
            CompartmentKeys(keys.read_private_key(path).public_key(), halves[name].recovery)
            for path in sorted(earlier_folder(home).glob(f"*/{name}.key.pem"))
        )
        for name in COMPARTMENTS
    }
    receipts = keys.read_private_key(receipt_key_path(home)).public_key()
    return CustodianKeys(home.name, home.demo, halves, receipts, earlier)


def public_bundle(home: Home) -> dict[str, Any]:
    """The bundle of public keys to give to providers, JSON-able."""
    return custodian_keys(home).as_bundle()


def load_bundle(path: Path) -> CustodianKeys:
    """Read a `custodian-keys.json`.

    Raises:
        WrongUse: missing, not JSON, or not a bundle.
    """
    try:
        bundle = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise WrongUse(
            "The custodian's key file is not there.",
            where=str(path),
            fix="Give the path of the custodian-keys.json the custodian gave you.",
        ) from None
    except (ValueError, RecursionError):  # not JSON, or nested past reading
        bundle = {}
    return CustodianKeys.from_bundle(bundle)


def zone_key_path(home: Home, compartment: str) -> Path:
    """Where the private key of one sealed half lies; only the process that opens that half reads it."""
    return home.zone(ZoneName.KEYS) / f"{compartment}.key.pem"


def earlier_folder(home: Home) -> Path:
    """Where the private keys of ended periods lie until they are destroyed (see `vault.periods`)."""
    return home.zone(ZoneName.KEYS) / "earlier"


def receipt_key_path(home: Home) -> Path:
    """Where the private key that signs receipts and checkpoints lies."""
    return home.zone(ZoneName.KEYS) / f"{RECEIPTS}.key.pem"


def receipt_key(home: Home) -> keys.PrivateKey:
    """The key that signs receipts and checkpoints."""
    return keys.read_private_key(receipt_key_path(home))


def _recovery_public_path(home: Home, compartment: str) -> Path:
    return home.zone(ZoneName.KEYS) / f"{compartment}-recovery.pub.pem"


def _public(key: keys.PublicKey) -> dict[str, str]:
    found = keys.fingerprint(key)
    return {"pem": keys.public_pem(key), "fingerprint": found, "spoken": keys.spoken(found)}


def _entry(entry: Mapping[str, str]) -> keys.PublicKey:
    key = keys.read_public_key(entry["pem"])
    if keys.fingerprint(key) != entry["fingerprint"]:
        raise WrongUse(
            "A key in the custodian's key file does not have the fingerprint written beside it.",
            why="The file was changed or damaged; what is sealed to it may be read by somebody else.",
            fix="Get the file again and compare the fingerprints over the phone.",
        )
    return key
