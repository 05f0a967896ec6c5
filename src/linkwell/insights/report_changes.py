"""What changed since the report before: new people, better linkage or movement; released numbers only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.confidentiality.release import Release
from linkwell.documents.blocks import Block, Text
from linkwell.errors import WrongUse
from linkwell.insights.protocol import Outcome
from linkwell.insights.report_reach import numbers
from linkwell.insights.request import ANALYSED, FOUND, SUPPLIED
from linkwell.insights.story import Story
from linkwell.insights.words import sentences, signed

MANY = 0.10
"""Supplied people changed by more than this share: the group itself is another one."""
POINTS = 1.0
"""The share found changed by more than this many percentage points."""

Ends = tuple[float, float, float]


@dataclass(frozen=True)
class Earlier:
    """What a report before told: its counts by step, and its differences with both ends."""

    release_id: str
    steps: Mapping[str, int | None]
    effects: Mapping[str, Ends]


def read_earlier(folder: Path) -> Earlier:
    """Read `release.json` of an earlier release.

    Raises:
        WrongUse: it is not there, or is not a release.
    """
    try:
        told: dict[str, Any] = json.loads((folder / "release.json").read_text("utf-8"))
        flow = next(table for table in told["tables"] if table["name"] == "flow")
        steps = {labels[0]: value for labels, value in zip(flow["labels"], flow["values"], strict=True)}
        effects = {
            effect["name"]: (effect["estimate"], effect["lower"], effect["upper"])
            for effect in told["effects"]
            if effect["estimate"] is not None
        }
        return Earlier(str(told["release_id"]), steps, effects)
    except (OSError, ValueError, KeyError, StopIteration, TypeError) as error:
        raise WrongUse(
            "The report before cannot be read.", where=folder.name, why=type(error).__name__
        ) from None


def changes(earlier: Earlier, release: Release, story: Story) -> tuple[Block, ...]:
    """Counts and differences then and now, and which of the three reasons the numbers speak for."""
    words = sentences()["changes"]
    flow = release.tables["flow"]
    now = {step: flow.cell(step).value for step in (SUPPLIED, FOUND, ANALYSED)}
    rows = [(words[step.lower()], _count(earlier.steps.get(step)), _count(now[step])) for step in now]
    compared = [outcome for outcome in story.protocol.outcomes if not story.refusal]
    said = [
        *_people(earlier, now),
        *(line for outcome in compared for line in _moved(outcome, earlier, release)),
    ]
    rows += [_difference(outcome, earlier, release) for outcome in compared]
    return (
        Text(words["intro"].format(release=earlier.release_id)),
        *(Text(line) for line in said or [words["same"]]),
        numbers(words["caption"], ("", words["then"], words["now"]), rows),
    )


def _people(earlier: Earlier, now: Mapping[str, int | None]) -> list[str]:
    """New people, and better or worse linkage."""
    words, said = sentences()["changes"], []
    before, after = earlier.steps.get(SUPPLIED), now[SUPPLIED]
    if before and after and abs(after - before) > MANY * before:
        said.append(words["more_people" if after > before else "fewer_people"].format(
            people=f"{abs(after - before):,}"))  # fmt: skip
    found, found_now = earlier.steps.get(FOUND), now[FOUND]
    if before and after and found is not None and found_now is not None:
        points = 100 * (found_now / after - found / before)
        if abs(points) > POINTS:
            said.append(words["better_found" if points > 0 else "worse_found"].format(
                before=f"{100 * found / before:.0f}", now=f"{100 * found_now / after:.0f}"))  # fmt: skip
    return said


def _moved(outcome: Outcome, earlier: Earlier, release: Release) -> list[str]:
    """Whether a difference told before and one told now can be the same."""
    words = sentences()["changes"]
    before, now = earlier.effects.get(outcome.name), _ends(release, outcome)
    if before is None and now is None:
        return []
    if before is None or now is None:
        return [words["told_now" if before is None else "told_before"].format(label=outcome.label)]
    apart = before[1] > now[2] or now[1] > before[2]
    return [words["moved" if apart else "fits"].format(label=outcome.label)]


def _ends(release: Release, outcome: Outcome) -> Ends | None:
    effect = release.effects.get(outcome.name)
    if effect is None or effect.estimate is None or effect.lower is None or effect.upper is None:
        return None
    return effect.estimate, effect.lower, effect.upper


def _difference(outcome: Outcome, earlier: Earlier, release: Release) -> tuple[str, str, str]:
    both = (earlier.effects.get(outcome.name), _ends(release, outcome))
    before, now = ("–" if ends is None else _range(ends, outcome) for ends in both)
    return outcome.label[:1].upper() + outcome.label[1:], before, now


def _range(ends: Ends, outcome: Outcome) -> str:
    estimate, low, high = (signed(value, outcome) for value in ends)
    return f"{estimate} ({low} to {high})"


def _count(value: int | None) -> str:
    return "S" if value is None else f"{value:,}"
