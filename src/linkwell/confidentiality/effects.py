"""Effects: which differences may be told, how coarsely, and what earlier effects say about that."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from linkwell.confidentiality.draft import Draft
from linkwell.confidentiality.groups import distinct
from linkwell.confidentiality.guard import Past, told_number
from linkwell.confidentiality.history import COHORTS, PastEffect
from linkwell.confidentiality.magnitudes import MOST_KNOWN, combination, keyed_sums, off
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import EffectInput, Ints
from linkwell.confidentiality.twins import near, same
from linkwell.errors import WrongUse

NUMBERS = ("estimate", "lower", "upper")

Relation = dict[tuple[int, int, int], bool]
"""(cohort row here, ledger entry, cohort row there) -> whether the same people; absent: not even near."""


def decide_effects(
    draft: Draft, shown: Ints, sizes: Ints, kin: Relation, earlier: list[PastEffect], profile: Profile, *,
    repeats_only: bool, lifted: bool,
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """What may be told of each effect, after the guard.

    The same or nearly the same people reached with, but for a few of them, the same amounts: the earlier
    answer, whatever the outcome is called and whoever they are compared with. Amounts put together from those
    of earlier effects: none. Other amounts (another outcome, a later refresh): a new answer.

    Args:
        shown: released count per group of the draft. sizes: the same, and the rounded count where only
            the number may not be told. kin: how its cohorts relate to each other and to earlier ones.
        repeats_only: nothing new may be told. lifted: a checker answers for near twins.
    """
    told: list[dict[str, Any]] = []
    known = list(earlier)
    for row, effect in enumerate(draft.request.effects):
        treated, comparison = draft.effect_rows(row)
        content = effect_content(effect, int(sizes[treated]), int(sizes[comparison]), profile)
        content |= {"treated": told_number(shown[treated]), "comparison": told_number(shown[comparison])}
        now = PastEffect(0, effect.name, effect.outcome or effect.name, treated, comparison,
                         draft.effect_sums[row], content)  # fmt: skip
        earlier_one, follows = _follows(now, known, kin, draft, profile)
        if draft.seen_through[1][treated]:  # a member of the pool could take its own people away
            content = content | hidden_numbers() | {"treated": None}
        elif content["mark"] != "S" and earlier_one is not None and not lifted:
            content = content | {name: earlier_one[name] for name in (*NUMBERS, "mark", "decimals")}
        elif (repeats_only or follows) and not lifted:
            content = content | hidden_numbers()
        told.append(content)
        if content["mark"] != "S":
            known.append(PastEffect(0, now.name, now.outcome, treated, comparison, now.sums, content))
    return tuple(told)


def _follows(
    now: PastEffect, known: list[PastEffect], kin: Relation, draft: Draft, profile: Profile
) -> tuple[dict[str, Any] | None, bool]:
    """(the earlier answer on these people and amounts, whether the amounts follow from earlier ones)."""
    relatives = [old for old in known if (now.treated, old.seq, old.treated) in kin]
    if not relatives:
        return None, False
    for old in relatives:
        if off(now.sums, old.sums) <= profile.guard_distance:
            return old.content, True
    start = int(draft.cohorts.counts[: now.treated].sum())
    places = draft.cohort_pairs.places[start : start + int(draft.cohorts.counts[now.treated])]
    pairs = distinct(np.zeros(len(places), dtype=np.int64), places)
    ones = keyed_sums(np.ones(len(places)), pairs, draft.people.second, 1)[0]
    sums = np.array([old.sums for old in relatives])
    if len(relatives) > MOST_KNOWN:
        return None, True
    return None, combination(now.sums, ones, sums, profile.guard_distance) is not None


def cohort_kin(draft: Draft, past: Past, profile: Profile) -> Relation:
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


def effect_content(effect: EffectInput, treated: int, comparison: int, profile: Profile) -> dict[str, Any]:
    """What may be told of an effect beside its people: JSON-able, numbers None and mark "S" when it may not.

    Both groups need enough people: the released count of those reached at least `effect_treated_released`,
    the comparison group worth `effect_comparison_effective` people and itself not hidden (design §8.10).

    Args:
        treated, comparison: rounded counts, HIDDEN if hidden.

    Raises:
        WrongUse: the estimate is not inside its interval, or not a number.
    """
    _sane(effect)
    told: dict[str, Any] = {
        "name": effect.name, "title": effect.title, "kind": effect.kind, "unit": effect.unit, "level":
        effect.level,
    }  # fmt: skip
    enough = (
        treated >= profile.effect_treated_released
        and comparison >= profile.effect_treated_released
        and effect.comparison_effective >= profile.effect_comparison_effective
        and effect.standard_error > 0
    )
    if not enough:
        return told | hidden_numbers()
    step = rounding_step(effect, treated, profile)
    told |= {
        "estimate": _to_step(effect.estimate, step, ROUND_HALF_EVEN),
        "lower": _to_step(effect.lower, step, ROUND_FLOOR),
        "upper": _to_step(effect.upper, step, ROUND_CEILING),
    }
    return told | {"mark": "", "decimals": _decimals(step)}


def hidden_numbers() -> dict[str, Any]:
    """The numbers of an effect that may not be told."""
    return dict.fromkeys(NUMBERS) | {"mark": "S", "decimals": 0}


def rounding_step(effect: EffectInput, treated: int, profile: Profile) -> Decimal:
    """The step an effect is rounded to: `effect_figures` significant figures of its standard error.

    A share of people is told no finer than one rounding base of people among those reached, else the exact
    count behind it would follow.
    """
    places = math.floor(math.log10(effect.standard_error)) - (profile.effect_figures - 1)
    step = Decimal(10) ** places
    if effect.kind == "difference":
        step = max(step, Decimal(10) ** -profile.difference_decimals)
    if effect.kind in ("rate", "difference") and effect.scale:
        one_base = profile.bands[0][1] * Decimal(str(effect.scale))
        while step * treated < one_base:
            leading = step.normalize().as_tuple().digits[0]
            step *= Decimal("2.5") if leading == 2 else 2  # 1, 2, 5, 10, ...
    return step


def _sane(effect: EffectInput) -> None:
    numbers = (effect.estimate, effect.standard_error, effect.lower, effect.upper)
    ordered = effect.lower <= effect.estimate <= effect.upper
    if not all(map(math.isfinite, numbers)) or not ordered or effect.standard_error < 0:
        raise WrongUse("An effect needs a finite estimate inside its interval.", where=effect.name)


def _to_step(number: float, step: Decimal, how: str) -> float:
    """`number` at a multiple of `step`; an interval is rounded outwards, so that it still covers."""
    return float((Decimal(number) / step).to_integral_value(rounding=how) * step) + 0.0


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -int(exponent))
