"""A lab that is served: its self-test held, sessions wait their turn, and counts leave by the release desk.

Whoever governs who may work in which project (custody) opens one of these; nothing else starts a worker on
real data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from linkwell.confidentiality.audit import belongs_in_queue
from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.release import Release
from linkwell.confidentiality.request import ReleaseRequest
from linkwell.lab.count import Count, members_of, rehearse, request_for
from linkwell.lab.limits import Limits
from linkwell.lab.model import Model, fitting, model_request, rehearse_model
from linkwell.lab.nest import Nest
from linkwell.lab.refusals import LabRefused
from linkwell.lab.selftest import SelfTest, self_test
from linkwell.lab.session import Session
from linkwell.lab.trials import Scripts
from linkwell.lab.turns import Told, turn
from linkwell.lab.workspace import Workspace

TWIN_SHARE = 0.25
"""Of a turn's time, what the rehearsal on the twin may take: both together stay within one limit."""


@dataclass(frozen=True)
class ProjectLab:
    """What belongs to one project.

    Attributes:
        code: of the project, as its database, its index of people and the ledger know it.
        database: `projects/<code>/project.duckdb`. twin: made from its columns (`twin.make_twin`).
        folder: in the project's own zone: `workspace.json` and what a session spills.
    """

    code: str
    database: Path
    twin: Path
    folder: Path

    @property
    def workspace(self) -> Workspace:
        """What was written."""
        return Workspace(self.folder / "workspace.json")

    def kept(self, *, twin: bool) -> Path:
        """Where what batches made of the twin, or of the real rows, is kept; gone with the database."""
        found = self.folder / "batches" / ("twin" if twin else "real")
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found


class Start(Protocol):
    """Starts a worker; rows of the twin may be looked at, real ones only with `look`."""

    def __call__(self, twin: bool, *, look: bool = False) -> Session: ...


@dataclass(frozen=True)
class Lab:
    """Open one with `serve`.

    Attributes:
        found: what the self-test found, for the operator.
        moments: seconds; an answer about real data is let out at a multiple of these after it was asked, so
            that how long it took says little. 0 where nobody waits for it (a queued job).
    """

    nest: Nest
    queue: Path
    limits: Limits
    found: SelfTest
    moments: float = 0.0
    scripts: Scripts = field(default_factory=Scripts)

    def close(self) -> None:
        """End its nests, and with them every session."""
        self.nest.close()
        self.scripts.close()

    @contextmanager
    def session(self, project: ProjectLab, *, told: Told | None = None) -> Iterator[Start]:
        """Wait for the project's turn; yields what starts a worker, on the twin (True) or the real data
        (False).

        Raises:
            TryAgain: a session of this project is open already.
        """

        def start(twin: bool, *, look: bool = False) -> Session:
            share = TWIN_SHARE if twin else 1 - TWIN_SHARE
            limits = replace(self.limits, seconds=self.limits.seconds * share)
            database = project.twin if twin else project.database
            kept = project.kept(twin=twin)
            return Session(self.nest, database, project.folder / "work", limits, look=twin or look, kept=kept)

        with turn(self.queue, project.code, told=told):
            yield start

    def write(self, project: ProjectLab, text: str, *, by: str, told: Told | None = None) -> dict[str, Any]:
        """Try a statement on the twin and keep it (`Workspace.write`); no real row is read."""
        with self.session(project, told=told) as start, start(True) as twin:
            return project.workspace.write(text, twin, by=by)

    def look(self, project: ProjectLab, text: str, *, most: int) -> dict[str, Any]:
        """Rows of real people, for a screen in a registered facility; whoever governs asks whether it is one.

        Returns:
            {columns, uses, rows} as `engine.Engine.look`, or {refused: the refusal in words} of the twin's
            statement or of the real rows; either way it took a whole number of moments.
        """
        started = time.monotonic()
        try:
            with self.session(project) as start:
                with start(True) as twin:
                    own = project.workspace.tables()
                    project.workspace.replay(twin, own)
                    uses = twin.look(text, 0)["uses"]
                with start(False, look=True) as real:
                    project.workspace.replay(real, [name for name in uses if name in own])
                    return real.look(text, most)
        except LabRefused as refused:
            words = {"what": refused.what, "where": refused.where, "why": refused.why, "fix": refused.fix}
            return {"columns": [], "uses": [], "rows": [], "refused": words}
        finally:
            self._let_out(started)

    def ask(
        self, project: ProjectLab, asked: Count | Model, *, purpose: str, told: Told | None = None,
        failed: Callable[[], None] = lambda: None,
    ) -> ReleaseRequest:  # fmt: skip
        """What the release desk is asked for, made in one turn; `failed` as in `count`."""
        with self.session(project, told=told) as start:
            with start(True) as twin:
                prepare = rehearse_model if isinstance(asked, Model) else rehearse
                prepared = prepare(asked, project.workspace, twin)  # type: ignore[arg-type]
            with start(False) as real:
                members = members_of(prepared, project.workspace, real)
        if isinstance(asked, Model):
            members = fitting(asked, prepared, members)
        if not members.inside().made:
            failed()
        if isinstance(asked, Model):
            return model_request(asked, prepared, members, project=project.code, purpose=purpose)
        return request_for(prepared, members, project=project.code, purpose=purpose)

    def count(
        self, project: ProjectLab, asked: Count | Model, desk: ReleaseDesk, *, purpose: str, by: str,
        permission_single_provider: bool = False, told: Told | None = None,
        just_before: Callable[[], None] = lambda: None, failed: Callable[[], None] = lambda: None,
        registry_head: str = "",
    ) -> Release:  # fmt: skip
        """Count people in a table of the workspace, or have a regression on it fitted by the release desk;
        what comes back is released and in the ledger.

        Args:
            by: account name, for the ledger.
            just_before: asked between the session and the release; what it raises stops the release.
            failed: hears that the table could not be made of the real rows. Nobody is told, but it may hang
                on one person's row, so whoever governs counts how often it happens.
            registry_head: where the custodian's record stands; kept with the release.

        Raises:
            ReleaseRefused: it cannot be released, whatever the reason. RefusedByRule: about one provider
                without permission. LabRefused, WrongUse: the twin did not take it.
        """
        started = time.monotonic()
        try:
            request = self.ask(project, asked, purpose=purpose, told=told, failed=failed)
            just_before()
            return desk.release(
                request, permission_single_provider=permission_single_provider, actor=by,
                registry_head=registry_head,
            )  # fmt: skip
        finally:
            self._let_out(started)

    def _let_out(self, started: float) -> None:
        if self.moments:
            time.sleep(-(time.monotonic() - started) % self.moments)


def at_once(request: ReleaseRequest) -> bool:
    """Whether a request may be answered while somebody waits: told by its shape alone."""
    return not belongs_in_queue(request)


@contextmanager
def serve(queue: Path, limits: Limits | None = None, *, moments: float = 0.0) -> Iterator[Lab]:
    """Try the locks of this machine, and serve if they hold.

    Args:
        queue: a folder for the tickets, outside any project.

    Raises:
        RefusedByRule: the self-test got out.
    """
    asked = limits or Limits()
    found = self_test(asked)
    found.refuse()
    lab = Lab(Nest(), queue, asked, found, moments)
    try:
        yield lab
    finally:
        lab.close()
