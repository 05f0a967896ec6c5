"""Districts a report can speak of: small ones are told together with others of their region or of several.

What is merged follows from how many people live where and from the plan alone, never from who is reached, so
that it tells nothing about anybody the organisation works with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.people import Bools, Floats, Ints, People, eligible_at
from linkwell.insights.protocol import Protocol
from linkwell.insights.reach import ALWAYS, Merged, Profile, Reach, wording
from linkwell.standards.lists import pairs

DIMENSION = "area"
FEWEST = 20
"""People expected to be eligible in an area that stands alone (impact.md §5)."""


@dataclass(frozen=True, eq=False, repr=False)
class Areas:
    """The areas of a report: labels, per area which of `People.areas` it holds, and what was merged."""

    labels: tuple[str, ...]
    places: tuple[Ints, ...]
    merged: tuple[Merged, ...]


def profile_areas(people: People, reach: Reach, protocol: Protocol) -> tuple[Profile, Areas] | None:
    """The three groups by district, small ones merged; None where the project holds no districts.

    As with regions, people reached who live elsewhere or nobody knows where are counted too, so that the rows
    add up to everyone.
    """
    if not people.areas:
        return None
    areas = merge(people, reach.own, _expected(people, reach, protocol))
    words = wording()["region"]
    levels = (*areas.labels, str(words["other"]), str(words["unknown"]))
    level = _levels(people, areas)
    groups = [_rows(people, units) for units in (reach.reached, reach.could, reach.community)]
    here = people.resident & people.alive(reach.reference_month) & np.isin(people.region, reach.own)
    seen = np.bincount(level[groups[-1]], minlength=len(levels)) > 0
    seen[-ALWAYS:] = True  # a row that came only with somebody in it would tell that somebody is
    used = np.flatnonzero(seen)
    place = np.searchsorted(used, np.arange(len(levels)))
    cells, units = [], []
    for number, group in enumerate(groups):
        rows = np.flatnonzero(group if number == 0 else group & here)
        rows = rows[np.argsort(level[rows], kind="stable")]
        cells.append(number * len(used) + place[level[rows]])
        units.append(people.uid[rows])
    labels = tuple(levels[n] for n in used.tolist())
    return Profile(DIMENSION, labels, np.concatenate(cells), np.concatenate(units)), areas


def _levels(people: People, areas: Areas) -> NDArray[np.int16]:
    """Per person the place of their area among the areas, then "other regions", then "not known"."""
    lookup = np.full(len(people.areas) + 1, len(areas.labels), dtype=np.int16)
    for number, place in enumerate(areas.places):
        lookup[place + 1] = number
    lookup[0] = len(areas.labels) + 1
    return lookup[people.area + 1]


def _rows(people: People, units: Ints) -> Bools:
    found = np.zeros(len(people.uid), dtype=np.bool_)
    found[people.places(units)] = True
    return found


def _expected(people: People, reach: Reach, protocol: Protocol) -> Floats:
    """How many eligible people to expect in each of `People.areas`, shape (areas,).

    By the people of the plan's ages who live there and the share of eligible among all of these ages in all
    regions told about, so that an area's own number of eligible people decides nothing either.
    """
    of_age = eligible_at(people, protocol, reach.reference_month)
    living = np.bincount(people.area[of_age] + 1, minlength=len(people.areas) + 1)[1:]
    return np.asarray(living * reach.eligible_share, dtype=np.float64)


def merge(people: People, own: Ints, expected: Floats) -> Areas:
    """Merge areas in which few eligible people are expected: within their region, else with other regions.

    Args:
        own: regions told about, as indexes into `people.regions`. expected: of `expected_eligible`.
    """
    words = wording()[DIMENSION]
    labels, places, merged, left = [], [], [], []
    for region in own.tolist():
        here = [n for n, (code, _) in enumerate(people.areas) if code == people.regions[region]]
        alone, rest = _parted(here, expected)
        for area in alone:
            labels.append(_name(people, area, own))
            places.append(np.array([area]))
        if not rest:
            continue
        if not alone and expected[rest].sum() < FEWEST:
            left += rest
            continue
        labels.append(_of_region(people.regions[region], words["rest" if alone else "whole"]))
        places.append(np.array(rest))
        merged.append(Merged(labels[-1], tuple(_name(people, area, own) for area in rest)))
    if left:
        labels.append(words["small"])
        places.append(np.array(left))
        merged.append(Merged(labels[-1], tuple(_name(people, area, own) for area in left)))
    return Areas(tuple(labels), tuple(places), tuple(one for one in merged if len(one.names) > 1))


def _parted(here: Sequence[int], expected: Floats) -> tuple[list[int], list[int]]:
    """Areas of one region that stand alone, and those told together; the smallest joins these while they are
    too few."""
    order = sorted(here, key=lambda area: (-expected[area], area))
    alone = [area for area in order if expected[area] >= FEWEST]
    rest = order[len(alone) :]
    while alone and rest and expected[rest].sum() < FEWEST:
        rest.insert(0, alone.pop())
    return sorted(alone), sorted(rest)


def _name(people: People, area: int, own: Ints) -> str:
    """The district's name; with its region where only part of it lies there."""
    region, code = people.areas[area]
    names = _districts()
    name = names.get(code, f"District {code}") if code else str(wording()[DIMENSION]["unknown"])
    told = {people.regions[n] for n in own.tolist()}
    parts = [one for one, other in people.areas if other == code and one in told]
    if code and len(parts) == 1:
        return name
    return str(wording()[DIMENSION]["part"]).format(area=name, region=_region(region))


def _of_region(code: str, text: str) -> str:
    return text.format(region=_region(code))


def _region(code: str) -> str:
    return str(wording()["region"]["labels"].get(code, f"Region {code}"))


def _districts() -> Mapping[str, str]:
    return pairs("territorial_authorities", "code", "label")
