"""Separation of duties, read from duties.toml: which roles and which acts need two people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkwell.custody.permissions import NotAllowed


@dataclass(frozen=True)
class Duty:
    """Two roles, or two acts on one thing, that must not be the same person's.

    Attributes:
        apart_days: of roles: how long after one ended the same person does not get the other.
    """

    kind: str
    first: str
    second: str
    why: str
    apart_days: int = 0


@cache
def duties() -> tuple[Duty, ...]:
    """Every rule in duties.toml."""
    text = (files("linkwell.custody.organisations") / "duties.toml").read_text("utf-8")
    return tuple(Duty(**rule) for rule in tomllib.loads(text)["rule"])


def check_roles(roles: Iterable[str], *, ended: Mapping[str, int] | None = None) -> None:
    """Raise NotAllowed if one person would hold two roles that must be apart, or one soon after the other.

    Args:
        roles: every role the person would hold.
        ended: roles held before -> days since the last of them ended.
    """
    held, before = set(roles), ended or {}
    for duty in duties():
        if duty.kind != "roles":
            continue
        if {duty.first, duty.second} <= held:
            raise NotAllowed(
                f"One person cannot be both {duty.first} and {duty.second}.",
                why=duty.why,
                fix="Give the second role to somebody else.",
            )
        for now, then in ((duty.first, duty.second), (duty.second, duty.first)):
            if now in held and before.get(then, duty.apart_days) < duty.apart_days:
                raise NotAllowed(
                    f"Who was {then} less than {duty.apart_days} days ago cannot be {now} yet.",
                    why=duty.why,
                    fix=f"Give the role to somebody else, or in {duty.apart_days - before[then]} days.",
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
