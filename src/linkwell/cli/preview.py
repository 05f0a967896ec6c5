"""`linkwell preview`: what leaves and what stays, as a whole or about one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from linkwell.bulk import check as check_tables
from linkwell.checking.staying import people_out
from linkwell.cli.inputs import Given, files_named, query_option, read_given, sheet_option, source_type
from linkwell.cli.output import finish, json_option
from linkwell.cli.provider import notices_option, spec_option, workspace_option
from linkwell.documents.html import write_html
from linkwell.errors import WrongUse
from linkwell.specification.file import load
from linkwell.supply.person import about_invented_person, about_person, person_document, person_text
from linkwell.supply.preview import preview as preview_of
from linkwell.supply.preview import preview_text

INVENTED = "an invented person"


@click.command(
    epilog="""\b
Examples:
  linkwell preview participants.xlsx visits.csv --spec specification.toml
  linkwell preview --spec specification.toml --person                        about an invented person
  linkwell preview participants.xlsx --spec specification.toml --person C017 --out for-them.html
"""
)
@click.argument("files", nargs=-1, type=source_type)
@spec_option
@click.option(
    "--person",
    is_flag=False,
    flag_value=INVENTED,
    help="About one person: an invented one, or your client number of somebody who asks.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="With --person: also write a page to show or print."
)
@notices_option
@workspace_option
@sheet_option
@query_option
@json_option
def preview(
    files: tuple[Given, ...],
    spec_path: Path,
    person: str | None,
    out: Path | None,
    notices_path: Path | None,
    workspace: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    as_json: bool,
) -> int:
    """Show what leaves and what stays, and why. Nothing is written but the page you ask for."""
    spec = load(spec_path)
    if person == INVENTED:
        leaves = about_invented_person(spec)
    elif not files:
        raise WrongUse(
            "No files were named.", fix="Name your files, or use --person alone for an invented person."
        )
    else:
        people = people_out(spec_path, notices_path=notices_path, workspace=workspace)
        verdict = check_tables(spec, read_given(files, sheet, queries, quiet=as_json), **people)
        if person is None:
            shown = preview_of(spec, verdict)
            step = f"linkwell check {files_named(files)} --spec {spec_path} --out checked"
            finish(
                {"command": "preview", **asdict(shown)},
                [preview_text(shown)],
                as_json=as_json,
                next_step=step,
            )
            return 0
        leaves = about_person(spec, verdict, person)
    if out is not None:
        write_html(person_document(spec, leaves, invented=person == INVENTED), out)
    lines = [
        f"About {INVENTED}:" if person == INVENTED else "About the person who asks:",
        person_text(spec, leaves),
    ]
    lines += [f"Page to show: {out}. It is about one person: give it to them, then delete it."] if out else []
    facts = {
        "command": "preview",
        "leaves": [asdict(each) for each in leaves],
        "page": str(out) if out else None,
    }
    finish(facts, lines, as_json=as_json)
    return 0
