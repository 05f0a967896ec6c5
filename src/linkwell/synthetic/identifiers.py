"""Identifiers by the column: NHI numbers from the test range while they last, IRD and MSD-shaped numbers.

The rules are those of `standards.identifiers`; here they run over whole arrays. NHI numbers begin with Z
(reserved for tests). IRD numbers lie above 160,000,000, which Inland Revenue has not reached: nobody holds
them.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from linkwell.synthetic.draws import Ints, scattered, stream

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODES = np.frombuffer(LETTERS.encode(), dtype=np.uint8)
_Z = 24
OLD_BASES = 24 * 24 * 1000
NEW_BASES = 24 * 24 * 100 * 24
_IRD_FIRST, _IRD_PRIME = 16_000_000, 3_999_971
_MSD_FIRST, _MSD_PRIME = 900_000_000, 99_999_989


def z_range_nhi(seed: int) -> tuple[Ints, Ints]:
    """Every valid Z-range base in a shuffled order: (old format AAANNN, new format AAANNA).

    About 523,600 old (those whose sum is divisible by 11 have no check digit) and 1,382,400 new.
    """
    old = np.arange(OLD_BASES)
    old = old[_old_sum(old) % 11 != 0]
    rng = stream(seed, "nhi")
    return rng.permutation(old), rng.permutation(np.arange(NEW_BASES))


def _old_sum(base: Ints) -> Ints:
    second, third, digits = base // 24_000, base // 1000 % 24, base % 1000
    return (
        7 * _Z + 6 * (second + 1) + 5 * (third + 1)
        + 4 * (digits // 100) + 3 * (digits // 10 % 10) + 2 * (digits % 10)
    )  # fmt: skip


def old_nhi(base: Ints) -> pa.Array:
    """ZAANNNC texts: check digit 11 less the sum mod 11, ten written as 0 (HISO 10046)."""
    check = (11 - _old_sum(base) % 11) % 10
    digits = base % 1000
    columns = [
        np.full(len(base), ord("Z")), _CODES[base // 24_000], _CODES[base // 1000 % 24],
        48 + digits // 100, 48 + digits // 10 % 10, 48 + digits % 10, 48 + check,
    ]  # fmt: skip
    return _text(columns)


def new_nhi(base: Ints) -> pa.Array:
    """ZAANNAX texts: check letter 23 less the sum mod 23 (HISO 10046:2023)."""
    second, third = base // (24 * 2400), base // 2400 % 24
    tens, units, letter = base // 240 % 10, base // 24 % 10, base % 24
    total = 7 * _Z + 6 * (second + 1) + 5 * (third + 1) + 4 * tens + 3 * units + 2 * (letter + 1)
    columns = [
        np.full(len(base), ord("Z")), _CODES[second], _CODES[third],
        48 + tens, 48 + units, _CODES[letter], _CODES[22 - total % 23],
    ]  # fmt: skip
    return _text(columns)


def _text(columns: list[Ints]) -> pa.Array:
    """Columns of ASCII codes as one Arrow text array."""
    letters = np.stack([np.asarray(column, dtype=np.uint8) for column in columns], axis=1)
    offsets = np.arange(len(letters) + 1, dtype=np.int32) * len(columns)
    return pa.StringArray.from_buffers(
        len(letters), pa.py_buffer(offsets.tobytes()), pa.py_buffer(letters.tobytes())
    )


def ird_numbers(ordinals: Ints, seed: int) -> Ints:
    """IRD numbers with right check digits for distinct ordinals; -1 where none exists (about 1 in 120)."""
    base = _IRD_FIRST + scattered(ordinals % _IRD_PRIME, modulus=_IRD_PRIME, seed=seed)
    digits = np.stack([base // 10**place % 10 for place in range(7, -1, -1)], axis=1)
    first = digits @ np.array([3, 2, 7, 6, 5, 4, 3, 2]) % 11
    second = digits @ np.array([7, 4, 3, 2, 5, 2, 7, 6]) % 11
    check = np.where(first == 1, (11 - second) % 11, (11 - first) % 11)
    return np.asarray(
        np.where((check == 10) | (ordinals >= _IRD_PRIME), -1, base * 10 + check), dtype=np.int64
    )


def msd_numbers(ordinals: Ints, seed: int) -> Ints:
    """Nine-digit numbers shaped like MSD client numbers (no public check rule); distinct for distinct
    ordinals."""
    return _MSD_FIRST + scattered(ordinals, modulus=_MSD_PRIME, seed=seed)
