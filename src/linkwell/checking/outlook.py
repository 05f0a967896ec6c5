"""What a checked file lets you expect: who is likely to be found, by group, and what would be shown of them.

Nothing but the file itself is looked at. The numbers are for the provider's own screen; they count the
provider's own people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from linkwell.checking.verdict import KeptTable, Verdict
from linkwell.forecast import Completeness, Outlook, Provider, linkability, outlook
from linkwell.forecast.links import IDENTIFIERS, GroupLinkability
from linkwell.specification.model import Compartment, Specification

# output age bands: 0-4, 5-14, 15-24, 25-44, 45-64, 65+
_BANDS = ((5, "0 to 4"), (15, "5 to 14"), (25, "15 to 24"), (45, "25 to 44"), (65, "45 to 64"))
BANDS_OF_AGE = [*(label for _, label in _BANDS), "65 and over"]
_BY = {"ethnicity": "ethnic group", "initiative": "initiative", "variant": "version of the service"}
_MOST_GROUPS = 12


@dataclass(frozen=True)
class FileOutlook:
    """What one checked file lets you expect.

    Attributes:
        outlook: the answer to "Will you see anything?" with this file's own completeness.
        groups: likely link rates, everyone first.
    """

    outlook: Outlook
    groups: tuple[GroupLinkability, ...]


def expect(
    spec: Specification, verdict: Verdict, *, as_of: date, one_provider: bool | None = None
) -> FileOutlook:
    """Forecast from the rows a check kept.

    Args:
        as_of: the day ages are counted on.
        one_provider: whether results about this provider alone are allowed; None: not settled.
    """
    kept = verdict.table(spec.of_compartment(Compartment.IDENTITY)[0].name)
    people = [dict(zip(kept.columns, row, strict=True)) for row in kept.rows] if kept else []
    started = sum(any(starts) for starts in _by_person(verdict, "start_date").values())
    provider = Provider(
        participants=len(people),
        details=completeness(people),
        start_dates=2 * started > len(people),
        one_provider=one_provider,
    )
    groups = linkability(people, _groups(spec, verdict, people, as_of))
    return FileOutlook(outlook(provider, groups[0].rate, _breakdowns(groups)), groups)


def _breakdowns(groups: tuple[GroupLinkability, ...]) -> list[tuple[str, list[float]]]:
    """The shares of this file's own groups, for what would be shown."""
    total = groups[0].people
    found: dict[str, list[float]] = {}
    for group in groups[1:]:
        found.setdefault(f"by {group.dimension}", []).append(group.people / total)
    return list(found.items())


def completeness(people: list[dict[str, str]]) -> Completeness:
    """The share of people with each detail; nobody gives nothing."""
    total = len(people) or 1

    def share(*names: str) -> float:
        return sum(any(person.get(name) for name in names) for person in people) / total

    return Completeness(
        identifier=share(*IDENTIFIERS),
        first_name=share("first_name"),
        last_name=share("last_name"),
        date_of_birth=share("date_of_birth"),
        gender=share("gender"),
    )


def _groups(
    spec: Specification, verdict: Verdict, people: list[dict[str, str]], as_of: date
) -> dict[str, Mapping[int, Iterable[str]]]:
    groups: dict[str, Mapping[int, Iterable[str]]] = {
        "age band": {at: [band_of(born, as_of)] for at, born in _given(people, "date_of_birth")},
        "gender": _labelled(spec, "gender", {at: [code] for at, code in _given(people, "gender")}),
    }
    for name, label in _BY.items():
        found = _by_person(verdict, name)
        if name == "ethnicity":
            found = {
                at: [code[:1] for cell in cells for code in cell.split(";")] for at, cells in found.items()
            }
        groups[label] = _largest(_labelled(spec, name, found))
    return {name: members for name, members in groups.items() if members}


def _given(people: list[dict[str, str]], name: str) -> Iterable[tuple[int, str]]:
    return ((at, person[name]) for at, person in enumerate(people) if person.get(name))


def _by_person(verdict: Verdict, name: str) -> dict[int, list[str]]:
    """A content field's values by person (place in the identity table), of the first table that holds it."""
    place = {record: at for at, record in enumerate(verdict.kept[0].records)}
    for table in verdict.kept:
        if name in table.columns:
            return {
                place[record]: found for record, found in _values(table, table.columns.index(name)).items()
            }
    return {}


def _values(table: KeptTable, column: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for person, row in zip(table.records, table.rows, strict=True):
        if row[column] and row[column] not in found.setdefault(person, []):
            found[person].append(row[column])
    return {person: values for person, values in found.items() if values}


def _labelled(spec: Specification, name: str, members: Mapping[int, Iterable[str]]) -> dict[int, list[str]]:
    codes = spec.code_list(name)
    labels = codes.labels() if codes else {}
    return {at: list(dict.fromkeys(labels.get(code, code) for code in each)) for at, each in members.items()}


def _largest(members: dict[int, list[str]]) -> dict[int, list[str]]:
    """Only the largest groups: a column of many labels says nothing as a long list."""
    sizes = Counter(name for names in members.values() for name in names)
    kept = {name for name, _ in sizes.most_common(_MOST_GROUPS)}
    return {at: [name for name in names if name in kept] for at, names in members.items()}


def band_of(born: str, as_of: date) -> str:
    day = date.fromisoformat(born)
    age = as_of.year - day.year - ((as_of.month, as_of.day) < (day.month, day.day))
    return next((label for limit, label in _BANDS if age < limit), BANDS_OF_AGE[-1])
