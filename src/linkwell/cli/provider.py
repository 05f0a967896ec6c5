"""The provider's own commands: describe what the files hold, check them, hand over the agreed part."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from linkwell.bulk import LARGE, engine_for
from linkwell.bulk import check as check_tables
from linkwell.checking.drift import Drift, drift, load_profile, profile, save_profile
from linkwell.checking.marked import write_marked
from linkwell.checking.outlook import FileOutlook, expect
from linkwell.checking.report import HEADINGS, headline, row_list, write_html, write_json
from linkwell.checking.staying import people_out, workspace_of
from linkwell.checking.verdict import Severity, Verdict
from linkwell.cli.inputs import Given, files_argument, files_named, query_option, read_given, sheet_option
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse
from linkwell.primer import Answers, load_answers, worded
from linkwell.reading.table import Table
from linkwell.specification.answers import answer
from linkwell.specification.draft import Draft, draft
from linkwell.specification.model import Specification
from linkwell.specification.recipe import with_recipe
from linkwell.supply.handover import hand_over
from linkwell.supply.split import keep_split_secrets, split
from linkwell.vault.zones import Home, data_home_of

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
Examples:
  linkwell describe participants.xlsx visits.csv --out specification.toml
  linkwell describe clients.xlsx --sheet 2025 --organisation "Our Trust" --out specification.toml
  linkwell describe exports/ --out specification.toml                        every file in a folder
  linkwell describe sqlite:///clients.db --query people.sql --query visits.sql --out specification.toml
"""
)
@files_argument
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Where to write the specification."
)
@click.option("--organisation", default="", help="Your organisation's name.")
@click.option("--initiative", default="", help="The service's name, where no column says it.")
@click.option("--yes", "take_suggested", is_flag=True, help="Take the suggested answer to every question.")
@click.option("--answers", type=click.Path(path_type=Path), help="Take your own words from these answers.")
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    help="Take what was said about these columns from an earlier specification, yours or another's.",
)
@sheet_option
@query_option
@json_option
def describe(
    files: tuple[Given, ...],
    out: Path,
    organisation: str,
    initiative: str,
    take_suggested: bool,
    answers: Path | None,
    recipe: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Draft a data specification from your own files.

    Columns are recognised by their headings and by what they hold. Nothing is guessed about dates: where day
    and month could be either way round, you are asked. Nothing leaves your computer.
    """
    said = load_answers(answers) if answers is not None else Answers()
    tables = read_given(files, sheet, queries, quiet=as_json)
    made = draft(tables, organisation=organisation or said.organisation, initiative=initiative)
    drafted = worded(made.specification, said)
    if recipe is not None:
        drafted = with_recipe(drafted, Specification.load(recipe))
    made = replace(made, specification=drafted)
    spec = _answered(made, take_suggested=take_suggested, may_ask=not as_json and sys.stdin.isatty())
    spec.save(out)
    still_open = spec.unanswered()
    facts: dict[str, Any] = {
        "command": "describe",
        "specification": str(out),
        "digest": spec.digest,
        "demo": spec.demo,
        "tables": {table.name: [field.name for field in table.fields] for table in spec.tables},
        "columns": [vars(reading) for reading in made.readings],
        "not_supplied": [vars(left) for left in spec.not_supplied],
        "questions": [vars(question) for question in still_open],
        "remarks": list(made.remarks),
    }
    next_step = f"linkwell check {files_named(files)} --spec {out} --out checked"
    if still_open:
        next_step = f"answer the {_many(len(still_open), 'question')} in {out}, then {next_step}"
    finish(facts, _description(made, spec, out), as_json=as_json, next_step=next_step)
    return 0


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
    last: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check your files against the specification.

    Says which rows and cells would stay with you and why, in a report you can print and in a marked copy of
    each file. Your own files are never changed.
    """
    spec = Specification.load(spec_path)
    earlier = load_profile(last) if last is not None else None
    tables = read_given(files, sheet, queries, quiet=as_json)
    verdict = check_tables(
        spec, tables, **people_out(spec_path, notices_path=notices_path, workspace=workspace)
    )
    now = profile(spec, verdict)
    moved = drift(earlier, now) if earlier is not None else ()
    expected = expect(spec, verdict, as_of=datetime.now(UTC).date())
    reports = _write_reports(tables, spec, verdict, out, expected, moved if earlier is not None else None)
    facts = {"command": "check", **_facts(verdict), "outlook": expected.outlook.as_dict(), "reports": reports}
    save_profile(now, out / "profile.json")
    facts["engine"] = engine_for(sum(map(len, tables)))
    facts["drift"] = [asdict(each) for each in moved]
    facts["linkability"] = [asdict(group) for group in expected.groups]
    drifted = [f"Changed since last time: {e.table} {e.field}: {e.what}".replace(" : ", ": ") for e in moved]
    lines = [*_summary(verdict), "", *drifted, *_likely_found(expected), f"Report: {reports['report']}"]
    lines += [f"Marked copy: {copy}" for copy in reports["marked_copies"]]
    if facts["engine"] == "plain" and sum(map(len, tables)) >= LARGE:
        lines.append(
            'Checked by the plain engine; large files are faster with: pip install "linkwell[custodian]"'
        )
    next_step = f"linkwell handover {files_named(files)} --spec {spec_path} --out handover"
    next_step = f"{next_step}\n      or linkwell seal {files_named(files)} --spec {spec_path}"
    if verdict.blocks:
        next_step = "mend what must be mended first (see the report), then check again"
    finish(facts, lines, as_json=as_json, next_step=next_step)
    return int(verdict.blocks)


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
    spec = Specification.load(spec_path)
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
    done = hand_over(split(spec, verdict, secrets), spec, verdict, out)
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


def _answered(made: Draft, *, take_suggested: bool, may_ask: bool) -> Specification:
    spec = made.specification
    for question in made.questions:
        if take_suggested and question.suggested:
            spec = answer(spec, question, question.suggested)
        elif may_ask:
            click.echo(f"\n{question.text}")
            choice = click.prompt(
                "Your answer (skip to decide later)",
                type=click.Choice([*question.options, "skip"]),
                default="skip",
            )
            spec = spec if choice == "skip" else answer(spec, question, choice)
    return spec


def _description(made: Draft, spec: Specification, out: Path) -> list[str]:
    lines = ["What leaves if you agree to it:"]
    lines += [f"  {r.column} ({r.source}) → {r.field}, {r.how}" for r in made.readings if r.field]
    lines += ["", "What stays with you:"]
    lines += [f"  {r.column} ({r.source}): {r.how}" for r in made.readings if not r.field]
    lines += ["", *made.remarks] if made.remarks else []
    for question in made.questions:
        if question in spec.open_questions:
            lines += ["", f"Not answered yet: {question.text}"]
        else:
            lines += ["", f"Taken as suggested ({question.suggested}): {question.text}"]
    count = sum(1 for _ in spec.fields())
    return [*lines, "", f"Drafted {_many(count, 'field')} in {_many(len(spec.tables), 'table')}: {out}"]


def _write_reports(
    tables: list[Table],
    spec: Specification,
    verdict: Verdict,
    out: Path,
    expected: FileOutlook,
    moved: Sequence[Drift] | None,
) -> dict[str, Any]:
    if out.exists() and not out.is_dir():
        raise WrongUse(
            "The place for the reports is a file.", where=str(out), fix="Name a folder with --out."
        )
    write_html(verdict, spec, out / "check-report.html", expected=expected, moved=moved)
    write_json(verdict, out / "check-report.json")
    by_file: dict[str, list[Table]] = {}
    for table in tables:
        by_file.setdefault(table.origin.file, []).append(table)
    stems = Counter(Path(name).stem for name in by_file)
    copies = []
    for name, found in by_file.items():
        stem = Path(name).stem if stems[Path(name).stem] == 1 else name.replace(".", "-")
        write_marked(found, verdict, out / f"{stem}-marked.xlsx")
        copies.append(str(out / f"{stem}-marked.xlsx"))
    return {
        "report": str(out / "check-report.html"),
        "json": str(out / "check-report.json"),
        "marked_copies": copies,
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
    for finding in shown:
        where = row_list(finding).split(" and ")[0].split(", ")[1:6]
        rows = f" ({', '.join(where)}{' …' if finding.count > len(where) else ''})" if where else ""
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


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
