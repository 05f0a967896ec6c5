"""Who is in which group, packed into few bytes for the ledger and unpacked again.

People are told by their rank in the ledger's own list of people. The order of people within a group means
nothing, so each block is kept in whichever of three forms is small and quick: one bit per rank (one large
group), one group number per rank (nearly everybody in one group each, as in most tables), or the ranks.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.groups import all_in_order, rising
from linkwell.confidentiality.request import Ints

MOST_PACKED = 2_000_000
BITS, PLACES = b"B", b"P"
"""First bytes of the two dense forms; what begins otherwise is a zlib stream of differences of ranks."""
DENSE = 4
"""One form per rank is worth while when at least a quarter of all ranks are named."""


def packed_members(ranks: Ints | NDArray[np.int32], cells: Ints, number: int) -> bytes:
    """The ranks of `number` groups.

    Args:
        cells: which group each rank is in; in any order between groups.
    """
    ranked = int(ranks.max(initial=-1)) + 1
    if not len(ranks):
        return b""
    if ranked > DENSE * len(ranks):
        return _listed(ranks, cells)
    if number == 1:
        there = np.zeros(ranked, dtype=bool)
        there[all_in_order(ranks, ranked)] = True
        return BITS + np.packbits(there).tobytes()
    kind = "<u2" if number < 2**16 else "<u4"
    groups = np.zeros(ranked, dtype=kind)
    groups[all_in_order(ranks, ranked)] = cells.astype(kind) + np.ones(1, dtype=kind)
    if int(np.count_nonzero(groups)) < len(ranks):  # somebody is in two groups
        return _listed(ranks, cells)
    return b"".join((PLACES, kind[-1].encode(), groups.data))


def unpacked_members(packed: bytes) -> Ints:
    """The ranks that were packed, group by group."""
    if packed[:1] == BITS:
        return np.flatnonzero(np.unpackbits(np.frombuffer(packed, dtype="u1", offset=1)))
    if packed[:1] == PLACES:
        groups = np.frombuffer(packed, dtype=f"<u{int(packed[1:2])}", offset=2).astype(np.int64)
        ranks = np.flatnonzero(groups)
        return ranks[rising(groups[ranks])]
    if not packed:
        return np.zeros(0, dtype=np.int64)
    steps = np.frombuffer(zlib.decompress(packed), dtype="<u4")
    return np.cumsum(steps, dtype=np.uint32).astype(np.int64)


def _listed(ranks: Ints | NDArray[np.int32], cells: Ints) -> bytes:
    """Group by group: differences of neighbours pack well in large groups, and not at all in small ones."""
    ranks = ranks[rising(cells)]
    steps = np.diff(ranks.astype(np.uint32), prepend=np.uint32(0))
    return zlib.compress(steps.astype("<u4").tobytes(), level=1 if len(ranks) < MOST_PACKED else 0)
