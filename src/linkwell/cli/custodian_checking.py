"""`linkwell custodian output …` for who checks, releases, replies and fetches what left."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.custodian_decisions import found_or_wrong
from linkwell.cli.custodian_requests import output, request_of, told_request
from linkwell.cli.custodian_sign_in import as_option, home_option, signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse


@output.command("vote", epilog="Examples:\n\n  linkwell custodian output vote maa2026-01-r1 --yes-to-all "
                "--as chris\n\n  linkwell custodian output vote maa2026-01-r1 --yes a.csv --no b.csv --why "
                "'Which year?' --as chris")  # fmt: skip
@click.argument("reference")
@home_option
@as_option
@click.option("--yes", "yes", multiple=True, metavar="FILE", help="A file that may leave; or several.")
@click.option("--no", "no", multiple=True, metavar="FILE", help="A file that must be changed.")
@click.option("--yes-to-all", is_flag=True, help="Every file that is to leave may.")
@click.option("--why", default="", help="What must be changed; needed with --no.")
@json_option
def vote(
    reference: str, home: Path, username: str, yes: tuple[str, ...], no: tuple[str, ...], yes_to_all: bool,
    why: str, as_json: bool,
) -> None:  # fmt: skip
    """Say yes or no to files, without seeing what anybody else says (output checkers not in the team)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.requests import deciding
    from linkwell.custody.requests.permissions import REVIEW_OUTPUT
    from linkwell.custody.requests.votes import leaving

    check(by, REVIEW_OUTPUT)
    found = request_of(reference)
    if set(yes) & set(no):
        raise WrongUse("A file has both a yes and a no.", where=", ".join(sorted(set(yes) & set(no))))
    every = [file.name for file in leaving(found) if file.name not in no] if yes_to_all else []
    says = dict.fromkeys([*every, *yes], True) | dict.fromkeys(no, False)
    made = deciding.vote(by=by, request=found, says=says, said=dict.fromkeys(no, why))
    told_request(made, f"Your votes on {len(says)} of its files are kept.", as_json, votes=says)


@output.command("decide", epilog="Examples:\n\n  linkwell custodian output decide maa2026-01-r1 approve --as "
                "chris\n\n  linkwell custodian output decide maa2026-01-r1 return --reasons 'Say which "
                "year.' --as chris")  # fmt: skip
@click.argument("reference")
@click.argument("decision", type=click.Choice(["approve", "return", "refuse"]))
@home_option
@as_option
@click.option("--reasons", default="", help="The team reads them; needed unless you approve.")
@click.option("--about", default="", help="Code of the one provider it is about, if it is.")
@json_option
def decide(
    reference: str, decision: str, home: Path, username: str, reasons: str, about: str, as_json: bool
) -> None:
    """Approve what both said yes to, return it or refuse it (output checkers not in the team)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.projects.seeing import owners_of
    from linkwell.custody.requests import deciding
    from linkwell.custody.requests.permissions import REVIEW_OUTPUT

    check(by, REVIEW_OUTPUT)
    found = request_of(reference)
    if decision == "approve":
        owners = {each.code: each for each in owners_of(found.project)}
        one = found_or_wrong(owners.get(about), about) if about else None
        made = deciding.approve_request(by=by, request=found, about=one, said=reasons)
    else:
        act = deciding.return_request if decision == "return" else deciding.refuse_request
        made = act(by=by, request=found, reasons=reasons)
    then = f"linkwell custodian output release {reference}" if decision == "approve" else ""
    told_request(
        made, f"{reference}: {made.state}.", as_json, then=then, reply_until=str(made.reply_until or "")
    )


@output.command("reply", epilog="Example:\n\n  linkwell custodian output reply maa2026-01-r1 'The north is "
                "right.' --as pat")  # fmt: skip
@click.argument("reference")
@click.argument("text")
@home_option
@as_option
@json_option
def reply(reference: str, text: str, home: Path, username: str, as_json: bool) -> None:
    """Say what you think of an output about your organisation before it leaves (its lead)."""
    by = signed_in(home, username)
    from linkwell.custody.requests import deciding

    made = deciding.reply(by=by, request=request_of(reference), text=text)
    told_request(made, "Your reply is kept; the checkers and the team read it.", as_json)


@output.command("keep", epilog="Example:\n\n  linkwell custodian output keep maa2026-01-r1 report-back "
                "'Told at the hui of 3 November.' --as lee")  # fmt: skip
@click.argument("reference")
@click.argument("condition")
@click.argument("text")
@home_option
@as_option
@json_option
def keep(reference: str, condition: str, text: str, home: Path, username: str, as_json: bool) -> None:
    """Say that a condition of the project is kept for these files (kaitiaki, or the project lead)."""
    by = signed_in(home, username)
    from linkwell.custody.requests.keeping import say_kept

    made = say_kept(by=by, request=request_of(reference), code=condition, said=text)
    told_request(made, "It is kept with your name, for the files as they are.", as_json)


@output.command("release", epilog="Example:\n\n  linkwell custodian output release maa2026-01-r1 --as chris")
@click.argument("reference")
@home_option
@as_option
@json_option
def release(reference: str, home: Path, username: str, as_json: bool) -> None:
    """Let the files two people approved leave; this cannot be undone (output checkers not in the team)."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.requests import deciding
    from linkwell.custody.requests.bundle import bundle_names
    from linkwell.custody.requests.permissions import RELEASE_OUTPUT

    check(by, RELEASE_OUTPUT)
    made = deciding.release_request(by=by, request=request_of(reference))
    names = bundle_names(made)
    told_request(made, f"Released: {', '.join(names)}", as_json, files=names,
                 then=f"linkwell custodian output bundle {reference} --out {reference}.zip")  # fmt: skip


@output.command("bundle", epilog="Example:\n\n  linkwell custodian output bundle maa2026-01-r1 --out "
                "results.zip --as kim")  # fmt: skip
@click.argument("reference")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The archive to write.")  # fmt: skip
@home_option
@as_option
@json_option
def bundle(reference: str, out: Path, home: Path, username: str, as_json: bool) -> None:
    """Fetch everything that was released, in one archive with checksums and the signed receipt."""
    by = signed_in(home, username)
    from linkwell.custody.requests.bundle import bundle_names, packed
    from linkwell.custody.requests.seeing import files_seen
    from linkwell.custody.requests.states import RequestState
    from linkwell.vault.zones import written_whole

    found = request_of(reference)
    if found.state != RequestState.RELEASED or not files_seen(found, by):
        raise WrongUse("Nothing is released in it that you may fetch.", where=reference,
                       fix="See where it stands: output show.")  # fmt: skip
    if out.exists():
        raise WrongUse("There is a file of this name already.", where=out.name, fix="Give another name.")
    content = packed(found, by=by)
    with written_whole(out) as part:
        part.write_bytes(content)
    names = bundle_names(found)
    finish({"request": reference, "archive": str(out), "files": names}, [f"{out}: {', '.join(names)}"],
           as_json=as_json, next_step="unpack it and check it: sha384sum --check SHA384SUMS")  # fmt: skip
