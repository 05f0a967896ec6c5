"""The commands beside the road: making a home, entering people and providers, checking the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkwell.cli.custodian_sign_in import agreement_of, as_option, ask_password, home_option, signed_in
from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import WrongUse


@click.command(
    epilog="Example:\n\n  linkwell custodian init --home /srv/linkwell --name 'Stats NZ' --manager mere "
    "--population /srv/population"
)
@home_option
@click.option(
    "--name", default="Custodian", show_default=True, help="What pages and receipts call the custodian."
)
@click.option(
    "--population",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with spine.parquet, residents.parquet, measures.parquet and measures.toml.",
)
@click.option(
    "--demo-seed", type=int, help="Make a demonstration home: invented people, derived keys and passwords."
)
@click.option(
    "--recovery",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder (a stick, say) for the private recovery keys, to be kept by other people.",
)
@click.option("--manager", metavar="PERSON", help="Sign-in name of the first custodian manager.")
@click.option("--manager-name", default="", help="Their full name.")
@json_option
def init(
    home: Path, name: str, population: Path | None, demo_seed: int | None, recovery: Path | None,
    manager: str | None, manager_name: str, as_json: bool,
) -> None:  # fmt: skip
    """Make a data home: zones, keys, registry, first people, and the population to link to."""
    from linkwell.portal.start import start
    from linkwell.vault.zones import Home

    opened = Home.create(home, name=name, demo_seed=demo_seed)
    start(home)
    from linkwell.custody import demo, setup
    from linkwell.custody.organisations.actions import first_manager
    from linkwell.custody.organisations.models import Membership

    with progress("Bringing the population in", quiet=as_json) as tick:
        setup.set_up(opened, population=population, recovery=recovery, progress=tick)
    people = demo.enter_people(opened) if opened.demo else []
    if manager and not Membership.objects.filter(role="custodian_manager").exists():
        password = ask_password(f"New password for {manager}", confirm=True)
        first_manager(username=manager, name=manager_name or manager, password=password)
    bundle = home / "custodian-keys.json"
    setup.write_public_bundle(opened, bundle)
    lines = [f"The data home is ready: {home}", f"Give providers this key file: {bundle}"]
    if recovery is None and not opened.demo:
        lines.append("The recovery keys lie in keys/recovery: carry them away and give them to other people.")
    lines += [f"  {each.username:<11} {each.password}   {each.what}" for each in people]
    finish(
        {
            "home": str(home),
            "demo": opened.demo,
            "custodian_keys": str(bundle),
            "population": population is not None,
            "people": [each.username for each in people] or ([manager] if manager else []),
        },
        lines,
        as_json=as_json,
        next_step="linkwell custodian enrol-provider",
    )


@click.command(
    "add-person",
    epilog="Example:\n\n  linkwell custodian add-person lee --name 'Lee Moana' --role linker --as mere",
)
@click.argument("new_username", metavar="PERSON")
@home_option
@as_option
@click.option("--name", required=True, help="Their full name.")
@click.option("--organisation", default="custodian", show_default=True, help="Code of the organisation.")
@click.option("--role", "roles", multiple=True, required=True, help="Repeat for several roles.")
@json_option
def add_person(
    new_username: str,
    home: Path,
    username: str,
    name: str,
    organisation: str,
    roles: tuple[str, ...],
    as_json: bool,
) -> None:
    """Enter a person with roles; their first password is asked for (or LINKWELL_NEW_PASSWORD)."""
    by = signed_in(home, username)
    from linkwell.custody.organisations import actions
    from linkwell.custody.organisations.models import Organisation
    from linkwell.custody.organisations.permissions import ENROL
    from linkwell.custody.organisations.roles import Role
    from linkwell.custody.permissions import check

    check(by, ENROL)
    found = Organisation.objects.filter(code=organisation).first()
    unknown = sorted(set(roles) - {role.value for role in Role})
    if found is None or unknown:
        raise WrongUse(
            "There is no such organisation." if found is None else f"There is no role {unknown[0]}.",
            fix="Roles: " + ", ".join(role.value for role in Role),
        )
    prompt = f"First password for {new_username}"
    password = ask_password(prompt, variable="LINKWELL_NEW_PASSWORD", confirm=True)
    person = actions.add_person(
        by=by,
        username=new_username,
        name=name,
        password=password,
        organisation=found,
        roles=[Role(role) for role in roles],
    )
    finish(
        {"person": person.username, "organisation": organisation, "roles": sorted(roles)},
        [f"{person.username} is now {', '.join(Role(role).words for role in roles)} in {found.name}."],
        as_json=as_json,
        next_step="they sign in to the portal, or use --as with their name",
    )


@click.command(
    "enrol-provider",
    epilog="Example:\n\n  linkwell custodian enrol-provider --code aroha --name 'Riverbend Community Trust' "
    "--agreement DSA-2026-001 --specification spec.toml --sender-key sender.pub.pem "
    "--permit-single-provider --as mere",
)
@home_option
@as_option
@click.option("--code", required=True, help="Short code of the organisation: letters, digits, hyphens.")
@click.option("--name", required=True, help="Its full name.")
@click.option("--agreement", required=True, help="Reference of the agreement.")
@click.option(
    "--specification", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The agreed data specification (TOML).",
)  # fmt: skip
@click.option(
    "--sender-key", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The sender's public key; compare its fingerprint over the phone first.",
)  # fmt: skip
@click.option("--starts", type=click.DateTime(["%Y-%m-%d"]), help="First day (today).")
@click.option("--ends", type=click.DateTime(["%Y-%m-%d"]), help="Last day (three years from its first).")
@click.option(
    "--permit-single-provider", is_flag=True, help="The agreement permits output about this provider alone."
)
@click.option("--token-days", type=click.IntRange(1, 365), default=90, show_default=True)
@json_option
def enrol_provider(
    home: Path, username: str, code: str, name: str, agreement: str, specification: Path, sender_key: Path,
    starts: Any, ends: Any, permit_single_provider: bool, token_days: int, as_json: bool,
) -> None:  # fmt: skip
    """Enter an organisation with its agreement, and print its upload token once."""
    import datetime

    by = signed_in(home, username)
    from django.utils import timezone

    from linkwell.custody.agreements import actions
    from linkwell.specification.file import load
    from linkwell.vault import keys

    spec = load(specification)
    first = starts.date() if starts else timezone.localdate()
    last = ends.date() if ends else first + datetime.timedelta(days=3 * 365)
    pem = sender_key.read_text("ascii")
    enrolment = actions.enrol_provider(
        by=by,
        code=code,
        name=name,
        agreement=agreement,
        specification_toml=specification.read_text("utf-8"),
        specification_digest=spec.digest,
        sender_key_pem=pem,
        permits_single_provider_output=permit_single_provider,
        starts=first,
        ends=last,
    )
    token = actions.issue_upload_token(by=by, agreement=enrolment.agreement, days=token_days)
    _enter_demo_provider(home, enrolment.organisation)
    spoken = keys.spoken(keys.fingerprint(keys.read_public_key(pem)))
    finish(
        {
            "organisation": code,
            "agreement": agreement,
            "specification": spec.digest,
            "sender_key": spoken,
            "upload_token": token,
            "created": enrolment.created,
        },
        [
            f"{name} is enrolled under {agreement}."
            if enrolment.created
            else f"{agreement} was already there.",
            f"Its signing key, to compare over the phone: {spoken}",
            f"Upload token (shown once, kept nowhere; {token_days} days): {token}",
        ],
        as_json=as_json,
        next_step="the provider runs: linkwell send PACKAGE --url … --token …",
    )


def _enter_demo_provider(home: Path, organisation: Any) -> None:
    """In a demonstration the first provider enrolled gets its person to sign in as."""
    from linkwell.custody import demo
    from linkwell.vault.zones import Home

    opened = Home.open(home)
    if opened.demo and not any(each.username == "provider" for each in demo.sign_ins(opened)):
        demo.enter_people(opened, provider=organisation)


@click.command(
    "approve-insights",
    epilog="Example:\n\n  linkwell custodian approve-insights DSA-2026-001 --analyst sam --as mere",
)
@click.argument("agreement")
@home_option
@as_option
@click.option(
    "--analyst", "analysts", multiple=True, required=True, help="Named analyst; repeat for several."
)
@click.option(
    "--protocol",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The plan (TOML); the standard one if left out.",
)
@json_option
def approve_insights(
    agreement: str, home: Path, username: str, analysts: tuple[str, ...], protocol: Path | None, as_json: bool
) -> None:
    """Set up the standing insights project of an agreement, with named analysts and a fixed plan."""
    by = signed_in(home, username)
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.permissions import check
    from linkwell.custody.projects.actions import approve_standing_project
    from linkwell.custody.projects.permissions import APPROVE_PROJECT

    check(by, APPROVE_PROJECT)
    people = list(Person.objects.filter(username__in=analysts))
    if len(people) != len(set(analysts)):
        raise WrongUse("One of the analysts is not known.", fix="Enter them: linkwell custodian add-person")
    try:
        plan = protocol.read_text("utf-8") if protocol else ""
    except UnicodeDecodeError:
        raise WrongUse("The plan cannot be read.", fix="Save it as UTF-8.") from None
    project = approve_standing_project(
        by=by, agreement=agreement_of(agreement), analysts=people, protocol_toml=plan
    )
    finish(
        {"project": project.code, "analysts": sorted(analysts)},
        [f"The standing project {project.code} is approved for {', '.join(sorted(analysts))}."],
        as_json=as_json,
        next_step=f"linkwell custodian insights {agreement} --as {analysts[0]}",
    )


@click.command(
    "verify-record",
    epilog="Example:\n\n  linkwell custodian verify-record --receipt receipt.json --as audrey",
)
@home_option
@as_option
@click.option(
    "--receipt", "receipts", multiple=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A receipt somebody else kept: is what it witnessed still there?",
)  # fmt: skip
@json_option
def verify_record(home: Path, username: str, receipts: tuple[Path, ...], as_json: bool) -> None:
    """Check every link of the record nobody can rewrite, and that receipts still agree with it."""
    by = signed_in(home, username)
    from linkwell.custody.audit import record
    from linkwell.custody.organisations.permissions import READ_RECORD
    from linkwell.custody.permissions import check
    from linkwell.errors import RefusedByRule
    from linkwell.ledger.receipts import load as load_receipt

    check(by, READ_RECORD)
    verdict = record.verify_record([load_receipt(path).checkpoint for path in receipts])
    if not verdict.ok:
        raise RefusedByRule(
            "The record does not hold.", why="; ".join(verdict.faults), fix="Tell the auditor now."
        )
    finish(
        {"events": verdict.events, "ok": True, "head": verdict.head.hash if verdict.head else ""},
        [f"The record holds: {verdict.events:,} events, {len(receipts)} receipts agree."],
        as_json=as_json,
    )
