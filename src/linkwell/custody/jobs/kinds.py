"""The table of jobs there are: which functions do, publish and give up each kind, and on which queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from linkwell.custody.jobs.models import Job
from linkwell.errors import LinkwellError

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Kind:
    """One kind of job, in three functions of one module.

    `work(job, tick) -> result` runs outside any transaction and may be run again after a death;
    `finish(job, result)` publishes in one short transaction; `give_up(job, error)` undoes the action's state.
    A job that says nothing for `quiet_minutes` is taken to hang, and its worker is ended and started anew.
    """

    module: str
    name: str
    queue: str
    quiet_minutes: int = 30

    def _part(self, part: str) -> Any:
        return getattr(import_module(self.module), f"{part}_{self.name}")

    def work(self, job: Job, tick: Tick) -> Any:
        """Do the long part."""
        return self._part("work")(job, tick)

    def finish(self, job: Job, result: Any) -> None:
        """Publish the result; the caller holds the transaction."""
        self._part("finish")(job, result)

    def give_up(self, job: Job, error: LinkwellError) -> None:
        """Leave the thing as it was before; the caller holds the transaction."""
        self._part("give_up")(job, error)


QUICK, HEAVY, LAB = "quick", "heavy", "lab"
QUEUES = (QUICK, HEAVY, LAB)
"""What researchers ask has a queue and a worker of its own, so that it delays no delivery."""

KINDS: dict[str, Kind] = {
    "supply.accept": Kind("linkwell.custody.supplies.jobs", "accept", QUICK),
    "supply.link": Kind("linkwell.custody.linkage.jobs", "link", HEAVY),
    "supply.link again": Kind("linkwell.custody.linkage.jobs", "link_again", HEAVY),
    "refresh.load": Kind("linkwell.custody.refreshes.jobs", "load", HEAVY),
    "output.analyse": Kind("linkwell.custody.outputs.jobs", "analyse", HEAVY),
    "output.release": Kind("linkwell.custody.outputs.jobs", "release", HEAVY),
    "agreement.destroy": Kind("linkwell.custody.retention.jobs", "destroy", QUICK),
    "removal.destroy": Kind("linkwell.custody.removals.jobs", "destroy", HEAVY),
    "lab.build": Kind("linkwell.custody.labs.jobs", "build", HEAVY),
    "lab.run": Kind("linkwell.custody.labs.jobs", "run", LAB),
    "notices.mail": Kind("linkwell.custody.mail.jobs", "mail", QUICK),
}
