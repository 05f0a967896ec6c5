import dataclasses
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.confidentiality import decide
from linkwell.confidentiality.effects import effect_content, rounding_step
from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.request import EffectInput
from linkwell.errors import WrongUse

PROFILE = load_profile("nz-fixed")
VALUES = np.random.default_rng(3).gamma(2, 30, 3001)
PERMITTED = {"permission_single_provider": True}


def effect(**changes):
    plain = EffectInput("ED visits", -3.21654, 1.23456, -5.63627, -0.79680, "days", np.arange(1, 200),
                        VALUES[1:200], np.arange(400, 700), 250.0, "days")  # fmt: skip
    if "treated_units" in changes and "treated_values" not in changes:
        changes.setdefault("treated_values", VALUES[changes["treated_units"]])
    return dataclasses.replace(plain, **changes)


def test_an_effect_is_told_to_two_figures_of_its_standard_error():
    told = effect_content(effect(), 198, 300, PROFILE)
    assert (told["estimate"], told["lower"], told["upper"], told["decimals"]) == (-3.2, -5.7, -0.7, 1)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e5), st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_rounded_interval_always_covers_the_true_one(estimate, error, below, above):
    one = effect(estimate=estimate, standard_error=error, lower=estimate - below, upper=estimate + above)
    told = effect_content(one, 198, 300, PROFILE)
    step = float(rounding_step(one, 198, PROFILE))
    assert told["lower"] <= one.lower + 1e-9 * abs(one.lower)
    assert told["upper"] >= one.upper - 1e-9 * abs(one.upper)
    assert one.lower - told["lower"] <= step * 1.001
    assert told["lower"] <= told["estimate"] <= told["upper"]


@pytest.mark.parametrize(
    "few", [{"treated": 18}, {"treated": -1}, {"comparison": -1}, {"comparison": 18}, {"effective": 29.9}]
)
def test_too_few_people_on_either_side_hide_the_effect(few):
    told = effect_content(effect(comparison_effective=few.get("effective", 30.0)), few.get("treated", 21),
                          few.get("comparison", 21), PROFILE)  # fmt: skip
    assert (told["mark"], told["estimate"], told["lower"], told["upper"]) == ("S", None, None, None)
    assert effect_content(effect(comparison_effective=30.0), 21, 21, PROFILE)["mark"] == ""


def test_a_share_is_told_no_finer_than_three_people():
    rate = effect(kind="rate", estimate=-0.0412, standard_error=0.0123, lower=-0.065, upper=-0.017)
    assert rounding_step(rate, 1500, PROFILE) == Decimal("0.002")
    assert rounding_step(rate, 90, PROFILE) == Decimal("0.05")
    points = dataclasses.replace(rate, scale=100, estimate=-4.12, standard_error=1.23, lower=-6.5, upper=-1.7)
    assert rounding_step(points, 1500, PROFILE) == Decimal("0.2")


@pytest.mark.parametrize("wrong", [{"estimate": float("nan")}, {"lower": 5.0}, {"standard_error": -1.0}])
def test_an_effect_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(WrongUse):
        effect_content(effect(**wrong), 198, 300, PROFILE)


def test_an_effect_keeps_its_answer_for_the_same_people(desk, ask):
    one = desk.release(ask(effects=(effect(),)), **PERMITTED).effects["ED visits"]
    again = desk.release(ask(effects=(effect(estimate=-2.5, title="again"),), purpose="b"), **PERMITTED)
    assert again.effects["ED visits"].estimate == one.estimate
    assert one.treated % 3 == 0
    assert abs(one.treated - 199) <= 2


def test_an_effect_is_told_where_only_the_number_of_its_people_is_not(desk, ask, monkeypatch):
    """Leaving ten people out of a count moves it further than a number may lie from the truth."""
    monkeypatch.setattr(decide, "left_out", lambda draft, *_: draft.cohort_people(1)[:10])
    told = desk.release(ask(effects=(effect(),)), **PERMITTED).effects["ED visits"]
    assert (told.treated, told.estimate, told.mark) == (None, -3.2, "")
    monkeypatch.setattr(decide, "left_out", lambda draft, *_: draft.cohort_people(1))
    told = desk.release(ask(effects=(effect(name="again"),), purpose="b"), **PERMITTED).effects["again"]
    assert (told.treated, told.estimate) == (None, None)


@pytest.mark.parametrize("side", ["treated_units", "comparison_units"])
@pytest.mark.parametrize("apart", [0, 1])
def test_an_effect_on_nearly_the_same_people_repeats_the_earlier_answer(desk, ask, side, apart):
    """As for the very same people, so that a refusal does not tell the two apart."""
    first = desk.release(ask(effects=(effect(),)), **PERMITTED).effects["ED visits"]
    members = getattr(effect(), side)
    near = effect(**{side: members[: len(members) - apart]}, estimate=-2.0)
    for other in (near, dataclasses.replace(near, name="other name", outcome="ED visits")):
        again = desk.release(ask(effects=(other,), purpose="again"), **PERMITTED).effects[other.name]
        assert (again.estimate, again.lower, again.upper, again.mark) == (-3.2, first.lower, first.upper, "")


def test_another_outcome_of_the_same_people_is_told(desk, ask):
    wages = effect(name="wages", treated_values=VALUES[1001:1200], estimate=-1.0)
    release = desk.release(ask(effects=(effect(), wages)), **PERMITTED)
    assert [e.estimate for e in release.effects.values()] == [-3.2, -1.0]


def test_effects_on_twins_within_one_request_give_one_answer(desk, ask):
    twin = effect(name="twin", outcome="ED visits", treated_units=np.arange(1, 199), estimate=-2.0)
    release = desk.release(ask(effects=(effect(), twin)), **PERMITTED)
    assert [e.estimate for e in release.effects.values()] == [-3.2, -3.2]


def test_one_comparison_for_many_outcomes_is_gathered_once_and_tells_the_same_as_lists_of_its_own(desk, ask):
    def outcomes(turned):
        for number in range(4):
            amounts = np.random.default_rng(number).gamma(2, 30, 199)
            there, mine = np.arange(400, 700), np.arange(1, 200)
            if turned:
                there, mine, amounts = np.roll(there, number), np.roll(mine, number), np.roll(amounts, number)
            yield effect(name=f"o{number}", treated_units=mine, treated_values=amounts,
                         comparison_units=there, outcome=f"o{number}")  # fmt: skip

    shared = desk.release(ask(effects=tuple(outcomes(turned=False))), **PERMITTED)
    cohorts = desk._ledger.blocks(shared.family)[0].groups
    assert len(cohorts) == 3  # the population, those reached, their comparison
    again = desk.release(ask(effects=tuple(outcomes(turned=True))), **PERMITTED)
    assert again == shared  # the same request, known by its people: told once more, not anew
    assert {(told.treated, told.comparison, told.mark) for told in shared.effects.values()} == {
        (shared.effects["o0"].treated, shared.effects["o0"].comparison, "")
    }
