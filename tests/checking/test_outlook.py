"""What a checked file lets you expect, by group, without any spine."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checking.examples import AS_OF, SPEC, checked, clean, put

from linkwell.checking.check import check
from linkwell.checking.objections import add_objection
from linkwell.checking.outlook import expect
from linkwell.checking.report import render_html


def test_groups_of_the_file_are_forecast_from_their_own_details() -> None:
    found = expect(SPEC, checked(), as_of=AS_OF)
    everyone, *groups = found.groups
    assert everyone.people == 10
    assert everyone.rate.likely == pytest.approx(0.98), "every row has a valid NHI number"
    dimensions = {group.dimension for group in groups}
    assert {"age band", "gender", "ethnic group"} <= dimensions
    ethnic = {group.group: group.people for group in groups if group.dimension == "ethnic group"}
    assert ethnic["Māori"] == 3
    assert sum(group.people for group in groups if group.dimension == "gender") == 10


def test_a_group_with_gaps_is_likely_to_be_found_less() -> None:
    verdict = checked(nhi=[""] * 10, ird=[""] * 10, **put("first", 0, "A"))
    everyone, *groups = expect(SPEC, verdict, as_of=AS_OF).groups
    assert 0.9 < everyone.rate.likely < 0.94
    ethnic = {group.group: group.rate.likely for group in groups if group.dimension == "ethnic group"}
    assert ethnic["Māori"] < everyone.rate.likely < ethnic["European"]


def test_the_report_says_it_in_words_and_as_a_table() -> None:
    verdict = checked()
    page = render_html(verdict, SPEC, expected=expect(SPEC, verdict, as_of=AS_OF))
    assert "Will you see anything? Very little on your own" in page
    assert "Of 10 people, about 10 should be found" in page
    assert "Tāwhai" not in page


def test_an_empty_verdict_expects_nothing() -> None:
    verdict = checked(nhi=[""] * 10, ird=[""] * 10, dob=[""] * 10)
    assert expect(SPEC, verdict, as_of=AS_OF).outlook.title == "Nothing on your own"


def test_people_who_stay_out_are_not_counted_in_any_group(tmp_path: Path) -> None:
    objections = add_objection(tmp_path, {"client_key": "C001"})
    found = expect(SPEC, check(SPEC, clean(), as_of=AS_OF, objections=objections), as_of=AS_OF)
    everyone, *groups = found.groups
    assert everyone.people == 9
    assert sum(group.people for group in groups if group.dimension == "gender") == 9


def test_what_would_be_shown_rests_on_the_files_own_groups() -> None:
    shown = {each.label: each for each in expect(SPEC, checked(), as_of=AS_OF).outlook.shown}
    assert shown["by gender"].groups == 2
    assert 0 < shown["by gender"].share < 1
    assert shown["by initiative"].share > 0.99, "all ten are in one"
