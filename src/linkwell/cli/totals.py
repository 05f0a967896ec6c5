"""`linkwell totals`: the least-intrusive answer, where totals are enough and nobody's details leave."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from linkwell.bulk import check as check_tables
from linkwell.checking.staying import people_out
from linkwell.checking.totals import totals_csv, totals_of
from linkwell.cli.inputs import Given, files_argument, query_option, read_given, sheet_option
from linkwell.cli.output import finish, json_option
from linkwell.cli.provider import notices_option, spec_option, workspace_option
from linkwell.specification.file import load
from linkwell.standards.clock import today
from linkwell.vault.zones import write_whole


@click.command(
    epilog="""\b
Example:
  linkwell totals participants.xlsx visits.csv --spec specification.toml --out totals.csv
"""
)
@files_argument
@spec_option
@click.option("--out", type=click.Path(path_type=Path), help="Also write them as a file a spreadsheet opens.")
@notices_option
@workspace_option
@sheet_option
@query_option
@json_option
def totals(
    files: tuple[Given, ...],
    spec_path: Path,
    out: Path | None,
    notices_path: Path | None,
    workspace: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> None:
    """Count your people by year, age, gender, ethnic group and service.

    Groups of fewer than six are hidden and the rest rounded to three, so the totals are safe to show. Set
    them beside published figures about your area: if that answers your question, nothing need be shared.
    """
    spec = load(spec_path)
    people = people_out(spec_path, notices_path=notices_path, workspace=workspace)
    verdict = check_tables(spec, read_given(files, sheet, queries, quiet=as_json), **people)
    tables = totals_of(spec, verdict, as_of=today())
    if out is not None:
        write_whole(out, totals_csv(tables), mode=0o644)
    lines: list[str] = []
    for table in tables:
        lines += [f"{table.title}:", *(f"  {each.group}: {each.said}" for each in table.totals), ""]
    lines += [f"Totals as a file: {out}"] if out else []
    facts = {"command": "totals", "tables": [asdict(table) for table in tables], "file": out and str(out)}
    step = "set them beside published figures about your area (Stats NZ's Aotearoa Data Explorer)"
    finish(facts, lines, as_json=as_json, next_step=step)
