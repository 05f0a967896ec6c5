"""Every way from one zone to another, as a table: what crosses, from where, to where, and who may.

`python -m linkwell.vault.crossings` prints docs/crossings.md.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from importlib import resources

from linkwell.vault.zones import ZoneName

PLACES = frozenset(zone.value for zone in ZoneName) | {"provider", "outside"}


@dataclass(frozen=True)
class Crossing:
    """One named function that moves something between zones; see `crossings.toml`."""

    function: str
    what: str
    origin: str
    to: tuple[str, ...]
    who: str


def crossings() -> tuple[Crossing, ...]:
    """The table, in the order of the road.

    Raises:
        ValueError: a row is not complete, or names a place that is no zone.
    """
    text = resources.files("linkwell.vault").joinpath("crossings.toml").read_text("utf-8")
    return tuple(_crossing(row) for row in tomllib.loads(text)["crossing"])


def as_markdown(rows: tuple[Crossing, ...]) -> str:
    """The page in docs/."""
    lines = [
        "# What crosses between zones",
        "",
        "Each zone is a separate store with its own readers. These functions are the only ways across.",
        "Made from `src/linkwell/vault/crossings.toml` by `python -m linkwell.vault.crossings`: do not edit.",
        "",
        "| From | To | What crosses | Who may | Function |",
        "|---|---|---|---|---|",
        *(
            f"| {row.origin} | {', '.join(row.to)} | {row.what} | {row.who} | `{row.function}` |"
            for row in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _crossing(row: dict[str, object]) -> Crossing:
    if set(row) != {"function", "what", "from", "to", "who"}:
        raise ValueError(f"a crossing needs function, what, from, to and who: {row.get('function')}")
    to = row["to"]
    assert isinstance(to, list)
    made = Crossing(str(row["function"]), str(row["what"]), str(row["from"]), tuple(to), str(row["who"]))
    if not {made.origin, *made.to} <= PLACES or not made.to or "|" in made.what + made.who:
        raise ValueError(f"a crossing names a place that is no zone: {made.function}")
    return made


if __name__ == "__main__":
    sys.stdout.write(as_markdown(crossings()))
