"""`linkwell custodian project …`: research projects by command line; the portal's actions."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_decisions import found_or_wrong, organisation_of
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in, whoever
from linkwell.cli.output import finish, json_option

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def project() -> None:
    """Apply for a project, review it, guard it, ask about it, change and close it."""


def project_of(code: str) -> Any:
    """The project of this code, if whoever is signed in may know of it."""
    from linkwell.custody.projects.seeing import visible_projects

    return found_or_wrong(visible_projects(whoever()).filter(code=code).first(), code)


def open_application_of(code: str) -> Any:
    """The application that is being written or decided."""
    from linkwell.custody.projects.seeing import open_application

    return found_or_wrong(open_application(project_of(code)), code)


def told(code: str, state: str, says: str, as_json: bool, *, then: str = "", **more: Any) -> None:
    finish({"project": code, "state": state, **more}, [says], as_json=as_json, next_step=then)


@project.command("list", epilog="Example:\n\n  linkwell custodian project list --as ana")
@home_option
@as_option
@json_option
def list_projects(home: Path, username: str, as_json: bool) -> None:
    """The projects you may know of, and where each stands."""
    by = signed_in(home, username)
    from linkwell.custody.projects.seeing import visible_projects

    found = [
        {"project": each.code, "title": each.title, "state": each.state} for each in visible_projects(by)
    ]
    lines = [f"{each['project']:<14} {each['state']:<18} {each['title']}" for each in found]
    finish({"projects": found}, lines or ["There is none."], as_json=as_json)


@project.command("show", epilog="Example:\n\n  linkwell custodian project show maa2026-01 --as ana")
@click.argument("code")
@home_option
@as_option
@json_option
def show(code: str, home: Path, username: str, as_json: bool) -> None:
    """One project: its conditions, what stops it, your access, and what the agreements say to it."""
    by = signed_in(home, username)
    from linkwell.custody.projects.access import access, stopped
    from linkwell.custody.projects.conditions import conditions_of
    from linkwell.custody.projects.precheck import precheck
    from linkwell.custody.projects.seeing import named, open_application

    found = project_of(code)
    asked = open_application(found)
    if asked is not None and asked.state == "draft" and not named(found, by):
        asked = None
    mine = access(found, by)
    checks = precheck(asked) if asked else []
    facts = {
        "project": code,
        "state": found.state,
        "conditions": [each.words for each in conditions_of(found)],
        "stopped": [each.words for each in stopped(found)],
        "your_access": "open" if mine.open else [each.words for each in mine.closed],
        "application": asked.state if asked else "",
        "agreements_say": [f"{each.where}: {each.clause}: {each.verdict}. {each.says}" for each in checks],
    }
    finish(facts, [f"{name.replace('_', ' ')}: {said}" for name, said in facts.items()], as_json=as_json)


@project.command("begin", epilog="Example:\n\n  linkwell custodian project begin a-university "
                 "--title 'Who comes back' --as lee")  # fmt: skip
@click.argument("organisation")
@home_option
@as_option
@click.option("--title", required=True, help="What it is called.")
@json_option
def begin(organisation: str, home: Path, username: str, title: str, as_json: bool) -> None:
    """Begin a project of your organisation (project leads)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.projects import applying
    from linkwell.custody.projects.permissions import BEGIN_PROJECT

    check(by, BEGIN_PROJECT)
    made = applying.begin_project(by=by, organisation=organisation_of(organisation), title=title)
    code = made.project.code
    told(code, made.project.state, f"{code} is begun.", as_json,
          then=f"linkwell custodian project write {code} answers.toml")  # fmt: skip


@project.command("write", epilog="Example:\n\n  linkwell custodian project write maa2026-01 answers.toml "
                 "--as lee\n\nanswers.toml has a table [answers] and a table [variables] of why each is "
                 "needed.")  # fmt: skip
@click.argument("code")
@click.argument("file", type=_FILE)
@home_option
@as_option
@json_option
def write(code: str, file: Path, home: Path, username: str, as_json: bool) -> None:
    """Write in the open application, as far as the file goes (its team)."""
    by = signed_in(home, username)
    from linkwell.custody.projects import applying, content
    from linkwell.errors import WrongUse

    application = open_application_of(code)
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise WrongUse("This is no TOML file.", where=file.name, fix="Write it as the help shows.") from None
    if not all(isinstance(each, dict) for each in given.values()) or set(given) - {"answers", "variables"}:
        raise WrongUse("It needs the tables [answers] and [variables], and no others.", where=file.name)
    if "answers" in given:
        said = {name: str(text) for name, text in given["answers"].items()}
        application = applying.write(by=by, application=application, answers=said)
    if "variables" in given:
        why = {name: str(text) for name, text in given["variables"].items()}
        application = applying.choose_variables(by=by, application=application, variables=why)
    lacking = content.problems(application.answers, application.variables)
    told(code, application.state, "Saved." + "".join(f"\n  {each}" for each in lacking), as_json,
          missing=lacking)  # fmt: skip


@project.command("invite", epilog="Example:\n\n  linkwell custodian project invite maa2026-01 kim --as lee")
@click.argument("code")
@click.argument("person")
@home_option
@as_option
@click.option("--out", is_flag=True, help="Take them out of the team instead.")
@json_option
def invite(code: str, person: str, home: Path, username: str, out: bool, as_json: bool) -> None:
    """Ask a researcher into the team, or take one out (its lead)."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.projects import applying

    found = project_of(code)
    applying.leads(by, found)
    somebody = found_or_wrong(Person.objects.filter(username=person).first(), person)
    act = applying.take_out if out else applying.invite
    made = act(by=by, project=found, person=somebody)
    told(code, made.state, f"{person}: {made.state}.", as_json)


@project.command("join", epilog="Example:\n\n  linkwell custodian project join maa2026-01 --as kim")
@click.argument("code")
@home_option
@as_option
@click.option("--no", "decline", is_flag=True, help="Say no; nobody asks why.")
@json_option
def join(code: str, home: Path, username: str, decline: bool, as_json: bool) -> None:
    """Answer an invitation into a team, for yourself."""
    by = signed_in(home, username)
    from linkwell.custody.projects import applying

    made = applying.answer_invitation(by=by, project=project_of(code), accept=not decline)
    told(code, made.state, f"You {made.state}.", as_json)


@project.command("put-in", epilog="Example:\n\n  linkwell custodian project put-in maa2026-01 --as lee")
@click.argument("code")
@home_option
@as_option
@click.option("--withdraw", is_flag=True, help="Take the open application back instead.")
@json_option
def put_in(code: str, home: Path, username: str, withdraw: bool, as_json: bool) -> None:
    """Put the open application in, or take it back (its lead)."""
    by = signed_in(home, username)
    from linkwell.custody.projects import applying

    act = applying.withdraw if withdraw else applying.put_in
    made = act(by=by, application=open_application_of(code))
    told(code, made.state, f"The application is {made.state}.", as_json)


@project.command(
    "change", epilog="Example:\n\n  linkwell custodian project change maa2026-01 renewal --as lee"
)
@click.argument("code")
@click.argument("kind", type=click.Choice(["amendment", "renewal"]))
@home_option
@as_option
@json_option
def change(code: str, kind: str, home: Path, username: str, as_json: bool) -> None:
    """Begin a change or a renewal from what was approved (its lead)."""
    by = signed_in(home, username)
    from linkwell.custody.projects import applying

    made = applying.begin_change(by=by, project=project_of(code), kind=kind)
    told(code, made.state, "Begun. What was approved goes on as it is until this is decided.", as_json,
          then=f"linkwell custodian project write {code} answers.toml")  # fmt: skip


@project.command("close", epilog="Example:\n\n  linkwell custodian project close maa2026-01 --as mere")
@click.argument("code")
@home_option
@as_option
@json_option
def close(code: str, home: Path, username: str, as_json: bool) -> None:
    """Close a project for good (its lead, or a custodian manager)."""
    by = signed_in(home, username)
    from linkwell.custody.projects.actions import close_project

    made = close_project(by=by, project=project_of(code))
    told(code, made.state, "It is closed. Nobody works in it any more.", as_json)
