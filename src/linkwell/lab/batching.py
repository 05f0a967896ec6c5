"""A project's batches in a served lab: a script is rehearsed on the twin, then run on the real rows.

Of the real rows nothing is told but that the time given is over: not how long it took, not whether it went
well. What it made is counted, or cannot be, like any table of the workspace.
"""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from linkwell.lab import derived
from linkwell.lab.batches import Script, Shapes, run
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.refusals import LabRefused
from linkwell.lab.serving import Lab, ProjectLab
from linkwell.lab.session import Session
from linkwell.lab.turns import Told, turn
from linkwell.lab.workspace import Entry, make_again

REHEARSAL_SECONDS = 60.0
_DIGITS = 40


@dataclass(frozen=True)
class Rehearsed:
    """A script that ran clean on the twin.

    Attributes:
        batch: what it is kept as: its text, the statements behind what it reads, and the twin, in one digest.
        shapes: table -> names and kinds of its columns. seconds: of all its runs. mebibytes: the most of one.
    """

    batch: str
    shapes: Shapes
    seconds: int
    mebibytes: int


def rehearse(lab: Lab, project: ProjectLab, script: Script, *, told: Told | None = None) -> Rehearsed:
    """Run a script on the twin; what it made there is kept, for what is written on it.

    Raises:
        LabRefused: it did not run clean. TryAgain: a session of this project is open already.
    """
    workspace = project.workspace
    before = workspace.needed([name for name in script.reads if name in workspace.tables()])
    batch = _digest(project, script, before)
    with _alone(lab, project, told) as nest:
        started = time.monotonic()
        tables, mebibytes = _on_twin(project, nest, script, before, batch, lab.limits)
        seconds = round(time.monotonic() - started)
    return Rehearsed(batch, {each.name: each.shape for each in tables}, seconds, mebibytes)


def run_on_real(
    lab: Lab, project: ProjectLab, script: Script, entry: Entry, shapes: Shapes, *, minutes: int,
    told: Told | None = None,
) -> bool:  # fmt: skip
    """Run a rehearsed script on the real rows of a project's database; whether it made what it should.

    That is for whoever governs, who counts how often it did not; nobody else is told. It is over when the
    minutes are, never before. Of a database with another twin it is rehearsed on that first.

    Args:
        entry: of the workspace, of any table it makes. shapes: what it made on the twin.

    Raises:
        LabRefused: it did not run clean on the new twin. TryAgain: a session of this project is open already.
    """
    before = project.workspace.before(entry)
    path = project.kept(twin=False) / entry.batch
    path.unlink(missing_ok=True)
    limits = replace(lab.limits, seconds=60.0 * minutes)
    with _alone(lab, project, told) as nest:
        if not (project.kept(twin=True) / entry.batch).exists():
            _on_twin(project, nest, script, before, entry.batch, lab.limits, shapes)
        ends = time.monotonic() + limits.seconds
        try:
            with _session(project, nest, limits, twin=False) as session:
                make_again(session, before)
                tables, _ = run(script, session, nest, limits, shapes=shapes, paced=bool(lab.moments))
            derived.keep(path, tables)
            well = True
        except LabRefused:
            well = False
    if lab.moments:
        time.sleep(max(0.0, ends - time.monotonic()))
    return well


def _on_twin(
    project: ProjectLab, nest: Nest, script: Script, before: Sequence[Entry], batch: str, limits: Limits,
    shapes: Shapes | None = None,
) -> tuple[list[derived.Derived], int]:  # fmt: skip
    """Run a script on the twin and keep what it made there, for what is written on it."""
    limits = replace(limits, seconds=REHEARSAL_SECONDS)
    with _session(project, nest, limits, twin=True) as session:
        make_again(session, before)
        tables, mebibytes = run(script, session, nest, limits, shapes=shapes)
    path = project.kept(twin=True) / batch
    derived.keep(path, tables)
    try:
        with _session(project, nest, limits, twin=True) as session:
            for each in tables:
                session.load(each.name, batch)  # a name the project has already is told here
    except LabRefused:
        path.unlink()
        raise
    return tables, mebibytes


def _session(project: ProjectLab, nest: Nest, limits: Limits, *, twin: bool) -> Session:
    database = project.twin if twin else project.database
    return Session(nest, database, project.folder / "work", limits, look=twin, kept=project.kept(twin=twin))


@contextmanager
def _alone(lab: Lab, project: ProjectLab, told: Told | None) -> Iterator[Nest]:
    """The project's turn, as the only batch under way: beside it sessions go on taking turns.

    Yields:
        a nest for scripts whose doors were tried.
    """
    lab.queue.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (lab.queue / "batch.lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with turn(lab.queue, project.code, told=told):
            yield lab.scripts.nest()


def _digest(project: ProjectLab, script: Script, before: Iterable[Entry]) -> str:
    parts = [script.text, *(entry.text for entry in before), project.twin.read_bytes().hex()]
    return hashlib.sha384("\0".join(parts).encode()).hexdigest()[:_DIGITS]
