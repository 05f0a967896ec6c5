"""Words looked for in the bytes of a file, in every way a text is commonly written down."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

SHORTEST = 6
"""Bytes: shorter patterns turn up by chance in a large file."""

_CHUNK = 1 << 23


@dataclass(frozen=True)
class Patterns:
    """Byte patterns, with two tables that say of most places in a file at once that none begins there."""

    patterns: tuple[bytes, ...]
    begins: NDArray[np.bool_]
    goes_on: NDArray[np.bool_]

    @classmethod
    def of(cls, words: Iterable[str]) -> Patterns:
        """Patterns of every encoding of every word."""
        found = tuple(sorted({p for word in words for p in encodings(word) if len(p) >= SHORTEST}))
        begins, goes_on = np.zeros(1 << 16, dtype=bool), np.zeros(1 << 16, dtype=bool)
        for pattern in found:
            begins[pattern[0] << 8 | pattern[1]] = True
            goes_on[pattern[2] << 8 | pattern[3]] = True
        return cls(found, begins, goes_on)

    def in_bytes(self, data: bytes) -> bool:
        """Whether any pattern is in `data`."""
        if len(data) < SHORTEST:
            return False
        cells = np.frombuffer(data, dtype=np.uint8).astype(np.uint16)
        pairs = cells[:-1] << 8 | cells[1:]
        spots = np.flatnonzero(self.begins[pairs[:-2]] & self.goes_on[pairs[2:]])
        return any(data.startswith(self.patterns, int(spot)) for spot in spots)

    def in_file(self, path: Path) -> bool:
        """Whether any pattern is in the file's bytes."""
        longest = max((len(pattern) for pattern in self.patterns), default=0)
        before = b""
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if self.in_bytes(before + chunk):
                    return True
                before = chunk[-longest:]
        return False


def encodings(word: str) -> Iterator[bytes]:
    """A word in UTF-8, UTF-16, Latin-1, hexadecimal, base64 at each offset, percent and JSON escapes,
    backwards; as written, in capitals, in small letters, without macrons.
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    apart = unicodedata.normalize("NFD", word)
    for text in {form for base in (word, plain, apart) for form in (base, base.upper(), base.lower())}:
        raw = text.encode()
        yield raw
        yield raw[::-1]
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield text.encode("latin-1", errors="ignore")
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        yield quote(text).encode()
        yield json.dumps(text)[1:-1].encode()
        yield from _base64(raw)


def _base64(raw: bytes) -> Iterator[bytes]:
    """The middle of the base64 text for each of the three places the word can begin at."""
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        first, last = (offset * 8 + 5) // 6, (offset + len(raw)) * 8 // 6
        yield whole[first:last]
        yield base64.urlsafe_b64encode(b"\0" * offset + raw)[first:last]
