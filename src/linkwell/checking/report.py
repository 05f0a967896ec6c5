"""The findings as a page a person can read and as JSON; neither holds a value from anybody's row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

from linkwell.checking.drift import Drift
from linkwell.checking.outlook import FileOutlook
from linkwell.checking.verdict import Finding, Severity, Verdict
from linkwell.specification.model import Specification
from linkwell.vault.zones import write_whole

MOST_ROWS = 40  # row numbers printed for one finding; JSON and the marked copy have all of them
HEADINGS = {
    Severity.BLOCK: ("Must be mended first", "Nothing can leave until these are mended."),
    Severity.REFUSE_ROW: ("Rows that stay with you", "Everything else can go without them."),
    Severity.DROP_CELL: ("Cells that stay with you", "Their rows go without these cells."),
    Severity.WARN: ("Worth a look", "Nothing is held back."),
    Severity.NOTE: ("For your information", ""),
}
_FIXABLE = {"now": "in the file or the specification", "source": "only where it is recorded"}


def write_json(verdict: Verdict, path: Path) -> None:
    """Write every finding with every row number as JSON."""
    facts = {"digest": verdict.digest, **verdict.as_dict()}
    write_whole(path, json.dumps(facts, ensure_ascii=False, indent=1).encode())


def write_html(
    verdict: Verdict,
    spec: Specification,
    path: Path,
    *,
    expected: FileOutlook | None = None,
    moved: Sequence[Drift] | None = None,
) -> None:
    """Write one self-contained page, without script, that also prints."""
    write_whole(path, render_html(verdict, spec, expected=expected, moved=moved).encode())


def render_html(
    verdict: Verdict,
    spec: Specification,
    *,
    expected: FileOutlook | None = None,
    moved: Sequence[Drift] | None = None,
) -> str:
    """The page as text. Its title states the outcome.

    Args:
        expected: what the file lets you expect.
        moved: what differs from the last supply; None: not compared.
    """
    title = headline(verdict)
    parts = [
        '<!DOCTYPE html><html lang="en-NZ"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body><main>",
        f'<h1>{escape(title)}</h1><div class="verdict{" stop" if verdict.blocks else ""}">',
        f"<p>{escape(_what_next(verdict))}</p></div>",
        _counts_table(verdict),
    ]
    for severity, (heading, words) in HEADINGS.items():
        found = [finding for finding in verdict.findings if finding.severity is severity]
        if found:
            parts.append(f"<h2>{heading}</h2>" + (f"<p>{words}</p>" if words else ""))
            parts += [_section(finding) for finding in found]
    parts += [
        "" if moved is None else _drifted(moved),
        _expected(expected) if expected else "",
        "<h2>Fingerprints</h2>",
        "<p>The same file and specification give the same fingerprint on any computer.</p>",
        f"<p>Specification: <code>{spec.digest}</code></p><p>This check: <code>{verdict.digest}</code></p>",
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _style() -> str:
    return resources.files("linkwell.checking").joinpath("report.css").read_text("utf-8")


def headline(verdict: Verdict) -> str:
    """The outcome in one sentence."""
    blocks = sum(finding.severity is Severity.BLOCK for finding in verdict.findings)
    if blocks:
        return f"{blocks} {'thing' if blocks == 1 else 'things'} must be mended before anything can leave"
    held = sum(counts.refused for counts in verdict.counts)
    people = "person is" if verdict.people == 1 else "people are"
    rows = "row stays" if held == 1 else "rows stay"
    return f"{verdict.people:,} {people} ready to be supplied; {held:,} {rows} with you"


def _what_next(verdict: Verdict) -> str:
    if verdict.blocks:
        return "Mend what is named under “Must be mended first”, then check again."
    return "You may go on. Look through what stays behind and decide whether some of it can be mended first."


def _counts_table(verdict: Verdict) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(counts.table)}</th><td class="n">{counts.read:,}</td>'
        f'<td class="n">{counts.refused:,}</td><td class="n">{counts.kept:,}</td></tr>'
        for counts in verdict.counts
    )
    return (
        '<div class="wide" role="region" aria-label="Rows of each file" tabindex="0">'
        '<table><caption>Rows of each file</caption><thead><tr><th scope="col">File</th>'
        '<th scope="col" class="n">Read</th><th scope="col" class="n">Stay with you</th>'
        f'<th scope="col" class="n">Ready to go</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _drifted(moved: Sequence[Drift]) -> str:
    """What differs from the last supply; a change may be right, and somebody should know why."""
    if not moved:
        return "<h2>Against your last supply</h2><p>Nothing moved enough to be worth a look.</p>"
    rows = "".join(
        f'<tr><th scope="row">{escape(each.table)}</th><td>{escape(each.field)}</td>'
        f"<td>{escape(each.what)}</td></tr>"
        for each in moved
    )
    return (
        "<h2>Against your last supply</h2><p>Some things moved. A change may be right; whoever uses the data "
        "will ask why.</p>"
        '<div class="wide" role="region" aria-label="What moved since the last supply" tabindex="0">'
        '<table><caption>What moved since the last supply</caption><thead><tr><th scope="col">Table</th>'
        f'<th scope="col">Field</th><th scope="col">What moved</th></tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )


def _expected(expected: FileOutlook) -> str:
    """Who is likely to be found, by group, and what would be seen; worked out here, from this file alone."""
    said = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in expected.outlook.paragraphs)
    rows = "".join(
        f'<tr><th scope="row">{escape(group.group)}</th><td>{escape(group.dimension)}</td>'
        f'<td class="n">{group.people:,}</td><td class="n">{group.rate.likely:.0%}</td>'
        f'<td class="n">{group.rate.low:.0%} to {group.rate.high:.0%}</td></tr>'
        for group in expected.groups
    )
    return (
        f"<h2>Will you see anything? {escape(expected.outlook.title)}</h2>{said}"
        '<div class="wide" role="region" aria-label="How many are likely to be found" tabindex="0">'
        "<table><caption>How many are likely to be found, from how complete their details are</caption>"
        '<thead><tr><th scope="col">Group</th><th scope="col">Kind of group</th>'
        '<th scope="col" class="n">People</th><th scope="col" class="n">Likely found</th>'
        f'<th scope="col" class="n">From, to</th></tr></thead><tbody>{rows}</tbody></table></div>'
        "<p>This counts your own people and stays with you. It cannot know who moved here lately or changed "
        "their name; such people are found less often everywhere.</p>"
    )


def _section(finding: Finding) -> str:
    place = finding.file or finding.table
    rows = f'<p class="rows">Where: {escape(place)}{escape(row_list(finding))}</p>' if place else ""
    return (
        f'<section class="finding {finding.severity.value}"><h3>{escape(finding.what)}</h3>{rows}'
        f"<p>Why it matters: {escape(finding.why)}</p>"
        f"<p>What to do: {escape(finding.fix)}{_where_mended(finding)}</p></section>"
    )


def _where_mended(finding: Finding) -> str:
    if finding.fix.startswith("Nothing"):
        return ""
    return f" It can be mended {_FIXABLE[finding.fixable.value]}."


def row_list(finding: Finding) -> str:
    """ ", rows 4, 9 and 31" with at most 40 numbers; "" when the finding is not about rows."""
    shown = [f"{number}" for number in finding.rows[:MOST_ROWS]]
    if not shown:
        return ""
    more = len(finding.rows) - len(shown)
    end = f" and {more:,} more" if more else ""
    return f", {'row' if len(finding.rows) == 1 else 'rows'} {', '.join(shown)}{end}"
