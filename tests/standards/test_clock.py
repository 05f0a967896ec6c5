"""The day in Aotearoa, and a day as people write it."""

from datetime import UTC, date, datetime

from linkwell.standards.clock import in_words, moment_in_words


def test_a_day_is_written_as_people_write_it():
    assert in_words(date(2024, 7, 1)) == "1 July 2024"


def test_a_moment_is_told_by_the_day_it_was_in_aotearoa():
    assert in_words(datetime(2024, 6, 30, 13, 0, tzinfo=UTC)) == "1 July 2024"
    assert in_words(datetime(2024, 6, 30, 11, 0, tzinfo=UTC)) == "30 June 2024"


def test_a_records_moment_is_said_by_the_clock_of_aotearoa():
    assert moment_in_words("2024-06-30T11:59:07.123456Z") == "30 June 2024, 11:59 pm"
    assert moment_in_words("2024-06-30T12:05:07.000000Z") == "1 July 2024, 12:05 am"
    assert moment_in_words("2024-12-31T23:30:00.000000Z") == "1 January 2025, 12:30 pm"
