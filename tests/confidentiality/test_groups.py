import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.confidentiality.groups import Groups, distinct, grouped, marks_of
from linkwell.confidentiality.rounding import RoundingKeys, record_keys
from linkwell.confidentiality.twins import near, same, unique

PERSONS = np.unique(np.random.default_rng(1).integers(1, 2**62, 400))
RECORD, SECOND = record_keys(PERSONS, RoundingKeys.derive(bytes(32)))
MARKS = marks_of(RECORD, SECOND)


def of(sets: list[set[int]]) -> Groups:
    cells = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    places = np.concatenate(
        [np.zeros(0, dtype=np.int64), *(np.array(sorted(s), dtype=np.int64) for s in sets)]
    )
    return grouped(distinct(cells, places), len(sets), PERSONS, RECORD, MARKS)


@st.composite
def sets_and_twins(draw):
    """Sets of all sizes, and variations of them by a few people."""
    sets = []
    for _ in range(draw(st.integers(1, 5))):
        start, size = draw(st.integers(0, 300)), draw(st.integers(0, 90))
        base = set(range(start, min(start + size, 400)))
        changed = draw(st.sets(st.integers(0, 399), max_size=8))
        sets += [base, base ^ changed]
    return sets


@settings(max_examples=150, deadline=None)
@given(sets_and_twins(), sets_and_twins())
def test_near_finds_every_pair_and_nothing_far_away(ours, theirs):
    groups, others = of(ours), of(theirs)
    pairs = near(groups, others, 5, np.ones(len(ours), dtype=bool))
    found = set(zip(pairs.new.tolist(), pairs.old.tolist(), strict=True))
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            apart = len(a ^ b)
            if (
                1 <= apart <= 5 and len(a) + len(b) > apart
            ):  # groups without a common person have less than 6 each
                assert (i, j) in found
            if (i, j) in found:
                assert 1 <= apart <= 12


@settings(max_examples=100, deadline=None)
@given(sets_and_twins())
def test_same_and_unique_agree_with_equality_of_sets(sets):
    groups = of(sets)
    pairs = same(groups, groups)
    equal = {(i, j) for i, a in enumerate(sets) for j, b in enumerate(sets) if a == b}
    assert set(zip(pairs.new.tolist(), pairs.old.tolist(), strict=True)) == equal
    firsts, where = unique(groups)
    assert [sets[first] for first in firsts[where]] == sets
    assert len(firsts) == len({frozenset(s) for s in sets})


@settings(max_examples=50, deadline=None)
@given(sets_and_twins(), st.data())
def test_taking_rows_is_the_same_as_building_them(sets, data):
    rows = data.draw(st.lists(st.integers(0, len(sets) - 1), max_size=6))
    taken, built = of(sets).take(np.array(rows, dtype=np.int64)), of([sets[row] for row in rows])
    for name in ("counts", "keys", "sketches", "small_persons"):
        assert np.array_equal(getattr(taken, name), getattr(built, name))


def test_a_person_listed_twice_counts_once():
    cells, places = np.array([0, 0, 1, 0]), np.array([5, 5, 5, 7])
    groups = grouped(distinct(cells, places), 2, PERSONS, RECORD, MARKS)
    assert groups.counts.tolist() == [2, 1]
    assert groups.keys[0] == RECORD[5] ^ RECORD[7]


def test_large_and_medium_groups_have_the_sketch_of_one_key_after_another():
    persons = np.arange(1, 12_001)
    record, second = record_keys(persons, RoundingKeys.derive(bytes(32)))
    cells = np.where(persons > 3000, 0, 1)
    groups = grouped(distinct(cells, persons - 1), 2, persons, record, marks_of(record, second))
    expected = np.zeros((2, 64), dtype=np.uint8)
    buckets, values = (second % np.uint64(64)).astype(np.int64), (record & np.uint64(255)).astype(np.uint8)
    np.bitwise_xor.at(expected, (cells, buckets), values)
    assert np.array_equal(groups.sketches, expected)


def test_people_one_apart_are_found_even_if_their_keyed_bytes_are_nothing():
    persons = np.arange(1, 3001)
    record, second = record_keys(persons, RoundingKeys.derive(bytes(32)))
    silent = int(np.flatnonzero((record & np.uint64(255)) == 0)[0])  # changes no bucket
    everyone = np.setdiff1d(np.arange(200), silent)
    sets = [everyone, np.append(everyone, silent)]
    both = [grouped(distinct(np.zeros(len(s), dtype=np.int64), s), 1, persons, record,
                    marks_of(record, second)) for s in sets]  # fmt: skip
    assert near(both[0], both[1], 5, np.ones(1, dtype=bool)).apart.tolist() == [1]
