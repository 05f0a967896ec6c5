"""Which numbers are right: their shape, and the check digit of kinds that have a public rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
_LETTERS = b"ABCDEFGHJKLMNPQRSTUVWXYZ"  # the NHI's alphabet: no I, no O; A is 1
_LETTER, _DIGIT = np.zeros(256, dtype=np.int32), np.full(256, -1, dtype=np.int32)
_LETTER[np.frombuffer(_LETTERS, np.uint8)] = np.arange(1, 25)
_DIGIT[np.frombuffer(b"0123456789", np.uint8)] = np.arange(10)


def held(kind: Mapping[str, Any], unchecked: Collection[str], numbers: pa.Array) -> pa.Array:
    """True where a normalised number is a right one of its kind; `unchecked` kinds need only be there."""
    there = numbers.is_valid()
    if kind["name"] in unchecked or not pc.any(there).as_py():
        return there
    few = numbers.filter(there)
    right = np.zeros(len(numbers), dtype=bool)
    right[np.asarray(there)] = _RULES[kind["check"]](few) if kind["check"] else _shaped(few, kind["shape"])
    return pa.array(right)


def _shaped(numbers: pa.Array, shape: str) -> Bools:
    one_figure = pc.match_substring_regex(numbers, "^(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$")
    return np.asarray(pc.and_not(pc.match_substring_regex(numbers, shape), one_figure))


def _characters(numbers: pa.Array, width: int) -> tuple[Bools, Bytes]:
    """Which texts have so many bytes, and these, a row a place."""
    fits = pc.equal(pc.binary_length(numbers), width)
    whole = numbers.filter(fits).cast(pa.binary()).cast(pa.binary(width))
    text = np.frombuffer(whole.buffers()[1] or b"", np.uint8).reshape(-1, width)
    return np.array(fits), np.ascontiguousarray(text.T)


def _sum(values: Iterable[Ints], weights: Iterable[int]) -> Any:
    return sum(value * np.int32(weight) for value, weight in zip(values, weights, strict=True))


def _nhi(numbers: pa.Array) -> Bools:
    """HISO 10046: mod 11 for AAANNNC, mod 23 for AAANNAX (nz-domain 1.1)."""
    right, text = _characters(numbers, 7)
    letter, digit = _LETTER[text], _DIGIT[text]
    begin = _sum([*letter[:3], *digit[3:5]], (7, 6, 5, 4, 3))
    wanting = 11 - (begin + 2 * digit[5]) % 11  # 11: there is no such number; 10 is written 0
    old = (digit[5:].min(axis=0) >= 0) & (wanting < 11) & (wanting % 10 == digit[6])
    new = (letter[5:].min(axis=0) > 0) & (23 - (begin + 2 * letter[5]) % 23 == letter[6])
    right[right] = (letter[:3].min(axis=0) > 0) & (digit[3:5].min(axis=0) >= 0) & (old | new)
    return right


def _ird(numbers: pa.Array) -> Bools:
    """Inland Revenue's two-weight mod 11 (nz-domain 1.2): the check digit brings the sum to a multiple of
    11."""
    right, text = _characters(pc.ascii_lpad(numbers, 9, "0"), 9)
    digit = _DIGIT[text]
    number = _sum(digit, (10**place for place in range(8, -1, -1)))
    first, second = _sum(digit[:8], (3, 2, 7, 6, 5, 4, 3, 2)), _sum(digit[:8], (7, 4, 3, 2, 5, 2, 7, 6))
    once = (first + digit[8]) % 11 == 0
    again = (first % 11 == 1) & (second % 11 != 1) & ((second + digit[8]) % 11 == 0)
    whole = (digit.min(axis=0) >= 0) & (number > 10_000_000) & (number < 200_000_000)
    right[right] = whole & (once | again)
    return right


_RULES = {"nhi": _nhi, "ird": _ird}
