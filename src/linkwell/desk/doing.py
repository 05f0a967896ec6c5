"""What the desk does with the files: read, describe, check, hand over, seal, send.

Same library and same results as the commands; each step can be run again and does nothing twice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linkwell.bulk import check
from linkwell.checking.cover import starts_of
from linkwell.checking.drift import Drift, drift, load_profile, profile, save_profile
from linkwell.checking.marked import write_marked_copies
from linkwell.checking.outlook import FileOutlook, expect
from linkwell.checking.report import write_html, write_json
from linkwell.checking.staying import people_out
from linkwell.checking.verdict import Verdict
from linkwell.desk.desk import Desk
from linkwell.desk.jobs import Job
from linkwell.desk.sources import ask_database, read
from linkwell.errors import LinkwellError
from linkwell.primer import alone, worded
from linkwell.reading.table import Table
from linkwell.specification.draft import draft
from linkwell.specification.file import save
from linkwell.specification.model import Specification
from linkwell.specification.recipe import with_recipe
from linkwell.standards.clock import today
from linkwell.supply.delivery import Parties, plan, seal_planned
from linkwell.supply.handover import hand_over
from linkwell.supply.manifest import Delivery
from linkwell.supply.seal import package_id, seal
from linkwell.supply.send import fetch_receipts, send
from linkwell.supply.split import Split, SplitSecrets, keep_split_secrets, split
from linkwell.vault.custodian_keys import CustodianKeys, load_bundle
from linkwell.vault.keys import sender_key
from linkwell.vault.zones import Home, data_home_of, write_whole

_NO_WORDS = (
    "Your answers could not be read, so your own words from Get ready are not in it. "
    "Mend them, then describe your files again."
)


def describe(desk: Desk, job: Job) -> None:
    """Draft the specification from the chosen files; an earlier one can be had back by undo."""
    ask_database(desk, job, again=True)
    tables = read(desk, job)
    job.part("Looking at every column")
    made = draft(tables, organisation=desk.organisation, initiative=desk.choices.initiative)
    answers, unreadable = desk.answers_if_readable
    spec = worded(made.specification, answers)  # nobody types a thing twice
    drafted, earlier = spec, desk.specification_or_none()
    if earlier is not None:
        spec = with_recipe(spec, earlier)
    facts = {
        "files": desk.files_fingerprint,
        "readings": [vars(reading) for reading in made.readings],
        "remarks": [*made.remarks, *([_NO_WORDS] if unreadable is not None else [])],
        "rows": {_place(table): len(table) for table in tables},
    }
    desk.keep_earlier("describing your files afresh")
    write_whole(desk.workspace.described, json.dumps(facts, ensure_ascii=False).encode())
    save(drafted, desk.workspace.drafted)
    save(spec, desk.workspace.specification)


def _place(table: Table) -> str:
    return table.origin.file + (f", {table.origin.sheet}" if table.origin.sheet else "")


def look_over(desk: Desk, job: Job) -> Verdict:
    """Check the files and write the reports and marked copies."""
    spec = desk.specification()
    ask_database(desk, job, again=True)
    fingerprint = desk.checking_fingerprint
    tables = read(desk, job)
    job.part(f"Checking {sum(map(len, tables)):,} rows")
    verdict = check(spec, tables, **people_out(desk.workspace.specification))
    folder = desk.workspace.checked
    tick = job.part("Writing the report and the marked copies")
    _clear_marked(folder)
    write_marked_copies(tables, verdict, folder, tick)
    now = profile(spec, verdict)
    write_html(
        verdict,
        spec,
        folder / "check-report.html",
        expected=expected(desk, spec, verdict),
        moved=moved_since(desk, now),
    )
    write_json(verdict, folder / "check-report.json")
    save_profile(now, folder / "check-profile.json")
    desk.remember_verdict(fingerprint, verdict)
    desk.choose(checked=(fingerprint, spec.digest))
    return verdict


def moved_since(desk: Desk, now: dict[str, Any]) -> tuple[Drift, ...] | None:
    """What moved since the last delivery; None before there was one, or where its note cannot be read."""
    if not desk.workspace.last_delivery.exists():
        return None
    try:
        return drift(load_profile(desk.workspace.last_delivery), now)
    except LinkwellError:  # a file somebody changed by hand compares with nothing, and stops no check
        return None


def _alone(desk: Desk) -> bool | None:
    """Whether results about this provider alone are wanted and allowed, as far as it has said."""
    try:
        return alone(desk.answers)
    except LinkwellError:  # an answers file broken by hand is said where it is used, and stops no check
        return None


def expected(desk: Desk, spec: Specification, verdict: Verdict) -> FileOutlook:
    """Who is likely to be found, by group, and what would be seen; from the file as it is now."""
    return expect(spec, verdict, as_of=today(), one_provider=_alone(desk))


def count_starts(desk: Desk, job: Job) -> None:
    """Read when everybody started, whoever was told, so that the page can count them."""
    spec = desk.specification()
    if desk.starts(spec) is None:
        tables = read(desk, job)
        job.part(f"Looking at {sum(map(len, tables)):,} rows")
        people = check(spec, tables, objections=people_out(desk.workspace.specification)["objections"])
        desk.remember_starts(spec, starts_of(people))


def _clear_marked(folder: Path) -> None:
    """Marked copies of an earlier check would be mistaken for this one's."""
    for path in folder.glob("*-marked.xlsx"):
        path.unlink(missing_ok=True)


def checked(desk: Desk, job: Job) -> tuple[Specification, Verdict]:
    """The specification and its verdict, checked again where the memory of it is gone."""
    spec = desk.specification()
    known = desk.verdict(spec)
    if known is None:
        ask_database(desk, job)
        fingerprint = desk.checking_fingerprint
        tables = read(desk, job)
        job.part("Checking again that nothing changed")
        known = check(spec, tables, **people_out(desk.workspace.specification))
        desk.remember_verdict(fingerprint, known)
    return spec, known


def _checked_and_said(desk: Desk, job: Job) -> tuple[Specification, Verdict]:
    """The same before anything is written to leave; what changed since the check is checked and said."""
    ask_database(desk, job)  # a database shows only then whether it changed
    if desk.check_is_fresh:
        return checked(desk, job)
    verdict = look_over(desk, job)
    rows = sum(count.refused for count in verdict.counts)
    desk.tell(
        "Something had changed since the last check, so everything was checked again: "
        f"{verdict.people:,} {'person goes' if verdict.people == 1 else 'people go'}, "
        f"{rows:,} {'row stays' if rows == 1 else 'rows stay'} with you. Look at the check before you send."
    )
    return desk.specification(), verdict


def _leaving(desk: Desk, spec: Specification, verdict: Verdict) -> tuple[Split, SplitSecrets]:
    secrets = _secrets(desk, verdict)
    return split(spec, verdict, secrets, working=desk.workspace.secrets), secrets


def _secrets(desk: Desk, verdict: Verdict) -> SplitSecrets:
    home = data_home_of(desk.workspace.secrets)
    seed = Home.open(home).demo_seed if home else None
    return keep_split_secrets(desk.workspace.secrets, verdict, demo_seed=seed)


def write_handover(desk: Desk, job: Job) -> None:
    """Write the agreed tables as plain files in a folder named after the day."""
    spec, verdict = _checked_and_said(desk, job)
    job.part("Splitting names from details")
    leaving, _ = _leaving(desk, spec, verdict)
    job.part("Writing the files")
    folder = desk.workspace.handover / f"handover-{today():%Y-%m-%d}-{verdict.digest[:6]}"
    hand_over(leaving, spec, verdict, folder)
    save_profile(_dated(profile(spec, verdict)), desk.workspace.last_delivery)
    desk.choose(handed=folder.name)


def _dated(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "day": today().isoformat()}


def seal_up(desk: Desk, job: Job) -> None:
    """Seal the agreed tables, or what changed of them, to the custodian's keys; the same again is the same
    file.
    """
    chosen = desk.choices
    keys = load_bundle(desk.workspace.custodian)
    spec, verdict = _checked_and_said(desk, job)
    desk.workspace.sealed.mkdir(mode=0o700, exist_ok=True)
    if chosen.practice:
        _seal_practice(desk, job, spec, verdict, keys)
        return
    job.part("Splitting names from details, and comparing with last time")
    planned = plan(
        spec, verdict, _secrets(desk, verdict), kind=Delivery(chosen.delivery),
        parties=Parties(chosen.agreement, spec.organisation), workspace=desk.workspace.secrets,
        receipts=desk.workspace.receipts, receipt_key=keys.receipts,
    )  # fmt: skip
    out = desk.workspace.sealed / f"{planned.package[:12]}.lwp"
    seal_planned(
        planned, spec, verdict, signing_key=sender_key(desk.workspace.secrets), custodian=keys, out=out,
        workspace=desk.workspace.secrets, progress=job.part("Sealing"),
    )  # fmt: skip
    save_profile(_dated(profile(spec, verdict)), desk.workspace.last_delivery)
    desk.choose(sealed=out.name, receipt="", against=planned.words())


def _seal_practice(desk: Desk, job: Job, spec: Specification, verdict: Verdict, keys: CustodianKeys) -> None:
    chosen = desk.choices
    leaving, secrets = _leaving(desk, spec, verdict)
    name = package_id(secrets.supply)
    out = desk.workspace.sealed / f"{name[:12]}-practice.lwp"
    seal(
        leaving,
        spec,
        verdict_digest=verdict.digest,
        left_out=verdict.left_out,
        agreement=chosen.agreement,
        organisation=spec.organisation,
        signing_key=sender_key(desk.workspace.secrets),
        custodian=keys,
        out=out,
        package=name,
        test=True,
        progress=job.part("Sealing"),
    )
    desk.choose(sealed=out.name, receipt="", against="")


def fetch_later(desk: Desk, job: Job, token: str) -> None:
    """Ask for every receipt there is about the sealed file, and keep those that are genuine."""
    chosen = desk.choices
    job.part("Asking for receipts")
    kept = fetch_receipts(
        desk.workspace.sealed / chosen.sealed,
        url=chosen.portal,
        token=token,
        receipts=desk.workspace.receipts,
    )
    many = "One receipt is kept." if len(kept) == 1 else f"{len(kept)} receipts are kept."
    desk.tell(many if kept else "There is no receipt about this file yet.")
    if kept:
        desk.choose(receipt=kept[-1][0].name)


def send_off(desk: Desk, job: Job, token: str) -> None:
    """Send the sealed file and keep its receipt; what has its receipt is not sent again."""
    chosen = desk.choices
    package = desk.workspace.sealed / chosen.sealed
    receipt = send(
        package,
        url=chosen.portal,
        token=token,
        receipts=desk.workspace.receipts,
        progress=job.part("Sending"),
    )
    desk.choose(receipt=receipt.name)
