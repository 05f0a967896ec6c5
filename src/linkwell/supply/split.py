"""Split what leaves into an identity table and content tables, joined only by a random record key.

The provider's own client key never leaves: each compartment carries a keyed value of it made with a different
key, so that the two halves cannot be joined by it.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linkwell.checking.package import CLIENT_KEY, exchange_columns
from linkwell.checking.verdict import KeptTable, Verdict
from linkwell.specification.model import Compartment, FieldType, Specification, TableSpec
from linkwell.supply.minimise import minimise
from linkwell.vault.secrets import keep_secret

KEY_BYTES = 16


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
    rows: list[tuple[str, ...]]

    def to_csv_bytes(self) -> bytes:
        """Canonical CSV: UTF-8, comma, "\\n", minimal quoting, one header, "" for missing."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode()


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


def split(spec: Specification, verdict: Verdict, secrets: SplitSecrets) -> Split:
    """Split a clean verdict's rows into the identity table and the content tables.

    Every table's columns are record_key, client_ref, then the agreed fields without the client key. Rows are
    sorted by record key, then by the rest, so their order says nothing about the source file.

    Raises:
        BlockingFindings: the verdict blocks (see `minimise`).
    """
    kept = {table.name: table for table in minimise(spec, verdict)}
    refs = _client_keys(spec, kept)
    keys: dict[int, str] = {}
    for ordinal in {ordinal for table in kept.values() for ordinal in table.records}:
        keys[ordinal] = record_key(secrets.supply, ordinal)
    tables = [
        (each.compartment, _split_table(each, kept[each.name], keys, refs, secrets.client))
        for each in spec.tables
    ]
    identity = next(table for compartment, table in tables if compartment is Compartment.IDENTITY)
    return Split(identity, tuple(table for at, table in tables if at is Compartment.CONTENT))


def paired_refs(spec: Specification, verdict: Verdict, client: bytes) -> dict[str, str]:
    """Each person's client reference among the names, with the one among the service details.

    Args:
        client: the lasting secret. Only the provider, who has it, can pair the two.
    """
    kept = {table.name: table for table in verdict.kept}
    keys = set(_client_keys(spec, kept).values()) - {""}
    return {client_ref(client, "identity", key): client_ref(client, "content", key) for key in keys}


def _client_keys(spec: Specification, kept: dict[str, KeptTable]) -> dict[int, str]:
    """Each participant's own client key, as in the identity table: rows of one person share one."""
    table = next(each for each in spec.tables if each.compartment is Compartment.IDENTITY)
    person = kept[table.name]
    if CLIENT_KEY not in person.columns:
        return {}
    at = person.columns.index(CLIENT_KEY)
    return {ordinal: row[at] for ordinal, row in zip(person.records, person.rows, strict=True)}


def _split_table(
    spec: TableSpec, table: KeptTable, keys: dict[int, str], client_keys: dict[int, str], secret: bytes
) -> SplitTable:
    place = spec.compartment.value
    refs = {ordinal: client_ref(secret, place, key) for ordinal, key in client_keys.items()}
    leaving = [(at, each) for at, each in enumerate(spec.fields) if each.name != CLIENT_KEY]
    rows = []
    for ordinal, row in zip(table.records, table.rows, strict=True):
        cells = (
            # any other key of the provider's own (a household number) is keyed as the client key is
            client_ref(secret, place, row[at], kind=each.name) if each.type is FieldType.KEY else row[at]
            for at, each in leaving
        )
        rows.append((keys[ordinal], refs.get(ordinal, ""), *cells))
    rows.sort()
    return SplitTable(spec.name, exchange_columns(spec), rows)


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
