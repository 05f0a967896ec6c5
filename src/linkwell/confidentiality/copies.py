"""Sealed copies of the release ledger's entries beside what was released, and a ledger made whole from them.

Every entry is copied into `released/ledger/` before its release is handed out, sealed with a key out of the
rounding secret (AES-256-GCM), so that only the desk can read it. Whatever left, its memory has left the
disclosure zone too; a restored or lost ledger is rebuilt from the copies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linkwell.confidentiality.history import stopped
from linkwell.confidentiality.release_ledger import Entry, Head, ReleaseLedger
from linkwell.ledger import canonical_json
from linkwell.vault.zones import write_whole

NAME = re.compile(r"(\d{6,})-([0-9a-f]{96})\.sealed")
NONCE, PIECE = 12, 2**16


def copy_entries(ledger: ReleaseLedger, folder: Path, secret: bytes) -> None:
    """Seal a copy of every entry that has none yet; nothing is written twice."""
    there = {seq for seq, _, _ in _copies(folder)}
    head = ledger.head()
    missing = [] if head is None else [seq for seq in range(1, head.seq + 1) if seq not in there]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for seq in missing:
        name = f"{seq:06d}-{ledger.hash_at(seq)}.sealed"
        write_whole(folder / name, _sealed(ledger.entry(seq), name, _key(secret)))


def _sealed(entry: Entry, name: str, key: bytes) -> Iterator[bytes]:
    """Nonce, sealed entry and tag as AESGCM has them, without a second copy of millions of people."""
    nonce = os.urandom(NONCE)
    sealing = Cipher(algorithms.AES256(key), modes.GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(name.encode())
    yield nonce
    for part in _packed(entry):
        for start in range(0, len(part), PIECE):
            yield sealing.update(memoryview(part)[start : start + PIECE])
    yield sealing.finalize()
    yield sealing.tag


def newest(folder: Path) -> list[Head]:
    """Where the copies say the ledger stands, as a list of none or one."""
    found = _copies(folder)
    if not found or found[0][0] != 1:
        return []
    return [Head(found[-1][0], found[-1][1], found[0][1])]


def append_copies(ledger: ReleaseLedger, folder: Path, secret: bytes) -> int:
    """Add every copied entry the ledger does not have; how many those were. Call inside `writing`.

    Raises:
        RefusedByRule: a copy is missing, was altered, or belongs to another ledger or secret.
    """
    head = ledger.head()
    seq, added = (0 if head is None else head.seq), 0
    for number, digest, path in _copies(folder):
        if number <= seq:
            if ledger.hash_at(number) != digest:
                raise stopped(f"The ledger and the copies part at entry {number}.")
            continue
        if number != seq + added + 1:
            raise stopped(f"The copy of entry {seq + added + 1} is missing.")
        sealed = path.read_bytes()
        try:
            plain = AESGCM(_key(secret)).decrypt(sealed[:NONCE], sealed[NONCE:], path.name.encode())
        except InvalidTag as problem:
            raise stopped(
                f"The copy of entry {number} is damaged, or of another rounding secret."
            ) from problem
        ledger.add_entry(_unpacked(plain))
        added += 1
    return added


def _copies(folder: Path) -> list[tuple[int, str, Path]]:
    paths = folder.iterdir() if folder.is_dir() else iter(())
    named = [(NAME.fullmatch(path.name), path) for path in paths]
    return sorted((int(name[1]), name[2], path) for name, path in named if name)


def _key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"linkwell rounding copies 1", hashlib.sha384)[:32]


def _packed(entry: Entry) -> list[bytes]:
    """A line of JSON, in which a blob is the length it has in what follows."""
    blobs: list[bytes] = []
    rows: dict[str, list[list[object]]] = {}
    for table, own in sorted(entry.items()):  # as canonical JSON will have them
        for row in own:
            cells: list[object] = []
            for value in row:
                if isinstance(value, bytes):
                    blobs.append(value)
                    cells.append({"blob": len(value)})
                else:
                    cells.append(value)
            rows.setdefault(table, []).append(cells)
    return [canonical_json(rows), b"\n", *blobs]


def _unpacked(plain: bytes) -> Entry:
    line, _, rest = plain.partition(b"\n")
    entry: Entry = {}
    place = 0
    for table, rows in json.loads(line).items():
        for row in rows:
            cells: list[object] = []
            for value in row:
                if isinstance(value, dict):
                    cells.append(rest[place : place + value["blob"]])
                    place += value["blob"]
                else:
                    cells.append(value)
            entry.setdefault(table, []).append(tuple(cells))
    return entry
