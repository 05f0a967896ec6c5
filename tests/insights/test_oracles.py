"""Each method beside a short independent one, on random tables: the textbook definition, worked out anew."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from linkwell.insights.estimate import Plan, compare

NAMES = ["a", "b", "c"]
SEEDS = st.integers(0, 100_000)


def drawn(seed, n=260):
    """Covariates, who took part and the outcome of a table with good overlap."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=n), rng.gamma(2.0, 1.0, n), (rng.random(n) < 0.4).astype(float)])
    took = rng.random(n) < 1 / (1 + np.exp(0.3 - 0.4 * x[:, 0] - 0.2 * (x[:, 1] - 2) + 0.3 * x[:, 2]))
    y = 50 + x @ rng.normal(size=3) + rng.normal() * took + rng.normal(size=n)
    return x, took, y


def found(x, took, y, **plan):
    columns = {"t": took, "y": y} | {name: x[:, k] for k, name in enumerate(NAMES)}
    return compare(pa.table(columns), treated="t", outcome="y", names=NAMES, plan=Plan(draws=0, **plan))


def told(result):
    """The estimate of a result no gate refused."""
    assert result.estimate is not None
    return result.estimate.estimate


def least_squares(x, y):
    design = np.column_stack([np.ones(len(x)), x])
    return np.linalg.lstsq(design, y, rcond=None)[0]


def fitted(x, slopes):
    return slopes[0] + x @ slopes[1:]


def chance(x, took):
    """Logistic regression by a general minimiser."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    design = np.column_stack([np.ones(len(z)), z])

    def loss(b):
        line = design @ b
        return np.logaddexp(0, line).sum() - line[took].sum()

    def slope(b):
        return design.T @ (1 / (1 + np.exp(-design @ b)) - took)

    best = minimize(loss, np.zeros(4), jac=slope, method="BFGS", options={"gtol": 1e-9})
    return design @ best.x


@given(SEEDS, st.sampled_from([1.0, 1e6, 1e-6]))
@settings(max_examples=12, deadline=None)
def test_entropy_balancing_is_the_minimum_a_general_minimiser_finds(seed, unit):
    x, took, y = drawn(seed)
    own, target = (x[~took] - x[took].mean(axis=0)) / x.std(axis=0), np.zeros(3)

    def dual(b):
        line = own @ b
        return np.log(np.exp(line).sum()) - target @ b

    def slope(b):
        raw = np.exp(own @ b)
        return own.T @ raw / raw.sum()

    best = minimize(dual, np.zeros(3), jac=slope, method="BFGS", options={"gtol": 1e-10})
    raw = np.exp(own @ best.x)
    expected = y[took].mean() - raw @ y[~took] / raw.sum()
    assert told(found(x * [unit, 1.0, 1.0], took, y)) == pytest.approx(expected, abs=1e-6)


@given(SEEDS)
@settings(max_examples=12, deadline=None)
def test_aipw_is_its_formula(seed):
    x, took, y = drawn(seed)
    result = found(x, took, y, method="aipw")
    assume(result.estimate is not None)  # weighting by the score may leave a difference: then no number
    left = y - fitted(x, least_squares(x[~took], y[~took]))
    odds = np.exp(chance(x, took))[~took]
    assert told(result) == pytest.approx(left[took].mean() - odds @ left[~took] / odds.sum(), abs=1e-5)


@given(SEEDS, st.integers(1, 4))
@settings(max_examples=12, deadline=None)
def test_matching_is_the_mean_over_the_nearest_on_the_score(seed, k):
    x, took, y = drawn(seed)
    plan = Plan(method="match", neighbours=k, replace=True, draws=0)
    result = found(x, took, y, method="match", neighbours=k, replace=True)
    assume(result.estimate is not None)
    score = chance(x, took)
    apart = np.abs(score[took][:, None] - score[~took][None, :])
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    reach = np.inf if plan.caliper is None else plan.caliper * score.std()
    inside = np.take_along_axis(apart, near, axis=1) <= reach
    assume(inside.all())  # who has fewer than k within reach is another question
    assert told(result) == pytest.approx((y[took] - y[~took][near].mean(axis=1)).mean(), abs=1e-6)


@given(SEEDS, st.floats(-1e4, 1e4), st.floats(0.01, 100), st.sampled_from(["entropy", "aipw", "match"]))
@settings(max_examples=12, deadline=None)
def test_moving_and_stretching_the_outcome_moves_and_stretches_the_answer(seed, shift, stretch, method):
    x, took, y = drawn(seed)
    one, other = found(x, took, y, method=method), found(x, took, shift - stretch * y, method=method)
    assert (one.estimate is None) is (other.estimate is None)
    if one.estimate is not None:
        assert told(other) == pytest.approx(-stretch * told(one), abs=1e-6 * (1 + abs(shift)))
        width = other.estimate.standard_error / one.estimate.standard_error
        assert width == pytest.approx(stretch, rel=1e-4)


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_and_columns_changes_nothing(seed):
    x, took, y = drawn(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    plain = found(x, took, y)
    mixed = found(x[order][:, [2, 0, 1]], took[order], y[order])
    assert told(mixed) == pytest.approx(told(plain), abs=1e-7)
    assert mixed.estimate.standard_error == pytest.approx(plain.estimate.standard_error, rel=1e-6)
