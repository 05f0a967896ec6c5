"""The report for an organisation, out of released numbers, plain words and the plan: one document that is
both a web page and an accessible PDF, and the released tables as a workbook.

Every number about people comes from the `Release`; the `Story` brings names, dates and gate sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from linkwell.confidentiality.release import Release
from linkwell.documents.blocks import Beside, Block, Box, Bullets, Document, Facts, Heading, Text
from linkwell.documents.html import render_html
from linkwell.documents.pdf import render_pdf
from linkwell.insights import report_agreed, report_ahead, report_gaps, report_impact, report_reach
from linkwell.insights.report_changes import Earlier, changes
from linkwell.insights.report_workbook import render_workbook
from linkwell.insights.story import Story
from linkwell.insights.words import Finding, findings, sentences, together
from linkwell.vault.zones import write_whole

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip

PAGE, PDF, WORKBOOK = "report.html", "report.pdf", "tables.xlsx"


def document(release: Release, story: Story, earlier: Sequence[Earlier] = ()) -> Document:
    """The report as plain blocks.

    Args:
        earlier: what the reports before told, oldest first, to say what changed since the last.
    """
    found = findings(release, story)
    since = changes(earlier[-1], release, story) if earlier else ()
    parts = (
        ("answer", "In short", _answer(release, story, found)),
        ("pool", sentences()["pool"]["title"], _pool(story)),
        ("flow", "The people in this report", report_reach.flow(release, story)),
        ("reach", "Who you reach", report_reach.profiles(release, story)),
        ("notyet", "Who you do not reach yet", report_gaps.not_yet(release, story)),
        ("ahead", sentences()["ahead"]["title"], report_ahead.ahead(release, story)),
        ("impact", "What difference it makes", report_impact.impact(release, story, found)),
        ("agreed", sentences()["agreed"]["title"], report_agreed.agreed(release, story, found, earlier)),
        ("changes", sentences()["changes"]["title"], since),
        ("say", "What you can and cannot say", _say(found, story)),
        ("method", "How this was done", _method(release, story)),
        ("conditions", "What these numbers come with", _conditions(release)),
    )
    about = f"Insights for {story.organisation}"
    about += " (DEMONSTRATION: invented people)" if story.demo else ""
    return Document(
        title=_headline(found, story),
        lead=about,
        series="Linkwell insights",
        footer=f"{about} · release {release.release_id}",
        blocks=tuple(
            block for key, heading, blocks in parts if blocks for block in (Heading(heading, 1, key), *blocks)
        ),
    )


def render(release: Release, story: Story, earlier: Sequence[Earlier] = ()) -> str:
    """The report as one self-contained web page."""
    return render_html(document(release, story, earlier))


def forms(release: Release, story: Story, earlier: Sequence[Earlier] = ()) -> dict[str, Callable[[], bytes]]:
    """Every form of the report by file name, each made when called."""
    told = document(release, story, earlier)
    return {
        PAGE: lambda: render_html(told).encode(),
        PDF: lambda: render_pdf(told),
        WORKBOOK: lambda: render_workbook(release, told.title),
    }


def write(release: Release, story: Story, folder: Path, earlier: Sequence[Earlier] = ()) -> list[Path]:
    """Write every form of the report, then the released tables and `release.json`; returns all paths."""
    made = forms(release, story, earlier)
    for name, make in made.items():
        write_whole(folder / name, make())
    return [*(folder / name for name in made), *release.write(folder)]


def day(value: date) -> str:
    """3 July 2024."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _headline(found: tuple[Finding, ...], story: Story) -> str:
    if story.refusal or not found:
        return str(sentences()["headline"]["refused"].format(initiative=story.protocol.title))
    return found[0].headline


def _answer(release: Release, story: Story, found: tuple[Finding, ...]) -> tuple[Block, ...]:
    first = report_reach.in_short(release)
    if story.refusal:
        return (Box(first, (report_impact.refusal(story),)),)
    said = [finding.sentence for finding in found[:1]]
    said += [f"{finding.headline}." for finding in found[1:] if finding.outcome.role == "headline"]
    return (Box(first, tuple(said)),)


def _pool(story: Story) -> tuple[Block, ...]:
    """Of a pooled report: whose it is, what “you” means, and what keeps members apart."""
    if not story.members:
        return ()
    words = sentences()["pool"]
    names = f"{', '.join(story.members[:-1])} and {story.members[-1]}"
    who = words["who"].format(number=len(story.members), names=names)
    return (Text(who), Bullets(tuple(words["how"])))


def _say(found: tuple[Finding, ...], story: Story) -> tuple[Block, ...]:
    words = sentences()["cannot"]
    cannot = list(dict.fromkeys(finding.cannot for finding in found))
    if any(finding.verdict == "found" for finding in found):
        cannot.append(words["alone"].format(initiative=story.protocol.title))
    cannot += words["always"]
    can = tuple(dict.fromkeys(finding.say for finding in found))
    rolled = sentences()["together"]
    return (
        Facts(((rolled["title"], rolled[together(found)]),)),
        Text(rolled["rule"], small=True),
        Beside(
            (
                (Heading("You can say", 2), Bullets(can)),
                (Heading("You cannot say", 2), Bullets(tuple(cannot))),
            )
        ),
    )


def _method(release: Release, story: Story) -> tuple[Block, ...]:
    protocol = story.protocol
    plan = {
        "candidates": protocol.candidates,
        "history": protocol.history_months,
        "span": protocol.span,
    }
    steps = tuple(step.format(**plan) for step in sentences()["method"]["steps"])
    steps += tuple(sentences()["method"]["ahead"].format(months=one.months) for one in story.ahead)
    facts = (
        ("Fingerprint of the plan", story.digest),
        ("Data", f"up to {day(story.data_ends)}, from {', '.join(story.sources)}"),
        ("Who is reached", f"shown as at {day(story.reference)}"),
        ("Release", f"{release.release_id}, made with Linkwell {version('linkwell')}"),
        ("Fingerprint of the privacy rules", release.profile_digest),
    )
    return (
        Bullets(steps),
        Heading("Fingerprints and dates", 2),
        Facts(facts),
        Heading("How the numbers were made safe", 2),
        # the release marks such a number C in its files; in a table of numbers a star reads better
        Text(release.method.reader_note.replace("C = ", "* = ")),
    )


def _conditions(release: Release) -> tuple[Block, ...]:
    return tuple(Text(text, small=True) for text in release.disclaimers)
