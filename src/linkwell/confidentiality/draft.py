"""A request turned into groups of persistent people: internal numbers, before anything is decided."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from linkwell.confidentiality.groups import (
    BUCKETS,
    Flags,
    Groups,
    Marks,
    Memberships,
    distinct,
    grouped,
    joined,
    marks_of,
)
from linkwell.confidentiality.lines import lines, lines_of_all
from linkwell.confidentiality.magnitudes import keyed_sums
from linkwell.confidentiality.means import Amounts, amounts, unit_noise
from linkwell.confidentiality.models import ModelDraft, model_draft
from linkwell.confidentiality.person_index import PersonIndex
from linkwell.confidentiality.pooled import Pool
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.quantiles import checked_percents
from linkwell.confidentiality.request import (
    AMOUNTS,
    AnyTable,
    Floats,
    Ints,
    Labels,
    MeanTable,
    QuantileTable,
    ReleaseRequest,
)
from linkwell.confidentiality.rounding import Keys, RoundingKeys, record_keys
from linkwell.confidentiality.suppression import Axes, full_labels, too_few_entities
from linkwell.errors import WrongUse
from linkwell.ledger import canonical_json


@dataclass(frozen=True, eq=False, repr=False)
class TableDraft:
    """A table's cells as groups of people, with rows completed to all combinations.

    Attributes:
        axes: labels per dimension, if the rows are all combinations of them; else empty.
        few_entities: rows with too few entities of a declared kind.
        amounts, noise: per membership of a table of amounts, its amount and the person's factor; else empty.
        union: everyone in any cell, as one group.
    """

    table: AnyTable
    people: People
    rows: Labels
    axes: Axes
    pairs: Memberships
    groups: Groups
    few_entities: Flags
    amounts: Amounts
    noise: Floats
    union: Groups

    @cached_property
    def lines(self) -> list[Ints]:
        """The lines of the table, one array per dimension."""
        return lines_of_all(tuple(map(len, self.axes))) if self.axes else lines(self.rows)

    @cached_property
    def apart(self) -> bool:
        """Whether nobody is in two rows, so that no row is a margin of others."""
        return int(self.union.counts[0]) == len(self.pairs.loose[1])

    @property
    def measure(self) -> str:
        return self.table.measure if isinstance(self.table, AMOUNTS) else ""

    @property
    def unit(self) -> str:
        return self.table.unit if isinstance(self.table, AMOUNTS) else "people"


@dataclass(frozen=True, eq=False, repr=False)
class Draft:
    """A request as groups.

    Attributes:
        cohorts: the population, then everyone an effect or a model is about; a list of people that comes
            again (one comparison for many outcomes) is gathered once.
        sides: row in `cohorts` of the population, then per effect of those reached and their comparison, then
            of each model's people.
        effect_sums: per effect, the keyed sums of the outcome of those reached, shape (effects, 64).
        seen_through: cohorts a member of the pool could see through; of counts, then of effects.
    """

    request: ReleaseRequest
    people: People
    tables: tuple[TableDraft, ...]
    cohorts: Groups
    sides: Ints
    cohort_pairs: Memberships
    effect_sums: Floats
    models: tuple[ModelDraft, ...]
    digest: str
    seen_through: tuple[Flags, Flags]

    def effect_rows(self, effect: int) -> tuple[int, int]:
        """Cohort rows of those an effect reached and of their comparison."""
        return int(self.sides[1 + 2 * effect]), int(self.sides[2 + 2 * effect])

    @property
    def model_rows(self) -> Ints:
        """Cohort row of each model."""
        return self.sides[1 + 2 * len(self.request.effects) :]

    def cohort_people(self, row: int) -> Ints:
        """The places of a cohort's people, rising."""
        first = int(self.cohorts.counts[:row].sum())
        return self.cohort_pairs.places[first : first + int(self.cohorts.counts[row])]

    @cached_property
    def groups(self) -> Groups:
        """All groups: the cohorts, then table by table."""
        return joined([self.cohorts, *(table.groups for table in self.tables)])

    @property
    def population(self) -> Ints:
        """The persons the request is about."""
        return self.people.index.persons[self.cohort_people(0)]

    @property
    def pairs(self) -> list[Memberships]:
        """Who is in the groups: of the cohorts, then table by table."""
        return [self.cohort_pairs, *(table.pairs for table in self.tables)]

    @property
    def slices(self) -> list[slice]:
        """Where the cohorts and each table lie in `groups`."""
        sizes = [len(self.cohorts), *(len(table.groups) for table in self.tables)]
        ends = np.cumsum(sizes).tolist()
        return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


@dataclass(frozen=True, eq=False, repr=False)
class People:
    """A project's people with their keyed numbers, place by place."""

    index: PersonIndex
    record: Keys
    second: Keys
    marks: Marks

    @classmethod
    def of(cls, index: PersonIndex, keys: RoundingKeys) -> People:
        """Key everyone in the index."""
        record, second = record_keys(index.persons, keys)
        return cls(index, record, second, marks_of(record, second))

    def groups(self, pairs: Memberships, number: int) -> Groups:
        """Gather memberships into groups."""
        return grouped(pairs, number, self.index.persons, self.record, self.marks)


def draft(
    request: ReleaseRequest, people: People, profile: Profile, secret: bytes, *, exempt: frozenset[str]
) -> Draft:
    """Turn a request into groups of persistent people.

    Args:
        exempt: kinds of entity that need not be counted (the one provider whose agreement permits it).

    Raises:
        WrongUse: doubled names, columns of unequal length, labels that do not fit, people not in the project.
    """
    for parts in (request.tables, request.effects, request.models):
        if len({part.name for part in parts}) != len(parts):
            raise WrongUse("Two parts of a request have the same name.", where=request.project)
    sides = [request.population]
    for effect in request.effects:
        sides += [effect.treated_units, effect.comparison_units]
    sides += [model.units for model in request.models]
    lists, rows = _each_once(sides)
    found = [people.index.positions(side) for side in lists]
    pairs = _all_in_one(found[0]) if len(found) == 1 else distinct(
        np.repeat(np.arange(len(lists)), [len(side) for side in lists]), np.concatenate(found)
    )  # fmt: skip
    cohorts = people.groups(pairs, len(lists))
    everyone = pairs.places[: int(cohorts.counts[0])], cohorts.take(np.zeros(1, dtype=np.int64))
    pool = Pool.of(request.pool, people.index, profile)
    own = {n: Pool.of(groups, people.index, profile) for n, groups in request.pool_by_table.items()}
    tables = tuple(
        _table_draft(table, people, profile, exempt, everyone, own.get(table.name, pool))
        for table in request.tables
    )
    sums = _effect_sums(request, people, [found[row] for row in rows[1::2]])
    models = tuple(
        model_draft(model, people.index.positions(model.units), people.second) for model in request.models
    )
    mark = _digest(request, tables, cohorts.take(rows), sums, models, profile, secret)
    seen = _seen_through(pool, pairs, len(lists), profile)
    return Draft(request, people, tables, cohorts, rows, pairs, sums, models, mark, seen)


def _all_in_one(places: Ints) -> Memberships:
    return distinct(np.broadcast_to(np.zeros(1, dtype=np.int64), len(places)), places)


def _seen_through(
    pool: Pool | None, pairs: Memberships, number: int, profile: Profile
) -> tuple[Flags, Flags]:
    """Cohorts a member of the pool could see through: of counts, and where amounts are told."""
    if pool is None:
        return np.zeros(number, dtype=bool), np.zeros(number, dtype=bool)
    counts, amounts = (
        pool.unsafe(pairs.cells, pairs.places, number, least, profile)
        for least in (profile.people_threshold, profile.effect_treated_released)
    )
    return counts, amounts


def _each_once(sides: list[Ints]) -> tuple[list[Ints], Ints]:
    """The different lists of people in the order they come, and which of them each side is."""
    lists: list[Ints] = []
    by_length: dict[int, list[int]] = {}
    rows = []
    for side in sides:
        alike = by_length.setdefault(len(side), [])
        same = (row for row in alike if lists[row] is side or np.array_equal(lists[row], side))
        row = next(same, len(lists))
        if row == len(lists):
            alike.append(row)
            lists.append(side)
        rows.append(row)
    return lists, np.array(rows, dtype=np.int64)


def _effect_sums(request: ReleaseRequest, people: People, reached: list[Ints]) -> Floats:
    """Keyed sums of the outcomes; `reached`: per effect, the places of those reached.

    Raises:
        WrongUse: not one finite outcome per person reached, or a person twice.
    """
    found = np.zeros((len(request.effects), BUCKETS))
    for row, effect in enumerate(request.effects):
        values = np.asarray(effect.treated_values, dtype=np.float64)
        pairs = distinct(np.zeros(len(reached[row]), dtype=np.int64), reached[row])
        if len(pairs.places) != len(values) or not bool(np.all(np.isfinite(values))):
            raise WrongUse("An effect needs one finite outcome per person reached.", where=effect.name)
        found[row] = keyed_sums(values[pairs.first], pairs, people.second, 1)[0]
    return found


def _table_draft(
    table: AnyTable, people: People, profile: Profile, exempt: frozenset[str],
    everyone: tuple[Ints, Groups], pool: Pool | None = None,
) -> TableDraft:  # fmt: skip
    cells, units = np.asarray(table.cells, dtype=np.int64), np.asarray(table.units, dtype=np.int64)
    if cells.shape != units.shape or cells.ndim != 1:
        raise WrongUse("Cells and units of a table must be columns of equal length.", where=table.name)
    if len(cells) and (cells.min() < 0 or cells.max() >= len(table.labels)):
        raise WrongUse("A cell of the table has no label.", where=table.name)
    rows, places, axes = full_labels(table)
    if len(cells) and not np.array_equal(places, np.arange(len(places))):
        cells = places[cells]
    pairs = distinct(cells, people.index.positions(units))
    groups = people.groups(pairs, len(rows))
    few = np.zeros(len(rows), dtype=bool)
    for kind, entities in (table.entities or {}).items():
        if np.asarray(entities).shape != cells.shape:
            raise WrongUse(
                "Entities must be a column as long as the memberships.", where=f"{table.name}: {kind}"
            )
        if kind not in exempt:
            few |= too_few_entities(cells, np.asarray(entities), len(rows), profile.entities(kind))
    if pool is not None:
        least = profile.people_threshold
        least = profile.magnitude_released_count if isinstance(table, AMOUNTS) else least
        few |= pool.unsafe(pairs.cells, pairs.places, len(rows), least, profile)
    none = np.zeros(0)
    found, noise = Amounts(none, none, np.zeros(0, dtype=bool)), none
    if isinstance(table, AMOUNTS):
        found = amounts(table, pairs, len(rows), profile)
        noise = unit_noise(people.second[pairs.places], profile)
    if isinstance(table, QuantileTable):
        checked_percents(table, profile)
    union = _union(pairs, people, everyone)
    return TableDraft(table, people, rows, axes, pairs, groups, few, found, noise, union)


def _union(pairs: Memberships, people: People, everyone: tuple[Ints, Groups]) -> Groups:
    """Everybody in a table as one group; often that is the cohort, which is gathered already."""
    places = pairs.loose[1]
    if not np.array_equal(places, everyone[0]):
        there = np.zeros(len(people.index.persons), dtype=bool)
        there[places] = True
        places = np.flatnonzero(there)
    if np.array_equal(places, everyone[0]):
        return everyone[1]
    return people.groups(distinct(np.zeros(len(places), dtype=np.int64), places), 1)


def _digest(
    request: ReleaseRequest, tables: tuple[TableDraft, ...], cohorts: Groups, sums: Floats,
    models: tuple[ModelDraft, ...], profile: Profile, secret: bytes,
) -> str:  # fmt: skip
    """Keyed fingerprint of everything asked, by persons, so that the same request is known again."""
    words = {
        "project": request.project, "family": request.family, "purpose": request.purpose,
        "notes": request.notes, "sources": request.sources, "profile": profile.digest,
        "tables": [_table_words(part) for part in tables],
        "effects": [
            [e.name, e.outcome, e.unit, e.kind, e.title, *map(_g, (e.estimate, e.standard_error, e.lower,
             e.upper, e.comparison_effective, e.scale, e.level))] for e in request.effects
        ],
        "models": [
            [d.model.name, d.model.kind, d.model.outcome, d.model.title, list(d.columns)] for d in models
        ],
    }  # fmt: skip
    if request.pool:  # (words of other requests stay what they were)
        words["pool"] = [[len(units) for units in members] for members in request.pool]
    found = hmac.new(secret, b"linkwell request 1" + canonical_json(words), hashlib.sha384)
    for groups in (cohorts, *(part.groups for part in tables)):
        found.update(groups.counts.tobytes() + groups.keys.tobytes())
    for part_sums in (sums, *(draft.sums for draft in models)):
        found.update(",".join(map(_g, part_sums.ravel())).encode())
    for part in tables:
        found.update("\x1e".join("\x1f".join(row) for row in part.axes or part.rows).encode())
        values = part.amounts.values
        totals = np.bincount(part.pairs.cells, weights=values) if len(values) else values
        if isinstance(part.table, QuantileTable):  # the same total may hide other amounts
            totals = keyed_sums(values, part.pairs, part.people.second, len(part.rows)).ravel()
        found.update(part.few_entities.tobytes() + ",".join(map(_g, totals)).encode())
    return found.hexdigest()


def _table_words(part: TableDraft) -> list[object]:
    table = part.table
    unit = table.unit if isinstance(table, AMOUNTS) else ""
    more: list[object] = [list(table.percents)] if isinstance(table, QuantileTable) else []
    more += ["totals"] * (isinstance(table, MeanTable) and table.with_totals)
    return [table.name, table.title, list(table.dimensions), table.combinations, list(table.totals),
            part.measure, unit, len(part.rows), *more]  # fmt: skip


def _g(number: float) -> str:
    """Six figures: what two runs of one analysis agree on, whatever the order of their sums."""
    return f"{number:.6g}"
