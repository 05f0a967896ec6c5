"""Reads a sealed file just ahead of the line that sends it: every byte is hashed once and checked on the way.

What is sent next is hashed while the line is busy with what came before, so hashing costs no time of its own
on a second core, and a file that was damaged since it was sealed is never sent to its end.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from linkwell.supply.manifest import Manifest
from linkwell.supply.package import HalvesCheck
from linkwell.vault.hashing import SideDigest, State

MARK_BYTES = 8 << 20
_BLOCK = 1 << 20


class Ahead:
    """The digests of a file's beginnings, of any length up to the whole; a context manager."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self._path, self._total = path, manifest.sealed_until
        self._halves, self._whole, self._at = HalvesCheck(manifest), SideDigest(), 0
        self._marks: dict[int, State] = {0: hashlib.sha384()}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")
        self._coming: Future[None] | None = None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._whole.close()

    def prepare(self, end: int) -> None:
        """Begin to read up to `end` (or the end of the file) while something else is done."""
        if self._coming is None:
            self._coming = self._thread.submit(self._advance, min(end, self._total))

    def digest_to(self, end: int) -> bytes:
        """SHA-384 of the first `end` bytes.

        Raises:
            RefusedByRule: the file was changed or damaged since it was sealed.
        """
        if self._coming is not None:
            coming, self._coming = self._coming, None
            coming.result()
        self._thread.submit(self._advance, end).result()
        start = max(mark for mark in self._marks if mark <= end)
        found = self._marks[start].copy()
        with self._path.open("rb") as file:
            file.seek(start)
            while start < end and (data := file.read(min(_BLOCK, end - start))):
                found.update(data)
                start += len(data)
        return found.digest()

    def _advance(self, end: int) -> None:
        """Read on to `end`, keeping the digest at every mark and at the end."""
        if self._at >= end:
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            while self._at < end:
                stop = min(end, (self._at // MARK_BYTES + 1) * MARK_BYTES)
                data = file.read(min(_BLOCK, stop - self._at))
                if not data:
                    return  # cut while it was being sent: the server will not hold what its cover page says
                self._whole.update(data)
                self._halves.update(data)
                self._at += len(data)
                if self._at == stop:
                    self._marks[stop] = self._whole.copy()
