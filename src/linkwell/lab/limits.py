"""What one session may use. The numbers are checked against the machine by the self-test, not believed."""

from __future__ import annotations

import os
from dataclasses import dataclass

SLOTS = 2
"""Sessions that run at once; the others wait in the queue."""

MINUTES = (1, 2, 5, 10)
"""What a batch may be given on the real rows; it is told to be over when this is."""

UNITS = ("events", "days", "dollars")
"""What an amount can be in."""

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a worker is held to.

    Attributes:
        seconds: by the clock, from the worker's start to its end; the parent ends it there.
        memory_bytes: what the engine plans with. The address space of the process ends at twice that and half
            a gibibyte: lists built by one function are counted by nobody else (sdc.md §5).
        spill_bytes: what may lie in the private folder.
        rows, result_bytes: the most a facility's screen shows, and the most that goes back in one answer.
        statement_characters: longer statements are not read: planning is under no other limit.
        threads: so that all sessions together do not ask for more processors than there are.
    """

    seconds: float = 30.0
    memory_bytes: int = 1024 * MEBIBYTE
    spill_bytes: int = 4096 * MEBIBYTE
    rows: int = 500
    result_bytes: int = 512 * MEBIBYTE
    statement_characters: int = 32_768
    threads: int = max(1, (os.cpu_count() or 1) // SLOTS)

    @property
    def address_bytes(self) -> int:
        """Where the address space of the worker ends."""
        return 2 * self.memory_bytes + 512 * MEBIBYTE
