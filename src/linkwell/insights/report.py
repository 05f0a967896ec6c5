"""The report for an organisation: one self-contained page out of released numbers, plain words and the plan.

Every number about people comes from the `Release`; the `Story` brings names, dates and gate sentences.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from linkwell.confidentiality.release import Release
from linkwell.documents import page
from linkwell.documents.page import Markup, bullets, element, paragraph, section
from linkwell.insights import report_impact, report_reach
from linkwell.insights.story import Story
from linkwell.insights.words import Finding, findings, sentences
from linkwell.vault.zones import write_whole

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def render(release: Release, story: Story) -> str:
    """The report as one HTML document."""
    found = findings(release, story)
    parts = (
        ("answer", "In short", _answer(release, story, found)),
        ("flow", "The people in this report", report_reach.flow(release)),
        ("reach", "Who you reach", report_reach.profiles(release, story)),
        ("notyet", "Who you do not reach yet", report_reach.not_yet(release, story)),
        ("impact", "What difference it makes", report_impact.impact(release, story, found)),
        ("say", "What you can and cannot say", _say(found)),
        ("method", "How this was done", _method(release, story)),
    )
    body = "\n".join(section(key, heading, content) for key, heading, content in parts)
    return page.page(
        f"{_headline(found, story)} – Linkwell insights",
        heading=_headline(found, story),
        lead=f"Insights for {story.organisation}"
        + (" (DEMONSTRATION: invented people)" if story.demo else ""),
        contents=[(key, heading) for key, heading, _ in parts],
        body=body,
        footer=_footer(release, story),
    )


def write(release: Release, story: Story, folder: Path) -> Path:
    """Write `report.html`, then the released tables and `release.json`; returns the report's path."""
    write_whole(folder / "report.html", render(release, story).encode())
    release.write(folder)
    return folder / "report.html"


def day(value: date) -> str:
    """3 July 2024."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _headline(found: tuple[Finding, ...], story: Story) -> str:
    if story.refusal or not found:
        return str(sentences()["headline"]["refused"].format(initiative=story.protocol.title))
    return found[0].headline


def _answer(release: Release, story: Story, found: tuple[Finding, ...]) -> Markup:
    said = [report_reach.in_short(release)]
    said += [finding.sentence for finding in found[:1]]
    if story.refusal:
        said = [said[0], report_impact.refusal(story)]
    return element("div", *(paragraph(sentence) for sentence in said), class_="answer")


def _say(found: tuple[Finding, ...]) -> Markup:
    words = sentences()["cannot"]
    initiative = {"initiative": _title(found)}
    cannot = [finding.cannot for finding in found[:1]] + [
        line.format(**initiative) for line in words["always"]
    ]
    can = list(dict.fromkeys(finding.say for finding in found))
    return element(
        "div",
        element("div", element("h3", "You can say"), bullets(can)),
        element("div", element("h3", "You cannot say"), bullets(cannot)),
        class_="two",
    )


def _title(found: tuple[Finding, ...]) -> str:
    return "the initiative" if not found else "it"


def _method(release: Release, story: Story) -> Markup:
    protocol = story.protocol
    plan = {
        "candidates": protocol.candidates,
        "history": protocol.history_months,
        "follow": protocol.follow_months,
    }
    steps = [step.format(**plan) for step in sentences()["method"]["steps"]]
    facts = [
        element("li", "Fingerprint of the plan: ", element("span", story.digest, class_="code")),
        element("li", f"Data up to {day(story.data_ends)}, from {', '.join(story.sources)}."),
        element("li", f"Who is reached is shown as at {day(story.reference)}."),
        element("li", f"Release {release.release_id}, made with Linkwell {version('linkwell')}."),
        element(
            "li", "Fingerprint of the privacy rules: ", element("span", release.profile_digest, class_="code")
        ),
    ]
    return Markup(
        bullets(steps)
        + element("h3", "Fingerprints and dates")
        + element("ul", *facts)
        + element("h3", "How the numbers were made safe")
        # the release marks such a number C in its files; in a table of numbers a star reads better
        + paragraph(release.method.reader_note.replace("C = ", "* = "))
    )


def _footer(release: Release, story: Story) -> str:
    return "".join(paragraph(text, class_="small") for text in release.disclaimers)
