"""Pseudonyms are distinct, keyed, repeatable, and say nothing about order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.integration import ids

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


@given(st.lists(st.integers(1, 2**62), min_size=1, max_size=200, unique=True))
@settings(max_examples=50, deadline=None)
def test_distinct_ids_stay_distinct_positive_and_repeat(values):
    given_ids = np.array(values, dtype=np.int64)
    found = ids.distinct_pseudonyms(KEY, given_ids)
    assert (found > 0).all()
    assert np.array_equal(found, ids.pseudonyms(KEY, given_ids))
    assert len(np.unique(found)) == len(values)
    assert not np.array_equal(found, ids.pseudonyms(OTHER, given_ids))


def test_the_unlinked_stay_unlinked():
    assert ids.pseudonyms(KEY, np.array([ids.UNLINKED, 5]))[0] == ids.UNLINKED


def test_a_known_block_gives_the_known_aes_256_answer():
    # FIPS 197, appendix C.3: key 00..1f, plaintext 00112233445566778899aabbccddeeff.
    high, low = np.array([0x0011223344556677], dtype=">u8"), np.array([0x8899AABBCCDDEEFF], dtype=">u8")
    assert ids._encrypted(KEY, high, low)[0] == 0x8EA2B7CA516745BF >> 1


def test_ids_beyond_one_chunk_are_the_same_as_one_by_one(monkeypatch):
    values = np.arange(1, 1000)
    whole = ids.pseudonyms(KEY, values)
    monkeypatch.setattr(ids, "_CHUNK", 7)
    assert np.array_equal(ids.pseudonyms(KEY, values), whole)


def test_new_ids_keep_nothing_of_the_old_order():
    found = ids.pseudonyms(KEY, np.arange(1, 20_001))
    ranks = np.argsort(np.argsort(found))
    assert abs(np.corrcoef(ranks, np.arange(20_000))[0, 1]) < 0.03


def test_colliding_ids_are_refused():
    with pytest.raises(ids.CollidingIdsError):
        ids.distinct_pseudonyms(KEY, np.array([5, 5]))


def test_texts_have_their_own_ids():
    found = ids.text_pseudonyms(KEY, ["a", "b", "a"])
    assert found[0] == found[2] != found[1]
