"""How coverage goes with deprivation: a line through all fifths, told only beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from linkwell.insights.reach import wording
from linkwell.insights.report_gaps import _by_deprivation, slope
from linkwell.insights.report_map import Gap

LEVELS = wording()["deprivation"]["labels"]


def fifths(could, reached):
    overall = sum(reached) / sum(could)
    return [Gap(level, n, r, 100 * r / n, n - r, 0, r / n / overall)
            for level, n, r in zip(LEVELS, could, reached, strict=True)]  # fmt: skip


def test_the_ends_lie_on_the_line_of_weighted_least_squares():
    gaps = fifths([900, 1200, 600, 1500, 1800], [9, 30, 21, 60, 90])
    people = np.array([gap.could for gap in gaps], dtype=float)
    rank = (np.cumsum(people) - people / 2) / people.sum()
    design = np.column_stack([np.ones(5), rank]) * np.sqrt(people)[:, None]
    start, rise = np.linalg.lstsq(design, [g.coverage for g in gaps] * np.sqrt(people), rcond=None)[0]
    least, most, error = slope(gaps)
    assert (least, most) == (pytest.approx(start), pytest.approx(start + rise))
    # Against redrawing who is reached: the spread of the line's rise is what chance alone would do.
    rng = np.random.default_rng(1)
    drawn = rng.binomial(people.astype(int), [g.coverage / 100 for g in gaps], (4000, 5)) * 100 / people
    weight = people * (rank - (people * rank).sum() / people.sum())
    assert error == pytest.approx((drawn @ weight / (weight @ rank)).std(), rel=0.05)


def test_a_clear_slope_is_told_with_both_ends_and_a_chance_one_is_not():
    said = _by_deprivation(fifths([999] * 5, [9, 21, 30, 39, 51]))
    assert said.startswith("You reach more of the people in more deprived areas")
    assert "from about 0.5 %" in said
    assert "to about 5.6 %" in said
    assert _by_deprivation(fifths([999] * 5, [51, 39, 30, 21, 9])).startswith("You reach fewer")
    assert "neither" in _by_deprivation(fifths([999] * 5, [30, 27, 33, 30, 30]))


def test_a_line_that_runs_below_nobody_says_no_times_and_no_share_below_zero():
    said = _by_deprivation(fifths([999] * 5, [0, 0, 3, 60, 150]))
    assert "-" not in said
    assert "times" not in said


def test_with_one_fifth_hidden_no_slope_is_told():
    found = fifths([999] * 5, [9, 21, 30, 39, 51])
    assert "cannot be told" in _by_deprivation([*found[:4], LEVELS[4]])
