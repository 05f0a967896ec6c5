"""Numbers about several organisations together: what a member learns by taking its own people away.

A member of a pool knows exactly whom it works with. So a number has to be safe without its largest member's
people too, and the member that gave most must not follow closely for the one that gave second most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.person_index import PersonIndex
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Ints
from linkwell.errors import WrongUse

PROVIDER = "provider"
"""The kind of organisation a pool is made of."""


@dataclass(frozen=True, eq=False, repr=False)
class Pool:
    """Whose people are whose, by place in the project's index.

    Attributes:
        together: groups of organisations that were always told about together. Per independent member
            whether each place is one of its people: the same members in every group, at least as many as
            must stand behind a number, with nobody where a member has no part in the group.
        everybody: the same per member over all groups.
        anybody: whether a place is of any member, shape (places,).
    """

    together: tuple[tuple[Flags, ...], ...]
    everybody: tuple[Flags, ...]
    anybody: Flags

    @classmethod
    def of(cls, groups: Sequence[Sequence[Ints]], index: PersonIndex, profile: Profile) -> Pool | None:
        """The pool of a request; None where it has none.

        Args:
            groups: per group and independent member the project ids of its people there.

        Raises:
            WrongUse: fewer members come together than must stand behind a number, or others in each group.
        """
        if not groups:
            return None
        least = profile.entities(PROVIDER)
        if any(len(members) < least or len(members) != len(groups[0]) for members in groups):
            raise WrongUse(
                f"Pooled numbers need at least {least} independent organisations, the same in every group.",
                why="Between two releases, or without a member's own people, fewer would be told apart.",
            )
        together = tuple(tuple(_there(units, index) for units in members) for members in groups)
        everybody = together[0]
        if len(together) > 1:
            everybody = tuple(np.logical_or.reduce(parts) for parts in zip(*together, strict=True))
        return cls(together, everybody, np.logical_or.reduce(everybody))

    def unsafe(self, cells: Ints, places: Ints, number: int, least: int, profile: Profile) -> Flags:
        """Cells that a member could see through, shape (number,).

        Hidden is a cell of which fewer than `least` people are left without the largest member's; whose
        largest member the second largest could tell to within p % of it (the p % rule, counted in people);
        and one that stands, but for a few people of nobody's, on fewer members than must stand behind it.
        Where pools with other members were told, the same is asked of each group of members that came and
        went together, because their difference tells just that group.

        Args:
            cells, places: distinct memberships. least: people that must be left (more for amounts).
        """
        outside = np.bincount(cells[~self.anybody[places]], minlength=number)
        found = np.zeros(number, dtype=bool)
        total = np.bincount(cells, minlength=number)
        found |= _seen_through(self.everybody, cells, places, total, least, profile)
        own = outside < profile.people_threshold  # a number about members' people, not about a community
        found |= own & (_members(self.everybody, cells, places, number) < profile.entities(PROVIDER))
        if len(self.together) > 1:
            for members in self.together:
                mine = np.logical_or.reduce(members)[places]
                part = np.bincount(cells[mine], minlength=number)
                few = _members(members, cells, places, number) < profile.entities(PROVIDER)
                found |= own & (few | _seen_through(members, cells, places, part, least, profile))
        return found


def _seen_through(
    members: tuple[Flags, ...], cells: Ints, places: Ints, total: Ints, least: int, profile: Profile
) -> Flags:
    shares = np.sort(_counts(members, cells, places, len(total)), axis=0)
    largest, second = shares[-1], shares[-2]
    rest = total - largest - second  # somebody of both counts twice: on the safe side
    found: Flags = (total - largest < least) | (rest * 100 < profile.dominance_p_percent * largest)
    return found


def _members(members: tuple[Flags, ...], cells: Ints, places: Ints, number: int) -> Ints:
    return np.asarray((_counts(members, cells, places, number) > 0).sum(axis=0), dtype=np.int64)


def _counts(members: tuple[Flags, ...], cells: Ints, places: Ints, number: int) -> Ints:
    """People of each member in each cell, shape (members, number)."""
    return np.array([np.bincount(cells[member[places]], minlength=number) for member in members])


def _there(units: Ints, index: PersonIndex) -> Flags:
    there = np.zeros(len(index.persons), dtype=bool)
    there[index.positions(units)] = True
    return there
