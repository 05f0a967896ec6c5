"""What a provider is told about what it sent: rounded groups, why it matters, and the fix; never a person."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def words() -> dict[str, dict[str, str]]:
    """`feedback.toml`."""
    return tomllib.loads((files("linkwell.custody.refreshes") / "feedback.toml").read_text("utf-8"))


def rounded(*counted: Mapping[str, int]) -> dict[str, int]:
    """Numbers of people as the provider may read them; what concerns fewer than ten is left out."""
    from linkwell.integration.telling import roughly  # the web process has no use for it

    both = {name: count for counts in counted for name, count in counts.items()}
    return {name: roughly(both[name]) for name in words() if roughly(both.get(name, 0))}


def told(about: Mapping[str, int]) -> list[dict[str, str]]:
    """Sentences for `rounded` numbers, the most people first: what, why, fix, and where it can be mended."""
    ordered = sorted(about.items(), key=lambda each: -each[1])
    return [
        {**words()[name], "what": words()[name]["what"].format(about=f"About {count:,} people")}
        for name, count in ordered
        if name in words()
    ]
