"""Group-time effects: known answers of mpdta, and a truth that two-way fixed effects would miss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linkwell.errors import WrongUse
from linkwell.insights.estimators.staggered import (
    _difference,
    by_event_time,
    by_group,
    group_times,
    pre_test,
    simple,
)
from linkwell.insights.headings import read_file
from linkwell.insights.panel import compare_panel

COLUMNS = {"person": "countyreal", "period": "year", "started": "first.treat", "outcome": "lemp"}


@pytest.fixture(scope="module")
def mpdta():
    return read_file(Path(__file__).parent / "data/mpdta.csv.gz")


def test_mpdta_gives_the_published_answer(mpdta):
    found = compare_panel(mpdta, **COLUMNS)
    assert found.overall.effect == pytest.approx(-0.03995, abs=0.00001)
    assert found.overall.standard_error == pytest.approx(0.01203, rel=0.03)
    assert found.pre_p == pytest.approx(0.168, abs=0.0005)
    at_once = next(one for one in found.events if one.at == 0)
    assert at_once.effect == pytest.approx(-0.0199, abs=0.0001)


def test_mpdta_with_a_covariate_gives_the_doubly_robust_answer(mpdta):
    # Reference: att_gt(lemp ~ lpop) and aggte("simple") of R's did; pre-test p 0.23267.
    found = compare_panel(mpdta, **COLUMNS, names=("lpop",))
    assert found.overall.effect == pytest.approx(-0.0418, abs=0.00005)
    assert found.overall.standard_error == pytest.approx(0.0115, abs=0.00005)
    assert found.pre_p == pytest.approx(0.23267, abs=0.0001)


def test_mpdta_beside_counties_that_have_not_started_yet(mpdta):
    # Reference: csdid 0.4.3 (notyettreated) and diff-diff 3.13.0 (not_yet_treated), alike to 13 digits.
    found = compare_panel(mpdta, **COLUMNS, controls="not_yet")
    assert found.overall.effect == pytest.approx(-0.0397636256, abs=1e-9)
    assert found.overall.standard_error == pytest.approx(0.0120524248, abs=1e-9)


def test_without_traits_the_doubly_robust_difference_is_that_of_two_means():
    rng = np.random.default_rng(5)
    change, mine = rng.normal(size=400), rng.random(400) < 0.3
    plain = _difference(change, mine, None)
    nothing = _difference(change, mine, np.zeros((400, 1)))  # the long way, with a trait nobody has
    assert plain[0] == pytest.approx(nothing[0], abs=1e-12)
    assert np.abs(plain[1] - nothing[1]).max() < 1e-9


def test_effects_that_grow_are_found_and_covered():
    covered = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        periods = np.arange(6.0)
        start = rng.choice([3.0, 4.0, np.inf], 300, p=[0.25, 0.25, 0.5])
        since = np.clip(periods - start[:, None] + 1, 0, None)
        y = rng.normal(size=(300, 1)) + 0.3 * periods + 1.0 * since + rng.normal(0, 1, (300, 6))
        found = group_times(y, periods, start)
        overall = simple(found)
        truth = np.mean([np.clip(periods[periods >= s] - s + 1, 0, None).sum() for s in (3.0, 4.0)])
        sizes = [(start == s).sum() * (periods >= s).sum() for s in (3.0, 4.0)]
        means = [np.mean(periods[periods >= s] - s + 1) for s in (3.0, 4.0)]
        truth = np.average(means, weights=sizes)
        covered += abs(overall.effect - truth) < 1.96 * overall.standard_error + 0.05
    assert covered >= 35


def test_drift_before_the_start_shows_in_the_pre_test():
    rng = np.random.default_rng(1)
    start = np.where(np.arange(400) < 200, 3.0, np.inf)
    y = rng.normal(0, 0.5, (400, 5)) + np.arange(5.0) * np.where(np.isinf(start), 0.0, 0.5)[:, None]
    assert pre_test(group_times(y, np.arange(5.0), start)) < 0.001


def test_not_yet_treated_people_may_be_the_comparison():
    rng = np.random.default_rng(2)
    start = np.where(np.arange(200) < 100, 2.0, 4.0)
    y = rng.normal(size=(200, 5)) + 2.0 * (np.arange(5.0) >= start[:, None])
    found = group_times(y, np.arange(5.0), start, controls="not_yet")
    assert found.left_out == ((4.0, 4.0),) or (2.0, 4.0) in found.left_out
    assert by_group(found)[0].effect == pytest.approx(2.0, abs=0.4)
    assert next(one.at for one in by_event_time(found)) < 0


def test_people_who_had_started_by_the_first_period_or_miss_a_period_are_left_out_and_said(mpdta):
    early = mpdta.filter(np.asarray(mpdta["year"].to_numpy() >= 2004))
    found = compare_panel(early.slice(0, early.num_rows - 1), **COLUMNS)
    assert "20 people who had started by the first period were left out." in found.notes
    assert "1 people without a value in every period were left out." in found.notes


def test_a_person_twice_in_a_period_is_told():
    table = pa.table({"p": [1, 1], "t": [1, 1], "g": [0, 0], "y": [1.0, 2.0]})
    with pytest.raises(WrongUse, match="two rows in one"):
        compare_panel(table, person="p", period="t", started="g", outcome="y")


def test_a_row_without_a_person_is_told(mpdta):
    table = mpdta.set_column(0, "countyreal", pa.array([None, *mpdta["countyreal"].to_pylist()[1:]]))
    with pytest.raises(WrongUse, match="countyreal"):
        compare_panel(table, **COLUMNS)


def test_people_by_number_and_by_name_give_the_same_numbers(mpdta):
    names = pa.array([f" {who} " for who in mpdta["countyreal"].to_pylist()])
    told = compare_panel(mpdta, **COLUMNS)
    for column in (names, names.dictionary_encode()):
        found = compare_panel(mpdta.set_column(0, "countyreal", column), **COLUMNS)
        assert found.overall.effect == pytest.approx(told.overall.effect, rel=1e-12)
        assert found.overall.standard_error == pytest.approx(told.overall.standard_error, rel=1e-12)
        assert found.pre_p == pytest.approx(told.pre_p, rel=1e-9)


def test_few_people_are_refused_without_a_number():
    table = pa.table({"p": [1, 1, 2, 2], "t": [1, 2, 1, 2], "g": [2, 2, 0, 0], "y": [1.0, 2.0, 1.0, 1.0]})
    found = compare_panel(table, person="p", period="t", started="g", outcome="y")
    assert found.overall is None
    assert not found.events
    assert {gate.gate.id for gate in found.gates if gate.level == "red"} >= {"participants"}


def long_table(n=300, periods=5, seed=1):
    rng = np.random.default_rng(seed)
    start = rng.choice([0, 3, 4], n, p=[0.5, 0.3, 0.2])
    person, period = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    begun = (start[person] > 0) & (period >= start[person])
    y = rng.normal(size=n)[person] + begun + rng.normal(size=len(person))
    return {"p": person, "t": period, "g": start[person].astype(float), "y": y}


def compared(columns, **how):
    return compare_panel(pa.table(columns), person="p", period="t", started="g", outcome="y", **how)


@pytest.mark.parametrize(
    ("change", "how", "gate"),
    [
        (lambda c: c | {"g": np.full(len(c["g"]), 3.0)}, {"controls": "not_yet"}, "effective_size"),
        (lambda c: c | {"g": np.full(len(c["g"]), 3.0)}, {}, "effective_size"),
        (lambda c: c | {"y": np.full(len(c["y"]), 2.5)}, {}, "varied"),
        (lambda c: c | {"x": c["g"] * 2.0}, {"names": ["x"]}, "support"),
    ],
)  # fmt: skip
def test_a_panel_with_nothing_to_compare_is_refused_with_the_gate_named(change, how, gate):
    found = compared(change(long_table()), **how)
    assert gate in {one.gate.id for one in found.gates if one.level == "red"}
    assert found.overall is None
    assert not found.events
    assert not found.groups


def test_where_everybody_starts_the_refusal_names_the_other_comparison():
    columns = long_table()
    everybody = columns | {"g": np.where(columns["g"] == 0, columns["g"].max() + 1, columns["g"])}
    late = everybody | {
        "p": np.where(everybody["p"] == columns["p"].max(), columns["p"].max() + 1, columns["p"])
    }
    refused = compared(late)
    assert refused.overall is None
    assert any("--controls not_yet" in note for note in refused.notes)
    found = compared(late, controls="not_yet")
    assert found.overall is not None
    assert not any("not_yet" in note for note in found.notes)


def test_a_few_people_who_start_together_do_not_make_the_test_before_the_start():
    columns = long_table()
    four = (columns["g"] == 4) & (columns["p"] > 20)
    found = compared(columns | {"g": np.where(four, 0.0, columns["g"])})
    assert any("fewer than 6 people" in note for note in found.notes)
    assert found.pre_p > 0.01


def test_numbers_too_large_to_reckon_with_are_refused():
    columns = long_table()
    with pytest.raises(WrongUse, match="too large"):
        compared(columns | {"y": columns["y"] * 1e200})


def test_where_everybody_starts_in_time_those_who_start_later_are_counted_as_the_comparison():
    rng = np.random.default_rng(4)
    start = np.repeat([2, 3, 4], 100)
    long = pa.table({"i": np.repeat(np.arange(300), 6), "p": np.tile(np.arange(6), 300),
                     "g": np.repeat(start, 6), "y": rng.normal(size=1800)})  # fmt: skip
    found = compare_panel(long, person="i", period="p", started="g", outcome="y", controls="not_yet")
    assert found.overall is not None
    assert found.comparison == 200
