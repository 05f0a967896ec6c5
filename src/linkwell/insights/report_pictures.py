"""The report's drawings of the comparison: how alike, how much overlap, how the groups part over time."""

from __future__ import annotations

from linkwell.confidentiality.release import Release, ReleasedEffect
from linkwell.documents.blocks import Block, Figure, Heading, Text
from linkwell.documents.charts import Bar, bars
from linkwell.documents.lines import Pair, Point, pairs, paths, ranges
from linkwell.insights.pictures import PARTICIPANTS, SIMILAR
from linkwell.insights.report_reach import numbers
from linkwell.insights.story import Story
from linkwell.insights.words import Finding, amount, sentences, signed

STRICT, LOOSE = 0.05, 0.1

UNITS = {
    "days": "Days a quarter",
    "dollars": "Dollars a quarter",
    "count": "For every 100 people a quarter",
    "rate": "Percentage points",
}


def alike(release: Release, story: Story) -> tuple[Block, ...]:
    """The love plot with its table: what differed most before weighting, and how little is left."""
    told = [
        (effect.title[:1].upper() + effect.title[1:], effect.estimate)
        for name, effect in release.effects.items()
        if name.startswith("alike_") and effect.estimate is not None
    ]
    if not told:
        return ()
    told.sort(key=lambda row: -abs(row[1]))  # made safe they may stand in another order than before
    within, worst = f"{story.alike_within:g}", told[0]
    said = (
        f"Before weighting the groups differed most in {worst[0][:1].lower()}{worst[0][1:]} "
        f"({_signed(worst[1])} standard deviations); after it no difference is over {within}"
    )
    drawing = pairs(
        [Pair(title, before, 0.0) for title, before in told], axis="Difference in standard deviations",
        limits=(STRICT, LOOSE),
        alternative=f"{said}. Dashed lines stand at {STRICT} and {LOOSE} either side of zero.",
    )  # fmt: skip
    cells = [(title, _signed(before), f"within {within}") for title, before in told]
    head = ("What is compared", "Before weighting", "After weighting")
    caption = "Differences between participants and similar people, in standard deviations"
    return (
        Heading("Are the groups alike?", 2),
        Figure(said, (drawing,), numbers(caption, head, cells)),
        Text(sentences()["pictures"]["alike"].format(within=within), small=True),
    )


def _signed(value: float) -> str:
    """With a minus that is read aloud, not a hyphen."""
    return f"{value:.2f}".replace("-", "−")


def overlap(release: Release) -> tuple[Block, ...]:
    """How many similar people there are beside participants, from least to most likely to start."""
    found = release.tables.get("overlap")
    if found is None:
        return ()
    labels = list(dict.fromkeys(label[1] for label in found.labels))
    totals = {
        group: sum(found.cell(group, label).value or 0 for label in labels)
        for group in (PARTICIPANTS, SIMILAR)
    }
    drawn, rows = [], []
    for label in labels:
        row = [label]
        for group in (PARTICIPANTS, SIMILAR):
            value = found.cell(group, label).value
            share = None if value is None or not totals[group] else 100 * value / totals[group]
            drawn.append(Bar(label, group, share, "S" if share is None else f"{share:.0f} %"))
            row.append("S" if value is None else f"{value:,}")
        rows.append(tuple(row))
    beside = [found.cell(SIMILAR, label).value for label in labels]
    told = [value for value in beside if value is not None]
    fewest = min(told, default=0)
    said = f"At every likelihood of starting there are at least {fewest:,} similar people to compare with"
    if len(told) < len(beside):
        said = "At some likelihoods of starting there are too few people to show"
    drawing = bars(drawn, axis="Share of each group (%)", alternative=f"{said}. Two bars a row.")
    head = ("How likely to start, from least", "Participants", "Similar people")
    below = numbers("People by how likely they were to start", head, rows)
    return Heading("Is there somebody to compare with?", 2), Figure(said, (drawing,), below)


def over_time(release: Release, finding: Finding) -> tuple[Block, ...]:
    """Both groups before and after the start, and their difference by period with its range."""
    outcome = finding.outcome
    prefix = f"path_{outcome.name}_"
    told = [(int(name.removeprefix(prefix)), effect) for name, effect in release.effects.items()
            if name.startswith(prefix) and effect.estimate is not None]  # fmt: skip
    if len(told) < 2:
        return (Text(sentences()["pictures"]["no_path"]),)
    levels = release.tables.get(f"path_{outcome.name}")
    means = [] if levels is None else list(levels.means)
    firsts = [first for first, _ in sorted(_all(release, prefix))]
    scale = 100 if outcome.kind == "count" else 1
    points, rows = [], []
    lines: list[Point] = []
    piece = 0
    for first, effect in sorted(_all(release, prefix), key=lambda pair: pair[0]):
        label = effect.title.partition(", months ")[2].removesuffix(" from the start")
        if effect.estimate is None:
            rows.append((label, *["S"] * 5))
            piece += 1  # no line is drawn across months that are not told
            continue
        assert effect.lower is not None
        assert effect.upper is not None
        middle = first + (3 if first < 0 else 1)
        points.append(
            Point("difference", middle, scale * effect.estimate, scale * effect.lower, scale * effect.upper)
        )
        mine = means[firsts.index(first)] if first in firsts and len(means) == len(firsts) else None
        rows.append((
            label, "–" if mine is None else amount(mine, outcome, 3),
            "–" if mine is None else amount(mine - effect.estimate, outcome, 3),
            signed(effect.estimate, outcome), signed(effect.lower, outcome), signed(effect.upper, outcome),
        ))  # fmt: skip
        if mine is not None:
            theirs = mine - effect.estimate
            lines.append(Point("Participants", middle, scale * mine, scale * (theirs + effect.lower),
                               scale * (theirs + effect.upper), piece))  # fmt: skip
            lines.append(Point("Similar people", middle, scale * theirs, piece=piece))
    unit = UNITS[outcome.kind]
    last = points[-1]
    apart = [point for point in points if point.x < 0 and not (point.lower or 0) <= 0 <= (point.upper or 0)]
    together = "differ in some months" if apart else "go together"
    said = (
        f"{outcome.label[:1].upper()}{outcome.label[1:]}: in the months told before, both groups {together}; "
        f"in the last months shown the difference is {signed(last.y / scale, outcome)}"
    )
    drawings = [
        ranges(points, x_axis="Months from the start", y_axis=f"Difference, {unit.lower()}", start=0,
               alternative=f"{said}. Points with their 95 % ranges; the start is at 0.")
    ]  # fmt: skip
    if lines:
        drawings.insert(0, paths(lines, x_axis="Months from the start", y_axis=unit, start=0,
                                 alternative=f"{said}. Two lines; the grey band is the range."))  # fmt: skip
    head = (
        "Months from the start",
        "Participants, about",
        "Similar people, about",
        "Difference",
        "From",
        "To",
    )
    caption = f"{outcome.label[:1].upper()}{outcome.label[1:]}, a quarter, before and after"
    below = numbers(caption, head, rows)
    return (Figure(said, tuple(drawings), below),)


def _all(release: Release, prefix: str) -> list[tuple[int, ReleasedEffect]]:
    return [(int(name.removeprefix(prefix)), effect) for name, effect in release.effects.items()
            if name.startswith(prefix)]  # fmt: skip
