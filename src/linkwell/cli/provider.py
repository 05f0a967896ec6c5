"""Check the files against the specification, and hand over the agreed part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from linkwell.bulk import LARGE, engine_for
from linkwell.bulk import check as check_tables
from linkwell.checking.drift import Drift, drift, load_profile, profile, save_profile
from linkwell.checking.marked import write_marked_copies
from linkwell.checking.outlook import FileOutlook, expect
from linkwell.checking.report import HEADINGS, headline, row_list, write_html, write_json
from linkwell.checking.staying import people_out, workspace_of
from linkwell.checking.verdict import Severity, Verdict
from linkwell.cli.inputs import Given, files_argument, files_named, query_option, read_given, sheet_option
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import LinkwellError, WrongUse
from linkwell.primer import alone, load_answers
from linkwell.reading.table import Table
from linkwell.specification.file import load
from linkwell.specification.model import Specification
from linkwell.standards.clock import today
from linkwell.supply.handover import hand_over
from linkwell.supply.split import keep_split_secrets, split
from linkwell.vault.zones import Home, data_home_of

ANSWERS = "answers.toml"  # the desk's name for them, in its folder
TOP = 8  # findings printed at the terminal; the report has all of them

spec_option = click.option(
    "--spec", "spec_path", required=True, type=click.Path(path_type=Path), help="The specification file."
)
notices_option = click.option(
    "--notices",
    "notices_path",
    type=click.Path(path_type=Path),
    help="Which privacy statement was shown from when; people nobody told stay out.",
)
workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Private folder with your objection list (default: linkwell-workspace beside the specification).",
)


@click.command(
    epilog="""\b
Example:
  linkwell check participants.xlsx visits.csv --spec specification.toml --out checked

Exit codes: 0 ready, 1 something must be mended first, 2 wrong file or option.
"""
)
@files_argument
@spec_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the reports.")
@notices_option
@workspace_option
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    help="Your answers (default: answers.toml beside the specification): what may be said about you alone.",
)
@click.option(
    "--last",
    type=click.Path(path_type=Path),
    help="Compare with the profile.json of an earlier check, to see what drifted.",
)
@sheet_option
@query_option
@json_option
def check(
    files: tuple[Given, ...],
    spec_path: Path,
    out: Path,
    notices_path: Path | None,
    workspace: Path | None,
    answers: Path | None,
    last: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check your files against the specification.

    Says which rows and cells would stay with you and why, in a report you can print and in a marked copy of
    each file. Your own files are never changed.
    """
    spec = load(spec_path)
    earlier = load_profile(last) if last is not None else None
    one_provider, unread = _about_you_alone(spec_path, answers)
    tables = read_given(files, sheet, queries, quiet=as_json)
    verdict = check_tables(
        spec, tables, **people_out(spec_path, notices_path=notices_path, workspace=workspace)
    )
    now = profile(spec, verdict)
    moved = drift(earlier, now) if earlier is not None else ()
    expected = expect(spec, verdict, as_of=today(), one_provider=one_provider)
    reports = _write_reports(
        tables, spec, verdict, out, expected, moved if earlier is not None else None, quiet=as_json
    )
    facts = {"command": "check", **_facts(verdict), "outlook": expected.outlook.as_dict(), "reports": reports}
    save_profile(now, out / "profile.json")
    facts["engine"] = engine_for(sum(map(len, tables)))
    facts["drift"] = [asdict(each) for each in moved]
    facts["linkability"] = [asdict(group) for group in expected.groups]
    facts["left_out"] = [line for line in unread if line]
    drifted = [f"Changed since last time: {e.table} {e.field}: {e.what}".replace(" : ", ": ") for e in moved]
    lines = [*_summary(verdict), "", *drifted, *_likely_found(expected), f"Report: {reports['report']}"]
    lines += [f"Marked copy: {copy}" for copy in reports["marked_copies"]]
    lines += unread
    if facts["engine"] == "plain" and sum(map(len, tables)) >= LARGE:
        lines.append(
            'Checked by the plain engine; large files are faster with: pip install "linkwell[custodian]"'
        )
    next_step = f"linkwell handover {files_named(files)} --spec {spec_path} --out handover"
    next_step += (
        f"\n      or linkwell seal {files_named(files)} --spec {spec_path}"
        " --custodian custodian-keys.json --agreement YOUR-AGREEMENT"
    )
    if verdict.blocks:
        next_step = "mend what must be mended first (see the report), then check again"
    finish(facts, lines, as_json=as_json, next_step=next_step)
    return int(verdict.blocks)


def _about_you_alone(spec_path: Path, answers: Path | None) -> tuple[bool | None, list[str]]:
    """Whether results about the provider alone are allowed, and what to say where that could not be read.

    Answers somebody names must be readable. Those that only lie beside the specification stop nothing: all
    the check takes from them is one sentence of the forecast.
    """
    if answers is not None:
        return alone(load_answers(answers)), []
    try:
        beside = spec_path.with_name(ANSWERS)
        return (alone(load_answers(beside)) if beside.exists() else None), []
    except LinkwellError as error:
        left_out = "Left out of this check: what may be said about you alone."
        return None, ["", f"{ANSWERS}: {error.what} {error.why}".rstrip(), f"{left_out} {error.fix}".rstrip()]


@click.command(
    epilog="""\b
Example:
  linkwell handover participants.xlsx visits.csv --spec specification.toml --out handover

The workspace holds the secrets that make record keys. Keep it private and keep it: later supplies need it.
"""
)
@files_argument
@spec_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the handover.")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Private folder for your secrets (default: linkwell-workspace beside the specification).",
)
@notices_option
@sheet_option
@query_option
@json_option
def handover(
    files: tuple[Given, ...],
    spec_path: Path,
    out: Path,
    workspace: Path | None,
    notices_path: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Write only the agreed columns as plain CSV, names apart from details.

    For a custodian with a secure transfer service of its own. The files are not encrypted; to send them
    sealed, use `linkwell seal`.
    """
    spec = load(spec_path)
    people = people_out(spec_path, notices_path=notices_path, workspace=workspace)
    verdict = check_tables(spec, read_given(files, sheet, queries, quiet=as_json), **people)
    if verdict.blocks:
        facts = {"command": "handover", **_facts(verdict), "written": False}
        finish(facts, [*_summary(verdict), "", "Nothing was written."], as_json=as_json,
               next_step=f"linkwell check {files_named(files)} --spec {spec_path} --out checked")  # fmt: skip
        return 1
    workspace = workspace or workspace_of(spec_path)
    home = data_home_of(workspace)
    secrets = keep_split_secrets(workspace, verdict, demo_seed=Home.open(home).demo_seed if home else None)
    done = hand_over(split(spec, verdict, secrets, working=workspace), spec, verdict, out)
    facts = {
        "command": "handover",
        **_facts(verdict),
        "written": True,
        "folder": str(done.folder),
        "files": dict(done.files),
        "rows": dict(done.rows),
    }
    lines = [*_summary(verdict, top=0), ""]
    lines += [f"Wrote {table}: {count:,} rows" for table, count in done.rows]
    lines += [f"Handover: {done.folder} (read cover-sheet.txt first)", "The files are not encrypted."]
    finish(facts, lines, as_json=as_json, next_step="send the folder through the custodian's secure service")
    return 0


def _write_reports(
    tables: list[Table],
    spec: Specification,
    verdict: Verdict,
    out: Path,
    expected: FileOutlook,
    moved: Sequence[Drift] | None,
    *,
    quiet: bool,
) -> dict[str, Any]:
    if out.exists() and not out.is_dir():
        raise WrongUse(
            "The place for the reports is a file.", where=str(out), fix="Name a folder with --out."
        )
    write_html(verdict, spec, out / "check-report.html", expected=expected, moved=moved)
    write_json(verdict, out / "check-report.json")
    with progress("Writing marked copies", quiet=quiet) as tick:
        copies = write_marked_copies(tables, verdict, out, tick)
    return {
        "report": str(out / "check-report.html"),
        "json": str(out / "check-report.json"),
        "marked_copies": list(map(str, copies)),
    }


def _facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "blocks": verdict.blocks,
        "people": verdict.people,
        "counts": {c.table: {"read": c.read, "refused": c.refused, "kept": c.kept} for c in verdict.counts},
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "table": f.table,
                "column": f.column,
                "count": f.count,
            }
            for f in verdict.findings
        ],
        "verdict": verdict.digest,
        "specification": verdict.specification_digest,
    }


def _summary(verdict: Verdict, *, top: int = TOP) -> list[str]:
    lines = [
        f"{c.table}: {c.read:,} rows read, {c.refused:,} stay with you, {c.kept:,} kept"
        for c in verdict.counts
    ]
    lines += [f"{headline(verdict)}.", *_unknown_columns(verdict)]
    shown = [finding for finding in verdict.findings if finding.severity is not Severity.NOTE][:top]
    several = len({finding.file for finding in verdict.findings if finding.file}) > 1
    for finding in shown:
        where = row_list(finding).split(" and ")[0].split(", ")[1:6]
        file = f"{finding.file}, " if several and finding.file else ""
        rows = f" ({file}{', '.join(where)}{' …' if finding.count > len(where) else ''})" if where else ""
        lines += ["", f"{HEADINGS[finding.severity][0]}: {finding.what}{rows}", f"  {finding.fix}"]
    more = len(verdict.findings) - len(shown)
    if top and more:
        lines += ["", f"{more} more in the report."]
    return lines


def _likely_found(expected: FileOutlook) -> list[str]:
    everyone = expected.groups[0]
    if not everyone.people:
        return []
    rate = everyone.rate
    return [
        f"Likely to be found: about {rate.likely:.0%} of {everyone.people:,} people "
        f"({rate.low:.0%} to {rate.high:.0%}); by group in the report.",
        f"Will you see anything? {expected.outlook.title}.",
        "",
    ]


def _unknown_columns(verdict: Verdict) -> list[str]:
    """Headings nobody agreed, always named: a column added by mistake must not pass unseen."""
    found = [f.column for f in verdict.findings if f.code == "unknown_column"]
    return [f"Not in the specification, so not supplied: {', '.join(dict.fromkeys(found))}."] if found else []
