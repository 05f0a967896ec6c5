"""The objection list: people who said no, as keyed hashes that mean nothing to anybody else.

Only their count is ever reported. The list stays on the provider's computer; a person can be taken off again.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from linkwell.documents.blocks import Block, Box, Bullets, Document, Heading, Text, ToFill
from linkwell.errors import WrongUse
from linkwell.specification.content import folded
from linkwell.standards.clock import in_words
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import write_whole

FILE, SECRET = "objections.txt", "objections.secret"
_HEAD = "# People who object, a line each, as keyed hashes. Only this computer can match them.\n"


@dataclass(frozen=True)
class Objections:
    """The list and the secret its hashes are made with; `people` is how many are on it."""

    hashes: frozenset[str]
    secret: bytes
    people: int = 0

    def holds(self, person: Mapping[str, str]) -> bool:
        """Whether a person in exchange form is on the list, under any of their hashes."""
        return any(hashed in self.hashes for hashed in hashes_of(person, self.secret))


def hashes_of(person: Mapping[str, str], secret: bytes) -> tuple[str, ...]:
    """Every keyed hash a person is known under, so that a second record of them is matched too."""
    name = [folded(person.get(part, "")).replace(" ", "") for part in ("first_name", "last_name")]
    ways = [("client_key", person.get("client_key", "").strip())]
    ways += [(each, person.get(each, "")) for each in ("nhi", "ird", "msd", "nsn")]
    born = person.get("date_of_birth", "")
    ways.append(("name", "|".join((*name, born)) if born and all(name) else ""))
    return tuple(_hash(secret, kind, value) for kind, value in ways if value)


def _hash(secret: bytes, kind: str, value: str) -> str:
    message = f"objection\0{kind}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, hashlib.sha384).hex()


def load_objections(workspace: Path, *, demo_seed: int | None = None) -> Objections:
    """The list of a workspace; empty where there is none yet.

    Raises:
        WrongUse: the list has been damaged; nothing may leave until it is whole.
    """
    groups = _read(workspace)
    if not groups:
        return Objections(frozenset(), b"")
    if demo_seed is None and not (workspace / SECRET).exists():
        raise WrongUse(
            "The secret of the objection list is gone, so nobody on it can be recognised.",
            where=SECRET,
            why="Somebody who said no might be sent.",
            fix="Bring back the file from your copy of the workspace, or note the objections again.",
        )
    secret = keep_secret(workspace / SECRET, demo_seed=demo_seed)
    return Objections(frozenset().union(*groups), secret, len(groups))


def _read(workspace: Path) -> list[frozenset[str]]:
    """The hashes of each person on the list: one line, one person."""
    path = workspace / FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    groups = [frozenset(line.split()) for line in lines if line.strip() and not line.startswith("#")]
    if any(len(each) != 96 or set(each) - set("0123456789abcdef") for group in groups for each in group):
        raise WrongUse(
            "The objection list is damaged.",
            where=path.name,
            why="Somebody who said no might be sent.",
            fix="Bring back the last good copy of the file.",
        )
    return groups


def add_objection(workspace: Path, person: Mapping[str, str], *, demo_seed: int | None = None) -> Objections:
    """Put a person on the list (again does nothing); the list is written whole.

    Args:
        person: any of client_key, nhi, ird, msd, nsn, or first_name, last_name and date_of_birth.

    Raises:
        WrongUse: nothing is said that the person could be known by.
    """
    load_objections(workspace, demo_seed=demo_seed)  # a list whose secret is gone is not added to
    secret = keep_secret(workspace / SECRET, demo_seed=demo_seed)
    if not (more := hashes_of(person, secret)):
        raise _nobody_named()
    known = _read(workspace)
    same = [group for group in known if group & set(more)]
    _write(workspace, [*(group for group in known if group not in same), frozenset(more).union(*same)])
    return load_objections(workspace, demo_seed=demo_seed)


def remove_objection(workspace: Path, person: Mapping[str, str], *, demo_seed: int | None = None) -> bool:
    """Take somebody who changed their mind off the list, under every name; whether they were on it.

    Raises:
        WrongUse: nothing is said that the person could be known by, or the list is damaged.
    """
    if not any(person.values()):
        raise _nobody_named()
    known = load_objections(workspace, demo_seed=demo_seed)
    if not known.hashes:
        return False
    names = set(hashes_of(person, known.secret))
    groups = _read(workspace)
    left = [group for group in groups if not group & names]
    if len(left) != len(groups):
        _write(workspace, left)
    return len(left) != len(groups)


def take_back(workspace: Path, hashes: Iterable[str]) -> bool:
    """Take these very hashes off the list again, as an undo does; whether any was on it."""
    gone, groups = set(hashes), _read(workspace)
    left = [group - gone for group in groups]
    if left != groups:
        _write(workspace, [group for group in left if group])
    return left != groups


def _write(workspace: Path, groups: Iterable[frozenset[str]]) -> None:
    lines = sorted(" ".join(sorted(group)) for group in groups)
    write_whole(workspace / FILE, (_HEAD + "".join(f"{each}\n" for each in lines)).encode())


def _nobody_named() -> WrongUse:
    return WrongUse(
        "It is not said who objects.",
        fix="Give the client number, or first name, last name and birth date.",
    )


def objection_slip(organisation: str, day: date, *, sent_before: bool) -> Document:
    """A slip for the person: what was done, and what cannot be undone. It names nobody."""
    words = _words()
    when = in_words(day)
    blocks: list[Block] = [
        Box(words["opening"]),
        Heading(words["done_title"]),
        Bullets(tuple(line.format(day=when) for line in words["done"])),
    ]
    if sent_before:
        blocks += [Heading(words["cannot_title"]), Text(words["cannot"])]
    blocks += [Heading(words["then_title"]), Text(words["then"]), ToFill(words["office"])]
    return Document(words["title"], tuple(blocks), lead=organisation, footer=organisation)


def _words() -> dict[str, Any]:
    text = resources.files("linkwell.checking").joinpath("objection_slip.toml").read_text("utf-8")
    return tomllib.loads(text)
