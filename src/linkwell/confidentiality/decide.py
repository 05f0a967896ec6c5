"""What each cell of a draft shows: the whole rule in one place, from people to numbers, still inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.effects import effect_content, hidden_numbers
from linkwell.confidentiality.groups import Groups, joined, near, same, unique
from linkwell.confidentiality.guard import COHORTS, HIDDEN, Past, heed_each_other, heed_past
from linkwell.confidentiality.history import Block, PastEffect
from linkwell.confidentiality.means import means
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import EffectInput, Floats, Ints
from linkwell.confidentiality.rounding import RoundingKeys, round_counts
from linkwell.confidentiality.second import hide_second
from linkwell.confidentiality.suppression import Fate, Fates

Relation = dict[tuple[int, int, int], bool]
"""(cohort row here, ledger entry, cohort row there) -> whether the same people; absent: not even near."""


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """Per group of the draft: the number shown (HIDDEN for S) and why; per table of means its means."""

    shown: Ints
    fates: Fates
    means: tuple[Floats, ...]
    effects: tuple[dict[str, Any], ...]


def decide(
    draft: Draft, past: Past, effects: list[PastEffect], keys: RoundingKeys, profile: Profile
) -> Decision:
    """Decide every number of a request.

    Order: too few people or entities; what earlier releases showed; near twins within the request; a second
    cell in every line with exactly one hidden; then means and effects out of the counts. Each distinct
    set of people is decided once, so that it cannot show two answers in one request.
    """
    groups = draft.groups
    firsts, where = unique(groups)
    sets = groups.take(firsts)
    shown = round_counts(sets.keys, sets.counts, keys, profile)
    fates = np.full(len(sets), Fate.FRESH, dtype=np.uint8)
    fates[where[_few_entities(draft)]] = Fate.FEW_ENTITIES
    fates[sets.counts < profile.people_threshold] = Fate.FEW_PEOPLE
    shown[fates >= Fate.FEW_PEOPLE] = HIDDEN
    heed_past(sets, shown, fates, past, profile)
    kept = np.isin(fates, (Fate.REPEATED, Fate.CARRIED))
    kept[where[draft.slices[0]]] = True
    heed_each_other(sets, shown, fates, profile)
    hide_second(draft, where, sets, shown, fates, kept, past, profile)
    shown, fates = shown[where], fates[where]
    return Decision(
        shown, fates, _means(draft, shown, past, profile), _effects(draft, shown, past, effects, profile)
    )


def blocks(draft: Draft, decision: Decision, ranks: list[Ints]) -> list[Block]:
    """What the ledger keeps of a decided request; `ranks`: the people of the cohorts and of each table."""
    nothing = np.zeros(0, dtype=np.float64)
    parts: list[tuple[str, str, Groups, Floats]] = [("", COHORTS, draft.cohorts, nothing)]
    for table, told in zip(draft.tables, decision.means, strict=True):
        parts.append((table.table.name, table.measure, table.groups, told))
    return [
        Block(name, measure, groups, members, decision.shown[place], decision.fates[place], told)
        for (name, measure, groups, told), members, place in zip(parts, ranks, draft.slices, strict=True)
    ]


def past_effects(draft: Draft, decision: Decision) -> list[PastEffect]:
    """What the ledger keeps of the effects that were told."""
    return [
        PastEffect(0, effect.name, _outcome(effect), 1 + 2 * row, 2 + 2 * row, content)
        for row, (effect, content) in enumerate(zip(draft.request.effects, decision.effects, strict=True))
        if content["mark"] != "S"
    ]


def _few_entities(draft: Draft) -> np.ndarray[Any, np.dtype[np.bool_]]:
    none = np.zeros(len(draft.cohorts), dtype=bool)
    return np.concatenate([none, *(table.few_entities for table in draft.tables)])


def _means(draft: Draft, shown: Ints, past: Past, profile: Profile) -> tuple[Floats, ...]:
    found: list[Floats] = []
    for row, (table, place) in enumerate(zip(draft.tables, draft.slices[1:], strict=True)):
        if not table.measure:
            found.append(np.zeros(0))
            continue
        told = means(table.values, table.pairs, table.noise, shown[place], profile)
        here = [(part.groups, told) for part, told in zip(draft.tables[:row], found, strict=True)
                if part.measure == table.measure]  # fmt: skip
        before = [(block.groups, block.means) for block in past.blocks if block.measure == table.measure]
        found.append(_guarded_means(table, told, [*before, *here], profile))
    return tuple(found)


def _guarded_means(
    table: TableDraft, told: Floats, earlier: list[tuple[Groups, Floats]], profile: Profile
) -> Floats:
    """The same people and measure: the earlier mean. Near twins of one, here or there: none."""
    old = joined([groups for groups, _ in earlier])
    old_means = np.concatenate([np.zeros(0), *(numbers for _, numbers in earlier)])
    open_ = ~np.isnan(told)
    beside = near(table.groups, old, profile.guard_distance, open_)
    within = near(table.groups, table.groups, profile.guard_distance, open_)
    told = told.copy()
    told[beside.new[~np.isnan(old_means[beside.old])]] = np.nan
    for new, above in zip(within.new, within.old, strict=True):
        if above < new and not np.isnan(told[above]):
            told[new] = np.nan
    again = same(table.groups, old)
    for new, place in zip(again.new[::-1], again.old[::-1], strict=True):  # the earliest has the last word
        if open_[new] and not np.isnan(old_means[place]):
            told[new] = old_means[place]
    return told


def _effects(
    draft: Draft, shown: Ints, past: Past, earlier: list[PastEffect], profile: Profile
) -> tuple[dict[str, Any], ...]:
    kin = _relations(draft, past, profile)
    told: list[dict[str, Any]] = []
    known = list(earlier)
    for row, effect in enumerate(draft.request.effects):
        treated, comparison = 1 + 2 * row, 2 + 2 * row
        content = effect_content(effect, int(shown[treated]), int(shown[comparison]), profile)
        content = _guarded_effect(effect, content, treated, comparison, known, kin)
        told.append(content)
        known.append(PastEffect(0, effect.name, _outcome(effect), treated, comparison, content))
    return tuple(told)


def _guarded_effect(
    effect: EffectInput, content: dict[str, Any], treated: int, comparison: int, known: list[PastEffect],
    kin: Relation,
) -> dict[str, Any]:  # fmt: skip
    """The same two groups: the earlier answer. One side nearly the same, the other near or the same: none."""
    twin = False
    for old in known:
        if old.outcome != _outcome(effect) or old.content["mark"] == "S":
            continue
        one, other = kin.get((treated, old.seq, old.treated)), kin.get((comparison, old.seq, old.comparison))
        if one and other:
            numbers = {name: old.content[name] for name in ("estimate", "lower", "upper", "mark", "decimals")}
            return content | numbers if content["mark"] != "S" else content
        twin |= one is False or (one is True and other is False)
    return content | hidden_numbers() if twin else content


def _relations(draft: Draft, past: Past, profile: Profile) -> Relation:
    """How this request's cohorts relate to each other (entry 0) and to every earlier one."""
    ours = draft.cohorts
    everyone = np.ones(len(ours), dtype=bool)
    found: Relation = {}
    for close in (near(ours, ours, profile.guard_distance, everyone), same(ours, ours)):
        for a, b, apart in zip(close.new, close.old, close.apart, strict=True):
            found[int(a), 0, int(b)] = bool(apart == 0)
    for close in (near(ours, past.groups, profile.guard_distance, everyone), same(ours, past.groups)):
        for a, b, apart in zip(close.new, close.old, close.apart, strict=True):
            block = past.blocks[past.owners[b]]
            if block.measure == COHORTS:
                found[int(a), block.seq, int(past.rows[b])] = bool(apart == 0)
    return found


def _outcome(effect: EffectInput) -> str:
    return effect.outcome or effect.name
