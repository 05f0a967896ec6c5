from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from linkwell.standards.identifiers import check_ird, check_msd, check_nhi, is_test_nhi
from linkwell.synthetic.draws import scattered
from linkwell.synthetic.identifiers import ird_numbers, msd_numbers, new_nhi, old_nhi, z_range_nhi


def test_every_nhi_is_valid_and_from_the_test_range() -> None:
    old, new = z_range_nhi(5)
    for texts in (old_nhi(old[:3000]).to_pylist(), new_nhi(new[:3000]).to_pylist()):
        assert all(check_nhi(text).ok and is_test_nhi(text) and text.startswith("Z") for text in texts)


def test_the_z_range_runs_out_where_the_rule_says() -> None:
    old, new = z_range_nhi(5)
    assert 576_000 * 0.90 < len(old) < 576_000 * 0.92  # one base in eleven has no check digit
    assert len(new) == 24 * 24 * 100 * 24
    assert pc.count_distinct(old_nhi(old)).as_py() == len(old)
    assert pc.count_distinct(new_nhi(new)).as_py() == len(new)


def test_ird_numbers_have_right_check_digits_and_are_not_yet_issued() -> None:
    numbers = ird_numbers(np.arange(20_000), 3)
    held = numbers[numbers > 0]
    assert len(held) > 19_500
    assert len(np.unique(held)) == len(held)
    assert held.min() > 160_000_000
    assert held.max() < 200_000_000
    assert all(check_ird(str(number)).ok for number in held[:4000])


def test_msd_numbers_are_distinct_and_shaped_right() -> None:
    numbers = msd_numbers(np.arange(20_000), 3)
    assert len(np.unique(numbers)) == len(numbers)
    assert all(check_msd(str(number)).ok for number in numbers[:2000])


def test_scattering_never_repeats() -> None:
    modulus = 10_007
    assert len(np.unique(scattered(np.arange(modulus), modulus=modulus, seed=9))) == modulus
