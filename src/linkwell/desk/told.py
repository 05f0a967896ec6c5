"""Who has been told: the notices file beside the specification, changed one statement or basis at a time, and
what it comes to in the specification's words.
"""

from __future__ import annotations

from dataclasses import replace

from linkwell.checking.cover import CoverCount, cover_in_words
from linkwell.checking.notices import (
    Basis,
    NoticeCover,
    Statement,
    load_notices,
    render_notices,
    save_notices,
)
from linkwell.desk.desk import Desk
from linkwell.specification.file import save
from linkwell.specification.model import Specification
from linkwell.standards.clock import today
from linkwell.vault.zones import write_whole

_NOTHING = NoticeCover(())
TOPIC = "told"
"""Of the write-up in the specification that the portal shows as the answer about who was told."""


def cover_of(desk: Desk) -> NoticeCover:
    """What is said so far; nothing where there is no file.

    Raises:
        WrongUse: the file was changed by hand and cannot be read.
    """
    path = desk.workspace.notices
    return load_notices(path) if path.exists() else _NOTHING


def change(desk: Desk, cover: NoticeCover) -> None:
    """Keep the new cover, and the one before it to undo with."""
    path, before = desk.workspace.notices, desk.workspace.notices_before
    write_whole(before, path.read_bytes() if path.exists() else render_notices(_NOTHING).encode())
    save_notices(cover, path)


def may_undo(desk: Desk) -> bool:
    """Whether there is a change to take back."""
    return desk.workspace.notices_before.exists()


def undo(desk: Desk) -> None:
    """Take the last change back."""
    before = desk.workspace.notices_before
    if not before.exists():
        return
    if "[[" in before.read_text("utf-8"):
        before.replace(desk.workspace.notices)
    else:
        desk.workspace.notices.unlink(missing_ok=True)
        before.unlink()


def with_statement(cover: NoticeCover, statement: Statement, *, at: int | None = None) -> NoticeCover:
    """The cover with one more statement, or with the one at `at` replaced; oldest first."""
    others = [each for number, each in enumerate(cover.statements) if number != at]
    return replace(cover, statements=tuple(sorted((*others, statement), key=lambda each: each.shown_from)))


def with_basis(cover: NoticeCover, basis: Basis, *, at: int | None = None) -> NoticeCover:
    """The cover with one more basis, or with the one at `at` replaced; oldest first."""
    others = [each for number, each in enumerate(cover.bases) if number != at]
    return replace(cover, bases=tuple(sorted((*others, basis), key=lambda each: each.started_from)))


def without(cover: NoticeCover, kind: str, at: int) -> NoticeCover:
    """The cover without one statement or basis."""
    statements, bases = list(cover.statements), list(cover.bases)
    listed = statements if kind == "statement" else bases
    if at < len(listed):
        del listed[at]
    return NoticeCover(tuple(statements), tuple(bases))


def is_written(spec: Specification, count: CoverCount, cover: NoticeCover) -> bool:
    """Whether the specification says what was counted, on whichever day."""
    said = dict(spec.notes).get(TOPIC, "")
    return said.partition(": ")[2] == cover_in_words(count, cover, today()).partition(": ")[2]


def write(desk: Desk, spec: Specification, count: CoverCount) -> None:
    """Put what was counted into the specification: numbers and statements, nobody's name."""
    notes = {**dict(spec.notes), TOPIC: cover_in_words(count, cover_of(desk), today())}
    save(replace(spec, notes=tuple(notes.items())), desk.workspace.specification)
