"""Several like services together: whose people are whose, so that no member can be told from the rest.

The analysis itself is that of one organisation, over everybody the members work with. What is kept apart here
goes to the release desk only, which hides whatever a member could see through by taking its own people away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np

from linkwell.insights.families import eldest_of
from linkwell.insights.people import Ints, People
from linkwell.insights.protocol import By, Protocol

ALIKE: tuple[By, ...] = ("gender", "age", "attended")
"""What the participants of a pool may be grouped by. A version, a service or a kind of visit may be one
member's own."""

Members = tuple[tuple[tuple[str, ...], ...], ...]
"""Codes of organisations: per group of those always told about together, and per independent member (the
same ones in every group; empty where none of its organisations is in the group)."""
MemberUnits = tuple[tuple[Ints, ...], ...]
"""The same with the project ids of each member's people."""


def pooled(protocol: Protocol) -> Protocol:
    """The plan as a pool may carry it out: no groups that could be one member's own."""
    return replace(protocol, slices=tuple(one for one in protocol.slices if one.by in ALIKE))


def read_members(
    connection: duckdb.DuckDBPyConnection, members: Members, initiatives: Sequence[str]
) -> MemberUnits:
    """Everybody each member supplied, found or not."""
    where = ""
    if initiatives:
        where = f"AND initiative_code IN ({', '.join('?' * len(initiatives))})"

    def theirs(codes: Sequence[str]) -> Ints:
        found = connection.sql(
            "SELECT DISTINCT snz_unit_uid AS unit FROM enrolment "
            f"WHERE list_contains(?::VARCHAR[], organisation_code) {where} ORDER BY unit",
            params=[list(codes), *initiatives],
        ).to_arrow_table()
        return np.asarray(found.column("unit").to_numpy(), dtype=np.int64)

    return tuple(tuple(theirs(codes) for codes in group) for group in members)


def their_households(members: MemberUnits, people: People, home: Ints, month: int) -> MemberUnits:
    """The households each member knows of, by their eldest (`families`): those of its people."""

    def known(units: Ints) -> Ints:
        found = units[people.uid[people.places(units)] == units]
        return eldest_of(people, home, month, found)

    return tuple(tuple(known(units) for units in group) for group in members)
