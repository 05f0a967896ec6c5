"""The rules in force, read from dated data: every number says where it comes from and since when."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from linkwell.confidentiality.request import Ints
from linkwell.errors import WrongUse
from linkwell.ledger import digest

NOT_NUMBERS = ("name", "title", "method", "bands", "sources", "digest")


@dataclass(frozen=True)
class Profile:
    """One set of rules; `profiles/<name>.toml` says the meaning and source of each.

    Attributes:
        bands: (from, base): counts from `from` upwards are rounded to `base`.
        sources: per number, "source (date)".
        digest: hex SHA-384 of the rules' names, values, sources and dates.
    """

    name: str
    title: str
    method: str
    bands: tuple[tuple[int, int], ...]
    people_threshold: int
    entity_threshold: int
    magnitude_released_count: int
    magnitude_contributors: int
    magnitude_figures: int
    noise_low_percent: int
    noise_high_percent: int
    dominance_p_percent: int
    effect_treated_released: int
    effect_comparison_effective: int
    effect_figures: int
    guard_distance: int
    carry_tolerance: int
    hidden_distance: int
    bound_people: int
    bound_width: int
    sources: dict[str, str]
    digest: str

    def bases(self, counts: Ints) -> Ints:
        """The rounding base of each count, shape as `counts`."""
        starts, bases = (np.array(column, dtype=np.int64) for column in zip(*self.bands, strict=True))
        found: Ints = bases[np.searchsorted(starts, counts, side="right") - 1]
        return found

    def tolerances(self, counts: Ints) -> Ints:
        """How far a carried-forward number may lie from today's count: 3, or the base if larger."""
        return np.maximum(self.bases(counts), self.carry_tolerance)

    @property
    def base_words(self) -> str:
        """The base in words: "3", or "3 (under 19), ..." where it grows with the count."""
        if len(self.bands) == 1:
            return str(self.bands[0][1])
        return ", ".join(f"{base} from {start}" for start, base in self.bands)

    @property
    def largest_error(self) -> str:
        """The most a fresh number can differ from the true one, in words."""
        return str(self.bands[0][1] - 1) if len(self.bands) == 1 else "less than its rounding base"


@cache
def load_profile(name: str) -> Profile:
    """Read `profiles/<name>.toml`.

    Raises:
        WrongUse: there is no such profile, or one of its numbers has no source or date.
    """
    folder = resources.files("linkwell.confidentiality") / "profiles"
    known = sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )
    if name not in known:
        raise WrongUse("There is no such set of rules.", where=name, fix=f"Known: {', '.join(known)}")
    return parse_profile((folder / f"{name}.toml").read_text("utf-8"))


def parse_profile(text: str) -> Profile:
    """Read a profile from its TOML text; see `load_profile`."""
    rules = tomllib.loads(text)
    numbers = {f.name: rules[f.name] for f in fields(Profile) if f.name not in NOT_NUMBERS}
    sources = {name: _sourced(name, rule) for name, rule in numbers.items()}
    sources |= {f"base from {band['from']}": _sourced("bands", band) for band in rules["bands"]}
    bands = tuple((int(band["from"]), int(band["base"])) for band in rules["bands"])
    if bands != tuple(sorted(bands)) or bands[0][0] != 0:
        raise WrongUse("Rounding bands must rise from 0.", where=rules["name"])
    values: dict[str, Any] = {name: int(rule["value"]) for name, rule in numbers.items()}
    words: dict[str, Any] = {name: str(rules[name]) for name in ("name", "title", "method")}
    whole = words | values | {"bands": bands, "sources": sources}
    rest: dict[str, Any] = {"bands": bands, "sources": sources, "digest": digest(whole)}
    return Profile(**words, **values, **rest)


def _sourced(name: str, rule: dict[str, Any]) -> str:
    if not rule.get("source") or not rule.get("date"):
        raise WrongUse("A rule without source or date is only an opinion.", where=name)
    return f"{rule['source']} ({rule['date']})"
