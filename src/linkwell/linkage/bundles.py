"""Errors come in bundles: where a list shows it, its true links are of several kinds, careful and careless.

The weights take the comparisons of a pair to be independent given that it is a true link. Where somebody who
misspells the name also mistypes the date, links with two errors are commoner than that; where whoever marries
changes the surname and nothing else, they are rarer. A mixture of kinds of record, each with an m of its own
(latent classes), is fitted to how often each pattern of levels is seen among true links: two kinds, and
further ones that begin from what is seen oftener than those before expect. Each is used only where it fits
better by more than its size (Schwarz 1978).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from linkwell.linkage.compare import STRATUM, Comparison

if TYPE_CHECKING:
    from linkwell.linkage.weights import Floats, Ints

_TINY = 1e-12
_ROUNDS = 40
_MOST = 4  # kinds


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


def fitted_kinds(
    compared: tuple[Comparison, ...],
    m: Mapping[str, Floats],
    codes: Mapping[str, Ints],
    counts: Floats,
    strength: float,
) -> tuple[Kind, ...]:
    """As many kinds as the list shows, or () where one is enough.

    Args:
        m: of all true links. codes: per comparison the code of each pattern. counts: true links of each.
        strength: pseudo-links of `m` that each kind begins with, in proportion to its share.
    """
    kinds: tuple[Kind, ...] = (Kind(1.0, m),)
    seen = sum(int(np.count_nonzero(np.unique(codes[c.name][counts > 0.5]) % STRATUM)) for c in compared)
    size = 0.5 * (seen + 1) * np.log(max(float(counts.sum()), 2.0))
    while len(kinds) < _MOST:
        more = _with_another(kinds, compared, m, codes, counts) if len(kinds) > 1 else _first_two(m)
        more = refined(more, compared, m, codes, counts, strength, _ROUNDS)
        better = log2_mixed(more, compared, codes) - log2_mixed(kinds, compared, codes)
        if float(np.sum(counts * better)) * np.log(2.0) <= size:
            break
        kinds = more
    return kinds if len(kinds) > 1 else ()


def _first_two(m: Mapping[str, Floats]) -> tuple[Kind, ...]:
    return Kind(0.8, _tilted(m, 0.5)), Kind(0.2, _tilted(m, 4.0))


def _with_another(
    kinds: tuple[Kind, ...],
    compared: tuple[Comparison, ...],
    m: Mapping[str, Floats],
    codes: Mapping[str, Ints],
    counts: Floats,
) -> tuple[Kind, ...]:
    """The kinds and one more, which begins from the patterns seen oftener than they expect among the links
    that can be compared in the same fields."""
    chance = np.exp2(log2_mixed(kinds, compared, codes))
    gaps: Ints = np.zeros(len(counts), dtype=np.int64)
    for c in compared:
        gaps = gaps * 2 + (codes[c.name] % STRATUM == 0)
    _, group = np.unique(gaps, return_inverse=True)
    there, likely = np.bincount(group, weights=counts), np.bincount(group, weights=chance)
    beyond = np.maximum(counts - (there / np.maximum(likely, _TINY))[group] * chance, 0.0)
    share = min(max(float(beyond.sum()) / max(float(counts.sum()), _TINY), 0.002), 0.2)
    odd = {c.name: _shares(c, codes[c.name], beyond, m[c.name]) for c in compared}
    return (*(Kind(kind.share * (1.0 - share), kind.m) for kind in kinds), Kind(share, odd))


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
