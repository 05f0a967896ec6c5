"""The backup's file format: a tar of one signed manifest and sealed parts, each of which is a tar again.

Streams throughout: memory does not grow with the size of the home.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from linkwell.errors import TryAgain, WrongUse
from linkwell.ledger.canonical import canonical_json
from linkwell.vault import keys
from linkwell.vault.envelope import Sealed, Unopenable, open_stream, read_header, seal_stream

FORMAT = "linkwell-backup/1"
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_BLOCK = tarfile.BLOCKSIZE


def seal_files(
    files: Iterable[tuple[str, Path]], out: Path, *, recipients: list[keys.PublicKey], context: str
) -> Sealed:
    """Seal files as one stream to `out`.

    Raises:
        TryAgain: a file grew or shrank while it was read.
    """
    with out.open("wb") as sink:
        return seal_stream(_tar(files), sink, recipients=recipients, context=context)


def _tar(files: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    for name, path in files:
        with path.open("rb") as file:
            info = tarfile.TarInfo(name)
            info.size, info.mode = path.stat().st_size, 0o600
            yield info.tobuf(tarfile.PAX_FORMAT)
            left = info.size
            while left:
                chunk = file.read(min(_CHUNK, left))
                if not chunk:
                    raise TryAgain(
                        "A file changed while it was being copied.",
                        where=name.partition("/")[0],
                        fix="Run the same command again.",
                    )
                left -= len(chunk)
                yield chunk
            yield b"\0" * (-info.size % _BLOCK)
    yield b"\0" * (2 * _BLOCK)


def open_files(source: IO[bytes], *, length: int, key: keys.PrivateKey, context: str, into: Path) -> int:
    """Open one sealed part into a folder; returns how many files there were.

    What lies in `into` counts for nothing if this raises.

    Raises:
        Unopenable: not sealed to `key`, or changed.
    """
    stream = _Stream(open_stream(source, length=length, key=key, context=context))
    count = 0
    with tarfile.open(fileobj=stream, mode="r|", format=tarfile.PAX_FORMAT) as tar:
        for member in tar:
            tar.extract(member, into, filter="data")
            count += 1
    stream.drain()
    return count


class _Stream(io.RawIOBase):
    """The records of a sealed stream as a file to read from."""

    def __init__(self, records: Iterator[bytes]) -> None:
        self._records, self._held = records, b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; an altered record raises here, before anything of it is given out."""
        parts, got = [self._held], len(self._held)
        while got < size or size < 0:
            record = next(self._records, None)
            if record is None:
                break
            parts.append(record)
            got += len(record)
        data = b"".join(parts)
        cut = len(data) if size < 0 else size
        self._held = data[cut:]
        return data[:cut]

    def drain(self) -> None:
        """Read to the end, where a cut stream is found out."""
        while self.read(_CHUNK):
            pass


def write_outer(
    out: Path, manifest: Mapping[str, Any], signer: keys.PrivateKey, parts: Mapping[str, Path]
) -> None:
    """Write manifest and sealed parts as one file; the caller renames it into place."""
    signed = {
        "manifest": manifest,
        "signed_by": keys.fingerprint(signer.public_key()),
        "signature": keys.sign(signer, canonical_json(manifest)).hex(),
    }
    body = json.dumps(signed, indent=1, ensure_ascii=False).encode()
    with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
        for name, path in parts.items():
            tar.add(path, arcname=f"{name}.sealed", filter=_plain)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def read_manifest(backup: Path) -> dict[str, Any]:
    """The signed manifest with its signature, as written; check it with `signature_fits` once a key is known.

    Raises:
        WrongUse: not a backup.
    """
    try:
        with tarfile.open(backup, "r:") as tar:
            first = tar.next()
            file = tar.extractfile(first) if first and first.name == MANIFEST else None
            signed: dict[str, Any] = json.loads(file.read()) if file else {}
        if signed["manifest"]["format"] != FORMAT:
            raise KeyError("format")
    except FileNotFoundError:
        raise WrongUse(
            "There is no such file.", where=str(backup), fix="Give the path of a backup."
        ) from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, RecursionError):
        raise WrongUse(
            "This is not a backup made by Linkwell.", where=str(backup), fix="Give the file backup wrote."
        ) from None
    return signed


def signature_fits(signed: Mapping[str, Any], key: keys.PublicKey) -> bool:
    """Whether the manifest was signed with the receipts' key."""
    signature = bytes.fromhex(str(signed["signature"]))
    return keys.signature_holds(key, signature, canonical_json(signed["manifest"]))


def sealed_parts(backup: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """(part, bytes, stream) of every sealed part, in order; each must be read before the next.

    Raises:
        Unopenable: the file ends too early.
    """
    try:
        with tarfile.open(backup, "r:") as tar:
            for member in tar:
                file = tar.extractfile(member)
                if member.name.endswith(".sealed") and file is not None:
                    yield member.name.removesuffix(".sealed"), member.size, file
    except tarfile.TarError:
        raise Unopenable(
            "This backup is cut or damaged.", where=str(backup), fix="Use another copy of it."
        ) from None


def key_for(stream: IO[bytes], among: Iterable[keys.PrivateKey]) -> keys.PrivateKey | None:
    """The first of the keys a part is sealed to, or None; leaves the stream where it was."""
    at = stream.tell()
    names = {name for name, _ in read_header(stream).recipients}
    stream.seek(at)
    return next((key for key in among if keys.fingerprint(key.public_key()) in names), None)
