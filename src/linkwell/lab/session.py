"""A session as its parent sees it: orders go in, answers of a class and a size come out, and the clock
ends it."""

from __future__ import annotations

import json
import os
import select
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest, Worker
from linkwell.lab.refusals import LabRefused
from linkwell.lab.worker import first_order

_CHUNK = 1 << 20
_HEAD_BYTES = 4 << 20
STEPS_BACK_AFTER, BEHIND = 1.0, 5
"""After so many seconds of one order a worker is that much nicer: another session beside it gets three
quarters of a processor they share.
"""


@dataclass(frozen=True)
class Members:
    """Who is in which cell of a table of one's own, before anything is released.

    Attributes:
        units: project ids, shape (n,). codes: per column (n,) places in its labels, -1 for any other.
        amounts: (n,) or None.
        made: False where the table could not be made of the real rows; then nobody is in it.
    """

    units: NDArray[np.int64]
    codes: tuple[NDArray[np.int32], ...]
    amounts: NDArray[np.float64] | None
    made: bool = True


class Session:
    """One worker with one project's database. Use in a `with` block: at its end the worker is gone.

    Attributes:
        layers: what locks the worker in, in words; a layer that is not there says so.
    """

    def __init__(
        self, nest: Nest, database: Path, work: Path, limits: Limits | None = None, *, look: bool = False,
        trial: bool = False,
    ) -> None:  # fmt: skip
        """Start.

        Args:
            work: a folder of the database's own zone; the session's private folder is made in it.
            look: a SELECT shows rows: a registered facility, or the twin.
            trial: the worker tries to get out, and does nothing else (`selftest`).

        Raises:
            LabRefused: the worker could not open the database. TryAgain: no worker could be started.
        """
        self._limits = limits or Limits()
        self._end = time.monotonic() + self._limits.seconds
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=work, prefix="session-"))
        self._worker: Worker | None = None
        self._held = b""
        try:
            self._worker = nest.worker()
            paths = database.resolve(), self._folder.resolve()
            self._send(first_order(*paths, self._limits, look=look, trial=trial))
            answer, _ = self._answer()
            self.layers: dict[str, str] = answer["layers"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and remove its folder; does nothing twice."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The worker's process, for measuring it."""
        assert self._worker is not None
        return self._worker.pid

    def run(self, text: str) -> dict[str, Any]:
        """Do one statement (`engine.Engine.run`).

        Raises:
            LabRefused: class and place.
        """
        return self._ask({"do": "run", "text": text})[0]

    def tables(self) -> dict[str, list[tuple[str, str]]]:
        """Every table with names and types of its columns."""
        found = self._ask({"do": "tables"})[0]["tables"]
        return {name: [(column, kind) for column, kind in columns] for name, columns in found.items()}

    def labels(self, table: str, column: str) -> tuple[str, ...]:
        """The texts a column of one's own table holds; only where rows may be looked at."""
        answer = self._ask({"do": "labels", "table": table, "column": column})[0]
        return tuple(str(label) for label in answer["labels"])

    def members(self, table: str, *, unit: str, by: Mapping[str, Sequence[str]], amount: str = "") -> Members:
        """Who is in a table of one's own (`engine.Engine.members`)."""
        given = {name: list(labels) for name, labels in by.items()}
        order = {"do": "members", "table": table, "unit": unit, "by": given, "amount": amount}
        parts = self._ask(order)[1]
        codes = tuple(np.frombuffer(part, dtype=np.int32) for part in parts[1 : 1 + len(by)])
        amounts = np.frombuffer(parts[-1], dtype=np.float64) if amount else None
        return Members(np.frombuffer(parts[0], dtype=np.int64), codes, amounts)

    def probe(self, name: str, given: dict[str, Any]) -> bool:
        """Whether an attempt of the self-test got through.

        A worker that ended itself held, unless it was to become another program: then it did.
        """
        try:
            return bool(self._ask({"name": name, "given": given})[0]["through"])
        except LabRefused:
            return name == "program"

    # -- the pipe -----------------------------------------------------------------------------------------

    def _ask(self, order: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if self._worker is None:
            raise LabRefused("time")
        if len(str(order.get("text", ""))) > self._limits.statement_characters:
            raise LabRefused("length")
        self._send(json.dumps(order).encode() + b"\n")
        return self._answer()

    def _send(self, data: bytes) -> None:
        assert self._worker is not None
        try:
            while data:
                self._wait(self._worker.orders, select.POLLOUT)
                data = data[os.write(self._worker.orders, data[:4096]) :]  # a pipe takes so much at once
        except BrokenPipeError:
            raise self._over("memory") from None

    def _answer(self) -> tuple[dict[str, Any], list[bytes]]:
        head = json.loads(self._line())
        sizes = [int(size) for size in head["parts"]]
        if sum(sizes) > self._limits.result_bytes:
            raise self._over("size")
        parts = [self._exactly(size) for size in sizes]
        answer: dict[str, Any] = head["answer"]
        if "refused" in answer:
            position = answer.get("position")
            raise LabRefused(str(answer["refused"]), position if isinstance(position, int) else None)
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
