"""Taking everything away from a worker before it opens anything: limits, files, network, system calls.

The order matters: limits, namespaces, files, calls, and only then the engine. A layer the machine does not
have is said, never passed over in silence; which ones a lab may do without is decided by the self-test.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from pathlib import Path

from linkwell.errors import RefusedByRule
from linkwell.lab import landlock
from linkwell.lab.kernel import NotThere, call, libc
from linkwell.lab.limits import Limits
from linkwell.lab.seccomp import filter_calls

_NEW_USER, _NEW_NETWORK, _NEW_IPC, _NEW_HOST = 0x10000000, 0x40000000, 0x08000000, 0x04000000
MOST_FILES, MOST_THREADS = 64, 64

ENGINE_READS = (Path("/proc/self"), Path("/sys/fs/cgroup"))
"""The engine ends its own process at connect where it cannot read these (sdc.md §5)."""


def isolate(limits: Limits, *, read: Sequence[Path], write: Sequence[Path]) -> dict[str, str]:
    """Take away all but `read` and `write`; call once, in a process with one thread.

    Returns:
        layer -> what is active, or "missing: why".

    Raises:
        RefusedByRule: the process has threads already: what binds one thread would not bind them.
    """
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RefusedByRule("A worker with threads of its own cannot be locked in.")
    parts: dict[str, Callable[[], str]] = {
        "limits": lambda: _limit(limits),
        "namespaces": _leave_the_network,
        "files": lambda: landlock.restrict(read=(*ENGINE_READS, *read), write=write),
        "calls": _filter,
    }
    return {name: _tried(part) for name, part in parts.items()}


def _tried(part: Callable[[], str]) -> str:
    try:
        return part()
    except (NotThere, OSError, ValueError) as missing:
        return f"missing: {missing}"


def _limit(limits: Limits) -> str:
    hard = {
        resource.RLIMIT_AS: limits.address_bytes,
        resource.RLIMIT_CPU: int(limits.seconds * max(limits.threads, 1)) + 2,
        resource.RLIMIT_FSIZE: limits.spill_bytes,
        resource.RLIMIT_NOFILE: MOST_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for what, most in hard.items():
        resource.setrlimit(what, (most, most))
    return f"{limits.address_bytes >> 20} MiB of memory, {hard[resource.RLIMIT_CPU]} processor seconds"


def _leave_the_network() -> str:
    """A network of its own without any device, and a user without rights outside."""
    call(libc().unshare(_NEW_USER | _NEW_NETWORK | _NEW_IPC | _NEW_HOST), "unshare")
    return "own network without devices, own user, own shared memory"


def _filter() -> str:
    filter_calls()
    return "no sockets, programs, processes, mounts, tracing"
