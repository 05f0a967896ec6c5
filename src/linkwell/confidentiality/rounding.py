"""Keyed fixed random rounding: the same people always give the same number, and nobody can foretell it.

A record key per person (AES-256 as a keyed function of the person index), a cell key out of its distinct
people, and a last keyed function of (cell key, count, statistic, unit) that decides up or down. The last
step takes away that the key of a union would follow from its parts (design §8.9; sdc §4).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Ints

Keys = NDArray[np.uint64]

PEOPLE_COUNT = 1
"""Statistic kind of every count of people, whatever it is called: one group, one number."""

_CHUNK = 1 << 16  # blocks; about a megabyte, so that the work stays in the processor's cache


@dataclass(frozen=True)
class RoundingKeys:
    """Two keys out of one kept secret: one for people, one for cells."""

    people: bytes
    cells: bytes
    check: str

    @classmethod
    def derive(cls, secret: bytes) -> RoundingKeys:
        """The keys of a 32-byte secret; `check` names the secret without telling it."""
        people, cells, check = (
            hmac.digest(secret, f"linkwell rounding {part} 1".encode(), hashlib.sha384)[:32]
            for part in ("people", "cells", "check")
        )
        return cls(people, cells, check[:12].hex())

    def __repr__(self) -> str:
        return f"RoundingKeys({self.check})"


def keyed(key: bytes, high: NDArray[np.generic] | int, low: NDArray[np.generic]) -> tuple[Keys, Keys]:
    """AES-256 of the blocks (high, low): two columns of 64 bits, shape (n,) each; `high` may be one number.

    Every block is input once per meaning, so the plain block cipher is the keyed function we want.
    """
    first, second = np.empty(len(low), dtype=np.uint64), np.empty(len(low), dtype=np.uint64)
    for place, found in _sealed(key, high, low):
        first[place], second[place] = found[:, 0], found[:, 1]
    return first, second


def keyed_once(key: bytes, high: NDArray[np.generic] | int, low: NDArray[np.generic]) -> Keys:
    """The first column of `keyed`."""
    first = np.empty(len(low), dtype=np.uint64)
    for place, found in _sealed(key, high, low):
        first[place] = found[:, 0]
    return first


def _sealed(
    key: bytes, high: NDArray[np.generic] | int, low: NDArray[np.generic]
) -> Iterator[tuple[slice, Keys]]:
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305
    blocks = np.empty((min(len(low), _CHUNK), 2), dtype="<u8")
    sealed = np.empty(blocks.nbytes + 15, dtype=np.uint8)  # (the cipher asks for a block more, less a byte)
    for start in range(0, len(low), _CHUNK):
        place = slice(start, min(start + _CHUNK, len(low)))
        part = blocks[: place.stop - start]
        part[:, 0] = high if isinstance(high, int) else high[place].view(np.uint64)
        part[:, 1] = low[place].view(np.uint64)
        size = encryptor.update_into(part.reshape(-1).view(np.uint8).data, sealed.data)
        yield place, sealed[:size].view("<u8").reshape(-1, 2)


def record_keys(persons: Ints, keys: RoundingKeys) -> tuple[Keys, Keys]:
    """Per person: the record key, and a second keyed number for sketches and noise; shape (n,) each."""
    persons = np.ascontiguousarray(persons, dtype=np.int64)
    return keyed(keys.people, 0, persons)


def directions(cell_keys: Keys, counts: Ints, keys: RoundingKeys, *, unit: int = 0) -> Keys:
    """A uniform 64-bit number per cell, fixed by its people; shape as `counts`."""
    low = (counts.astype(np.uint64) << np.uint64(32)) | np.uint64(PEOPLE_COUNT << 16 | unit)
    return keyed_once(keys.cells, cell_keys, low)


def round_counts(cell_keys: Keys, counts: Ints, keys: RoundingKeys, profile: Profile) -> Ints:
    """Round each count to its base: multiples stay, remainder r goes up with probability r / base.

    Args:
        cell_keys, counts: shape (n,): key out of the distinct people of each cell, and how many they are.

    Returns:
        Rounded counts, shape (n,); expected value = true value; never `base` or more away.
    """
    bases = profile.bases(counts)
    remainders = counts % bases
    # 2^64 / base, rounded down: the probability is off by less than 10^-17.
    shares = np.uint64(2**64 - 1) // bases.astype(np.uint64)
    up = directions(cell_keys, counts, keys) < remainders.astype(np.uint64) * shares
    rounded: Ints = counts - remainders + np.where(up, bases, 0)
    return rounded
