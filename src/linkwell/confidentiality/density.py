"""A density as a table of counts: round edges, ends left open, at least twenty people in every bin."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import CountTable, Floats, Ints
from linkwell.errors import WrongUse

BINS = 12
ROUND = (1.0, 2.0, 5.0, 10.0)


def density_table(
    name: str, values: Floats, units: Ints, profile: Profile, *, measure: str, title: str = ""
) -> CountTable:
    """People by how much each has, in bins a chart can be drawn from.

    The axis ends at the 10th and 90th percentile (`density_cut_percent`); whoever lies beyond is in a bin
    without an end. Edges are multiples of 1, 2 or 5 times a power of ten, never anybody's value, and
    neighbours with fewer than `density_people` people are one bin.

    Args:
        values: one amount per person. units: project ids, each person once.

    Raises:
        WrongUse: not one finite amount per person.
    """
    values, units = np.asarray(values, dtype=np.float64), np.asarray(units, dtype=np.int64)
    if values.shape != units.shape or not bool(np.all(np.isfinite(values))):
        raise WrongUse("A density needs one finite amount per person, each person once.", where=name)
    edges = _edges(values, profile)
    while len(edges) and (counts := _counts(values, edges)).min() < profile.density_people:
        small = int(counts.argmin())
        beside = [place for place in (small - 1, small + 1) if 0 <= place < len(counts)]
        other = min(beside, key=lambda place: int(counts[place]))
        edges = np.delete(edges, max(small, other) - 1)
    labels = tuple((label,) for label in _labels(edges))
    cells = np.searchsorted(edges, values, side="right").astype(np.int64)
    return CountTable(name, (measure,), labels, cells, units, title=title)


def _edges(values: Floats, profile: Profile) -> Floats:
    if len(values) < 2 * profile.density_people:
        return np.zeros(0)
    cut = profile.density_cut_percent / 100
    low, high = np.quantile(values, (cut, 1 - cut))
    if high <= low:
        return np.zeros(0)
    power = 10.0 ** math.floor(math.log10((high - low) / BINS))
    step = next(power * size for size in ROUND if power * size * BINS >= high - low)
    found: Floats = step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)
    return found


def _counts(values: Floats, edges: Floats) -> Ints:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).astype(
        np.int64
    )


def _labels(edges: Floats) -> list[str]:
    words = [f"{edge:,.12g}" for edge in edges.tolist()]
    if not words:
        return ["everybody"]
    inner = [f"{low} to under {high}" for low, high in pairwise(words)]
    return [f"under {words[0]}", *inner, f"{words[-1]} and over"]
