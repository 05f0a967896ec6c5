"""One long step at a time, in a thread of its own, with how far it is for the page that waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from linkwell.errors import LinkwellError, TryAgain, from_system

Tick = Callable[[int, int], None]
log = logging.getLogger("linkwell.desk")


@dataclass
class Job:
    """One run of one step.

    Attributes:
        name: what it does, for people ("Checking your files").
        begins: the address it was started from; then: the address to go to when it is done.
        said: the words of its present part.
    """

    name: str
    begins: str
    then: str
    said: str = ""
    done: int = 0
    total: int = 0
    problem: LinkwellError | None = None
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it came."""
        return self._ended.wait(seconds)

    def part(self, words: str) -> Tick:
        """Begin a part of the work; the returned function says how far it is."""
        self.said, self.done, self.total = words, 0, 0

        def tick(done: int, total: int) -> None:
            self.done, self.total = done, total

        return tick


class Jobs:
    """The job that runs now, or the last one that ran."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.current: Job | None = None

    @property
    def busy(self) -> bool:
        return self.current is not None and not self.current.ended

    def start(self, name: str, work: Callable[[Job], None], *, begins: str, then: str) -> Job:
        """Start `work` in a thread.

        Raises:
            TryAgain: another step is still running.
        """
        with self._lock:
            if self.current is not None and not self.current.ended:
                if self.current.name == name:
                    return self.current  # pressed twice: once is enough
                raise TryAgain(
                    f"The desk is still busy: {self.current.name.lower()}.",
                    why="One step at a time, so that no step works on half of another.",
                    fix="Wait until it is done, then try again.",
                )
            self.current = job = Job(name, begins, then)
        threading.Thread(target=_run, args=(job, work), name="linkwell-job", daemon=True).start()
        return job

    def forget(self) -> None:
        """Put a finished job away."""
        with self._lock:
            if self.current is not None and self.current.ended:
                self.current = None


def _run(job: Job, work: Callable[[Job], None]) -> None:
    try:
        work(job)
    except LinkwellError as problem:
        job.problem = problem
    except OSError as error:
        job.problem = from_system(error)
    except Exception as error:  # noqa: BLE001  a thread's last resort: the page must say something
        job.problem = unexpected(error)
    finally:
        job._ended.set()


def unexpected(error: BaseException) -> LinkwellError:
    """Words for a fault of ours; only its kind and place are logged: its text may hold somebody's values."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = frame.tb_frame.f_globals.get("__name__", "?") if frame else "?"
    place = f"{type(error).__name__} at {where}:{frame.tb_lineno if frame else 0}"
    log.error("%s", place)
    return LinkwellError(
        "Something broke inside Linkwell. That is our fault, not yours.",
        why="Nothing was sent, and your own files are as they were.",
        fix=f"Try once more. If it happens again, report these words, which hold nothing personal: {place}.",
    )
