"""An attack that joins people of two de-identified databases by anything but what was approved.

The attacker knows every approved attribute and how many rows somebody has, and within a group of people
alike in all of them pairs people by one more feature: the order of ids, the place of rows, the row group
they fall in, how household or entity ids lie. Pairing by chance gets one right a group, so a feature that
tells nothing gets as many right as there are groups people of both share, give or take its root.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.integration import ids
from linkwell.integration.refresh import refresh_keys
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName

Ids = NDArray[np.int64]
ROW_GROUP = 2048
"""Rows the engine handles together; a stored row group is a whole number of these."""

_APPROVED = ("snz_birth_year_nbr", "snz_sex_gender_code")


@dataclass(frozen=True)
class Truth:
    """The same people in both databases: shape (people,)."""

    one: Ids
    other: Ids

    def __len__(self) -> int:
        return len(self.one)

    def as_arrow(self) -> pa.Table:
        """Columns one, other."""
        return pa.table({"one": self.one, "other": self.other})


@dataclass(frozen=True)
class View:
    """What an attacker reads of everybody in one database, people in the order of `uid`.

    Attributes:
        group: approved attributes, one text a person. features: one number a person by feature.
    """

    uid: Ids
    group: NDArray[Any]
    features: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Result:
    """How many pairs a feature got right, and how far from chance that is (in standard deviations)."""

    feature: str
    right: int
    expected: float
    z: float


def truth(home: Home, one: str, other: str) -> Truth:
    """Who is who, from the keys nobody but the custodian has; a refresh by label, a project by name."""
    person = home.zone(ZoneName.RESEARCH) / "sources" / "person.parquet"
    with duckdb.connect() as connection:
        people = connection.sql(f"SELECT person FROM '{person}'").to_arrow_table()["person"].to_numpy()
    return Truth(_ids_in(home, one, people), _ids_in(home, other, people))


def _ids_in(home: Home, name: str, people: Ids) -> Ids:
    facts = home.path / "projects" / name / "facts.json"
    label = name
    if facts.exists():
        import json

        label = json.loads(facts.read_text("utf-8"))["refresh"]
    research = ids.pseudonyms(refresh_keys(home, label).person, people)
    if not facts.exists():
        return research
    secret = keep_secret(home.path / "keys" / f"project-{name}.secret", demo_seed=home.demo_seed)
    return ids.pseudonyms(ids.derive(ids.derive(secret, f"project ids of {label}"), "person"), research)


def view(path: Path) -> View:
    """Everything of a database that could betray a row, for everybody in `person`."""
    with duckdb.connect(str(path), read_only=True) as con:
        approved = " || '|' || ".join(f"coalesce(p.{name}::VARCHAR, '')" for name in _APPROVED)
        # How many rows somebody has is approved as well: the least of many ids is smaller than of few.
        people = con.sql(
            f"""SELECT p.snz_uid AS uid, p.rowid AS at,
                       {approved} || '|' || coalesce(m.n, 0) || '|' || coalesce(e.n, 0) AS g
                FROM person p
                LEFT JOIN (SELECT snz_uid, count(*) AS n FROM measure GROUP BY ALL) m USING (snz_uid)
                LEFT JOIN (SELECT snz_uid, count(*) AS n FROM enrolment GROUP BY ALL) e USING (snz_uid)
                ORDER BY uid"""
        ).to_arrow_table()
        uid = people["uid"].to_numpy()
        features = {
            "order of ids": np.arange(len(uid), dtype=float),
            "low half of ids": (uid & 0xFFFFFFFF).astype(float),
            "place in person": people["at"].to_numpy().astype(float),
            "row group in person": (people["at"].to_numpy() // ROW_GROUP).astype(float),
        }
        for name, query in _FEATURES.items():
            features[name] = _of_each(con, query, uid)
    return View(uid, people["g"].to_numpy(zero_copy_only=False), features)


_FEATURES = {
    "place in residence": "SELECT snz_uid, min(rowid) FROM residence GROUP BY ALL",
    "household id": "SELECT snz_uid, min(snz_household_uid) FROM residence GROUP BY ALL",
    "place in measure": "SELECT snz_uid, min(rowid) FROM measure GROUP BY ALL",
    "entity id": "SELECT snz_uid, min(snz_entity_uid) FROM measure GROUP BY ALL",
    "place in enrolment": "SELECT snz_uid, min(rowid) FROM enrolment WHERE snz_uid > 0 GROUP BY ALL",
    "record id": "SELECT snz_uid, min(snz_record_uid) FROM enrolment WHERE snz_uid > 0 GROUP BY ALL",
}


def _of_each(con: duckdb.DuckDBPyConnection, query: str, uid: Ids) -> NDArray[np.float64]:
    rows = con.sql(query).to_arrow_table()
    who = rows.column(0).to_numpy()
    value = rows.column(1).to_numpy(zero_copy_only=False).astype(float)
    out = np.full(len(uid), np.nan)
    at = np.searchsorted(uid, who)
    out[at] = value
    return out


def attack(one: View, other: View, who: Truth) -> list[Result]:
    """Pair people of each group by each feature in its order; people without the feature are left out.

    Whether somebody has the feature at all (an enrolment, a home) is an approved fact and part of the group.
    """
    partner = dict(zip(who.one.tolist(), who.other.tolist(), strict=True))
    return [_by(feature, one, other, partner) for feature in one.features]


def _by(feature: str, one: View, other: View, partner: dict[int, int]) -> Result:
    sides = [_grouped(each, feature) for each in (one, other)]
    right, expected, variance = 0, 0.0, 0.0
    for group in sides[0].keys() & sides[1].keys():
        mine, theirs = sides[0][group], sides[1][group]
        size = min(len(mine), len(theirs))
        there = set(theirs.tolist())
        shared = sum(partner.get(uid) in there for uid in mine.tolist())
        right += sum(partner.get(a) == b for a, b in zip(mine.tolist(), theirs.tolist(), strict=False))
        chance = shared * size / (len(mine) * len(theirs))
        expected += chance
        variance += chance if max(len(mine), len(theirs)) > 1 else 0.0
    return Result(feature, right, expected, (right - expected) / max(variance, 1.0) ** 0.5)


def _grouped(side: View, feature: str) -> dict[Any, Ids]:
    """People of each group in the order of the feature; ties in an order that tells nothing."""
    value = side.features[feature]
    has = np.flatnonzero(~np.isnan(value))
    tie = np.random.default_rng(len(side.uid)).permutation(len(has))
    order = has[np.lexsort((tie, value[has], side.group[has].astype(str)))]
    names, starts = np.unique(side.group[order].astype(str), return_index=True)
    parts = np.split(side.uid[order], starts[1:])
    return dict(zip(names.tolist(), parts, strict=True))


def bits_together(who: Truth) -> float:
    """The greatest correlation of any bit of one id with any bit of the other (63 by 63)."""
    a, b = (_bits(each) for each in (who.one, who.other))
    return float(np.abs(a.T @ b / len(who)).max())


def _bits(uid: Ids) -> NDArray[np.float64]:
    bits = (uid[:, None] >> np.arange(63) & 1).astype(float)
    centred = bits - bits.mean(axis=0)
    return np.asarray(centred / np.maximum(centred.std(axis=0), 1e-9))


def chance_bound(people: int) -> float:
    """What the greatest of 3,969 correlations stays under by chance, but for one run in about 10,000."""
    return 5.6 / people**0.5


def all_ids(path: Path) -> Ids:
    """Every id of every column of a database."""
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal "
            "AND ends_with(column_name, '_uid')"
        ).fetchall()
        parts = [
            con.sql(f"SELECT DISTINCT {column} AS id FROM {table} WHERE {column} > 0").to_arrow_table()["id"]
            for table, column in columns
        ]
    return np.unique(np.concatenate([part.to_numpy() for part in parts]))


def ids_within(data: bytes, wanted: Ids) -> int:
    """How many different ids stand as eight bytes anywhere in `data`, at any offset, either end first."""
    seen: set[int] = set()
    wanted = np.unique(wanted)
    for offset in range(8):
        for order in ("<i8", ">i8"):
            window = np.frombuffer(data, dtype=order, offset=offset, count=(len(data) - offset) // 8)
            spots = np.searchsorted(wanted, window.astype(np.int64))
            hit = wanted[np.minimum(spots, len(wanted) - 1)] == window
            seen |= set(window[hit].tolist())
    return len(seen)
