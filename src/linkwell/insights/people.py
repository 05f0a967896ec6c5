"""Everyone in the project's database as columns of numbers: traits, where they live, who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.insights.protocol import Condition, Protocol

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ETHNIC_GROUPS = 6
NEVER = 10**6
"""A month that never comes."""


def month_number(day: date) -> int:
    """Months since January of year 0."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month number."""
    return date(month // 12, month % 12 + 1, 1)


def month_of_day(day: Ints) -> Ints:
    """Month numbers of days since 1970-01-01."""
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12)


@dataclass(frozen=True, eq=False, repr=False)
class People:
    """Everyone on the spine, sorted by project id; all arrays have shape (n,) (ethnicity (n, 6)).

    Attributes:
        born, died: month numbers (died: NEVER if alive). region: index into `regions`, −1 unknown.
        nzdep: 1 to 10, 0 unknown. area: index into `areas`, −1 unknown. areas: (region, district) codes, a
            district that lies in two regions being two; none where the project holds no districts.
    """

    uid: Ints
    born: Ints
    died: Ints
    gender: Ints
    ethnicity: Bools
    resident: Bools
    region: Ints
    nzdep: Ints
    regions: tuple[str, ...]
    area: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    areas: tuple[tuple[str, str], ...] = ()

    def places(self, uid: Ints) -> Ints:
        """Row of each project id (ids must be known)."""
        found = np.searchsorted(self.uid, uid)
        return np.asarray(np.minimum(found, max(len(self.uid) - 1, 0)), dtype=np.int64)

    def age(self, month: int) -> Ints:
        """Whole years of age at the start of a month."""
        return np.asarray((month - self.born) // 12, dtype=np.int64)

    def alive(self, month: int) -> Bools:
        """Born, and not dead before the month."""
        return np.asarray((self.born < month) & (self.died >= month))


def read_people(connection: duckdb.DuckDBPyConnection) -> People:
    """Read `person` and `residence` (its districts where the project has them)."""
    named = {row[0] for row in connection.execute("DESCRIBE residence").fetchall()}
    district = "coalesce(r.ta_code, '')" if "ta_code" in named else "''"
    bits = ", ".join(
        f"coalesce(p.snz_ethnicity_grp{n}_ind, false) AS eth{n}" for n in range(1, ETHNIC_GROUPS + 1)
    )
    columns = _columns(
        connection,
        f"""SELECT p.snz_uid AS uid,
                   (coalesce(p.snz_birth_year_nbr, 0) * 12 + coalesce(p.snz_birth_month_nbr, 1) - 1)::BIGINT
                   AS born, coalesce(p.snz_deceased_year_nbr * 12 + p.snz_deceased_month_nbr - 1,
                   {NEVER})::BIGINT AS died, coalesce(try_cast(p.snz_sex_gender_code AS BIGINT), 0) AS
                   gender, {bits}, p.snz_resident_ind AS resident, coalesce(r.region_code, '') AS region,
                   coalesce(r.nzdep_nbr, 0)::BIGINT AS nzdep, {district} AS district
            FROM person p LEFT JOIN residence r USING (snz_uid) ORDER BY uid""",
    )
    region, listed = _places(columns["region"])
    area, areas = _areas(region, listed, *_places(columns["district"]))
    numbers = {
        name: columns[name].to_numpy() for name in ("uid", "born", "died", "gender", "nzdep", "resident")
    }
    return People(
        uid=numbers["uid"],
        born=numbers["born"],
        died=numbers["died"],
        gender=numbers["gender"],
        ethnicity=np.column_stack([columns[f"eth{n}"].to_numpy() for n in range(1, ETHNIC_GROUPS + 1)]),
        resident=numbers["resident"].astype(bool),
        region=region,
        nzdep=numbers["nzdep"],
        regions=listed,
        area=area,
        areas=areas,
    )


def _places(column: pa.ChunkedArray) -> tuple[Ints, tuple[str, ...]]:
    """Per row the place of its code among the codes in order, −1 where it has none; and these."""
    coded = column.combine_chunks().dictionary_encode()
    found = coded.dictionary.to_pylist()
    listed = tuple(sorted(code for code in found if code))
    lookup = np.array([listed.index(code) if code else -1 for code in found] or [-1], dtype=np.int64)
    return lookup[coded.indices.to_numpy()], listed


def _areas(
    region: Ints, regions: tuple[str, ...], district: Ints, districts: tuple[str, ...]
) -> tuple[Ints, tuple[tuple[str, str], ...]]:
    """Per row the place of its region and district among the pairs that there are, in order; and these.

    A place in a known region and no known district is a pair of its own.
    """
    if not districts:
        return np.full(len(region), -1, dtype=np.int64), ()
    pair = np.where(region >= 0, region * (len(districts) + 1) + district + 1, -1)
    there = np.flatnonzero(np.bincount(pair + 1, minlength=1)[1:])
    place = np.searchsorted(there, pair)
    codes = ("", *districts)
    found = tuple((regions[n // len(codes)], codes[n % len(codes)]) for n in there.tolist())
    return np.where(pair >= 0, place, -1), found


@dataclass(frozen=True, eq=False, repr=False)
class Clients:
    """The people an organisation supplied.

    Attributes:
        supplied: unit ids of everyone supplied (found or not). linked: project ids of those found.
        started, start_day: project ids of those found with a known first start, and its day (since
        1970-01-01).
    """

    supplied: Ints
    linked: Ints
    started: Ints
    start_day: Ints

    @property
    def start_month(self) -> Ints:
        """Month number of each first start."""
        return month_of_day(self.start_day)


def read_clients(
    connection: duckdb.DuckDBPyConnection, initiatives: Sequence[str], last_day: date
) -> Clients:
    """Read `enrolment`: everyone with an enrolment, and the first start of those found.

    Starts after `last_day` are not starts yet: nothing dated after the data end is believed.
    """
    where = "true"
    if initiatives:
        where = f"initiative_code IN ({', '.join('?' * len(initiatives))})"
    units = _columns(
        connection,
        f"""SELECT snz_unit_uid AS unit, max(snz_uid) AS uid,
                   min(CASE WHEN start_date <= DATE '{last_day}' THEN start_date END) AS start_date
            FROM enrolment WHERE {where} GROUP BY unit ORDER BY unit""",
        list(initiatives),
    )
    unit, uid = units["unit"].to_numpy(), units["uid"].to_numpy()
    start = units["start_date"].to_numpy().astype("datetime64[D]")
    known = (uid > 0) & ~np.isnat(start)
    return Clients(unit, unit[uid > 0], unit[known], start[known].astype(np.int64))


def meeting(
    connection: duckdb.DuckDBPyConnection,
    conditions: Sequence[Condition],
    before: date,
    since: date | None = None,
) -> Ints:
    """Project ids of everyone who meets any of the conditions before a day, sorted.

    The window is the condition's months before `before`, or before `since` and up to `before`.
    """
    found = [np.zeros(0, dtype=np.int64)]
    for condition in conditions:
        first = first_of(month_number(since or before) - condition.months)
        found.append(
            _columns(
                connection,
                f"""SELECT snz_uid AS uid FROM measure JOIN catalogue USING (measure_code)
                    WHERE measure_code = ? AND start_date < DATE '{before}'
                      AND coalesce(end_date, start_date) >= DATE '{first}'
                    GROUP BY uid HAVING sum(CASE WHEN kind_code IN ('days', 'state') THEN
                        date_diff('day', greatest(start_date, DATE '{first}'),
                                  least(coalesce(end_date, start_date) + 1, DATE '{before}'))
                        ELSE coalesce(value_amt, 1) END) >= ?""",
                [condition.measure, condition.at_least],
            )
            .column("uid")
            .to_numpy()
        )
    return np.unique(np.concatenate(found))


def eligible_at(people: People, protocol: Protocol, month: int) -> Bools:
    """Residents alive at the start of a month and in the protocol's age range (conditions apart)."""
    age = people.age(month)
    rule = protocol.eligible
    return np.asarray(people.resident & people.alive(month) & (age >= rule.age_from) & (age <= rule.age_to))


def _columns(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None) -> Any:
    relation = connection.sql(query, params=parameters) if parameters else connection.sql(query)
    return relation.to_arrow_table()
