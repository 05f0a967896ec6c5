"""Tables of earlier releases about the same few people, as the exact bounds need them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.draft import Draft
from linkwell.confidentiality.guard import Past
from linkwell.confidentiality.linked import LinkedTable
from linkwell.confidentiality.release_ledger import ReleaseLedger
from linkwell.confidentiality.remake import labels_of

MOST_MEMBERS = 50_000
"""A table of more memberships is about far more people than exact bounds are for."""


def earlier_tables(
    ledger: ReleaseLedger, past: Past, draft: Draft, ranks: NDArray[np.int32]
) -> list[LinkedTable]:
    """Tables of the family of which at least half the people are among the request's.

    Args:
        ranks: per place in the project, the rank in the ledger's list of people.
    """
    size = int(draft.cohorts.counts[0])
    places = [draft.cohort_pairs.places[:size], *(table.pairs.places for table in draft.tables)]
    mine = np.zeros(int(ranks.max(initial=-1)) + 2, dtype=bool)
    mine[ranks[np.unique(np.concatenate(places))]] = True
    mine[-1] = False  # whoever has no rank
    known = np.flatnonzero(ranks >= 0)
    found = []
    for block in past.blocks:
        if block.measure or not 0 < int(block.groups.counts.sum()) <= MOST_MEMBERS:
            continue
        people = np.unique(block.members)
        if 2 * int(mine[people[people < len(mine)]].sum()) < len(people):
            continue
        part = next(t for t in ledger.content(block.seq)["tables"] if t["name"] == block.name)
        cells = np.repeat(np.arange(len(block.groups)), block.groups.counts)
        # By place in the project, as in the request; whoever is not in the project comes after all places.
        place = len(ranks) + np.arange(max(int(people[-1]), int(ranks.max(initial=0))) + 1)
        place[ranks[known]] = known
        facts = block.groups, block.shown, block.fates, cells, place[block.members]
        found.append(LinkedTable(tuple(part["dimensions"]), labels_of(part), *facts))
    return found
