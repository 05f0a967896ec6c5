"""A project's workspace: what was written, kept; the tables themselves are made again in every session.

So a workspace holds no data about anyone, moves to the next refresh by itself, and what a table is can always
be read. A statement is tried on the twin, and what is told of it is what happened there: on the real data it
runs only when something is counted, and what that gives leaves through the release desk alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.lab.refusals import LabRefused
from linkwell.lab.session import Session
from linkwell.ledger.chain import utc_text
from linkwell.vault.zones import write_whole

MOST_STATEMENTS = 1000


@dataclass(frozen=True)
class Entry:
    """One statement that made or dropped a table.

    Attributes:
        number: from 1. at: when, UTC. by: account name. kind: "make" or "drop". name: of the table.
        text: as written. uses: tables it reads. columns: names and types, as on the twin.
        batch: of a table a batch script made, the name of the file that holds it (`derived`).
    """

    number: int
    at: str
    by: str
    kind: str
    name: str
    text: str
    uses: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    batch: str = ""


def make_again(session: Session, entries: Iterable[Entry]) -> None:
    """Make tables in a session: statements are run, what batches made is fetched.

    Raises:
        LabRefused: one could not be made.
    """
    for entry in entries:
        if entry.batch:
            session.load(entry.name, entry.batch)
        else:
            session.run(entry.text)


@dataclass(frozen=True)
class Workspace:
    """The history of one project, in one file.

    Attributes:
        path: `workspace.json` in the project's own zone.
    """

    path: Path

    def history(self) -> list[Entry]:
        """Every statement, oldest first."""
        if not self.path.exists():
            return []
        stored = json.loads(self.path.read_text("utf-8"))
        return [
            Entry(
                **each | {"uses": tuple(each["uses"]), "columns": tuple((n, k) for n, k in each["columns"])}
            )
            for each in stored
        ]

    def tables(self) -> dict[str, Entry]:
        """The tables there are now, by name."""
        found: dict[str, Entry] = {}
        for entry in self.history():
            found.pop(entry.name, None)
            if entry.kind == "make":
                found[entry.name] = entry
        return found

    def needed(self, names: Iterable[str]) -> list[Entry]:
        """The statements that make these tables, in the order they are to be run.

        A table that another was made from is taken as it stood then.

        Raises:
            WrongUse: there is no such table.
        """
        return self._needed(names, self.history(), must=True)

    def before(self, entry: Entry) -> list[Entry]:
        """The statements that make what a batch's script reads, as it stood when it was brought in."""
        return self._needed(entry.uses, self.history()[: entry.number - 1], must=False)

    def _needed(self, names: Iterable[str], history: list[Entry], *, must: bool) -> list[Entry]:
        wanted: dict[int, Entry] = {}

        def want(name: str, before: int, *, must: bool) -> None:
            made = next((e for e in reversed(history[:before]) if e.name == name), None)
            if made is None or made.kind == "drop":
                if must:
                    raise WrongUse("There is no table of this name in the workspace.", where=name)
                return
            if made.number not in wanted:
                wanted[made.number] = made
                for each in made.uses:
                    want(each, made.number - 1, must=False)

        for name in names:
            want(name.lower(), len(history), must=must)
        return [wanted[number] for number in sorted(wanted)]

    def replay(self, session: Session, names: Iterable[str]) -> None:
        """Make these tables again in a session.

        Raises:
            LabRefused: one could not be made.
        """
        make_again(session, self.needed(names))

    def write(self, text: str, twin: Session, *, by: str) -> dict[str, Any]:
        """Try a statement on the twin, and keep it if it makes or drops a table.

        Args:
            twin: a fresh session on the twin, where rows may be looked at.

        Returns:
            what the twin answered (`engine.Engine.run`); rows are the twin's.

        Raises:
            LabRefused: the twin did not take it; nothing is kept.
        """
        self.replay(twin, self.tables())
        answer = twin.run(text)
        if answer["kind"] != "look":
            self._keep(answer, text, by)
        return answer

    def _keep(self, answer: dict[str, Any], text: str, by: str) -> None:
        history = self.history()
        if len(history) >= MOST_STATEMENTS:
            raise LabRefused("size")
        entry = Entry(
            number=len(history) + 1, at=utc_text(datetime.now(UTC)), by=by, kind=answer["kind"],
            name=answer["name"], text=text, uses=tuple(answer["uses"]),
            columns=tuple((name, kind) for name, kind in answer["columns"]),
        )  # fmt: skip
        self.put((*history, entry))

    def put(self, history: Iterable[Entry]) -> None:
        """Write the whole history, for who keeps it elsewhere as well."""
        stored = json.dumps([asdict(each) for each in history], ensure_ascii=False, indent=1)
        write_whole(self.path, stored.encode())
