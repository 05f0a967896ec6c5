"""Cohorts that together single somebody out are shown to checkers; those of ordinary work are not."""

from __future__ import annotations

import numpy as np
import pytest
from bench.confidentiality.unions import solved

from linkwell.confidentiality.desk import TOGETHER
from linkwell.confidentiality.singling import leverages

PERMITTED = {"permission_single_provider": True}


@pytest.mark.parametrize("by", ["cohorts", "rows", "splits", "later splits"])
def test_fifteen_unions_of_blocks_around_one_person_are_shown_to_the_checker(by):
    assert solved(2, 4, by=by)["noticed"] == 1


def test_whoever_is_singled_out_is_the_person_the_cohorts_were_shaped_around():
    blocks = [np.arange(1 + 60 * n, 61 + 60 * n) for n in range(3)]
    chosen = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    cohorts = [np.concatenate([[0] * (n < 3), *(blocks[b] for b in own)]) for n, own in enumerate(chosen)]
    sizes, found = leverages([cohort.astype(np.int64) for cohort in cohorts])
    assert sizes[np.argmax(found)] == 1
    assert found.max() > 1 / 6
    assert np.sort(found)[-2] < 1 / 50


def test_services_that_grow_and_shrink_over_refreshes_single_nobody_out():
    draw = np.random.default_rng(2)
    for _ in range(40):
        now, after = list(range(int(draw.integers(22, 120)))), 200
        cohorts = [np.array(now)]
        for _ in range(6):
            joined, left = int(draw.integers(0, 15)), int(draw.integers(0, 6))
            now = sorted([*draw.permutation(now)[left:].tolist(), *range(after, after + joined)])
            after += joined
            if len(np.setxor1d(now, cohorts[-1])) > 5:
                cohorts.append(np.array(now))
        sizes, found = leverages(cohorts)
        assert not ((found > 1 / 6) & (sizes < 6)).any()


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_cohorts_are_no_matter_for_this(desk, ask, table, number):
    for last in (300, 400)[:number]:
        people = np.arange(1, last + 1)
        release = desk.release(ask(table({"a": people}), population=people), **PERMITTED)
    assert TOGETHER not in desk.why(release.release_id).inside()
