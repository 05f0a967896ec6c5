"""The rules in force, read from dated data: every number says where it comes from and since when."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from linkwell.confidentiality.request import Condition, Ints
from linkwell.errors import WrongUse
from linkwell.ledger import digest

NOT_NUMBERS = ("name", "title", "method", "bands", "entity_kinds", "sources", "digest")
RAISED = (
    "people_threshold", "entity_threshold", "event_threshold", "magnitude_released_count",
    "magnitude_contributors", "magnitude_unlike", "dominance_p_percent", "effect_treated_released",
    "effect_comparison_effective", "weight_effective", "quantile_tail", "model_support", "density_people",
    "bound_width", "survey_weighted_least",
)  # fmt: skip
"""Rules a dataset or an agreement may make stricter: the larger number wins."""
LOWERED = ("dominance_share_percent", "model_leverage_percent")
"""Rules that are stricter when smaller."""


@dataclass(frozen=True)
class Profile:
    """One set of rules; `profiles/<name>.toml` says the meaning and source of each.

    Attributes:
        bands: (from, base): counts from `from` upwards are rounded to `base`.
        entity_kinds: (kind of organisation, how many must stand behind a number); others: `entity_threshold`.
        sources: per number, "source (date)".
        digest: hex SHA-384 of the rules' names, values, sources and dates.
    """

    name: str
    title: str
    method: str
    bands: tuple[tuple[int, int], ...]
    people_threshold: int
    entity_threshold: int
    entity_kinds: tuple[tuple[str, int], ...]
    event_threshold: int
    magnitude_released_count: int
    magnitude_contributors: int
    magnitude_unlike: int
    magnitude_figures: int
    noise_low_percent: int
    noise_high_percent: int
    dominance_p_percent: int
    dominance_largest: int
    dominance_share_percent: int
    effect_treated_released: int
    effect_comparison_effective: int
    effect_figures: int
    difference_decimals: int
    weight_effective: int
    survey_weighted_least: int
    survey_weighted_base: int
    quantile_tail: int
    quantile_step_percent: int
    quantile_figures: int
    model_support: int
    model_leverage_percent: int
    model_freedom: int
    model_fit_percent: int
    model_figures: int
    density_people: int
    density_cut_percent: int
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

    def entities(self, kind: str) -> int:
        """How many organisations of this kind must stand behind a number."""
        return max(self.entity_threshold, dict(self.entity_kinds).get(kind, 0))

    def stricter(self, conditions: Sequence[Condition]) -> Profile:
        """These rules with every condition of a contributing dataset or agreement that is stricter.

        Raises:
            WrongUse: a condition names no rule that can be made stricter, or has no source.
        """
        changed: dict[str, Any] = {}
        sources = dict(self.sources)
        for condition in conditions:
            if condition.rule not in (*RAISED, *LOWERED) or not condition.source.strip():
                raise WrongUse(
                    "A condition names a rule that can be made stricter, and says where it comes from.",
                    where=condition.rule,
                    fix=f"Rules: {', '.join((*RAISED, *LOWERED))}",
                )
            own = int(changed.get(condition.rule, getattr(self, condition.rule)))
            strict = (min if condition.rule in LOWERED else max)(own, condition.value)
            if strict != own:
                changed[condition.rule] = strict
                sources[condition.rule] = condition.source
        if not changed:
            return self
        made = digest({"rules": self.digest, **changed, "sources": sources})
        return replace(self, **changed, sources=sources, digest=made)

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
    kinds = tuple((str(kind["kind"]), int(kind["value"])) for kind in rules["entity_kinds"])
    sources |= {
        f"organisations: {kind['kind']}": _sourced("entity_kinds", kind) for kind in rules["entity_kinds"]
    }
    bands = tuple((int(band["from"]), int(band["base"])) for band in rules["bands"])
    if bands != tuple(sorted(bands)) or bands[0][0] != 0:
        raise WrongUse("Rounding bands must rise from 0.", where=rules["name"])
    values: dict[str, Any] = {name: int(rule["value"]) for name, rule in numbers.items()}
    words: dict[str, Any] = {name: str(rules[name]) for name in ("name", "title", "method")}
    whole = words | values | {"bands": bands, "entity_kinds": kinds, "sources": sources}
    rest: dict[str, Any] = {
        "bands": bands, "entity_kinds": kinds, "sources": sources, "digest": digest(whole),
    }  # fmt: skip
    return Profile(**words, **values, **rest)


def _sourced(name: str, rule: dict[str, Any]) -> str:
    if not rule.get("source") or not rule.get("date"):
        raise WrongUse("A rule without source or date is only an opinion.", where=name)
    return f"{rule['source']} ({rule['date']})"
