"""Separation of duties, read from duties.toml: which roles and which acts need two people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkwell.custody.permissions import NotAllowed


@dataclass(frozen=True)
class Duty:
    """Two roles, or two acts on one thing, that must not be the same person's."""

    kind: str
    first: str
    second: str
    why: str


@cache
def duties() -> tuple[Duty, ...]:
    """Every rule in duties.toml."""
    text = (files("linkwell.custody.organisations") / "duties.toml").read_text("utf-8")
    return tuple(Duty(**rule) for rule in tomllib.loads(text)["rule"])


def check_roles(roles: Iterable[str]) -> None:
    """Raise NotAllowed if one person would hold two roles that must be apart."""
    held = set(roles)
    for duty in duties():
        if duty.kind == "roles" and {duty.first, duty.second} <= held:
            raise NotAllowed(
                f"One person cannot be both {duty.first} and {duty.second}.",
                why=duty.why,
                fix="Give the second role to somebody else.",
            )


def check_acts(*, act: str, by: str, done: Iterable[tuple[str, str]]) -> None:
    """Raise NotAllowed if `by` already did, to the same thing, an act that must be another person's.

    Args:
        act: what is about to be done.
        by: the sign-in name of the person about to do it.
        done: (act, sign-in name) of what was done before.
    """
    before = set(done)
    for duty in duties():
        if duty.kind == "acts" and duty.second == act and (duty.first, by) in before:
            raise NotAllowed(
                "The same person cannot do both steps.",
                why=duty.why,
                fix="Ask a colleague with the right role to do this step.",
            )
