"""The numbers sign-in keeps to, read from numbers.toml; Django's settings are made from them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Number:
    """One number: its value in `unit`, what it limits, and where it comes from."""

    value: int
    unit: str
    what: str
    source: str


@cache
def numbers() -> dict[str, Number]:
    """Every number by name."""
    text = (files("linkwell.custody.signin") / "numbers.toml").read_text("utf-8")
    return {name: Number(**facts) for name, facts in tomllib.loads(text).items()}


def number(name: str) -> int:
    """The value of one number."""
    return numbers()[name].value
