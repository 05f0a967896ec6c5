import hashlib
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.confidentiality.groups import distinct, grouped, marks_of
from linkwell.confidentiality.history import fingerprint, read_block
from linkwell.confidentiality.members import BITS, PLACES, packed_members, unpacked_members
from linkwell.confidentiality.rounding import RoundingKeys, record_keys


def of(groups):
    ranks = np.array([rank for group in groups for rank in group], dtype=np.int64)
    cells = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    order = np.argsort(ranks, kind="stable")  # as they come where everybody is in one group
    return ranks[order], cells[order], len(groups)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.one_of(st.integers(0, 60), st.integers(0, 10**6)), max_size=30), max_size=6))
def test_members_come_back_group_by_group_whatever_form_they_were_packed_in(groups):
    back = unpacked_members(packed_members(*of([list(group) for group in groups])))
    counts = [len(group) for group in groups]
    found = [set(part.tolist()) for part in np.split(back, np.cumsum(counts)[:-1])] if groups else []
    assert found == groups


@pytest.mark.parametrize(
    ("groups", "form"),
    [([range(900)], BITS), ([range(0, 900, 2), range(1, 900, 2)], PLACES), ([range(9), range(9)], b"x")],
)
def test_each_form_is_used_where_it_is_small(groups, form):
    packed = packed_members(*of(groups))
    assert packed[:1] == form
    assert len(packed) < 2000


def test_entries_of_the_first_ledgers_are_still_read():
    persons = np.arange(1, 101)
    record, second = record_keys(persons, RoundingKeys.derive(bytes(32)))
    cells, places = np.repeat(np.arange(2), 50), np.arange(100)
    groups = grouped(distinct(cells, places), 2, persons, record, marks_of(record, second))
    wide = np.zeros((2, 64), dtype=np.uint64)  # whole keys in each bucket, as they were kept at first
    np.bitwise_xor.at(wide, (cells, (second % np.uint64(64)).astype(np.int64)), record)
    steps = np.diff(places.astype(np.uint32), prepend=np.uint32(0))
    columns = [groups.counts.tobytes(), groups.keys.tobytes(), wide.tobytes(), b"",
               zlib.compress(steps.astype("<u4").tobytes()), groups.counts.tobytes(), b"\0\0", b"",
               b""]  # fmt: skip
    digest = fingerprint(b"".join(hashlib.sha384(column).digest() for column in columns))
    block = read_block((1, "t", "", *columns, digest))
    assert np.array_equal(block.groups.sketches, groups.sketches)
    assert block.people(1).tolist() == list(range(50, 100))
