"""The linking copy: what is folded, what is kept apart, and which numbers and dates hold."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.linkage import expressions as sql
from linkwell.linkage.births import date_order, make_dates
from linkwell.linkage.held import held
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.spine import load_names
from linkwell.linkage.standardise import coded_sql, read_rows, spelt_sql

MODEL = ModelFiles.load()
CON = duckdb.connect()
load_names(CON, MODEL)


def standardised(**fields: str | None) -> dict[str, Any]:
    row = {"rec_id": "1", **fields}
    CON.register("one", pa.table({name: pa.array([value], pa.string()) for name, value in row.items()}))
    found = {name: name for name in fields}
    read_rows(CON, "one", found, dict.fromkeys(row, "VARCHAR"), MODEL, key="rec_id AS record", newest=2026)
    result = CON.sql(spelt_sql(coded_sql(""))).to_arrow_table().to_pylist()
    assert len(result) == 1
    return dict(result[0])


def dated(text: str) -> tuple[int | None, int | None]:
    """The whole date and the year of a column that holds only this text."""
    CON.register("one", pa.table({"d": pa.array([text], pa.string())}))
    texts = "SELECT DISTINCT d AS raw, d AS text FROM one"
    make_dates(CON, texts, MODEL, "VARCHAR", date_order(CON, texts, "VARCHAR"), newest=2026)
    rows = CON.execute("SELECT d8, yy FROM dates").fetchall()
    return rows[0] if rows else (None, None)


def check(rule: str, value: str) -> bool:
    kind = next(kind for kind in MODEL.identifiers if kind["name"] == rule)
    return bool(held(kind, (), pa.array([value]))[0].as_py())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Māori", "MAORI"),
        ("O'Brien", "OBrien"),
        ("O’Brien", "o brien"),
        ("Fa'asavalu", "Faʻasavalu"),
        ("Te Kanawa", "TeKanawa"),
        ("van der Merwe", "Vandermerwe"),
        ("Mc Donald", "McDonald"),
        ("Smith-Jones", "Smith Jones"),
        ("Smith - Jones", "Smith-Jones"),
        ("Müller", "Muller"),
        ("Ngāti  Awa", "Ngati Awa"),
        (" Brown ", "brown"),
        ("Sørensen", "Sorensen"),
    ],
)
def test_spellings_of_one_surname_fold_together(one: str, other: str) -> None:
    assert standardised(last_name=one)["fs"] == standardised(last_name=other)["fs"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maaori", "Māori"),
        ("Phillips", "Filips"),
        ("Whaanau", "Fanau"),
        ("Clark", "Klark"),
        ("Johnson", "Jonsson"),
        ("Stuart", "Stewart"),
    ],
)
def test_spellings_of_one_surname_sound_alike(one: str, other: str) -> None:
    assert standardised(last_name=one)["sx"] == standardised(last_name=other)["sx"]


def test_honorifics_and_suffixes_go_only_when_a_name_is_left() -> None:
    assert standardised(first_name="Mrs Anne", last_name="Hay")["g1"] == "anne"
    assert standardised(first_name="Dr. John", last_name="Hay Jnr")["fs"] == "hay"
    assert standardised(first_name="Judge", last_name="Dread")["g1"] == "judge"


def test_several_given_names_are_parted() -> None:
    row = standardised(first_name="Mary Jane", middle_name="Rose", last_name="Hay")
    assert (row["gf"], row["g1"], row["m1"]) == ("maryjane", "mary", "jane")
    assert standardised(first_name="Te Aroha", last_name="Hay")["g1"] == "tearoha"


def test_one_name_only_is_the_surname_wherever_it_was_written() -> None:
    assert standardised(first_name="Suharto", last_name=None)["fs"] == "suharto"
    assert standardised(first_name=None, last_name="Suharto")["fs"] == "suharto"
    assert standardised(first_name="Suharto", last_name="(unknown)")["g1"] is None


def test_double_surnames_have_halves() -> None:
    row = standardised(last_name="Ashcombe-Wexford")
    assert (row["fs"], row["sa"], row["sb"]) == ("ashcombewexford", "ashcombe", "wexford")
    assert standardised(last_name="Ashcombe")["sa"] is None


def test_a_full_name_is_split_either_way_round() -> None:
    for text in ("Hay, Mary Jane", "Mary Jane Hay"):
        row = standardised(full_name=text)
        assert (row["g1"], row["m1"], row["fs"]) == ("mary", "jane", "hay")


@pytest.mark.parametrize(
    ("text", "d8", "yy"),
    [
        ("1984-03-17", 19840317, 1984),
        ("17/03/1984", 19840317, 1984),
        ("17.3.1984", 19840317, 1984),
        ("19840317", 19840317, 1984),
        ("17 Mar 1984", 19840317, 1984),
        ("1984-03-17 00:00:00", 19840317, 1984),
        ("1984", None, 1984),
        ("1984-03", None, 1984),
        ("198403", None, 1984),
        ("1900-01-01", None, None),
        ("31/02/1984", 19840231, 1984),
        ("17/03/84", 19840317, 1984),
        ("17/03/26", 20260317, 2026),
        ("17/03/27", 19270317, 1927),
        ("84-03-17", 19840317, 1984),
        ("17-Mar-84", 19840317, 1984),
        ("17th March 1984", 19840317, 1984),
        ("March 17, 1984", 19840317, 1984),
        ("17MAR1984", 19840317, 1984),
        ("17 Foo 1984", None, None),
        ("17031984", 19840317, 1984),
        ("7031984", 19840307, 1984),
        ("170384", 19840317, 1984),
        ("3/17/84 12:00 AM", 19840317, 1984),
        ("1984-03-17T09:30:00.000Z", 19840317, 1984),
        ("30758.5", 19840317, 1984),
        ("not a date", None, None),
        ("0017-03-04", None, None),
        ("2984-03-17", None, None),
    ],
)
def test_birth_dates_are_read_and_defaults_dropped(text: str, d8: int | None, yy: int | None) -> None:
    assert dated(text) == (d8, yy)


@pytest.mark.parametrize(
    ("day", "month", "year", "d8", "yy"),
    [
        ("17", "3", "1984", 19840317, 1984),
        ("17.0", "March", "84", 19840317, 1984),
        (None, "3", "1984", None, 1984),
        ("17", "3", None, None, None),
        ("17", "x", "1984", None, 1984),
    ],
)
def test_a_birth_date_in_three_columns_is_one(
    day: str | None, month: str | None, year: str | None, d8: int | None, yy: int | None
) -> None:
    row = standardised(birth_day=day, birth_month=month, birth_year=year)
    assert (row["d8"], row["yy"]) == (d8, yy)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("John van  der Merwe", "john", "vandermerwe"),
        ("John\u00a0 Hay", "john", "hay"),
        ("Hone Te Kanawa", "hone", "tekanawa"),
        ("Aroha Smith", "aroha", "smith"),
        ("Mr John Hay Jnr", "john", "hay"),
        ("HAY, John", "john", "hay"),
        ("John Hay, Jr.", "john", "hay"),
        ("Te Rangi", None, "terangi"),
    ],
)
def test_one_column_of_names_keeps_particles_with_the_surname(
    text: str, given: str | None, family: str
) -> None:
    row = standardised(full_name=text)
    assert (row["g1"], row["fs"]) == (given, family)


def test_a_whole_name_beside_one_of_its_halves_gives_the_other() -> None:
    for whole in ("Mary Jane Hay", "Hay, Mary Jane", "Mary Jane"):
        row = standardised(full_name=whole, last_name="Hay")
        assert (row["g1"], row["m1"], row["fs"]) == ("mary", "jane", "hay")
    assert standardised(full_name="Mary Hay", first_name="Mary")["fs"] == "hay"


@pytest.mark.parametrize(
    ("text", "code"),
    [("1", 1), ("Wahine", 2), ("Tāne", 1), ("F", 2), ("3", None), ("", None), ("x", None)],
)
def test_another_gender_is_no_information(text: str, code: int | None) -> None:
    assert standardised(gender=text, last_name="Hay")["sex"] == code


@pytest.mark.parametrize(
    "value",
    ["ZAC5361", "ZZZ0016", "ZZZ0024", "ZKP3424", "ZWX5200", "ZBN77VL", "ZZZ00AC", "ZVU27KE", "ZYZ89XY"],
)
def test_right_nhi_numbers_hold(value: str) -> None:
    assert check("nhi", value)


@pytest.mark.parametrize(
    "value",
    [
        "ZZZ0017",
        "ZZZ0044",
        "DAB8233",
        "ZZZ00AA",
        "ZZZ00AX",
        "ZVU27KF",
        "ZZI0016",
        "ZZZ00OC",
        "1ZZ0016",
        "ZZZ001",
    ],
)
def test_wrong_nhi_numbers_do_not_hold(value: str) -> None:
    assert not check("nhi", value)


@pytest.mark.parametrize("value", ["49091850", "35901981", "49098576", "136410132", "150000009", "199999990"])
def test_right_ird_numbers_hold(value: str) -> None:
    assert check("ird", value)


@pytest.mark.parametrize("value", ["136410133", "9125568", "200000005", "009999996", "123456789"])
def test_wrong_ird_numbers_do_not_hold(value: str) -> None:
    assert not check("ird", value)


def test_numbers_are_read_through_spaces_and_hyphens() -> None:
    row = standardised(nhi="zac 5361", ird="049-091-850", msd="912-345-678")
    assert (row["nhi"], check("nhi", row["nhi"]), check("msd", row["msd"])) == ("ZAC5361", True, True)
    assert not check("msd", "000000000")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_folds_to_plain_letters_and_folding_twice_changes_nothing(text: str) -> None:
    query = f"SELECT {sql.folded('x')}, {sql.folded(sql.folded('x'))} FROM (SELECT CAST(? AS VARCHAR) AS x)"
    once, twice = CON.execute(query, [text.replace("\x00", "")]).fetchall()[0]
    assert once == twice
    assert once is None or (once.strip() == once and set(once) <= set("abcdefghijklmnopqrstuvwxyz -"))
