"""How much of a table is likely to be shown: groups of too few people never are."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, exp, lgamma, log

from linkwell.forecast.assumptions import assumptions


def chance_shown(people: int, share: float, *, least: int | None = None) -> float:
    """The chance that a group expected to be `share` of `people` holds at least `least` of them.

    Binomial. `least` is the threshold for counts of people (6) unless given.
    """
    least = assumptions()["suppression"]["people"] if least is None else least
    if people < 0 or not 0 <= share <= 1:
        raise ValueError("people cannot be fewer than none, and a share lies between 0 and 1")
    if share in (0.0, 1.0):
        return float(people >= least) if share else float(least <= 0)
    return max(0.0, 1.0 - sum(_chance_of(people, share, number) for number in range(min(least, people + 1))))


def _chance_of(people: int, share: float, number: int) -> float:
    if people < 500:
        return comb(people, number) * share**number * (1 - share) ** (people - number)
    choose = lgamma(people + 1) - lgamma(number + 1) - lgamma(people - number + 1)
    return exp(choose + number * log(share) + (people - number) * log(1 - share))


def share_shown(people: int, shares: Sequence[float], *, least: int | None = None) -> float:
    """The expected share of a table's groups that are shown, 0 to 1; groups of share 0 are not counted."""
    filled = [share for share in shares if share > 0]
    if not filled:
        return 0.0
    return sum(chance_shown(people, share, least=least) for share in filled) / len(filled)
