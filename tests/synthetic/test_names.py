from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards.names import fold
from linkwell.synthetic.draws import stream, zipf
from linkwell.synthetic.families import people
from linkwell.synthetic.mess import mistyped, without_macrons, wrong_digit
from linkwell.synthetic.naming import names, read_data


def test_the_pool_holds_every_name_once_and_nothing_odd() -> None:
    pool = names().pool
    assert len(pool.unique()) == len(pool) > 8000
    assert pc.all(pc.match_substring_regex(pool, r"^['‘]?\p{L}[\p{L}' -]*$")).as_py()


def test_surnames_are_as_skewed_as_real_ones(world: Path) -> None:
    chunk = people(3, 0, 60_000)
    shares = np.sort(np.bincount(chunk.last))[::-1] / len(chunk)
    assert 0.006 < shares[0] < 0.013
    assert 0.05 < shares[:10].sum() < 0.10
    assert (shares > 0).sum() > 5000


def test_every_culture_has_names_and_the_groups_are_total_response(world: Path) -> None:
    with duckdb.connect() as connection:
        row = connection.execute(
            f"SELECT avg(eth1::INT), avg(eth2::INT), avg(eth3::INT), avg(eth4::INT), avg(eth5::INT), "
            f"min(eth1::INT + eth2::INT + eth3::INT + eth4::INT + eth5::INT + eth6::INT) "
            f"FROM '{world}/residents.parquet'"
        ).fetchone()
    assert row is not None
    for share, about in zip(row[:5], (0.70, 0.19, 0.10, 0.16, 0.015), strict=True):
        assert share == pytest.approx(about, rel=0.35)
    assert sum(row[:5]) > 1
    assert row[5] >= 1


def test_some_names_keep_their_macrons_and_some_people_have_several_given_names(world: Path) -> None:
    with duckdb.connect() as connection:
        macrons, several, earlier, another = connection.execute(
            f"SELECT count(*) FILTER (regexp_matches(first_name || last_name, '[āēīōū]')), "
            f"count(*) FILTER (middle_name LIKE '% %'), count(prior_last_name), "
            f"count(*) FILTER (gender = '3') "
            f"FROM '{world}/spine.parquet'"
        ).fetchone() or (0, 0, 0, 0)
    assert min(macrons, several, earlier, another) > 10


def test_short_forms_are_of_names_people_have() -> None:
    known = {fold(name) for name in names().pool.to_pylist()}
    assert [name for name in read_data("spoken_names.toml")["short"] if fold(name) not in known] == []


def test_zipf_weights_fall_and_sum_to_one() -> None:
    weights = zipf(50, offset=2.0, exponent=0.9)
    assert weights.sum() == pytest.approx(1.0)
    assert np.all(np.diff(weights) < 0)


@given(word=st.text("abcdefghijklmnopqrstuvwxyzāē'", min_size=2, max_size=14), seed=st.integers(0, 10**6))
def test_a_slip_changes_at_most_a_letter_or_two_and_never_the_first(word: str, seed: int) -> None:
    slipped = mistyped(stream(seed, "test"), word)
    assert slipped[0] == word[0]
    assert abs(len(slipped) - len(word)) <= 1
    assert set(slipped) - set(word) <= set("abcdefghijklmnopqrstuvwxyz")


@given(number=st.from_regex(r"Z[A-H]{2}[0-9]{4}", fullmatch=True), seed=st.integers(0, 10**6))
def test_a_mistyped_number_differs_and_keeps_its_shape(number: str, seed: int) -> None:
    wrong = wrong_digit(stream(seed, "test"), number)
    assert wrong != number
    assert wrong[:3] == number[:3]
    assert len(wrong) == len(number)
    assert wrong[3:].isdigit()


def test_macrons_are_dropped_and_nothing_else() -> None:
    assert without_macrons("Ōtāne Hēmi-Smith") == "Otane Hemi-Smith"
