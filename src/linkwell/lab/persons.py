"""One person at a time: a table made in the lab keeps every person to their own rows.

Released counts are guarded by who is counted. That guards nothing if who is counted can depend on somebody
else's row ("everybody, if this one person was in hospital"). So a statement over people joins on the person,
groups by the person, looks back and forth within the person, and reckons with no id. Nothing else about SQL
is restricted by this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from linkwell.lab.places import named_in, numbers, texts, without_plain_ids
from linkwell.lab.refusals import Refusal
from linkwell.lab.sources import PERSON, Shape, Source, is_id, joined, meet, named, together
from linkwell.lab.statements import Node, Statement, column, place

_TO_LOOK_AT = ("supply_quality",)
"""Tables of numbers that were not released: whoever counts by them would release them bit by bit."""


def keep_apart(statement: Statement, shapes: Mapping[str, Shape]) -> Shape:
    """Hold a statement that makes a table or shows rows to the rule; the shape of the table, its ids exactly.

    Args:
        shapes: every table there is.

    Raises:
        Refusal: a row of the result could depend on the rows of two people.
    """
    node = statement.tree["node"]
    if statement.kind == "look":  # what is shown ends after some rows anyway
        kept = [each for each in node.get("modifiers") or () if not _only_ends(each)]
        node = node | {"modifiers": kept}
    return _Rule(statement.offset, named_in(statement.tree)).query(node, dict(shapes))


def _only_ends(modifier: Node) -> bool:
    """LIMIT with a number and no OFFSET."""
    if modifier["type"] != "LIMIT_MODIFIER" or modifier.get("offset"):
        return False
    return bool((modifier.get("limit") or {}).get("class") == "CONSTANT")


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

    def _from(self, ref: Node | None, known: dict[str, Shape]) -> Source:
        kind = ref["type"] if ref else "EMPTY"
        if ref is None or kind == "EMPTY":
            return Source()
        if kind == "JOIN":
            return self._join(ref, known)
        alias = str(ref.get("alias") or "").lower()
        if kind == "EXPRESSION_LIST":
            for row in ref.get("values", ()):
                self._expression(row, known, Source())
            return named(alias, Shape(frozenset(), constants=True))
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
        if renamed and (not shape.constants or any(is_id(each) for each in renamed)):
            raise self._no(ref)
        return named(alias or name, shape)

    def _join(self, ref: Node, known: dict[str, Shape]) -> Source:
        left, right = self._from(ref["left"], known), self._from(ref["right"], known)
        condition = ref.get("condition")
        if condition:
            self._expression(condition, known, together(left, right))
        using = frozenset(str(each).lower() for each in ref.get("using_columns") or ())
        across = left.people and right.people and ref.get("ref_type") != "REGULAR"
        if across or not meet(condition, left, right, using):
            raise self._no(condition or ref["right"])
        return joined(left, right, str(ref.get("join_type")), using)

    def _together(self, node: Node, known: dict[str, Shape]) -> Shape:
        """UNION and its like: by name, or the person first and no other id, so that none changes places."""
        children = node["children"]
        for modifier in node.get("modifiers") or ():
            self._modifier(modifier, None, known)
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
        ids = [column(item) for item in items if is_id(column(item))]
        if column(items[0]) not in PERSON or len(ids) != 1 or any(i["class"] == "STAR" for i in items):
            raise self._no(items[0])
        return ids[0]

    # -- what is made of them -----------------------------------------------------------------------------

    def _select(self, node: Node, known: dict[str, Shape]) -> Shape:
        source = self._from(node.get("from_table"), known)
        people = source.people
        if not people and not source.constants:
            raise self._no(node["from_table"])
        columns = self._items(node["select_list"], source, known)
        if people and not columns & set(PERSON):
            raise self._no(node["select_list"][0])
        self._groups(node, source, known)
        for part in ("where_clause", "having", "qualify"):
            if node.get(part):
                self._expression(node[part], known, source)
        for modifier in node.get("modifiers") or ():
            self._modifier(modifier, source, known)
        return Shape(columns, constants=not people)

    def _items(self, items: Iterable[Node], source: Source, known: dict[str, Shape]) -> frozenset[str]:
        """The columns selected, as far as they are ids or have a name of their own; no id twice."""
        found: list[str] = []
        for item in items:
            name, alias = column(item), str(item.get("alias") or "").lower()
            if item["class"] == "STAR":
                found += self._star(item, source, known)
                continue
            bare = is_id(name)
            if (bare and alias not in ("", name)) or (not bare and is_id(alias)):
                raise self._no(item)
            if bare and not (source.has(item) if name in PERSON else source.knows(item)):
                raise self._no(item)
            if not bare:
                self._expression(item, known, source)
            found.append(name if bare else alias or name)
        ids = [name for name in found if is_id(name)]
        if len(set(ids)) != len(ids):
            raise self._no(next(iter(items)))
        return frozenset(found) - {""}

    def _star(self, item: Node, source: Source, known: dict[str, Shape]) -> list[str]:
        if item.get("columns") or not source.tables:
            raise self._no(item, "construct")
        for entry in item.get("replace_list") or ():
            if is_id(str(entry["key"])):
                raise self._no(item)
            self._expression(entry["value"], known, source)
        table = str(item.get("relation_name") or "").lower()
        ids = source.tables.get(table, frozenset()) if table else source.ids
        if ids & set(PERSON) and table not in source.sure:
            raise self._no(item)
        left_out = {str(each).lower() for each in texts(item.get("exclude_list") or ())}
        return sorted(ids - left_out)

    def _groups(self, node: Node, source: Source, known: dict[str, Shape]) -> None:
        items = node["select_list"]
        groups = [self._numbered(each, items) for each in node.get("group_expressions") or ()]
        sets = node.get("group_sets") or []
        if not source.people:
            return
        persons = {number for number, each in enumerate(groups) if source.has(each)}
        if groups and not all(persons & set(numbers(each)) for each in sets or [range(len(groups))]):
            raise self._no(groups[0])
        for each in groups:
            if not is_id(column(each)) and each.get("class") != "STAR":
                self._expression(each, known, source)

    def _numbered(self, node: Node, items: list[Node]) -> Node:
        """GROUP BY 1 means the first column selected."""
        text = str((node.get("literal") or {}).get("text", ""))
        if text.isdecimal() and 1 <= int(text) <= len(items):
            return items[int(text) - 1]
        return node

    def _modifier(self, modifier: Node, source: Source | None, known: dict[str, Shape]) -> None:
        """ORDER BY, DISTINCT ON, LIMIT; without a source they are of a UNION or its like."""
        if modifier["type"] == "LIMIT_MODIFIER":
            raise self._no(modifier.get("limit"))
        targets = modifier.get("distinct_on_targets") or ()
        if targets and source is not None and source.people and not any(source.has(each) for each in targets):
            raise self._no(targets[0])
        for part in (*targets, *(modifier.get("orders") or ())):
            each = part.get("expression", part)
            if each.get("class") != "STAR" and not is_id(column(each)):
                self._expression(each, known, source or Source())

    # -- expressions --------------------------------------------------------------------------------------

    def _expression(self, node: Any, known: Mapping[str, Shape], source: Source) -> None:
        """Refuse an id anywhere but where it may stand, a query inside that could see other people, and a
        window that is not within the person.
        """
        if isinstance(node, list):
            for each in node:
                self._expression(each, known, source)
        if not isinstance(node, dict):
            return
        kind = node.get("class")
        if kind == "STAR":
            raise self._no(node, "construct")
        if kind == "COLUMN_REF":
            self._reference(node)
            return
        if kind == "SUBQUERY":
            self._inner(node, known, source)
            return
        if kind == "WINDOW" and source.people and not any(map(source.has, node.get("partitions") or ())):
            raise self._no(node)
        for part in without_plain_ids(node):
            self._expression(part, known, source)

    def _reference(self, node: Node) -> None:
        name = column(node)
        # A table's own name is its whole row, with the id in it.
        if is_id(name) or name in self._names or name.startswith("unnamed_"):
            raise self._no(node)

    def _inner(self, node: Node, known: Mapping[str, Shape], source: Source) -> None:
        """`id IN (SELECT id ...)`: the same person again; or a query over constants."""
        query = node["subquery"]["node"]
        shape = self.query(query, dict(known))
        child = node.get("child")
        if shape.constants:
            if child is not None:
                self._expression(child, known, source)
            return
        items = query.get("select_list") or []
        same = (
            node.get("subquery_type") == "ANY" and node.get("comparison_type") in ("COMPARE_EQUAL", "EQUAL")
            and source.has(child) and len(items) == 1 and column(items[0]) in PERSON
        )  # fmt: skip
        if not same:
            raise self._no(node)
