"""What the release ledger remembers: groups with what was shown for them, and effects; packed as bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.groups import BUCKETS, WIDE, Groups, Sketches
from linkwell.confidentiality.members import unpacked_members
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.suppression import Fates
from linkwell.errors import RefusedByRule

COHORTS, UNIONS, BARS = "\u00a0cohorts", "\u00a0unions", "\u00a0bars"
NARROW = "narrow"
"""Name of the cohort block of a release that told nothing new, being about nearly an earlier cohort."""
MEANS, CONTRIBUTORS = "\u00a0means", "\u00a0contributors"
MEAN_BARS, QUANTILES = "\u00a0mean bars", "\u00a0quantiles"
"""What a block holds besides tables: the population and the sides of effects; everyone of each table; totals
that must never be told; the groups behind told means, and those of them who have an amount; amounts whose
mean must not be told; the groups behind told quantiles (percent in `shown`, value in `means`)."""


@dataclass(frozen=True, eq=False)
class Block:
    """The groups of one released table (or of a release's cohorts), with what was shown for them.

    Attributes:
        measure: what the groups are: "" for a table's cells, or a name below (never a requester's word).
        shown: released number per group, -1 where hidden. fates: why. means: released mean or nan.
        sums: keyed sums of the amounts behind each mean, shape (groups, 64), or empty.
        packed: all people, group by group, by their rank in the ledger's own list of people; `members`
            unpacks them.
    """

    name: str
    measure: str
    groups: Groups
    packed: bytes
    shown: Ints
    fates: Fates
    means: Floats
    sums: Floats
    seq: int = 0

    @cached_property
    def members(self) -> Ints:
        """All people, group by group, by rank; unpacked only when asked for."""
        return unpacked_members(self.packed)

    def people(self, group: int) -> Ints:
        """The people of one group, by rank."""
        ends = np.cumsum(self.groups.counts)
        return self.members[ends[group] - self.groups.counts[group] : ends[group]]


@dataclass(frozen=True)
class PastEffect:
    """An effect that left: rows of its two groups in the cohort block of its release, and what was shown."""

    seq: int
    name: str
    outcome: str
    treated: int
    comparison: int
    sums: Floats
    content: dict[str, Any]


def stopped(what: str) -> RefusedByRule:
    """The error that stops all releases until the ledger is whole again."""
    return RefusedByRule(
        what,
        where="disclosure/releases.sqlite",
        why="Without the memory of what left, two releases could be compared to find one person.",
        fix="Nothing can be released until the ledger is whole: rebuild it from what was released (linkwell "
        "custodian rebuild-ledger), or put the newest backup of the disclosure zone back.",
    )


def fingerprint(data: bytes) -> str:
    """Hex SHA-384."""
    return hashlib.sha384(data).hexdigest()


def pack(block: Block) -> tuple[bytes | str, ...]:
    groups = block.groups
    columns = [
        groups.counts.astype("<i8").tobytes(),
        groups.keys.astype("<u8").tobytes(),
        groups.sketches.tobytes(),
        groups.small_persons.astype("<i8").tobytes(),
        block.packed,
        block.shown.astype("<i8").tobytes(),
        block.fates.astype("u1").tobytes(),
        block.means.astype("<f8").tobytes(),
        block.sums.astype("<f8").tobytes(),
    ]
    return (*columns, fingerprint(b"".join(hashlib.sha384(column).digest() for column in columns)))


def _sketches(data: bytes, counts: Ints) -> Sketches:
    """The sketches of a block; the earliest entries keep eight bytes of each XOR."""
    kind = "u1" if len(data) == int((counts >= WIDE).sum()) * BUCKETS else "<u8"
    found: Sketches = np.frombuffer(data, dtype=kind).astype(np.uint8).reshape(-1, BUCKETS)
    return found


def read_block(row: tuple[Any, ...]) -> Block:
    seq, name, measure, *columns, digest = row
    if digest != fingerprint(b"".join(hashlib.sha384(column).digest() for column in columns)):
        raise ValueError("the block is not what was recorded")
    counts, keys, sketches, small, persons, shown, fates, means, sums = columns

    def array(data: bytes, kind: str) -> NDArray[Any]:
        return np.frombuffer(data, dtype=kind)

    groups = Groups(
        array(counts, "<i8"),
        array(keys, "<u8"),
        _sketches(sketches, array(counts, "<i8")),
        array(small, "<i8"),
    )
    told = (
        array(shown, "<i8"),
        array(fates, "u1"),
        array(means, "<f8"),
        array(sums, "<f8").reshape(-1, BUCKETS),
    )
    return Block(name, measure, groups, persons, *told, seq)
