"""A session as its parent sees it: one worker with one project's database, and what may be asked of it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Answer, Pipe
from linkwell.lab.refusals import LabRefused
from linkwell.lab.worker import first_order


@dataclass(frozen=True)
class Members:
    """Who is in which cell of a table of one's own, before anything is released.

    Attributes:
        units: project ids, shape (n,). codes: per column (n,) places in its labels, -1 for any other.
        amounts: per column of numbers (n,).
        made: False where the table could not be made of the real rows; then nobody is in it.
    """

    units: NDArray[np.int64]
    codes: tuple[NDArray[np.int32], ...]
    amounts: tuple[NDArray[np.float64], ...]
    made: bool = True


class Session(Pipe):
    """One worker with one project's database. Use in a `with` block: at its end the worker is gone.

    Attributes:
        layers: what locks the worker in, in words; a layer that is not there says so.
    """

    def __init__(
        self, nest: Nest, database: Path, work: Path, limits: Limits | None = None, *, look: bool = False,
        trial: bool = False, kept: Path | None = None,
    ) -> None:  # fmt: skip
        """Start.

        Args:
            work: a folder of the database's own zone; the session's private folder is made in it.
            look: a SELECT shows rows: a registered facility, or the twin.
            trial: the worker tries to get out, and does nothing else (`selftest`).
            kept: the folder of tables that batch scripts made of this database (`derived`).

        Raises:
            LabRefused: the worker could not open the database. TryAgain: no worker could be started.
        """
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=work, prefix="session-"))
        try:
            super().__init__(nest, limits or Limits())
            paths = database.resolve(), self._folder.resolve()
            read = [kept.resolve()] if kept is not None and kept.is_dir() else []
            answer, _ = self.order(first_order(*paths, self._limits, look=look, trial=trial, kept=read))
            self.layers: dict[str, str] = answer["layers"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def close(self) -> None:
        """End the worker and remove its folder; does nothing twice."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, text: str) -> dict[str, Any]:
        """Do one statement (`engine.Engine.run`).

        Raises:
            LabRefused: class and place.
        """
        return self._ask({"do": "run", "text": text})[0]

    def look(self, text: str, most: int) -> dict[str, Any]:
        """The first `most` rows of one SELECT (`engine.Engine.look`); only where rows may be looked at.

        Raises:
            LabRefused: class and place.
        """
        return self._ask({"do": "look", "text": text, "most": most})[0]

    def tables(self) -> dict[str, list[tuple[str, str]]]:
        """Every table with names and types of its columns."""
        found = self._ask({"do": "tables"})[0]["tables"]
        return {name: [(column, kind) for column, kind in columns] for name, columns in found.items()}

    def labels(self, table: str, column: str) -> tuple[str, ...]:
        """The texts a column of one's own table holds; only where rows may be looked at."""
        answer = self._ask({"do": "labels", "table": table, "column": column})[0]
        return tuple(str(label) for label in answer["labels"])

    def members(
        self, table: str, *, unit: str, by: Mapping[str, Sequence[str]], amounts: Sequence[str] = ()
    ) -> Members:  # fmt: skip
        """Who is in a table of one's own (`engine.Engine.members`)."""
        given = {name: list(labels) for name, labels in by.items()}
        order = {"do": "members", "table": table, "unit": unit, "by": given, "amounts": list(amounts)}
        units, *parts = self._ask(order)[1]
        codes = tuple(np.frombuffer(part, dtype=np.int32) for part in parts[: len(by)])
        numbers = tuple(np.frombuffer(part, dtype=np.float64) for part in parts[len(by) :])
        return Members(np.frombuffer(units, dtype=np.int64), codes, numbers)

    def probe(self, name: str, given: dict[str, Any]) -> bool:
        """Whether an attempt of the self-test got through.

        A worker that ended itself held, unless it was to become another program: then it did.
        """
        try:
            return bool(self._ask({"name": name, "given": given})[0]["through"])
        except LabRefused:
            return name == "program"

    def export(self, tables: Sequence[str], *, secret: int, of: int = 1, part: int = 0) -> Answer:
        """Tables of people, as a script is given them (`engine.Engine.export`)."""
        return self._ask({"do": "export", "tables": list(tables), "secret": secret, "of": of, "part": part})

    def load(self, table: str, batch: str) -> None:
        """Have a table that a batch script made, from the folder of those kept.

        Raises:
            LabRefused: it is not there.
        """
        self._ask({"do": "load", "table": table, "batch": batch})

    def _ask(self, order: dict[str, Any]) -> Answer:
        if len(str(order.get("text", ""))) > self._limits.statement_characters:
            raise LabRefused("length")
        return self.order(json.dumps(order).encode() + b"\n")
