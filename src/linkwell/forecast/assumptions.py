"""The numbers and sentences the forecast rests on, read from the files a person can edit."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def assumptions() -> dict[str, Any]:
    """`assumptions.toml` as it is."""
    return _load("assumptions.toml")


@cache
def words() -> dict[str, Any]:
    """`words.toml` as it is."""
    return _load("words.toml")


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("linkwell.forecast").joinpath(name).read_text("utf-8"))
