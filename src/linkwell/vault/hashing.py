"""SHA-384 kept going on another core while this one reads, seals, sends or writes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol

_WORTH_A_THREAD = 1 << 16
_MOST_WAITING = 4
"""Pieces that may wait to be hashed: enough to smooth the two sides, few enough to bound memory."""

Bytes = bytes | bytearray | memoryview


class State(Protocol):
    """A hash as `hashlib` gives it."""

    def copy(self) -> State: ...

    def update(self, data: Bytes, /) -> None: ...

    def digest(self) -> bytes: ...

    def hexdigest(self) -> str: ...


class SideDigest:
    """A running SHA-384; pieces are hashed in order by a thread of its own and must not change meanwhile.

    Use it as a context manager, or call `close`. Small pieces are hashed at once.

    Args:
        begun: a state to go on from.
    """

    def __init__(self, begun: State | None = None) -> None:
        self._hash = hashlib.sha384() if begun is None else begun.copy()
        self._waiting: deque[Future[None]] = deque()
        self._thread: ThreadPoolExecutor | None = None

    def __enter__(self) -> SideDigest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def update(self, piece: Bytes) -> None:
        """Add a piece."""
        if len(piece) < _WORTH_A_THREAD:
            self.settle()
            self._hash.update(piece)
            return
        while len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._submit(self._hash.update, piece))

    def settle(self) -> None:
        """Wait until everything given so far is hashed."""
        while self._waiting:
            self._waiting.popleft().result()

    def copy(self) -> State:
        """The state after everything given so far, to go on from or to read."""
        self.settle()
        return self._hash.copy()

    def hexdigest(self) -> str:
        """The digest of everything given so far, in hex."""
        self.settle()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let the thread go; the digest can still be read."""
        self.settle()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None

    def _submit(self, work: Callable[[Bytes], None], piece: Bytes) -> Future[None]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha384")
        return self._thread.submit(work, piece)
