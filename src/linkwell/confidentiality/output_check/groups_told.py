"""Whether a table tells by iwi, or about areas smaller than a region: for projects that promised not to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from linkwell.confidentiality.output_check.cells import address
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.tables import Table
from linkwell.confidentiality.output_check.words import plain
from linkwell.standards.lists import rows

BY_IWI, SMALL_AREA = "by_iwi", "small_area"
_HEADINGS = {
    BY_IWI: re.compile(r"\b(iwi|hap[uū])\b"),
    SMALL_AREA: re.compile(
        r"^(sa ?[123]|ta|talb|mb|au)\b|\b(sa ?[123] (code|name)|territorial (authorit(y|ies)|local)|"
        r"meshblocks?|suburbs?|towns?|cit(y|ies)|districts?|wards?|local boards?|area units?|"
        r"statistical areas?|post ?codes?|postal codes?|streets?|localit(y|ies)|neighbourhoods?)\b"
    ),
}
_LISTS = {BY_IWI: ("iwi",), SMALL_AREA: ("territorial_authorities", "auckland_local_boards")}
_LEAST = 2
"""So many names of the list make a table one of it: one alone may be a coincidence."""


def check_groups(table: Table, watched: Iterable[str]) -> Iterator[Finding]:
    """What of the watched kinds a table tells, by its headings and by the names of its lines and columns."""
    names: dict[str, list[str]] = {}
    for row, labels in table.labels.items():
        for label, column in zip(labels[-len(table.label_columns) :], table.label_columns, strict=False):
            names.setdefault(plain(label), []).append(address(row, column))
    parts = [part for column in table.columns for part in column.headings]
    heads = [plain(each) for each in (*table.label_names, *parts)]
    for kind in watched:
        listed = _names(kind)
        known = [name for name in {*names, *heads} if name in listed]
        cells = [at for name in known for at in names.get(name, ())]
        if len(known) >= _LEAST or any(named_so(kind, head) for head in heads):
            yield found(kind, table.file, table.sheet, cells)


def named_so(kind: str, heading: str) -> bool:
    """Whether a heading or a column's name says that it tells by this kind."""
    return bool(_HEADINGS[kind].search(plain(heading)))


@cache
def _names(kind: str) -> frozenset[str]:
    """Names of the kind, but for those that are regions as well, or say that none is known."""
    return frozenset().union(*map(_listed, _LISTS[kind])) - _listed("regions") - _UNKNOWN


_UNKNOWN = frozenset({"not stated", "other", "unknown", "not elsewhere classified"})


def _listed(name: str) -> frozenset[str]:
    return frozenset(plain(row.get("label") or row["name"]) for row in rows(name))
