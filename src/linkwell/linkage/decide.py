"""From posteriors to decisions: link, review or none; one record never gets two people, one person may have
several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkwell.linkage.compare import STRATUM
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.weights import Floats, Ints, Model, Pairs, side_by_side

Bools = npt.NDArray[np.bool_]
NONE, REVIEW, LINK = range(3)
WORDS = ("none", "review", "link")


@dataclass(frozen=True)
class Decisions:
    """Per record of the list, in row-number order.

    Attributes:
        best: row of the best pair in `Pairs`, -1 where there is no candidate. margin: best minus second
            best posterior.
        decision: LINK, REVIEW or NONE. conflict: a verified number whose owner disagrees was refused.
    """

    best: Ints
    posterior: Floats
    margin: Floats
    decision: npt.NDArray[np.int8]
    conflict: Bools


def decide(
    pairs: Pairs, model: Model, posterior: Floats, by_number: Bools, bare: Bools, settings: LinkSettings
) -> Decisions:
    """Choose per record. In a list mostly of bare records (no birth date, no number) those must be surer.

    A verified number whose owner disagrees in everything comparable never links by rule."""
    best, top, second = _best_two(pairs, posterior, settings.threads)
    refused = by_number & _owner_disagrees(pairs, model)
    conflict = np.zeros(pairs.records, dtype=bool)
    conflict[pairs.record[refused]] = True
    best_refused = np.zeros(pairs.records, dtype=bool)
    best_refused[best >= 0] = refused[best[best >= 0]]
    margin = top - second
    link_at = np.full(pairs.records, settings.threshold("link_at"))
    if settings.link_at is None and bare.sum() * 2 > len(bare):
        link_at[bare] = settings.threshold("link_at_bare")
    sure = (top >= link_at) & (margin >= settings.threshold("margin_at")) & ~best_refused
    decision = np.where(top >= settings.threshold("review_at"), np.int8(REVIEW), np.int8(NONE))
    decision[sure] = LINK
    return Decisions(best, top, margin, decision, conflict)


def _best_two(pairs: Pairs, posterior: Floats, threads: int) -> tuple[Ints, Floats, Floats]:
    """Per record: row of the best pair (-1 without candidates; ties go to the first person by id), its
    posterior, and the second best's."""
    best, top, second = np.full(pairs.records, -1), np.zeros(pairs.records), np.zeros(pairs.records)

    def fill(part: tuple[slice, Ints]) -> None:
        rows, starts = part
        whose, here = pairs.record[rows][starts], posterior[rows].copy()
        high, n = np.maximum.reduceat(here, starts), len(here)
        highest = here == np.repeat(high, np.diff(starts, append=n))
        first = np.minimum.reduceat(np.where(highest, np.arange(n), n), starts)
        best[whose], top[whose] = first + rows.start, high
        here[first] = 0.0
        second[whose] = np.maximum.reduceat(here, starts)

    side_by_side(fill, pairs.parts, threads)
    return best, top, second


def _owner_disagrees(pairs: Pairs, model: Model) -> Bools:
    """Something can be compared, and too little of it is alike to be one person.

    Given name or birth date alike is enough; so is a like surname with two parts of the date, or with
    nothing else to compare. A surname alone is not: relatives share it.
    """
    by_name = {c.name: c for c in model.compared}
    pattern, codes = pairs.patterns

    def levels(name: str, from_here_unlike: str) -> tuple[Bools, Bools]:
        level = codes[name] % STRATUM
        return level > 0, (level > 0) & (level < by_name[name].number(from_here_unlike))

    given, like_given = levels("given", "similar")
    given_level = codes["given"] % STRATUM
    like_given = like_given | (given_level == by_name["given"].number("swapped_near"))
    dob, like_dob = levels("dob", "two_parts")
    _, part_dob = levels("dob", "close")
    surname, like_surname = levels("surname", "similar")
    enough = like_given | like_dob | (like_surname & (part_dob | (~given & ~dob)))
    return np.asarray((given | dob | surname) & ~enough, dtype=np.bool_)[pattern]


def near_exact(pairs: Pairs, model: Model) -> Bools:
    """O'Sullivan (2014): every field that can be compared agrees exactly or differs by one allowed change."""
    pattern, codes = pairs.patterns
    whole = np.ones(len(codes[model.compared[0].name]), dtype=bool)
    for c in model.compared:
        table = np.ones(STRATUM, dtype=bool)
        for number, level in enumerate(c.levels, 1):
            table[number] = level.near_exact
        whole &= table[codes[c.name] % STRATUM]
    return whole[pattern]
