"""Families beside people: how many households have somebody who is reached, could be, or lives there.

A household is the people at one address. It is counted by one of them, its eldest, so that the release desk
guards it like a person; two people of one household are two people reached and one household.

An organisation may also supply numbers of its own for who is served together. They speak of its own people
only, arrive keyed, and are told beside the addresses, each with its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linkwell.insights.people import NEVER, Bools, Ints, People
from linkwell.insights.reach import Profile, Reach, wording

DIMENSION = "households"
OWN = "own_households"
CHILD = 18 * 12
"""Months of age below which somebody is a child."""
NONE = -1
FEWEST = 6
"""Fewer people than this between two counts would be told by publishing both (the people threshold)."""


def read_households(connection: duckdb.DuckDBPyConnection, people: People) -> Ints | None:
    """The household of everyone by row of `People`, as numbers from 0 (−1: not known); None when the project
    holds none.
    """
    named = {row[0] for row in connection.execute("DESCRIBE residence").fetchall()}
    if "snz_household_uid" not in named:
        return None
    found = connection.sql(
        "SELECT snz_uid AS uid, snz_household_uid AS household FROM residence "
        "WHERE snz_household_uid IS NOT NULL ORDER BY uid"
    ).to_arrow_table()
    home = np.full(len(people.uid), NONE, dtype=np.int64)
    place = people.places(found.column("uid").to_numpy())
    home[place] = np.unique(found.column("household").to_numpy(), return_inverse=True)[1]
    return home if len(place) else None


def profile_families(people: People, home: Ints, reach: Reach) -> Profile:
    """Households of the three groups, all of them and those with a child."""
    eldest, with_child = _eldest(people, home, reach.reference_month)
    cells, units = [], []
    for number, group in enumerate((reach.reached, reach.could, reach.community)):
        theirs = home[people.places(group)]
        theirs = np.unique(theirs[theirs >= 0])
        for level, wanted in enumerate((np.ones(len(theirs), dtype=np.bool_), with_child[theirs])):
            members = np.sort(people.uid[eldest[theirs[wanted]]])
            cells.append(np.full(len(members), number * 2 + level, dtype=np.int64))
            units.append(members)
    return Profile(DIMENSION, tuple(wording()[DIMENSION]["labels"]), np.concatenate(cells),
                   np.concatenate(units))  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Own:
    """Household or whānau numbers an organisation gives its own people.

    Attributes:
        home: by row of `People`, as numbers from 0 (−1: none). units, number: of everyone supplied with one,
            found or not.
    """

    home: Ints
    units: Ints
    number: Ints


def read_own(connection: duckdb.DuckDBPyConnection, people: People, initiatives: Sequence[str]) -> Own | None:
    """The organisation's own numbers; None when it supplies none. Of somebody with several, one stands."""
    named = {row[0] for row in connection.execute("DESCRIBE enrolment").fetchall()}
    if "snz_household_uid" not in named:
        return None
    where = f"AND initiative_code IN ({', '.join('?' * len(initiatives))})" if initiatives else ""
    found = connection.sql(
        "SELECT snz_unit_uid AS unit, max(snz_uid) AS uid, min(snz_household_uid) AS household "
        f"FROM enrolment WHERE snz_household_uid IS NOT NULL {where} GROUP BY unit ORDER BY unit",
        params=list(initiatives),
    ).to_arrow_table()
    units, uid, household = (found.column(name).to_numpy() for name in ("unit", "uid", "household"))
    number = np.asarray(np.unique(household, return_inverse=True)[1], dtype=np.int64)
    home = np.full(len(people.uid), NONE, dtype=np.int64)
    home[people.places(uid[uid > 0])] = number[uid > 0]
    return Own(home, units, number) if len(units) else None


def own_families(people: People, own: Own, reach: Reach) -> tuple[Ints, Ints]:
    """Unit ids of the people found who have a number, and of one of each household with somebody found: its
    eldest of those.

    The organisation knows all its numbers. Where fewer than six of them, or of the people, were not found,
    all are counted: two numbers that near would tell about the few between them.
    """
    here = np.isin(own.units, reach.reached)
    born = np.where(here, people.born[people.places(own.units)], NEVER)
    order = np.lexsort((own.units, born, own.number))
    one = order[np.flatnonzero(np.diff(own.number[order], prepend=NONE))]
    return tuple(
        np.sort(units if 0 < len(units) - found.sum() < FEWEST else units[found])
        for units, found in ((own.units, here), (own.units[one], here[one]))
    )  # type: ignore[return-value]


def joined(home: Ints | None, own: Ints | None) -> Ints | None:
    """Who belongs together for a range: people of one address, of one of the organisation's own numbers, and
    those whom a chain of both joins; numbers by row of `People` (−1: nobody known). None where neither is.
    """
    if own is None:
        return home
    home = np.full(len(own), NONE, dtype=np.int64) if home is None else home
    known = np.flatnonzero(own >= 0)
    at = known[home[known] >= 0]
    places, which = np.unique(home[at], return_inverse=True)
    numbers = int(own.max()) + 1
    size = numbers + len(places)
    edges = coo_array((np.ones(len(at)), (own[at], numbers + which)), shape=(size, size))
    label = np.asarray(connected_components(edges, directed=False)[1], dtype=np.int64)
    base = int(home.max()) + 1
    renamed = np.arange(base + 1)  # the last stands for −1
    renamed[base] = NONE
    renamed[places] = base + label[numbers:]
    found = renamed[home]
    found[known] = base + label[own[known]]
    return found


def eldest_of(people: People, home: Ints, month: int, uid: Ints) -> Ints:
    """Project ids of the eldest of the households these people live in, each once."""
    homes = home[people.places(uid)]
    return np.unique(people.uid[_eldest(people, home, month)[0][np.unique(homes[homes >= 0])]])


def _eldest(people: People, home: Ints, month: int) -> tuple[Ints, Bools]:
    """Per household the row of its eldest, and whether somebody in it is a child in the month."""
    known = np.flatnonzero(home >= 0)
    order = known[np.lexsort((people.uid[known], people.born[known], home[known]))]
    numbers = home[order]
    first = np.flatnonzero(np.diff(numbers, prepend=NONE))
    eldest = order[first]
    child = people.alive(month)[known] & (month - people.born[known] < CHILD)
    return eldest, np.bincount(home[known], child, minlength=len(eldest)) > 0


def clusters(home: Ints | None, place: Ints) -> Ints:
    """Who belongs together in a range: people of one household; everyone else on their own.

    Args:
        home: of `read_households`. place: rows of `People`, shape (n,).
    """
    if home is None:
        return place
    theirs = home[place]
    return np.where(theirs >= 0, len(home) + theirs, place)
