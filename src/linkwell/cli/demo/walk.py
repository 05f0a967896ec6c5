"""What a walk of the road and one stage of it are."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Walk:
    """One walk of the road: its folder, its sizes, and what each ended stage printed."""

    home: Path
    people: int
    participants: int
    interactions: int
    seed: int
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    address: str = ""

    @property
    def world(self) -> Path:
        return self.home / "synthetic"

    @property
    def provider(self) -> Path:
        return self.home / "provider"

    @property
    def files(self) -> list[str]:
        names = ("participants.xlsx", "interactions.csv")
        return [str(path) for path in (self.provider / name for name in names) if path.exists()]

    @property
    def specification(self) -> str:
        return str(self.provider / "specification.toml")


Command = Callable[[Walk], list[str]]


def _nothing(walk: Walk) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


def _as_it_is(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    return result


def _no_environment(walk: Walk) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Stage:
    """One command of the road.

    Attributes:
        command: its arguments. say: one line about its result.
        around: something that must run beside it (the portal while sending).
        after: what to keep of the result. environment: variables the command reads (passwords, tokens).
    """

    name: str
    title: str
    command: Command
    say: Callable[[Walk], str]
    around: Callable[[Walk], AbstractContextManager[None]] = _nothing
    after: Callable[[Walk, dict[str, Any]], dict[str, Any]] = _as_it_is
    environment: Callable[[Walk], dict[str, str]] = _no_environment
