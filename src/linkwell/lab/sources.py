"""What the FROM of a query gives to the rule of one person at a time: whose rows, which ids, by which names.

Ids keep their names (`*_uid`), so a name says where a value came from; the engine puts a number behind a name
that would be there twice, and such a name is an id as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkwell.lab.statements import Node, column

PERSON = ("snz_uid",)
"""Who a row belongs to. Not a provider's unit or client: all for whom nobody was found share its -1,
so a join on it would bring them together; their rows are counted by nobody here.
"""
_OF_ONE_PERSON = (*PERSON, "snz_record_uid")
_ID = re.compile(r".*_uid([_:]\d+)*", re.DOTALL)
_SEEN = {"INNER": (True, True), "LEFT": (True, False), "RIGHT": (False, True), "FULL": (False, False)}
"""Of a join, whether every row has its row on the left and on the right."""


def is_id(name: str) -> bool:
    """Whether a column of this name holds ids."""
    return _ID.fullmatch(name.lower()) is not None


def qualifier(node: Node) -> str:
    """Of a column reference, the table it names, lower case; "" where it names none."""
    return str(node["column_names"][-2]).lower() if len(node["column_names"]) > 1 else ""


@dataclass(frozen=True)
class Shape:
    """What a table is, to this rule.

    Attributes:
        columns: names, lower case.
        constants: made of nothing but what was written in a statement.
    """

    columns: frozenset[str]
    constants: bool = False

    @property
    def people(self) -> bool:
        """Whether its rows belong to people."""
        return not self.constants and bool(self.columns & set(PERSON))

    @property
    def ids(self) -> frozenset[str]:
        """Its columns that are ids."""
        return frozenset(name for name in self.columns if is_id(name))


@dataclass(frozen=True)
class Source:
    """What a FROM gives.

    Attributes:
        tables: what each is called -> its ids.
        sure: by which of these names ("" for no name before the column) every row has its person. An outer
            join leaves rows without one on its other side, and to a group, a window or NOT IN they would all
            be one person.
    """

    tables: Mapping[str, frozenset[str]] = field(default_factory=dict)
    people: bool = False
    constants: bool = True
    sure: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Its columns that are ids."""
        return frozenset[str]().union(*self.tables.values())

    def has(self, node: Any) -> bool:
        """Whether this is the id of the person whose row it is: of this FROM, not of a query around it."""
        return column(node) in PERSON and qualifier(node) in self.sure

    def knows(self, node: Node) -> bool:
        """Whether this id is of a table of this FROM."""
        table = qualifier(node)
        return column(node) in (self.tables.get(table, frozenset()) if table else self.ids)


def named(name: str, shape: Shape) -> Source:
    """A table of this name."""
    sure = frozenset({name, ""}) if shape.people else frozenset[str]()
    return Source({name: shape.ids}, shape.people, shape.constants, sure)


def together(left: Source, right: Source) -> Source:
    """Two sides as the condition of their join sees them: every row of either is there."""
    return Source({**left.tables, **right.tables}, left.people or right.people,
                  left.constants and right.constants, left.sure | right.sure)  # fmt: skip


def joined(left: Source, right: Source, kind: str, using: frozenset[str]) -> Source:
    """Two sides joined.

    Args:
        kind: "INNER", "LEFT", ... using: columns that become one.
    """
    if kind not in _SEEN:  # SEMI, ANTI: nothing of the right can be named
        return Source(left.tables, left.people, left.constants, left.sure)
    both = together(left, right)
    keeps = _SEEN[kind]
    sides = [(side, kept) for side, kept in zip((left, right), keeps, strict=True) if side.people]
    sure = {name for side, kept in sides if kept for name in side.sure} - {""}
    if _bare(left, right, keeps, using):
        sure.add("")
    return Source(both.tables, both.people, both.constants, frozenset(sure))


def _bare(left: Source, right: Source, keeps: tuple[bool, bool], using: frozenset[str]) -> bool:
    """Whether `snz_uid` without a table's name is there in every row, and one thing."""
    sure = ["" in side.sure for side in (left, right)]
    if left.people and right.people:
        if not using & set(PERSON):
            return False
        return all(sure) if not any(keeps) else (sure[0] if keeps[0] else sure[1])
    return (keeps[0] and sure[0]) if left.people else (keeps[1] and sure[1])


def meet(condition: Any, left: Source, right: Source, using: frozenset[str]) -> bool:
    """Whether a join brings nobody to another person's row.

    Two tables of people are joined on the person. A table about services or households: everybody meets their
    own row of it and no other. What was written in the statement may be joined in any way.
    """
    pairs = {(name, name) for name in using if name in left.ids & right.ids}
    pairs |= {pair for each in conditions(condition) if (pair := _pair(each, left, right))}
    if left.people and right.people:
        return any(a == b and a in _OF_ONE_PERSON for a, b in pairs)
    if left.constants or right.constants:
        return True
    told = left if right.people else right
    codes = {(name, name) for name in using} if not told.ids else set[tuple[str, str]]()
    needed = [(a, b) for a, b in pairs | codes if not told.ids or (a == b and a in told.ids)]
    return bool(needed) and (left.people or right.people)


def conditions(node: Any) -> list[Node]:
    """The conditions that all must hold."""
    if not isinstance(node, dict):
        return []
    if node.get("type") == "CONJUNCTION_AND":
        return [part for child in node["children"] for part in conditions(child)]
    return [node]


def _pair(node: Node, left: Source, right: Source) -> tuple[str, str] | None:
    """The two columns of `a.x = b.x`, where one stands on either side of a join."""
    if node.get("type") != "COMPARE_EQUAL" or left.tables.keys() & right.tables.keys():
        return None
    sides = [each for each in (node["left"], node["right"]) if column(each) and qualifier(each)]
    if len(sides) != 2:
        return None
    of = [[side for side in (left, right) if qualifier(each) in side.tables] for each in sides]
    if [len(found) for found in of] != [1, 1] or of[0][0] is of[1][0]:
        return None
    # An id that its table does not have would be read as one of a query around this.
    if any(is_id(column(each)) and not found[0].knows(each) for each, found in zip(sides, of, strict=True)):
        return None
    return column(sides[0]), column(sides[1])
