"""Who is in an analyst's own file: the same number for the same person in every file, however it is written.

The number is AES-256 of the identifier under a key out of the ledger's secret (HMAC where it is too long for
a block). "0012 ", 12 and 12.0 are one person, and so are "zac5361" and "ZAC5361": the same people asked about
from a CSV and from a Parquet file must be known again.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.rounding import Keys, keyed_once
from linkwell.errors import WrongUse

BLOCK = 16
WHOLE_NUMBER = r"^[0-9]{1,18}(\.0+)?$"
MOST_SPREAD = 4
"""Whole numbers over a range of up to this many times the rows are told apart by a table of the range."""
NUMBER = 2**64 - 1
"""First half of the block of a whole number; no text begins so."""


def people_of(column: pa.ChunkedArray, secret: bytes) -> tuple[Ints, Ints]:
    """Per row the place of its person, and per place the person's keyed number.

    Raises:
        WrongUse: a row has no person.
    """
    places, values = coded(column)
    values = _written(values)
    if bool((places < 0).any()) or _blank(values):
        raise WrongUse("Some rows have no person.", why="A count is of people.", fix="Leave those rows out.")
    key = hmac.digest(secret, b"linkwell own people 2", hashlib.sha384)[:32]
    persons = _keyed(values, key).view(np.int64)
    if pa.types.is_integer(values.type):  # each number is another person
        return places, persons
    ordered = np.sort(persons)
    if not (ordered[1:] == ordered[:-1]).any():
        return places, persons
    persons, merged = np.unique(persons, return_inverse=True)  # one person written in two ways
    return merged[places], persons


def _written(values: pa.Array) -> pa.Array:
    """Identifiers as they are written: bytes as text; those that are none, as a UUID's, in its form or in
    hexadecimal digits."""
    if not (pa.types.is_fixed_size_binary(values.type) or pa.types.is_binary(values.type)
            or pa.types.is_large_binary(values.type)):  # fmt: skip
        return values
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid:
        found = values.to_pylist()
        return pa.array([str(UUID(bytes=each)) if len(each) == 16 else each.hex() for each in found])


def _blank(values: pa.Array) -> bool:
    """Whether one of the identifiers is none: nothing but blanks, or no number."""
    if pa.types.is_floating(values.type):
        return bool(pc.any(pc.is_nan(values)).as_py())
    if pa.types.is_integer(values.type):
        return False
    lengths = pc.binary_length(pc.utf8_trim_whitespace(values.cast(pa.string())))
    return bool(pc.any(pc.equal(lengths, 0)).as_py())


def coded(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Per row the place of its value among the distinct values (-1 where there is none), and those."""
    if isinstance(column.type, pa.BaseExtensionType):  # a UUID's
        column = column.cast(column.type.storage_type)
    whole = _whole_numbers(column)
    if whole is not None:
        return whole
    found = column.combine_chunks().dictionary_encode()
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    indices = found.indices if not found.null_count else found.indices.fill_null(-1)
    return indices.to_numpy(zero_copy_only=False).astype(np.int64), found.dictionary


def _whole_numbers(column: pa.ChunkedArray) -> tuple[Ints, pa.Array] | None:
    """The same for whole numbers that rise from row to row, or lie close together: without hashing a million
    of them. None for other columns.
    """
    if not pa.types.is_integer(column.type) or pa.types.is_uint64(column.type) or column.null_count:
        return None
    numbers = column.to_numpy().astype(np.int64, copy=False)
    if not len(numbers):
        return None
    if bool((numbers[1:] > numbers[:-1]).all()):
        return np.arange(len(numbers), dtype=np.int64), pa.array(numbers)
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > MOST_SPREAD * len(numbers):
        return None
    spots = numbers - low if low else numbers
    there = np.flatnonzero(np.bincount(spots))
    if len(there) == high - low + 1:
        return spots, pa.array(there + low)
    place = np.zeros(high - low + 1, dtype=np.int64)
    place[there] = np.arange(len(there))
    return place[spots], pa.array(there + low)


def _keyed(values: pa.Array, key: bytes) -> Keys:
    """A keyed number per identifier."""
    if pa.types.is_integer(values.type) and not pa.types.is_uint64(values.type):
        return _numbers(values.cast(pa.int64()).to_numpy(zero_copy_only=False), key)
    texts = pc.utf8_upper(pc.utf8_trim_whitespace(values.cast(pa.string())))
    whole = pc.match_substring_regex(texts, WHOLE_NUMBER).to_numpy(zero_copy_only=False).astype(bool)
    short = pc.and_(pc.string_is_ascii(texts), pc.less_equal(pc.binary_length(texts), BLOCK))
    block = short.to_numpy(zero_copy_only=False).astype(bool) & ~whole
    found = np.zeros(len(texts), dtype=np.uint64)
    if whole.any():
        digits = pc.replace_substring_regex(texts.filter(pa.array(whole)), r"\.0+$", "")
        found[whole] = _numbers(digits.cast(pa.int64()).to_numpy(zero_copy_only=False), key)
    if block.any():
        padded = pc.ascii_rpad(texts.filter(pa.array(block)), BLOCK, "\0")
        halves = np.frombuffer(padded.buffers()[2], dtype="<u8", count=2 * len(padded)).reshape(-1, 2)
        found[block] = keyed_once(key, halves[:, 0].copy(), halves[:, 1].copy())
    rest = ~whole & ~block
    if rest.any():
        long = texts.filter(pa.array(rest)).to_pylist()
        found[rest] = [int.from_bytes(_long(text, key), "little") for text in long]
    return found


def _numbers(numbers: Any, key: bytes) -> Keys:
    numbers = np.ascontiguousarray(numbers, dtype=np.int64)
    return keyed_once(key, NUMBER, numbers)


def _long(text: str, key: bytes) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha384)[:8]
