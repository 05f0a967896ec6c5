import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.rounding import RoundingKeys, keyed, record_keys, round_counts

KEYS = RoundingKeys.derive(bytes(range(32)))
FIXED, GRADUATED = load_profile("nz-fixed"), load_profile("nz-grr")
CELLS = 1_000_000


@pytest.fixture(scope="module")
def many():
    draw = np.random.default_rng(20260630)
    counts = draw.integers(0, 200, CELLS)
    keys = draw.integers(0, 2**63, CELLS).astype(np.uint64)
    return counts, round_counts(keys, counts, KEYS, FIXED)


def test_over_a_million_cells_rounding_is_unbiased_and_never_more_than_two_off(many):
    counts, rounded = many
    errors = rounded - counts
    assert abs(errors.mean()) <= 3 * errors.std() / np.sqrt(CELLS)
    assert np.abs(errors).max() == 2
    assert np.abs(errors).mean() == pytest.approx(0.889, abs=0.01)
    assert not (rounded % 3).any()


@pytest.mark.parametrize(("remainder", "share"), [(0, 0.0), (1, 1 / 3), (2, 2 / 3)])
def test_a_remainder_goes_up_with_its_own_share(many, remainder, share):
    counts, rounded = many
    here = counts % 3 == remainder
    went_up = int((rounded[here] > counts[here]).sum())
    expected, spread = share * here.sum(), np.sqrt(share * (1 - share) * here.sum())
    assert abs(went_up - expected) <= 4 * spread


def test_graduated_rounding_keeps_its_own_law():
    draw = np.random.default_rng(5)
    counts = draw.integers(0, 5000, 200_000)
    rounded = round_counts(draw.integers(0, 2**63, len(counts)).astype(np.uint64), counts, KEYS, GRADUATED)
    bases = GRADUATED.bases(counts)
    steps = {0: 3, 18: 3, 19: 2, 20: 5, 99: 5, 100: 10, 999: 10, 1000: 100}
    assert GRADUATED.bases(np.array(list(steps))).tolist() == list(steps.values())
    assert not (rounded % bases).any()
    assert (np.abs(rounded - counts) < bases).all()
    errors = (rounded - counts) / bases
    assert abs(errors.mean()) <= 4 * errors.std() / np.sqrt(len(counts))


@given(st.integers(0, 10**6), st.integers(0, 2**63 - 1))
def test_the_same_cell_always_rounds_the_same_way(count, key):
    once, again = (
        round_counts(np.array([key], dtype=np.uint64), np.array([count]), KEYS, FIXED)[0] for _ in range(2)
    )
    assert once == again
    assert abs(once - count) <= 2


def test_the_keyed_function_is_aes_256_of_one_block():
    high, low = np.array([3], dtype=np.uint64), np.array([5], dtype=np.uint64)
    encryptor = Cipher(algorithms.AES256(KEYS.people), modes.ECB()).encryptor()
    block = encryptor.update((3).to_bytes(8, "little") + (5).to_bytes(8, "little"))
    first, second = keyed(KEYS.people, high, low)
    assert (int(first[0]), int(second[0])) == (
        int.from_bytes(block[:8], "little"),
        int.from_bytes(block[8:], "little"),
    )


def test_another_secret_gives_other_numbers():
    other = RoundingKeys.derive(bytes(32))
    persons = np.arange(1000)
    assert not (record_keys(persons, KEYS)[0] == record_keys(persons, other)[0]).any()
    counts, cells = np.full(3000, 100), np.arange(3000, dtype=np.uint64)
    assert (round_counts(cells, counts, KEYS, FIXED) != round_counts(cells, counts, other, FIXED)).any()


def test_the_direction_of_a_union_does_not_follow_from_its_parts():
    keys = record_keys(np.arange(40_000), KEYS)[0]
    a, b = keys[:20_000], keys[20_000:]
    ups = [
        round_counts(k, np.full(20_000, n), KEYS, FIXED) > n for k, n in ((a, 100), (b, 100), (a ^ b, 200))
    ]
    assert abs(np.corrcoef(ups[0] ^ ups[1], ups[2])[0, 1]) < 0.03


def test_the_keys_do_not_show_in_a_repr():
    assert KEYS.people.hex()[:8] not in repr(KEYS)
