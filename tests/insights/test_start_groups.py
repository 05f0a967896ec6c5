"""Group-time effects on the stack agree with the panel estimator that holds the published answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linkwell.insights import analyse, tell
from linkwell.insights.estimators.effect import Estimate
from linkwell.insights.estimators.staggered import by_event_time, group_times
from linkwell.insights.opinions import Opinions, beside
from linkwell.insights.people import first_of
from linkwell.insights.stack import Stack
from linkwell.insights.start_groups import group_time_effect, start_groups

JULY = 2023 * 12 + 6


def panel(seed=3, sizes=(80, 120), never=300):
    """Three periods; the first group starts in the second, the other in the last."""
    rng = np.random.default_rng(seed)
    start = np.repeat([1.0, 2.0, np.inf], [*sizes, never])
    people = len(start)
    begun = np.arange(3) >= start[:, None]
    y = rng.normal(size=(people, 1)) + np.arange(3) * 0.4 + rng.normal(size=(people, 3)) + 2.0 * begun
    return y, start


def stacked(y, start):
    """Each group beside everybody who never starts, over its own period before and after."""
    never = np.flatnonzero(np.isinf(start))
    places, day, treated, group, change = [], [], [], [], []
    for at, month in ((1, JULY), (2, JULY + 6)):
        mine = np.flatnonzero(start == at)
        for rows, took in ((mine, True), (never, False)):
            places.append(rows)
            day.append(np.full(len(rows), np.datetime64(first_of(month)).astype("datetime64[D]").astype(int)))
            treated.append(np.full(len(rows), took))
            group.append(rows if took else np.full(len(rows), mine[0]))
            change.append(y[rows, at] - y[rows, at - 1])
    order = np.argsort(~np.concatenate(treated), kind="stable")
    whole = [np.concatenate(part)[order] for part in (places, day, treated, group, change)]
    stack = Stack(*(part.astype(kind) for part, kind in zip(whole[:4], (int, int, bool, int), strict=True)),
                  alone=np.zeros(0, int))  # fmt: skip
    return stack, whole[4]


def test_the_effect_and_its_error_are_those_of_the_panel_estimator():
    y, start = panel()
    stack, change = stacked(y, start)
    base = np.ones(int((~stack.treated).sum()))
    groups = start_groups(np.zeros((len(change), 0)), stack, base, ~stack.treated)
    assert [int(one.model.treated.sum()) for one in groups] == [80, 120]
    found = group_time_effect(change, groups, stack)
    told = next(one for one in by_event_time(group_times(y, np.arange(3.0), start)) if one.at == 0)
    assert found.estimate == pytest.approx(told.effect, abs=1e-12)
    assert found.standard_error == pytest.approx(told.standard_error, rel=0.01)  # G/(G-1) and leverage


def test_a_trait_that_drifts_is_allowed_for():
    y, start = panel(never=2000)
    stack, change = stacked(y, start)
    rng = np.random.default_rng(1)
    old = rng.random(len(start)) < np.where(np.isinf(start), 0.2, 0.6)
    bent = change + 3.0 * old[stack.place]
    base = np.ones(int((~stack.treated).sum()))
    traits = old[stack.place][:, None].astype(float)
    plain = group_time_effect(change, start_groups(traits[:, :0], stack, base, ~stack.treated), stack)
    found = group_time_effect(bent, start_groups(traits, stack, base, ~stack.treated), stack)
    missed = group_time_effect(bent, start_groups(traits[:, :0], stack, base, ~stack.treated), stack)
    assert abs(missed.estimate - plain.estimate) > 1
    assert found.estimate == pytest.approx(plain.estimate, abs=3 * found.standard_error)


def test_small_quarters_are_joined_and_a_group_with_nobody_who_never_starts_gives_no_answer():
    y, start = panel(sizes=(30, 120))
    stack, change = stacked(y, start)
    base = np.ones(int((~stack.treated).sum()))
    nothing = np.zeros((len(change), 0))
    assert len(start_groups(nothing, stack, base, ~stack.treated)) == 1
    assert start_groups(nothing, stack, base, np.zeros(len(change), bool)) == ()
    assert group_time_effect(change, (), stack) is None


def test_the_analysis_asks_it_and_a_report_says_where_every_answer_lies(drawn, protocol):
    results = analyse(drawn.database, protocol)
    result = results.inside().impact.outcomes[0]
    assert result.opinions.group_times.estimate == pytest.approx(result.opinions.did.estimate, abs=15)
    told = dict(tell(results, organisation="A Trust").opinions)
    assert set(told) == {"benefit", "wages", "ed"}
    assert [method for method, _ in told["benefit"]] == ["weighting", "matching", "change", "groups"]


def test_places_beside_the_range_are_words_only():
    main, other = Estimate(-10.0, 2.0, 1.0, 11.0), Estimate(-10.5, 2.0, 1.0, 11.0)
    told = Opinions(other, float("nan"), float("nan"), replace(other, estimate=-30.0),
                    replace(other, estimate=4.0), 0.5, "", 0.0)  # fmt: skip
    assert beside(told, main) == (
        ("weighting", "inside"), ("matching", "none"), ("change", "below"), ("groups", "above"),
    )  # fmt: skip
