"""Weighted cross products of tall tables, in blocks that stay near the processor.

Most of the time of an analysis at national size is spent here: no copy of the whole table is made, and half
of the multiplications are left out because the result is symmetric.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCK = 4096
"""Rows at once."""


def gram(table: Floats, weights: Floats, centre: Floats | None = None) -> Floats:
    """Σ w (x − centre)(x − centre)ᵀ over the rows x, shape (k, k).

    Args:
        table: shape (n, k). weights: not negative, shape (n,). centre: shape (k,); nought when None.
    """
    found = np.zeros((table.shape[1], table.shape[1]))
    root = np.sqrt(weights)[:, None]
    for first in range(0, len(table), BLOCK):
        block = table[first : first + BLOCK]
        block = (block if centre is None else block - centre) * root[first : first + BLOCK]
        found += block.T @ block
    return found


def lengths(table: Floats, matrix: Floats) -> Floats:
    """xᵀ M x of every row x, shape (n,)."""
    found = np.empty(len(table))
    for first in range(0, len(table), BLOCK):
        block = table[first : first + BLOCK]
        found[first : first + BLOCK] = ((block @ matrix) * block).sum(axis=1)
    return found
