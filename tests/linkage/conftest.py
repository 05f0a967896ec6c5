"""An invented spine of 4,000 people, prepared once, and helpers to link a few records to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bench.linkage.world import SYLLABLES

from linkwell.linkage import LinkResult, LinkSettings, PreparedSpine, link, prepare_spine

FIELDS = ("first_name", "middle_name", "last_name", "prior_last_name", "dob", "gender", "nhi", "ird", "msd")

# People the hard cases are about: named by hand, far from the invented rest.
KNOWN: list[dict[str, Any]] = [
    {
        "spine_id": 9001,
        "first_name": "Wiremu",
        "middle_name": "Tāne",
        "last_name": "Pōtae",
        "dob": date(1984, 3, 17),
        "gender": "1",
        "nhi": "ZAC5361",
    },
    {
        "spine_id": 9002,
        "first_name": "Elizabeth",
        "middle_name": "Rose",
        "last_name": "Featherstone",
        "prior_last_name": "Quillfeather",
        "dob": date(1979, 11, 4),
        "gender": "2",
        "nhi": "ZZZ0016",
    },
    {
        "spine_id": 9003,
        "first_name": "Te Aroha",
        "last_name": "Te Kanawa",
        "dob": date(1991, 8, 23),
        "gender": "2",
    },
    {
        "spine_id": 9004,
        "first_name": "Sione",
        "last_name": "Fa'asavalu",
        "dob": date(1968, 5, 9),
        "gender": "1",
        "ird": "49091850",
    },
    {
        "spine_id": 9005,
        "first_name": "Xiao Ming",
        "last_name": "Zhuang",
        "dob": date(1990, 7, 12),
        "gender": "1",
    },
    {
        "spine_id": 9006,
        "first_name": "Marguerite",
        "last_name": "Ashcombe-Wexford",
        "dob": date(1955, 2, 25),
        "gender": "2",
        "msd": "912345678",
    },
    {
        "spine_id": 9007,
        "first_name": "Tobias",
        "last_name": "Vandersloot",
        "dob": date(2009, 6, 14),
        "gender": "1",
    },
    {
        "spine_id": 9008,
        "first_name": "Matilda",
        "last_name": "Vandersloot",
        "dob": date(2009, 6, 14),
        "gender": "2",
        "nhi": "ZZZ0024",
    },
    {"spine_id": 9009, "first_name": "Suharto", "last_name": None, "dob": date(1950, 10, 30), "gender": "1"},
    {"spine_id": 9010, "first_name": "Penelope", "last_name": "Umbervale", "dob": None, "gender": "2"},
]


def _people() -> list[dict[str, Any]]:
    rng = random.Random(20240630)
    given = ["".join(rng.choices(SYLLABLES, k=2)).capitalize() for _ in range(220)]
    surnames = ["".join(rng.choices(SYLLABLES, k=3)).capitalize() for _ in range(900)]
    rows: list[dict[str, Any]] = []
    for n in range(4000):
        rows.append(
            {
                "spine_id": n + 1,
                "first_name": given[min(int(rng.expovariate(1 / 50)), 219)],
                "middle_name": given[rng.randrange(220)] if rng.random() < 0.6 else None,
                "last_name": surnames[min(int(rng.expovariate(1 / 250)), 899)],
                "dob": date(1940, 1, 1) + timedelta(days=rng.randrange(28000)),
                "gender": rng.choice("12"),
            }
        )
    return rows


SCHEMA = pa.schema(
    [("spine_id", pa.int64()), *((f, pa.date32() if f == "dob" else pa.string()) for f in FIELDS)]
)


@pytest.fixture(scope="session")
def people() -> list[dict[str, Any]]:
    return [*_people(), *KNOWN]


@pytest.fixture(scope="session")
def spine(people: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(people, schema=SCHEMA)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> LinkSettings:
    return LinkSettings(temp_folder=tmp_path_factory.mktemp("work"), memory_limit="500MB")


@pytest.fixture(scope="session")
def prepared(
    spine: pa.Table, settings: LinkSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PreparedSpine]:
    return prepare_spine(spine, tmp_path_factory.mktemp("prepared"), settings=settings)


def as_list(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a list from a provider: everything text, a record key `rec_id`."""
    names = [
        "rec_id",
        *dict.fromkeys(name for row in rows for name in row if name not in ("spine_id", "rec_id")),
    ]
    whole = [
        {"rec_id": f"r{n:05d}", **{k: v if v is None else str(v) for k, v in row.items()}}
        for n, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(whole, schema=pa.schema([(name, pa.string()) for name in names]))


@pytest.fixture(scope="session")
def ordinary(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """150 people of the spine, recorded well: what a list is mostly made of."""
    return [{name: row.get(name) for name in ("spine_id", *FIELDS)} for row in people[100:250]]


@pytest.fixture(scope="session")
def link_rows(
    prepared: PreparedSpine, settings: LinkSettings
) -> Callable[[list[dict[str, Any]]], LinkResult]:
    return lambda rows: link(as_list(rows), prepared, settings=settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
