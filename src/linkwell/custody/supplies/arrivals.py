"""The bytes of a sealed file on their way in: kept at once, counted by the file itself, one writer at a time.

The protocol (tus) is the portal's; here are only files. No transaction is open while bytes are read.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from linkwell.custody.home import current_home, package_path
from linkwell.custody.supplies.models import Upload
from linkwell.errors import RefusedByRule, TryAgain
from linkwell.vault.hashing import SideDigest
from linkwell.vault.zones import ZoneName

BLOCK = MOST_BLOCK = 1 << 20
LEAST_BLOCK = 16 * 1024
QUICK_SECONDS = 0.2
SETTLE_BYTES = 16 << 20
LEFT_SECONDS = 24 * 3600
ROOM_TO_SPARE = 64 * 1024 * 1024
WHOLE = "sha384-whole"
"""A checksum that is the SHA-384 of the file up to the chunk's end: it is kept going anyway."""

CHECKSUMS = {"sha1": 20, "sha256": 32, "sha384": 48, WHOLE: 48}
"""What a sender may use to find damage on the line, with the bytes of its digest."""

# Digest of what has arrived so far, per upload, so that a chunk does not mean reading the file again. Lost
# with the process, and then made again from the file.
_so_far: OrderedDict[str, tuple[int, Any]] = OrderedDict()
_MOST_REMEMBERED = 64


class WrongOffset(RefusedByRule):
    """The sender thinks more or less has arrived than has."""


class Busy(TryAgain):
    """Another connection is writing this upload."""


class ChecksumMismatch(TryAgain):
    """A chunk did not arrive as it was sent; it was thrown away."""


@dataclass(frozen=True)
class Checksum:
    """What the sender says a chunk's digest is."""

    algorithm: str
    digest: bytes

    @classmethod
    def from_header(cls, text: str) -> Checksum | None:
        """Read `Upload-Checksum`; None if it names an algorithm that is not offered or is malformed."""
        algorithm, _, encoded = text.partition(" ")
        try:
            digest = base64.b64decode(encoded, validate=True)
        except ValueError:
            return None
        return cls(algorithm, digest) if len(digest) == CHECKSUMS.get(algorithm, -1) else None


def part_path(upload: Upload) -> Path:
    """Where the bytes lie while they come in."""
    return current_home().zone(ZoneName.INTAKE).folder("incoming") / f"{upload.pk}.part"


def arrived(upload: Upload) -> int:
    """How many bytes have arrived: the length of the file, wherever it lies by now."""
    for path in (part_path(upload), package_path(upload.supply.reference)):
        try:
            return path.stat().st_size
        except FileNotFoundError:
            continue
    return 0


def make_room(upload: Upload) -> None:
    """Create the empty file, or say that the disk is too full.

    Raises:
        TryAgain: there is not room for the whole file.
    """
    path = part_path(upload)
    if shutil.disk_usage(path.parent).free < upload.length + ROOM_TO_SPARE:
        raise TryAgain("There is not enough room to receive this file now.", fix="Try again later.")
    path.touch(mode=0o600)


def discard(upload: Upload) -> None:
    """Throw the bytes away."""
    part_path(upload).unlink(missing_ok=True)
    _so_far.pop(upload.pk, None)


def sweep(live: Collection[str], *, now: float) -> int:
    """Remove what a killed process left behind of uploads and copies that are over; returns how many files.

    Args:
        live: numbers of the uploads that may still go on.
        now: seconds since 1970; what was written to in the last day is left alone, its row may not be there
            yet.
    """
    left = [
        path
        for path in current_home().zone(ZoneName.INTAKE).folder("incoming").iterdir()
        if path.stem not in live and path.stat().st_mtime < now - LEFT_SECONDS
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


@contextmanager
def _only_writer(path: Path) -> Iterator[BinaryIO]:
    import fcntl  # Unix only, like the custodian's server

    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("Another connection is sending this file.", fix="Wait a moment, then go on.") from None
        yield file


def take(
    upload: Upload,
    *,
    offset: int,
    read: Callable[[int], bytes],
    length: int | None,
    checksum: Checksum | None = None,
    most: int | None = None,
) -> int:
    """Append what `read` gives, keep what arrived when the line drops, and return the new offset.

    Args:
        offset: where the sender thinks it stands.
        read: reads at most n bytes; b"" or OSError when the line is gone.
        length: how many bytes the request says it carries, None if it does not say.
        checksum: of the whole chunk; on a mismatch the chunk is cut off again.
        most: how large an upload may grow whose size has not been announced yet.

    Raises:
        WrongOffset, Busy, ChecksumMismatch, RefusedByRule (more than was announced), TryAgain (disk full).
    """
    with _only_writer(part_path(upload)) as file:
        start = file.seek(0, os.SEEK_END)
        if offset != start:
            raise WrongOffset(
                "The upload stands somewhere else.", fix="Ask where it stands, and go on from there."
            )
        whole_size = upload.length or most or 0
        if length is not None and start + length > whole_size:
            raise RefusedByRule("This is more than the size that was announced.", fix="Start a new upload.")
        before = _digest_so_far(upload, file, start)
        own = checksum is not None and checksum.algorithm != WHOLE
        seen = (
            hashlib.new(checksum.algorithm) if checksum and own else None
        )  # only finds damage; a signature binds
        with SideDigest(before) as whole, _Settling(file) as settling:
            at, dropped = _append(file, start, whole_size, read, length, _Sums(whole, seen, settling))
            after = whole.copy()
        if checksum and not dropped and at != start and (seen or after).digest() != checksum.digest:
            file.truncate(start)
            _sync(file)
            _remember(upload.pk, start, before)
            raise ChecksumMismatch("The bytes did not arrive as they were sent.", fix="Send this part again.")
        _sync(file)
    _remember(upload.pk, at, after)
    return at


@dataclass(frozen=True)
class _Sums:
    """What is kept going while bytes come in: the file's digest, the chunk's, and the way to the disk."""

    whole: SideDigest
    chunk: Any
    settling: _Settling

    def add(self, block: bytes) -> None:
        self.whole.update(block)
        if self.chunk is not None:
            self.chunk.update(block)
        self.settling.wrote(len(block))


class _Settling:
    """Has the disk take what was written while more comes in, so that the end of a chunk waits for little."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._since = file, 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="settling")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> _Settling:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def wrote(self, count: int) -> None:
        self._since += count
        if self._since >= SETTLE_BYTES and (self._under_way is None or self._under_way.done()):
            self._file.flush()
            self._under_way = self._thread.submit(os.fdatasync, self._file.fileno())
            self._since = 0


def _append(
    file: BinaryIO, start: int, announced: int, read: Callable[[int], bytes], length: int | None, sums: _Sums
) -> tuple[int, bool]:
    """Write what comes; returns where the file ends now, and whether the line dropped.

    On a slow line little is asked for at a time: what a dropped line had not yet handed over is lost.
    """
    file.seek(start)
    at, end, size = start, announced if length is None else start + length, LEAST_BLOCK
    while at < end:
        asked = time.monotonic()
        try:
            block = read(min(size, end - at))
        except OSError:
            return at, True  # the line dropped: what arrived stays
        if not block:
            return at, length is not None
        try:
            file.write(block)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise TryAgain("The disk is full.", fix="Try again later; what arrived is kept.") from None
            raise
        sums.add(block)
        at += len(block)
        size = min(2 * size, MOST_BLOCK) if time.monotonic() - asked < QUICK_SECONDS else LEAST_BLOCK
    return at, False


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digest_so_far(upload: Upload, file: BinaryIO, length: int) -> Any:
    at, digest = _so_far.get(upload.pk, (-1, None))
    if at == length and digest is not None:
        return digest.copy()
    return _digest_of(file, length)


def _digest_of(file: BinaryIO, length: int) -> Any:
    digest, left = hashlib.sha384(), length
    file.seek(0)
    while left and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest


def _remember(key: str, at: int, digest: Any) -> None:
    _so_far[key] = (at, digest)
    _so_far.move_to_end(key)
    while len(_so_far) > _MOST_REMEMBERED:
        _so_far.popitem(last=False)


def digest_of_arrived(upload: Upload) -> str:
    """Hex SHA-384 of a file that is whole, from what was computed while receiving where that is still
    known.
    """
    at, digest = _so_far.get(upload.pk, (-1, None))
    if at == upload.length and digest is not None:
        return str(digest.hexdigest())
    for path in (part_path(upload), package_path(upload.supply.reference)):
        if path.exists():
            with path.open("rb") as file:
                return str(_digest_of(file, upload.length).hexdigest())
    raise TryAgain("The file is not there.", fix="Start a new upload.")


def lock_away(upload: Upload) -> Path:
    """Move a whole file into quarantine under its supply's name; done before, it does nothing."""
    source, target = part_path(upload), package_path(upload.supply.reference)
    if source.exists():
        source.replace(target)
        for folder in (source.parent, target.parent):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    _so_far.pop(upload.pk, None)
    return target
