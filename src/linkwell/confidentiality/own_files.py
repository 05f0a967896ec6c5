"""Counts from an analyst's own microdata in one call, with a rounding secret and a release ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.ledger_files import SECRET
from linkwell.confidentiality.merging import Levels, Merge, coarser, proposals
from linkwell.confidentiality.own_labels import labelled, people_each
from linkwell.confidentiality.own_people import coded, people_of
from linkwell.confidentiality.person_index import PersonIndex
from linkwell.confidentiality.profile import Profile, load_profile
from linkwell.confidentiality.release import Release
from linkwell.confidentiality.request import (
    AnyTable,
    CountTable,
    Floats,
    Ints,
    MeanTable,
    QuantileTable,
    ReleaseRequest,
    WeightedTable,
)
from linkwell.confidentiality.suppression import MOST_CELLS, too_many
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Zone, ZoneName, data_home_of, write_whole

PROJECT, FAMILY = "own-files", "own files"
KEYED = "people.keyed"
"""Says in a ledger's folder in which way people are keyed (`own_people`)."""


@dataclass(frozen=True, eq=False, repr=False)
class Confidentialised:
    """What may leave; and for the holder of the file only: how much is lost, and merges that lose less."""

    release: Release
    lost_percent: float
    merges: tuple[Merge, ...]


def confidentialise(
    data: pa.Table | Path, *, by: Sequence[str], person: str, ledger: Path, mean: str = "",
    unit: str = "units", with_totals: bool = False, percents: Sequence[int] = (),
    entities: Mapping[str, str] | None = None, codes: Mapping[str, Sequence[str]] | None = None,
    name: str = "table", purpose: str = "a table from own files", profile: str = "nz-fixed",
    long: bool = False, levels: Levels | None = None, weight: str = "",
) -> Confidentialised:  # fmt: skip
    """Release a table of counts (and amounts) from one row per person, or per person and category.

    Args:
        data: an Arrow table, or a CSV or Parquet file outside any data home.
        by: columns to count by. person: column that identifies a person, the same in every file and year.
        ledger: folder for the rounding secret and the release ledger; keep it, and use the same one always.
        mean: a column of amounts to average. unit: what they are. with_totals: tell totals besides.
        percents: quantiles of the amounts (25, 50, 75), as a table of their own.
        entities: kind -> column of organisations.
        codes: column -> its whole code list. Without one, labels that fewer than six people have are left
            out, as an absent label would tell a zero; labels told before from this ledger stay listed. Rows
            without a value have the label "Not known".
        levels: column -> label -> its group at a coarser level, to propose merges by.
        weight: a column of survey weights: weighted counts besides those of respondents, or weighted means.
        long: `by` is a heading and a category, and a person may have several rows.

    Raises:
        RefusedByRule: a path lies in a data home, or the ledger is not whole.
        WrongUse: a column is missing, or a label is not in its code list.
    """
    if (with_totals or percents) and not mean:
        raise WrongUse(
            "Totals and quantiles need a column of amounts.", fix="Name it with --mean (mean=...)."
        )
    by = [by] if isinstance(by, str) else by
    _each_named_once(by, codes or {}, levels or {})
    needed = [*by, *filter(None, (mean, weight)), *(entities or {}).values()]
    with opened(data, person, needed, ledger, profile) as own:
        labels, places, kept, notes = _cells(own, by, codes or {}, long)
        facts: dict[str, Any] = {
            "dimensions": tuple(by), "labels": labels, "cells": places, "units": own.units[kept],
            "combinations": "listed" if long else "all",
            "entities": {kind: coded(own.table.column(c))[0][kept] for kind, c in (entities or {}).items()},
        }  # fmt: skip
        asked: list[AnyTable] = []
        if mean:
            facts |= {"values": own.numbers(mean)[kept], "measure": mean, "unit": unit}
            weights = own.numbers(weight)[kept] if weight else None
            asked.append(MeanTable(name, **facts, with_totals=with_totals, weights=weights))
            if percents:
                asked.append(QuantileTable(f"{name}-quantiles", **facts, percents=tuple(percents)))
        elif weight:
            asked.append(WeightedTable(name, **facts, weights=own.numbers(weight)[kept]))
        else:
            asked.append(CountTable(name, **facts))
        release = own.release(each_once(own.units[kept]), purpose, tables=tuple(asked), notes=notes)
    counts = np.bincount(places, minlength=len(labels))
    asked_as = counts, labels, tuple(by), own.rules.people_threshold
    found = () if long else (*coarser(*asked_as, levels or {}), *proposals(*asked_as))
    there = counts > 0
    hidden = np.array([value is None for value in release.tables[name].values])
    return Confidentialised(release, 100 * float(hidden[there].mean()) if there.any() else 0.0, found)


@dataclass(frozen=True, eq=False, repr=False)
class OwnData:
    """An analyst's file beside an open desk: `units` says who each row is."""

    table: pa.Table
    units: Ints
    rules: Profile
    desk: ReleaseDesk

    @cached_property
    def once(self) -> bool:
        """Whether each person has one row."""
        return len(each_once(self.units)) == len(self.units)

    def numbers(self, name: str) -> Floats:
        """A column of numbers.

        Raises:
            WrongUse: some are missing, or are no numbers.
        """
        try:
            found = self.table.column(name).cast(pa.float64()).to_numpy()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            found = np.full(1, np.nan)
        if not bool(np.all(np.isfinite(found))):
            raise WrongUse("This column holds something that is no number.", where=name,
                           fix="Leave out rows without one, or fill them in the file.")  # fmt: skip
        return np.asarray(found, dtype=np.float64)

    def release(self, population: Ints, purpose: str, **parts: Any) -> Release:
        """Ask the desk."""
        request = ReleaseRequest(PROJECT, FAMILY, purpose, population, single_provider=False, **parts)
        return self.desk.release(request, permission_single_provider=True, actor=FAMILY)


@contextmanager
def opened(
    data: pa.Table | Path, person: str, columns: Sequence[str], ledger: Path, profile: str
) -> Iterator[OwnData]:
    """Read a file and open the desk of its ledger; see `confidentialise`."""
    zone, rules = _zone(ledger, data), load_profile(profile)
    table = read_file(data) if isinstance(data, Path) else data
    _columns_there(table, [*columns, person])
    with ReleaseDesk.open(zone, profile=profile) as desk:
        _same_people(zone, desk)
        units, persons = people_of(table.column(person), keep_secret(zone / SECRET))
        desk.know(PROJECT, PersonIndex(each_once(units), persons))
        yield OwnData(table, units, rules, desk)


def _same_people(zone: Zone, desk: ReleaseDesk) -> None:
    """Stop at a ledger whose people were keyed in another way: it would know nobody again.

    Raises:
        RefusedByRule: it was begun by an earlier version.
    """
    mark = zone / KEYED
    if desk.head() is not None and not mark.exists():
        raise RefusedByRule(
            "This ledger was begun by an earlier version, which knew people in another way.",
            why="It could not tell that a table is about people it told of before.",
            fix="Begin a new ledger folder, and do not publish anew about people of the old one's tables.",
        )
    if not mark.exists():
        write_whole(mark, b"2\n")


def read_file(path: Path) -> pa.Table:
    """A CSV or Parquet file as an Arrow table.

    Raises:
        WrongUse: it is neither, or not there.
    """
    if not path.is_file():
        raise WrongUse("There is no such file.", where=path.name)
    if path.suffix not in (".csv", ".parquet"):
        raise WrongUse("Give a CSV or Parquet file.", where=path.name, fix="Save a spreadsheet as CSV first.")
    try:
        found: pa.Table = pa.parquet.read_table(path) if path.suffix == ".parquet" else pa.csv.read_csv(path)
    except (OSError, pa.ArrowInvalid) as problem:
        raise WrongUse(
            "This file cannot be read as CSV or Parquet.",
            where=path.name,
            fix="A CSV file has one line of column names, then one line a person, commas between.",
        ) from problem
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


def _each_named_once(by: Sequence[str], *lists: Mapping[str, object]) -> None:
    if not by or len(set(by)) != len(by):
        raise WrongUse("Name the columns to count by, each once.", where=", ".join(by) or "by")
    others = [name for given in lists for name in given if name not in by]
    if others:
        raise WrongUse("A list of labels is for a column that is not counted by.", where=", ".join(others),
                       fix=f"Counted by: {', '.join(by)}")  # fmt: skip


def _columns_there(table: pa.Table, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise WrongUse(
            "The file has no such column.",
            where=", ".join(missing),
            fix=f"It has: {', '.join(table.column_names)}",
        )
    for name in names:
        if table.column_names.count(name) > 1:
            raise WrongUse("The file has two columns of this name.", where=name, fix="Rename one of them.")
        if pa.types.is_nested(table.column(name).type):
            raise WrongUse("This column holds lists, not one value a row.", where=name,
                           fix="Write one value in each row.")  # fmt: skip


def each_once(units: Ints) -> Ints:
    """The distinct places, rising; `numpy.unique` hashes, which at a million people takes a hundred times as
    long."""
    if bool((units[1:] > units[:-1]).all()):
        return units
    return np.flatnonzero(np.bincount(units)).astype(np.int64)


def _cells(
    own: OwnData, by: Sequence[str], codes: Mapping[str, Sequence[str]], long: bool
) -> tuple[tuple[tuple[str, ...], ...], Ints, Ints | slice, tuple[str, ...]]:
    """Labels, the cell of each row kept, which rows those are, and notes about labels left out."""
    axes, columns, notes = [], [], []
    before = own.desk.told_labels(FAMILY)
    for name in by:
        listed, few = codes.get(name), own.rules.people_threshold
        places, labels = labelled(
            name, own.table.column(name), own.units, once=own.once, few=few, codes=listed,
            before=before.get(name, ()),
        )  # fmt: skip
        if listed is None:
            notes.append(f"{name}: labels of fewer than {few} people are not listed.")
        axes.append(labels)
        columns.append(places)
    if np.prod([float(len(axis)) for axis in axes]) > MOST_CELLS:
        raise too_many(", ".join(by))
    kept = _told_of(columns)
    cells = np.zeros(1, dtype=np.int64)
    for places, axis in zip(columns, axes, strict=True):
        cells = cells * len(axis) + places[kept]
    every = tuple(product(*axes))
    if not long:
        return every, cells, kept, tuple(notes)
    people = people_each(cells, own.units[kept], len(every))
    told = own.desk.told_rows(FAMILY)
    listed_rows = [n for n, row in enumerate(every) if people[n] >= own.rules.people_threshold or row in told]
    there = np.array(listed_rows, dtype=np.int64)
    rows = np.flatnonzero(np.isin(cells, there))
    rows_of_file = rows if isinstance(kept, slice) else kept[rows]
    return tuple(every[i] for i in there), np.searchsorted(there, cells[rows]), rows_of_file, tuple(notes)


def _told_of(columns: Sequence[Ints]) -> Ints | slice:
    """The rows that have a label in every column."""
    if all(int(places.min(initial=0)) >= 0 for places in columns):
        return slice(None)
    return np.flatnonzero(np.all([places >= 0 for places in columns], axis=0))
