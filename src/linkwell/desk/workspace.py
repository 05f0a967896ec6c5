"""The desk's folder on this computer: where everything it keeps lies, and nothing outside it is written.

`secrets` has the name the commands use beside a specification, so that desk and commands share one key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from linkwell.checking.staying import NOTICES
from linkwell.errors import TryAgain, WrongUse

DEFAULT_FOLDER = "Linkwell"
_MARK = "This folder is kept by Linkwell.txt"
_MARK_TEXT = (
    "Linkwell keeps its work here: your answers, the data specification, checks, sealed files and receipts.\n"
    "linkwell-workspace holds your keys: keep it, and keep it private.\n"
    "files, checked and handover may hold personal details: the desk's page of copies deletes them for you.\n"
)


@dataclass(frozen=True)
class Workspace:
    """Every place inside one desk folder."""

    path: Path

    @property
    def answers(self) -> Path:
        return self.path / "answers.toml"

    @property
    def specification(self) -> Path:
        return self.path / "specification.toml"

    @property
    def drafted(self) -> Path:
        """The specification as it was first drafted, to put a left-out column back from."""
        return self.path / "desk" / "drafted.toml"

    @property
    def described(self) -> Path:
        """How each column was understood (JSON; headings only)."""
        return self.path / "desk" / "described.json"

    @property
    def earlier(self) -> Path:
        """Earlier versions of the specification, to undo with."""
        return self.path / "desk" / "earlier"

    @property
    def choices(self) -> Path:
        return self.path / "desk" / "choices.json"

    @property
    def drafts(self) -> Path:
        """What was typed into a form and not saved yet; never a form about one person."""
        return self.path / "desk" / "drafts.json"

    @property
    def notices(self) -> Path:
        """Which privacy statement was shown from when; where the commands expect it."""
        return self.path / NOTICES

    @property
    def notices_before(self) -> Path:
        """The notices file before its last change, to undo with."""
        return self.path / "desk" / "notices-before.toml"

    @property
    def last_delivery(self) -> Path:
        """Counts of the last delivery (JSON), to see what moved since."""
        return self.path / "desk" / "last-delivery.json"

    @property
    def given(self) -> Path:
        """A specification that came back edited, until it is kept or thrown away."""
        return self.path / "desk" / "given"

    @property
    def statement(self) -> Path:
        """The privacy statement that was looked at last."""
        return self.path / "desk" / "statement.txt"

    @property
    def running(self) -> Path:
        """Where a running desk says how to reach it; only its owner can read it."""
        return self.path / "desk" / "running.json"

    @property
    def log(self) -> Path:
        return self.path / "desk" / "faults.log"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def papers(self) -> Path:
        """Drafts made from the answers: nothing about any person."""
        return self.path / "papers"

    @property
    def checked(self) -> Path:
        return self.path / "checked"

    @property
    def handover(self) -> Path:
        return self.path / "handover"

    @property
    def sealed(self) -> Path:
        return self.path / "sealed"

    @property
    def receipts(self) -> Path:
        return self.path / "receipts"

    @property
    def custodian(self) -> Path:
        """The custodian's public keys, as given."""
        return self.path / "desk" / "custodian-keys.json"

    @property
    def secrets(self) -> Path:
        return self.path / "linkwell-workspace"


def open_workspace(path: Path) -> Workspace:
    """Make or open the desk's folder, readable by its owner only.

    Raises:
        WrongUse: a file lies there, or the folder holds other things.
        TryAgain: it cannot be made.
    """
    workspace = Workspace(path.expanduser().absolute())
    try:
        if path.exists() and not path.is_dir():
            raise WrongUse("A file lies where the desk's folder should be.", where=str(path),
                           fix="Name another folder with --workspace.")  # fmt: skip
        if path.is_dir() and any(path.iterdir()) and not (path / _MARK).exists():
            raise WrongUse(
                "This folder holds other things, so the desk does not use it.",
                where=str(path),
                why="The desk offers to delete what is in its folder, and must not delete anything of yours.",
                fix="Name a new folder with --workspace; the desk makes it.",
            )
        workspace.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            workspace.path.chmod(0o700)
        (workspace.path / "desk").mkdir(mode=0o700, exist_ok=True)
        (workspace.path / _MARK).write_text(_MARK_TEXT, "utf-8")
    except OSError as error:
        raise TryAgain(f"The desk's folder cannot be made ({error.strerror}).", where=str(path),
                       fix="Choose another place with --workspace.") from None  # fmt: skip
    return workspace
