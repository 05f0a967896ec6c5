"""Candidates could have started then, are alike, and do not depend on anybody else's draw."""

from __future__ import annotations

import numpy as np
import pytest

from linkwell.insights.people import NEVER, People, month_of_day
from linkwell.insights.stack import Stack, build_stack


@pytest.fixture
def people() -> People:
    rng = np.random.default_rng(5)
    n = 5000
    return People(
        uid=np.arange(1, n + 1), born=2023 * 12 - rng.integers(200, 700, n), died=np.full(n, NEVER),
        gender=rng.integers(1, 3, n), ethnicity=np.zeros((n, 6), bool), resident=np.ones(n, bool),
        region=rng.integers(0, 3, n), nzdep=rng.integers(1, 11, n), regions=("01", "02", "03"),
    )  # fmt: skip


def stack_of(people, participant, started, seed=1):
    day = np.full(len(participant), np.datetime64("2023-03-15").astype("datetime64[D]").astype(np.int64))
    everyone = np.ones(len(people.uid), dtype=bool)
    return build_stack(people, participant, day, started, lambda month: everyone, candidates=10, seed=seed)


def test_candidates_are_alike_and_have_not_started(people):
    started = np.full(len(people.uid), NEVER)
    participant = np.arange(0, 500, 5)
    month = int(
        month_of_day(np.array([np.datetime64("2023-03-15").astype("datetime64[D]").astype(np.int64)]))[0]
    )
    started[participant] = month
    started[1000:1500] = -1
    started[1500:2000] = month + 3
    stack = stack_of(people, participant, started)
    mine = dict(zip(stack.group[stack.treated].tolist(), stack.place[stack.treated].tolist(), strict=True))
    for place, group in zip(stack.place[~stack.treated], stack.group[~stack.treated], strict=True):
        own = mine[int(group)]
        assert people.gender[place] == people.gender[own]
        assert people.region[place] == people.region[own]
        assert abs(people.born[place] - people.born[own]) <= 60
        assert started[place] > month
    assert np.bincount(stack.group[~stack.treated]).tolist() == [10] * len(participant)
    for group in range(len(participant)):
        drawn = stack.place[~stack.treated][stack.group[~stack.treated] == group]
        assert len(set(drawn.tolist())) == 10


def test_leaving_one_participant_out_changes_nobody_elses_candidates(people):
    started = np.full(len(people.uid), NEVER)
    participant = np.arange(0, 100, 5)
    whole = stack_of(people, participant, started)
    fewer = stack_of(people, participant[1:], started)
    assert np.array_equal(whole.place[~whole.treated][10:], fewer.place[~fewer.treated])


def test_the_draw_repeats_with_its_seed_and_changes_with_another(people):
    started = np.full(len(people.uid), NEVER)
    participant = np.arange(0, 100, 5)
    assert np.array_equal(
        stack_of(people, participant, started).place, stack_of(people, participant, started).place
    )
    assert not np.array_equal(
        stack_of(people, participant, started).place, stack_of(people, participant, started, 2).place
    )


def test_someone_nobody_resembles_is_alone(people):
    born = people.born.copy()
    born[0] = 1900 * 12
    odd = People(**{**vars(people), "born": born})
    stack = stack_of(odd, np.array([0, 5]), np.full(len(people.uid), NEVER))
    assert stack.alone.tolist() == [0]


def test_the_nearest_rows_hold_every_participant_with_a_few_candidates_of_their_own():
    group = np.array([2, 0, 1, 0, 0, 0, 1, 2, 2])
    treated = np.array([True] * 3 + [False] * 6)
    stack = Stack(np.arange(9), np.zeros(9, dtype=np.int64), treated, group, np.zeros(0, dtype=np.int64))
    kept = stack.rows(stack.nearest(2))
    assert kept.treated.sum() == 3
    assert kept.place.tolist() == [0, 1, 2, 3, 4, 6, 7, 8]
    assert stack.nearest(50).all()
