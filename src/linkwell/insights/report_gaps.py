"""The report's part about people not reached yet: coverage by group, and what it would take to even it out.

Everything is worked out from released counts, so that it tells nothing they do not.
"""

from __future__ import annotations

from collections.abc import Sequence

from linkwell.confidentiality.release import Release
from linkwell.documents.blocks import Block, Text
from linkwell.insights.areas import DIMENSION as AREAS
from linkwell.insights.circumstances import DIMENSION as CIRCUMSTANCES
from linkwell.insights.estimators.effect import Z_95
from linkwell.insights.reach import COULD, REACHED, wording
from linkwell.insights.report_map import WITHIN_ROUNDING, Gap, coverage_map
from linkwell.insights.report_reach import numbers
from linkwell.insights.request import SUPPLIED
from linkwell.insights.story import Story
from linkwell.insights.words import sentences

HEAD = ("Could be reached", "Reached", "Coverage", "Not yet, about", "Against everyone", "To bring up, about")
BESIDE_EVERYONE = 2
"""The last columns, which need to know how many are reached in all."""


def gaps(release: Release, dimension: str) -> list[Gap | str]:
    """Every level of a dimension: its gap, or the level's name when a count is hidden.

    With few people not found, how many are reached in all is hidden, and with it what compares with everyone.
    """
    cells, overall = release.tables[f"reach_{dimension}"], _overall(release)
    rows: list[Gap | str] = []
    for level in dict.fromkeys(labels[1] for labels in cells.labels):
        mine, all_of_them = cells.cell(REACHED, level).value, cells.cell(COULD, level).value
        if mine is None or not all_of_them or mine > all_of_them:
            rows.append(level)
            continue
        coverage = mine / all_of_them
        wanted = 0 if overall is None else round(overall * all_of_them) - mine
        rows.append(Gap(
            level, all_of_them, mine, 100 * coverage, all_of_them - mine,
            wanted if wanted >= WITHIN_ROUNDING else 0,
            coverage / overall if overall else None,
        ))  # fmt: skip
    return rows


def _overall(release: Release) -> float | None:
    totals = release.tables["reach"]
    reached, could = totals.cell(REACHED).value, totals.cell(COULD).value
    return reached / could if reached is not None and could else None


def not_yet(release: Release, story: Story) -> tuple[Block, ...]:
    """Coverage by group, and the people needed to bring each up to the overall coverage."""
    tables: list[Block] = []
    head = HEAD if _overall(release) is not None else HEAD[:-BESIDE_EVERYONE]
    for dimension in _standing(story):
        title, found = wording()[dimension]["title"], gaps(release, dimension)
        if dimension == AREAS:
            tables += _by_area(found, story)
            if not _tellable(found):
                continue
        if all(isinstance(gap, str) for gap in found):
            tables.append(Text(sentences()["reach"]["all_hidden"].format(title=title)))
            continue
        rows = [_gap_row(gap)[: len(head) + 1] for gap in found]
        caption = f"Not yet reached, by {title[0].lower()}{title[1:]}"
        tables.append(numbers(caption, (title, *head), rows))
        if dimension == "deprivation":
            tables.append(Text(_by_deprivation(found)))
    about = ("not_yet", "beside_everyone")[: 2 if head is HEAD else 1]
    said = " ".join(sentences()["reach"][key] for key in about)
    intro = (Text(_widest(release, story)), *_bounds(release), Text(said))
    regions = coverage_map(gaps(release, "region"))
    drawn = (regions, Text(sentences()["reach"]["map"], small=True)) if regions else ()
    return (*intro, *drawn, *tables)


def _tellable(found: Sequence[Gap | str]) -> bool:
    """Whether at least half of the areas can be told."""
    return 2 * sum(not isinstance(gap, str) for gap in found) >= len(found)


def _by_area(found: Sequence[Gap | str], story: Story) -> list[Block]:
    """What was merged; or, where most areas cannot be told, just that."""
    words = wording()[AREAS]
    if not _tellable(found):
        return [Text(words["few"])]
    listed = "; ".join(f"{one.label} ({', '.join(one.names)})" for one in story.merged)
    return [Text(words["merged"].format(listed=listed))] if listed else []


def _by_deprivation(found: Sequence[Gap | str]) -> str:
    """How coverage goes with deprivation, as the slope over all five fifths says it."""
    words = sentences()["slope"]
    fifths = [
        gap for gap in found if not isinstance(gap, str) and gap.level in wording()["deprivation"]["labels"]
    ]
    if len(fifths) < len(wording()["deprivation"]["labels"]):
        return str(words["hidden"])
    least, most, error = slope(fifths)
    if abs(most - least) < Z_95 * error:
        return str(words["none"])
    said = words["more" if most > least else "less"]
    low, high = sorted((max(least, 0.0), max(most, 0.0)))  # a line may run below nobody at all
    times = words["times"].format(times=f"{high / low:.1f}") if low >= high / 10 else ""
    return str(said.format(least=f"{max(least, 0):.1f} %", most=f"{max(most, 0):.1f} %",
                           points=f"{high - low:.1f}", times=times))  # fmt: skip


def slope(fifths: Sequence[Gap]) -> tuple[float, float, float]:
    """Coverage (percent) at the least and the most deprived end, and the standard error of their difference.

    The slope index of inequality: a line through coverage over each fifth's place among everyone who could
    be reached, weighted by people (Mackenbach and Kunst 1997); chance as of people reached by a coin each.
    """
    people = [gap.could for gap in fifths]
    total, before, rank = sum(people), 0, []
    for could in people:
        rank.append((before + could / 2) / total)
        before += could
    middle = sum(n * r for n, r in zip(people, rank, strict=True)) / total
    spread = sum(n * (r - middle) ** 2 for n, r in zip(people, rank, strict=True))
    share = [gap.coverage for gap in fifths]
    overall = sum(n * p for n, p in zip(people, share, strict=True)) / total
    rise = sum(n * (r - middle) * p for n, r, p in zip(people, rank, share, strict=True)) / spread
    noise = sum(n * (r - middle) ** 2 * p * (100 - p) for n, r, p in zip(people, rank, share, strict=True))
    return overall - rise * middle, overall + rise * (1 - middle), noise**0.5 / spread


def _standing(story: Story) -> list[str]:
    """Dimensions that mean the same for everybody on the date of the report: gaps are told for these."""
    return [dimension for dimension in story.dimensions if dimension != CIRCUMSTANCES]


def _bounds(release: Release) -> tuple[Block, ...]:
    """Coverage if the people who could not be found are not here, and if all of them are."""
    steps, groups = release.tables["flow"], release.tables["reach"]
    supplied, reached = steps.cell(SUPPLIED).value, groups.cell(REACHED).value
    could = groups.cell(COULD).value
    if supplied is None or reached is None or not could or supplied <= reached:
        return ()
    low, high = 100 * reached / could, 100 * supplied / (could + supplied - reached)
    words = sentences()["reach"]["bounds"]
    return (Text(words.format(low=f"{low:.1f} %", high=f"{high:.1f} %")),)


def _gap_row(gap: Gap | str) -> tuple[str, ...]:
    if isinstance(gap, str):
        return (gap, *["S"] * len(HEAD))
    up = f"{gap.needed:,}" if gap.needed else "–"
    ratio = "–" if gap.ratio is None else f"{gap.ratio:.1f}"
    share = f"{gap.coverage:.1f} %"
    return (gap.level, f"{gap.could:,}", f"{gap.reached:,}", share, f"{gap.missing:,}", ratio, up)


def _widest(release: Release, story: Story) -> str:
    if _overall(release) is None:
        return str(sentences()["reach"]["no_total"])
    found = [
        (gap.needed, gap.level, wording()[dimension]["title"].lower())
        for dimension in _standing(story)
        if dimension not in ("region", AREAS)
        for gap in gaps(release, dimension)
        if isinstance(gap, Gap) and gap.level != wording()[dimension].get("unknown")
    ]
    if not found or max(found)[0] == 0:
        return str(sentences()["reach"]["no_gap"])
    people, level, title = max(found)
    return f"The widest gap by {title}: {level}, about {people:,} people short of the overall coverage."
