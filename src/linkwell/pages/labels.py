"""The plain words of labels.toml, for templates and views."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def labels() -> dict[str, dict[str, str]]:
    """Every group of labels."""
    return tomllib.loads((files("linkwell.pages") / "labels.toml").read_text("utf-8"))


def label(group: str, key: str) -> str:
    """The plain words for a technical word; the word itself if nobody wrote any."""
    return labels().get(group, {}).get(str(key), str(key))
