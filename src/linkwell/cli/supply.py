"""Seal a supply and send it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.receipts import FILE, FOLDER, TOKEN_VARIABLE, marks, receipt_facts, token_from
from linkwell.errors import WrongUse
from linkwell.ledger.receipts import PLAIN
from linkwell.ledger.receipts import load as load_receipt
from linkwell.reading.table import Table
from linkwell.supply.manifest import Manifest
from linkwell.vault.custodian_keys import load_bundle
from linkwell.vault.keys import fingerprint, spoken
from linkwell.vault.zones import Home, data_home_of


@click.command(epilog="Example:\n\n  linkwell key --workspace linkwell-workspace")
@click.option(
    "--workspace", default="linkwell-workspace", show_default=True, type=FOLDER,
    help="Private folder for your signing key and secrets.",
)  # fmt: skip
@json_option
def key(workspace: Path, as_json: bool) -> None:
    """Make your signing key, and show its fingerprint to read out over the phone.

    Run again, it shows the key that is there. The private half never leaves this computer: keep the folder
    safe and out of folders that copy themselves to the internet.
    """
    from linkwell.vault.keys import SENDER_PUBLIC_KEY, sender_key

    public = sender_key(workspace).public_key()
    finish(
        {"public_key": str(workspace / SENDER_PUBLIC_KEY), "fingerprint": spoken(fingerprint(public))},
        [f"Your public key: {workspace / SENDER_PUBLIC_KEY}",
         f"Its fingerprint, to read out over the phone: {spoken(fingerprint(public))}"],
        as_json=as_json,
        next_step="send the public key to the custodian, and let them read the fingerprint back to you",
    )  # fmt: skip


@click.command(
    epilog="""\b
Examples:
  linkwell seal participants.xlsx interactions.csv --spec specification.toml \\
      --custodian custodian-keys.json --agreement DSA-2026-001 --out package.lwp
  linkwell seal people.csv --spec specification.toml --custodian custodian-keys.json \\
      --agreement DSA-2026-001 --organisation "Head Office" --on-behalf-of "Riverbend Community Trust"
  linkwell seal --test --spec specification.toml --custodian custodian-keys.json --agreement DSA-2026-001
"""
)
@click.argument("files", nargs=-1, type=FILE)
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
@click.option("--sheet", help="Read only this sheet of the workbooks.")
@json_option
def seal(
    files: tuple[Path, ...],
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
    as_json: bool,
) -> None:
    """Seal the agreed columns so that only the custodian can open them.

    Checks FILES against the specification, leaves out what is not agreed, splits names and numbers from
    service details, and seals each half to a different key of the custodian. Nothing leaves your computer.
    """
    from linkwell.checking.check import check
    from linkwell.checking.staying import people_out
    from linkwell.specification.model import Specification
    from linkwell.supply.seal import package_id
    from linkwell.supply.seal import seal as seal_split
    from linkwell.supply.split import keep_split_secrets, split
    from linkwell.vault.keys import sender_key

    workspace = workspace or _workspace_beside(spec_path)
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
    spec, keys = Specification.load(spec_path), load_bundle(custodian)
    verdict = check(
        spec,
        _read(files, sheet, quiet=as_json),
        **people_out(spec_path, notices_path=notices_path, workspace=workspace),
    )
    home = data_home_of(workspace)
    secrets = keep_split_secrets(workspace, verdict, demo_seed=Home.open(home).demo_seed if home else None)
    leaving = split(spec, verdict, secrets)
    with progress("Sealing", quiet=as_json) as tick:
        manifest = seal_split(
            leaving,
            spec,
            verdict_digest=verdict.digest,
            agreement=agreement,
            organisation=organisation or spec.organisation,
            on_behalf_of=on_behalf_of,
            signing_key=sender_key(workspace),
            custodian=keys,
            out=out,
            package=package_id(secrets.supply),
            progress=tick,
        )
    finish(
        {**_facts(manifest), "file": str(out), "bytes": out.stat().st_size, "sender_key": manifest.sender,
         "read": {each.table: each.read for each in verdict.counts},
         "refused": {each.table: each.refused for each in verdict.counts}},
        _sealed_words(manifest, out),
        as_json=as_json,
        next_step=f"linkwell send {out} --to https://… --token-file FILE --receipts receipts",
    )  # fmt: skip


def _workspace_beside(spec_path: Path) -> Path:
    return spec_path.parent / "linkwell-workspace"


def _seal_a_practice(
    files: tuple[Path, ...],
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
    manifest = _practice(spec_path, custodian, agreement, out, workspace, organisation, on_behalf_of)
    finish(
        {**_facts(manifest), "file": str(out), "bytes": out.stat().st_size, "sender_key": manifest.sender},
        _sealed_words(manifest, out),
        as_json=as_json,
        next_step=f"linkwell send {out} --to https://… --token-file FILE --receipts receipts",
    )


def _practice(
    spec_path: Path, custodian: Path, agreement: str, out: Path, workspace: Path,
    organisation: str | None = None, on_behalf_of: str = "",
) -> Manifest:  # fmt: skip
    from linkwell.specification.model import Specification
    from linkwell.supply.seal import seal_practice
    from linkwell.vault.keys import sender_key

    spec = Specification.load(spec_path)
    return seal_practice(
        spec,
        agreement=agreement,
        organisation=organisation or spec.organisation,
        on_behalf_of=on_behalf_of,
        signing_key=sender_key(workspace),
        custodian=load_bundle(custodian),
        out=out,
    )


@click.command(
    epilog=f"""\b
Examples:
  linkwell send package.lwp --to https://portal.example.govt.nz --token-file token.txt
  {TOKEN_VARIABLE}=… linkwell send package.lwp --to http://localhost:8000 --receipts receipts
  linkwell send --test --spec specification.toml --custodian custodian-keys.json --agreement DSA-2026-001 \\
      --to https://portal.example.govt.nz --token-file token.txt
"""
)
@click.argument("package", required=False, type=FILE)
@click.option("--to", "url", required=True, help="The portal's address.")
@click.option(
    "--token-file",
    type=FILE,
    help=f"File with the upload token (or set {TOKEN_VARIABLE}); never typed here.",
)
@click.option(
    "--receipts",
    default="receipts",
    show_default=True,
    type=FOLDER,
    help="Where the signed receipt is kept.",
)
@click.option("--test", is_flag=True, help="A practice: seal a few invented people and send those.")
@click.option("--spec", "spec_path", type=FILE, help="With --test: the agreed data specification.")
@click.option("--custodian", type=FILE, help="With --test: the custodian's custodian-keys.json.")
@click.option("--agreement", help="With --test: the agreement's reference.")
@click.option("--workspace", type=FOLDER, help="With --test: the folder of your signing key.")
@json_option
def send(
    package: Path | None,
    url: str,
    token_file: Path | None,
    receipts: Path,
    test: bool,
    spec_path: Path | None,
    custodian: Path | None,
    agreement: str | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Send a sealed file and keep the signed receipt.

    If the line drops or the computer sleeps, run the same command again: it goes on where it stopped, and a
    file that already has its receipt is not sent twice. The first time, send a practice (--test): invented
    people go the same way, and come back with a receipt marked TEST.
    """
    from linkwell.supply.send import send as send_package

    token = token_from(token_file)
    if test:
        package = _practice_to_send(package, spec_path, custodian, agreement, workspace)
    elif package is None:
        raise WrongUse("Which sealed file?", fix="Name the .lwp file, or give --test for a practice.")
    with progress("Sending", quiet=as_json) as tick:
        path = send_package(package, url=url, token=token, receipts=receipts, progress=tick)
    receipt = load_receipt(path)
    finish(
        {**receipt_facts(receipt), "receipt": str(path)},
        [
            PLAIN[receipt.kind],
            f"{receipt.custodian} signed for {package.stat().st_size:,} bytes at {receipt.time}.",
            f"Receipt: {path} (and a short text form beside it)",
            *marks(receipt.demo, receipt.test),
        ],
        as_json=as_json,
        next_step=f"keep the receipt; check it any time with: linkwell receipt verify {path}",
    )


def _practice_to_send(
    package: Path | None,
    spec_path: Path | None,
    custodian: Path | None,
    agreement: str | None,
    workspace: Path | None,
) -> Path:
    if package is not None or spec_path is None or custodian is None or agreement is None:
        raise WrongUse(
            "A practice is sealed here and now from invented people.",
            fix="Give --test with --spec, --custodian and --agreement, and no sealed file.",
        )
    from linkwell.specification.model import Specification

    folder = workspace or _workspace_beside(spec_path)
    # one file per specification, agreement and custodian: run again, the same practice goes on
    keys = load_bundle(custodian)
    named = "\0".join((Specification.load(spec_path).digest, agreement, fingerprint(keys.receipts)))
    out = folder / f"practice-{hashlib.sha384(named.encode()).hexdigest()[:12]}.lwp"
    _practice(spec_path, custodian, agreement, out, folder)
    return out


def _read(files: tuple[Path, ...], sheet: str | None, *, quiet: bool) -> list[Table]:
    """Every table of every file; a sheet's name is meant for the workbooks among them."""
    from linkwell.reading import read_tables

    tables: list[Table] = []
    with progress("Reading", quiet=quiet) as tick:
        for number, file in enumerate(files, start=1):
            tables += read_tables(
                file, sheet=None if file.suffix.lower() in {".csv", ".tsv", ".txt"} else sheet
            )
            tick(number, len(files))
    return tables


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
    rows = ", ".join(f"{table.rows:,} rows of {table.name}" for _, table in manifest.tables())
    return [
        f"Sealed {rows}.",
        f"Names and numbers are sealed to one key of {manifest.custodian}, service details to another.",
        f"Sealed file: {out} ({out.stat().st_size:,} bytes)",
        f"Your signing key: {spoken(manifest.sender)}",
        "The first time, read that fingerprint to the custodian over the phone.",
        *marks(manifest.demo, manifest.test),
    ]
