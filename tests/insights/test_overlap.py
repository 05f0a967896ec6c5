"""Services beside each other among the people they share: deeper need is not taken for a better service."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linkwell.insights.overlap import Pair, Side, pairs


def service(rng, *, need, effect, size=300, candidates=6):
    """A service whose people have this need on average; what it does for somebody depends on their need."""
    mine = np.column_stack([rng.normal(need, 1, size), rng.random(size) < 0.5]).astype(float)
    theirs = np.column_stack(
        [rng.normal(need, 1.5, size * candidates), rng.random(size * candidates) < 0.5]
    ).astype(float)
    matrix = np.concatenate([mine, theirs])
    treated = np.arange(len(matrix)) < size
    days = 40 + 10 * matrix[:, 0] + rng.normal(0, 8, len(matrix))
    days = days - treated * (effect + 6 * matrix[:, 0])
    ids = rng.integers(0, 2**40, len(matrix))
    return Side(("need", "woman"), matrix, treated, np.ones(int((~treated).sum())), ids, {"days": days})


def told(seed, **second):
    rng = np.random.default_rng(seed)
    return pairs(
        [service(rng, need=0.0, effect=4.0), service(rng, **({"need": 1.0, "effect": 4.0} | second))]
    )


def test_services_of_equal_strength_are_not_told_apart_however_their_people_differ():
    found = [told(seed)[0].told for seed in range(60)]
    assert found.count("differ") <= 8  # 3 expected at the level of one in twenty
    assert "apart" not in found
    # set beside each other on their own people they would nearly always look unlike
    raw = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sides = [service(rng, need=need, effect=4.0) for need in (0.0, 1.0)]
        gaps = [s.outcomes["days"][s.treated].mean() - 40 - 10 * s.matrix[s.treated, 0].mean() for s in sides]
        raw.append(gaps[0] - gaps[1])
    assert np.mean(raw) > 4


def test_a_service_that_does_more_for_the_same_people_differs():
    assert [told(seed, effect=12.0)[0].told for seed in range(10)].count("differ") >= 9


def test_services_that_share_nobody_are_said_to_meet_different_people():
    assert told(1, need=9.0) == (Pair(0, 1, "days", "apart"),)


def test_every_pair_is_tested_and_the_order_of_services_changes_nothing():
    rng = np.random.default_rng(4)
    three = [service(rng, need=need, effect=effect) for need, effect in ((0, 4.0), (0.5, 4.0), (0.3, 14.0))]
    found = {frozenset((p.first, p.second)): p.told for p in pairs(three)}
    turned = {frozenset((2 - p.first, 2 - p.second)): p.told for p in pairs(three[::-1])}
    assert found == turned
    assert found[frozenset((0, 2))] == found[frozenset((1, 2))] == "differ"


def test_people_on_both_sides_count_once():
    rng = np.random.default_rng(6)
    side = service(rng, need=0.0, effect=4.0)
    assert pairs([side, replace(side)])[0].told == "alike"
