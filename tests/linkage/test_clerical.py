"""Review by people: what they are shown, what their judgements give, and what the next run does with them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkwell.errors import WrongUse
from linkwell.linkage import LinkResult, LinkSettings, PreparedSpine, clerical, link, refresh

from .conftest import as_list

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def extract(people: Rows) -> pa.Table:
    rows = []
    for n, row in enumerate(people[300:500]):
        row = {k: row.get(k) for k in ("first_name", "last_name", "dob", "gender")}
        if n % 2:
            row["dob"] = row["dob"].replace(day=1 + row["dob"].day % 27)
        elif n % 4 == 2:
            row["first_name"] = row["first_name"] + "a"
        rows.append(row)
    return as_list(rows)


@pytest.fixture(scope="module")
def result(extract: pa.Table, prepared: PreparedSpine, settings: LinkSettings) -> LinkResult:
    levels = "surname"
    found = link(extract, prepared, settings=settings)
    assert f"level_{levels}" in found.links.column_names
    # for these tests every link counts as not near-exact: there are too few others
    links = found.links.set_column(
        found.links.column_names.index("near_exact"), "near_exact", pa.array([False] * found.links.num_rows)
    )
    return replace(found, links=links)


@pytest.fixture(scope="module")
def drawn(result: LinkResult, extract: pa.Table, spine: pa.Table) -> clerical.Sample:
    return clerical.sample(result, extract, spine, size=40, repeats=0.25)


def test_the_sample_is_proportional_and_blind(drawn: clerical.Sample) -> None:
    assert sum(count for _, count in drawn.strata.values()) == 40
    assert drawn.sheet.num_rows == 50
    assert drawn.sheet["number"].to_pylist() == list(range(1, 51))
    assert not {"posterior", "weight", "pass", "record", "person"} & set(drawn.sheet.column_names)
    assert {"list_last_name", "spine_last_name", "list_dob", "judgement"} <= set(drawn.sheet.column_names)
    for links, count in drawn.strata.values():
        assert abs(count - 40 * links / sum(n for n, _ in drawn.strata.values())) <= 1.5


def test_the_same_seed_draws_the_same_sample(
    drawn: clerical.Sample, result: LinkResult, extract: pa.Table, spine: pa.Table
) -> None:
    assert clerical.sample(result, extract, spine, size=40, repeats=0.25).sheet.equals(drawn.sheet)
    other = clerical.sample(result, extract, spine, size=40, repeats=0.25, seed="2")
    assert not other.key.equals(drawn.key)


def _judged(drawn: clerical.Sample, answer: list[str]) -> pa.Table:
    place = drawn.sheet.column_names.index("judgement")
    return drawn.sheet.set_column(place, "judgement", pa.array(answer))


def test_all_right_gives_few_false_links_and_all_wrong_gives_all(
    drawn: clerical.Sample, result: LinkResult
) -> None:
    linked = result.quality.linked
    for answer, least, most in (("same", 0, 1), ("n", 0.99 * linked, linked + 1)):
        labels = clerical.judgements(_judged(drawn, [answer] * 50), drawn.key)
        told = clerical.estimate(labels, drawn.strata, result.links)
        assert told.judged == 40
        assert told.agreement == 1.0
        assert least <= told.false_links <= most
        assert told.low <= told.false_links <= told.high


def test_a_pair_judged_twice_and_not_alike_is_unsure(drawn: clerical.Sample, result: LinkResult) -> None:
    seen: set[str] = set()
    answers = []
    for record in drawn.key["record"].to_pylist():
        answers.append("different" if record in seen else "same")
        seen.add(record)
    labels = clerical.judgements(_judged(drawn, answers), drawn.key)
    assert labels["label"].to_pylist().count("unsure") == 10
    assert clerical.estimate(labels, drawn.strata, result.links).agreement == 0.0


def test_an_answer_that_is_none_is_refused_and_an_empty_one_left_out(drawn: clerical.Sample) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        clerical.judgements(_judged(drawn, ["maybe"] * 50), drawn.key)
    assert clerical.judgements(_judged(drawn, [""] * 50), drawn.key).num_rows == 0


def test_the_next_run_keeps_to_the_judgements_and_the_comparison_shows_it(
    result: LinkResult, extract: pa.Table, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    linked = result.links.filter(pc.equal(result.links["decision"], "link"))
    labels = linked.select(["record", "person"]).slice(0, 6)
    labels = labels.append_column("label", pa.array(["different"] * 3 + ["same"] * 3))
    again = link(extract, prepared, settings=replace(settings, labels=labels))
    rows = {row["record"]: row for row in again.links.to_pylist()}
    for row in labels.to_pylist():
        now = rows[row["record"]]
        if row["label"] == "same":
            assert (now["person"], now["decision"], now["pass"]) == (row["person"], "link", "judged")
        else:
            assert now["person"] != row["person"]
    changes = refresh.compare(result.links, again.links, again.groups)
    assert changes[0].lost + changes[0].changed >= 3
    for kind in ("gender", "age"):
        own = [change for change in changes if change.kind == kind]
        assert sum(change.kept for change in own) == changes[0].kept
        assert sum(change.lost for change in own) == changes[0].lost


def test_a_sample_is_written_filled_in_and_read_back(
    drawn: clerical.Sample, result: LinkResult, folder: Path
) -> None:
    sheet, key = clerical.write(drawn, folder)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (sheet, key))
    assert clerical.read(folder)[0].num_rows == 0
    with sheet.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["judgement"] = "same"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    labels, strata = clerical.read(folder)
    assert strata == drawn.strata
    assert set(labels["label"].to_pylist()) == {"same"}
    assert clerical.estimate(labels, strata, result.links).judged == 40


def test_a_secondary_nhi_leads_to_its_primary(
    spine: pa.Table, settings: LinkSettings, prepared: PreparedSpine
) -> None:
    extract = pa.table({"rec_id": ["a"], "nhi": ["ZZZ0032"]})
    assert link(extract, prepared, settings=settings).links["person"].to_pylist() == [None]
    known = replace(settings, nhi_map=pa.table({"secondary": ["zzz 0032"], "primary": ["ZZZ0016"]}))
    assert link(extract, prepared, settings=known).links["person"].to_pylist() == [9002]


def test_an_older_prior_name_is_found(prepared: PreparedSpine, settings: LinkSettings) -> None:
    row = {
        "first_name": "Elizabeth",
        "last_name": "Marchbanks",
        "prior_last_name": "Otherwise; Featherstone",
        "dob": "1979-11-04",
    }
    found = link(as_list([row]), prepared, settings=settings).links.to_pylist()[0]
    assert (found["person"], found["level_surname"]) == (9002, "prior")
