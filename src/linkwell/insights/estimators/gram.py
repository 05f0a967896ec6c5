"""Weighted cross products of tall tables, in blocks that stay near the processor.

Most of the time of an analysis at national size is spent here: no copy of the whole table is made, and half
of the multiplications are left out because the result is symmetric.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCK = 4096
"""Rows at once."""


def blocks(rows: int) -> Iterator[slice]:
    """So many rows in blocks, in order."""
    return (slice(first, min(first + BLOCK, rows)) for first in range(0, rows, BLOCK))


def gram(table: Floats, weights: Floats, centre: Floats | None = None) -> Floats:
    """Σ w (x − centre)(x − centre)ᵀ over the rows x, shape (k, k).

    Args:
        table: shape (n, k). weights: not negative, shape (n,). centre: shape (k,); nought when None.
    """
    found = np.zeros((table.shape[1], table.shape[1]))
    root = np.sqrt(weights)[:, None]
    for rows in blocks(len(table)):
        block = (table[rows] if centre is None else table[rows] - centre) * root[rows]
        found += block.T @ block
    return found


def lengths(table: Floats, matrix: Floats) -> Floats:
    """xᵀ M x of every row x, shape (n,)."""
    found = np.empty(len(table))
    for rows in blocks(len(table)):
        found[rows] = np.einsum("ij,ij->i", table[rows] @ matrix, table[rows])
    return found


def spreads(table: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Mean and variance of every column, shapes (k,), weighted by `weights` (sum 1) where they are given."""
    each = np.full(len(table), 1.0 / max(len(table), 1)) if weights is None else weights
    mean, found = each @ table, np.zeros(table.shape[1])
    for rows in blocks(len(table)):
        block = table[rows] - mean
        found += each[rows] @ (block * block)
    return np.asarray(mean), found
