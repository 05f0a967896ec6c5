"""Errors that come in bundles: two kinds of record are learned where a list shows them, and only there."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from linkwell.linkage.bundles import log2_mixed, two_kinds
from linkwell.linkage.compare import STRATUM, Comparison, Level

FIELDS = ("given", "surname", "dob")


def comparison(name: str) -> Comparison:
    levels = tuple(
        Level(level, level, "true", (0.5,), (0.5,), "", 1.0, 0.0, False) for level in ("same", "different")
    )
    return Comparison(name, name, "false", (("all", "true"),), levels, "false", "false")


COMPARED = tuple(comparison(name) for name in FIELDS)
PATTERNS = np.array(list(itertools.product((1, 2), repeat=len(FIELDS))))
CODES = {name: PATTERNS[:, n] for n, name in enumerate(FIELDS)}
WRONG = PATTERNS == 2


def m_of(counts: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    tables = {}
    for n, name in enumerate(FIELDS):
        table = np.zeros(STRATUM)
        table[1:3] = [counts[~WRONG[:, n]].sum(), counts[WRONG[:, n]].sum()]
        tables[name] = table / counts.sum()
    return tables


def chances(kinds: list[tuple[float, float]]) -> npt.NDArray[np.float64]:
    """Of each pattern, from (share of records, chance of an error in a field) of each kind."""
    rows = [share * np.where(WRONG, error, 1 - error).prod(axis=1) for share, error in kinds]
    return np.asarray(np.sum(rows, axis=0))


def test_what_a_careless_record_gets_wrong_together_is_as_likely_as_it_is_seen() -> None:
    truth = chances([(0.85, 0.01), (0.15, 0.4)])
    counts = truth * 20_000
    kinds = two_kinds(COMPARED, m_of(counts), CODES, counts, 60.0)
    assert len(kinds) == 2
    assert np.allclose(np.exp2(log2_mixed(kinds, COMPARED, CODES)), truth, rtol=0.1)


@given(error=st.floats(0.005, 0.3), records=st.sampled_from([5, 300, 20_000]))
def test_errors_that_know_nothing_of_each_other_stay_independent(error: float, records: int) -> None:
    counts = chances([(1.0, error)]) * records
    assert two_kinds(COMPARED, m_of(counts), CODES, counts, 60.0) == ()
