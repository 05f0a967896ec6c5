"""Chance, the same on every run and machine: one PCG64 stream per purpose and chunk, and quick weighted
draws."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def stream(seed: int, purpose: str, chunk: int = 0) -> np.random.Generator:
    """A generator of its own for one purpose and chunk, so that no stage disturbs another's draws."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), chunk]))
    )


def weighted(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Draw `size` indices with chances proportional to `weights`."""
    cumulative = np.cumsum(weights)
    drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.asarray(np.minimum(drawn, len(weights) - 1), dtype=np.int64)


def zipf(size: int, *, offset: float, exponent: float) -> Floats:
    """Weights of ranks 1..size falling as (rank + offset) ** -exponent, summing to one."""
    weights = (np.arange(1, size + 1) + offset) ** -exponent
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def scattered(ordinals: Ints, *, modulus: int, seed: int) -> Ints:
    """Map distinct ordinals below a prime `modulus` to distinct, scattered numbers below it."""
    rng = stream(seed, f"scatter {modulus}")
    step, start = int(rng.integers(modulus // 3, modulus // 2)), int(rng.integers(0, modulus))
    return (ordinals * step + start) % modulus


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)
