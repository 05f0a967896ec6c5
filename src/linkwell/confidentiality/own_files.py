"""Counts from an analyst's own microdata in one call, with a rounding secret and a release ledger."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from linkwell.confidentiality.desk import SECRET, ReleaseDesk
from linkwell.confidentiality.merging import Merge, proposals
from linkwell.confidentiality.person_index import write_person_index
from linkwell.confidentiality.profile import Profile, load_profile
from linkwell.confidentiality.release import Release
from linkwell.confidentiality.request import CountTable, Ints, MeanTable, ReleaseRequest
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Zone, ZoneName, data_home_of

PROJECT = "own-files"


@dataclass(frozen=True, eq=False, repr=False)
class Confidentialised:
    """What may leave; and for the holder of the file only: how much is lost, and merges that lose less."""

    release: Release
    lost_percent: float
    merges: tuple[Merge, ...]


def confidentialise(
    data: pa.Table | Path, *, by: Sequence[str], person: str, ledger: Path, mean: str = "",
    unit: str = "units", entities: Mapping[str, str] | None = None,
    codes: Mapping[str, Sequence[str]] | None = None, name: str = "table",
    purpose: str = "a table from own files", profile: str = "nz-fixed", long: bool = False,
) -> Confidentialised:  # fmt: skip
    """Release a table of counts (and means) from one row per person, or per person and category.

    Args:
        data: an Arrow table, or a CSV or Parquet file outside any data home.
        by: columns to count by. person: column that identifies a person, the same in every file and year.
        ledger: folder for the rounding secret and the release ledger; keep it, and use the same one always.
        mean: a column of amounts to average. unit: what they are. entities: kind -> column of organisations.
        codes: column -> its whole code list. Without one, labels that fewer than six people have are left
            out, as an absent label would tell a zero.
        long: `by` is a heading and a category, and a person may have several rows.

    Raises:
        RefusedByRule: a path lies in a data home, or the ledger is not whole.
        WrongUse: a column is missing, or a label is not in its code list.
    """
    zone, rules = _zone(ledger, data), load_profile(profile)
    table = read_file(data) if isinstance(data, Path) else data
    _columns_there(table, [*by, person, *([mean] if mean else []), *(entities or {}).values()])
    with ReleaseDesk.open(zone, profile=profile) as desk:
        units = _people(table.column(person), keep_secret(zone / SECRET), zone)
        labels, places, kept, notes = _cells(table, by, units, codes or {}, rules, long)
        facts: dict[str, Any] = {
            "name": name, "dimensions": tuple(by), "labels": labels, "cells": places, "units": units[kept],
            "combinations": "listed" if long else "all",
            "entities": {kind: _codes(table.column(c))[0][kept] for kind, c in (entities or {}).items()},
        }  # fmt: skip
        if mean:
            amounts = table.column(mean).cast(pa.float64()).to_numpy()[kept]
            asked: CountTable | MeanTable = MeanTable(**facts, values=amounts, measure=mean, unit=unit)
        else:
            asked = CountTable(**facts)
        release = desk.release(
            ReleaseRequest(
                PROJECT, "own files", purpose, np.unique(units[kept]), (asked,), notes=notes,
                single_provider=False,
            ),
            permission_single_provider=True, actor="own files",
        )  # fmt: skip
    counts = np.bincount(places, minlength=len(labels))
    found = () if long else proposals(counts, labels, tuple(by), rules.people_threshold)
    there = counts > 0
    hidden = np.array([value is None for value in release.tables[name].values])
    return Confidentialised(release, 100 * float(hidden[there].mean()) if there.any() else 0.0, found)


def read_file(path: Path) -> pa.Table:
    """A CSV or Parquet file as an Arrow table.

    Raises:
        WrongUse: it is neither, or not there.
    """
    try:
        found: pa.Table = pa.parquet.read_table(path) if path.suffix == ".parquet" else pa.csv.read_csv(path)
    except (OSError, pa.ArrowInvalid) as problem:
        raise WrongUse("This file cannot be read as CSV or Parquet.", where=path.name) from problem
    return found


def _zone(ledger: Path, data: pa.Table | Path) -> Zone:
    for path in (ledger, *([data] if isinstance(data, Path) else [])):
        if data_home_of(path) is not None:
            raise RefusedByRule(
                "This path lies inside a data home.",
                where=path.name,
                why="Numbers leave a data home through its own release desk, which remembers all of them.",
                fix="Use: linkwell custodian release",
            )
    ledger.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Zone(ZoneName.DISCLOSURE, ledger)


def _columns_there(table: pa.Table, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise WrongUse(
            "The file has no such column.",
            where=", ".join(missing),
            fix=f"It has: {', '.join(table.column_names)}",
        )


def _people(column: pa.ChunkedArray, secret: bytes, zone: Zone) -> Ints:
    """A place per row; each person's place stands for a keyed number that is the same in every file."""
    places, values = _codes(column)
    if (places < 0).any():
        raise WrongUse("Some rows have no person.", why="A count is of people.", fix="Leave those rows out.")
    digests = (hmac.digest(secret, b"person " + str(value).encode(), hashlib.sha384)[:8] for value in values)
    persons = np.frombuffer(b"".join(digests), dtype="<i8")
    write_person_index(zone, PROJECT, np.arange(len(persons)), persons)
    return places


def _codes(column: pa.ChunkedArray) -> tuple[Ints, list[Any]]:
    """Per row the place of its value among the distinct values; -1 where there is none."""
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(
        np.int64
    ), coded.dictionary.to_pylist()


def _cells(
    table: pa.Table,
    by: Sequence[str],
    units: Ints,
    codes: Mapping[str, Sequence[str]],
    profile: Profile,
    long: bool,
) -> tuple[tuple[tuple[str, ...], ...], Ints, Ints, tuple[str, ...]]:
    """Labels, the cell of each row kept, which rows those are, and notes about labels left out."""
    axes, columns, notes = [], [], []
    for name in by:
        own, labels = _axis(name, table.column(name), units, codes.get(name), profile)
        if name not in codes:
            notes.append(f"{name}: labels of fewer than {profile.people_threshold} people are not listed.")
        axes.append(labels)
        columns.append(own)
    kept = np.flatnonzero(np.all([own >= 0 for own in columns], axis=0))
    places = np.ravel_multi_index([own[kept] for own in columns], [len(axis) for axis in axes]).astype(
        np.int64
    )
    every = tuple(product(*axes))
    if not long:
        return every, places, kept, tuple(notes)
    there = np.flatnonzero(np.bincount(places, minlength=len(every)) >= profile.people_threshold)
    rows = np.isin(places, there)
    return tuple(every[i] for i in there), np.searchsorted(there, places[rows]), kept[rows], tuple(notes)


def _axis(
    name: str, column: pa.ChunkedArray, units: Ints, codes: Sequence[str] | None, profile: Profile
) -> tuple[Ints, tuple[str, ...]]:
    """Per row the place of its label (-1: left out), and the labels in order."""
    own, values = _codes(column)
    words = ["" if value is None else str(value) for value in values]
    if codes is not None:
        order = {label: place for place, label in enumerate(codes)}
        unknown = [word for word in words if word not in order]
        if unknown:
            raise WrongUse("A label is not in its code list.", where=f"{name}: {', '.join(unknown[:3])}")
        table = np.array([order[word] for word in words] or [0], dtype=np.int64)
        return np.where(own >= 0, table[own], -1), tuple(codes)
    pairs = np.unique(own[own >= 0] * (int(units.max(initial=0)) + 1) + units[own >= 0])
    people = np.bincount(pairs // (int(units.max(initial=0)) + 1), minlength=len(words))
    enough = sorted(
        (word, place) for place, word in enumerate(words) if people[place] >= profile.people_threshold
    )
    table = np.full(len(words) + 1, -1, dtype=np.int64)
    for new, (_, place) in enumerate(enough):
        table[place] = new
    return table[own], tuple(word for word, _ in enough)
