"""Who is reached, who could be, and the community they live in, as memberships the release desk can count."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import numpy as np

from linkwell.insights.people import (
    ETHNIC_GROUPS,
    Bools,
    Clients,
    Ints,
    People,
    eligible_at,
    first_of,
    meeting,
    month_number,
)
from linkwell.insights.protocol import Protocol

REACHED, COULD, COMMUNITY = "Reached", "Could be reached", "Community"
GROUPS = (REACHED, COULD, COMMUNITY)
ALWAYS = 2
"""Rows at the end of a table of places ("Other regions", "Not known") that are there whoever is in them."""


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """One dimension: per group and level, the project ids.

    Attributes:
        dimension: code ("age"). levels: labels in the order of the report.
        cells: index into group × level, per membership. units: the project id, per membership.
    """

    dimension: str
    levels: tuple[str, ...]
    cells: Ints
    units: Ints

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """(group, level) of every cell, in cell order."""
        return tuple((group, level) for group in GROUPS for level in self.levels)


@dataclass(frozen=True)
class Merged:
    """Areas that are told together. `names`: of the districts, in the order of their codes."""

    label: str
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Reach:
    """Cohorts and their profiles, internal. `reached` are those found in the data.

    `own`: regions told about, as indexes into `People.regions`. `eligible_share`: of the people of the plan's
    ages who live there, how many meet its conditions (whether reached or not).
    `families`: households of the three groups; None when the data hold none.
    `named`: people reached who have a household number of the organisation's own, and one of each household.
    `merged`: areas told together: what they are called, and the districts.
    """

    reached: Ints
    could: Ints
    community: Ints
    profiles: tuple[Profile, ...]
    reference_month: int
    own: Ints
    eligible_share: float
    families: Profile | None = None
    named: tuple[Ints, Ints] | None = None
    merged: tuple[Merged, ...] = ()


@cache
def wording() -> Mapping[str, Any]:
    """`levels.toml`: what the levels of each dimension are called."""
    return tomllib.loads(resources.files("linkwell.insights").joinpath("levels.toml").read_text("utf-8"))


def profile_reach(
    connection: duckdb.DuckDBPyConnection,
    people: People,
    clients: Clients,
    protocol: Protocol,
    reference: int,
) -> Reach:
    """Build the three groups at the reference month.

    Reached: clients found on the spine, by the reference month. Could be reached: those, and everyone who
        meets the protocol's eligibility between the year before the first start and the reference month.
        Community: residents alive then, in the same regions.
    """
    reached = np.zeros(len(people.uid), dtype=bool)
    reached[people.places(clients.linked)] = True
    here = people.resident & people.alive(reference)
    own = np.arange(len(people.regions))
    if protocol.eligible.own_regions and reached.any():
        own = own_regions(people, reached)
    here &= np.isin(people.region, own)
    could = eligible_at(people, protocol, reference) & here
    of_age = int(could.sum())
    if protocol.eligible.any_of:
        meets = np.zeros(len(people.uid), dtype=bool)
        first = int(clients.start_month.min(initial=reference))
        ids = meeting(connection, protocol.eligible.any_of, first_of(reference), first_of(first))
        meets[people.places(ids)] = True
        could &= meets
    share = float(could.sum()) / max(of_age, 1)
    groups = (reached, could | reached, here | reached)
    profiles = tuple(
        _profile(name, levels, members, people, groups, here | (reached & (name != "region")))
        for name, levels, members in _dimensions(people, reference, own)
    )
    reached_ids, could_ids, community_ids = (people.uid[group] for group in groups)
    return Reach(reached_ids, could_ids, community_ids, profiles, reference, own, share)


def own_regions(people: People, reached: Bools, least: float = 0.01, fewest: int = 6) -> Ints:
    """Where the initiative works: regions with one in a hundred of the people reached, and at least six."""
    counts = np.bincount(people.region[reached] + 1, minlength=len(people.regions) + 1)[1:]
    return np.flatnonzero(counts >= max(least * counts.sum(), float(fewest)))


def reference_month(protocol: Protocol, clients: Clients) -> int:
    """The month of the reach profile: the protocol's, or the one after the last known start."""
    if protocol.reference:
        year, month, *_ = protocol.reference.split("-")
        return int(year) * 12 + int(month) - 1
    return int(clients.start_month.max(initial=month_number(first_of(2020 * 12)))) + 1


def _dimensions(
    people: People, reference: int, own: Ints
) -> Iterator[tuple[str, tuple[str, ...], list[Bools]]]:
    """(dimension, level labels, per level who is in it); ethnicity counts a person in every group given."""
    words = wording()
    age = people.age(reference)
    edges = words["age"]["from"]
    bands = [(age >= low) & (age < high) for low, high in zip(edges, [*edges[1:], 200], strict=True)]
    yield "age", tuple(words["age"]["labels"]), bands
    gender = words["gender"]["labels"]
    yield "gender", tuple(gender.values()), [_coded(people.gender, code, gender) for code in gender]
    ethnicity = tuple(words["ethnicity"]["labels"])
    none = np.asarray(~people.ethnicity.any(axis=1), dtype=np.bool_)
    groups: list[Bools] = [people.ethnicity[:, n] for n in range(ETHNIC_GROUPS)]
    yield "ethnicity", (*ethnicity, words["ethnicity"]["unknown"]), [*groups, none]
    names = words["region"]["labels"]
    regions = tuple(names.get(people.regions[code], f"Region {people.regions[code]}") for code in own)
    living = [people.region == code for code in own]
    elsewhere = (people.region >= 0) & ~np.isin(people.region, own)
    yield (
        "region",
        (*regions, words["region"]["other"], words["region"]["unknown"]),
        [
            *living,
            elsewhere,
            people.region < 0,
        ],
    )
    fifths = [(people.nzdep > 2 * n) & (people.nzdep <= 2 * n + 2) for n in range(5)]
    yield (
        "deprivation",
        (*words["deprivation"]["labels"], words["deprivation"]["unknown"]),
        [
            *fifths,
            people.nzdep < 1,
        ],
    )


def _coded(values: Ints, code: str, labels: Mapping[str, str]) -> Bools:
    known = [int(other) for other in labels if other != "0"]
    found = ~np.isin(values, known) if code == "0" else values == int(code)
    return np.asarray(found, dtype=np.bool_)


def _profile(
    name: str,
    levels: tuple[str, ...],
    members: list[Bools],
    people: People,
    groups: tuple[Bools, ...],
    known: Bools,
) -> Profile:
    """Memberships of one dimension.

    `known`: of whom the wider groups can speak; elsewhere only those reached count, so that a region the
    initiative does not work in never looks fully reached.
    """
    # Levels nobody falls in would only be empty rows.
    # Who lives elsewhere can only be somebody reached: that row must not come and go with them.
    listed = ALWAYS if name == "region" else 0
    used = [
        place
        for place, member in enumerate(members)
        if place >= len(members) - listed or (member & groups[-1]).any()
    ]
    cells, units = [], []
    for number, group in enumerate(groups):
        for place, level in enumerate(used):
            rows = np.flatnonzero(members[level] & (group if number == 0 else group & known))
            cells.append(np.full(len(rows), number * len(used) + place, dtype=np.int64))
            units.append(people.uid[rows])
    return Profile(name, tuple(levels[place] for place in used), np.concatenate(cells), np.concatenate(units))
