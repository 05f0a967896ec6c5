"""Keyed pseudonyms: one AES-256 block per id, so that ids of two refreshes or projects share nothing.

Spine person → pseudonym (research sources) → research id (one refresh) → project id (one project); and
pseudonym → person index (the release desk's, stable for ever). Design §8.9; AES-256 is on the NZISM's list.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Ids = NDArray[np.int64]

UNLINKED = -1
"""The id of a row nobody on the spine was found for (the IDI's own convention)."""

_CHUNK = 1 << 20


class CollidingIdsError(ValueError):
    """Two ids fell together: about one chance in 10^5 at ten million people; choose another label."""


def derive(secret: bytes, label: str) -> bytes:
    """A 32-byte key for one purpose, from a kept secret (HMAC-SHA-384)."""
    return hmac.digest(secret, label.encode(), hashlib.sha384)[:32]


def pseudonyms(key: bytes, ids: Ids) -> Ids:
    """Keyed pseudonyms of distinct ids, shape (n,), each in 1 .. 2^63 − 1.

    One AES-256 block per id: PRF(key, id) is the top 63 bits of E(key, 0^64 ‖ id). UNLINKED stays UNLINKED.

    Raises:
        CollidingIdsError: two different ids got the same pseudonym.
    """
    found = _encrypted(key, np.zeros(len(ids), dtype=">u8"), ids.astype(">i8").view(">u8"))
    found[ids == UNLINKED] = UNLINKED
    return found


def distinct_pseudonyms(key: bytes, ids: Ids) -> Ids:
    """As `pseudonyms`, for ids known to be distinct, with the check that the results are too."""
    found = pseudonyms(key, ids)
    ordered = np.sort(found)
    if len(ordered) > 1 and bool(np.any(ordered[1:] == ordered[:-1])):
        raise CollidingIdsError("two ids share a pseudonym")
    return found


def text_pseudonyms(key: bytes, texts: Sequence[str]) -> Ids:
    """Keyed pseudonyms of strings (record keys, client refs, entities), shape (n,).

    SHA-384 brings a text to one block; the block is then encrypted as above.
    """
    blocks = b"".join(hashlib.sha384(text.encode()).digest()[:16] for text in texts)
    halves = np.frombuffer(blocks, dtype=">u8").reshape(-1, 2)
    return _encrypted(key, halves[:, 0], halves[:, 1])


def _encrypted(key: bytes, high: NDArray[np.generic], low: NDArray[np.generic]) -> Ids:
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305  a PRF on distinct blocks
    out = np.empty(len(low), dtype=np.int64)
    for start in range(0, len(low), _CHUNK):
        stop = min(start + _CHUNK, len(low))
        blocks = np.empty((stop - start, 2), dtype=">u8")
        blocks[:, 0], blocks[:, 1] = high[start:stop], low[start:stop]
        sealed = np.frombuffer(encryptor.update(blocks.tobytes()), dtype=">u8").reshape(-1, 2)[:, 0]
        out[start:stop] = np.maximum(sealed.astype(np.uint64) >> np.uint64(1), np.uint64(1)).astype(np.int64)
    return out
