"""Split what leaves into an identity table and content tables, joined only by a random record key.

The provider's own client key never leaves: each compartment carries a keyed value of it made with a different
key, so that the two halves cannot be joined by it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from linkwell.checking.package import CLIENT_KEY, exchange_columns
from linkwell.checking.verdict import KeptTable, Verdict
from linkwell.specification.model import Compartment, FieldType, Specification, TableSpec
from linkwell.supply.minimise import minimise
from linkwell.supply.ordered import OnDisk, Row, csv_blocks, in_order
from linkwell.vault.secrets import keep_secret

KEY_BYTES = 16
_NOBODY = bytes(KEY_BYTES)


@dataclass(frozen=True)
class SplitSecrets:
    """The two secrets of a split, 32 bytes each.

    Attributes:
        supply: drawn for one supply and saved before its first row is written; makes the record keys.
        client: lasting, stays with the provider; makes the client references, so that a later supply of the
            same person carries the same reference.
    """

    supply: bytes
    client: bytes


@dataclass(frozen=True)
class SplitTable:
    """One table as it leaves: columns start with record_key and client_ref; rows are sorted by record key."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]

    def blocks(self) -> Iterator[bytes]:
        """Canonical CSV with one heading, piece by piece."""
        rows = self.rows.blocks() if isinstance(self.rows, OnDisk) else csv_blocks(self.rows)
        return chain(csv_blocks([self.columns]), rows)

    @property
    def size(self) -> int:
        """Bytes of its canonical CSV."""
        rows = self.rows.size if isinstance(self.rows, OnDisk) else sum(map(len, csv_blocks(self.rows)))
        return rows + sum(map(len, csv_blocks([self.columns])))

    def to_csv_bytes(self) -> bytes:
        """All of its canonical CSV; for a table of any size take `blocks`."""
        return b"".join(self.blocks())


@dataclass(frozen=True)
class Split:
    """What leaves: who, and everything else.

    Attributes:
        replaces: by compartment, whose earlier rows are taken out first; empty in a full supply.
    """

    identity: SplitTable
    content: tuple[SplitTable, ...]
    replaces: Mapping[str, SplitTable] = field(default_factory=dict)

    def halves(self) -> dict[str, tuple[SplitTable, ...]]:
        """The tables of each compartment, in the order they are sealed."""
        own = {"identity": (self.identity,), "content": self.content}
        return {
            name: (*tables, *((self.replaces[name],) if name in self.replaces else ()))
            for name, tables in own.items()
        }


def record_key(secret: bytes, ordinal: int) -> str:
    """Hex of 16 bytes of HMAC-SHA384(secret, "record" + ordinal): says nothing without the secret."""
    return hmac.digest(secret, b"record %d" % ordinal, hashlib.sha384)[:KEY_BYTES].hex()


def client_ref(secret: bytes, compartment: str, key: str, *, kind: str = "client") -> str:
    """The keyed value of a provider's own key, different in each compartment; "" stays ""."""
    if not key:
        return ""
    return hmac.digest(
        secret, f"{kind}\0{compartment}\0{key}".encode("utf-8", "surrogatepass"), hashlib.sha384
    )[:KEY_BYTES].hex()


def split(
    spec: Specification, verdict: Verdict, secrets: SplitSecrets, *, working: Path | None = None
) -> Split:
    """Split a clean verdict's rows into the identity table and the content tables.

    Every table's columns are record_key, client_ref, then the agreed fields without the client key. Rows are
    sorted by record key, then by the rest, so their order says nothing about the source file.

    Args:
        working: a private folder on a disk, for rows that are too many for memory.

    Raises:
        BlockingFindings: the verdict blocks (see `minimise`).
    """
    kept = {table.name: table for table in minimise(spec, verdict)}
    people = 1 + max((record for table in kept.values() for record in table.records), default=-1)
    own = [*_client_keys(spec, kept)]
    own += [""] * (people - len(own))
    keys = _packed(record_key(secrets.supply, ordinal) for ordinal in range(people))
    refs = {
        place: _packed(client_ref(secrets.client, place.value, key) for key in own) for place in Compartment
    }
    tables = [
        (each.compartment,
         _split_table(each, kept[each.name], keys, refs[each.compartment], secrets.client, working))
        for each in spec.tables
    ]  # fmt: skip
    identity = next(table for compartment, table in tables if compartment is Compartment.IDENTITY)
    return Split(identity, tuple(table for at, table in tables if at is Compartment.CONTENT))


def paired_refs(spec: Specification, verdict: Verdict, client: bytes) -> dict[str, str]:
    """Each person's client reference among the names, with the one among the service details.

    Args:
        client: the lasting secret. Only the provider, who has it, can pair the two.
    """
    kept = {table.name: table for table in verdict.kept}
    keys = set(_client_keys(spec, kept)) - {""}
    return {client_ref(client, "identity", key): client_ref(client, "content", key) for key in keys}


def _client_keys(spec: Specification, kept: dict[str, KeptTable]) -> Sequence[str]:
    """Each participant's own client key by ordinal, as in the identity table."""
    table = next(each for each in spec.tables if each.compartment is Compartment.IDENTITY)
    person = kept[table.name]
    if CLIENT_KEY not in person.columns:
        return ()
    at = person.columns.index(CLIENT_KEY)
    keys = [""] * (max(person.records, default=-1) + 1)
    for ordinal, row in zip(person.records, person.rows, strict=True):
        keys[ordinal] = row[at]
    return keys


def _packed(hexes: Iterable[str]) -> bytes:
    """One keyed value a participant, in as little room as there is; zeros where there is none."""
    return b"".join(bytes.fromhex(each) or _NOBODY for each in hexes)


def _split_table(
    spec: TableSpec, table: KeptTable, keys: bytes, refs: bytes, client: bytes, working: Path | None
) -> SplitTable:
    place = spec.compartment.value
    leaving = [(at, each) for at, each in enumerate(spec.fields) if each.name != CLIENT_KEY]

    def rows() -> Iterator[Row]:
        for ordinal, row in zip(table.records, table.rows, strict=True):
            own = slice(ordinal * KEY_BYTES, (ordinal + 1) * KEY_BYTES)
            ref = refs[own]
            cells = (
                # any other key of the provider's own (a household number) is keyed as the client key is
                client_ref(client, place, row[at], kind=each.name) if each.type is FieldType.KEY else row[at]
                for at, each in leaving
            )
            yield (keys[own].hex(), "" if ref == _NOBODY else ref.hex(), *cells)

    return SplitTable(spec.name, exchange_columns(spec), in_order(rows(), working))


def keep_split_secrets(workspace: Path, verdict: Verdict, *, demo_seed: int | None = None) -> SplitSecrets:
    """Return the secrets for one supply, made and saved in the provider's workspace before any row is.

    The supply's secret is named after the verdict, so the same files and specification split again to the
    same record keys, and an interrupted supply can be repeated. The client secret lasts: losing it means that
    later supplies cannot be matched to earlier ones.

    Args:
        workspace: a private folder on the provider's own computer.
        demo_seed: only in a demonstration: derive both secrets from it.
    """
    client = keep_secret(workspace / "client.secret", demo_seed=demo_seed)
    supply = keep_secret(workspace / "supplies" / f"{verdict.digest[:16]}.secret", demo_seed=demo_seed)
    return SplitSecrets(supply, client)
