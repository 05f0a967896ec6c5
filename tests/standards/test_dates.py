"""Dates as people write them: decided by column, never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards.dates import (
    DateOrder,
    Shape,
    both_readings,
    decide_order,
    describe_column,
    excel_day,
    is_default_date,
    parse_date,
    parse_time,
    says_missing,
    sentinel_meaning,
)

MARCH_4 = date(2020, 3, 4)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([], "none"),
        (["", "n/a", "Unknown"], "none"),
        (["2020-03-04", "2020/3/4", "20200304"], "iso"),
        (["4 March 2020", "4-Mar-20", "Mar 4, 2020", "4 Māehe 2020"], "iso"),
        (["3/4/2020", "25/4/2020"], "dmy"),
        (["3/4/2020", "4/25/2020", ""], "mdy"),
        (["3/4/2020", "5/6/2021", "7.8.2021"], "ambiguous"),
        (["2020-03-04", "3/4/2020"], "ambiguous"),
        (["25/4/2020", "4/25/2020"], "mixed"),
        (["25/4/2020"] * 60 + ["4/25/2020"], "dmy"),
        (["4/25/2020"] * 60 + ["25/4/2020"], "mdy"),
        (["25/4/2020"] * 20 + ["4/25/2020"], "mixed"),
        (["44000", "44001"], "none"),
        (["45/45/2020"], "none"),
    ],
)
def test_the_order_is_decided_for_the_column(cells: list[str], order: str) -> None:
    assert decide_order(cells) == order


@pytest.mark.parametrize(
    "text",
    ["4/3/2020", "04-03-2020", "4.3.2020", " 4 / 3 / 2020 ", "4 3 2020", "4/3/2020 14:30", "4/3/2020 2:30 pm",
     "2020-03-04", "2020-03-04T00:00:00", "2020-03-04T10:00:00+13:00", "4 March 2020", "4th Mar 2020",
     "March 4, 2020", "Wed 4 Mar 2020", "Wednesday, 4 March 2020", "4 Poutūterangi 2020"],
)  # fmt: skip
def test_one_day_in_many_styles_is_one_date(text: str) -> None:
    assert parse_date(text, "dmy").value == MARCH_4


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("", "dmy", "missing"),
        ("n/a", "dmy", "missing"),
        ("4/3/2020", "ambiguous", "ambiguous"),
        ("4/3/2020", "mixed", "ambiguous"),
        ("4/3/2020", "iso", "ambiguous"),
        ("3/25/2020", "dmy", "impossible"),
        ("31/2/2020", "dmy", "impossible"),
        ("2020-13-01", "dmy", "impossible"),
        ("0000-01-01", "dmy", "impossible"),
        ("4/3/20", "dmy", "two_digit_year"),
        ("43894", "dmy", "excel_serial"),
        ("43894.5", "dmy", "excel_serial"),
        ("2020", "dmy", "partial"),
        ("3/2020", "dmy", "partial"),
        ("last spring", "dmy", "unreadable"),
        ("13/2020", "dmy", "unreadable"),
        ("４/３/２０２０", "dmy", "unreadable"),
    ],
)
def test_what_is_not_a_whole_date_is_named_not_completed(text: str, order: str, code: str) -> None:
    read = parse_date(text, order)
    assert (read.value, read.code) == (None, code)
    assert read.reason


def test_a_day_above_twelve_or_equal_to_its_month_needs_no_order() -> None:
    assert parse_date("25/3/2020", "mixed").value == date(2020, 3, 25)
    assert parse_date("3/25/2020", "mixed").value == date(2020, 3, 25)
    assert parse_date("3/3/2020", "ambiguous").value == date(2020, 3, 3)


def test_both_readings_of_an_ambiguous_cell_can_be_shown() -> None:
    assert both_readings("4/3/2020") == (MARCH_4, date(2020, 4, 3))
    assert both_readings("25/3/2020") is None
    assert both_readings("3/3/2020") is None


def test_partial_dates_keep_what_they_say() -> None:
    assert [parse_date(text, "dmy").partial for text in ("2020", "2020-03", "3/2020", "Mar 2020")] == [
        "2020", "2020-03", "2020-03", "2020-03",
    ]  # fmt: skip


def test_a_two_digit_year_is_read_only_when_a_person_names_the_hundred_years() -> None:
    assert parse_date("4/3/20", "dmy", century_from=1925).value == MARCH_4
    assert parse_date("4/3/25", "dmy", century_from=1925).value == date(1925, 3, 4)
    assert describe_column(["4/3/20", "25-Dec-19", "1/1/2001"]).two_digit_years == 2


def test_the_time_behind_a_date_is_kept_apart() -> None:
    assert parse_date("4/3/2020 2:30 pm", "dmy").time == "2:30 pm"
    assert describe_column(["2020-03-04T10:00:00", "2020-03-04"]).with_time == 1


def test_excel_serials_are_counted_and_can_be_explained() -> None:
    assert describe_column(["43894", "2020-03-04"]).counts[Shape.SERIAL] == 1
    assert excel_day("43894") == MARCH_4
    assert excel_day("hello") is None


def test_dates_turned_round_by_a_month_first_spreadsheet_are_suspected() -> None:
    """3/4 typed day-first becomes 4 March where month-first is expected; 25/4 cannot and stays text."""
    turned = ["2020-03-04", "2020-05-11", "2021-01-12", "25/4/2020", "31/12/2020", "13/1/2021"]
    assert describe_column(turned).swap_suspected
    assert not describe_column([*turned, "2020-03-25"]).swap_suspected


def test_stand_in_dates_are_named() -> None:
    assert sentinel_meaning(date(1900, 1, 1))
    assert sentinel_meaning(date(9999, 12, 31))
    assert sentinel_meaning(MARCH_4) == ""
    assert is_default_date(date(1985, 1, 1))
    assert not is_default_date(date(1985, 1, 2))


@pytest.mark.parametrize("text", ["", " ", "N/A", "unknown", "-", "#N/A", "Not stated"])
def test_words_for_nothing_are_missing(text: str) -> None:
    assert says_missing(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [("14:30", "14:30:00"), ("2.30 pm", "14:30:00"), ("9am", "09:00:00"), ("12 a.m.", "00:00:00"),
    ("9:05:07", "09:05:07"), ("2020-03-04T10:05:00", "10:05:00"), ("25:00", ""), ("13pm", ""), ("9", ""),
    ("noonish", "")],
)  # fmt: skip
def test_times_become_one_form(text: str, time: str) -> None:
    assert parse_time(text) == time


@given(days)
def test_a_date_written_in_any_known_order_comes_back(day: date) -> None:
    assert parse_date(day.isoformat(), "dmy").value == day
    assert parse_date(f"{day:%d/%m/%Y}", DateOrder.DMY).value == day
    assert parse_date(f"{day:%m/%d/%Y}", DateOrder.MDY).value == day
    assert parse_date(f"{day.day} {day:%B} {day.year}", "ambiguous").value == day


@given(st.lists(days, min_size=1, max_size=30), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_column_in_one_order_is_never_taken_for_the_other(column: list[date], style: str) -> None:
    order = decide_order([day.strftime(style) for day in column])
    right = DateOrder.DMY if style.startswith("%d") else DateOrder.MDY
    assert order in (right, DateOrder.AMBIGUOUS)
    assert (order == right) == any(day.day > 12 for day in column)


@given(days)
def test_an_excel_serial_means_the_day_excel_shows(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    if serial >= 10_000:
        assert excel_day(str(serial)) == day == date(1899, 12, 30) + timedelta(days=serial)


@given(st.text(max_size=30), st.sampled_from(list(DateOrder)))
def test_any_text_is_a_date_or_has_a_reason(text: str, order: DateOrder) -> None:
    read = parse_date(text, order, century_from=1930)
    assert (read.value is None) == bool(read.reason)
    parse_time(text)
    both_readings(text)
    excel_day(text)


def test_one_day_above_twelve_does_not_settle_a_long_column() -> None:
    either = [f"{1 + number % 12:02}/{1 + number % 9:02}/2024" for number in range(40)]
    column = describe_column([*either, "03/25/2024"])
    assert (column.order, column.leaning) == ("ambiguous", "mdy")
    assert describe_column([*either[:10], "03/25/2024"]).order == "mdy"


def test_a_year_of_two_digits_that_may_stand_in_front_is_told() -> None:
    month_of_days = [date(2022, 1, 1) + timedelta(days=number * 23) for number in range(40)]
    assert describe_column([f"{day:%y-%m-%d}" for day in month_of_days]).year_first
    assert not describe_column([f"{day:%d-%m-%y}" for day in month_of_days]).year_first
    assert not describe_column([f"{day:%Y-%m-%d}" for day in month_of_days]).year_first


def test_midnight_in_the_time_of_greenwich_is_told() -> None:
    assert describe_column(["1985-03-13T11:00:00Z", "1990-07-01T12:00:00.000Z"]).world_time
    assert not describe_column(["1985-03-13T11:00:00Z", "1990-07-01T09:30:00Z"]).world_time
    assert not describe_column(["1985-03-13T11:00:00"]).world_time
