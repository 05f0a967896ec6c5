"""What each cell of a draft shows: the whole rule in one place, from people to numbers, still inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.audit import hide_until_wide, small_parts
from linkwell.confidentiality.decide_amounts import AmountsTold, decide_amounts
from linkwell.confidentiality.draft import Draft
from linkwell.confidentiality.effects import cohort_kin, decide_effects
from linkwell.confidentiality.groups import BUCKETS, Flags, Groups, joined
from linkwell.confidentiality.guard import (
    HIDDEN,
    Memory,
    heed_bars,
    heed_each_other,
    heed_past,
    heed_small,
    narrow,
    told_again,
)
from linkwell.confidentiality.history import (
    BARS,
    COHORTS,
    CONTRIBUTORS,
    MEAN_BARS,
    MEANS,
    NARROW,
    QUANTILES,
    UNIONS,
    Block,
    PastEffect,
)
from linkwell.confidentiality.linked import LinkedTable
from linkwell.confidentiality.magnitudes import Told
from linkwell.confidentiality.members import packed_members
from linkwell.confidentiality.models import MODEL, decide_models, past_models
from linkwell.confidentiality.overlaps import left_out, without
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.quantiles import ToldQuantiles
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.rounding import RoundingKeys, round_counts
from linkwell.confidentiality.second import barred, hide_second
from linkwell.confidentiality.suppression import Fate, Fates
from linkwell.confidentiality.twins import near, same, unique


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """Per group of the draft the number shown (HIDDEN: S) and why; per table what was told of its amounts;
    and how many people were left out of all that.
    """

    shown: Ints
    fates: Fates
    amounts: tuple[AmountsTold, ...]
    effects: tuple[dict[str, Any], ...]
    models: tuple[dict[str, Any], ...]
    bars: Groups
    near: bool
    unions: tuple[Groups, ...]
    wide: bool
    left_out: int


def decide(
    draft: Draft, memory: Memory, effects: list[PastEffect], keys: RoundingKeys, profile: Profile, *,
    ranks: NDArray[np.int32], near_earlier: bool, lifted: bool, linked: Callable[[], list[LinkedTable]],
) -> Decision:  # fmt: skip
    """Decide every number of a request.

    Order: too few people or entities; what earlier releases showed, and which totals they bar; tables about
    nearly an earlier cohort; near twins within the request; a second cell in every line with exactly one
    hidden; then means and effects out of the counts. Each distinct set of people is decided once, so that it
    cannot show two answers in one request.

    Args:
        ranks: per place in the project, the person's rank in the ledger, negative for whom it has none.
        near_earlier: the population is 1 to `guard_distance` people from an earlier one.
        lifted: a checker answers for new numbers about such cohorts and for near twins among means and
            effects; counts stay guarded cell by cell all the same.
        linked: gives the tables of earlier releases about these people, for exact bounds.
    """
    groups = draft.groups
    firsts, where = unique(groups)
    sets = groups.take(firsts) if len(firsts) < len(groups) else groups
    out = left_out(draft, memory, ranks, profile)
    others = without(draft, where, sets, out)
    shown = round_counts(*others, keys, profile)
    fates = np.full(len(sets), Fate.FRESH, dtype=np.uint8)
    counted = shown.copy()
    off = np.abs(shown - sets.counts) > profile.tolerances(sets.counts)
    fates[off] = Fate.GUARDED
    fates[where[_few_entities(draft)]] = Fate.FEW_ENTITIES
    fates[sets.counts < profile.people_threshold] = Fate.FEW_PEOPLE
    shown[fates >= Fate.FEW_PEOPLE] = HIDDEN
    moved = heed_past(sets, shown, fates, memory.past, profile, lifted=lifted)
    heed_bars(sets, shown, fates, memory.bars, profile)
    own = _near_unions(draft, memory, profile)
    about, elsewhere = _about(draft, where, len(sets), own, near_earlier)
    later = about | _later_versions(draft, where, len(sets), memory, profile)
    heed_small(sets, shown, fates, memory.past, later, profile)
    if not lifted:
        narrow(sets, shown, fates, about & ~elsewhere, profile)
    kept = np.isin(fates, (Fate.REPEATED, Fate.CARRIED))
    kept[where[draft.slices[0]]] = True
    heed_each_other(sets, shown, fates, profile)
    hide_second(draft, where, sets, shown, fates, kept, moved, memory.past, profile)
    wide = True
    parts = small_parts(draft, profile)
    if parts:
        apart = (others[1] < sets.counts) & (fates == Fate.FRESH)
        fates[apart] = Fate.CARRIED  # no nearer to the truth than such a number
        wide = hide_until_wide(
            draft, parts, where, shown, fates, kept, linked(), memory.past, profile, patient=lifted
        )
        hide_second(draft, where, sets, shown, fates, kept, moved, memory.past, profile)
        fates[apart & (fates == Fate.CARRIED)] = Fate.FRESH
    # A group of which only the number may not be told, since too many are left out, is large all the same.
    sizes = np.where(off & (fates == Fate.GUARDED), counted, shown)[where]
    shown, fates, moved = shown[where], fates[where], moved[where]
    again = np.ones(len(where), dtype=bool)
    again[firsts] = False
    again[draft.slices[0]] = False
    fates[again & (fates == Fate.FRESH)] = Fate.REPEATED
    hidden = [fates[place] >= Fate.FEW_PEOPLE for place in draft.slices[1:]]
    limits: Any = {"repeats_only": near_earlier and not lifted, "lifted": lifted}
    amounts = decide_amounts(draft, shown, out, memory, profile, **limits)
    kin = cohort_kin(draft, memory.past, profile)
    fitted_before = [old for old in effects if old.name.startswith(MODEL)]
    before = [old for old in effects if not old.name.startswith(MODEL)]
    answers = decide_effects(draft, shown, sizes, kin, before, profile, **limits)
    stay = [~np.isin(draft.cohort_people(row), out) for row in draft.model_rows.tolist()]
    models = decide_models(
        draft.models, draft.model_rows, stay, shown, sizes, kin, fitted_before, profile, **limits
    )
    fresh = tuple(table.union for table, near in zip(draft.tables, own, strict=True) if lifted or not near)
    gone = [rows & ~moved[place] for rows, place in zip(hidden, draft.slices[1:], strict=True)]
    narrowed, bars = near_earlier and not lifted, barred(draft, hidden, gone, profile)
    return Decision(shown, fates, amounts, answers, models, bars, narrowed, fresh, wide, len(out))


def blocks(draft: Draft, decision: Decision, ranks: list[NDArray[np.int32]]) -> list[Block]:
    """What the ledger keeps of a decided request; `ranks`: the people of the cohorts and of each table."""
    names = ["", *(table.table.name for table in draft.tables)]
    parts = [draft.cohorts, *(table.groups for table in draft.tables)]
    nothing = np.zeros(0)
    kept = [
        Block(name or (NARROW if decision.near else ""), "" if name else COHORTS, groups,
              packed_members(people, pairs.loose[0], len(groups)),
              decision.shown[place], decision.fates[place],
              nothing, np.zeros((0, BUCKETS)))
        for name, groups, pairs, people, place in zip(
            names, parts, draft.pairs, ranks, draft.slices, strict=True
        )
    ]  # fmt: skip
    told = Told.of([part.told for part in decision.amounts])
    bars = Told.of([part.bars for part in decision.amounts])
    quantiles = ToldQuantiles.of([part.told_quantiles for part in decision.amounts])
    if len(told.means):
        kept.append(_silent(MEANS, told.groups, told.counts, told.means, told.sums))
        kept.append(_silent(CONTRIBUTORS, told.contributors))
    if len(bars.means):
        kept.append(_silent(MEAN_BARS, bars.groups, sums=bars.sums))
    if len(quantiles.values):
        kept.append(
            _silent(QUANTILES, quantiles.groups, quantiles.percents, quantiles.values, quantiles.sums)
        )
    silent = [(UNIONS, joined(list(decision.unions))), (BARS, decision.bars)]
    return kept + [_silent(kind, groups) for kind, groups in silent if len(groups)]


def _silent(
    kind: str,
    groups: Groups,
    shown: Ints | None = None,
    values: Floats | None = None,
    sums: Floats | None = None,
) -> Block:
    """A block of groups whose counts were not told by it."""
    return Block(
        "", kind, groups, b"",
        np.full(len(groups), HIDDEN) if shown is None else shown,
        np.full(len(groups), Fate.BARRED, dtype=np.uint8),
        np.zeros(0) if values is None else values, np.zeros((0, BUCKETS)) if sums is None else sums,
    )  # fmt: skip


def past_effects(draft: Draft, decision: Decision) -> list[PastEffect]:
    """What the ledger keeps of the effects and models that were told."""
    effects = [
        PastEffect(0, effect.name, effect.outcome or effect.name, *draft.effect_rows(row), sums, content)
        for row, (effect, sums, content) in enumerate(
            zip(draft.request.effects, draft.effect_sums, decision.effects, strict=True)
        )
        if content["mark"] != "S"
    ]
    return effects + past_models(draft.models, draft.model_rows, decision.models)


def _few_entities(draft: Draft) -> Flags:
    none = np.zeros(len(draft.cohorts), dtype=bool)
    return np.concatenate([none, *(table.few_entities for table in draft.tables)])


def _near_unions(draft: Draft, memory: Memory, profile: Profile) -> list[bool]:
    """Per table, whether everyone it is about is nearly, but not exactly, a cohort that was told about.

    A requester may call anything the population, so this is asked of every table as well.
    """
    known = joined([
        memory.populations, memory.unions, draft.cohorts.take(np.zeros(1, dtype=np.int64))
    ])  # fmt: skip
    found = []
    for table in draft.tables:
        found.append(is_near(table.union, known, profile))
        if not found[-1]:
            known = joined([known, table.union])
    return found


def is_near(cohort: Groups, known: Groups, profile: Profile) -> bool:
    """Whether one cohort is 1 to `guard_distance` people from a known one, and none of the known ones."""
    close = near(cohort, known, profile.guard_distance, np.ones(1, dtype=bool))
    return bool(len(close.new)) and not len(same(cohort, known).new)


def _later_versions(draft: Draft, where: Ints, number: int, memory: Memory, profile: Profile) -> Flags:
    """Sets in tables that are later versions of told ones, shape (number,)."""
    found = np.zeros(number, dtype=bool)
    for table, place in zip(draft.tables, draft.slices[1:], strict=True):
        small = table.groups.counts < profile.people_threshold
        if told_again(table.groups, small, memory.past, profile):
            found[where[place]] = True
    return found


def _about(
    draft: Draft, where: Ints, number: int, own: list[bool], near_earlier: bool
) -> tuple[Flags, Flags]:
    """Sets in tables about nearly an earlier cohort, and sets in other tables, shape (number,) each."""
    wide, about = np.zeros(number, dtype=bool), np.zeros(number, dtype=bool)
    inside = np.zeros(len(draft.people.index.persons) if near_earlier else 0, dtype=bool)
    if near_earlier:
        inside[draft.cohort_people(0)] = True
    for table, place, its_own in zip(draft.tables, draft.slices[1:], own, strict=True):
        rows = np.full(len(table.groups), its_own)
        if near_earlier:
            rows |= np.bincount(table.pairs.cells[inside[table.pairs.places]], minlength=len(rows)) > 0
        about[where[place][rows]] = True
        wide[where[place][~rows]] = True
    return about, wide
