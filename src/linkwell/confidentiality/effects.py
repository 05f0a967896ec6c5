"""Effects: which differences may be told, how coarsely, and what earlier effects say about that."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from linkwell.confidentiality.guard import HIDDEN
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import EffectInput
from linkwell.errors import WrongUse

NUMBERS = ("estimate", "lower", "upper")


def effect_content(effect: EffectInput, treated: int, comparison: int, profile: Profile) -> dict[str, Any]:
    """What may be told of an effect: JSON-able, numbers None and mark "S" when it may not.

    Both groups need enough people: the released count of those reached at least `effect_treated_released`,
    the comparison group worth `effect_comparison_effective` people and itself not hidden (design §8.10).

    Args:
        treated, comparison: released counts, HIDDEN if hidden.

    Raises:
        WrongUse: the estimate is not inside its interval, or not a number.
    """
    _sane(effect)
    told: dict[str, Any] = {
        "name": effect.name, "title": effect.title, "kind": effect.kind, "unit": effect.unit, "level":
        effect.level, "treated": None if treated == HIDDEN else treated, "comparison": None if comparison ==
        HIDDEN else comparison,
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
    if effect.kind == "rate":
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
