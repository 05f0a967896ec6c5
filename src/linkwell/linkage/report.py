"""The linkage report: one self-contained HTML page and its numbers as JSON, for the linkers' zone only.

No name or value of any record is in it, no script, nothing loaded from elsewhere. Groups are shown as they
are: this is a zone report, not a release.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from linkwell.linkage.answer import LinkResult
from linkwell.linkage.clerical import Estimate
from linkwell.linkage.quality import Group, Quality
from linkwell.linkage.refresh import Change
from linkwell.vault.zones import write_whole

_STYLE = """
body { font: 1.0625rem/1.55 system-ui, sans-serif; color: #0b0c0c; background: #fff; margin: 0 auto;
max-width: 60rem;
  padding: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; } h2 { font-size: 1.35rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; margin: 0.8rem 0; }
caption { text-align: left; font-weight: 700; padding: 0.4rem 0; }
th, td { text-align: left; padding: 0.35rem 0.7rem 0.35rem 0; border-bottom: 1px solid #b1b4b6;
vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } .zone { border:
3px solid #0b0c0c; padding: 0.6rem 1rem; font-weight: 700; } .wide { overflow-x: auto; } svg { max-width:
100%; height: auto; } a:focus, .wide:focus { outline: 3px solid #0b0c0c; outline-offset: 2px; } @media
(prefers-color-scheme: dark) { body { background: #101214; color: #f3f2f1; } .zone { border-color: #f3f2f1;
}
  svg text { fill: #f3f2f1; } a:focus, .wide:focus { outline-color: #f3f2f1; } }
"""
_KINDS = {
    "gender": "By gender",
    "age": "By age",
    "area": "By area",
    "pass": "By the pass that found the link",
}


def write(
    result: LinkResult,
    folder: Path,
    *,
    title: str = "Linkage report",
    changes: Sequence[Change] = (),
    judged: Estimate | None = None,
) -> tuple[Path, Path]:
    """Write `report.html` and `report.json` into `folder`, whole or not at all; return their paths.

    Args:
        changes: beside the last run (`refresh.compare`). judged: what people's judgements say of that run.
    """
    page, numbers = folder / "report.html", folder / "report.json"
    told = as_json(result, changes, judged)
    write_whole(numbers, json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True).encode())
    write_whole(page, as_html(result, title, changes, judged).encode())
    return page, numbers


def as_json(
    result: LinkResult, changes: Sequence[Change] = (), judged: Estimate | None = None
) -> dict[str, Any]:
    """The report's numbers: quality, what was learned and what it ran with, and beside the last run."""
    told: dict[str, Any] = {
        "zone": "identity",
        "quality": result.quality.as_dict(),
        "model": dict(result.model),
    }
    if changes:
        told["changes"] = [change.as_dict() for change in changes]
    if judged is not None:
        told["judged"] = asdict(judged)
    return told


def as_html(
    result: LinkResult, title: str, changes: Sequence[Change] = (), judged: Estimate | None = None
) -> str:
    """The page as text."""
    q = result.quality
    finding = f"{_percent(q.link_rate)} of {q.records:,} records were found on the spine"
    body = [
        '<p class="zone">For linkers only. Not for release: counts here are not rounded or suppressed.</p>',
        f"<h1>{escape(finding)}</h1>",
        f"<p>{escape(title)}</p>",
        _summary(q),
        _notes(result),
        _judged(judged),
        _changes(changes),
        _filled(result),
        _chart(q),
        _bands(q),
        _thresholds(q),
        *(_groups(kind, label, q) for kind, label in _KINDS.items()),
        _learned(result),
        _method(result),
    ]
    return (
        f'<!doctype html>\n<html lang="en-NZ"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(finding)} - {escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(part for part in body if part)}</main></body></html>\n"
    )


def _summary(q: Quality) -> str:
    rows = [
        ("Records in the list", f"{q.records:,}"),
        ("People on the spine", f"{q.people:,}"),
        ("Linked", f"{q.linked:,} ({_percent(q.link_rate)})"),
        ("To be looked at by a person", f"{q.review:,}"),
        ("Not linked", f"{q.unlinked:,}"),
        ("Estimated false links", f"{q.false_links:,.1f} ({_span(q.false_links_range)})"),
        (
            "Estimated missed links (review included)",
            f"{q.missed_links:,.1f} ({_span(q.missed_links_range)})",
        ),
        ("Links that are near-exact", _percent(q.near_exact_share)),
        ("Verified numbers refused: their owner disagrees", f"{q.conflicts:,}"),
        ("Links beyond the first to the same person", f"{q.shared:,}"),
        ("Fields the list has", ", ".join(q.fields)),
    ]
    return _table("What came of it", ("", ""), rows, numeric=False) + (
        "<p>False and missed links are the model's own estimate, with a range that holds about 95 times in "
        "100 if the model is right. A clerical sample is the check on the model.</p>"
    )


def notes(result: LinkResult) -> list[str]:
    """What a person should know about the list, in words: why so few were linked, and what was done to it."""
    q, filled = result.quality, result.model["filled"]
    said = []
    if result.model["names_turned"]:
        said.append(
            "Given names and surnames stood in each other's place throughout the list; they were turned "
            "round for linking. Tell the provider."
        )
    if result.model["dates_unread"] > 0.1:
        said.append(
            f"In {_percent(result.model['dates_unread'])} of the records a birth date is written that cannot "
            "be read (or that systems write when they have none): dates need a day, a month and a year, as "
            "in 1990-07-31 or 31/7/1990."
        )
    if result.model.get("years_short"):
        newest = result.model["run"]["settings"]["newest_birth_year"]
        said.append(
            f"Birth years of two figures were read as the latest such year up to {newest}: whoever is a "
            "hundred or older needs four."
        )
    if q.records == 0:
        said.append("The list has no rows.")
    elif "record" not in q.fields:
        said.append(
            "No column with the records' own keys was recognised: results number the rows from 1, as they "
            "stand. If there is one, name it with --map THEIRS=record."
        )
    if q.records == 0 or q.link_rate >= 0.5:
        return said
    if result.model["on_spine"] < 0.5:
        said.append("Most of the list seems not to be on this spine: records were not forced onto it.")
    if filled["birth date"] < 0.5:
        said.append("Most records have no birth date that can be read: common names cannot be told apart.")
    if filled["surname"] < 0.5:
        said.append("Most records have no name that can be read.")
    elif filled["given name"] < 0.5:
        said.append("Most records have one name only: many people share it.")
    if max([0.0, *(share for name, share in filled.items() if name not in _NAMED)]) < 0.1:
        said.append("Hardly any record has an agency number.")
    return said


_NAMED = ("given name", "surname", "birth date", "gender", "area")


def _notes(result: LinkResult) -> str:
    return "".join(f"<p><strong>{escape(line)}</strong></p>" for line in notes(result))


def _filled(result: LinkResult) -> str:
    rows = [(name, _percent(share)) for name, share in result.model["filled"].items()]
    return _table("Records with something to compare", ("Field", "Share"), rows)


def _judged(judged: Estimate | None) -> str:
    """What people who looked at a sample of the last run's links found."""
    if judged is None:
        return ""
    rows = [
        ("Pairs judged", f"{judged.judged:,}"),
        ("Of them unsure (counted as half wrong)", f"{judged.unsure:,}"),
        ("False links by the judgements", f"{judged.false_links:,.1f} ({_span((judged.low, judged.high))})"),
        ("False links the model expected", f"{judged.expected:,.1f}"),
        (
            "Judged alike both times",
            "no pair twice" if judged.agreement is None else _percent(judged.agreement),
        ),
    ]
    return "<h2>What people found in the last run's links</h2>" + _table(
        "Judgements", ("", ""), rows, numeric=False
    )


def _changes(changes: Sequence[Change]) -> str:
    """Which records are newly linked, lost their link or changed person since the last run."""
    if not changes:
        return ""
    rows = [
        (
            row.name if row.kind == "all" else f"{row.kind}: {row.name}",
            *(f"{n:,}" for n in (row.kept, row.changed, row.new, row.lost, row.never)),
        )
        for row in changes
        if row.kind == "all" or row.changed + row.new + row.lost
    ]
    heads = ("Records in both runs", "Same person", "Another person", "Newly linked", "Lost", "Never linked")
    note = "<p>Groups in which nothing changed are left out.</p>"
    return "<h2>Beside the last run</h2>" + _table("Links now and then", heads, rows) + note


def _chart(q: Quality) -> str:
    """How sure the best candidates are, as bars; the table under it has the same numbers."""
    top = max((band["records"] for band in q.bands), default=0) or 1
    bars = []
    for row, band in enumerate(q.bands):
        y, width = 28 * row + 4, 420 * band["records"] / top
        bars.append(
            f'<text x="0" y="{y + 15}" font-size="14">{escape(_band(band))}</text>'
            f'<rect x="150" y="{y}" width="{width:.1f}" height="20" fill="#1d70b8"></rect>'
            f'<text x="{156 + width:.1f}" y="{y + 15}" font-size="14">{band["records"]:,}</text>'
        )
    height = 28 * len(q.bands) + 8
    return (
        f'<h2>How sure the best candidate of each record is</h2><svg role="img" viewBox="0 0 660 {height}" '
        f'width="660" height="{height}" aria-label="Records by how sure their best candidate is; the '
        f'table below has the same numbers">{"".join(bars)}</svg>'
    )


def _bands(q: Quality) -> str:
    rows = [(_band(band), f"{band['records']:,}") for band in q.bands]
    return _table("Records by how sure the best candidate is", ("Posterior", "Records"), rows)


def _band(band: dict[str, Any]) -> str:
    return f"{band['from']:g} to {band['to']:g}"


def _thresholds(q: Quality) -> str:
    rows = [
        (
            f"{row['link_at']:g}",
            f"{row['links']:,}",
            f"{row['false_links']:,.1f}",
            f"{row['missed_links']:,.1f}",
        )
        for row in q.thresholds
    ]
    heads = ("Link at", "Links", "False links expected", "Missed links expected")
    return "<h2>What another threshold would give</h2>" + _table("Thresholds", heads, rows)


def _groups(kind: str, label: str, q: Quality) -> str:
    groups = [group for group in q.groups if group.kind == kind]
    if not groups:
        return ""
    heads = (
        label.removeprefix("By ").capitalize(),
        "Records",
        "Linked",
        "Link rate",
        "Review",
        "False links expected",
        "Missed links expected",
    )
    return f"<h2>{escape(label)}</h2>" + _table(label, heads, [_group_row(group) for group in groups])


def _group_row(g: Group) -> tuple[str, ...]:
    return (
        g.name,
        f"{g.records:,}",
        f"{g.linked:,}",
        _percent(g.link_rate),
        f"{g.review:,}",
        f"{g.false_links:,.1f}",
        f"{g.missed_links:,.1f}",
    )


def _learned(result: LinkResult) -> str:
    rows = [
        (row["comparison"], row["stratum"], row["level"], f"{row['m']:.4f}", f"{row['u']:.3g}")
        for row in result.model["levels"]
    ]
    heads = ("Compared", "Among", "Level", "m", "u")
    note = (
        "<p>m: share of true links at the level. u: share of pairs of different people at the level; where a "
        "level agrees on a value, that value's own frequency on the spine is used instead.</p>"
    )
    return "<h2>What the list taught the model</h2>" + note + _table("Levels of agreement", heads, rows)


def _method(result: LinkResult) -> str:
    m = result.model
    rows = [
        ("Share of the list on the spine, by the model", _percent(m["on_spine"])),
        ("Learning rounds", str(m["rounds"])),
        *((name.replace("_", " ").capitalize(), f"{value:g}") for name, value in m["thresholds"].items()),
        ("Configuration fingerprint", m["configuration"][:24]),
        ("Spine fingerprint", m["spine"][:24]),
        ("List fingerprint", m["run"]["list"][:24]),
        ("Linkwell", m["run"]["linkwell"]),
        ("Engine", f"DuckDB {m['engine']}"),
    ]
    return "<h2>To repeat this run</h2>" + _table("Run", ("", ""), rows, numeric=False)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: bool = True) -> str:
    mark = ' class="n"' if numeric else ""
    head = "".join(f'<th scope="col"{mark if i else ""}>{escape(text)}</th>' for i, text in enumerate(heads))
    header = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{mark}>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>{header}<tbody>{lines}</tbody></table></div>"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _span(pair: tuple[float, float]) -> str:
    return f"{pair[0]:,.1f} to {pair[1]:,.1f}"
