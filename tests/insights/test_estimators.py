"""Matching, AIPW, bootstrap, sensitivity and many outcomes, each against an answer known by other means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.insights.estimators.aipw import aipw
from linkwell.insights.estimators.balance import entropy_weights
from linkwell.insights.estimators.bootstrap import bootstrap, widened
from linkwell.insights.estimators.effect import Clusters, effect
from linkwell.insights.estimators.many import benjamini_hochberg, holm
from linkwell.insights.estimators.matching import matched_effect, nearest
from linkwell.insights.estimators.propensity import propensity
from linkwell.insights.estimators.sensitivity import e_value, e_value_of_interval, robustness_value


def world(seed: int, n: int = 1500, effect: float = 2.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    treated = rng.random(n) < 1 / (1 + np.exp(-(x[:, 0] + 0.5 * x[:, 1] - 1.5)))
    y = 1 + x @ [2.0, 1.0, 0.0] + effect * treated + rng.normal(size=n)
    return x, treated, y


@given(st.integers(0, 5000), st.integers(1, 3), st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_partner_is_the_nearest_that_was_free(seed, k, replace):
    rng = np.random.default_rng(seed)
    mine, theirs = rng.normal(size=7), np.round(rng.normal(size=30), 1)
    pairs = nearest(mine, theirs, k=k, replace=replace)
    used: set[int] = set()
    if replace:
        for row in range(7):
            found = np.sort(np.abs(theirs[pairs.partners[row]] - mine[row]))
            assert np.allclose(found, np.sort(np.abs(theirs - mine[row]))[:k])
            assert len(set(pairs.partners[row].tolist())) == k
        return
    for neighbour in range(k):
        for row in np.argsort(-mine, kind="stable"):
            free = [c for c in range(30) if c not in used]
            chosen = int(pairs.partners[row, neighbour])
            assert chosen not in used
            best = min(abs(theirs[c] - mine[row]) for c in free)
            assert abs(theirs[chosen] - mine[row]) == pytest.approx(best)
            used.add(chosen)


def test_nobody_is_matched_beyond_the_caliper_or_after_everyone_is_used():
    pairs = nearest(np.array([0.0, 5.0]), np.array([0.1, 9.0]), caliper=0.2)
    assert pairs.partners.tolist() == [[0], [-1]]
    assert nearest(np.zeros(3), np.zeros(2)).matched.sum() == 2
    assert pairs.weights.tolist() == [1.0, 0.0]


def test_matching_on_a_good_score_finds_the_effect():
    found = []
    for seed in range(10):
        x, treated, y = world(seed)
        score = propensity(x, treated).logit
        pairs = nearest(score[treated], score[~treated], caliper=0.2 * score.std())
        found.append(matched_effect(y[treated], y[~treated], score[~treated], pairs))
    assert np.mean([estimate for estimate, _ in found]) == pytest.approx(2.0, abs=0.15)
    assert 0.05 < np.mean([error for _, error in found]) < 0.3


def test_a_partner_used_again_widens_the_interval():
    rng = np.random.default_rng(1)
    y_mine, y_theirs = rng.normal(size=50), rng.normal(size=3)
    pairs = nearest(np.linspace(0, 1, 50), np.array([0.0, 0.5, 1.0]), replace=True)
    _, error = matched_effect(y_mine, y_theirs, np.array([0.0, 0.5, 1.0]), pairs)
    assert error > (y_mine.std() / np.sqrt(50))


def test_logistic_regression_meets_its_own_equations_and_survives_separation():
    x, treated, _ = world(3)
    fitted = propensity(x, treated)
    chance = 1 / (1 + np.exp(-fitted.logit))
    assert fitted.converged
    assert np.allclose((treated - chance) @ np.column_stack([np.ones(len(x)), x]), 0, atol=1e-3)
    apart = propensity(np.arange(20.0)[:, None], np.arange(20) >= 10)
    assert np.isfinite(apart.logit).all()
    assert not apart.converged


def test_aipw_is_right_where_one_of_its_models_is():
    draws = [world(seed) for seed in range(30)]
    found = [aipw(y, treated, x, Clusters.of(np.arange(len(y)), treated)) for x, treated, y in draws]
    assert np.mean([one.estimate for one in found]) == pytest.approx(2.0, abs=0.05)
    assert sum(one.lower <= 2.0 <= one.upper for one in found) >= 26
    # Only the outcome model is right: the chance to take part is curved.
    rng = np.random.default_rng(5)
    x = rng.normal(size=(4000, 1))
    treated = rng.random(4000) < 1 / (1 + np.exp(2 - x[:, 0] ** 2))
    y = 3 * x[:, 0] + 2.0 * treated + rng.normal(size=4000)
    assert aipw(y, treated, x, Clusters.of(np.arange(4000), treated)).estimate == pytest.approx(2.0, abs=0.15)


def test_the_bootstrap_agrees_with_the_formula_where_the_formula_is_right():
    x, treated, y = world(7)
    found = entropy_weights(x[~treated], x[treated].mean(axis=0))
    estimate = effect(y, treated, x, found.weights, np.arange(len(y)))
    base = np.full(int((~treated).sum()), 1 / (~treated).sum())
    drawn = bootstrap(y[:, None], treated, x, np.arange(len(y)), base, draws=300)
    again = bootstrap(y[:, None], treated, x, np.arange(len(y)), base, draws=300)
    assert drawn.failed == 0
    assert drawn.estimates.tobytes() == again.estimates.tobytes()
    assert drawn.estimates.std() == pytest.approx(estimate.standard_error, rel=0.2)
    assert drawn.estimates.mean() == pytest.approx(estimate.estimate, abs=0.05)
    assert widened(estimate, drawn.estimates[:, 0]).standard_error >= estimate.standard_error


def test_e_value_and_robustness_value_give_published_numbers():
    # VanderWeele and Ding (2017), breastfeeding: RR 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0.
    assert e_value(3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value(1 / 3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value_of_interval(1.8, 8.7) == pytest.approx(3.0, abs=0.01)
    assert e_value_of_interval(0.8, 1.4) == 1.0
    # Cinelli and Hazlett (2020), Darfur: 0.097 (0.023), 783 degrees of freedom: 13.9 % and 7.6 %.
    assert robustness_value(0.0973, 0.0233, 783) == pytest.approx(0.139, abs=0.001)
    assert robustness_value(0.0973, 0.0233, 783, seen=1.963) == pytest.approx(0.076, abs=0.001)
    assert math.isnan(robustness_value(1.0, 0.0, 10))
    assert math.isnan(e_value(0.0))


def test_holm_and_benjamini_hochberg_give_the_textbook_numbers():
    p = (0.01, 0.04, 0.03, 0.005)
    assert holm(p) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert benjamini_hochberg(p) == pytest.approx((0.02, 0.04, 0.04, 0.02))
    assert holm(()) == benjamini_hochberg(()) == ()
