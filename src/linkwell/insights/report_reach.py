"""The report's first half: the flow of people, who is reached against the community, and who is not yet."""

from __future__ import annotations

from collections.abc import Sequence

from linkwell.confidentiality.release import Release, ReleasedCell, ReleasedShare, share
from linkwell.documents.blocks import Block, Figure, Grid, Heading, Text
from linkwell.documents.charts import Bar, bars
from linkwell.insights.areas import DIMENSION as AREAS
from linkwell.insights.disability import DIMENSION as DISABILITY
from linkwell.insights.families import DIMENSION as HOUSEHOLDS
from linkwell.insights.families import OWN
from linkwell.insights.reach import COMMUNITY, COULD, GROUPS, REACHED, wording
from linkwell.insights.request import (
    ANALYSED,
    DATED,
    FOLLOWED,
    FOUND,
    NAMED,
    OWN_HOUSEHOLDS,
    SUPPLIED,
)
from linkwell.insights.story import Story
from linkwell.insights.words import sentences

STEP_WORDS = {
    SUPPLIED: "People you supplied",
    FOUND: "Found in the data",
    DATED: "With a known start date",
    FOLLOWED: "With two years before and the {span} after in the data",
    ANALYSED: "Compared with similar people",
}


def count(cell: ReleasedCell) -> str:
    """A released count, "S" when hidden, with a star when an earlier number is repeated."""
    return "S" if cell.value is None else f"{cell.value:,}" + ("*" if cell.mark == "C" else "")


def spoken(cell: ReleasedCell) -> str:
    """The same for a sentence, where the star would only puzzle; the table below carries it."""
    return count(cell).removesuffix("*")


def _of(release: Release, part: ReleasedCell, whole: ReleasedCell) -> ReleasedShare | None:
    return share(part, whole, threshold=release.method.threshold)


def in_short(release: Release) -> str:
    """A sentence or two: how many were supplied, found, and reach the community."""
    flow, groups = release.tables["flow"], release.tables["reach"]
    supplied, found = flow.cell(SUPPLIED), flow.cell(FOUND)
    if found.value is None:
        told = "could be found in the data is hidden to protect a few people."
        sentence, leads = f"How many of {_yours(supplied)} {told}", "You reach"
    else:
        part = _of(release, found, supplied)
        share = "" if part is None else f" ({part})"
        told = f"{spoken(found)} of them could be found in the data{share}."
        sentence, leads = f"You supplied {spoken(supplied)} people; {told}", "That is"
    reached, could = groups.cell(REACHED), groups.cell(COULD)
    covered = _of(release, reached, could)
    if covered is not None:
        sentence += f" {leads} about {covered} of the people like yours in the regions you work in."
    return sentence


def _yours(supplied: ReleasedCell) -> str:
    """The people supplied, with their number where it is told."""
    return (
        "the people you supplied" if supplied.value is None else f"the {spoken(supplied)} people you supplied"
    )


def flow(release: Release, story: Story) -> tuple[Block, ...]:
    """The steps from the people supplied to those compared, and who was never in the supply."""
    steps = release.tables["flow"]
    first = steps.cell(SUPPLIED)
    rows, drawn = [], []
    for step, said in STEP_WORDS.items():
        cell = steps.cell(step)
        part = _of(release, cell, first)
        rows.append(
            (
                said.format(span=story.protocol.span),
                count(cell),
                "–" if part is None or step == SUPPLIED else str(part),
            )
        )
        drawn.append(Bar(step, "people", cell.value, count(cell)))
    stars, stayed = Text(sentences()["reach"]["stars"], small=True), map(Text, story.stayed_out)
    if all(bar.value is None for bar in drawn):
        told = f"How many of {_yours(first)} were found and compared is hidden to protect a few people."
        return (Text(told), stars, *stayed)
    said = "; ".join(f"{words.lower()}: {number}" for words, number, _ in rows)
    last = steps.cell(ANALYSED)
    title = f"{spoken(last)} of {_yours(first)} could be compared"
    if last.value is None:
        title = f"Too few of {_yours(first)} could be compared to say how many"
    drawing = bars(drawn, axis="People", alternative=f"Bars, from longest to shortest: {said}.")
    return (Figure(title, (drawing,), numbers(
        "From the people supplied to the people compared", ("Step", "People", "Of those supplied"), rows
    )), stars, *stayed)  # fmt: skip


def numbers(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    """A table whose first column heads its row and whose others hold numbers."""
    return Grid(caption, tuple(head), tuple(tuple(row) for row in rows), numbers=True)


def profiles(release: Release, story: Story) -> tuple[Block, ...]:
    """Paired bars and a table for each dimension."""
    about = sentences()["reach"]["groups"].format(
        reached=REACHED, could=COULD, community=COMMUNITY, initiative=story.protocol.title
    )
    totals = release.tables["reach"]
    sizes = [(group, count(totals.cell(group))) for group in GROUPS]
    blocks: list[Block] = [Text(about), numbers("The groups", ("Group", "People"), sizes)]
    homes, own = _families(release), _own(release)
    blocks += [*(homes or own[:1]), *own[1:]]
    for name in story.dimensions:
        if name != AREAS:  # told among those not reached yet
            blocks += _profile(release, name, story)
    if DISABILITY not in story.dimensions:
        words = wording()[DISABILITY]
        blocks += [Heading(words["title"], 2), Text(words["absent"])]
    return tuple(blocks)


def _families(release: Release) -> list[Block]:
    """Households beside people, group by group."""
    homes = release.tables.get(f"reach_{HOUSEHOLDS}")
    if homes is None:
        return []
    words, totals = wording()[HOUSEHOLDS], release.tables["reach"]
    rows = [
        (group, count(totals.cell(group)), *(count(homes.cell(group, level)) for level in words["labels"]))
        for group in GROUPS
    ]
    people, reached = totals.cell(REACHED), homes.cell(REACHED, words["labels"][0])
    said = []
    if people.value is not None and reached.value is not None:
        said = [Text(words["finding"].format(people=spoken(people), homes=spoken(reached)))]
    grid = numbers(words["caption"], ("Group", "People", *words["labels"]), rows)
    return [Heading(words["title"], 2), *said, grid, Text(words["note"], small=True)]


def _own(release: Release) -> list[Block]:
    """Households by the organisation's own numbers, after a heading."""
    table = release.tables.get(OWN_HOUSEHOLDS)
    if table is None:
        return []
    words = wording()[OWN]
    people, homes = (table.cell(label) for label in NAMED)
    said = words["hidden"]
    if people.value is not None and homes.value is not None:
        said = words["finding"].format(people=spoken(people), homes=spoken(homes))
    return [Heading(wording()[HOUSEHOLDS]["title"], 2), Text(said), Text(words["note"], small=True)]


def _profile(release: Release, dimension: str, story: Story) -> list[Block]:
    cells, totals = release.tables[f"reach_{dimension}"], release.tables["reach"]
    words = wording()[dimension]
    levels = list(dict.fromkeys(labels[1] for labels in cells.labels))
    rows, drawn = [], []
    for level in levels:
        row = [level]
        for group in GROUPS:
            cell = cells.cell(group, level)
            part = _of(release, cell, totals.cell(group))
            row += [count(cell), "–" if part is None else str(part)]
            drawn.append(
                Bar(level, group, None if part is None else part.percent, "S" if part is None else str(part))
            )
        rows.append(tuple(row))
    title, alternative = _finding(release, dimension, levels)
    head = [words["title"]] + [text for group in GROUPS for text in (group, "share")]
    drawing = bars(drawn, axis="Share of each group (%)", alternative=alternative)
    caption = f"People by {words['title'][0].lower()}{words['title'][1:]}"
    blocks: list[Block] = [
        Heading(words["title"], 2), Figure(title, (drawing,), numbers(caption, head, rows))
    ]  # fmt: skip
    note = str(words.get("note", "")).replace("{sources}", " and ".join(story.disability))
    return [*blocks, Text(note, small=True)] if note else blocks


def _finding(release: Release, dimension: str, levels: list[str]) -> tuple[str, str]:
    """The level where those reached stand out most against the community, in words."""
    title = wording()[dimension]["title"]
    if "finding" in wording()[dimension]:  # nothing is singled out where it could read as blame
        said = str(wording()[dimension]["finding"])
        return said, f"{title}. Three bars a row: reached, could be reached, community."
    cells, totals = release.tables[f"reach_{dimension}"], release.tables["reach"]
    best: tuple[float, str, float, float] | None = None
    for level in levels:
        if level == wording()[dimension].get("unknown"):
            continue
        mine = _of(release, cells.cell(REACHED, level), totals.cell(REACHED))
        theirs = _of(release, cells.cell(COMMUNITY, level), totals.cell(COMMUNITY))
        if mine is None or theirs is None or mine.bound or theirs.bound:
            continue
        gap = mine.percent - theirs.percent
        if best is None or gap > best[0]:
            best = (gap, level, mine.percent, theirs.percent)
    if best is None:
        return f"{title}: the numbers are too small to show", f"{title}: no bars can be shown."
    _, level, mine_percent, theirs_percent = best
    said = f"{level}: {mine_percent:.0f} % of the people you reach, {theirs_percent:.0f} % of the community"
    return said, f"{title}. Three bars a row: reached, could be reached, community. {said}."
