"""Whether the lab's locks hold on this machine: tried once in every process that serves, told to the pages.

The web process tries nothing and opens no data; it reads what was found since the machine was started.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkwell.custody.home import current_home
from linkwell.errors import RefusedByRule
from linkwell.vault.zones import Home, ZoneName, write_whole

if TYPE_CHECKING:
    from linkwell.lab.selftest import SelfTest
    from linkwell.lab.serving import Lab

MOMENTS = 5.0
"""An answer about real data is let out at a multiple of these seconds after its work began, so that how long
it took says little."""

_served: dict[str, Lab] = {}
_serving = threading.Lock()
"""Two sessions of one process share its nest."""


@dataclass(frozen=True)
class Locks:
    """What the newest self-test found: on which machine, since which start of it, and what got out."""

    machine: str
    got_out: tuple[str, ...]
    layers: dict[str, str]


def machine() -> str:
    """This machine since it was started: its kernel and the name of its start."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{os.uname().release} {boot.read_text().strip() if boot.exists() else ''}".strip()


def queue_folder(home: Home) -> Path:
    """Where the tickets of sessions lie: outside every project."""
    return home.zone(ZoneName.PORTAL).folder("lab") / "queue"


def _record(home: Home) -> Path:
    return home.zone(ZoneName.PORTAL).folder("lab") / "self-test.json"


def keep(found: SelfTest) -> None:
    """Write down what a self-test found, for the pages."""
    out = tuple(each.what for each in found.tried if not each.held)
    told = Locks(machine(), out, dict(found.layers))
    write_whole(_record(current_home()), json.dumps(asdict(told), indent=1).encode())


def found() -> Locks | None:
    """What was found on this machine since it was started; None if nothing was tried yet."""
    path = _record(current_home())
    if not path.exists():
        return None
    stored = json.loads(path.read_text("utf-8"))
    told = Locks(**stored | {"got_out": tuple(stored["got_out"])})
    return told if told.machine == machine() else None


def refuse_open_locks() -> None:
    """Raise RefusedByRule unless the self-test held on this machine."""
    told = found()
    if told is None:
        raise RefusedByRule(
            "The lab is closed: its locks have not been tried since this machine was started.",
            why="It opens only where the ways out were tried first.",
            fix="The lab's worker tries them when it starts; tell whoever runs this system if it stays so.",
        )
    if told.got_out:
        raise RefusedByRule(
            "The lab is closed: a try of its locks got out.",
            why="Whoever writes a statement could do the same.",
            fix="Tell whoever runs this system: linkwell lab self-test says which.",
        )


def served() -> Lab:
    """The lab of this process; its locks are tried the first time, every time they did not hold, and after
    its nest has ended.

    Raises:
        RefusedByRule: something got out.
    """
    from linkwell.lab.limits import Limits
    from linkwell.lab.nest import Nest
    from linkwell.lab.selftest import self_test
    from linkwell.lab.serving import Lab

    home = current_home()
    name = str(home.path)
    with _serving:
        if name in _served and _served[name].nest.ended:
            _served.pop(name).close()
        if name not in _served:
            limits = Limits()
            tried = self_test(limits)
            keep(tried)
            tried.refuse()
            _served[name] = Lab(Nest(), queue_folder(home), limits, tried, MOMENTS)
        return _served[name]


def let_go() -> None:
    """End this process's nest; the next session tries the locks and starts anew."""
    with _serving:
        while _served:
            _served.popitem()[1].close()
