"""Families beside people: how many households have somebody who is reached, could be, or lives there.

A household is the people at one address. It is counted by one of them, its eldest, so that the release desk
guards it like a person; two people of one household are two people reached and one household.
"""

from __future__ import annotations

import duckdb
import numpy as np

from linkwell.insights.people import Bools, Ints, People
from linkwell.insights.reach import Profile, Reach, wording

DIMENSION = "households"
CHILD = 18 * 12
"""Months of age below which somebody is a child."""
NONE = -1


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
