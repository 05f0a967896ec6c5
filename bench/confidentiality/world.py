"""An invented population for attacks, and a desk that answers about it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.confidentiality.request import CountTable, ReleaseRequest
from linkwell.vault.zones import Home, ZoneName

LEVELS = {"age": 6, "sex": 2, "ethnicity": 6, "region": 18, "income": 5, "health": 3}
SKEW = {"age": 0.2, "sex": 0.0, "ethnicity": 1.2, "region": 0.6, "income": 0.3, "health": 1.0}


@dataclass(frozen=True)
class World:
    """Ids 1..n and one code per variable and person."""

    people: int
    codes: dict[str, np.ndarray]

    @classmethod
    def of(cls, people: int, seed: int = 1, levels: dict[str, int] | None = None, skew: float = 1.0) -> World:
        """Draw a population with uneven levels; the larger `skew`, the more uneven."""
        draw = np.random.default_rng(seed)
        found = {}
        for name, number in (levels or LEVELS).items():
            weights = np.arange(1, number + 1) ** (-skew * SKEW.get(name, 0.5))
            found[name] = draw.choice(number, people, p=weights / weights.sum())
        return cls(people, found)

    @property
    def ids(self) -> np.ndarray:
        return np.arange(1, self.people + 1)

    def table(self, variables: tuple[str, ...], ids: np.ndarray, name: str = "", **more: Any) -> CountTable:
        """Counts of `ids` by these variables, all combinations listed."""
        sizes = [int(self.codes[v].max()) + 1 for v in variables]
        labels = tuple(
            product(*([f"{v} {i}" for i in range(n)] for v, n in zip(variables, sizes, strict=True)))
        )
        cells = np.ravel_multi_index([self.codes[v][ids - 1] for v in variables], sizes)
        return CountTable(name or " x ".join(variables), variables, labels, cells, ids, **more)


@contextmanager
def kept_home(world: World, seed: int = 1) -> Iterator[Home]:
    """A data home with an empty ledger."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.create(Path(folder) / "home", name="Attacked custodian", demo_seed=seed)
        write_person_index(home.zone(ZoneName.DISCLOSURE), "one", world.ids, world.ids * 7919 + 13)
        yield home


@contextmanager
def desk_for(world: World, seed: int = 1, profile: str = "nz-fixed") -> Iterator[ReleaseDesk]:
    """A desk with an empty ledger."""
    with kept_home(world, seed) as home, ReleaseDesk.open(home, profile=profile) as desk:
        yield desk


def ask(desk: ReleaseDesk, *tables: Any, population: np.ndarray, family: str = "f", **more: Any) -> Any:
    """One release about these tables."""
    request = ReleaseRequest("one", family, "an attack", population, tables, **more)
    return desk.release(request, permission_single_provider=True)
