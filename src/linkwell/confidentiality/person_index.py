"""The persistent person index behind a project's ids: kept in the disclosure zone only.

Integration writes it when it builds a project; nobody but the release desk reads it. It is what makes one
group of people show one number across projects and refreshes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from linkwell.confidentiality.request import Ints
from linkwell.errors import WrongUse
from linkwell.vault.zones import Zone, ZoneName, written_whole


@dataclass(frozen=True, eq=False, repr=False)
class PersonIndex:
    """Project ids in rising order and, for each, the persistent person index (any int64, stable for ever)."""

    project_ids: Ints
    persons: Ints

    @cached_property
    def _everyone(self) -> Ints:
        ids = self.project_ids
        if len(ids) and ids[0] == 0 and ids[-1] == len(ids) - 1:
            return ids  # rising: they are the places
        return np.arange(len(ids), dtype=np.int64)

    def positions(self, units: Ints) -> Ints:
        """Place of each project id in this index.

        Raises:
            WrongUse: an id is not one of the project's.
        """
        units = np.asarray(units, dtype=np.int64)
        if not len(units):
            return np.zeros(0, dtype=np.int64)
        if np.array_equal(units, self.project_ids):
            return self._everyone
        places = np.searchsorted(self.project_ids, units)
        places[places == len(self.project_ids)] = 0
        if not len(self.project_ids) or not np.array_equal(self.project_ids[places], units):
            raise WrongUse(
                "The request holds people who are not in this project.",
                why="Only people the project was built for have a place in the person index.",
                fix="Use the ids of the project's own database; rebuild the project if its index is older.",
            )
        return places.astype(np.int64)


def index_path(zone: Zone, project: str) -> Path:
    """Where the index of `project` lies in the disclosure zone."""
    if zone.name is not ZoneName.DISCLOSURE:
        raise WrongUse("The person index lives in the disclosure zone only.", where=zone.name.value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", project):
        raise WrongUse("A project's name is letters, digits, dots, hyphens and underscores.", where=project)
    return zone.folder("projects") / f"{project}.parquet"


def write_person_index(zone: Zone, project: str, project_ids: ArrayLike, person_index: ArrayLike) -> Path:
    """Write the index of a project: one persistent person index (BIGINT) per project id (BIGINT).

    Args:
        zone: the disclosure zone.
        project_ids, person_index: equal length; each project id once, each person once.

    Raises:
        WrongUse: lengths differ, or an id or a person comes twice (they would count twice).
    """
    ids, persons = np.asarray(project_ids, dtype=np.int64), np.asarray(person_index, dtype=np.int64)
    if ids.shape != persons.shape or ids.ndim != 1:
        raise WrongUse("Project ids and person index must be columns of equal length.", where=project)
    for column in (ids, persons):
        ordered = column if bool((column[1:] > column[:-1]).all()) else np.sort(column)
        if bool((ordered[1:] == ordered[:-1]).any()):
            raise WrongUse("A project id or a person comes twice in the person index.", where=project)
    order = np.argsort(ids, kind="stable")
    path = index_path(zone, project)
    with written_whole(path) as part:
        table: Any = pa.table({"project_id": ids[order], "person_index": persons[order]})
        pq.write_table(table, part, compression="none", use_dictionary=False)  # keyed numbers do not pack
        part.chmod(0o600)
    return path


def load(path: Path) -> PersonIndex:
    """Read an index written by `write_person_index`.

    Raises:
        WrongUse: the project has none.
    """
    try:
        table: Any = pq.read_table(path, columns=["project_id", "person_index"])
    except FileNotFoundError:
        raise WrongUse(
            "This project has no person index.",
            where=path.name,
            fix="Build the project again: linkwell custodian load",
        ) from None
    ids, persons = (table[name].to_numpy() for name in ("project_id", "person_index"))
    if bool(np.all(ids[1:] > ids[:-1])):  # as it was written
        return PersonIndex(ids, persons)
    order = np.argsort(ids, kind="stable")
    return PersonIndex(ids[order], persons[order])
