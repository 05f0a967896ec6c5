"""Who has been told, counted by the year people first started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from linkwell.checking.notices import OPEN_END, NoticeCover
from linkwell.checking.verdict import Verdict
from linkwell.standards.clock import in_words

Starts = tuple[str, ...]  # the start dates of one person, ISO; nothing else about anybody


@dataclass(frozen=True)
class Told:
    """People who first started in one year; `year` 0 stands for those without any start date."""

    year: int
    people: int
    told: int
    by_basis: int

    @property
    def out(self) -> int:
        """How many nobody told, who stay out."""
        return self.people - self.told - self.by_basis


@dataclass(frozen=True)
class CoverCount:
    """The whole count.

    Attributes:
        first_out, last_out: the earliest and latest day on which somebody nobody told started; None without.
    """

    years: tuple[Told, ...]
    first_out: date | None = None
    last_out: date | None = None

    @property
    def people(self) -> int:
        """Everybody counted."""
        return sum(each.people for each in self.years)

    @property
    def out(self) -> int:
        """Everybody who stays out."""
        return sum(each.out for each in self.years)


def starts_of(verdict: Verdict) -> tuple[Starts, ...]:
    """The start dates of every kept person, from a check that looked at no notices."""
    found: dict[int, list[str]] = {record: [] for record in verdict.kept[0].records}
    for table in verdict.kept:
        if "start_date" in table.columns:
            at = table.columns.index("start_date")
            for record, row in zip(table.records, table.rows, strict=True):
                found.setdefault(record, []).append(row[at])
    return tuple(tuple(filter(None, days)) for days in found.values())


def count_cover(people: Iterable[Starts], notices: NoticeCover) -> CoverCount:
    """How many have been told, have a basis, or stay out, year by year."""
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    out: list[date] = []
    for starts in people:
        days = sorted(date.fromisoformat(start) for start in starts)
        of_year = counts[days[0].year if days else 0]
        of_year[0] += 1
        if notices.told(days):
            of_year[1] += 1
        elif notices.has_basis(days):
            of_year[2] += 1
        else:
            out += days
    years = tuple(Told(year, *counts[year]) for year in sorted(counts))
    return CoverCount(years, min(out, default=None), max(out, default=None))


def cover_in_words(count: CoverCount, notices: NoticeCover, counted_on: date) -> str:
    """The cover as an assessor reads it: how many were told, by which statements, and who stays out."""
    told, basis = sum(each.told for each in count.years), sum(each.by_basis for each in count.years)
    everybody = f"Counted on {in_words(counted_on)}: {count.people:,} people"
    said = [f"{everybody}, {told:,} of them told by a statement that names Stats NZ."]
    if basis:
        said.append(f"For {basis:,} something stands in: they were told later, or an exception was accepted.")
    if count.first_out and count.last_out:
        days = f"they started between {in_words(count.first_out)} and {in_words(count.last_out)}"
        said.append(f"{count.out:,} stay out of what is sent: {days}.")
    for each in notices.statements:
        if each.names_stats_nz:
            until = "" if each.shown_to == OPEN_END else f" to {in_words(each.shown_to)}"
            said.append(f"“{each.version}” from {in_words(each.shown_from)}{until}, {each.channel}.")
    return " ".join(said)
