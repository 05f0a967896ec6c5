"""Pools by command line: asking like services into one, and who said what; the portal's actions."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_sign_in import agreement_of, as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse


@click.group()
def pool() -> None:
    """Several like services told about together, each only after it said yes."""


@pool.command(epilog="Example:\n\n  linkwell custodian pool begin mentoring --service 'Financial mentoring' "
              "--agreement a-1 --agreement b-1 --agreement c-1 --analyst ana --as mere")  # fmt: skip
@click.argument("code")
@home_option
@as_option
@click.option("--service", required=True, help="The kind of work they all do, in a few plain words.")
@click.option("--agreement", "agreements", multiple=True, required=True,
              help="One organisation's agreement; repeat for each, three or more.")  # fmt: skip
@click.option("--analyst", "analysts", multiple=True, required=True, help="Named analyst; repeat for more.")
@click.option("--protocol", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="The plan (TOML); the standard one if left out.")  # fmt: skip
@json_option
def begin(
    code: str, home: Path, username: str, service: str, agreements: tuple[str, ...],
    analysts: tuple[str, ...], protocol: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask organisations into a pool (a custodian manager); with the same code again, ask further ones."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.permissions import check
    from linkwell.custody.projects.permissions import APPROVE_PROJECT
    from linkwell.custody.projects.pooling import begin_pool, members_of

    check(by, APPROVE_PROJECT)
    people = list(Person.objects.filter(username__in=analysts))
    if len(people) != len(set(analysts)):
        raise WrongUse("One of the analysts is not known.", fix="Enter them: linkwell custodian add-person")
    try:
        plan = protocol.read_text("utf-8") if protocol else ""
    except UnicodeDecodeError:
        raise WrongUse("The plan cannot be read.", fix="Save it as UTF-8.") from None
    made = begin_pool(
        by=by, code=code, service=service, analysts=people, protocol_toml=plan,
        agreements=[agreement_of(each) for each in agreements],
    )  # fmt: skip
    said = {each.agreement.reference: each.said for each in members_of(made)}
    finish(
        {"pool": made.code, "service": made.service, "members": said},
        [f"{made.code}: {len(said)} organisations are asked.",
         "Nothing is worked out before three that are independent of each other say yes."],
        as_json=as_json,
        next_step="each one's lead or kaitiaki: linkwell custodian answer-use …",
    )  # fmt: skip


@pool.command(epilog="Example:\n\n  linkwell custodian pool close mentoring --as mere")
@click.argument("code")
@home_option
@as_option
@json_option
def close(code: str, home: Path, username: str, as_json: bool) -> None:
    """Close a pool for good (a custodian manager): nothing more is worked out, and its members are told.

    What was released stays theirs to read.
    """
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.projects.actions import close_project
    from linkwell.custody.projects.permissions import APPROVE_PROJECT
    from linkwell.custody.projects.pooling import pools

    check(by, APPROVE_PROJECT)
    closed = close_project(by=by, project=found_or_wrong(pools().filter(code=code).first(), code))
    finish(
        {"pool": closed.code, "state": closed.state},
        [f"{closed.code} is closed. Every organisation that was asked is told."],
        as_json=as_json,
    )


@pool.command("list", epilog="Example:\n\n  linkwell custodian pool list --as mere")
@home_option
@as_option
@json_option
def list_(home: Path, username: str, as_json: bool) -> None:
    """Every pool, where it stands, who was asked and what each said."""
    by = signed_in(home, username)
    from linkwell.custody.outputs.permissions import SEE_OUTPUTS
    from linkwell.custody.outputs.pooling import standings
    from linkwell.custody.permissions import allows, check
    from linkwell.custody.projects.permissions import APPROVE_PROJECT
    from linkwell.custody.projects.pooling import pools, with_members
    from linkwell.pages.labels import label

    if not allows(by, APPROVE_PROJECT):
        check(by, SEE_OUTPUTS)
    found = standings(with_members(pools()))
    lines = [
        f"{each.project.code} ({each.project.service}). {label('pool_state', each.state)}. "
        + ", ".join(f"{member.agreement.organisation.name}: {member.said}" for member in each.members)
        for each in found
    ]
    finish(
        {"pools": [{"pool": each.project.code, "service": each.project.service, "state": each.state,
                    "independent": len(each.apart),
                    "members": {member.agreement.reference: member.said for member in each.members}}
                   for each in found]},
        lines or ["There is none yet."],
        as_json=as_json,
    )  # fmt: skip
