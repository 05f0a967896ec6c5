"""Seal a stream of bytes to several keys, and open it again, in memory that does not grow with the size.

The format is written down in docs/package-format.md. Whoever opens must keep the plaintext under a
temporary name until the last record has verified: `open_stream` raises at the first record that does not.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linkwell.errors import RefusedByRule
from linkwell.vault.algorithms import DIGEST_BYTES, HASH, SEAL
from linkwell.vault.hashing import Bytes, SideDigest
from linkwell.vault.keys import PrivateKey, PublicKey, fingerprint

MAGIC = b"LWSEAL\x00\x01"
RECORD_BYTES = 1 << 20
TAG_BYTES = 16
PREFIX_BYTES = 7
FILE_KEY_BYTES = 32
MOST_RECIPIENTS = 16
_LABEL = b"linkwell seal 1\x00"


class Unopenable(RefusedByRule):
    """A sealed stream that is damaged, was altered, or is sealed to somebody else."""


class Source(Protocol):
    """What is read from: a file opened for bytes."""

    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """What is written to: a file opened for bytes."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Sealed:
    """Facts about what was sealed; the digest is hex SHA-384 over header and records."""

    plaintext_bytes: int
    sealed_bytes: int
    sealed_sha384: str


@dataclass(frozen=True)
class Header:
    """The clear beginning of a sealed stream; `raw` is the associated data of every record."""

    context: str
    prefix: bytes
    commitment: bytes
    recipients: tuple[tuple[str, bytes], ...]
    raw: bytes


def seal_stream(
    chunks: Iterable[bytes], sink: Sink, *, recipients: Sequence[PublicKey], context: str
) -> Sealed:
    """Seal `chunks` (of any sizes) to every recipient and write header and records to `sink`.

    Args:
        context: what this stream is ("<package id>/identity"); it must be named again to open it, so one
            stream cannot stand in for another.
    """
    file_key, prefix = os.urandom(FILE_KEY_BYTES), os.urandom(PREFIX_BYTES)
    record_key, commitment = _derive(file_key, prefix, context)
    header = _write_header(file_key, prefix, commitment, recipients, context)
    sink.write(header)
    plain_bytes, sealed_bytes = 0, len(header)
    cipher = AESGCM(record_key)
    with SideDigest() as sealed:  # hashing the last records while sealing the next
        sealed.update(header)
        for counter, (record, last) in enumerate(_records(chunks)):
            body = cipher.encrypt(_nonce(prefix, counter, last=last), record, header)
            sealed.update(body)
            sink.write(body)
            plain_bytes, sealed_bytes = plain_bytes + len(record), sealed_bytes + len(body)
        return Sealed(plain_bytes, sealed_bytes, sealed.hexdigest())


def open_stream(source: Source, *, length: int, key: PrivateKey, context: str) -> Iterator[bytes]:
    """Yield the plaintext records of a sealed stream of `length` bytes.

    What has been yielded counts for nothing until the iteration has ended without an error.

    Raises:
        Unopenable: not sealed to `key`, sealed as something else than `context`, cut, or altered.
    """
    header = read_header(source)
    if header.context != context:
        raise Unopenable(
            "This sealed part belongs to another file or another place in it.",
            why="Someone may have swapped parts between sealed files.",
            fix="Ask the sender to seal the file again.",
        )
    cipher = AESGCM(_record_key(header, key))
    left, counter = length - len(header.raw), 0
    while True:
        size = min(left, RECORD_BYTES + TAG_BYTES)
        last = size == left
        # An empty last record is only right where the whole plaintext is empty: one plaintext, one shape.
        if size < TAG_BYTES or (counter and size == TAG_BYTES):
            raise _damaged()
        body = _exactly(source, size)
        try:
            yield cipher.decrypt(_nonce(header.prefix, counter, last=last), body, header.raw)
        except InvalidTag:
            raise _damaged() from None
        left, counter = left - size, counter + 1
        if last:
            return


def read_header(source: Source) -> Header:
    """Read and check the shape of a header.

    Raises:
        Unopenable: it is not one.
    """
    start = _exactly(source, len(MAGIC) + 2)
    if not start.startswith(MAGIC):
        raise _damaged()
    (size,) = struct.unpack(">H", start[len(MAGIC) :])
    raw = start + _exactly(source, max(size - len(start), 0))
    try:
        return _parse_header(raw)
    except (struct.error, UnicodeDecodeError, ValueError):
        raise _damaged() from None


def _parse_header(raw: bytes) -> Header:
    at = len(MAGIC) + 2
    (size,) = struct.unpack_from(">H", raw, at)
    context = raw[at + 2 : at + 2 + size].decode("utf-8")
    at += 2 + size
    prefix, at = raw[at : at + PREFIX_BYTES], at + PREFIX_BYTES
    commitment, at = raw[at : at + DIGEST_BYTES], at + DIGEST_BYTES
    (count,), at = struct.unpack_from(">B", raw, at), at + 1
    recipients = []
    for _ in range(count):
        name, at = raw[at : at + DIGEST_BYTES].hex(), at + DIGEST_BYTES
        (size,), at = struct.unpack_from(">H", raw, at), at + 2
        recipients.append((name, raw[at : at + size]))
        at += size
    if at != len(raw) or not 1 <= count <= MOST_RECIPIENTS:
        raise ValueError("header of another length than it says")
    return Header(context, prefix, commitment, tuple(recipients), raw)


def _write_header(
    file_key: bytes, prefix: bytes, commitment: bytes, recipients: Sequence[PublicKey], context: str
) -> bytes:
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise ValueError(f"a sealed stream has 1 to {MOST_RECIPIENTS} recipients")
    said = context.encode("utf-8")
    body = struct.pack(">H", len(said)) + said + prefix + commitment + struct.pack(">B", len(recipients))
    for key in recipients:
        name = fingerprint(key)
        wrapped = SEAL.encrypt(file_key, key, _info(context, name))
        body += bytes.fromhex(name) + struct.pack(">H", len(wrapped)) + wrapped
    return MAGIC + struct.pack(">H", len(MAGIC) + 2 + len(body)) + body


def _record_key(header: Header, key: PrivateKey) -> bytes:
    """Unwrap the file key and check that every recipient was given this same one."""
    mine = fingerprint(key.public_key())
    wrapped = next((wrapped for name, wrapped in header.recipients if name == mine), None)
    if wrapped is None:
        raise Unopenable(
            "This sealed part is not sealed to this key.",
            where=f"key {mine[:16]}…",
            why="Only the holder of the key it was sealed to can open it.",
            fix="Use the key it was sealed to, or ask the sender to seal it to the custodian's current keys.",
        )
    try:
        file_key = SEAL.decrypt(wrapped, key, _info(header.context, mine))
    except (InvalidTag, ValueError):
        raise _damaged() from None
    record_key, commitment = _derive(file_key, header.prefix, header.context)
    if commitment != header.commitment:
        raise _damaged()
    return record_key


def _derive(file_key: bytes, prefix: bytes, context: str) -> tuple[bytes, bytes]:
    """Record key and commitment: AES-GCM alone would let one ciphertext open differently under two keys."""
    size = FILE_KEY_BYTES + DIGEST_BYTES
    okm = HKDF(algorithm=HASH, length=size, salt=prefix, info=_LABEL + context.encode("utf-8")).derive(
        file_key
    )
    return okm[:FILE_KEY_BYTES], okm[FILE_KEY_BYTES:]


def _info(context: str, recipient: str) -> bytes:
    return _LABEL + context.encode("utf-8") + b"\x00" + bytes.fromhex(recipient)


def _nonce(prefix: bytes, counter: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", counter, last)


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[Bytes, bool]]:
    """Cut chunks into records of RECORD_BYTES; the last is marked, and empty only when everything is.

    A chunk that holds a whole record is not copied. One record waits until it is known whether another comes.
    """
    waiting: Bytes | None = None
    held = bytearray()
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            if not held and len(rest) >= RECORD_BYTES:
                record: Bytes = rest[:RECORD_BYTES]
                rest = rest[RECORD_BYTES:]
            else:
                take = RECORD_BYTES - len(held)
                held += rest[:take]
                rest = rest[take:]
                if len(held) < RECORD_BYTES:
                    break
                record, held = held, bytearray()
            if waiting is not None:
                yield waiting, False
            waiting = record
    if held:
        if waiting is not None:
            yield waiting, False
        waiting = held
    yield waiting if waiting is not None else b"", True


def _exactly(source: Source, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise Unopenable(
            "The sealed file ends too early.",
            why="Part of it is missing, so nothing of it can be trusted.",
            fix="Copy or send the file again.",
        )
    return data


def _damaged() -> Unopenable:
    return Unopenable(
        "This sealed part was changed or damaged after it was sealed.",
        why="What does not verify to the last byte is not opened.",
        fix="Send the file again; if it happens twice, tell the custodian.",
    )
