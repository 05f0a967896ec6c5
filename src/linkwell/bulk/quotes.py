"""Whether quotation marks stand in a CSV file only where every reader takes them alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from linkwell.bulk.coded import Bools, Ints

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_PIECE = 4 << 20  # bytes looked at together, cut at a line's end


def quotes_are_regular(data: bytes, delimiter: str) -> bool:
    """Whether marks only open a cell, close it on the same line, or stand doubled inside it.

    Cautious: some regular files are called odd (a quoted cell that ends in a comma), no odd one regular.
    """
    return b'"' not in data or all(_regular(piece, ord(delimiter)) for piece in _pieces(data))


def _pieces(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _PIECE) + 1 or len(data)
        yield data[start:end]
        start = end


def _regular(lines: bytes, delimiter: int) -> bool:
    text = np.frombuffer(b"\n" + lines + b"\n", np.uint8)
    quote = text == _QUOTE
    first = np.flatnonzero(quote & ~np.roll(quote, 1))  # of each run of marks
    last = np.flatnonzero(quote & ~np.roll(quote, -1))
    before, after = text[first - 1], text[last + 1]
    begins = (before == delimiter) | (before == _NEWLINE)
    ends = (after == delimiter) | (after == _NEWLINE) | (after == _RETURN)
    doubled = (last - first) % 2 == 1
    # A single mark beside no edge, or beside two, and a doubled one at one edge can be taken two ways.
    if (doubled == (begins != ends)).any():
        return False
    return _each_closed(begins[~doubled], first[~doubled], np.flatnonzero(text == _NEWLINE))


def _each_closed(opens: Bools, at: Ints, newlines: Ints) -> bool:
    """Whether marks open and close by turns, each pair on one line."""
    if len(opens) % 2 or not opens[::2].all() or opens[1::2].any():
        return False
    line = np.searchsorted(newlines, at)
    return bool((line[::2] == line[1::2]).all())
