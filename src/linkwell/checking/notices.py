"""Notice cover: which privacy statement people were shown, by date, and who nobody has told yet.

Notice and a purpose are the law here, not consent. A person without cover takes a recorded basis (told later,
how and when; or an exception the assessment accepted), or stays out, and the number left out is kept.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from linkwell.errors import TryAgain, WrongUse
from linkwell.vault.zones import write_whole

OPEN_END = date(9999, 12, 31)
KINDS = ("told_later", "exception")


@dataclass(frozen=True)
class Statement:
    """One version of a privacy statement, shown to people who started from one day to another.

    Attributes:
        names_stats_nz: whether it says that Stats NZ receives details for the IDI; only then does it cover.
        channel: where people saw it (the sign-up form, a poster, a letter).
    """

    version: str
    shown_from: date
    shown_to: date
    names_stats_nz: bool
    channel: str


@dataclass(frozen=True)
class Basis:
    """What stands in for a statement for people who started between two days; `how` says it in words."""

    kind: str
    started_from: date
    started_to: date
    how: str
    recorded: date


@dataclass(frozen=True)
class NoticeCover:
    """All versions and bases."""

    statements: tuple[Statement, ...]
    bases: tuple[Basis, ...] = ()

    def covered(self, starts: Iterable[str]) -> bool:
        """Whether a person with these start dates (ISO, "" for none) was told or has a basis.

        One covered start is enough: whoever was told once has been told. A person without any start date was
        told only if every statement ever shown names Stats NZ.
        """
        days = _days(starts)
        return self.told(days) or self.has_basis(days)

    def told(self, days: Sequence[date]) -> bool:
        """Whether a person who started on these days saw a statement that names Stats NZ."""
        if not days:
            return bool(self.statements) and all(each.names_stats_nz for each in self.statements)
        return any(
            each.names_stats_nz and each.shown_from <= day <= each.shown_to
            for each in self.statements
            for day in days
        )

    def has_basis(self, days: Sequence[date]) -> bool:
        """Whether something else stands in for a statement on one of these days."""
        return any(each.started_from <= day <= each.started_to for each in self.bases for day in days)


def _days(starts: Iterable[str]) -> list[date]:
    return [date.fromisoformat(start) for start in starts if start]


def load_notices(path: Path) -> NoticeCover:
    """Read a notices file: [[statement]] and [[basis]] sections.

    Raises:
        WrongUse: missing, not TOML, or a section is not whole.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise WrongUse("There is no such notices file.", where=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise WrongUse("The notices file cannot be read.", where=path.name, fix=_EXAMPLE) from None
    if strangers := sorted(set(data) - {"statement", "basis"}):
        raise WrongUse(f"There is no section called {strangers[0]}.", where=path.name, fix=_EXAMPLE)
    statements = tuple(_statement(each, path.name) for each in data.get("statement", []))
    bases = tuple(_basis(each, path.name) for each in data.get("basis", []))
    if not statements and not bases:
        raise WrongUse("The notices file names no statement and no basis.", where=path.name, fix=_EXAMPLE)
    return NoticeCover(statements, bases)


def save_notices(cover: NoticeCover, path: Path) -> None:
    """Write a notices file that `load_notices` reads; where nothing is said any more the file goes.

    Raises:
        TryAgain: the disk would not take it.
    """
    try:
        if cover.statements or cover.bases:
            write_whole(path, render_notices(cover).encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise TryAgain(f"The notices file cannot be saved ({error.strerror}).", where=path.name,
                       fix="Make room on the disk, then try again.") from None  # fmt: skip


def render_notices(cover: NoticeCover) -> str:
    """The TOML text of a notices file."""
    lines = ["# Which privacy statement people were shown, from when, and what stands in for one."]
    for statement in cover.statements:
        lines += ["", "[[statement]]", f"version = {_quoted(statement.version)}"]
        lines.append(f"shown_from = {statement.shown_from.isoformat()}")
        if statement.shown_to != OPEN_END:
            lines.append(f"shown_to = {statement.shown_to.isoformat()}")
        lines.append(f"names_stats_nz = {'true' if statement.names_stats_nz else 'false'}")
        lines.append(f"channel = {_quoted(statement.channel)}")
    for basis in cover.bases:
        lines += ["", "[[basis]]", f"kind = {_quoted(basis.kind)}"]
        lines.append(f"started_from = {basis.started_from.isoformat()}")
        lines.append(f"started_to = {basis.started_to.isoformat()}")
        lines += [f"how = {_quoted(basis.how)}", f"recorded = {basis.recorded.isoformat()}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, except DEL, which TOML wants escaped too
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_EXAMPLE = """Write it like this:
[[statement]]
version = "3"
shown_from = 2024-07-01
names_stats_nz = true
channel = "sign-up form"
[[basis]]
kind = "told_later"
started_from = 2020-01-01
started_to = 2024-06-30
how = "letter of 1 August 2026 to everybody with an address"
recorded = 2026-08-01"""


def _statement(data: dict[str, Any], where: str) -> Statement:
    return Statement(
        version=_text(data, "version", where),
        shown_from=_day(data, "shown_from", where),
        shown_to=_day(data, "shown_to", where) if "shown_to" in data else OPEN_END,
        names_stats_nz=data.get("names_stats_nz") is True,
        channel=_text(data, "channel", where),
    )


def _basis(data: dict[str, Any], where: str) -> Basis:
    kind = _text(data, "kind", where)
    if kind not in KINDS:
        raise WrongUse(f"A basis is one of: {', '.join(KINDS)}.", where=where, fix=_EXAMPLE)
    first, last = _day(data, "started_from", where), _day(data, "started_to", where)
    return Basis(kind, first, last, _text(data, "how", where), _day(data, "recorded", where))


def _text(data: dict[str, Any], name: str, where: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WrongUse(f"A section says no {name}.", where=where, fix=_EXAMPLE)
    return value


def _day(data: dict[str, Any], name: str, where: str) -> date:
    value = data.get(name)
    if type(value) is not date:
        raise WrongUse(f"{name} must be a day such as 2024-07-01, without quotes.", where=where, fix=_EXAMPLE)
    return value
