"""What the coming time probably holds for people not reached yet: a group, a range, and why to be careful."""

from __future__ import annotations

from typing import Any

from linkwell.confidentiality.release import Release, ReleasedEffect
from linkwell.documents.blocks import Block, Box, Figure, Heading, Text
from linkwell.documents.charts import Interval, intervals
from linkwell.insights.protocol import YEARS, Outcome
from linkwell.insights.report_impact import listed
from linkwell.insights.report_reach import numbers
from linkwell.insights.request import NOT_YET, ahead_name, before_name
from linkwell.insights.story import LookedAhead, Spoken, Story
from linkwell.insights.words import amount, sentences
from linkwell.standards.clock import in_words

FRACTIONS = {10.0: "1 in 10", 20.0: "1 in 5", 25.0: "1 in 4", 100 / 3: "1 in 3", 40.0: "2 in 5", 50.0: "half",
             60.0: "3 in 5", 200 / 3: "2 in 3", 75.0: "3 in 4", 80.0: "4 in 5", 90.0: "9 in 10"}  # fmt: skip
"""Shares that are told as a fraction too, where the number is within two of them."""
NEAR = 2.0


def ahead(release: Release, story: Story) -> tuple[Block, ...]:
    """Every look ahead the plan has, told or refused."""
    return tuple(block for one in story.ahead for block in _one(release, story, one))


def said(effect: ReleasedEffect, before: float | None, outcome: Outcome, one: LookedAhead) -> str:
    """One outcome in a sentence, out of released numbers."""
    words, fill = _words(), _fill(effect, outcome, one)
    fill["past"] = "" if before is None else words["past"].format(
        before=amount(before, outcome, 3).removesuffix(" days"), **fill
    )  # fmt: skip
    assert effect.estimate is not None
    near = min(FRACTIONS, key=lambda share: abs(share - effect.estimate))  # type: ignore[operator]
    told = outcome.kind == "rate" and abs(near - effect.estimate) <= NEAR
    fill["fraction"] = words["fraction"].format(fraction=FRACTIONS[near]) if told else ""
    return str(words[outcome.kind].format(**fill))


def _one(release: Release, story: Story, one: LookedAhead) -> tuple[Block, ...]:
    words = _words()
    fill = _frame(one) | {"initiative": story.protocol.title}
    if one.refusal:
        reason, helps = _why(one.refusal)
        return Text(words["refused"].format(reason=reason, **fill)), Text(words["helps"].format(helps=helps))
    blocks: list[Block] = [Text(words["intro"].format(**fill))]
    rows: list[tuple[str, ...]] = []
    gates = dict(one.outcome_gates)
    for outcome in story.protocol.outcomes:
        if outcome.name not in gates:
            continue
        effect = release.effects.get(ahead_name(one.months, outcome.name))
        if effect is None or effect.estimate is None:
            blocks.append(Text(_not_told(outcome, gates[outcome.name])))
            continue
        before = _before(release, outcome, one)
        blocks += [Heading(_capital(outcome.label), 2), Text(said(effect, before, outcome, one))]
        blocks.append(_drawn(effect, before, outcome, one))
        rows.append(_row(effect, before, outcome))
    if rows:
        head = tuple(text.format(**fill) for text in words["head"].values())
        blocks.append(numbers(words["caption"].format(**fill), head, rows))
    return (*blocks, *_cautions(story, one, fill))


def _drawn(effect: ReleasedEffect, before: float | None, outcome: Outcome, one: LookedAhead) -> Figure:
    """The months before, which are known, above the months after with their range."""
    words, fill = _words(), _fill(effect, outcome, one)
    assert effect.estimate is not None
    assert effect.lower is not None
    assert effect.upper is not None
    scale = 100 if outcome.kind == "count" else 1
    rows, first = [], ""
    if before is not None:
        rows.append(Interval(words["before"].format(**fill), *[scale * before] * 3))
        first = words["alternative_before"].format(before=amount(before, outcome, 3), **fill)
    ends = (effect.estimate, effect.lower, effect.upper)
    rows.append(Interval(words["after"].format(**fill), *(scale * end for end in ends)))
    drawing = intervals(
        rows, axis=words["axis"][outcome.kind], band=0.0,
        alternative=words["alternative"].format(first=first, **fill),
    )  # fmt: skip
    return Figure(_capital(words["finding"].format(**fill)), (drawing,))


def _row(effect: ReleasedEffect, before: float | None, outcome: Outcome) -> tuple[str, ...]:
    told = [amount(value, outcome) for value in (effect.estimate, effect.lower, effect.upper)
            if value is not None]  # fmt: skip
    past = "–" if before is None else amount(before, outcome, 3).removesuffix(" days")
    people = "S" if effect.treated is None else f"{effect.treated:,}"
    return (_capital(outcome.label) + _words()["per"][outcome.kind], past, *told, people)


def _cautions(story: Story, one: LookedAhead, fill: dict[str, str]) -> tuple[Block, ...]:
    words = _words()
    labels = {outcome.name: outcome.label for outcome in story.protocol.outcomes}
    cautions = [words["changed"].format(names=", ".join(one.changed), **fill) if one.changed
                else words["alike"].format(**fill)]  # fmt: skip
    cautions += [gate.sentence for gate in one.design]
    about: dict[str, list[str]] = {}
    for name, gates in one.outcome_gates:
        for gate in gates:
            way = dict(one.moved).get(name) if gate.gate == "ahead_moved" else None
            sentence = f"{gate.sentence.removesuffix('.')} ({words[way]})." if way else gate.sentence
            if gate.level == "amber":
                about.setdefault(sentence, []).append(labels[name])
    cautions += [words["moved"].format(labels=listed(names), sentence=sentence[:1].lower() + sentence[1:])
                 for sentence, names in about.items()]  # fmt: skip
    cautions.append(words["never"].format(**fill))
    return Heading(words["cautions"], 2), Box(words["period"].format(**fill), tuple(cautions), caution=True)


def _not_told(outcome: Outcome, gates: tuple[Spoken, ...]) -> str:
    words = _words()
    red = tuple(gate for gate in gates if gate.level == "red")
    reason, helps = _why(red) if red else (words["hidden"], words["hidden_helps"])
    return str(words["not_told"].format(label=_capital(outcome.label), reason=reason, helps=helps))


def _why(red: tuple[Spoken, ...]) -> tuple[str, str]:
    return (" ".join(dict.fromkeys(gate.sentence for gate in red)),
            " ".join(dict.fromkeys(gate.helps for gate in red)))  # fmt: skip


def _before(release: Release, outcome: Outcome, one: LookedAhead) -> float | None:
    table = release.tables.get(before_name(one.months, outcome.name))
    return None if table is None else table.cell(NOT_YET).mean


def _frame(one: LookedAhead) -> dict[str, str]:
    return {"span": YEARS[one.months // 12], "now": in_words(one.now), "then": in_words(one.then)}


def _fill(effect: ReleasedEffect, outcome: Outcome, one: LookedAhead) -> dict[str, str]:
    assert effect.estimate is not None
    assert effect.lower is not None
    assert effect.upper is not None
    return _frame(one) | {
        "label": outcome.label, "noun": outcome.noun, "amount": amount(effect.estimate, outcome),
        "low": amount(effect.lower, outcome), "high": amount(effect.upper, outcome),
    }  # fmt: skip


def _words() -> dict[str, Any]:
    found: dict[str, Any] = sentences()["ahead"]
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
