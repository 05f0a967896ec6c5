"""What a desk keeps of the ledger and of a project between two requests, in a way that cannot go stale.

The ledger only grows, and every entry's hash covers all entries before it. So what was read up to an entry
holds for as long as the ledger still has that entry with that hash; only later entries are read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.draft import People
from linkwell.confidentiality.guard import Memory
from linkwell.confidentiality.history import Block
from linkwell.confidentiality.person_index import PersonIndex, load
from linkwell.confidentiality.release_ledger import ReleaseLedger
from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.rounding import RoundingKeys

Places = NDArray[np.int32]
UNKNOWN = -1
Stamp = tuple[str, int, int, int]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where a project's people stand in the ledger's list of people.

    Attributes:
        by_place: rank per place in the project, `UNKNOWN` for whom no release was ever about.
        number: people in the list. seq: the list's newest entry when this was read.
    """

    by_place: Places
    number: int
    seq: int


@dataclass
class Recall:
    """Blocks read so far per data family, and the people of the project asked about last."""

    _read: dict[str, tuple[int, str, list[Block], Memory]] = field(default_factory=dict)
    _people: tuple[Stamp, People] | None = None
    _ranks: tuple[People, str, Ranks] | None = None
    _given: tuple[Path, People] | None = None

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

    def give(self, path: Path, index: PersonIndex, keys: RoundingKeys) -> None:
        """Take an index as that of `path`, whatever lies there."""
        self._given, self._ranks = (path, People.of(index, keys)), None

    def people(self, path: Path, keys: RoundingKeys) -> People:
        """The project's people, keyed; read again when its index is another file than before."""
        if self._given is not None and self._given[0] == path:
            return self._given[1]
        try:
            found = path.stat()
        except FileNotFoundError:
            return People.of(load(path), keys)
        stamp = str(path), found.st_ino, found.st_mtime_ns, found.st_size
        if self._people is None or self._people[0] != stamp:
            self._people, self._ranks = None, None  # let go of the old ones first: they may be large
            self._people = stamp, People.of(load(path), keys)
        return self._people[1]

    def ranks(self, ledger: ReleaseLedger, people: People) -> Ranks:
        """Where these people stand. Call inside the ledger's transaction."""
        seq, first = ledger.people_seq(), ledger.hash_at(1) or ""
        if self._ranks is not None:
            whose, of, found = self._ranks
            if whose is people and of == first and found.seq == seq:
                return found
        known = ledger.people()
        return Ranks(_places_in(known, people.index.persons), len(known), seq)

    def learn(self, ledger: ReleaseLedger, people: People, ranks: Ranks) -> None:
        """Keep ranks. Call when the transaction that made them has ended well."""
        self._ranks = people, ledger.hash_at(1) or "", ranks


def _places_in(known: Ints, persons: Ints) -> Places:
    """Place of each person in `known`, or `UNKNOWN`."""
    found = np.full(len(persons), UNKNOWN, dtype=np.int32)
    if not len(known):
        return found
    if np.array_equal(known, persons[: len(known)]):
        found[: len(known)] = np.arange(len(known))
        return found
    order = np.argsort(known)
    places = np.minimum(np.searchsorted(known, persons, sorter=order), len(known) - 1)
    there = known[order[places]] == persons
    found[there] = order[places[there]]
    return found
