"""A small disclosure zone with a project of a few hundred people, and short ways to ask the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.confidentiality.request import CountTable, ReleaseRequest
from linkwell.vault.zones import Home, Zone, ZoneName

PEOPLE = 3000


def persons_of(ids: np.ndarray) -> np.ndarray:
    """The persistent people behind project ids of project "one"."""
    return np.random.default_rng(7).permutation(10**6)[:PEOPLE][ids - 1] + 10**12


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.create(tmp_path / "home", name="Test custodian", demo_seed=1)
    ids = np.arange(1, PEOPLE + 1)
    write_person_index(home.zone(ZoneName.DISCLOSURE), "one", ids, persons_of(ids))
    # The same people under other project ids, as in a later refresh.
    write_person_index(home.zone(ZoneName.DISCLOSURE), "two", 900_000 - 7 * ids, persons_of(ids))
    return home


@pytest.fixture
def zone(home: Home) -> Zone:
    return home.zone(ZoneName.DISCLOSURE)


@pytest.fixture
def desk(home: Home) -> Iterator[ReleaseDesk]:
    with ReleaseDesk.open(home) as opened:
        yield opened


@pytest.fixture
def table() -> Callable[..., CountTable]:
    def build(groups: dict[str, np.ndarray], name: str = "t", **more: object) -> CountTable:
        cells = np.repeat(np.arange(len(groups)), [len(members) for members in groups.values()])
        units = np.concatenate([np.zeros(0, dtype=np.int64), *groups.values()]).astype(np.int64)
        labels = tuple((label,) for label in groups)
        return CountTable(name, ("group",), labels, cells, units, **more)  # type: ignore[arg-type]

    return build


@pytest.fixture
def ask() -> Callable[..., ReleaseRequest]:
    def build(*tables: object, population: np.ndarray | None = None, **more: object) -> ReleaseRequest:
        people = np.arange(1, 1001) if population is None else population
        words = {"project": "one", "family": "insights", "purpose": "a test"} | more
        return ReleaseRequest(population=people, tables=tables, **words)  # type: ignore[arg-type]

    return build
