"""Totals instead of data about people: the least-intrusive answer, made safe to show.

Groups of fewer than six are not shown, the rest are rounded to three, and where one group alone would be
missing the next smallest goes too, so that it cannot be worked out. No overall total is given.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from linkwell.checking.outlook import BANDS_OF_AGE, band_of
from linkwell.checking.verdict import Verdict
from linkwell.specification.model import Specification

LEAST, BASE = 6, 3  # Stats NZ: fewer than six people are not shown; counts are rounded to three
HIDDEN = "fewer than 6, or hidden"


@dataclass(frozen=True)
class Total:
    """One group; `people` is rounded, None where it is not shown."""

    group: str
    people: int | None

    @property
    def said(self) -> str:
        """The number as it is shown."""
        return HIDDEN if self.people is None else f"{self.people:,}"


@dataclass(frozen=True)
class TotalsTable:
    """One way of grouping people."""

    title: str
    totals: tuple[Total, ...]


def totals_of(spec: Specification, verdict: Verdict, *, as_of: date) -> tuple[TotalsTable, ...]:
    """People by year of first start, age band, gender, ethnic group (each group they gave) and service."""
    kept = verdict.kept[0]
    people = {
        record: dict(zip(kept.columns, row, strict=True))
        for record, row in zip(kept.records, kept.rows, strict=True)
    }
    found = {
        "Year of first start": {at: [min(days)[:4]] for at, days in _values(verdict, "start_date").items()},
        "Age now": {at: [band_of(each["date_of_birth"], as_of)] for at, each in people.items()
                    if each.get("date_of_birth")},
        "Gender": _labelled(spec, "gender", {at: [each["gender"]] for at, each in people.items()
                                             if each.get("gender")}),
        "Ethnic group (people who gave two are counted in both)": _labelled(spec, "ethnicity", {
            at: [code[:1] for cell in cells for code in cell.split(";")]
            for at, cells in _values(verdict, "ethnicity").items()}),
        "Service": _values(verdict, "initiative"),
    }  # fmt: skip
    return tuple(_table(title, members.values()) for title, members in found.items() if members)


def _values(verdict: Verdict, name: str) -> dict[int, list[str]]:
    """A content field's values by person, of the first table that holds it."""
    found: dict[int, list[str]] = {}
    for table in verdict.kept[1:]:
        if name in table.columns:
            at = table.columns.index(name)
            for record, row in zip(table.records, table.rows, strict=True):
                if row[at]:
                    found.setdefault(record, []).append(row[at])
            return found
    return found


def _labelled(spec: Specification, codes: str, members: Mapping[int, list[str]]) -> dict[int, list[str]]:
    found = spec.code_list(codes)
    labels = found.labels() if found else {}
    return {at: [_plain(labels, code) for code in each] for at, each in members.items()}


def _plain(labels: Mapping[str, str], code: str) -> str:
    """A group's name; the standard's "residual categories" in words people know."""
    return "Not stated or not known" if code == "9" else labels.get(code, code)


def _table(title: str, members: Iterable[list[str]]) -> TotalsTable:
    counts = Counter(group for groups in members for group in set(groups))
    order = sorted(counts, key=lambda group: BANDS_OF_AGE.index(group) if group in BANDS_OF_AGE else group)
    hidden = {group for group, count in counts.items() if count < LEAST}
    if len(hidden) == 1 and len(counts) > 1:  # alone it could be worked out from another table's sum
        hidden.add(min((group for group in counts if group not in hidden), key=lambda group: counts[group]))
    return TotalsTable(
        title, tuple(Total(each, None if each in hidden else _rounded(counts[each])) for each in order)
    )


def _rounded(count: int) -> int:
    return (count + BASE // 2) // BASE * BASE


def totals_csv(tables: Iterable[TotalsTable]) -> bytes:
    """The tables as one CSV file a spreadsheet opens (with a byte-order mark, so that macrons survive)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("Table", "Group", "People, rounded to 3"))
    for table in tables:
        writer.writerows((table.title, each.group, each.said) for each in table.totals)
    return text.getvalue().encode("utf-8-sig")
