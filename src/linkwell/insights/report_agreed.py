"""Outcomes an agreement names: what was agreed of each, where it stands now, and at each report before.

Only the fixed rule below and released numbers; "we cannot tell yet" means what the agreement says it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from linkwell.confidentiality.release import Release
from linkwell.documents.blocks import Block, Facts, Text
from linkwell.insights.protocol import Agreed, Outcome
from linkwell.insights.report_changes import Earlier, Ends
from linkwell.insights.report_reach import numbers
from linkwell.insights.story import Story
from linkwell.insights.words import Finding, amount, sentences, signed

Standing = Literal["reached", "better", "short", "unclear", "none"]


def standing(ends: Ends | None, aim: float, good: str) -> Standing:
    """Where a difference stands against what was agreed, by its whole range.

    Reached: all of it at the aim or beyond. Better: on the good side of zero, and all of it short of the aim.
    Short: all of it short of the aim, and zero is not left behind. Unclear: the range holds the aim.

    Args:
        aim: size of the difference agreed on, more than zero, in the outcome's unit. good: "less" or "more".
    """
    if ends is None:
        return "none"
    low, high = (ends[1], ends[2]) if good == "more" else (-ends[2], -ends[1])
    if low >= aim:
        return "reached"
    if high >= aim:
        return "unclear"
    return "better" if low > 0 else "short"


def agreed(
    release: Release, story: Story, found: Sequence[Finding], before: Sequence[Earlier] = ()
) -> tuple[Block, ...]:
    """What was agreed, and how every outcome with an aim stands against it over time.

    Args:
        before: earlier reports of the same plan, oldest first.
    """
    terms = story.protocol.agreed
    if terms is None:
        return ()
    words = sentences()["agreed"]
    aims = [one for one in found if one.outcome.aim is not None]
    rows = [_row(one, story) for one in aims]
    head = tuple(words["head"][name] for name in ("outcome", "start", "aim", "now", "stands"))
    blocks: list[Block] = [
        Text(words["intro"].format(initiative=story.protocol.title, span=story.protocol.span)),
        numbers(words["caption"], head, rows),
        Text(words["rule"], small=True),
        Facts(_terms(terms)),
    ]
    if before:
        blocks.append(_over_time(aims, release, before))
    return tuple(blocks)


def _terms(terms: Agreed) -> tuple[tuple[str, str], ...]:
    words = sentences()["agreed"]
    return (
        (words["first"], words["reads_first"].format(who=terms.reads_first)),
        (words["reply"], words["days"].format(days=terms.reply_days)),
        (words["cannot_tell"], terms.cannot_tell),
    )


def _row(finding: Finding, story: Story) -> tuple[str, ...]:
    outcome, words = finding.outcome, sentences()["agreed"]
    ends = _ends(finding)
    now = "–" if ends is None else said(ends, outcome)
    start = "–" if outcome.baseline is None else amount(outcome.baseline, outcome, 3)
    return (_capital(outcome.label), start, _aim(outcome), now,
            words["standing"][standing(ends, outcome.aim or 0.0, outcome.good)])  # fmt: skip


def _over_time(aims: Sequence[Finding], release: Release, before: Sequence[Earlier]) -> Block:
    words = sentences()["agreed"]
    rows = []
    for one in before:
        rows.append((one.release_id, *(_then(one.effects.get(a.outcome.name), a.outcome) for a in aims)))
    rows.append(
        (words["this"].format(release=release.release_id), *(_then(_ends(a), a.outcome) for a in aims))
    )
    return numbers(words["over_time"], (words["report"], *(_capital(a.outcome.label) for a in aims)), rows)


def _then(ends: Ends | None, outcome: Outcome) -> str:
    stands = sentences()["agreed"]["standing"][standing(ends, outcome.aim or 0.0, outcome.good)]
    return str(stands) if ends is None else f"{said(ends, outcome)}: {stands[:1].lower()}{stands[1:]}"


def said(ends: Ends, outcome: Outcome) -> str:
    """A difference with both its ends: "40 fewer (52 fewer to 28 fewer)"."""
    estimate, low, high = (signed(value, outcome) for value in ends)
    return f"{estimate} ({low} to {high})"


def _ends(finding: Finding) -> Ends | None:
    effect = finding.effect
    if finding.verdict == "refused" or effect is None:
        return None
    if effect.estimate is None or effect.lower is None or effect.upper is None:
        return None
    return effect.estimate, effect.lower, effect.upper


def _aim(outcome: Outcome) -> str:
    assert outcome.aim is not None
    return signed(outcome.aim if outcome.good == "more" else -outcome.aim, outcome)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
