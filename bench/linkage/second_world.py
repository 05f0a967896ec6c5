"""A second invented spine and list, by other rules than world.py; the linker was not tuned on it.

Errors come in bundles (a careless clerk, a form read aloud, a person who does not know the date), and the
spine itself is dirty: missing and default dates, old surnames, people who are there twice.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from world import GROUPS, ird_numbers, nhi_numbers

_ONSETS = "b br c ch d f g gr h j k l m n p r s st t tr v w"
_VOWELS = "a e i o u ai ea oo"
_ENDS = "l n r s t th rd ck m nd"
BUNDLES = {  # share of records, and what such a record suffers
    "clean": (0.62, ()),
    "careless": (0.14, ("key_given", "key_surname", "digit")),
    "aloud": (0.10, ("heard_given", "heard_surname")),
    "short": (0.06, ("initial", "no_middle", "year_only")),
    "changed": (0.04, ("new_surname",)),
    "muddled": (0.02, ("swap_names", "swap_day")),
    "unknown": (0.02, ("no_date",)),
}
_HEARD = (
    ("ph", "f"),
    ("c", "k"),
    ("ck", "k"),
    ("ea", "ee"),
    ("ai", "ay"),
    ("th", "t"),
    ("y", "i"),
    ("oo", "u"),
)


@dataclass(frozen=True)
class Shape:
    """Shares of people and records."""

    off_spine: float = 0.09
    nhi: float = 0.25
    ird: float = 0.10
    spine_no_date: float = 0.015
    spine_january: float = 0.01
    spine_old_surname: float = 0.04
    spine_twice: float = 0.004
    harm: float = 0.45  # chance that each thing in a record's bundle happens


def _pool(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    made: dict[str, None] = {}
    while len(made) < n:
        parts = [
            rng.choice(_ONSETS.split()) + rng.choice(_VOWELS.split()) for _ in range(int(rng.integers(1, 3)))
        ]
        made["".join(parts).capitalize() + str(rng.choice(_ENDS.split()))] = None
    return np.array(list(made), dtype=object)


def _names(rng: np.random.Generator, group: Any, female: Any) -> tuple[Any, Any]:
    n = len(group)
    given, last = np.empty(n, dtype=object), np.empty(n, dtype=object)
    first_pool, last_pool = _pool(rng, 1800), _pool(rng, 24000)
    p_first, p_last = 1 / np.arange(4, 1804) ** 1.05, 1 / np.arange(30, 24030) ** 0.8
    for g in range(len(GROUPS) + 1):
        rows = np.flatnonzero(group == g)
        if g == len(GROUPS):
            given[rows] = rng.choice(first_pool, len(rows), p=p_first / p_first.sum())
            last[rows] = rng.choice(last_pool, len(rows), p=p_last / p_last.sum())
            continue
        _, men, women, surnames = list(GROUPS.values())[g]
        own = np.array([x.replace("-", " ") for x in surnames.split()], dtype=object)
        last[rows] = np.where(
            rng.random(len(rows)) < 0.5,
            rng.choice(own, len(rows)),
            rng.choice(last_pool, len(rows), p=p_last / p_last.sum()),
        )
        for sex, text in ((True, women), (False, men)):
            here = rows[female[rows] == sex]
            given[here] = np.where(
                rng.random(len(here)) < 0.55,
                rng.choice(np.array([x.replace("-", " ") for x in text.split()], dtype=object), len(here)),
                rng.choice(first_pool, len(here), p=p_first / p_first.sum()),
            )
    return given, last


def _key(text: str, rng: np.random.Generator) -> str:
    """A slip of the finger: a letter doubled, dropped, or its neighbour on the keyboard."""
    at, kind = int(rng.integers(len(text))), int(rng.integers(3))
    rows = "qwertyuiopasdfghjklzxcvbnm"
    if kind == 0:
        return text[:at] + text[at] + text[at:]
    if kind == 1 and len(text) > 2:
        return text[:at] + text[at + 1 :]
    spot = rows.find(text[at].lower())
    return text[:at] + (rows[(spot + 1) % 26] if spot >= 0 else "e") + text[at + 1 :]


def _heard(text: str, rng: np.random.Generator) -> str:
    known = [(a, b) for a, b in _HEARD if a in text.lower()]
    if not known:
        return text + "e"
    a, b = known[int(rng.integers(len(known)))]
    return text.lower().replace(a, b, 1).capitalize()


def _harm(row: dict[str, Any], what: str, rng: np.random.Generator, other: str) -> None:
    if what in ("key_given", "heard_given"):
        row["first_name"] = (_key if what[0] == "k" else _heard)(row["first_name"], rng)
    elif what in ("key_surname", "heard_surname"):
        row["last_name"] = (_key if what[0] == "k" else _heard)(row["last_name"], rng)
    elif what == "digit" and row["dob"]:
        at = int(rng.choice([3, 6, 8, 9]))
        row["dob"] = row["dob"][:at] + str(int(rng.integers(10))) + row["dob"][at + 1 :]
    elif what == "initial":
        row["first_name"] = row["first_name"][0]
    elif what == "no_middle":
        row["middle_name"] = None
    elif what == "year_only" and row["dob"]:
        row["dob"] = row["dob"][:4]
    elif what == "new_surname":
        row["last_name"] = other
    elif what == "swap_names":
        row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
    elif what == "swap_day" and row["dob"] and row["dob"][8:] <= "12":
        row["dob"] = f"{row['dob'][:4]}-{row['dob'][8:]}-{row['dob'][5:7]}"
    elif what == "no_date":
        row["dob"] = None


def make(
    people: int, records: int, seed: int, shape: Shape | None = None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return (spine, list, truth): truth has record, spine_id (null where off the spine) and group."""
    s, rng = shape or Shape(), np.random.default_rng(seed)
    off = int(records * s.off_spine)
    total = people + off
    shares = [share for share, *_ in GROUPS.values()]
    group = rng.choice(len(GROUPS) + 1, total, p=[*shares, 1 - sum(shares)])
    female = rng.random(total) < 0.51
    first, last = _names(rng, group, female)
    middle = np.where(rng.random(total) < 0.5, rng.permutation(first), None)
    born = np.datetime64("1930-01-01") + rng.integers(0, 34000, total)
    sibling = (
        rng.random(total) < 0.35
    )  # the next person of the same surname, a few years on; sometimes a twin
    last[1:] = np.where(sibling[1:], last[:-1], last[1:])
    group[1:] = np.where(sibling[1:], group[:-1], group[1:])
    twin = sibling & (rng.random(total) < 0.02)
    born[1:] = np.where(twin[1:], born[:-1], born[1:])
    dob = np.array(born.astype(str), dtype=object)
    nhi, ird = nhi_numbers(total, rng), ird_numbers(total, rng)
    ids = rng.permutation(total * 2)[:total].astype(np.int64) + 1
    columns = {
        "first_name": first,
        "middle_name": middle,
        "last_name": last,
        "dob": dob,
        "nhi": nhi,
        "ird": ird,
    }
    columns["prior_last_name"] = np.full(total, None, dtype=object)
    columns["gender"] = np.where(female, "2", "1").astype(object)
    spine = {name: values[:people].copy() for name, values in columns.items()}
    for i in np.flatnonzero(rng.random(people) < s.spine_no_date):
        spine["dob"][i] = None
    for i in np.flatnonzero(rng.random(people) < s.spine_january):
        spine["dob"][i] = None if spine["dob"][i] is None else spine["dob"][i][:4] + "-01-01"
    old = rng.random(people) < s.spine_old_surname
    spine["last_name"] = np.where(old, rng.permutation(spine["last_name"]), spine["last_name"])
    spine["nhi"] = np.where(rng.random(people) < 0.85, spine["nhi"], None)
    spine["ird"] = np.where(rng.random(people) < 0.7, spine["ird"], None)
    twice = np.flatnonzero(rng.random(people) < s.spine_twice)
    spine = {name: np.concatenate((values, values[twice])) for name, values in spine.items()}
    # ids that were not given yet, low and high alike: nothing says which of two copies came first
    copies = rng.choice(np.setdiff1d(np.arange(1, total * 2 + 1), ids), len(twice), replace=False)
    table = pa.table(
        {
            "spine_id": np.concatenate((ids[:people], copies)),
            **{name: pa.array(values, pa.string()) for name, values in spine.items()},
        }
    )
    chosen = np.concatenate((rng.choice(people, records - off, replace=False), people + np.arange(off)))
    bundles = list(BUNDLES.values())
    kinds = rng.choice(len(bundles), records, p=[share for share, _ in bundles])
    rows, truth = [], []
    for n, i in enumerate(rng.permutation(chosen)):
        row = {name: values[i] for name, values in columns.items()}
        row["nhi"] = row["nhi"] if rng.random() < s.nhi else None
        row["ird"] = row["ird"] if rng.random() < s.ird else None
        for what in bundles[kinds[n]][1]:
            if rng.random() < s.harm:
                _harm(row, what, rng, str(last[int(rng.integers(total))]))
        rows.append({"rec_id": f"S{n:07d}", **row})
        there = int(ids[i]) if i < people else None
        truth.append({"record": f"S{n:07d}", "spine_id": there, "group": int(group[i])})
    schema = pa.schema([(name, pa.string()) for name in rows[0]])
    return table, pa.Table.from_pylist(rows, schema), pa.Table.from_pylist(truth)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--list", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    made = make(options.people, options.list, options.seed)
    for file, content in zip(("spine", "list", "truth"), made, strict=True):
        pq.write_table(content, options.out / f"{file}.parquet")
