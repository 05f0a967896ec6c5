"""Entropy balancing gives known answers, balances what can be balanced, and says when it cannot."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.insights.estimators.balance import (
    effective_people,
    effective_size,
    entropy_weights,
    independent_columns,
    love,
    near,
    rebalanced,
)
from linkwell.insights.estimators.bootstrap import LOOSE
from linkwell.insights.estimators.effect import Clusters, at_the_end, effect, later_factors, outcome_model

NAMES = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")


@pytest.fixture(scope="module")
def nsw() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Treated flag, covariates (with zero earnings as traits of their own) and earnings in 1978."""
    data = gzip.decompress((Path(__file__).parent / "data/nsw_cps1.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    x = np.array([[float(row[name]) for name in NAMES] for row in rows])
    x = np.column_stack([x, x[:, 6] == 0, x[:, 7] == 0])
    treated = np.array([row["treat"] == "1" for row in rows])
    return treated, x, np.array([float(row["re78"]) for row in rows])


def test_nsw_against_cps1_gives_the_published_1406(nsw):
    treated, x, y = nsw
    found = entropy_weights(x[~treated], x[treated].mean(axis=0))
    assert found.converged
    assert found.ridge == 0
    assert y[treated].mean() - found.weights @ y[~treated] == pytest.approx(1406.3, abs=0.5)
    assert effective_size(found.weights) == pytest.approx(269, abs=1)


def test_the_doubly_robust_number_equals_the_entropy_number_on_the_same_variables(nsw):
    treated, x, y = nsw
    found = entropy_weights(x[~treated], x[treated].mean(axis=0))
    estimate = effect(y, treated, x, found.weights, np.arange(len(y)))
    assert estimate.estimate == pytest.approx(1406.3, abs=0.5)
    assert estimate.lower < 1406.3 < estimate.upper


@given(seed=st.integers(0, 10_000), columns=st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_every_reachable_mean_is_reached(seed, columns):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(400, columns))
    target = rng.dirichlet(np.ones(40)) @ x[rng.choice(400, 40, replace=False)]
    found = entropy_weights(x, target)
    assert found.converged
    assert found.weights.min() >= 0
    assert found.weights.sum() == pytest.approx(1)
    assert np.allclose(found.weights @ x, target, atol=1e-6)


def test_a_mean_outside_everything_seen_is_not_called_balanced():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 2))
    found = entropy_weights(x, np.array([9.0, 0.0]))
    alike = love(("a", "b"), np.full((50, 2), [9.0, 0.0]) + rng.normal(size=(50, 2)), x, found.weights)
    assert not found.converged or np.abs(alike.after).max() > 0.1


def test_a_column_that_follows_from_others_is_left_out():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 3))
    assert independent_columns(np.column_stack([x, x[:, 0] + x[:, 1]])).tolist() == [0, 1, 2]


def test_exact_dummies_for_every_level_do_not_stop_the_solver():
    rng = np.random.default_rng(3)
    level = rng.integers(0, 4, 500)
    x = np.column_stack([level == n for n in range(4)]).astype(float)
    found = entropy_weights(x, np.array([0.1, 0.2, 0.3, 0.4]))
    assert found.converged
    assert np.allclose(found.weights @ x, [0.1, 0.2, 0.3, 0.4], atol=1e-6)


def test_one_person_drawn_often_counts_as_one_person():
    weights = np.array([0.25, 0.25, 0.25, 0.25])
    size, largest = effective_people(weights, np.array([7, 7, 7, 8]))
    assert size == pytest.approx(1.6)
    assert largest == pytest.approx(0.75)


def test_repeating_every_row_of_a_person_does_not_narrow_the_interval():
    rng = np.random.default_rng(4)
    y, treated = rng.normal(size=300), np.arange(300) < 100
    x, person = rng.normal(size=(300, 1)), np.arange(300)
    weights = np.full(200, 1 / 200)
    once = effect(y, treated, x, weights, person)
    twice = np.concatenate([np.arange(300), np.arange(100, 300)])
    again = effect(y[twice], treated[twice], x[twice], np.full(400, 1 / 400), person[twice])
    assert again.estimate == pytest.approx(once.estimate)
    assert again.standard_error == pytest.approx(once.standard_error, rel=0.02)


def test_what_later_starters_gain_is_given_back():
    rng = np.random.default_rng(6)
    months, people = 12, 40_000
    wait = np.where(rng.random(people) < 0.3, rng.integers(1, 13, people), 99)
    wait[:4000] = 0
    horizon = np.arange(1, months + 1)
    # Two days a month for every month since the start, for everyone who has started by then.
    gain = 2.0 * np.clip(horizon - wait[:, None], 0, None)
    outcomes = gain + rng.normal(0, 1, (people, 1))
    treated = wait == 0
    weights = np.full(people - 4000, 1 / (people - 4000))
    model = outcome_model(treated, rng.normal(size=(people, 1)), weights)
    later = np.array([np.mean(wait[~treated] == s) for s in horizon])
    seen, mended = at_the_end(
        model,
        outcomes[:, -1],
        outcomes @ later_factors(later, months),
        Clusters.of(np.arange(people), treated),
    )
    assert seen.estimate < 23
    assert mended.estimate == pytest.approx(24.0, abs=0.2)
    assert mended.standard_error > seen.standard_error


def test_the_quick_way_back_to_balance_ends_where_newton_does():
    rng = np.random.default_rng(8)
    z = rng.gamma(2.0, 1.0, (4000, 12)) - 2.0
    base = (1.0 + rng.poisson(1.0, 4000)) / 8000
    shift = z.mean(axis=0) + rng.normal(scale=0.1, size=12)
    full = entropy_weights(z.copy(), shift, base)
    for start in (z.mean(axis=0), shift + 0.5):  # from near, and from where the way is long
        quick = rebalanced(z, base / base.sum(), shift, near(z, np.full(4000, 1 / 4000), start))
        assert quick.converged
        assert quick.worst < 1e-6
        assert np.abs(quick.weights - full.weights).max() < 1e-7
    nowhere = rebalanced(z, base / base.sum(), z.max(axis=0) + 1, near(z, base / base.sum(), shift))
    assert not nowhere.worst < LOOSE  # counted as a draw that could not be balanced
