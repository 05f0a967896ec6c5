"""Many outcomes at once: Holm for the few named beforehand, Benjamini–Hochberg for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

HEADLINES = 3
"""At most so many outcomes are named beforehand (impact.md §2.4)."""


def p_value(estimate: float, error: float) -> float:
    """Two-sided p of a normal estimate; 1 when the error is not positive."""
    return 2 * NormalDist().cdf(-abs(estimate) / error) if error > 0 else 1.0


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p by Holm (1979): the chance of any false finding among them stays below the level."""
    adjusted, running = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda n: p[n])):
        running = max(running, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = running
    return tuple(adjusted)


def benjamini_hochberg(p: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p by Benjamini and Hochberg (1995): the expected share of false findings stays below it."""
    adjusted, running = [0.0] * len(p), 1.0
    order = sorted(range(len(p)), key=lambda n: p[n], reverse=True)
    for back, place in enumerate(order):
        running = min(running, p[place] * len(p) / (len(p) - back))
        adjusted[place] = running
    return tuple(adjusted)
