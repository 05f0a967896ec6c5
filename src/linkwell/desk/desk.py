"""The running desk: its folder, its door, its one job, and what it has in memory of the files chosen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any

from linkwell.checking.cover import Starts
from linkwell.checking.objections import FILE as OBJECTIONS
from linkwell.checking.staying import files_that_decide
from linkwell.checking.verdict import Verdict
from linkwell.desk import choices as kept
from linkwell.desk.choices import Choices
from linkwell.desk.door import Door
from linkwell.desk.jobs import Jobs
from linkwell.desk.workspace import Workspace
from linkwell.errors import LinkwellError
from linkwell.primer import Answers, load_answers
from linkwell.reading.table import Table
from linkwell.specification.file import load, save
from linkwell.specification.model import Specification


@dataclass
class Desk:
    """Everything one running desk knows.

    Attributes:
        origin: the hosts it answers to, "127.0.0.1:PORT" first.
        browsing: the folder shown on the page that chooses files.
        notices: what was just done, shown once on the next page.
        password: of the database; never on disk.
        database_tried: the address typed last, without a password, to try again with.
        database_names: its tables and views; empty until it was looked into.
        database_rows: what was read of it last; never on disk.
        just_objected: what the last objection added to the list, to take it back with; never on disk.
        objected_unseen: whether no row of the files in memory has the number that was noted: mistyped?
    """

    workspace: Workspace
    origins: tuple[str, ...] = ("127.0.0.1:8350", "localhost:8350")
    door: Door = field(default_factory=Door)
    jobs: Jobs = field(default_factory=Jobs)
    browsing: Path = field(default_factory=Path.home)
    notices: list[str] = field(default_factory=list)
    close: Any = None
    password: str = field(default="", repr=False)
    database_tried: str = ""
    database_names: tuple[str, ...] = ()
    database_rows: list[Table] | None = field(default=None, repr=False)
    _lock: RLock = field(default_factory=RLock, repr=False)
    _read: tuple[str, list[Table]] = field(default=("", []), repr=False)
    _verdict: tuple[str, Verdict | None] = field(default=("", None), repr=False)
    _starts: tuple[str, tuple[Starts, ...]] = field(default=("", ()), repr=False)
    just_objected: tuple[str, ...] = field(default=(), repr=False)
    objected_unseen: bool = False

    @property
    def choices(self) -> Choices:
        """What was chosen so far."""
        return kept.load(self.workspace.choices)

    def choose(self, **changed: Any) -> Choices:
        """Change some choices and keep them."""
        with self._lock:
            new = replace(self.choices, **changed)
            kept.save(self.workspace.choices, new)
            return new

    @property
    def answers(self) -> Answers:
        """The answers to the primer's questions so far.

        Raises:
            WrongUse: the file was changed by hand and cannot be read.
        """
        path = self.workspace.answers
        return load_answers(path) if path.exists() else Answers()

    @property
    def answers_if_readable(self) -> tuple[Answers, LinkwellError | None]:
        """The answers, or none and why: for steps that only take a name or a sentence from them."""
        try:
            return self.answers, None
        except LinkwellError as problem:
            return Answers(), problem

    @property
    def organisation(self) -> str:
        """The organisation's name, wherever it was given first."""
        spec = self.specification_or_none()
        return (spec.organisation if spec else "") or self.answers_if_readable[0].organisation

    @property
    def files_fingerprint(self) -> str:
        """Changes whenever a chosen file does, or what was read of the database."""
        return self._fingerprint(self.choices.paths())

    @property
    def checking_fingerprint(self) -> str:
        """Changes whenever a chosen file does, or who objected, or who has been told."""
        files = self.choices.paths()
        decide = files_that_decide(self.workspace.specification)
        return self._fingerprint((*files, *decide)) if self.choices.sources() else ""

    def _fingerprint(self, files: Sequence[Path]) -> str:
        chosen, of_files = self.choices, kept.fingerprint_of(files)
        if not chosen.database:
            return of_files
        of_rows = "\n".join((of_files, chosen.database, *chosen.queries, chosen.rows_read))
        return hashlib.sha384(of_rows.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def specification(self) -> Specification:
        """The specification.

        Raises:
            WrongUse: there is none, or it was changed by hand and does not hold together.
        """
        return load(self.workspace.specification)

    def specification_or_none(self) -> Specification | None:
        """The specification, or None where there is none that can be read."""
        try:
            return self.specification()
        except LinkwellError:
            return None

    def described(self) -> dict[str, Any]:
        """How each column was understood when the files were described; {} before."""
        return _json(self.workspace.described)

    def check_report(self) -> dict[str, Any]:
        """The last check's findings and counts; {} before the first."""
        return _json(self.workspace.checked / "check-report.json")

    @property
    def check_is_fresh(self) -> bool:
        """Whether the last check was of these very files under this very specification."""
        spec = self.specification_or_none()
        checked = self.choices.checked
        return bool(
            spec
            and checked[0]
            and checked == (self.checking_fingerprint, spec.digest)
            and self.check_report()
        )

    def tables(self) -> list[Table] | None:
        """What was read of the chosen files, if they have not changed since."""
        with self._lock:
            return self._read[1] if self._read[0] and self._read[0] == self.files_fingerprint else None

    def remember(self, fingerprint: str, tables: list[Table]) -> None:
        """Keep what was read in memory; never on disk."""
        with self._lock:
            self._read, self._verdict = (fingerprint, tables), ("", None)

    def verdict(self, spec: Specification) -> Verdict | None:
        """The verdict in memory, if it is of these files, this specification, and who stays out now."""
        with self._lock:
            known, found = self._verdict
            same = found is not None and found.specification_digest == spec.digest
            return found if same and known == self.checking_fingerprint else None

    def last_verdict(self) -> Verdict | None:
        """The verdict in memory, if it is of these files, whoever stays out since: to look somebody up in."""
        with self._lock:
            return self._verdict[1] if self.tables() is not None else None

    def remember_verdict(self, fingerprint: str, verdict: Verdict) -> None:
        """Keep the verdict in memory; `fingerprint` is `checking_fingerprint` when the check began."""
        with self._lock:
            self._verdict = (fingerprint, verdict)

    def starts(self, spec: Specification) -> tuple[Starts, ...] | None:
        """The start dates of everybody, whoever was told, if they are in memory and nothing changed since."""
        with self._lock:
            known, found = self._starts
            return found if known and known == self._of_everybody(spec) else None

    def remember_starts(self, spec: Specification, found: tuple[Starts, ...]) -> None:
        """Keep them in memory; they decide nothing but a count."""
        with self._lock:
            self._starts = (self._of_everybody(spec), found)

    def _of_everybody(self, spec: Specification) -> str:
        objections = kept.fingerprint_of([self.workspace.secrets / OBJECTIONS])
        return f"{self.files_fingerprint} {objections} {spec.digest}" if self.choices.sources() else ""

    def forget_people(self) -> None:
        """Put everything read out of the files out of memory."""
        with self._lock:
            self._read, self._verdict, self._starts = ("", []), ("", None), ("", ())
            self.just_objected, self.database_rows = (), None

    def keep_earlier(self, words: str) -> None:
        """Keep the specification as it is now, to come back to with `undo`."""
        if not self.workspace.specification.exists():
            return
        folder = self.workspace.earlier
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max((int(path.stem) for path in folder.glob("[0-9]*.toml")), default=0) + 1
        data = self.workspace.specification.read_bytes()
        (folder / f"{number}.toml").write_bytes(data)
        (folder / f"{number}.txt").write_text(words, "utf-8")

    def change(self, spec: Specification, words: str) -> None:
        """Keep the old version, then save the new one; a version that does not hold together is not saved.

        Raises:
            WrongUse: it does not hold together.
        """
        before = self.workspace.specification.read_bytes()
        self.keep_earlier(words)
        try:
            save(spec, self.workspace.specification)
        except LinkwellError:
            self.undo()
            self.workspace.specification.write_bytes(before)
            raise

    def last_change(self) -> str:
        """What `undo` would take back, in words; "" when there is nothing."""
        number = self._newest_earlier()
        path = self.workspace.earlier / f"{number}.txt"
        return path.read_text("utf-8") if number and path.exists() else ""

    def undo(self) -> str:
        """Take the last change to the specification back; returns what it was, "" when there was none."""
        words, number = self.last_change(), self._newest_earlier()
        if number:
            (self.workspace.earlier / f"{number}.toml").replace(self.workspace.specification)
            (self.workspace.earlier / f"{number}.txt").unlink(missing_ok=True)
        return words

    def _newest_earlier(self) -> int:
        return max((int(path.stem) for path in self.workspace.earlier.glob("[0-9]*.toml")), default=0)

    def tell(self, words: str) -> None:
        """Say this on the next page."""
        self.notices.append(words)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
