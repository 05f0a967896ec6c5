"""What is counted on the spine itself: twins, and how a given name goes with the years of birth."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from linkwell.linkage import LinkSettings, prepare_spine
from linkwell.linkage.spine import names_once, twins_beyond_chance

from .conftest import SYLLABLES


def twins_counted(twins: float, misspelt: float = 0.0) -> float:
    """Of 3,000 families of two, a share twins; and a share of persons there twice, once misspelt."""
    rng = random.Random(5)
    rows: list[tuple[int, int, int]] = []
    for family in range(3000):
        born = rng.randrange(30000)
        other = born if rng.random() < twins else rng.randrange(30000)
        rows += [(family, born, 65), (family, other, 66)]
        rows += [(family, other, 66)] if rng.random() < misspelt else []
    with duckdb.connect() as con:
        table = pa.table(dict(zip(("k_fs", "d8", "gi"), map(list, zip(*rows, strict=True)), strict=True)))
        con.register("rows_in", table)
        con.execute("""CREATE TABLE spine AS SELECT *, count(*) OVER (PARTITION BY k_fs) AS ns,
            count(*) OVER (PARTITION BY d8) AS nd FROM rows_in""")
        return twins_beyond_chance(con)


def test_twins_are_counted_on_the_spine_and_misspelt_second_copies_are_none() -> None:
    none = twins_counted(0.0)
    assert none < 0.01
    assert 0.08 < twins_counted(0.1) < 0.12
    assert abs(twins_counted(0.0, misspelt=0.2) - none) < 0.002


def test_a_given_name_weighs_less_among_the_people_of_its_years(tmp_path: Path) -> None:
    rng = random.Random(6)
    rows = [
        {
            "spine_id": n,
            "first_name": "Ethel" if n % 10 == 0 else f"Name{'abcdefghij'[n % 7]}",
            "last_name": "".join(rng.choices(SYLLABLES, k=3)),
            "dob": date(1931 if n % 10 == 0 or n % 3 == 0 else 1991, 1 + n % 12, 1 + n % 28),
        }
        for n in range(3000)
    ]
    prepare_spine(pa.Table.from_pylist(rows), out := tmp_path / "s.duckdb", settings=LinkSettings())
    with duckdb.connect(str(out), read_only=True) as con:
        found = dict(
            con.execute("SELECT head, avg(era) FROM spine JOIN spelling w ON w.w = f GROUP BY ALL").fetchall()
        )
        late = con.execute("SELECT avg(era) FROM spine WHERE yy = 1991").fetchall()[0][0]
    assert 1000 < found["ethel"] < 1500  # a tenth of all, a quarter of those born in 1931: 1.3 bits
    assert 0 < late < 300


def test_a_name_that_one_person_has_is_met_again_as_often_as_names_are_there_twice() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE freq_pair AS SELECT range AS k_fs, 1 AS n FROM range(90000)")
        assert names_once(con, 1000) > 0.98  # hardly anybody shares a whole name
        con.execute("INSERT INTO freq_pair SELECT range, 2 FROM range(30000)")
        assert abs(names_once(con, 1000) - 0.6) < 0.01
        con.execute("DELETE FROM freq_pair")
        assert names_once(con, 1000) == 0.5  # a tiny spine says nothing of it
