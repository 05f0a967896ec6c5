"""How many people are likely to be found, from how complete their details are; no spine is needed for it.

It says what the details allow, not who is on the list. People who moved in lately, changed their name or are
very young are found less often everywhere, and a file cannot tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from linkwell.forecast.assumptions import assumptions

IDENTIFIERS = ("nhi", "ird", "msd", "nsn")


@dataclass(frozen=True)
class Range:
    """A low, a likely and a high value."""

    low: float
    likely: float
    high: float

    def times(self, number: float) -> Range:
        """Each value times `number`."""
        return Range(self.low * number, self.likely * number, self.high * number)


@dataclass(frozen=True)
class Completeness:
    """The share of people (0 to 1) who have each detail; identifiers count where they are valid."""

    identifier: float = 0.0
    first_name: float = 1.0
    last_name: float = 1.0
    date_of_birth: float = 1.0
    gender: float = 1.0


@dataclass(frozen=True)
class GroupLinkability:
    """One group of a checked file.

    Attributes:
        dimension, group: what it is a group of ("ethnicity", "Samoan").
        people: how many.
        rate: the share likely to be found.
        evidence: people by kind of detail they can be found with.
    """

    dimension: str
    group: str
    people: int
    rate: Range
    evidence: tuple[tuple[str, int], ...]


def expected_link_rate(details: Completeness) -> Range:
    """The share of people likely to be found, taking gaps to fall independently of one another."""
    rest = 1 - details.identifier
    both = details.first_name * details.last_name
    one = details.first_name + details.last_name - 2 * both
    born = details.date_of_birth
    weights = {
        "identifier": details.identifier,
        "name_birth_gender": rest * both * born * details.gender,
        "name_birth": rest * both * born * (1 - details.gender),
        "short_name_birth": rest * one * born,
    }
    return _mean(weights)


def evidence_of(person: Mapping[str, str]) -> str:
    """Which details a person in exchange form can be found with: a key of `links.rate`."""
    if any(person.get(name) for name in IDENTIFIERS):
        return "identifier"
    if not person.get("date_of_birth"):
        return "nothing"
    first, last = person.get("first_name", ""), person.get("last_name", "")
    if not first and not last:
        return "nothing"
    if len(first.strip(". ")) < 2 or len(last.strip(". ")) < 2:
        return "short_name_birth"
    return "name_birth_gender" if person.get("gender") else "name_birth"


def linkability(
    people: Iterable[Mapping[str, str]], groups: Mapping[str, Mapping[int, Iterable[str]]] | None = None
) -> tuple[GroupLinkability, ...]:
    """How many of each group are likely to be found.

    Args:
        people: each person's details in exchange form.
        groups: dimension to person number (place in `people`) to the groups the person is in; several are
            normal (ethnic groups).

    Returns:
        Everyone first, then each dimension in order with its groups, largest first.
    """
    kinds = [evidence_of(person) for person in people]
    found = [_group("everyone", "Everyone", Counter(kinds))]
    for dimension, members in (groups or {}).items():
        counted: dict[str, Counter[str]] = {}
        for at, names in members.items():
            for name in names:
                counted.setdefault(name, Counter())[kinds[at]] += 1
        ordered = sorted(counted.items(), key=lambda each: (-each[1].total(), each[0]))
        found += [_group(dimension, name, kinds_of) for name, kinds_of in ordered]
    return tuple(found)


def _group(dimension: str, name: str, kinds: Counter[str]) -> GroupLinkability:
    return GroupLinkability(dimension, name, kinds.total(), _mean(kinds), tuple(kinds.most_common()))


def _mean(weights: Mapping[str, float]) -> Range:
    rates = assumptions()["links"]["rate"]
    total = sum(weights.values()) if all(isinstance(weight, int) for weight in weights.values()) else 1.0
    if not total:
        return Range(0.0, 0.0, 0.0)
    low, likely, high = (
        sum(weight * rates[kind][at] for kind, weight in weights.items()) / total for at in range(3)
    )
    return Range(low, likely, high)
