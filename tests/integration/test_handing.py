"""What is handed out says what it is and can be checked; what is handed in fits, or nothing is taken."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.integration.conftest import Site

from linkwell.errors import WrongUse
from linkwell.integration import SupplyForRefresh, import_population
from linkwell.integration.handing import hand_out_content, hand_out_links, read_outside_links
from linkwell.specification.base import base_specification


@pytest.fixture
def agreed(site: Site) -> SupplyForRefresh:
    return replace(site.supply, specification=base_specification())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_content_leaves_with_dictionary_and_checksums_and_only_what_is_agreed(agreed, tmp_path, form):
    table = agreed.content / "interaction.csv"
    lines = table.read_text("utf-8").splitlines()
    more = [f"{lines[0]},notes", *(f"{line},secret" for line in lines[1:])]
    table.write_text("\n".join(more) + "\n", "utf-8")
    done = hand_out_content(agreed, tmp_path / "out", form=form)
    assert done.rows == {"enrolment": 60, "interaction": 120}
    with duckdb.connect() as con:
        described = con.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/out/interaction.{form}'").fetchall()
    columns = [name for name, *_ in described]
    said = rows_of(tmp_path / "out/dictionary.csv")
    assert columns == [row["column"] for row in said if row["table"] == "interaction"]
    assert "notes" not in columns
    attendance = next(row for row in said if row["column"] == "attendance")
    assert "attended" in attendance["codes"]
    assert attendance["meaning"]
    for line in (tmp_path / "out/SHA384SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha384((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert json.loads((tmp_path / "out/manifest.json").read_text())["holds"] == "service details"


def test_the_link_map_goes_out_alone_and_comes_back_the_same(site, agreed, tmp_path):
    import_population(site.world, site.home)
    hand_out_links(agreed, tmp_path / "map", form="csv")
    rows = rows_of(tmp_path / "map/link_map.csv")
    assert [row["spine_person"] for row in rows].count("-1") == 10
    assert {row["link_band"] for row in rows} == {"A", "B", "C", ""}
    assert list(rows[0]) == [row["column"] for row in rows_of(tmp_path / "map/dictionary.csv")]
    identity = tmp_path / "identity.csv"
    identity.write_text("record_key\n" + "".join(f"{row['record_key']}\n" for row in rows), "utf-8")
    taken = read_outside_links(tmp_path / "map/link_map.csv", identity, spine(site))
    was = pq.read_table(agreed.links).sort_by("record")
    assert taken["person"].to_pylist() == was["person"].to_pylist()
    assert taken["decision"].to_pylist() == was["decision"].to_pylist()


def spine(site: Site) -> Path:
    return site.home.path / "identity/spine/spine.parquet"


def test_records_the_map_leaves_out_are_linked_to_nobody(site, tmp_path):
    import_population(site.world, site.home)
    (tmp_path / "identity.csv").write_text("record_key\na\nb\nc\n", "utf-8")
    pq.write_table(pa.table({"record": ["c", "a"], "spine_id": [7, None]}), tmp_path / "map.parquet")
    taken = read_outside_links(tmp_path / "map.parquet", tmp_path / "identity.csv", spine(site))
    assert taken.to_pydict() == {
        "record": ["a", "b", "c"], "person": [None, None, 7], "posterior": [0.0, 0.0, 1.0],
        "decision": ["none", "none", "link"], "pass": ["outside"] * 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,7\na,8", "2 rows repeat a record key"),
        ("z,7", "1 record keys are not in this supply"),
        ("a,seven", "1 spine persons are not whole numbers"),
        ("a,99999", "1 spine persons are not on the spine here"),
        (",7", "1 rows without a record key"),
    ],
)
def test_a_map_that_does_not_fit_is_refused_whole_without_quoting_it(site, tmp_path, rows, said):
    import_population(site.world, site.home)
    (tmp_path / "identity.csv").write_text("record_key\na\nb\n", "utf-8")
    (tmp_path / "map.csv").write_text(f"record_key,spine_person\n{rows}\n", "utf-8")
    with pytest.raises(WrongUse) as caught:
        read_outside_links(tmp_path / "map.csv", tmp_path / "identity.csv", spine(site))
    assert said in caught.value.where
    assert "seven" not in str(caught.value).replace("7", "")


def test_a_map_without_its_columns_or_with_odd_numbers_is_refused(site, tmp_path):
    import_population(site.world, site.home)
    (tmp_path / "identity.csv").write_text("record_key\na\n", "utf-8")
    for text, said in (
        ("who,spine_person\na,7\n", "no column record_key"),
        ("record_key,theirs\na,7\n", "no column spine_person"),
        ("record_key,spine_person,posterior\na,7,1.5\n", "posteriors"),
        ("record_key,spine_person,decision\na,7,perhaps\n", "decisions"),
        ("record_key,spine_person,decision\na,-1,link\n", "links have no person"),
    ):
        (tmp_path / "map.csv").write_text(text, "utf-8")
        with pytest.raises(WrongUse, match=said):
            read_outside_links(tmp_path / "map.csv", tmp_path / "identity.csv", spine(site))
    with pytest.raises(WrongUse, match="does not exist"):
        read_outside_links(tmp_path / "gone.csv", tmp_path / "identity.csv", spine(site))


def test_nothing_is_handed_out_into_a_home_or_over_something_else(site, agreed, tmp_path):
    with pytest.raises(WrongUse, match="outside the data home"):
        hand_out_content(agreed, site.home.path / "research/out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("x")
    with pytest.raises(WrongUse, match="already holds"):
        hand_out_links(agreed, tmp_path / "full")
