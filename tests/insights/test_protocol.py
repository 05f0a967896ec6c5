"""A protocol is one fingerprint: anything changed is another plan."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from linkwell.errors import WrongUse
from linkwell.insights import load_protocol, needed_columns


def test_the_standard_plan_has_three_outcomes_and_a_fingerprint():
    plan = load_protocol()
    assert [outcome.name for outcome in plan.outcomes] == ["benefit", "wages", "ed"]
    assert len(plan.digest) == 96
    assert plan.digest == load_protocol().digest


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"follow_months": 24}, {"title": "Other"}, {"candidates": 40}]
)
def test_any_change_gives_another_fingerprint(change):
    assert replace(load_protocol(), **change).digest != load_protocol().digest


def test_a_plan_is_read_from_a_file(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(
        'title = "Mine"\nseed = 5\n[[outcome]]\nname = "a"\nmeasure = "m"\nlabel = "l"\n'
        'noun = "n"\nverb = "had"\n'
        'kind = "rate"\ngood = "less"\nsmallest = 5.0\n',
        "utf-8",
    )
    assert load_protocol(file).seed == 5


@pytest.mark.parametrize(
    "text", ["seed = ", "nonsense = 1\n[[outcome]]\nname = 'a'", "title = 'no outcomes'"]
)
def test_a_broken_plan_is_refused_plainly(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(WrongUse, match="protocol"):
        load_protocol(file)
    with pytest.raises(WrongUse, match="no such protocol"):
        load_protocol(tmp_path / "missing.toml")


def test_one_year_of_history_is_refused():
    with pytest.raises(WrongUse, match="24 months"):
        replace(load_protocol(), history_months=12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"follow_months": 0}, "follow_months"), ({"follow_months": 12.5}, "follow_months"),
        ({"gap_months": -1}, "gap_months"), ({"candidates": 0}, "candidates"), ({"draws": True}, "draws"),
        ({"seed": -1}, "seed"), ({"outcomes": ()}, "no outcome"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_carried_out_is_refused_before_it_is_fixed(change, words):
    with pytest.raises(WrongUse, match=words):
        replace(load_protocol(), **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"kind": "percent"}, "kind"), ({"good": "up"}, "good"), ({"role": "main"}, "role"),
     ({"smallest": -1.0}, "smallest"), ({"smallest": "many"}, "smallest"),
     ({"smallest": math.nan}, "smallest")],
)  # fmt: skip
def test_an_outcome_of_no_known_kind_is_refused(change, words):
    with pytest.raises(WrongUse, match=words):
        replace(load_protocol().outcomes[0], **change)


@pytest.mark.parametrize(
    ("months", "gap", "words"),
    [(12, 0, "year"), (24, 0, "two years"), (18, 0, "18 months"), (12, 3, "year from month 4")],
)
def test_how_long_people_are_followed_is_said_as_it_is(months, gap, words):
    assert replace(load_protocol(), follow_months=months, gap_months=gap).span == words


def test_no_name_birth_date_or_address_is_among_the_columns_asked_for():
    asked = {column for tables in needed_columns() for columns in tables.values() for column in columns}
    assert not any(
        word in column for column in asked for word in ("name", "dob", "address", "nhi", "sa2", "meshblock")
    )
