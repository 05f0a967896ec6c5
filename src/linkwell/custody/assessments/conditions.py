"""The conditions an assessor can set, read from conditions.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Condition:
    """One condition in plain words, and the control that keeps it, or who does."""

    code: str
    words: str
    control: str
    kept_by: str = ""


@cache
def conditions() -> dict[str, Condition]:
    """Every condition by its code."""
    text = (files("linkwell.custody.assessments") / "conditions.toml").read_text("utf-8")
    return {each["code"]: Condition(**each) for each in tomllib.loads(text)["condition"]}


def words_of(codes: Iterable[str]) -> list[str]:
    """The plain words of these conditions."""
    return [conditions()[code].words for code in codes]
