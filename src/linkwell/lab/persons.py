"""One person at a time: a table made in the lab keeps every person to their own rows.

Released counts are guarded by who is counted. That guards nothing if who is counted can depend on somebody
else's row ("everybody, if this one person was in hospital"). So a statement over people joins on the person,
groups by the person, looks back and forth within the person, and reckons with no id. Nothing else about SQL
is restricted by this. Ids keep their names (`*_uid`), so a name says where a value came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from linkwell.lab.refusals import Refusal
from linkwell.lab.statements import Node, Statement, column, nodes, place

PERSON = ("snz_uid",)
"""Who a row belongs to. Not a provider's unit or client: all for whom nobody was found share its -1,
so a join on it would bring them together; their rows are counted by nobody here.
"""
_TO_LOOK_AT = ("supply_quality",)
"""Tables of numbers that were not released: whoever counts by them would release them bit by bit."""
_OF_ONE_PERSON = (*PERSON, "snz_record_uid")
_UID = "_uid"


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
        return frozenset(name for name in self.columns if name.endswith(_UID))


@dataclass(frozen=True)
class _Part:
    """What a FROM gives: who is called what, and whether there are people in it."""

    names: frozenset[str]
    people: bool
    constants: bool
    ids: frozenset[str]


def keep_apart(statement: Statement, shapes: Mapping[str, Shape]) -> Shape:
    """Hold a statement that makes a table to the rule; the shape of the table, its ids exactly.

    Args:
        shapes: every table there is.

    Raises:
        Refusal: a row of the result could depend on the rows of two people.
    """
    return _Rule(statement.offset, _named(statement.tree)).query(statement.tree["node"], dict(shapes))


class _Rule:
    """One walk over one statement; `offset` is where its SELECT starts, `names` are of its tables."""

    def __init__(self, offset: int, names: frozenset[str]) -> None:
        self._offset, self._names = offset, names

    def _no(self, node: Any, kind: str = "person") -> Refusal:
        return Refusal(kind, place(node, self._offset) if isinstance(node, dict) else None)

    def query(self, node: Node, known: dict[str, Shape]) -> Shape:
        """The shape of a query; columns are known only as far as the rule needs them."""
        inner = dict(known)
        for entry in (node.get("cte_map") or {}).get("map", ()):
            if entry["value"].get("aliases"):
                raise self._no(entry["value"].get("query_node"))
            inner[str(entry["key"]).lower()] = self.query(entry["value"]["query_node"], inner)
        if node["type"] == "SET_OPERATION_NODE":
            return self._together(node, inner)
        return self._select(node, inner)

    # -- where rows come from -----------------------------------------------------------------------------

    def _from(self, ref: Node, known: dict[str, Shape]) -> _Part:
        kind = ref["type"]
        if kind == "EMPTY":
            return _Part(frozenset(), False, True, frozenset())
        if kind == "JOIN":
            return self._join(ref, known)
        if kind == "EXPRESSION_LIST":
            for row in ref.get("values", ()):
                for cell in row:
                    self._expression(cell, known)
            return _Part(frozenset({str(ref.get("alias", "")).lower()}), False, True, frozenset())
        if kind == "SUBQUERY":
            shape, name = self.query(ref["subquery"]["node"], known), ""
        else:
            name = str(ref["table_name"]).lower()
            if name not in known:
                raise self._no(ref, "name")
            if name in _TO_LOOK_AT:
                raise self._no(ref)
            shape = known[name]
        renamed = [str(each).lower() for each in ref.get("column_name_alias") or ()]
        if renamed and (not shape.constants or any(each.endswith(_UID) for each in renamed)):
            raise self._no(ref)
        names = frozenset({str(ref.get("alias") or name).lower()})
        return _Part(names, shape.people, shape.constants, shape.ids)

    def _join(self, ref: Node, known: dict[str, Shape]) -> _Part:
        left, right = self._from(ref["left"], known), self._from(ref["right"], known)
        condition = ref.get("condition")
        if condition:
            self._expression(condition, known)
        using = {str(each).lower() for each in ref.get("using_columns") or ()}
        pairs = {(name, name) for name in using}
        pairs |= {pair for each in _conditions(condition) if (pair := _pair(each, left, right))}
        if left.people and right.people:
            fits = any(a == b and a in _OF_ONE_PERSON for a, b in pairs)
            if not fits or ref.get("ref_type") != "REGULAR":
                raise self._no(condition or ref["right"])
        elif not (left.constants or right.constants):
            # A table about services or households: everybody meets their own row of it and no other.
            told = left if right.people else right
            needed = [(a, b) for a, b in pairs if not told.ids or (a == b and a in told.ids)]
            if not needed or not (left.people or right.people):
                raise self._no(condition or ref["right"])
        return _Part(
            left.names | right.names, left.people or right.people, left.constants and right.constants,
            left.ids | right.ids,
        )  # fmt: skip

    def _together(self, node: Node, known: dict[str, Shape]) -> Shape:
        """UNION and its like: by name, or the person first and no other id, so that none changes places."""
        children = node["children"]
        for modifier in node.get("modifiers") or ():
            self._modifier(modifier, True, known)
        shapes = [self.query(child, known) for child in children]
        if all(shape.constants for shape in shapes):
            return Shape(frozenset(), constants=True)
        if not all(shape.people for shape in shapes):
            raise self._no(node)
        if node.get("setop_type") != "UNION_BY_NAME" and len({self._first(c) for c in children}) != 1:
            raise self._no(node)
        return Shape(frozenset.union(*(shape.columns for shape in shapes)))

    def _first(self, node: Node) -> str:
        if node["type"] == "SET_OPERATION_NODE":
            return self._first(node["children"][0])
        items = node["select_list"]
        ids = [column(item) for item in items if column(item).endswith(_UID)]
        if column(items[0]) not in PERSON or len(ids) != 1 or any(i["class"] == "STAR" for i in items):
            raise self._no(items[0])
        return ids[0]

    # -- what is made of them -----------------------------------------------------------------------------

    def _select(self, node: Node, known: dict[str, Shape]) -> Shape:
        source = self._from(node["from_table"], known) if node.get("from_table") else None
        people = source is not None and source.people
        if source is not None and not people and not source.constants:
            raise self._no(node["from_table"])
        columns = self._items(node["select_list"], source, known)
        if people and not columns & set(PERSON):
            raise self._no(node["select_list"][0])
        self._groups(node, people)
        for part in ("where_clause", "having", "qualify"):
            if node.get(part):
                self._expression(node[part], known, window_by_person=people)
        for modifier in node.get("modifiers") or ():
            self._modifier(modifier, people, known)
        if people:
            for item in node["select_list"]:
                self._windows(item)
        return Shape(columns, constants=not people)

    def _items(self, items: Iterable[Node], source: _Part | None, known: dict[str, Shape]) -> frozenset[str]:
        """The columns selected, as far as they are ids or have a name of their own."""
        found: set[str] = set()
        for item in items:
            name, alias = column(item), str(item.get("alias") or "").lower()
            if item["class"] == "STAR":
                found |= self._star(item, source, known)
                continue
            bare = name.endswith(_UID)
            if (bare and alias not in ("", name)) or (not bare and alias.endswith(_UID)):
                raise self._no(item)
            if bare:
                found.add(name)
                self._named(item, source)
            else:
                self._expression(item, known)
                found |= {alias or name} - {""}
        return frozenset(found)

    def _star(self, item: Node, source: _Part | None, known: dict[str, Shape]) -> set[str]:
        if item.get("columns") or source is None:
            raise self._no(item, "construct")
        for entry in item.get("replace_list") or ():
            if str(entry["key"]).lower().endswith(_UID):
                raise self._no(item)
            self._expression(entry["value"], known)
        left_out = {str(each).lower() for each in _texts(item.get("exclude_list") or ())}
        return set(source.ids) - left_out

    def _named(self, item: Node, source: _Part | None) -> None:
        if source is None:
            raise self._no(item)

    def _groups(self, node: Node, people: bool) -> None:
        groups = [self._numbered(each, node["select_list"]) for each in node.get("group_expressions") or ()]
        sets = node.get("group_sets") or []
        if not people:
            return
        persons = {number for number, each in enumerate(groups) if column(each) in PERSON}
        if groups and not all(persons & set(_numbers(each)) for each in sets or [range(len(groups))]):
            raise self._no(groups[0])
        for each in groups:
            if not column(each).endswith(_UID) and each.get("class") != "STAR":
                self._expression(each, {})

    def _numbered(self, node: Node, items: list[Node]) -> Node:
        """GROUP BY 1 means the first column selected."""
        text = str((node.get("literal") or {}).get("text", ""))
        if text.isdecimal() and 1 <= int(text) <= len(items):
            return items[int(text) - 1]
        return node

    def _modifier(self, modifier: Node, people: bool, known: dict[str, Shape]) -> None:
        kind = modifier["type"]
        if kind == "LIMIT_MODIFIER":
            raise self._no(modifier.get("limit"))
        if kind == "DISTINCT_MODIFIER":
            targets = modifier.get("distinct_on_targets") or ()
            if targets and people and not any(column(each) in PERSON for each in targets):
                raise self._no(targets[0])
        for part in (*(modifier.get("distinct_on_targets") or ()), *(modifier.get("orders") or ())):
            each = part.get("expression", part)
            if each.get("class") != "STAR" and not column(each).endswith(_UID):
                self._expression(each, known, window_by_person=people)

    # -- expressions --------------------------------------------------------------------------------------

    def _expression(
        self, node: Any, known: Mapping[str, Shape], *,
        window_by_person: bool = False,
    ) -> None:  # fmt: skip
        """Refuse an id anywhere but where it may stand, and a query inside that could see other people."""
        if isinstance(node, list):
            for each in node:
                self._expression(each, known, window_by_person=window_by_person)
        if not isinstance(node, dict):
            return
        kind = node.get("class")
        if kind == "STAR":
            raise self._no(node, "construct")
        if kind == "COLUMN_REF":
            self._reference(node)
            return
        if kind == "SUBQUERY":
            self._inner(node, known)
            return
        if kind == "WINDOW" and window_by_person:
            self._windows(node)
        for part in _without_plain_ids(node):
            self._expression(part, known, window_by_person=window_by_person)

    def _reference(self, node: Node) -> None:
        name = column(node)
        # A table's own name is its whole row, with the id in it.
        if name.endswith(_UID) or name in self._names or name.startswith("unnamed_"):
            raise self._no(node)

    def _inner(self, node: Node, known: Mapping[str, Shape]) -> None:
        """`id IN (SELECT id ...)`: the same person again; or a query over constants."""
        query = node["subquery"]["node"]
        shape = self.query(query, dict(known))
        child = node.get("child")
        if shape.constants:
            if child is not None:
                self._expression(child, known)
            return
        items = query.get("select_list") or []
        same = (
            node.get("subquery_type") == "ANY" and node.get("comparison_type") in ("COMPARE_EQUAL", "EQUAL")
            and column(child) in PERSON and len(items) == 1 and column(items[0]) in PERSON
        )  # fmt: skip
        if not same:
            raise self._no(node)

    def _windows(self, node: Any) -> None:
        """Every window of a person's rows is over that person."""
        if isinstance(node, list):
            for each in node:
                self._windows(each)
        elif isinstance(node, dict):
            partitions = node.get("partitions") or () if node.get("class") == "WINDOW" else None
            if partitions is not None and not any(column(each) in PERSON for each in partitions):
                raise self._no(node)
            for part in node.values():
                if isinstance(part, dict | list):
                    self._windows(part)


def _named(tree: Node) -> frozenset[str]:
    """Every name of a table, alias or WITH in a statement: none of them is a column."""
    found = {"valueslist"}
    for node in nodes(tree):
        if "class" not in node and node.get("type") in ("BASE_TABLE", "SUBQUERY", "JOIN", "EXPRESSION_LIST"):
            found |= {str(node.get("alias") or "").lower(), str(node.get("table_name") or "").lower()}
        found |= {str(each["key"]).lower() for each in (node.get("cte_map") or {}).get("map", ())}
    return frozenset(found - {""})


def _conditions(node: Any) -> list[Node]:
    """The conditions that all must hold."""
    if not isinstance(node, dict):
        return []
    if node.get("type") == "CONJUNCTION_AND":
        return [part for child in node["children"] for part in _conditions(child)]
    return [node]


def _pair(node: Node, left: _Part, right: _Part) -> tuple[str, str] | None:
    """The two columns of `a.x = b.x`, where one stands on either side of a join."""
    if node.get("type") != "COMPARE_EQUAL":
        return None
    one, other = node["left"], node["right"]
    sides = [
        str(each["column_names"][0]).lower() if column(each) and len(each["column_names"]) == 2 else ""
        for each in (one, other)
    ]
    across = (sides[0] in left.names and sides[1] in right.names) or (
        sides[1] in left.names and sides[0] in right.names
    )
    if not across or not all(sides) or left.names & right.names:
        return None
    return column(one), column(other)


def _without_plain_ids(node: Node) -> list[Any]:
    """The parts of an expression that must hold no id: all but those where an id may stand by itself."""
    kind = node.get("class")
    if kind == "COMPARISON" and node.get("type") in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
        both = [node["left"], node["right"]]
        ids = [each for each in both if column(each).endswith(_UID)]
        if len(ids) == 2 or (len(ids) == 1 and any(_nobody(each) for each in both)):
            return []
    if kind == "OPERATOR" and node.get("type") in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return [each for each in node["children"] if not column(each).endswith(_UID)]
    if kind == "FUNCTION" and str(node.get("function_name")).lower() == "count":
        given = [each.get("expression") for each in node.get("arguments") or ()]
        kept = [each for each in given if not column(each).endswith(_UID)]
        return [*kept, node.get("filter"), node.get("order_bys")]
    if kind == "WINDOW":
        rest = {name: part for name, part in node.items() if name != "partitions"}
        apart = [each for each in node.get("partitions") or () if not column(each).endswith(_UID)]
        return [*rest.values(), apart]
    return list(node.values())


def _nobody(node: Any) -> bool:
    """The number that stands for nobody found, -1."""
    if not isinstance(node, dict):
        return False
    if node.get("class") == "FUNCTION" and node.get("function_name") == "-":
        inner = [each.get("expression") for each in node.get("arguments") or ()]
        return len(inner) == 1 and (inner[0].get("literal") or {}).get("text") == "1"
    return (node.get("literal") or {}).get("text") == "-1"


def _numbers(group_set: Any) -> list[int]:
    if isinstance(group_set, dict):
        return [int(each) for part in group_set.values() if isinstance(part, list) for each in part]
    return [int(each) for each in group_set]


def _texts(listed: Any) -> list[str]:
    """Names of an EXCLUDE list, however the engine writes them."""
    found = []
    for each in listed:
        if isinstance(each, dict):
            path = (
                each.get("path") or each.get("column_names") or [each.get("column") or each.get("name") or ""]
            )
            found.append(str(path[-1]))
        else:
            found.append(str(each))
    return found
