"""Poor, odd and foreign lists in any file form: each links, or the report says plainly why not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st

from linkwell.errors import WrongUse
from linkwell.linkage import LinkResult, LinkSettings, PreparedSpine, link, report

Rows = list[dict[str, Any]]
NAMES = ["first_name", "middle_name", "last_name", "dob", "gender", "nhi"]


def listed(rows: Rows, fields: list[str], key: str = "spine_id") -> pa.Table:
    columns = {
        name: pa.array([None if row.get(name) is None else str(row[name]) for row in rows], pa.string())
        for name in fields
    }
    return pa.table({"rec_id": pa.array([f"{n}-{row[key]}" for n, row in enumerate(rows)]), **columns})


def wrong_and_right(result: LinkResult) -> tuple[int, int]:
    wrong = right = 0
    for row in result.links.to_pylist():
        if row["decision"] == "link":
            hit = row["record"].split("-", 1)[1] == str(row["person"])
            wrong, right = wrong + (not hit), right + hit
    return wrong, right


@property_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    fields=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 10_000),
    size=st.sampled_from([1, 2, 40, 150]),
    form=st.sampled_from(["arrow", "parquet", "csv"]),
)
def test_any_columns_any_form_any_length_link_or_say_why(
    fields: list[str],
    seed: int,
    size: int,
    form: str,
    people: Rows,
    prepared: PreparedSpine,
    settings: LinkSettings,
    folder: Path,
) -> None:
    rng = random.Random(seed)
    rows = [dict(rng.choice(people)) for _ in range(size)]
    for row in rows:
        for name in fields:
            harm = rng.random()
            value = row.get(name)
            if value is not None and harm < 0.3:
                row[name] = {0: str(value).upper(), 1: "", 2: f" {value} "}[int(harm * 10)]
    table = listed(rows, fields)
    source: Any = table
    if form == "parquet":
        pq.write_table(table, source := folder / "list.parquet")
    elif form == "csv":
        pyarrow.csv.write_csv(table, source := folder / "list.csv")
    if fields == ["gender"]:
        with pytest.raises(WrongUse, match="No column to link on"):
            link(source, prepared, settings=settings)
        return
    result = link(source, prepared, settings=settings)
    wrong, right = wrong_and_right(result)
    assert result.links.num_rows == len(rows)
    assert wrong <= max(1, 0.02 * len(rows)), (fields, wrong)
    assert result.quality.link_rate >= 0.5 or report.notes(result), (fields, right)


def test_one_word_names_are_not_guessed_and_the_report_says_so(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    rows = [{"spine_id": row["spine_id"], "full_name": row["first_name"]} for row in people[:200]]
    result = link(listed(rows, ["full_name"]), prepared, settings=settings)
    assert wrong_and_right(result)[0] <= 2
    assert any("one name only" in line for line in report.notes(result))


def test_given_and_family_names_in_each_others_column_are_turned_round(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    rows = [{**row, "first_name": row["last_name"], "last_name": row["first_name"]} for row in people[:200]]
    plain = link(listed(people[:200], ["first_name", "last_name", "dob"]), prepared, settings=settings)
    turned = link(listed(rows, ["first_name", "last_name", "dob"]), prepared, settings=settings)
    assert turned.links["person"].to_pylist() == plain.links["person"].to_pylist()
    assert not plain.model["names_turned"]
    assert any("each other's place" in line for line in report.notes(turned))


@pytest.mark.parametrize("pattern", ["{first_name} {last_name}", "{last_name} {first_name}",
                                     "{last_name}, {first_name}"])  # fmt: skip
def test_names_in_one_column_are_read_in_either_order(
    pattern: str, people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    rows = [{**row, "name": pattern.format(**row)} for row in people[:200]]
    result = link(listed(rows, ["name", "dob"]), prepared, settings=settings)
    wrong, right = wrong_and_right(result)
    assert (wrong, right) == (0, 200)


def test_a_list_from_another_country_is_not_forced_onto_the_spine(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    rng = random.Random(8)
    syllables = [
        "ak",
        "bo",
        "cz",
        "dr",
        "eł",
        "fi",
        "gř",
        "ho",
        "ij",
        "ka",
        "lm",
        "no",
        "ől",
        "pr",
        "uv",
        "za",
    ]
    rows = [
        {
            "spine_id": f"x{n}",
            "first_name": "".join(rng.choices(syllables, k=2)).capitalize(),
            "last_name": "".join(rng.choices(syllables, k=3)).capitalize() + "ová",
            "dob": str(rng.choice(people[:4000])["dob"]),
            "gender": rng.choice("12"),
        }
        for n in range(300)
    ]
    result = link(listed(rows, ["first_name", "last_name", "dob", "gender"]), prepared, settings=settings)
    assert result.quality.linked == 0
    assert any("not to be on this spine" in line for line in report.notes(result))
    assert "not to be on this spine" in report.as_html(result, "x")


def test_addresses_phones_and_declared_columns_tell_people_apart(settings: LinkSettings) -> None:
    places = ("Pukeko Street", "Weka Road", "Kiwi Terrace", "Tui Lane", "Moa Place")
    spine = pa.table(
        {
            "spine_id": list(range(300)),
            "first_name": [("Ann", "Bea", "Cat")[n % 3] for n in range(300)],
            "last_name": ["Hill"] * 300,
            "street_address": [f"{n // 5 + 1} {places[n % 5]}" for n in range(300)],
            "suburb": ["Lower Hutt"] * 300,
            "Village": [f"v{n % 50}" for n in range(300)],
        }
    )
    rows = list(range(0, 300, 7))
    typed = [spine["street_address"][n].as_py().upper().replace("STREET", "STRET") for n in rows]
    extract = spine.take(rows).set_column(3, "street_address", pa.array(typed))
    extract = extract.rename_columns(["rec_id", *extract.column_names[1:]])
    bare = link(extract.select(["rec_id", "first_name", "last_name"]), spine, settings=settings)
    assert bare.quality.linked == 0
    told = link(extract, spine, settings=replace(settings, also=("Village",)))
    found = {row["record"]: row["person"] for row in told.links.to_pylist() if row["decision"] == "link"}
    assert all(str(person) == record for record, person in found.items())
    assert len(found) > 0.7 * len(rows)
    assert "level_address" in told.links.column_names
    assert "level_also_village" in told.links.column_names


@pytest.mark.parametrize("written", ["49091850", "049-091-850", " 049091850", "49091850.0", "49 091 850"])
def test_a_number_is_the_same_with_leading_noughts_or_as_a_spreadsheet_leaves_it(
    written: str, people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    row = {"spine_id": 9004, "last_name": "Fa'asavalu", "ird": written}
    result = link(listed([row], ["last_name", "ird"]), prepared, settings=settings)
    assert result.links["level_ird"].to_pylist() == ["same"]
    assert result.links["person"].to_pylist() == [9004]


def test_birth_dates_that_cannot_be_read_are_said_even_where_most_are_found(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    rows = [{**row, "dob": f"{row['dob']:%d} of {row['dob']:%B}"} for row in people[:100]]
    fields = ["first_name", "middle_name", "last_name", "dob", "gender"]
    told = link(listed(rows, fields), prepared, settings=settings)
    assert any(line.startswith("In 100.0 % of the records a birth date") for line in report.notes(told))
    plain = link(listed(people[:100], fields), prepared, settings=settings)
    assert not report.notes(plain)


def test_a_twins_number_on_the_form_does_not_link_to_the_twin(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    tobias = {**next(row for row in people if row["spine_id"] == 9007), "nhi": "ZZZ0024"}  # Matilda's
    result = link(listed([*people[:150], tobias], NAMES), prepared, settings=settings)
    row = result.links.to_pylist()[-1]
    assert not (row["decision"] == "link" and row["person"] == 9008)


def test_a_declared_column_that_only_one_side_has_is_refused_by_name(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    extract = listed([{**row, "village": "x"} for row in people[:3]], ["first_name", "last_name", "village"])
    with pytest.raises(WrongUse, match="declared") as told:
        link(extract, prepared, settings=replace(settings, also=("Village",)))
    assert told.value.where == "Village"


def test_a_spreadsheets_own_count_of_days_is_a_birth_date_and_rows_without_keys_are_said_to_be_numbered(
    people: Rows, prepared: PreparedSpine, settings: LinkSettings
) -> None:
    born = [(row["dob"] - date(1899, 12, 30)).days for row in people[:40]]
    assert min(born) >= 10_000
    rows = pa.table(
        {
            "Lname": [row["last_name"] for row in people[:40]],
            "Fname": [row["first_name"] for row in people[:40]],
            "Born": [str(days) for days in born],
        }
    )
    result = link(rows, prepared, settings=settings)
    assert result.links["record"].to_pylist()[:2] == ["1", "2"]
    assert {row["level_dob"] for row in result.links.to_pylist() if row["person"]} == {"same"}
    assert any("number the rows from 1" in line for line in report.notes(result))
