"""Plain words by fixed rules, out of released numbers only: found, little, cannot tell yet, refused."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from linkwell.confidentiality.release import Release, ReleasedEffect
from linkwell.insights.estimators.effect import Z_95
from linkwell.insights.estimators.many import benjamini_hochberg, holm, p_value
from linkwell.insights.estimators.sensitivity import robustness_value
from linkwell.insights.pictures import PARTICIPANTS
from linkwell.insights.protocol import Outcome
from linkwell.insights.story import Spoken, Story

Verdict = Literal["found", "little", "unclear", "refused"]

LEVEL = 0.05

AXES = {
    "days": "Difference in days a person",
    "dollars": "Difference in dollars a person",
    "count": "Difference for every 100 people",
    "rate": "Difference in percentage points",
}


@cache
def sentences() -> Mapping[str, Any]:
    """`words.toml`."""
    return tomllib.loads(resources.files("linkwell.insights").joinpath("words.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Finding:
    """One outcome put in words.

    Attributes:
        effect: the released effect, None when a gate refused it.
        mine, theirs: released average of the participants, and that minus the estimate; None if hidden.
    """

    outcome: Outcome
    verdict: Verdict
    effect: ReleasedEffect | None
    mine: float | None
    theirs: float | None
    headline: str
    sentence: str
    say: str
    cannot: str


def axis(outcome: Outcome, story: Story) -> str:
    """What the length of a drawn difference means."""
    return f"{AXES[outcome.kind]}, in the {story.protocol.span} after"


def verdict(effect: ReleasedEffect | None, smallest: float, adjusted: float = 0.0) -> Verdict:
    """The fixed rule: an interval inside the band that does not matter is "little", even without zero.

    Args:
        adjusted: p after allowing for the other outcomes; at 0.05 or above nothing counts as found.
    """
    if effect is None or effect.estimate is None or effect.lower is None or effect.upper is None:
        return "refused"
    if -smallest <= effect.lower and effect.upper <= smallest:
        return "little"
    away = effect.lower > 0 or effect.upper < 0
    return "found" if away and adjusted < LEVEL else "unclear"


def adjusted_p(release: Release, planned: tuple[Outcome, ...]) -> dict[str, float]:
    """p per outcome from released numbers: Holm among headlines, Benjamini–Hochberg among the others.

    Ends are released rounded outwards, so these are a little on the safe side. Outcomes without a number do
    not count.
    """
    found: dict[str, float] = {}
    for role, adjust in (("headline", holm), ("other", benjamini_hochberg)):
        told: list[tuple[str, float]] = []
        for outcome in planned:
            effect = release.effects.get(outcome.name)
            if outcome.role == role and effect is not None and effect.estimate is not None:
                told.append((outcome.name, p_value(effect.estimate, error_of(effect))))
        found |= dict(zip((name for name, _ in told), adjust([p for _, p in told]), strict=True))
    return found


def error_of(effect: ReleasedEffect) -> float:
    """The standard error its interval stands for."""
    assert effect.lower is not None
    assert effect.upper is not None
    return (effect.upper - effect.lower) / (2 * Z_95)


def robustness(effect: ReleasedEffect) -> float | None:
    """Percent of what is left of both start and outcome a hidden cause must explain to erase the estimate."""
    if effect.estimate is None or effect.treated is None or effect.comparison is None:
        return None
    freedom = min(2 * effect.treated, effect.treated + effect.comparison)
    value = robustness_value(effect.estimate, error_of(effect), freedom)
    return None if math.isnan(value) else 100 * value


def findings(release: Release, story: Story) -> tuple[Finding, ...]:
    """Every planned outcome in words, in the order of the protocol."""
    spoken = dict(story.outcome_gates)
    planned = [o for o in story.protocol.outcomes if o.label not in story.missing]
    allowed = {} if story.refusal else adjusted_p(release, tuple(planned))
    return tuple(
        _finding(outcome, release, story, spoken.get(outcome.name, ()), allowed.get(outcome.name, 0.0))
        for outcome in planned
    )


def _finding(
    outcome: Outcome, release: Release, story: Story, gates: tuple[Spoken, ...], adjusted: float
) -> Finding:
    effect = None if story.refusal else release.effects.get(outcome.name)
    found = verdict(effect, outcome.smallest, adjusted)
    mine = _level(release, outcome) if found != "refused" else None
    theirs = None if mine is None or effect is None or effect.estimate is None else mine - effect.estimate
    fill = _fill(outcome, effect, story, mine, theirs)
    words = sentences()
    if found == "refused":
        sentence = _refusal(outcome, story, gates, fill)
    else:
        sentence = words[found]["any" if found != "found" else outcome.kind].format(**fill)
        if found == "unclear" and adjusted < 1 and verdict(effect, outcome.smallest) == "found":
            sentence += " " + words["unclear"]["many"]
    rate = "_rate" if found == "found" and outcome.kind == "rate" else ""
    return Finding(
        outcome, found, effect, mine, theirs,
        _capital(words["headline"][found + rate].format(**fill)), _capital(sentence),
        _capital(words["say"][found + rate].format(**fill)), _capital(words["cannot"][found].format(**fill)),
    )  # fmt: skip


def together(found: tuple[Finding, ...]) -> str:
    """All headline outcomes in one of MSD's words (key of `[together]`); the rule stands beside it."""
    headline = [one for one in found if one.outcome.role == "headline"]
    told = [one for one in headline if one.verdict != "refused"]
    if not told:
        return "not_feasible"
    good = sum(one.verdict == "found" and _better(one) for one in told)
    bad = sum(one.verdict == "found" and not _better(one) for one in told)
    if good and bad:
        return "mixed"
    if good or bad:
        every, some = ("effective", "promising") if good else ("negative", "likely_negative")
        return every if good + bad == len(headline) else some
    return "no_difference" if all(one.verdict == "little" for one in headline) else "too_soon"


def _better(finding: Finding) -> bool:
    assert finding.effect is not None
    assert finding.effect.estimate is not None
    return (finding.effect.estimate < 0) is (finding.outcome.good == "less")


def _refusal(outcome: Outcome, story: Story, gates: tuple[Spoken, ...], fill: dict[str, str]) -> str:
    words = sentences()["refused"]
    red = [gate for gate in (*story.design, *gates) if gate.level == "red"]
    reason = " ".join(dict.fromkeys(gate.sentence for gate in red)) or words["hidden"]
    helps = " ".join(dict.fromkeys(gate.helps for gate in red)) or words["hidden_helps"]
    return str(words["any"].format(**fill | {"reason": reason, "helps": helps}))


def _level(release: Release, outcome: Outcome) -> float | None:
    table = release.tables.get(f"level_{outcome.name}")
    return None if table is None else table.cell(PARTICIPANTS).mean


def _fill(
    outcome: Outcome, effect: ReleasedEffect | None, story: Story, mine: float | None, theirs: float | None
) -> dict[str, str]:
    initiative = story.protocol.title
    fill = {
        "initiative": initiative, "span": story.protocol.span, "label": outcome.label,
        "noun": outcome.noun, "verb": outcome.verb,
        "per": " for every 100 people" if outcome.kind in ("count", "rate") else "",
        "smallest": amount(outcome.smallest, outcome), "needed": "", "levels": "",
    }  # fmt: skip
    if effect is None or effect.estimate is None or effect.lower is None or effect.upper is None:
        return fill
    less = effect.estimate < 0
    near, far = sorted((abs(effect.lower), abs(effect.upper)))
    fill |= {
        "difference": amount(abs(effect.estimate), outcome),
        "low": amount(near, outcome), "high": amount(far, outcome),
        "direction": ("fewer" if outcome.kind != "dollars" else "less") if less else "more",
        "more_or_less": ("fewer" if outcome.kind != "dollars" else "less") if less else "more",
        "low_signed": signed(effect.lower, outcome), "high_signed": signed(effect.upper, outcome),
    }  # fmt: skip
    if mine is not None and theirs is not None and theirs >= 0:
        fill["levels"] = f": about {amount(mine, outcome, 3)} against {amount(theirs, outcome, 3)}"
    people = needed(effect, outcome.smallest)
    if people is not None:
        fill["needed"] = sentences()["unclear"]["needed"].format(people=f"{people:,}", **fill)
    return fill


def needed(effect: ReleasedEffect, smallest: float) -> int | None:
    """People needed to see the smallest difference that matters (80 % power, 5 % level), to two figures.

    From the released interval: s.e. scales with one over the square root of the participants, and a
    difference of 2.8 standard errors is seen four times in five.
    """
    if effect.treated is None or effect.lower is None or effect.upper is None or smallest <= 0:
        return None
    error = (effect.upper - effect.lower) / (2 * 1.96)
    people = effect.treated * (2.8 * error / smallest) ** 2
    if people <= effect.treated:
        return None
    step = 10 ** max(0, math.floor(math.log10(people)) - 1)
    return int(math.ceil(people / step) * step)


def amount(value: float, outcome: Outcome, figures: int | None = None) -> str:
    """A size with its unit's sign: "$3,800", "22", and events as so many for every 100 people.

    Args:
        figures: significant figures, for averages; differences keep the figures they were released with.
    """
    value = value * 100 if outcome.kind == "count" else value
    if figures is not None and value:
        value = float(f"{value:.{figures - 1}e}")
    if outcome.kind == "dollars":
        return f"${value:,.0f}"
    said = f"{value:,.1f}".removesuffix(".0") if abs(value) < 100 else f"{value:,.0f}"
    return f"{said}" if outcome.kind != "days" or figures is None else f"{said} days"


def signed(value: float, outcome: Outcome) -> str:
    """A difference in words: "15 fewer", "$900 more"."""
    said = amount(abs(value), outcome)
    if said in ("0", "$0"):
        return "no difference"
    less = "less" if outcome.kind == "dollars" else "fewer"
    return f"{said} {less if value < 0 else 'more'}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
