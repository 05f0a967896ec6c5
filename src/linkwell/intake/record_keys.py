"""Files of sorted record keys, compared without holding them; the keys are random and say nothing."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

RECORD_KEY = re.compile(r"[0-9a-f]{32}")


def merge(files: list[Path], to: Path) -> int:
    """Merge sorted key files into one without doubles and return how many keys it has."""
    count = 0
    with ExitStack() as opened, to.open("w", encoding="ascii") as out:
        handles = [opened.enter_context(file.open(encoding="ascii")) for file in files]
        for key, _ in groupby(heapq.merge(*handles)):
            out.write(key)
            count += 1
    return count


def orphans(identity: Path, content: Path) -> tuple[int, int]:
    """How many record keys are only in the identity half, and only in the content half."""
    identity_only = content_only = 0
    left, right = _lines(identity), _lines(content)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one < other):
            identity_only += 1
            one = next(left, None)
        elif one is None or other < one:
            content_only += 1
            other = next(right, None)
        else:
            one, other = next(left, None), next(right, None)
    return identity_only, content_only


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="ascii") as file:
        yield from file
