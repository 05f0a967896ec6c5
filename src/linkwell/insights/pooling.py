"""Several like services together: whose people are whose, so that no member can be told from the rest.

The analysis itself is that of one organisation, over everybody the members work with. What is kept apart here
goes to the release desk only, which hides whatever a member could see through by taking its own people away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np

from linkwell.errors import RefusedByRule
from linkwell.insights.families import eldest_of
from linkwell.insights.people import Ints, People
from linkwell.insights.protocol import By, Protocol

FEWEST = 3
"""Members of a pool, at least: with two, each could take itself away and be left with the other."""
ALIKE: tuple[By, ...] = ("gender", "age", "attended")
"""What the participants of a pool may be grouped by. A version, a service or a kind of visit may be one
member's own."""

Members = tuple[tuple[str, ...], ...]
"""Codes of organisations, in the groups that were always told about together (`together`)."""
MemberUnits = tuple[tuple[Ints, ...], ...]
"""The same with the project ids of each organisation's people."""


def together(members: Sequence[str], earlier: Sequence[Sequence[str]]) -> Members:
    """The members by the earlier pools they were in, so that a difference of pools tells a whole group.

    Args:
        members: of the pool asked about. earlier: members of every pool that was told about.

    Raises:
        RefusedByRule: fewer than three come or go together, so that what they have in common would follow
            from two pools.
    """
    pools = [set(members), *map(set, earlier)]
    groups: dict[tuple[bool, ...], list[str]] = {}
    for code in sorted(set().union(*pools)):
        groups.setdefault(tuple(code in pool for pool in pools), []).append(code)
    if any(len(group) < FEWEST for group in groups.values()):
        raise RefusedByRule(
            "These organisations cannot be told about together.",
            why=f"Beside an earlier pooled report, fewer than {FEWEST} of them could be worked out by taking "
            "one report from the other.",
            fix=f"Organisations join or leave a pool {FEWEST} or more at a time.",
        )
    return tuple(tuple(group) for seen, group in sorted(groups.items(), reverse=True) if seen[0])


def pooled(protocol: Protocol) -> Protocol:
    """The plan as a pool may carry it out: no groups that could be one member's own."""
    return replace(protocol, slices=tuple(one for one in protocol.slices if one.by in ALIKE))


def read_members(
    connection: duckdb.DuckDBPyConnection, members: Members, initiatives: Sequence[str]
) -> MemberUnits:
    """Everybody each organisation supplied, found or not."""
    where = ""
    if initiatives:
        where = f"AND initiative_code IN ({', '.join('?' * len(initiatives))})"

    def theirs(code: str) -> Ints:
        found = connection.sql(
            f"SELECT DISTINCT snz_unit_uid AS unit FROM enrolment WHERE organisation_code = ? {where} "
            "ORDER BY unit",
            params=[code, *initiatives],
        ).to_arrow_table()
        return np.asarray(found.column("unit").to_numpy(), dtype=np.int64)

    return tuple(tuple(theirs(code) for code in group) for group in members)


def their_households(members: MemberUnits, people: People, home: Ints, month: int) -> MemberUnits:
    """The households each organisation knows of, by their eldest (`families`): those of its people."""

    def known(units: Ints) -> Ints:
        found = units[people.uid[people.places(units)] == units]
        return eldest_of(people, home, month, found)

    return tuple(tuple(known(units) for units in group) for group in members)
