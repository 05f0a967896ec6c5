"""Second opinions caution where they should, stay quiet where they should, and never change the number."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pytest

from linkwell.errors import WrongUse
from linkwell.insights import analyse
from linkwell.insights.estimators.effect import Estimate, outcome_model
from linkwell.insights.links import LinkError, read_link_error, with_link_error
from linkwell.insights.opinions import months_before
from linkwell.insights.stack import Stack


def outcome(drawn, protocol, name):
    impact = analyse(drawn.database, protocol).inside().impact
    return next(result for result in impact.outcomes if result.outcome.name == name), impact


def test_other_methods_are_asked_and_the_bracket_agrees_with_an_effect_that_is_there(drawn, protocol):
    result, _ = outcome(drawn, protocol, "benefit")
    told = result.opinions
    error = result.estimate.standard_error
    assert abs(told.aipw.estimate - result.estimate.estimate) < 3 * error
    assert abs(told.matched - result.estimate.estimate) < 4 * error
    assert told.did.estimate < result.estimate.estimate  # people start after a bad year
    assert {gate.gate.id: gate.level for gate in result.gates}["bracket"] == "green"
    assert told.strongest in {"main_benefit", "wages", "ed_visit"}


def test_few_participants_get_their_range_from_the_bootstrap_and_it_is_not_narrower(drawn, protocol):
    formula, _ = outcome(drawn, protocol, "benefit")
    drawn_again, _ = outcome(drawn, replace(protocol, draws=60), "benefit")
    assert not formula.bootstrapped
    assert drawn_again.estimate.standard_error >= formula.estimate.standard_error
    assert drawn_again.estimate.estimate == formula.estimate.estimate


def test_a_difference_in_something_the_initiative_cannot_touch_is_cautioned_and_not_told(drawn, protocol):
    control = [replace(o, role="control") if o.name == "benefit" else o for o in protocol.outcomes]
    impact = analyse(drawn.database, replace(protocol, outcomes=tuple(control))).inside().impact
    assert {gate.gate.id: gate.level for gate in impact.gates}["negative_control"] == "amber"
    assert "benefit" not in [result.outcome.name for result in impact.outcomes]


def test_periods_run_from_two_years_before_to_a_year_after(drawn, protocol):
    result, _ = outcome(drawn, protocol, "benefit")
    assert [period.first for period in result.periods] == [-24, -18, -12, -6, 0, 3, 6, 9]
    after = sum(period.estimate.estimate for period in result.periods[4:])
    assert after == pytest.approx(result.estimate.estimate, abs=abs(0.3 * after) + 3)
    assert abs(result.periods[3].estimate.estimate) < 10


def test_at_most_three_headlines(protocol):
    more = [replace(protocol.outcomes[0], name=f"o{n}") for n in range(4)]
    with pytest.raises(WrongUse, match="at most 3"):
        replace(protocol, outcomes=tuple(more))
    assert replace(protocol, outcomes=(*more[:3], replace(more[3], role="other")))


def test_months_before_has_the_right_size_and_sees_a_gap():
    rng = np.random.default_rng(1)
    rows, people = 1200, 200
    treated = np.arange(rows) < people
    stack = Stack(np.arange(rows), np.zeros(rows, int), treated, np.arange(rows) % people, np.zeros(0, int))
    weights = np.full(rows - people, 1 / (rows - people))
    model = outcome_model(treated, np.zeros((rows, 0)), weights)
    low = 0
    for _ in range(200):
        low += months_before(rng.normal(size=(rows, 24)), stack, model) < 0.05
    assert 2 <= low <= 20
    bent = rng.normal(size=(rows, 24)) + 0.5 * treated[:, None] * (np.arange(24) == 20)
    assert months_before(bent, stack, model) < 0.01


def test_wrong_links_stretch_the_range_and_scale_the_estimate():
    found = Estimate(-10.0, 2.0, 50.0, 60.0)
    allowed = with_link_error(found, LinkError(0.0, 0.2))
    assert allowed.estimate == pytest.approx(-10 / 0.9)
    assert allowed.lower == pytest.approx(found.lower / 0.8)
    assert allowed.upper == pytest.approx(found.upper)
    assert with_link_error(found, LinkError()) is found


def test_bands_of_the_links_say_how_many_may_be_wrong():
    with duckdb.connect() as con:
        con.execute("""CREATE TABLE enrolment AS SELECT * FROM (VALUES (1, 1, 'a', 'A'), (2, 2, 'a', 'B'),
            (-1, 3, 'a', NULL), (4, 4, 'b', 'C'))
            AS t(snz_uid, snz_unit_uid, initiative_code, link_band_code)""")
        assert read_link_error(con, ("a",)) == LinkError(pytest.approx(0.005), pytest.approx(0.03))
        assert read_link_error(con, ()).most == pytest.approx((0.01 + 0.05 + 0.2) / 3)
        con.execute("ALTER TABLE enrolment DROP COLUMN link_band_code")
        assert read_link_error(con, ()) == LinkError()
