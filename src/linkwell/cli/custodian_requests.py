"""`linkwell custodian output …`: output requests by command line, the team's part; the portal's actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_projects import project_of
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in, whoever
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_OUT = click.Path(path_type=Path, file_okay=False)
_MOST_TOLD = 40


@click.group()
def output() -> None:
    """Ask for files to be released, look at them, decide, release, and fetch what left.

    A request is named like maa2026-01-r1. What a checker votes on lies under its fingerprint: what leaves is
    exactly that, or nothing.
    """


def request_of(reference: str) -> Any:
    """The request of this reference, if whoever is signed in may know of it."""
    from linkwell.custody.requests.permissions import visible_requests

    return found_or_wrong(visible_requests(whoever()).filter(reference=reference).first(), reference)


def told_request(made: Any, says: str, as_json: bool, *, then: str = "", **more: Any) -> None:
    """End a command that changed a request."""
    finish({"request": made.reference, "state": made.state, **more}, [says], as_json=as_json, next_step=then)


@output.command("list", epilog="Example:\n\n  linkwell custodian output list --as chris")
@home_option
@as_option
@json_option
def list_requests(home: Path, username: str, as_json: bool) -> None:
    """The output requests you may know of, and where each stands."""
    by = signed_in(home, username)
    from linkwell.custody.requests.permissions import visible_requests
    from linkwell.custody.requests.seeing import answer_due, clock

    found = list(visible_requests(by)[:200])
    facts = [
        {"request": each.reference, "project": each.project.code, "title": each.title, "state": each.state,
         "due": str(answer_due(each) or "")} for each in found
    ]  # fmt: skip
    lines = [f"{each.reference:<18} {each.state:<14} {each.title}  {clock(each)}".rstrip() for each in found]
    finish({"requests": facts}, lines or ["There is none."], as_json=as_json)


@output.command("show", epilog="Example:\n\n  linkwell custodian output show maa2026-01-r1 --as chris")
@click.argument("reference")
@home_option
@as_option
@json_option
def show(reference: str, home: Path, username: str, as_json: bool) -> None:
    """One request: its files, what the check found at which cells, votes, and what left before."""
    by = signed_in(home, username)
    found = request_of(reference)
    facts = _facts(found, by)
    finish(facts, [*_told(facts)], as_json=as_json)


def _facts(found: Any, by: Any) -> dict[str, Any]:
    from linkwell.custody.permissions import allows
    from linkwell.custody.requests import seeing
    from linkwell.custody.requests.permissions import REVIEW_OUTPUT

    verdicts = seeing.verdicts(found)
    checks = allows(by, REVIEW_OUTPUT)
    beside = seeing.beside_seen(found, by) or {"findings": [], "compared": []}
    releases, others = seeing.related(found) if checks else ([], [])
    return {
        "request": found.reference,
        "title": found.title,
        "project": found.project.code,
        "state": found.state,
        "data_update": found.data_version,
        "due": str(seeing.answer_due(found) or ""),
        "about": found.about.code if found.about else "",
        "reply_until": str(found.reply_until or ""),
        "reply": found.reply,
        "reasons": found.reasons,
        "files": [
            {"name": each.name, "part": each.role, "group": each.group, "sha384": each.digest,
             "check": verdicts.get(each.name, ""), **found.groups.get(each.group, {})}
            for each in seeing.files_seen(found, by)
        ],
        "findings": [_finding(each) for each in seeing.findings_seen(found, by)],
        "beside_others": [_finding(each) for each in beside["findings"]],
        "compared_with": beside["compared"],
        "votes": [{"checker": each.reviewer, "file": each.name, "yes": each.approves, "said": each.said}
                  for each in seeing.votes_seen(found, by)],
        "left_before": [each.reference for each in (*others, *releases)],
    }  # fmt: skip


def _finding(each: dict[str, Any]) -> dict[str, Any]:
    rule = each["rule_words"]
    told = {name: each[name] for name in ("verdict", "rule", "file", "sheet", "cells", "detail")}
    return {**told, "what": rule.what, "fix": rule.fix}


def _told(facts: dict[str, Any]) -> Iterator[str]:
    for name in ("request", "title", "state", "data_update", "due", "about", "reply_until", "reply",
                 "reasons"):  # fmt: skip
        if facts[name]:
            yield f"{name.replace('_', ' ')}: {facts[name]}"
    for each in facts["files"]:
        yield f"file: {each['name']} ({each['part']}, {each['group']}) {each['check']}".rstrip()
    for each in facts["findings"][:_MOST_TOLD]:
        yield _line(each)
    if len(facts["findings"]) > _MOST_TOLD:
        yield f"and {len(facts['findings']) - _MOST_TOLD:,} more: see them all with --json"
    for each in facts["votes"]:
        said = f"{'yes' if each['yes'] else 'no'} {each['said']}".rstrip()
        yield f"vote: {each['checker']}, {each['file']}: {said}"
    for each in facts["beside_others"]:
        yield _line(each)
    if facts["compared_with"]:
        yield "Who is counted in a file is not known, so nothing guards it against earlier ones: you do."
        yield f"compared line by line with: {', '.join(facts['compared_with'])}"
    if facts["left_before"]:
        yield f"left before from the same data: {', '.join(facts['left_before'])}"


@output.command("begin", epilog="Example:\n\n  linkwell custodian output begin maa2026-01 "
                "--title 'First results' --as kim")  # fmt: skip
@click.argument("project")
@home_option
@as_option
@click.option("--title", required=True, help="What these outputs are.")
@json_option
def begin(project: str, home: Path, username: str, title: str, as_json: bool) -> None:
    """Begin a request of a project (its team)."""
    by = signed_in(home, username)
    from linkwell.custody.requests import filling

    made = filling.begin_request(by=by, project=project_of(project), title=title)
    told_request(made, f"{made.reference} is begun.", as_json,
                 then=f"linkwell custodian output add {made.reference} table.csv --context …")  # fmt: skip


@output.command("add", epilog="Examples:\n\n  linkwell custodian output add maa2026-01-r1 table.csv "
                "--context 'People by region.' --controls 'RR3, under six S.' --as kim\n\n  linkwell "
                "custodian output add maa2026-01-r1 table.R --part script --as kim")  # fmt: skip
@click.argument("reference")
@click.argument("file", type=_FILE)
@home_option
@as_option
@click.option("--part", type=click.Choice(["leaves", "evidence", "script"]), default="leaves",
              show_default=True, help="Evidence (RAW) and the script stay.")  # fmt: skip
@click.option("--group", default="Results", show_default=True, help="Its files share the words below.")
@click.option("--context", default="", help="What it shows, and of whom.")
@click.option("--controls", default="", help="What was done to make it safe.")
@click.option("--exception", default="", help="Why a rule may be broken here, if one is.")
@json_option
def add(
    reference: str, file: Path, home: Path, username: str, part: str, group: str, context: str, controls: str,
    exception: str, as_json: bool,
) -> None:  # fmt: skip
    """Put a file in, or a new version under the same name (its team)."""
    by = signed_in(home, username)
    from linkwell.custody.requests import filling

    found = request_of(reference)
    if file.stat().st_size > filling.MOST_BYTES:
        raise WrongUse("The file is larger than 10 MB.", where=file.name, fix="An output is a small table.")
    made = filling.add_file(
        by=by, request=found, name=file.name, content=file.read_bytes(), role=part, group=group,
        context=context, controls=controls, exception=exception,
    )  # fmt: skip
    finish({"request": reference, "file": made.name, "part": part, "sha384": made.digest},
           [f"{made.name} is in {reference}."], as_json=as_json,
           next_step=f"linkwell custodian output submit {reference}")  # fmt: skip


@output.command("take-out", epilog="Example:\n\n  linkwell custodian output take-out maa2026-01-r1 "
                "table.csv --as kim")  # fmt: skip
@click.argument("reference")
@click.argument("name")
@home_option
@as_option
@json_option
def take_out(reference: str, name: str, home: Path, username: str, as_json: bool) -> None:
    """Take a file out again (its team)."""
    by = signed_in(home, username)
    from linkwell.custody.requests import filling

    made = filling.take_out_file(by=by, request=request_of(reference), name=name)
    told_request(made, f"{name} is taken out.", as_json)


@output.command("submit", epilog="Example:\n\n  linkwell custodian output submit maa2026-01-r1 --as kim")
@click.argument("reference")
@home_option
@as_option
@click.option("--withdraw", is_flag=True, help="Take the request back instead.")
@json_option
def submit(reference: str, home: Path, username: str, withdraw: bool, as_json: bool) -> None:
    """Have every file checked and put the request before two people, or take it back (its team)."""
    by = signed_in(home, username)
    from linkwell.custody.requests import filling

    act = filling.withdraw_request if withdraw else filling.submit
    made = act(by=by, request=request_of(reference))
    says = "It is taken back." if withdraw else "It is checked and submitted. Two people look at it now."
    told_request(made, says, as_json, check=made.checked.get("verdict", ""))


@output.command("read", epilog="Example:\n\n  linkwell custodian output read maa2026-01-r1 --out look "
                "--as chris")  # fmt: skip
@click.argument("reference")
@click.option("--out", type=_OUT, required=True, help="A new folder outside the data home.")
@home_option
@as_option
@json_option
def read(reference: str, out: Path, home: Path, username: str, as_json: bool) -> None:
    """Copy the files you may read, and the workbook that shows each fault at its cell; recorded.

    They are not released: whoever copies them answers for them, and removes them after looking.
    """
    by = signed_in(home, username)
    from linkwell.custody.audit.record import record_view
    from linkwell.custody.requests import contents, seeing
    from linkwell.custody.requests.checking import MARKED

    found = request_of(reference)
    files = {each.name: each.digest for each in seeing.files_seen(found, by)}
    if not files:
        raise WrongUse("There is no file in it that you may read.", where=reference)
    if seeing.marked_seen(found, by):
        files[f"{reference}-{MARKED}"] = MARKED
    new_folder(out, home)
    record_view("request.read", by=by, subject=found.subject, about=contents.whose(found))
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, digest in files.items():
        (out / name).write_bytes(contents.content_path(found, digest).read_bytes())
    finish({"request": reference, "folder": str(out), "files": sorted(files)},
           [f"{out}: {', '.join(sorted(files))}"], as_json=as_json,
           next_step=f"linkwell custodian output vote {reference} --yes-to-all")  # fmt: skip


def new_folder(out: Path, home: Path) -> None:
    """Refuse a folder that holds something, or lies in the data home."""
    if out.exists() and any(out.iterdir()):
        raise WrongUse("This folder already holds something.", where=out.name, fix="Choose a new folder.")
    if home.resolve() in (out.resolve(), *out.resolve().parents):
        raise WrongUse("Copies lie outside the data home.", where=out.name, fix="Choose another folder.")


def _line(each: dict[str, Any]) -> str:
    where = ", ".join([each["file"], *filter(None, [each["sheet"]]), *each["cells"][:20]])
    return f"{each['verdict']}: {each['what']} {each['detail']}".rstrip() + f"\n  {where}"
