"""Totals are safe to show: nothing small, nothing that can be worked out, nobody named."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.checking.examples import SPEC, checked

from linkwell.checking.totals import BASE, HIDDEN, LEAST, _table, totals_csv, totals_of


@given(
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 40), min_size=1, max_size=8)
)
def test_no_small_group_is_shown_and_none_stands_alone(groups: dict[str, int]) -> None:
    members = [[name] for name, count in groups.items() for _ in range(count)]
    shown = {each.group: each.people for each in _table("any", members).totals}
    hidden = [name for name, people in shown.items() if people is None]
    assert set(shown) == set(groups)
    for name, people in shown.items():
        if people is not None:
            assert groups[name] >= LEAST
            assert people % BASE == 0
            assert abs(people - groups[name]) <= BASE // 2
    assert len(hidden) != 1 or len(groups) == 1


def test_of_ten_people_almost_nothing_is_shown_and_no_name_ever() -> None:
    tables = totals_of(SPEC, checked(), as_of=date(2026, 6, 1))
    text = totals_csv(tables).decode("utf-8-sig")
    assert {table.title.partition(" (")[0] for table in tables} >= {"Age now", "Gender", "Service"}
    assert HIDDEN in text
    assert "Tāwhai" not in text
    assert Counter(each.people is None for table in tables for each in table.totals)[True] > 0
