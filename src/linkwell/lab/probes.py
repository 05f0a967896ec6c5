"""What a locked worker tries on itself: as if reading statements had failed to stop anything.

Run only by the self-test. A probe that gets through says so; what it got is not told.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from linkwell.lab.kernel import libc
from linkwell.lab.seccomp import refused_numbers

Given = dict[str, Any]
_HUGE = 300_000_000


def _read(given: Given) -> None:
    Path(given["file"]).read_bytes()


def _list(given: Given) -> None:
    list(Path(given["file"]).parent.iterdir())


def _write(given: Given) -> None:
    Path(given["folder"]).joinpath("written").write_bytes(b"x")


def _change(given: Given) -> None:
    with Path(given["database"]).open("r+b") as file:
        file.write(b"x")


def _connect(given: Given) -> None:
    socket.create_connection(("127.0.0.1", given["port"]), timeout=2).close()


def _datagram(given: Given) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", given["port"]))


def _local_socket(given: Given) -> None:
    socket.socket(socket.AF_UNIX).close()


def _start_program(given: Given) -> None:
    os.execv("/bin/true", ["true"])  # noqa: S606  if this is allowed, the worker is gone: that is told too


def _fork(given: Given) -> None:
    if os.fork() == 0:
        os._exit(0)


def _signal(given: Given) -> None:
    os.kill(given["parent"], signal.SIGCONT)


def _trace(given: Given) -> None:
    if libc().ptrace(16, given["parent"], 0, 0) != 0:
        raise PermissionError


def _look_around(given: Given) -> None:
    Path(f"/proc/{given['parent']}/environ").read_bytes()


def _raise_limit(given: Given) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _calls(given: Given) -> None:
    """Every refused call of the kernel, with arguments that do nothing: "not permitted", or this returns."""
    for number in refused_numbers():
        ctypes.set_errno(0)
        if libc().syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
            return
    raise PermissionError


def _link(given: Given) -> None:
    (Path(given["own"]) / "link").symlink_to(given["file"])
    (Path(given["own"]) / "link").read_bytes()


def _memory_of_another(given: Given) -> None:
    Path(f"/proc/{given['parent']}/mem").open("rb").close()


PROBES: dict[str, tuple[str, Callable[[Given], None]]] = {
    "read": ("read a file outside", _read),
    "list": ("list a folder outside", _list),
    "write": ("write a file outside", _write),
    "change": ("change the database", _change),
    "connect": ("connect to this machine", _connect),
    "datagram": ("send a datagram", _datagram),
    "local socket": ("open a socket", _local_socket),
    "fork": ("start a process", _fork),
    "signal": ("signal another process", _signal),
    "trace": ("trace another process", _trace),
    "look around": ("read another process's surroundings", _look_around),
    "link": ("reach a file through a link", _link),
    "memory": ("open another process's memory", _memory_of_another),
    "calls": ("make a refused call", _calls),
    "raise limit": ("raise its own limits", _raise_limit),
    "program": ("start a program", _start_program),
}

STATEMENTS: dict[str, tuple[str, str]] = {
    "engine read": ("read a file through the engine", "SELECT content FROM read_text('{file}')"),
    "engine write": ("write a file through the engine", "COPY (SELECT 1) TO '{folder}/written'"),
    "engine attach": ("attach another database", "ATTACH '{file}' AS other"),
    "engine setting": ("change a setting", "SET memory_limit = '100GB'"),
    "engine access": ("open the engine's doors again", "SET enable_external_access = true"),
    "engine extension": ("load an extension", "LOAD httpfs"),
    "engine change": ("change the data", "CREATE TABLE main.written AS SELECT 1"),
    "bomb": ("use up the memory", f"SELECT len(range({_HUGE}))"),
}


def tried(order: Given, connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a probe, or a statement nobody read beforehand, got through."""
    given, name = order["given"], order["name"]
    try:
        if name in PROBES:
            PROBES[name][1](given)
        else:
            text = STATEMENTS[name][1] if name in STATEMENTS else name
            connection.execute(text.format(**given)).fetchall()
    except (OSError, ValueError, MemoryError, duckdb.Error):
        return False
    return True
