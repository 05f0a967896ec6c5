"""Visits and contacts: whose they are, repeats, dates, and what may not hide among service details."""

from __future__ import annotations

import pytest
from tests.checking.examples import checked, found
from tests.provider_files import visits

VISIT_FAULTS = {
    "visit_without_person": {"key": ["X999", *visits()["key"][1:]]},
    "visit_outside_time": {"date": ["13/06/2019", *visits()["date"][1:]]},
    "visit_in_future": {"date": ["13/06/2031", *visits()["date"][1:]]},
    "required_missing": {"date": ["", *visits()["date"][1:]]},
    "time_unreadable": {"time": ["morning", *visits()["time"][1:]]},
    "value_not_in_list": {"came": ["perhaps", *visits()["came"][1:]]},
    "hidden_email": {"type": ["ana@example.org", *visits()["type"][1:]]},
    "hidden_phone": {"type": ["call 021 555 1234", *visits()["type"][1:]]},
    "hidden_identifier": {"type": ["ZAC5361 visit", *visits()["type"][1:]]},
    "hidden_name": {"type": ["with Ben Smith", *visits()["type"][1:]]},
    "hidden_free_text": {"type": ["a long story " * 10, *visits()["type"][1:]]},
}


@pytest.mark.parametrize("code", VISIT_FAULTS)
def test_a_faulty_visit_is_named(code: str) -> None:
    verdict = checked(visit=VISIT_FAULTS[code])
    assert found(verdict, code).rows == (2,)
    assert verdict.blocks is code.startswith("hidden")


def test_a_repeated_visit_is_refused_only_when_its_time_is_the_same() -> None:
    twice = {kind: [cells[0], *cells] for kind, cells in visits().items()}
    assert found(checked(visit=twice), "visit_twice").rows == (3,)
    untimed = {**twice, "time": [""] * 13}
    verdict = checked(visit=untimed)
    assert found(verdict, "visit_maybe_twice").rows == (3,)
    assert verdict.counts[1].kept == 13
