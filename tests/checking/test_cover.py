"""Who has been told is counted as the check counts it, year by year."""

from datetime import date

from tests.checking.examples import SPEC, clean

from linkwell.checking.check import check
from linkwell.checking.cover import count_cover, starts_of
from linkwell.checking.notices import Basis, NoticeCover, Statement, load_notices, save_notices


def cover(*, named: bool = True, basis: bool = False) -> NoticeCover:
    statement = Statement('No "3" – Tāmaki', date(2023, 6, 1), date(9999, 12, 31), named, "form\nback")
    more = Basis("told_later", date(2000, 1, 1), date(2023, 5, 31), "letter", date(2026, 8, 1))
    return NoticeCover((statement,), (more,) if basis else ())


def test_as_many_stay_out_as_the_check_leaves_out() -> None:
    tables, everybody = clean(), check(SPEC, clean())
    for notices in (cover(), cover(named=False), cover(basis=True)):
        counted = count_cover(starts_of(everybody), notices)
        assert counted.people == everybody.people
        assert counted.people - counted.out == check(SPEC, tables, notices=notices).people


def test_years_add_up_and_name_the_first_and_last_who_stay_out() -> None:
    people = (("2022-01-05",), ("2022-03-01", "2024-01-01"), ("2024-02-02",), ())
    counted = count_cover(people, cover())
    assert [(each.year, each.people, each.told, each.out) for each in counted.years] == [
        (0, 1, 1, 0), (2022, 2, 1, 1), (2024, 1, 1, 0)]  # fmt: skip
    assert (counted.first_out, counted.last_out) == (date(2022, 1, 5), date(2022, 1, 5))
    assert count_cover((), cover()).years == ()


def test_a_notices_file_is_read_back_as_it_was_written(tmp_path) -> None:
    path = tmp_path / "notices.toml"
    for notices in (cover(), cover(basis=True, named=False)):
        save_notices(notices, path)
        assert load_notices(path) == notices
    save_notices(NoticeCover(()), path)
    assert not path.exists()
