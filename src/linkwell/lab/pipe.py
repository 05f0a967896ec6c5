"""A worker as its parent holds it: orders go in, answers of a class and a size come out, the clock ends it.

What comes out may have been written by anybody, so nothing of it is believed: not its form, not its sizes.
"""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest, Worker
from linkwell.lab.refusals import LabRefused, of_answer

_CHUNK = 1 << 20
_HEAD_BYTES = 4 << 20
STEPS_BACK_AFTER, BEHIND = 1.0, 5
"""After so many seconds of one order a worker is that much nicer: another session beside it gets three
quarters of a processor they share.
"""

Answer = tuple[dict[str, Any], list[bytes]]


class Pipe:
    """One worker and the time it has. Use in a `with` block: at its end the worker is gone."""

    _worker: Worker | None = None

    def __init__(self, nest: Nest, limits: Limits) -> None:
        """Start a worker.

        Raises:
            TryAgain: no worker could be started.
        """
        self._limits = limits
        self._end = time.monotonic() + limits.seconds
        self._held = b""
        self._worker = nest.worker()

    def __enter__(self) -> Pipe:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker; does nothing twice."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    @property
    def pid(self) -> int:
        """The worker's process, for measuring it."""
        assert self._worker is not None
        return self._worker.pid

    def order(self, line: bytes, *parts: bytes) -> Answer:
        """Send an order with what follows it, and wait for its answer.

        Raises:
            LabRefused: class and place.
        """
        if self._worker is None:
            raise LabRefused("time")
        for data in (line, *parts):
            self._send(data)
        return self._answer()

    def _send(self, data: bytes) -> None:
        assert self._worker is not None
        rest = memoryview(data)
        try:
            while rest:
                self._wait(self._worker.orders, select.POLLOUT)
                rest = rest[os.write(self._worker.orders, rest[:4096]) :]  # a pipe takes so much at once
        except BrokenPipeError:
            raise self._over("memory") from None

    def _answer(self) -> Answer:
        try:
            head = json.loads(self._line())
            answer, sizes = head["answer"], head["parts"]
            formed = isinstance(answer, dict) and all(type(size) is int and size >= 0 for size in sizes)
        except (ValueError, LookupError, TypeError, RecursionError):
            formed = False
        if not formed:
            raise self._over("engine")
        if sum(sizes) > self._limits.result_bytes:
            raise self._over("size")
        parts = [self._exactly(size) for size in sizes]
        if "refused" in answer:
            raise of_answer(answer)
        return answer, parts

    def _line(self) -> bytes:
        while b"\n" not in self._held:
            if len(self._held) > _HEAD_BYTES:
                raise self._over("size")
            self._held += self._read()
        line, _, self._held = self._held.partition(b"\n")
        return line

    def _exactly(self, size: int) -> bytes:
        found, have = [self._held], len(self._held)
        while have < size:
            found.append(self._read())
            have += len(found[-1])
        data = b"".join(found)
        self._held = data[size:]
        return data[:size]

    def _read(self) -> bytes:
        assert self._worker is not None
        self._wait(self._worker.answers, select.POLLIN)
        data = os.read(self._worker.answers, _CHUNK)
        if not data:  # it ended itself: the address space, the processor seconds or the engine's own alarm
            raise self._over("time" if time.monotonic() >= self._end else "memory")
        return data

    def _wait(self, descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        left = self._end - time.monotonic()
        if left > 0 and poll.poll(min(left, STEPS_BACK_AFTER) * 1000):
            return
        self._step_back()
        left = self._end - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise self._over("time")

    def _step_back(self) -> None:
        """Work that takes long lets shorter work of another session go first, where processors are few."""
        assert self._worker is not None
        behind = os.getpriority(os.PRIO_PROCESS, 0) + BEHIND
        with suppress(OSError):  # it ended meanwhile
            for thread in Path(f"/proc/{self._worker.pid}/task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), behind)

    def _over(self, kind: str) -> LabRefused:
        self.close()
        return LabRefused(kind)
