"""Where workers come from: one process with the engine's code loaded and nothing opened, that forks on
request.

A start costs milliseconds instead of the engine's import. The nest never runs a statement and never has a
thread,
so each worker locks itself in before it has either. It ends with its parent, and its workers with it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

from linkwell.errors import TryAgain
from linkwell.lab.kernel import prctl

_END_WITH_PARENT = 1
_MOST = 4096


@dataclass(frozen=True)
class Worker:
    """A started worker as its parent holds it: two pipes, and a handle that can only mean this process."""

    pid: int
    handle: int
    orders: int
    answers: int

    def end(self) -> None:
        """Kill it, if it is still there, and let go of the pipes."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        for descriptor in (self.handle, self.orders, self.answers):
            os.close(descriptor)


class Nest:
    """A nest of one's own; use in a `with` block, or `close` it."""

    def __init__(self, *, scripts: bool = False) -> None:
        """Start one; with `scripts` it has loaded what Python scripts may import as well."""
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "linkwell.lab.nest", *["scripts"] * scripts],
                stdin=there.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )  # fmt: skip
        self._socket, self._asking, self._silent = here, threading.Lock(), False
        if scripts:
            self._until_ready()

    def _until_ready(self) -> None:
        """Wait until all is loaded: it takes seconds, and they are nobody's."""
        try:
            self.worker().end()
        except TryAgain:
            self.close()
            raise

    def __enter__(self) -> Nest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the nest; it takes its workers with it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    @property
    def ended(self) -> bool:
        """Whether it starts no more workers."""
        return self._silent or self._process.poll() is not None

    def worker(self) -> Worker:
        """A new worker, waiting for its first order; threads may ask at once.

        Raises:
            TryAgain: the nest is gone, or the machine starts no more processes.
        """
        orders_read, orders = os.pipe()
        answers, answers_written = os.pipe()
        try:
            with self._asking:
                socket.send_fds(self._socket, [b"worker"], [orders_read, answers_written])
                said, handles, _, _ = socket.recv_fds(self._socket, _MOST, 1)
        except OSError:
            said, handles = b"", []
        finally:
            os.close(orders_read)
            os.close(answers_written)
        if not handles:
            self._silent = True
            os.close(orders)
            os.close(answers)
            raise TryAgain("A session could not be started.", fix="Try again in a minute.")
        return Worker(int(said), handles[0], orders, answers)


def main() -> None:
    """Fork a worker a message, until the parent is gone."""
    from linkwell.lab import worker

    worker.load()  # once, for all
    if sys.argv[1:] == ["scripts"]:
        from linkwell.lab import inside

        inside.load()
    prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=0) as parent:
        while True:
            said, given, _, _ = socket.recv_fds(parent, _MOST, 2)
            if not said:
                return
            _fork(parent, given)


def _fork(parent: socket.socket, given: list[int]) -> None:
    from linkwell.lab import worker

    pid = os.fork()
    if pid == 0:
        try:
            prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            parent.close()
            with os.fdopen(given[0], "rb") as orders, os.fdopen(given[1], "wb") as answers:
                worker.main(orders, answers)
        finally:
            os._exit(0)
    for descriptor in given:
        os.close(descriptor)
    handle = os.pidfd_open(pid)
    socket.send_fds(parent, [str(pid).encode()], [handle])
    os.close(handle)


if __name__ == "__main__":
    main()
