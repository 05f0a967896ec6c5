"""What a desk keeps of the ledger between two requests, in a way that cannot go stale.

The ledger only grows, and every entry's hash covers all entries before it. So what was read up to an entry
holds for as long as the ledger still has that entry with that hash; only later entries are read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from linkwell.confidentiality.guard import Memory
from linkwell.confidentiality.history import Block
from linkwell.confidentiality.release_ledger import ReleaseLedger


@dataclass
class Recall:
    """Blocks read so far, per data family, and the entry up to which they were read."""

    _read: dict[str, tuple[int, str, list[Block], Memory]] = field(default_factory=dict)

    def memory(self, ledger: ReleaseLedger, family: str) -> Memory:
        """All that the family remembers. Call inside the ledger's transaction."""
        last = ledger.last_event()
        if last is None:
            return Memory.of([])
        seq, hash_, blocks, memory = self._read.get(family, (0, "", [], Memory.of([])))
        if seq and ledger.hash_at(seq) != hash_:
            seq, blocks = 0, []
        new = ledger.blocks(family, after=seq)
        if new or not seq:
            blocks = [*blocks, *new]
            memory = Memory.of(blocks)
        self._read[family] = (last.seq, last.hash, blocks, memory)
        return memory
