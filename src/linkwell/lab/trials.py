"""Before a researcher's script runs in a nest, one of ours does: it tries the doors from within.

It says of each whether it opened; a nest in which one did runs nothing.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from linkwell.errors import RefusedByRule
from linkwell.lab.derived import received
from linkwell.lab.inside import first_order
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Pipe
from linkwell.lab.refusals import LabRefused, Refusal

SECONDS = 60.0

DOORS = """
import ctypes, fcntl, os, resource, signal, socket, subprocess, threading

parent = PARENT
kernel = ctypes.CDLL(None, use_errno=True)


def memory():
    room = b"x" * (8 << 30)


def thread(work):
    found = []

    def tried():
        try:
            work()
            found.append(True)
        except Exception:
            pass

    one = threading.Thread(target=tried)
    one.start()
    one.join()
    if not found:
        raise PermissionError


doors = {
    "open_a_file": lambda: open("/proc/self/status"),
    "open_through_c": lambda: 1 / (kernel.open(b"/etc/hostname", 0) >= 0),
    "look_for_a_file": lambda: os.stat("/"),
    "list_a_folder": lambda: os.listdir("."),
    "write_a_file": lambda: open("written", "w"),
    "mark_a_file": lambda: os.utime("/tmp"),
    "open_in_a_thread": lambda: thread(lambda: open("/proc/self/status")),
    "read_through_the_engine": lambda: data.execute("FROM read_text('/etc/hostname')").fetchall()[0],
    "write_through_the_engine": lambda: data.execute("COPY (SELECT 1) TO '/tmp/written'"),
    "attach": lambda: data.execute("ATTACH '/tmp/written.duckdb'"),
    "socket": lambda: socket.socket(),
    "connect": lambda: socket.create_connection(("127.0.0.1", 80), timeout=1),
    "fork": lambda: os.fork() or os._exit(0),
    "program": lambda: subprocess.run(["/bin/true"]),
    "signal": lambda: os.kill(parent, 0),
    "signal_a_thread": lambda: 1 / (kernel.syscall(ctypes.c_long({{tgkill}}), parent, parent, 0) == 0),
    "have_a_signal_sent": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, parent),
    "limit_another": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
    "raise_a_limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
    "pin_another": lambda: os.sched_setaffinity(parent, {0}),
    "trace": lambda: 1 / (kernel.ptrace(16, parent, 0, 0) == 0),
    "outlive": lambda: 1 / (kernel.prctl(1, 0, 0, 0, 0) == 0),
    "memory": memory,
}
opened = {}
for name, door in doors.items():
    try:
        door()
        opened[name] = [True]
    except (Exception, MemoryError):
        opened[name] = [False]
make("doors", snz_uid=[1], **opened)
"""


class Scripts:
    """The nest of scripts: started when the first is to run, its doors tried once."""

    def __init__(self) -> None:
        self._nest: Nest | None = None

    def nest(self) -> Nest:
        """The nest; one script is under way at a time (`batching`).

        Raises:
            RefusedByRule: a door opened.
        """
        if self._nest is None or self._nest.ended:
            self.close()
            found = Nest(scripts=True)
            try:
                refuse_open_doors(found)
            except BaseException:
                found.close()
                raise
            self._nest = found
        return self._nest

    def close(self) -> None:
        """End it, if it was started."""
        if self._nest is not None:
            self._nest.close()
            self._nest = None


def tried(nest: Nest) -> dict[str, bool]:
    """Each door -> whether it held, from within a script's process.

    Raises:
        RefusedByRule: our own script could not be run.
    """
    from linkwell.lab.seccomp import calls_of_itself_alone

    text = DOORS.replace("PARENT", str(os.getpid())).replace("TGKILL", str(calls_of_itself_alone()[1]))
    try:
        with Pipe(nest, replace(Limits(), seconds=SECONDS)) as process:
            answer, parts = process.order(first_order(text, [], Limits()))
        (table,) = received(answer.get("made"), parts, 1)
    except (LabRefused, Refusal) as refused:
        raise RefusedByRule(
            "Scripts are not run: the doors could not be tried.", why=str(refused),
            fix="linkwell lab self-test says which locks this machine has.",
        ) from None  # fmt: skip
    return {name: not bool(np.any(column.values)) for name, column in table.columns.items()}


def refuse_open_doors(nest: Nest) -> None:
    """Raise RefusedByRule where a door opened from within a script's process."""
    opened = sorted(name.replace("_", " ") for name, held in tried(nest).items() if not held)
    if opened:
        raise RefusedByRule(
            "Scripts are not run: the try of the locks got out.",
            where="; ".join(opened),
            why="Whoever writes a script could do the same.",
            fix="See the operator's page on the lab for what each layer needs of the machine.",
        )
