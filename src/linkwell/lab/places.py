"""Where in an expression the number of a person may stand by itself, and other readings of the engine's tree
that the rule of one person at a time needs.
"""

from __future__ import annotations

from typing import Any

from linkwell.lab.sources import is_id
from linkwell.lab.statements import Node, column, nodes


def named_in(tree: Node) -> frozenset[str]:
    """Every name of a table, alias or WITH in a statement: none of them is a column."""
    found = {"valueslist"}
    for node in nodes(tree):
        if "class" not in node and node.get("type") in ("BASE_TABLE", "SUBQUERY", "JOIN", "EXPRESSION_LIST"):
            found |= {str(node.get("alias") or "").lower(), str(node.get("table_name") or "").lower()}
        found |= {str(each["key"]).lower() for each in (node.get("cte_map") or {}).get("map", ())}
    return frozenset(found - {""})


def without_plain_ids(node: Node) -> list[Any]:
    """The parts of an expression that must hold no id: all but those where an id may stand by itself."""
    kind = node.get("class")
    if kind == "COMPARISON" and node.get("type") in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
        both = [node["left"], node["right"]]
        ids = [each for each in both if is_id(column(each))]
        if len(ids) == 2 or (len(ids) == 1 and any(_nobody(each) for each in both)):
            return []
    if kind == "OPERATOR" and node.get("type") in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return [each for each in node["children"] if not is_id(column(each))]
    if kind == "FUNCTION" and str(node.get("function_name")).lower() == "count":
        given = [each.get("expression") for each in node.get("arguments") or ()]
        kept = [each for each in given if not is_id(column(each))]
        return [*kept, node.get("filter"), node.get("order_bys")]
    if kind == "WINDOW":
        rest = {name: part for name, part in node.items() if name != "partitions"}
        apart = [each for each in node.get("partitions") or () if not is_id(column(each))]
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


def numbers(group_set: Any) -> list[int]:
    """The places of the columns in one grouping set."""
    if isinstance(group_set, dict):
        return [int(each) for part in group_set.values() if isinstance(part, list) for each in part]
    return [int(each) for each in group_set]


def texts(listed: Any) -> list[str]:
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
