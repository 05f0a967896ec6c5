"""Where sentences of the library speak of commands, the desk names its pages. The list is `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files("linkwell.desk") / "words.toml").read_text("utf-8"))


@cache
def _replacements() -> tuple[tuple[str, str], ...]:
    return tuple((entry["said"], entry["here"]) for entry in _words()["sentence"])


def setting(name: str) -> str:
    """What people call a setting of the specification; the name itself where nobody wrote any words."""
    return str(_words()["setting"].get(name, name))


def at_the_desk(sentence: str) -> str:
    """The sentence as the desk says it."""
    for said, here in _replacements():
        sentence = sentence.replace(said, here)
    return sentence
