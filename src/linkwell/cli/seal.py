"""Seal a supply: everybody, or only what changed since the supply that was accepted last."""

from __future__ import annotations

from pathlib import Path

import click

from linkwell.cli.inputs import Given, query_option, read_given, sheet_option, source_type
from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.receipts import FILE, FOLDER, marks
from linkwell.errors import WrongUse
from linkwell.supply.delivery import Parties, Planned, plan, seal_planned
from linkwell.supply.manifest import REPLACES, Delivery, Manifest
from linkwell.vault.custodian_keys import load_bundle
from linkwell.vault.keys import spoken
from linkwell.vault.zones import Home, data_home_of


@click.command(
    epilog="""\b
Examples:
  linkwell seal participants.xlsx interactions.csv --spec specification.toml \\
      --custodian custodian-keys.json --agreement DSA-2026-001 --out package.lwp
  linkwell seal people.csv --spec specification.toml --custodian custodian-keys.json \\
      --agreement DSA-2026-001 --organisation "Head Office" --on-behalf-of "Riverbend Community Trust"
  linkwell seal people.csv visits.csv --delivery delta --compare --spec specification.toml \\
      --custodian custodian-keys.json --agreement DSA-2026-001
  linkwell seal --test --spec specification.toml --custodian custodian-keys.json --agreement DSA-2026-001
"""
)
@click.argument("files", nargs=-1, type=source_type)
@click.option("--spec", "spec_path", required=True, type=FILE, help="The agreed data specification.")
@click.option("--custodian", required=True, type=FILE, help="The custodian's custodian-keys.json.")
@click.option("--agreement", required=True, help="The agreement's reference, as both sides write it.")
@click.option("--out", default="package.lwp", show_default=True, type=FILE, help="The sealed file to write.")
@click.option(
    "--workspace",
    type=FOLDER,
    help="Private folder for your signing key and secrets (default: linkwell-workspace beside the "
    "specification).",
)
@click.option("--organisation", help="Who sends (default: the organisation in the specification).")
@click.option("--on-behalf-of", default="", help="Whose people these are, if not the sender's own.")
@click.option("--test", is_flag=True, help="A practice: seal a few invented people, and no FILES.")
@click.option("--notices", "notices_path", type=FILE, help="Who was told, by date; others stay out.")
@sheet_option
@query_option
@click.option(
    "--delivery", type=click.Choice([each.value for each in Delivery]), default="full", show_default=True,
    help="Everybody; or, of all in FILES, only who is new, changed or gone (delta), only who changed "
    "(correction), or only who is gone (deletion) since the supply that was accepted last.",
)  # fmt: skip
@click.option(
    "--receipts", default="receipts", show_default=True, type=FOLDER,
    help="Where your receipts are: they say which supply was accepted last.",
)  # fmt: skip
@click.option(
    "--rows", "rows_out", type=FOLDER,
    help="Also write the very rows that are sealed into this folder, for the provider you send for to look "
    "at before it gives its OK. They are not encrypted.",
)  # fmt: skip
@click.option("--compare", is_flag=True, help="Only show what changed; seal nothing.")
@json_option
def seal(
    files: tuple[Given, ...],
    spec_path: Path,
    custodian: Path,
    agreement: str,
    out: Path,
    workspace: Path | None,
    organisation: str | None,
    on_behalf_of: str,
    test: bool,
    notices_path: Path | None,
    sheet: str | None,
    queries: tuple[str, ...],
    delivery: str,
    receipts: Path,
    rows_out: Path | None,
    compare: bool,
    as_json: bool,
) -> None:
    """Seal the agreed columns so that only the custodian can open them.

    Checks FILES against the specification, leaves out what is not agreed, splits names and numbers from
    service details, and seals each half to a different key of the custodian. Nothing leaves your computer.
    FILES (or a folder, or a database's address) always hold everybody: what changed is found by keyed
    fingerprints this computer keeps.
    """
    from linkwell.bulk import check
    from linkwell.checking.staying import people_out
    from linkwell.specification.file import load
    from linkwell.supply.approval import write_rows
    from linkwell.supply.split import keep_split_secrets
    from linkwell.vault.keys import sender_key

    workspace = workspace or workspace_beside(spec_path)
    if test:
        _seal_a_practice(
            files, spec_path, custodian, agreement, out, workspace, organisation, on_behalf_of, as_json
        )
        return
    if not files:
        raise WrongUse(
            "Which files are to be sealed?",
            fix="Name your spreadsheets or CSV files; for a practice with invented people give --test.",
        )
    spec, keys = load(spec_path), load_bundle(custodian)
    verdict = check(
        spec,
        read_given(files, sheet, queries, quiet=as_json),
        **people_out(spec_path, notices_path=notices_path, workspace=workspace),
    )
    home = data_home_of(workspace)
    planned = plan(
        spec,
        verdict,
        keep_split_secrets(workspace, verdict, demo_seed=Home.open(home).demo_seed if home else None),
        kind=Delivery(delivery),
        parties=Parties(agreement, organisation or spec.organisation, on_behalf_of),
        workspace=workspace,
        receipts=receipts,
        receipt_key=keys.receipts,
    )
    compared = {"delivery": planned.delivery.value, "follows": planned.follows, **_compared(planned)}
    if compare:
        finish(compared, [planned.words(), "Nothing was sealed."], as_json=as_json,
               next_step="the same command without --compare")  # fmt: skip
        return
    with progress("Sealing", quiet=as_json) as tick:
        manifest = seal_planned(
            planned, spec, verdict, signing_key=sender_key(workspace), custodian=keys, out=out,
            workspace=workspace, progress=tick,
        )  # fmt: skip
    if rows_out is not None:
        write_rows(planned.split, rows_out)
    finish(
        {**_facts(manifest), "file": str(out), "bytes": out.stat().st_size, "sender_key": manifest.sender,
         "read": {each.table: each.read for each in verdict.counts},
         "refused": {each.table: each.refused for each in verdict.counts}, **compared},
        [planned.words(), *_sealed_words(manifest, out)],
        as_json=as_json,
        next_step=f"linkwell send {out} --to https://… --token-file FILE --receipts {receipts}",
    )  # fmt: skip


def _compared(planned: Planned) -> dict[str, object]:
    """The comparison for machines: counts of people, None where nothing is known here."""
    found = planned.compared
    return {"compared": found and {**vars(found.counts), "same": found.same}}


def workspace_beside(spec_path: Path) -> Path:
    return spec_path.parent / "linkwell-workspace"


def _seal_a_practice(
    files: tuple[Given, ...],
    spec_path: Path,
    custodian: Path,
    agreement: str,
    out: Path,
    workspace: Path,
    organisation: str | None,
    on_behalf_of: str,
    as_json: bool,
) -> None:
    if files:
        raise WrongUse(
            "A practice takes no files.",
            why="Invented people are sealed, so that nobody real is sent to try the line out.",
            fix="Leave the files out, or leave --test out.",
        )
    manifest = practice(spec_path, custodian, agreement, out, workspace, organisation, on_behalf_of)
    finish(
        {**_facts(manifest), "file": str(out), "bytes": out.stat().st_size, "sender_key": manifest.sender},
        _sealed_words(manifest, out),
        as_json=as_json,
        next_step=f"linkwell send {out} --to https://… --token-file FILE --receipts receipts",
    )


def practice(
    spec_path: Path, custodian: Path, agreement: str, out: Path, workspace: Path,
    organisation: str | None = None, on_behalf_of: str = "",
) -> Manifest:  # fmt: skip
    from linkwell.specification.file import load
    from linkwell.supply.seal import seal_practice
    from linkwell.vault.keys import sender_key

    spec = load(spec_path)
    return seal_practice(
        spec,
        agreement=agreement,
        organisation=organisation or spec.organisation,
        on_behalf_of=on_behalf_of,
        signing_key=sender_key(workspace),
        custodian=load_bundle(custodian),
        out=out,
    )


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "package": manifest.package,
        "rows": {table.name: table.rows for _, table in manifest.tables()},
        "specification": manifest.specification,
        "agreement": manifest.agreement,
        "custodian": manifest.custodian,
        "demo": manifest.demo,
        "test": manifest.test,
    }


def _sealed_words(manifest: Manifest, out: Path) -> list[str]:
    tables = [table for _, table in manifest.tables() if table.name != REPLACES]
    rows = ", ".join(f"{table.rows:,} rows of {table.name}" for table in tables)
    part = [f"It says only this: {manifest.changes.words()}."] if manifest.changes else []
    return [
        *part,
        f"Sealed {rows}.",
        f"Names and numbers are sealed to one key of {manifest.custodian}, service details to another.",
        f"Sealed file: {out} ({out.stat().st_size:,} bytes)",
        f"Your signing key: {spoken(manifest.sender)}",
        "The first time, read that fingerprint to the custodian over the phone.",
        *marks(manifest.demo, manifest.test),
    ]
