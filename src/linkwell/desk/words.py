"""Where sentences of the library speak of commands, the desk names its pages. The list is `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _replacements() -> tuple[tuple[str, str], ...]:
    data = tomllib.loads((files("linkwell.desk") / "words.toml").read_text("utf-8"))
    return tuple((entry["said"], entry["here"]) for entry in data["sentence"])


def at_the_desk(sentence: str) -> str:
    """The sentence as the desk says it."""
    for said, here in _replacements():
        sentence = sentence.replace(said, here)
    return sentence
