"""One list against itself: repeats come together, strangers and twins stay apart."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from linkwell.errors import WrongUse
from linkwell.linkage import DedupeResult, LinkSettings, dedupe

from .conftest import as_list

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows(people: Rows) -> Rows:
    once = [dict(row) for row in people[:1500]]
    known = {row["spine_id"]: row for row in people[4000:]}
    again = [dict(row) for row in once[:40]]
    for row in again[:10]:
        row["dob"] = row["dob"].replace(day=1 + row["dob"].day % 27)
    wiremu = dict(known[9001])
    twins = [dict(known[9007]), dict(known[9008])]
    return [*once, *again, wiremu, {**wiremu, "first_name": "Bill"}, {**wiremu, "nhi": None}, *twins]


@pytest.fixture(scope="module")
def result(rows: Rows, settings: LinkSettings) -> DedupeResult:
    return dedupe(as_list(rows), settings=settings)


def test_repeats_come_together_and_few_others_do(result: DedupeResult, rows: Rows) -> None:
    person = {f"r{n:05d}": row["spine_id"] for n, row in enumerate(rows)}
    linked = [row for row in result.pairs.to_pylist() if row["decision"] == "link"]
    wrong = [row for row in linked if person[row["record"]] != person[row["other"]]]
    assert len(linked) - len(wrong) >= 38
    assert len(wrong) <= 1


def test_three_records_of_one_person_are_one_cluster(result: DedupeResult) -> None:
    cluster = {row["record"]: row for row in result.clusters.to_pylist()}
    assert {cluster[f"r{n:05d}"]["cluster"] for n in (1540, 1541, 1542)} == {"r01540"}
    assert cluster["r01541"]["size"] == 3


def test_twins_stay_two_people(result: DedupeResult) -> None:
    cluster = {row["record"]: row["cluster"] for row in result.clusters.to_pylist()}
    assert cluster["r01543"] != cluster["r01544"]


def test_every_record_is_in_one_cluster_and_the_numbers_add_up(result: DedupeResult, rows: Rows) -> None:
    assert sorted(result.clusters["record"].to_pylist()) == [f"r{n:05d}" for n in range(len(rows))]
    assert result.people + result.repeats == result.records == len(rows)
    assert len(set(result.clusters["cluster"].to_pylist())) == result.people


def test_row_order_changes_nothing(result: DedupeResult, rows: Rows, settings: LinkSettings) -> None:
    table = as_list(rows)
    other = dedupe(table.take(list(reversed(range(table.num_rows)))), settings=settings)
    assert other.clusters.equals(result.clusters)
    assert other.pairs.equals(result.pairs)


def test_keys_that_repeat_are_refused_and_missing_ones_are_numbered(settings: LinkSettings) -> None:
    table = pa.table({"rec_id": ["a", "a"], "last_name": ["Hay", "Lee"]})
    with pytest.raises(WrongUse, match="own record key"):
        dedupe(table, settings=settings)
    numbered = dedupe(table.drop_columns(["rec_id"]), settings=settings)
    assert numbered.clusters["record"].to_pylist() == ["1", "2"]
