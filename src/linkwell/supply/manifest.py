"""The clear, signed first part of a package: what is inside, under which agreement, who sealed it, for whom.

It names counts and digests, never a value or a column. The format is written down in docs/package-format.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from linkwell.checking.verdict import NOBODY, LeftOut
from linkwell.errors import WrongUse
from linkwell.ledger.canonical import canonical_json, digest, parse_canonical
from linkwell.vault.custodian_keys import COMPARTMENTS
from linkwell.vault.keys import PublicKey, fingerprint, read_public_key

FORMAT = "linkwell-package/1"
REPLACES = "replaces"
"""The table of a delivery that is not full: whose earlier rows are taken out before its own are put in."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PACKAGE_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{96}")
_TIME = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)


class Delivery(StrEnum):
    """What a supply is to the one that was accepted before it; the unit is always a whole person."""

    FULL = "full"  # everybody: takes the place of what was accepted before
    DELTA = "delta"  # who is new, changed or gone
    CORRECTION = "correction"  # who changed, nobody new or gone
    DELETION = "deletion"  # who is gone, and nothing else


@dataclass(frozen=True)
class Changes:
    """How many people a delivery adds, mends and takes away, against the supply it follows."""

    new: int
    changed: int
    gone: int

    def words(self) -> str:
        """As it is shown before sending: "412 new, 9 changed, 3 gone"."""
        return f"{self.new:,} new, {self.changed:,} changed, {self.gone:,} gone"


@dataclass(frozen=True)
class TableFacts:
    """One table inside a compartment: canonical CSV of `bytes` bytes with `rows` rows below its heading.

    `sha384` is over the plaintext as it will lie in its zone.
    """

    name: str
    rows: int
    columns: int
    bytes: int
    sha384: str


@dataclass(frozen=True)
class CompartmentFacts:
    """One sealed half: where it lies in the file, what it holds, and the fingerprints of who can open it."""

    name: str
    offset: int
    sealed_bytes: int
    sealed_sha384: str
    plaintext_bytes: int
    recipients: tuple[str, ...]
    tables: tuple[TableFacts, ...]


@dataclass(frozen=True)
class Manifest:
    """Everything a package says about itself in the clear.

    Attributes:
        package: 32 hex digits that name the supply; sealing the same supply again keeps them.
        specification: digest of the specification the tables follow.
        agreement: the agreement's reference, as both sides write it.
        organisation: who sends; on_behalf_of: whose people these are, "" when the same.
        delivery: full, delta, correction or deletion.
        follows: the package that was accepted last and that this one changes; "" for a full one.
        changes: what it changes there; None for a full one.
        verdict: digest of the provider's own check of its files.
        receipt_key: base64 of the custodian's receipt key the sender will believe.
        sender_key: base64 of the key this manifest is signed with.
        left_out: how many people stayed out as a whole: not told, or they objected.
    """

    package: str
    created: str
    specification: str
    agreement: str
    organisation: str
    on_behalf_of: str
    delivery: str
    follows: str
    changes: Changes | None
    verdict: str
    software: str
    demo: bool
    test: bool
    custodian: str
    receipt_key: str
    sender_key: str
    compartments: tuple[CompartmentFacts, ...]
    left_out: LeftOut = NOBODY

    @property
    def sender(self) -> str:
        """Fingerprint of the key that signed."""
        return fingerprint(read_public_key(self.sender_key))

    @property
    def custodians_receipt_key(self) -> PublicKey:
        """The key receipts about this package must be signed with."""
        return read_public_key(self.receipt_key)

    @property
    def sealed_until(self) -> int:
        """The size of the whole file in bytes."""
        last = self.compartments[-1]
        return last.offset + last.sealed_bytes

    @property
    def supply_digest(self) -> str:
        """Digest of what is supplied, the same however often it is sealed: no times, nonces or keys."""
        facts = {name: value for name, value in asdict(self).items() if name not in _OF_THE_SEALING}
        inside = [(half.name, [asdict(table) for table in half.tables]) for half in self.compartments]
        return digest({**facts, "compartments": inside})

    def compartment(self, name: str) -> CompartmentFacts:
        """One half by its name."""
        return next(half for half in self.compartments if half.name == name)

    def tables(self) -> Iterator[tuple[CompartmentFacts, TableFacts]]:
        """Every table with its half, in the order they are sealed."""
        for half in self.compartments:
            for table in half.tables:
                yield half, table

    def context(self, compartment: str) -> str:
        """What a half's envelope must say it is."""
        return f"{self.package}/{compartment}"

    def to_bytes(self) -> bytes:
        """The bytes that are signed."""
        return canonical_json({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read and check every field; only the one canonical form is taken.

        Raises:
            WrongUse: anything else.
        """
        try:
            found = parse_canonical(data)
            if found.pop("format") != FORMAT:
                raise ValueError("another format")
            if found["changes"] is not None:
                found["changes"] = Changes(**found["changes"])
            found["compartments"] = tuple(_compartment(half) for half in found["compartments"])
            found["left_out"] = _left_out(found.get("left_out", {}))  # not said by the first version
            manifest = cls(**found)
            _check(manifest)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise WrongUse(
                "The cover page of this sealed file cannot be read.",
                why="It is damaged, or was made by a version of Linkwell this one does not know.",
                fix="Send the file again, or ask the sender which version sealed it.",
            ) from None
        return manifest


_OF_THE_SEALING = ("created", "software", "custodian", "receipt_key", "sender_key", "compartments")


def _compartment(half: Mapping[str, Any]) -> CompartmentFacts:
    tables = tuple(TableFacts(**table) for table in half["tables"])
    return CompartmentFacts(**{**half, "tables": tables, "recipients": tuple(half["recipients"])})


def _check(manifest: Manifest) -> None:
    """Types, shapes and sums; a name here becomes a file name later, so it is held to letters and digits."""
    _require(_PACKAGE_ID.fullmatch(manifest.package) is not None)
    _require(_digests(manifest.specification, manifest.verdict))
    texts = (manifest.created, manifest.agreement, manifest.organisation, manifest.on_behalf_of,
             manifest.software, manifest.custodian)  # fmt: skip
    _require(all(isinstance(text, str) and len(text) <= 300 and text.isprintable() for text in texts))
    _require(_TIME.fullmatch(manifest.created) is not None)  # compared as text: one form, one order
    datetime.fromisoformat(manifest.created)  # and a day there is
    _require(isinstance(manifest.demo, bool) and isinstance(manifest.test, bool))
    _require(tuple(half.name for half in manifest.compartments) == COMPARTMENTS)
    _check_delivery(manifest)
    names = [table.name for _, table in manifest.tables() if table.name != REPLACES]
    _require(len(set(names)) == len(names) and all(_NAME.fullmatch(name) for name in names))
    at = manifest.compartments[0].offset
    for half in manifest.compartments:
        _require(half.offset == at)
        _check_compartment(half)
        at += half.sealed_bytes
    for key in (manifest.sender_key, manifest.receipt_key):
        try:
            read_public_key(key)
        except WrongUse:
            raise ValueError("a key that is none") from None


def _left_out(found: Mapping[str, Any]) -> LeftOut:
    counts = LeftOut(**found)
    _require(all(type(count) is int and count >= 0 for count in (counts.not_told, counts.objected)))
    return counts


def _check_delivery(manifest: Manifest) -> None:
    """A full delivery stands alone; any other names the one it follows and lists whom it replaces."""
    full = manifest.delivery == Delivery.FULL
    _require(manifest.delivery in set(Delivery) and (full or not manifest.test))
    _require((manifest.follows == "") is full and (manifest.changes is None) is full)
    for half in manifest.compartments:
        listed = [table for table in half.tables if table.name == REPLACES]
        _require(
            len(listed) == (0 if full else 1)
            and half.tables[len(half.tables) - len(listed) :] == tuple(listed)
        )
        _require(all(table.columns == 2 for table in listed))
        _require(half.name != "identity" or len(half.tables) == 1 + len(listed))
    if manifest.changes is None:
        return
    _require(_PACKAGE_ID.fullmatch(manifest.follows) is not None)
    counts = (manifest.changes.new, manifest.changes.changed, manifest.changes.gone)
    _require(all(type(count) is int and count >= 0 for count in counts) and any(counts))
    if manifest.delivery == Delivery.CORRECTION:
        _require(not manifest.changes.new and not manifest.changes.gone)
    if manifest.delivery == Delivery.DELETION:
        _require(not manifest.changes.new and not manifest.changes.changed)
        _require(all(table.rows == 0 for _, table in manifest.tables() if table.name != REPLACES))


def _check_compartment(half: CompartmentFacts) -> None:
    numbers = [half.offset, half.sealed_bytes, half.plaintext_bytes]
    numbers += [number for table in half.tables for number in (table.rows, table.columns, table.bytes)]
    _require(all(type(number) is int and number >= 0 for number in numbers))
    _require(_digests(half.sealed_sha384, *half.recipients))
    _require(_digests(*(table.sha384 for table in half.tables)) and bool(half.recipients))
    _require(sum(table.bytes for table in half.tables) == half.plaintext_bytes and bool(half.tables))


def _digests(*values: str) -> bool:
    return all(_DIGEST.fullmatch(value) for value in values)


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("a field of the manifest is not as the format says")
