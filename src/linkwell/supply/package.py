"""The sealed file: a signed manifest, then the two sealed compartments; one pass to write, one to read.

The format is written down in docs/package-format.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.supply.manifest import CompartmentFacts, Manifest, TableFacts
from linkwell.vault.custodian_keys import COMPARTMENTS
from linkwell.vault.envelope import open_stream, seal_stream
from linkwell.vault.hashing import SideDigest
from linkwell.vault.keys import (
    PrivateKey,
    PublicKey,
    fingerprint,
    public_text,
    read_public_key,
    sign,
    signature_holds,
)
from linkwell.vault.zones import written_whole

MAGIC = b"LINKWELL-PACKAGE 1\n"
LONGEST_MANIFEST = 1 << 20
LONGEST_SIGNATURE = 104  # DER of two 48-byte numbers
_BLOCK = 1 << 20
_LARGEST = 2**53 - 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class TableSource:
    """A table to seal: canonical CSV in chunks of any size, with what the manifest says about it."""

    name: str
    rows: int
    columns: int
    chunks: Iterable[bytes]


def write_package(
    out: Path,
    facts: Manifest,
    *,
    tables: Mapping[str, Sequence[TableSource]],
    recipients: Mapping[str, Sequence[PublicKey]],
    signing_key: PrivateKey,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Seal the tables of each compartment and write the package whole.

    Args:
        facts: the manifest without compartments; they are filled in as they are sealed.
        tables, recipients: by compartment, "identity" and "content".
        progress: called with the plaintext bytes sealed so far.
    """
    facts = replace(facts, sender_key=public_text(signing_key.public_key()))
    start = _room_for(facts, tables, recipients)
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done)

    with written_whole(out) as part, part.open("wb") as file:
        file.write(bytes(start))
        halves: list[CompartmentFacts] = []
        for name in COMPARTMENTS:
            at = file.tell()
            halves.append(
                _seal_half(file, at, name, tables[name], recipients[name], facts.context(name), tick)
            )
        manifest = replace(facts, compartments=tuple(halves))
        data = manifest.to_bytes()
        Manifest.from_bytes(data)  # what we would refuse to read we do not write
        signature = sign(signing_key, data)
        file.seek(0)
        file.write(MAGIC + struct.pack(">I", len(data)) + data)
        file.write(struct.pack(">H", len(signature)) + signature)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read a package's manifest and check that it is signed by the key it names and the file has its size.

    Whether that key may send is the reader's question (`linkwell.intake.verify_package`).

    Raises:
        WrongUse: missing, not a package, cut short, or an unreadable manifest.
        RefusedByRule: the signature does not hold.
    """
    try:
        with path.open("rb") as file:
            return _read_manifest(file, path.stat().st_size)
    except (FileNotFoundError, IsADirectoryError):
        raise WrongUse("There is no sealed file at this place.", where=str(path)) from None


def cover_digest(path: Path, manifest: Manifest) -> str:
    """Hex SHA-384 of everything before the first half, signature included: names this very sealing, since the
    signed cover page has the digests of both halves.
    """
    with path.open("rb") as file:
        return hashlib.sha384(file.read(manifest.compartments[0].offset)).hexdigest()


def check_sealed_bytes(path: Path, manifest: Manifest, progress: Progress | None = None) -> str:
    """Check every compartment's digest over the bytes as they lie, and return the whole file's hex SHA-384.

    Raises:
        RefusedByRule: a compartment was changed or damaged.
    """
    with path.open("rb") as file, SideDigest() as whole:
        halves = HalvesCheck(manifest)
        for data in _read_blocks(file, manifest.sealed_until):
            whole.update(data)
            halves.update(data)
            if progress:
                progress(file.tell(), manifest.sealed_until)
        return whole.hexdigest()


class HalvesCheck:
    """Checks each half's digest over a package's bytes as they go by, from the first to the last."""

    def __init__(self, manifest: Manifest) -> None:
        self._halves = list(manifest.compartments)
        self._seen = hashlib.sha384()
        self._at = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            RefusedByRule: a half has ended and is not what its cover page says.
        """
        rest = memoryview(data)
        while rest and self._halves:
            half = self._halves[0]
            start, end = half.offset, half.offset + half.sealed_bytes
            clear = max(0, min(start - self._at, len(rest)))  # the cover page before the first half
            piece = rest[clear : max(clear, end - self._at)]
            self._seen.update(piece)
            self._at += clear + len(piece)
            rest = rest[clear + len(piece) :]
            if self._at == end:
                if self._seen.hexdigest() != half.sealed_sha384:
                    raise altered()
                self._halves.pop(0)
                self._seen = hashlib.sha384()


def open_compartment(
    path: Path, manifest: Manifest, name: str, key: PrivateKey
) -> Iterator[tuple[str, bytes]]:
    """Yield (table name, bytes) in order from one compartment, checking records, sizes and digests.

    Nothing yielded may be used under its final name before the iteration has ended without an error.

    Raises:
        Unopenable: see `linkwell.vault.envelope.open_stream`.
        RefusedByRule: what is inside is not what the manifest says.
    """
    half = manifest.compartment(name)
    with path.open("rb") as file:
        file.seek(half.offset)
        records = open_stream(file, length=half.sealed_bytes, key=key, context=manifest.context(name))
        held = b""
        for table in half.tables:
            seen, left = hashlib.sha384(), table.bytes
            while left:
                held = held or next(records, b"")
                if not held:
                    raise altered()
                piece, held = held[:left], held[left:]
                left -= len(piece)
                seen.update(piece)
                yield table.name, piece
            if seen.hexdigest() != table.sha384:
                raise altered()
        if held or next(records, b""):
            raise altered()


def altered() -> RefusedByRule:
    """The sentence for a package whose bytes are not those that were signed."""
    return RefusedByRule(
        "This sealed file was changed or damaged after it was sealed.",
        why="What does not match its signed cover page is not opened.",
        fix="Send the original file again; if it happens twice, tell the custodian.",
    )


def _read_manifest(file: BinaryIO, size: int) -> Manifest:
    head = file.read(len(MAGIC) + 4)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 4:
        raise WrongUse(
            "This is not a sealed file made by Linkwell.",
            fix="Give the .lwp file that `linkwell seal` wrote.",
        )
    (length,) = struct.unpack(">I", head[len(MAGIC) :])
    data = file.read(min(length, LONGEST_MANIFEST + 1))
    signature_head = file.read(2)
    if length > LONGEST_MANIFEST:
        raise altered()
    if len(data) != length or len(signature_head) != 2:
        raise _cut()
    (signature_length,) = struct.unpack(">H", signature_head)
    signature = file.read(min(signature_length, LONGEST_SIGNATURE))
    if len(signature) != signature_length:
        raise altered() if signature_length > LONGEST_SIGNATURE else _cut()
    manifest = Manifest.from_bytes(data)
    if not signature_holds(read_public_key(manifest.sender_key), signature, data):
        raise altered()
    start = manifest.compartments[0].offset
    if size < manifest.sealed_until:
        raise _cut()
    padding = file.read(max(0, min(start - file.tell(), LONGEST_MANIFEST)))
    if any(padding) or file.tell() != start or size > manifest.sealed_until:
        raise altered()
    return manifest


def _seal_half(
    file: BinaryIO,
    at: int,
    name: str,
    tables: Sequence[TableSource],
    keys: Sequence[PublicKey],
    context: str,
    tick: Callable[[int], None],
) -> CompartmentFacts:
    facts: list[TableFacts] = []
    sealed = seal_stream(_counted(tables, facts, tick), file, recipients=keys, context=context)
    return CompartmentFacts(
        name=name,
        offset=at,
        sealed_bytes=sealed.sealed_bytes,
        sealed_sha384=sealed.sealed_sha384,
        plaintext_bytes=sealed.plaintext_bytes,
        recipients=tuple(fingerprint(key) for key in keys),
        tables=tuple(facts),
    )


def _counted(
    tables: Sequence[TableSource], facts: list[TableFacts], tick: Callable[[int], None]
) -> Iterator[bytes]:
    for table in tables:
        size = 0
        with SideDigest() as seen:
            for chunk in table.chunks:
                seen.update(chunk)
                size += len(chunk)
                yield chunk
                tick(len(chunk))
            facts.append(TableFacts(table.name, table.rows, table.columns, size, seen.hexdigest()))


def _room_for(
    facts: Manifest,
    tables: Mapping[str, Sequence[TableSource]],
    recipients: Mapping[str, Sequence[PublicKey]],
) -> int:
    """Bytes to leave free at the start: the longest this manifest can become once the counts are known."""
    longest = "0" * 96
    halves = tuple(
        CompartmentFacts(
            name=name,
            offset=_LARGEST,
            sealed_bytes=_LARGEST,
            sealed_sha384=longest,
            plaintext_bytes=_LARGEST,
            recipients=(longest,) * len(recipients[name]),
            tables=tuple(TableFacts(t.name, t.rows, t.columns, _LARGEST, longest) for t in tables[name]),
        )
        for name in COMPARTMENTS
    )
    size = len(replace(facts, compartments=halves).to_bytes())
    return len(MAGIC) + 4 + size + 2 + LONGEST_SIGNATURE


def _read_blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        data = file.read(min(size, _BLOCK))
        if not data:
            raise _cut()
        size -= len(data)
        yield data


def _cut() -> WrongUse:
    return WrongUse(
        "This sealed file ends too early.",
        why="Part of it is missing, so nothing of it can be trusted.",
        fix="Copy or send the file again.",
    )
