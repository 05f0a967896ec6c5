"""Errors come in bundles: where a list shows it, its true links are of two kinds, careful and careless.

The weights take the comparisons of a pair to be independent given that it is a true link. Where somebody who
misspells the name also mistypes the date, links with two errors are commoner than that. A mixture of two
kinds of record, each with an m of its own (a latent class), is fitted to how often each pattern of levels is
seen among true links, and used only where it fits better by more than its size (Schwarz 1978).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from linkwell.linkage.compare import STRATUM, Comparison

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
_TINY = 1e-12
_ROUNDS = 40


@dataclass(frozen=True)
class Kind:
    """One kind of record: its share of true links, and per comparison m by [stratum * 16 + level]."""

    share: float
    m: Mapping[str, Floats]


def log2_mixed(
    kinds: tuple[Kind, ...], compared: tuple[Comparison, ...], codes: Mapping[str, Ints]
) -> Floats:
    """log2 of the chance of each pattern among true links, over the kinds."""
    return np.asarray(np.logaddexp2.reduce(_each(kinds, compared, codes), axis=0))


def _each(kinds: tuple[Kind, ...], compared: tuple[Comparison, ...], codes: Mapping[str, Ints]) -> Floats:
    """log2 of share and chance of each pattern, a row a kind."""
    rows = []
    for kind in kinds:
        total = np.full(len(codes[compared[0].name]), np.log2(max(kind.share, _TINY)))
        for c in compared:
            table = np.log2(np.maximum(kind.m[c.name], _TINY))
            table[::STRATUM] = 0.0
            total += table[codes[c.name]]
        rows.append(total)
    return np.array(rows)


def two_kinds(
    compared: tuple[Comparison, ...],
    m: Mapping[str, Floats],
    codes: Mapping[str, Ints],
    counts: Floats,
    strength: float,
) -> tuple[Kind, ...]:
    """The two kinds, or () where one is enough.

    Args:
        m: of all true links. codes: per comparison the code of each pattern. counts: true links of each.
        strength: pseudo-links of `m` that each kind begins with, in proportion to its share.
    """
    kinds = refined(
        (Kind(0.8, _tilted(m, 0.5)), Kind(0.2, _tilted(m, 4.0))),
        compared,
        m,
        codes,
        counts,
        strength,
        _ROUNDS,
    )
    one = _each((Kind(1.0, m),), compared, codes)[0]
    gain = float(np.sum(counts * (log2_mixed(kinds, compared, codes) - one))) * np.log(2.0)
    seen = sum(int(np.count_nonzero(np.unique(codes[c.name][counts > 0.5]) % STRATUM)) for c in compared)
    return kinds if gain > 0.5 * (seen + 1) * np.log(max(float(counts.sum()), 2.0)) else ()


def refined(
    kinds: tuple[Kind, ...],
    compared: tuple[Comparison, ...],
    m: Mapping[str, Floats],
    codes: Mapping[str, Ints],
    counts: Floats,
    strength: float,
    rounds: int,
) -> tuple[Kind, ...]:
    """The kinds after some rounds of expectation-maximisation over the patterns."""
    for _ in range(rounds):
        each = _each(kinds, compared, codes)
        belongs = np.exp2(each - np.logaddexp2.reduce(each, axis=0)) * counts
        total = max(float(belongs.sum()), _TINY)
        kinds = tuple(
            Kind(
                (float(row.sum()) + kind.share) / (total + 1.0),
                {c.name: _shares(c, codes[c.name], row, m[c.name] * strength * kind.share) for c in compared},
            )
            for kind, row in zip(kinds, belongs, strict=True)
        )
    return kinds


def _tilted(m: Mapping[str, Floats], times: float) -> dict[str, Floats]:
    """m with every level but the best `times` as likely."""
    tilted = {}
    for name, table in m.items():
        whole = table.reshape(-1, STRATUM).copy()
        whole[:, 2:] *= times
        tilted[name] = (whole / whole.sum(axis=1, keepdims=True)).reshape(-1)
    return tilted


def _shares(c: Comparison, code: Ints, counts: npt.NDArray[Any], start: Floats) -> Floats:
    size = len(c.strata) * STRATUM
    seen = np.asarray(np.bincount(code, weights=counts, minlength=size)[:size], dtype=np.float64)
    whole = seen.reshape(-1, STRATUM)
    whole[:, 0] = 0.0
    whole += start.reshape(-1, STRATUM)
    return np.asarray((whole / whole.sum(axis=1, keepdims=True)).reshape(-1))
