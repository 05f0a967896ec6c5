"""`linkwell custodian …`: the custodian's side, run on the custodian's host by a signed-in person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_backup import backup, drill, rebuild_ledger, restore
from linkwell.cli.custodian_breaches import breach
from linkwell.cli.custodian_checking import output
from linkwell.cli.custodian_decisions import DECISIONS
from linkwell.cli.custodian_facilities import facility
from linkwell.cli.custodian_guarding import researcher
from linkwell.cli.custodian_keys import new_keys, quota
from linkwell.cli.custodian_labs import LABS
from linkwell.cli.custodian_leaving import LEAVING
from linkwell.cli.custodian_parties import add_organisation
from linkwell.cli.custodian_people import give_password, lost_device, lost_manager, second_factor, unlock
from linkwell.cli.custodian_pools import pool
from linkwell.cli.custodian_projects import project
from linkwell.cli.custodian_relations import RELATIONS
from linkwell.cli.custodian_removals import REMOVALS
from linkwell.cli.custodian_sender_key import sender_key
from linkwell.cli.custodian_setup import add_person, approve_insights, enrol_provider, init, verify_record
from linkwell.cli.custodian_sign_in import agreement_of, as_option, home_option, signed_in
from linkwell.cli.custodian_spine import SPINE
from linkwell.cli.custodian_timeline import TIMELINE
from linkwell.cli.custodian_tokens import tokens
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import LinkwellError, WrongUse
from linkwell.supply.joint import is_joint, parts_folder, read_joint, take_all_out

_ORDER = (
    "init", "add-organisation", "add-person", "person", "take-role", "end-person",
    "propose", "comment", "put-forward", "assess", "agree",
    "own-agreement", "sign", "decline", "take-back", "vary", "client-ok", "clients", "ask-use", "answer-use",
    "end-agreement", "destroy-kept", "take-out", "confirm-take-out", "removals", "breach", "waiting",
    "story", "notices", "project", "output", "researcher", "facility",
    "spine", "population", "enrol-provider", "receive", "accept", "reject", "link", "hand-out",
    "hand-in", "load", "catalogue", "approve-insights", "pool", "insights", "release", "pass-on",
    "verify-record", "tokens", "sender-key", "second-factor", "unlock",
    "give-password", "lost-device", "lost-manager",
    "backup", "restore", "drill", "rebuild-ledger", "why",
)  # fmt: skip


class InOrder(click.Group):
    """Lists its commands in the order of the road."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The road's order."""
        return list(_ORDER)


@click.group(cls=InOrder)
def custodian() -> None:
    """Receive, accept, link, load, analyse, release.

    Every step is done as somebody: give --as, and your password when asked (or in LINKWELL_PASSWORD). The
    same rules hold as in the portal, and every step is written in the record. A step that is already done
    says so.
    """


@custodian.command(
    epilog="Examples:\n\n  linkwell custodian receive --as ana\n\n"
    "  linkwell custodian receive supply.lwp --agreement DSA-2026-001 --as ana"
)
@click.argument("package", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@home_option
@as_option
@click.option("--agreement", help="With a file from disk: the agreement it was sent under.")
@json_option
def receive(package: Path | None, home: Path, username: str, agreement: str | None, as_json: bool) -> None:
    """List what has arrived, or bring in a sealed file from disk."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.supplies.actions import import_package
    from linkwell.custody.supplies.models import Supply
    from linkwell.custody.supplies.permissions import SEE_ALL
    from linkwell.pages.labels import label

    if package is not None:
        if agreement is None and is_joint(package):
            _receive_joint(package, by, as_json=as_json)
            return
        if agreement is None:
            raise WrongUse("Under which agreement was it sent?", fix="Give --agreement REFERENCE.")
        if is_joint(package):
            raise WrongUse("A joint file names each member's agreement itself.", fix="Leave --agreement out.")
        supply = import_package(by=by, agreement=agreement_of(agreement), package=package)
        result = _supply_facts(supply) | {"receipts": [r.kind for r in supply.receipts.all()]}
        lines = [f"{supply.reference} has arrived: {supply.size:,} bytes, receipt signed."]
        finish(result, lines, as_json=as_json, next_step=f"linkwell custodian accept {supply.reference}")
        return
    check(by, SEE_ALL)
    supplies = list(Supply.objects.select_related("agreement__organisation"))
    lines = [
        f"{s.reference:<24} {s.organisation.code:<16} {label('supply_state', s.state)}" for s in supplies
    ]
    waiting = next((s.reference for s in supplies if s.state == "received"), None)
    finish(
        {"supplies": [_supply_facts(supply) for supply in supplies]},
        lines or ["Nothing has arrived yet."],
        as_json=as_json,
        next_step=f"linkwell custodian accept {waiting}" if waiting else "",
    )


def _receive_joint(package: Path, by: Any, *, as_json: bool) -> None:
    """Bring in every part of a joint file under its own agreement; one that is refused stops no other."""
    import shutil

    from linkwell.custody.supplies.actions import import_package

    results: list[dict[str, Any]] = []
    for part in read_joint(package):
        try:
            (path,) = take_all_out(package, [part])
            supply = import_package(by=by, agreement=agreement_of(part.agreement), package=path)
            results.append(_supply_facts(supply) | {"taken": True})
        except LinkwellError as error:
            why = " ".join(filter(None, (error.what, error.why)))
            results.append({"agreement": part.agreement, "taken": False, "why": why})
    shutil.rmtree(parts_folder(package), ignore_errors=True)
    taken = sum(bool(each["taken"]) for each in results)
    lines = [f"{each['agreement']:<28} {each.get('supply') or each['why']}" for each in results]
    finish(
        {"parts": results, "taken": taken},
        [*lines, f"{taken} of {len(results)} sealed files have arrived."],
        as_json=as_json,
        next_step="linkwell custodian accept … (each)" if taken else "",
    )
    if taken < len(results):
        raise click.exceptions.Exit(1)


def _supply_facts(supply: Any, *, for_linker: bool = False) -> dict[str, Any]:
    """A supply for machines; exact numbers of links are the linkers' own."""
    return {
        "supply": supply.reference,
        "organisation": supply.organisation.code,
        "agreement": supply.agreement.reference,
        "state": supply.state,
        "bytes": supply.size,
        "sha384": supply.digest,
        "counts": {name: n for name, n in supply.counts.items() if for_linker or name != "linked"},
    }


@custodian.command(epilog="Example:\n\n  linkwell custodian accept DSA-2026-001-001 --as ana")
@click.argument("supply")
@home_option
@as_option
@json_option
def accept(supply: str, home: Path, username: str, as_json: bool) -> None:
    """Open a sealed file into its zones and check it against what was agreed."""
    by = signed_in(home, username)
    from linkwell.custody import road

    with progress("Opening and checking", quiet=as_json) as tick:
        done = road.accept(by=by, reference=supply, tick=tick)
    step = "checked" if done.state == "checked" else "accepted"
    counts = done.counts[step]
    rows = ", ".join(f"{rows:,} {name}" for name, rows in counts["rows"].items())
    people = f"{counts['people']:,} people ({rows} rows)"
    says, following = _WORDS_AFTER.get(done.state, _WORDS_AFTER["accepted"])
    finish(
        _supply_facts(done),
        [f"{done.reference} {says.format(people=people)}"],
        as_json=as_json,
        next_step=following.format(supply=done.reference),
    )


_WORDS_AFTER = {
    "checked": (
        "was tried out and is what was agreed: {people}. Nothing was kept open.",
        "a second data integrator takes it in: linkwell custodian accept {supply} --as …",
    ),
    "practised": ("was a practice and it worked: {people}, all invented and thrown away.", ""),
    "accepted": (
        "is accepted: {people}. The sealed file was destroyed.",
        "linkwell custodian link {supply} (a linker)",
    ),
}


@custodian.command(
    epilog="Example:\n\n  linkwell custodian reject DSA-2026-001-001 --reason 'Wrong quarter' --as ana"
)
@click.argument("supply")
@home_option
@as_option
@click.option("--reason", required=True, help="The provider reads this; never name a person.")
@json_option
def reject(supply: str, home: Path, username: str, reason: str, as_json: bool) -> None:
    """Turn a supply down unopened, with a reason."""
    by = signed_in(home, username)
    from linkwell.custody.permissions import check
    from linkwell.custody.supplies import actions
    from linkwell.custody.supplies.permissions import ACCEPT

    check(by, ACCEPT)
    done = actions.reject(by=by, supply=actions.find(supply), reason=reason)
    finish(
        _supply_facts(done), [f"{done.reference} is turned down; the provider can read why."], as_json=as_json
    )


@custodian.command(epilog="Example:\n\n  linkwell custodian link DSA-2026-001-001 --as lee")
@click.argument("supply")
@home_option
@as_option
@click.option("--again", is_flag=True, help="Link a linked supply afresh, with every judgement so far.")
@json_option
def link(supply: str, home: Path, username: str, again: bool, as_json: bool) -> None:
    """Find the people of an accepted supply on the spine (linkers only)."""
    by = signed_in(home, username)
    from linkwell.custody import road
    from linkwell.custody.home import links_path

    with progress("Linking", quiet=as_json) as tick:
        done = (road.link_again if again else road.link)(by=by, reference=supply, tick=tick)
    counts, report = done.counts["linked"], links_path(done.reference).parent / "report.html"
    share = 100 * counts["found"] / counts["people"] if counts["people"] else 0.0
    finish(
        _supply_facts(done, for_linker=True) | {"report": str(report)},
        [
            f"{counts['found']:,} of {counts['people']:,} records were found ({share:.1f} %); "
            f"{counts['unsure']:,} are for a person to look at.",
            f"Linkage report, for linkers only: {report}",
        ],
        as_json=as_json,
        next_step=f"linkwell custodian load{' --label NEW' if again else ''} (a data integrator)",
    )


@custodian.command(epilog="Example:\n\n  linkwell custodian load --label 2026-11 --as ana")
@home_option
@as_option
@click.option("--label", help="Name of the refresh (today's date).")
@click.option(
    "--ad-hoc",
    multiple=True,
    metavar="SUPPLY",
    help="Load only this, outside a refresh, beside the newest one; needs --label.",
)
@json_option
def load(home: Path, username: str, label: str | None, ad_hoc: tuple[str, ...], as_json: bool) -> None:
    """Build a refresh: everybody is linked anew, and every linked supply joins the population, without names
    or numbers.
    """
    by = signed_in(home, username)
    from linkwell.custody import road

    with progress("Building the refresh", quiet=as_json) as tick:
        done = road.load(by=by, label=label, ad_hoc=ad_hoc, tick=tick)
    facts, what = done.facts, f"Ad hoc load {done.label}, beside {done.base}," if done.base else ""
    finish(
        {"refresh": done.label, "state": done.state, "digest": done.digest, "rows": facts["rows"],
         "clients": facts["clients"], "clients_linked": facts["clients_linked"],
         "beside": done.base, "changes": facts.get("changes", {}), "rates": facts.get("rates", [])},
        [f"{what or f'Refresh {done.label}'} is ready: {facts['clients']:,} clients, "
         f"{facts['clients_linked']:,} of them found.",
         f"Fingerprint: {done.digest}"],
        as_json=as_json,
        next_step="linkwell custodian insights AGREEMENT (a named analyst)",
    )  # fmt: skip


@custodian.command(epilog="Example:\n\n  linkwell custodian insights DSA-2026-001 --as ana")
@click.argument("agreement")
@home_option
@as_option
@click.option("--refresh", help="Label of the refresh (the newest).")
@json_option
def insights(agreement: str, home: Path, username: str, refresh: str | None, as_json: bool) -> None:
    """Work out the insights of a provider's standing project, or of a pool (by its code).

    Nothing is shown before it is released.
    """
    by = signed_in(home, username)
    from linkwell.custody import road
    from linkwell.custody.outputs.permissions import ANALYSE
    from linkwell.custody.permissions import check
    from linkwell.custody.projects.pooling import pools
    from linkwell.custody.refreshes.actions import find

    check(by, ANALYSE)
    pooled = pools().filter(code=agreement).first()
    found = None if pooled else agreement_of(agreement)
    with progress("Working out insights", quiet=as_json) as tick:
        done = road.insights(
            by=by, agreement=found, pool=pooled, refresh=find(refresh) if refresh else None, tick=tick
        )
    finish(
        {"output": done.reference, "state": done.state, "analyst": done.analyst},
        [f"{done.reference} is {done.state}. An output checker other than {done.analyst} decides."],
        as_json=as_json,
        next_step=f"linkwell custodian release {done.reference} (an output checker)",
    )


@custodian.command(epilog="Example:\n\n  linkwell custodian release insights-DSA-2026-001-2026-11 --as chris")
@click.argument("output")
@click.option("--override", default="", metavar="REASON", help="Why new numbers may go all the same.")
@home_option
@as_option
@json_option
def release(output: str, override: str, home: Path, username: str, as_json: bool) -> None:
    """Make every number safe and publish the report (an output checker who did not work it out).

    About nearly the same people as before, earlier numbers are repeated and new ones hidden. With --override,
    in words the record keeps, new ones are told as well; no override shows a small group.
    """
    by = signed_in(home, username)
    from linkwell.custody import road

    with progress("Releasing", quiet=as_json) as tick:
        done = road.release(by=by, reference=output, tick=tick, override=override)
    released = done.release
    report = home / "released" / released.reference / "report.html"
    finish(
        {"output": done.reference, "state": done.state, "release": released.reference, "report": str(report),
         "files": released.files, "ledger_entry": released.ledger_entry},
        [f"Released as {released.reference}: {report}"],
        as_json=as_json,
        next_step="the provider reads it in the portal, under Reports",
    )  # fmt: skip


@custodian.command(epilog="Example:\n\n  linkwell custodian why R000003-0123abcd --as chris")
@click.argument("reference")
@home_option
@as_option
@json_option
def why(reference: str, home: Path, username: str, as_json: bool) -> None:
    """Why numbers of a release are hidden, or a request was refused (output checkers; looks are recorded)."""
    by = signed_in(home, username)
    from linkwell.custody.outputs.heads import why as reasons

    found = reasons(by=by, reference=reference)
    if found is None:
        raise WrongUse("Nothing is known under this reference.", where=reference)
    tables = found if isinstance(found, dict) else {}
    lines = [f"{name}: " + ", ".join(f"{n:,} {kind.replace('_', ' ')}" for kind, n in kinds.items())
             for name, kinds in tables.items()]  # fmt: skip
    finish({"reference": reference, "reasons": found}, lines or [str(found)], as_json=as_json)


for _command in (
    init,
    add_organisation,
    add_person,
    enrol_provider,
    approve_insights,
    pool,
    verify_record,
    tokens,
    sender_key,
    new_keys,
    quota,
    second_factor,
    unlock,
    give_password,
    lost_device,
    lost_manager,
    backup,
    restore,
    drill,
    rebuild_ledger,
):
    custodian.add_command(_command)

for _command in (
    *SPINE,
    *LEAVING,
    *DECISIONS,
    *RELATIONS,
    *TIMELINE,
    *REMOVALS,
    breach,
    project,
    output,
    researcher,
    facility,
):
    custodian.add_command(_command)

for _command in LABS:
    project.add_command(_command)
