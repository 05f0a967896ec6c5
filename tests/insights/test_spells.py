"""Windows count what lies inside them, share out dollars by days, and never look ahead."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest

from linkwell.insights.measures import HISTORY, covered, read_catalogue
from linkwell.insights.people import month_number
from linkwell.insights.spells import around, months_after, read_spells

CODES = ("days", "dollars", "event")
WINDOWS = ((-12, 0), (0, 12))


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as con:
        con.execute("""CREATE TABLE catalogue AS SELECT code AS measure_code, code AS label,
            code AS kind_code, 'somewhere' AS source, '' AS domain, DATE '2020-01-01' AS covers_from_date,
            DATE '2024-12-31' AS covers_to_date
            FROM (VALUES ('days'), ('dollars'), ('event')) t(code)""")
        con.execute(
            "CREATE TABLE measure (snz_uid BIGINT, measure_code VARCHAR, start_date DATE, "
            "end_date DATE, value_amt DOUBLE)"
        )
        yield con


def totals(con, rows, index=date(2023, 7, 1), windows=WINDOWS):
    con.executemany("INSERT INTO measure VALUES (1, ?, ?, ?, ?)", rows)
    day = np.array([np.datetime64(index)]).astype(np.int64)
    found = read_spells(con, np.array([1]), {code: code for code in CODES}, day[0] - 1000, day[0] + 1000)
    there = around(np.array([1]), day, windows)
    return np.array([found.totals(code, there)[0] for code in CODES])


def test_days_are_counted_at_both_ends_and_cut_at_the_window(connection):
    found = totals(connection, [("days", "2023-06-21", "2023-07-10", 20.0)])
    assert found[0].tolist() == [10.0, 10.0]


def test_a_spells_dollars_are_shared_out_by_days_and_keep_their_total(connection):
    found = totals(connection, [("dollars", "2023-06-21", "2023-07-10", 1000.0)])
    assert found[1].tolist() == [500.0, 500.0]


def test_events_count_by_their_day(connection):
    rows = [
        ("event", "2023-06-30", None, 1.0),
        ("event", "2023-07-01", "2023-07-01", 1.0),
        ("event", "2021-01-01", None, 1.0),
    ]
    assert totals(connection, rows)[2].tolist() == [1.0, 1.0]


def test_nothing_on_or_after_the_index_day_enters_the_history(connection):
    rows = [
        (code, f"2023-07-{day:02d}", f"2024-0{1 + day % 6}-01", 100.0)
        for code in CODES
        for day in range(1, 29)
    ]
    found = totals(connection, rows, windows=[ends for _, *ends in HISTORY])
    assert not found.any()


def test_months_later_stay_within_the_month_as_the_database_reckons(connection):
    days = np.arange("2023-01-25", "2024-03-05", dtype="datetime64[D]")
    for months in (-24, -13, -1, 0, 1, 11, 25):
        found = months_after(days.astype(np.int64), months).astype("datetime64[D]").tolist()
        told = connection.sql(
            f"""SELECT (DATE '2023-01-25' + n::INT + INTERVAL ({months}) MONTH)::DATE
                FROM range({len(days)}) t(n) ORDER BY n"""
        ).fetchall()
        assert found == [day for (day,) in told]


def test_everyone_has_their_own_spells_however_often_and_in_whatever_order_they_are_asked_for(connection):
    connection.execute("""INSERT INTO measure VALUES (5, 'event', '2023-05-01', NULL, 2.0),
        (3, 'event', '2023-05-01', NULL, NULL), (3, 'event', '2023-08-01', NULL, 4.0)""")
    day = int(np.datetime64("2023-07-01").astype(np.int64))
    uid = np.array([5, 3, 4, 3, 5])
    found = read_spells(connection, uid, {"event": "event"}, day - 1000, day + 1000)
    there = around(uid, np.full(5, day), WINDOWS)
    assert found.totals("event", there).tolist() == [[2, 0], [1, 4], [0, 0], [1, 4], [2, 0]]


def test_what_ended_before_the_window_does_not_count(connection):
    assert not totals(connection, [("days", "2022-01-01", "2022-06-30", 5.0)]).any()


def test_covered_months_leave_room_for_history_and_follow_up(connection):
    first, last = covered(read_catalogue(connection), 24, 12, 0)
    assert first == month_number(date(2022, 1, 1))
    assert last == month_number(date(2024, 1, 1))
