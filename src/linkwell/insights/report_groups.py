"""The report's comparison within groups of the participants: small forest plots, one test, careful words."""

from __future__ import annotations

from linkwell.confidentiality.release import Release, ReleasedEffect
from linkwell.documents.blocks import Block, Bullets, Figure, Grid, Heading, Text
from linkwell.documents.charts import Interval, intervals
from linkwell.insights.estimators.chance import beyond_chi2
from linkwell.insights.estimators.many import holm, p_value
from linkwell.insights.protocol import Outcome
from linkwell.insights.reach import wording
from linkwell.insights.report_reach import numbers
from linkwell.insights.request import group_name
from linkwell.insights.story import Groups, Story
from linkwell.insights.words import LEVEL, axis, error_of, sentences, signed

Told = tuple[Groups, Outcome, tuple[ReleasedEffect, ...]]


def by_group(release: Release, story: Story) -> tuple[Block, ...]:
    """Every slice of the plan: its groups with their ranges, or why they are not told."""
    if not story.slices:
        return ()
    words = sentences()["groups"]
    told = _told(release, story)
    ordered = [n for n, one in enumerate(told) if _ordered(one)]
    adjusted = holm([*(_different(effects) for *_, effects in told), *(_steady(told[n]) for n in ordered)])
    steady = dict(zip(ordered, adjusted[len(told) :], strict=True))
    blocks: list[Block] = [Heading(words["title"], 2), Text(words["intro"])]
    untold: dict[str, list[str]] = {}
    for one in story.slices:
        title = wording()["slices"][one.by]["title"]
        mine = [(outcome, effects, adjusted[n], steady.get(n))
                for n, (groups, outcome, effects) in enumerate(told) if groups is one]  # fmt: skip
        if not mine:
            untold.setdefault(one.reason or words["hidden"], []).append(_capital(title))
            continue
        blocks.append(Heading(_capital(title), 3))
        if one.landmark:
            blocks.append(Text(words["landmark"].format(months=one.landmark)))
        blocks += [
            _drawn(one, outcome, effects, p, trend, title, story) for outcome, effects, p, trend in mine
        ]
        blocks += _pairs(one, [outcome for outcome, *_ in mine])
        if one.by in words["cautions"]:
            blocks.append(Text(words["cautions"][one.by]))
    if untold:
        blocks.append(Heading(words["not_told"], 3))
    for reason, titles in untold.items():
        blocks += [Text(reason), Bullets(tuple(titles))]
    return tuple(blocks)


def _pairs(one: Groups, outcomes: list[Outcome]) -> list[Block]:
    """Two groups at a time, among people like those both meet: whether they differ, never which is larger."""
    words = sentences()["groups"]["beside"]
    said = {(a, b, name): words[told] for a, b, name, told in one.pairs}
    rows = [
        (f"{_capital(one.labels[a])} and {one.labels[b]}",
         *(said.get((a, b, outcome.name), "S") for outcome in outcomes))
        for a, b in dict.fromkeys((a, b) for a, b, *_ in one.pairs)
    ]  # fmt: skip
    if not rows:
        return []
    head = (words["two"], *(_capital(outcome.label) for outcome in outcomes))
    return [Text(words["intro"]), Grid(words["caption"], head, tuple(rows))]


def _told(release: Release, story: Story) -> list[Told]:
    """Slices and outcomes of which every group was released: with one hidden, the rest stay unsaid too."""
    found: list[Told] = []
    for one in story.slices:
        for outcome in story.protocol.outcomes:
            names = [group_name(one.by, place, outcome.name) for place in range(len(one.labels))]
            effects = tuple(release.effects[name] for name in names if name in release.effects)
            if effects and len(effects) == len(names) and all(e.estimate is not None for e in effects):
                found.append((one, outcome, effects))
    return found


def _different(effects: tuple[ReleasedEffect, ...]) -> float:
    """p of all groups having the same difference (Cochran's Q over independent estimates)."""
    weights = [1 / max(error_of(effect), 1e-12) ** 2 for effect in effects]
    values = [float(effect.estimate or 0.0) for effect in effects]
    middle = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    q = sum(w * (v - middle) ** 2 for w, v in zip(weights, values, strict=True))
    return beyond_chi2(q, len(effects) - 1)


def _ordered(told: Told) -> bool:
    """Whether the groups have an order a difference may rise or fall along; of two, one test says it all."""
    groups, _, effects = told
    return groups.by in ("age", "attended") and len(effects) > 2


def _steady(told: Told) -> float:
    """p of no steady rise or fall: the weighted least squares line through the groups' differences."""
    effects = told[2]
    weights = [1 / max(error_of(effect), 1e-12) ** 2 for effect in effects]
    middle = sum(w * n for n, w in enumerate(weights)) / sum(weights)
    spread = sum(w * (n - middle) ** 2 for n, w in enumerate(weights))
    slope = sum(
        w * (n - middle) * float(effect.estimate or 0.0)
        for n, (w, effect) in enumerate(zip(weights, effects, strict=True))
    )
    return p_value(slope / spread, spread**-0.5)


def _drawn(
    one: Groups, outcome: Outcome, effects: tuple[ReleasedEffect, ...], p: float, trend: float | None,
    title: str, story: Story,
) -> Figure:  # fmt: skip
    words, scale = sentences()["groups"], 100 if outcome.kind == "count" else 1
    said = words["differs" if p < LEVEL else "alike"].format(label=outcome.label, title=title)
    if trend is not None:
        said += " " + words["steady" if trend < LEVEL else "unsteady"].format(title=title)
    rows, drawn = [], []
    for label, effect in zip(map(_capital, one.labels), effects, strict=True):
        assert effect.estimate is not None
        assert effect.lower is not None
        assert effect.upper is not None
        ends = [signed(value, outcome) for value in (effect.estimate, effect.lower, effect.upper)]
        rows.append((label, *ends, "S" if effect.treated is None else f"{effect.treated:,}"))
        drawn.append(Interval(label, scale * effect.estimate, scale * effect.lower, scale * effect.upper))
    spoken = "; ".join(f"{label}: {estimate}, from {low} to {high}" for label, estimate, low, high, _ in rows)
    drawing = intervals(
        drawn, axis=axis(outcome, story), band=scale * outcome.smallest, alternative=f"{said} {spoken}."
    )
    head = ("Estimate", "From", "To", "Participants")
    caption = f"{_capital(outcome.label)}, by {title}"
    return Figure(said, (drawing,), numbers(caption, (_capital(title), *head), rows))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
