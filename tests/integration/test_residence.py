"""Who is resident follows from the rule, the date, and what is known of a person; a rule is data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from linkwell.errors import WrongUse
from linkwell.integration.residence import residents, rule

AT = date(2024, 6, 30)
PERSONS = """
    (1, DATE '1980-01-01', NULL), (2, DATE '1980-01-01', NULL), (3, DATE '1980-01-01', DATE '2024-06-30'),
    (4, DATE '2021-01-01', NULL), (5, DATE '2021-01-01', NULL), (6, DATE '2019-06-30', NULL),
    (7, DATE '1980-01-01', NULL), (8, DATE '1980-01-01', NULL), (9, DATE '1980-01-01', NULL),
    (10, DATE '2024-07-01', NULL), (11, DATE '1980-01-01', NULL)"""
ACTIVITY = """
    (1, 'tax', DATE '2024-06-30'), (2, 'tax', DATE '2023-06-30'), (3, 'tax', DATE '2024-01-01'),
    (7, 'tax', DATE '2024-01-01'), (8, 'tax', DATE '2024-01-01'), (9, 'school', DATE '2023-07-01'),
    (9, 'tax', DATE '2024-01-01'), (11, 'tax', DATE '2024-07-01')"""
KNOWN = "(4, 'births'), (5, 'tax'), (6, 'births'), (10, 'births'), (1, 'births')"
AWAY = """
    (7, DATE '2023-01-01', DATE '2023-12-29'), (8, DATE '2023-01-01', DATE '2023-12-31'),
    (9, DATE '2010-01-01', DATE '2020-01-01')"""


@pytest.fixture
def found() -> dict[int, dict[str, object]]:
    with duckdb.connect() as con:
        for name, columns, rows in (
            ("persons", "spine_id, dob, death_date", PERSONS), ("activity", "spine_id, kind, day", ACTIVITY),
            ("known", "spine_id, source", KNOWN), ("away", "spine_id, left_on, back_on", AWAY),
        ):  # fmt: skip
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM (VALUES {rows}) AS t({columns})")
        table = residents(con, rule("activity-12"), [AT], ["tax", "school"])
    return {row["spine_id"]: row for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("who", "resident", "why"),
    [
        (1, True, "seen on the day itself"),
        (2, False, "seen, but a year and a day ago"),
        (3, False, "died on the day"),
        (4, True, "a young child with a birth record"),
        (5, False, "a young child nobody has a birth or visa of"),
        (6, False, "five years old on the day"),
        (7, True, "away for less than six months of the twelve"),
        (8, False, "away for six months of the twelve"),
        (9, True, "away long ago"),
        (10, False, "not born yet"),
        (11, False, "first seen after the day"),
    ],
)
def test_each_kind_of_person(found, who, resident, why):
    assert (who in found) is resident, why


def test_flags_say_what_somebody_was_seen_by(found):
    assert {name: found[9][name] for name in ("tax", "school", "under")} == {
        "tax": True, "school": True, "under": False,
    }  # fmt: skip
    assert {name: found[4][name] for name in ("tax", "school", "under")} == {
        "tax": False, "school": False, "under": True,
    }  # fmt: skip


def test_a_rule_of_ones_own_is_read_and_an_incomplete_one_refused(tmp_path: Path):
    file = tmp_path / "mine.toml"
    text = '[mine]\nlabel = "x"\nsource = "y"\nwindow_months = 6\nunder = 0\naway_months = 3\n'
    file.write_text(f"{text}under_sources = []\n", "utf-8")
    assert rule("mine", file).window_months == 6
    file.write_text(text, "utf-8")
    with pytest.raises(WrongUse, match="not complete"):
        rule("mine", file)
