"""One nest and one invented project for the attempts; every attempt has a worker of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from linkwell.lab.limits import MEBIBYTE, Limits
from linkwell.lab.nest import Nest
from linkwell.lab.session import Session
from tests.lab.attempts import PLANTED

SMALL = Limits(seconds=20, memory_bytes=256 * MEBIBYTE, spill_bytes=64 * MEBIBYTE, threads=1)


@dataclass(frozen=True)
class Place:
    """A project database with things beside it that a worker must not reach."""

    nest: Nest
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "project.duckdb"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    @property
    def given(self) -> dict[str, str]:
        """What the texts of the attempts name."""
        return {"file": str(self.outside / "secret.txt"), "table": str(self.outside / "secret.csv"),
                "folder": str(self.outside), "database": str(self.database),
                "other": str(self.outside / "other.duckdb")}  # fmt: skip

    def session(self, limits: Limits = SMALL, *, look: bool = False, trial: bool = False) -> Session:
        """A worker of its own."""
        return Session(self.nest, self.database, self.folder / "work", limits, look=look, trial=trial)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("lab").resolve()
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.txt").write_text(PLANTED)
    (folder / "outside" / "secret.csv").write_text(f"a,b\n1,{PLANTED}\n")
    with duckdb.connect(str(folder / "outside" / "other.duckdb")) as con:
        con.execute("CREATE TABLE person AS SELECT 1 AS snz_uid")
    with duckdb.connect(str(folder / "project.duckdb")) as con:
        con.execute(
            f"CREATE TABLE person AS SELECT range + 1 AS snz_uid, (1 + range % 2)::VARCHAR AS sex_code, "
            f"CASE WHEN range = 16 THEN '{PLANTED}' ELSE 'plain' END AS note FROM range(2000)"
        )
        con.execute("CREATE TABLE measure AS SELECT 1 + range % 2000 AS snz_uid, 'visit' AS measure_code, "
                    "(range * 7 % 1000)::DOUBLE AS value_amt FROM range(200000)")  # fmt: skip
        con.execute("CREATE TABLE enrolment AS SELECT -1::BIGINT AS snz_uid, range AS snz_unit_uid, "
                    "'A' AS organisation_code FROM range(50)")  # fmt: skip
        con.execute("CREATE TABLE supply_quality AS SELECT 'A' AS organisation_code, 50 AS clients_nbr")
        con.execute("CREATE TABLE household AS SELECT range AS snz_household_uid, range % 9 AS people_nbr "
                    "FROM range(500)")  # fmt: skip
    with Nest() as nest:
        yield Place(nest, folder)
