"""A run as a whole: the shape of its answer, repeatability, lists that are poor, empty or from elsewhere."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from linkwell.errors import TryAgain, WrongUse
from linkwell.linkage import LinkResult, LinkSettings, PreparedSpine, link, prepare_spine, run
from linkwell.linkage.settings import PACKAGED

Linker = Callable[[list[dict[str, Any]]], LinkResult]
Rows = list[dict[str, Any]]


def table_of(rows: Rows, *, without: tuple[str, ...] = (), key: bool = True) -> pa.Table:
    names = [name for name in rows[0] if name != "spine_id" and name not in without]
    columns = {
        name: pa.array([None if row[name] is None else str(row[name]) for row in rows], pa.string())
        for name in names
    }
    keys = {"rec_id": pa.array([f"k{row['spine_id']:05d}" for row in rows], pa.string())} if key else {}
    return pa.table({**keys, **columns})


def right_share(result: LinkResult) -> tuple[float, int]:
    """(share linked to the right person, wrong links) of a list whose keys are k + spine id."""
    rows = result.links.to_pylist()
    right = sum(row["decision"] == "link" and f"k{row['person']:05d}" == row["record"] for row in rows)
    return right / len(rows), sum(row["decision"] == "link" for row in rows) - right


def test_the_links_table_has_its_agreed_columns(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    result = link(table_of(ordinary), prepared, settings=settings)
    assert result.links.column_names[:6] == ["record", "person", "posterior", "margin", "decision", "pass"]
    assert result.links.schema.field("record").type == pa.string()
    assert result.links.schema.field("person").type == pa.int64()
    assert result.links.num_rows == len(ordinary)
    assert set(result.links["decision"].to_pylist()) <= {"link", "review", "none"}
    for row in result.links.to_pylist():
        assert 0 <= row["margin"] <= row["posterior"] <= 1
        assert (row["person"] is None) == (row["decision"] == "none")


def test_an_ordinary_list_is_linked_rightly(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    share, wrong = right_share(link(table_of(ordinary), prepared, settings=settings))
    assert share == 1.0
    assert wrong == 0


def test_ages_are_those_of_the_year_the_run_is_about(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    """Not of the day it is run on: run again years later, a report says the same."""
    dated = [row for row in ordinary if row["dob"]]
    for year in (2005, 2055):
        result = link(table_of(dated), prepared, settings=replace(settings, newest_birth_year=year))
        ages = [max(year - int(str(row["dob"])[:4]), 0) for row in dated]
        old = sum(age >= 65 for age in ages)
        assert 0 < old < len(dated)
        assert result.groups["age"].to_pylist().count("65 and over") == old


@pytest.mark.parametrize("threads", [1, 3])
def test_links_are_the_same_on_any_threads_and_in_any_row_order(
    threads: int,
    spine: pa.Table,
    prepared: PreparedSpine,
    settings: LinkSettings,
    ordinary: Rows,
    folder: Path,
) -> None:
    rng = random.Random(threads)
    extract = table_of(ordinary)
    order = rng.sample(range(extract.num_rows), extract.num_rows)
    spine_order = rng.sample(range(spine.num_rows), spine.num_rows)
    other = replace(settings, threads=threads)
    shuffled = prepare_spine(spine.take(spine_order), folder, settings=other)
    first = link(extract, prepared, settings=settings)
    second = link(extract.take(order), shuffled, settings=other)
    assert first.links.sort_by("record").equals(second.links.sort_by("record"))
    assert first.review.equals(second.review)


def test_pairs_that_codes_alone_can_compare_are_compared_as_their_texts_are(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows, folder: Path
) -> None:
    rows = [*ordinary, *({**row, "first_name": row["first_name"][0]} for row in ordinary[:40])]
    rows += [{**row, "middle_name": (row["middle_name"] or "x")[0]} for row in ordinary[40:80]]
    extract = table_of(rows, key=False)
    levels = (PACKAGED / "levels.toml").read_text("utf-8").splitlines()
    spelt = [line for line in levels if not line.startswith(("plain =", "absent ="))]
    assert len(levels) > len(spelt)
    (folder / "levels.toml").write_text("\n".join(spelt), "utf-8")
    by_codes = link(extract, prepared, settings=settings)
    by_texts = link(extract, prepared, settings=replace(settings, model_folder=folder))
    assert by_codes.links.equals(by_texts.links)
    assert by_codes.review.equals(by_texts.review)


def test_records_settled_at_once_are_settled_as_the_passes_one_by_one_settle_them(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows, people: Rows, folder: Path
) -> None:
    rows = [*ordinary, *({**row, "nhi": "ZAC5361"} for row in ordinary[:30])]  # somebody else's number
    rows += [{**row, "nhi": "ZZZ0044"} for row in ordinary[30:50]]  # nobody's
    rows += [{name: row.get(name) for name in ordinary[0]} for row in people[-10:]]
    extract = table_of(rows, key=False)
    passes = (PACKAGED / "passes.toml").read_text("utf-8")
    agree = re.compile(r'agree = """(.*?)"""', re.DOTALL)
    doubted = agree.sub(r'agree = """NOT ((l.yy = 1066) IS TRUE) AND (\1)"""', passes, count=1)
    assert doubted != passes
    (folder / "passes.toml").write_text(doubted, "utf-8")
    at_once = link(extract, prepared, settings=settings)
    one_by_one = link(extract, prepared, settings=replace(settings, model_folder=folder))
    assert at_once.links.equals(one_by_one.links)
    assert at_once.review.equals(one_by_one.review)


def test_an_edited_exact_pass_may_join_on_any_column(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows, folder: Path
) -> None:
    passes = (PACKAGED / "passes.toml").read_text("utf-8")
    shipped = 'on = ["l.d8 = s.d8", "l.fs = s.fs", "l.g1 = s.g1"]'
    assert shipped in passes
    edited = passes.replace(shipped, 'on = ["l.d8 = s.d8", "l.fs = s.fs", "l.gr = s.gr"]')
    (folder / "passes.toml").write_text(edited, "utf-8")
    result = link(table_of(ordinary), prepared, settings=replace(settings, model_folder=folder))
    assert right_share(result) == (1.0, 0)


def test_a_list_with_numbers_only_is_linked(prepared: PreparedSpine, settings: LinkSettings) -> None:
    result = link(
        pa.table({"rec_id": ["a", "b", "c"], "nhi": ["ZAC5361", "ZZZ0044", None]}),
        prepared,
        settings=settings,
    )
    rows = result.links.to_pylist()
    assert [(row["person"], row["decision"], row["pass"]) for row in rows] == [
        (9001, "link", "id_alone"),
        (None, "none", None),
        (None, "none", None),
    ]
    assert rows[0]["posterior"] == pytest.approx(0.998)


def test_a_list_without_birth_dates_links_rare_names_and_does_not_guess_common_ones(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    result = link(table_of(ordinary, without=("dob", "nhi", "ird", "msd")), prepared, settings=settings)
    share, wrong = right_share(result)
    assert share > 0.5
    assert wrong <= 2


def test_a_list_in_capitals_with_empty_columns_links_as_well(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    shouted = [{k: v.upper() if isinstance(v, str) else v for k, v in row.items()} for row in ordinary]
    blank = [
        {**row, "nhi": None, "prior_last_name": None, "middle_name": "", "gender": ""} for row in shouted
    ]
    share, wrong = right_share(link(table_of(blank), prepared, settings=settings))
    assert (share, wrong) == (1.0, 0)


def test_a_file_with_an_empty_column_is_read(
    spine: pa.Table, settings: LinkSettings, ordinary: Rows, folder: Path
) -> None:
    place = spine.column_names.index("prior_last_name")
    empty = spine.set_column(place, "prior_last_name", pa.nulls(spine.num_rows, pa.string()))
    pq.write_table(empty, folder / "spine.parquet")
    assert right_share(link(table_of(ordinary), folder / "spine.parquet", settings=settings)) == (1.0, 0)


def test_a_single_row_is_linked(prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows) -> None:
    share, wrong = right_share(link(table_of(ordinary[:1]), prepared, settings=settings))
    assert (share, wrong) == (1.0, 0)


def test_an_empty_list_gives_an_empty_answer(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    result = link(table_of(ordinary[:1]).slice(0, 0), prepared, settings=settings)
    assert result.links.num_rows == 0
    assert result.quality.records == 0
    assert result.quality.link_rate == 0


def test_a_list_from_elsewhere_is_not_forced_onto_the_spine(
    prepared: PreparedSpine, settings: LinkSettings, people: Rows
) -> None:
    rng = random.Random(5)
    mixed = []
    for n in range(400):  # names and dates like the spine's, but nobody of it
        a, b, c = (rng.choice(people[:4000]) for _ in range(3))
        mixed.append(
            {
                "spine_id": n,
                "first_name": a["first_name"],
                "last_name": b["last_name"],
                "dob": c["dob"],
                "gender": a["gender"],
            }
        )
    result = link(table_of(mixed), prepared, settings=settings)
    assert result.quality.linked <= 2
    assert result.model["on_spine"] < 0.2


def test_two_records_of_one_person_both_link(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    twice = pa.concat_tables([table_of(ordinary), table_of(ordinary[:10])])
    keys = pa.array([f"t{n:05d}" for n in range(twice.num_rows)])
    result = link(twice.set_column(0, "rec_id", keys), prepared, settings=settings)
    assert result.quality.linked == len(ordinary) + 10
    assert result.quality.shared == 10


def test_rows_without_a_key_column_are_numbered(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    result = link(table_of(ordinary[:3], key=False), prepared, settings=settings)
    assert result.links["record"].to_pylist() == ["1", "2", "3"]


@pytest.mark.parametrize("keys", [["a", "a"], ["a", None]])
def test_a_key_that_repeats_or_is_missing_is_refused(
    keys: list[str | None], prepared: PreparedSpine, settings: LinkSettings
) -> None:
    with pytest.raises(WrongUse, match="own record key"):
        link(pa.table({"rec_id": keys, "last_name": ["Hay", "Lee"]}), prepared, settings=settings)


def test_a_list_with_nothing_to_link_on_is_refused(prepared: PreparedSpine, settings: LinkSettings) -> None:
    with pytest.raises(WrongUse, match="No column to link on"):
        link(pa.table({"rec_id": ["a"], "shoe_size": ["9"]}), prepared, settings=settings)


def test_their_columns_come_through_a_map(prepared: PreparedSpine, settings: LinkSettings) -> None:
    extract = pa.table(
        {"ref": ["a"], "fname": ["Tobias"], "kname": ["Vandersloot"], "born_on": ["14/06/2009"]}
    )
    mapped = replace(
        settings,
        extract_columns={"ref": "record", "fname": "first_name", "kname": "last_name", "born_on": "dob"},
    )
    assert link(extract, prepared, settings=mapped).links["person"].to_pylist() == [9007]


def test_dates_written_month_first_are_seen(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    american = [{**row, "dob": row["dob"].strftime("%m/%d/%Y")} for row in ordinary]
    share, wrong = right_share(link(table_of(american), prepared, settings=settings))
    assert (share, wrong) == (1.0, 0)


def test_numbers_of_another_kind_are_used_without_the_check_rule(
    settings: LinkSettings, people: Rows, folder: Path
) -> None:
    chosen = people[:300]
    spine = pa.table(
        {
            "spine_id": [row["spine_id"] for row in chosen],
            "nhi": [f"QQ{row['spine_id']:05d}" for row in chosen],
            "last_name": [row["last_name"] for row in chosen],
        }
    )
    extract = pa.table({"rec_id": ["a", "b"], "nhi": ["QQ00005", "QQ99999"]})
    result = link(extract, prepare_spine(spine, folder, settings=settings), settings=settings)
    assert result.links["person"].to_pylist() == [5, None]


def test_files_are_read_and_the_prepared_spine_is_used_again(
    spine: pa.Table, settings: LinkSettings, ordinary: Rows, folder: Path
) -> None:
    pq.write_table(spine, folder / "spine.parquet")
    pyarrow.csv.write_csv(table_of(ordinary), folder / "list.csv")
    ready = prepare_spine(folder / "spine.parquet", folder / "ready", settings=settings)
    before = ready.path.stat().st_mtime_ns
    again = prepare_spine(folder / "spine.parquet", folder / "ready", settings=settings)
    assert again == ready
    assert ready.path.stat().st_mtime_ns == before
    assert right_share(link(folder / "list.csv", ready.path, settings=settings)) == (1.0, 0)


def test_a_spine_that_repeats_an_id_is_refused(spine: pa.Table, settings: LinkSettings, folder: Path) -> None:
    with pytest.raises(WrongUse, match="one row a person"):
        prepare_spine(pa.concat_tables([spine, spine.slice(0, 1)]), folder, settings=settings)
    assert not list(folder.glob("*.duckdb"))


def test_twins_on_the_spine_are_told_apart_and_a_bare_initial_goes_to_a_person(
    link_rows: Linker, ordinary: Rows
) -> None:
    twin = {"last_name": "Vandersloot", "dob": "2009-06-14"}
    result = link_rows(
        [{"first_name": "Tobias", **twin}, {"first_name": "Matilda", **twin}, {**twin}, *ordinary]
    )
    rows = result.links.to_pylist()
    assert [rows[0]["person"], rows[1]["person"]] == [9007, 9008]
    assert rows[2]["decision"] == "review"
    assert {row["person"] for row in result.review.to_pylist() if row["record"] == "r00002"} == {9007, 9008}


def test_agreement_counts_on_a_spine_of_two_people(settings: LinkSettings) -> None:
    spine = pa.table(
        {
            "spine_id": ["a", "b"],
            "first_name": ["Jo", "Al"],
            "last_name": ["Hay", None],
            "dob": ["1990-01-02", None],
        }
    )
    extract = pa.table(
        {
            "rec_id": [1, 2, 3],
            "first_name": ["JO", "Al", "Kim"],
            "last_name": ["Hay", None, "Ray"],
            "dob": ["2/01/1990", None, "1991-02-03"],
        }
    )
    rows = link(extract, spine, settings=settings).links.to_pylist()
    assert [(row["record"], row["person"]) for row in rows if row["decision"] == "link"] == [("1", "a")]


def test_what_a_killed_run_left_behind_is_swept_and_not_replayed(
    spine: pa.Table, settings: LinkSettings, ordinary: Rows, folder: Path
) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    left = folder / f".work-{gone.stdout.strip()}-abc"
    left.mkdir()
    (left / "names").write_text("left behind")
    (folder / ".prepared-spine.duckdb.part").write_bytes(b"half")
    (folder / ".prepared-spine.duckdb.part.wal").write_bytes(b"a log of a killed run")
    own = replace(settings, temp_folder=folder)
    ready = prepare_spine(spine, folder, settings=own)
    assert right_share(link(table_of(ordinary), ready, settings=own)) == (1.0, 0)
    assert [path.name for path in folder.iterdir()] == ["prepared-spine.duckdb"]


def test_too_little_memory_says_so_and_leaves_nothing(
    spine: pa.Table, settings: LinkSettings, folder: Path
) -> None:
    with pytest.raises(TryAgain, match="memory"):
        prepare_spine(spine, folder / "out", settings=replace(settings, memory_limit="4MB"))
    assert not list((folder / "out").iterdir())


def test_what_does_not_fit_into_what_was_thought_enough_is_done_with_more(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    unset = replace(settings, memory_limit=None)
    small, most = run._memory(table_of(ordinary), prepared, unset)
    assert (small, most) == ("180MB", "500MB")
    monkeypatch.setattr(run, "_memory", lambda *_: ["4MB", most])
    again = link(table_of(ordinary), prepared, settings=unset)
    assert again.links.equals(link(table_of(ordinary), prepared, settings=settings).links)
    monkeypatch.setattr(run, "_memory", lambda *_: ["4MB"])
    with pytest.raises(TryAgain, match="memory"):
        link(table_of(ordinary), prepared, settings=unset)


def test_memory_that_is_set_is_all_there_is(prepared: PreparedSpine, settings: LinkSettings) -> None:
    assert run._memory(pa.table({"a": range(10)}), prepared, settings) == ["500MB"]
    unset, large = replace(settings, memory_limit=None), pa.table({"a": range(400_000)})
    assert run._memory(large, prepared, unset) == ["500MB"]
    assert run._memory(large, large, unset) == ["1500MB"]


def test_progress_is_told(prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows) -> None:
    told: list[tuple[int, int]] = []
    link(
        table_of(ordinary[:5]),
        prepared,
        settings=settings,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_expected_errors_are_small_and_groups_add_up(
    prepared: PreparedSpine, settings: LinkSettings, ordinary: Rows
) -> None:
    q = link(table_of(ordinary), prepared, settings=settings).quality
    assert q.false_links < 1
    for kind in ("gender", "age", "pass"):
        own = [group for group in q.groups if group.kind == kind]
        assert sum(group.records for group in own) == q.records
        assert sum(group.linked for group in own) == q.linked


def test_a_spine_too_large_for_memory_goes_to_a_file_of_the_run_and_links_alike(
    spine: pa.Table, settings: LinkSettings, ordinary: Rows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(settings, temp_folder=folder)
    held = link(table_of(ordinary), spine, settings=own)
    monkeypatch.setattr("linkwell.linkage.engine._LARGE", 10)
    filed = link(table_of(ordinary), spine, settings=own)
    assert filed.links.equals(held.links)
    assert list(folder.iterdir()) == []
