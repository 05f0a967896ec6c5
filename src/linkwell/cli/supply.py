"""Your signing key, and sending a sealed file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.receipts import FILE, FOLDER, TOKEN_VARIABLE, marks, receipt_facts, token_from
from linkwell.cli.seal import practice, workspace_beside
from linkwell.errors import WrongUse
from linkwell.ledger.receipts import PLAIN
from linkwell.ledger.receipts import load as load_receipt
from linkwell.standards.clock import moment_in_words
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import load_bundle
from linkwell.vault.keys import fingerprint, spoken


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
    help=f"File with an upload token (or set {TOKEN_VARIABLE}); not needed after linkwell sign-in.",
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
@click.option("--agreement", help="The agreement it goes under (the one it was sealed for).")
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

    token = token_from(token_file, url)
    if test:
        package = _practice_to_send(package, spec_path, custodian, agreement, workspace)
    elif package is None:
        raise WrongUse("Which sealed file?", fix="Name the .lwp file, or give --test for a practice.")
    elif agreement is not None:
        _refuse_another(package, agreement)
    with progress("Sending", quiet=as_json, line=True) as tick:
        path = send_package(package, url=url, token=token, receipts=receipts, progress=tick)
    receipt = load_receipt(path)
    finish(
        {**receipt_facts(receipt), "receipt": str(path)},
        [
            PLAIN[receipt.kind],
            f"{receipt.custodian} signed for {package.stat().st_size:,} bytes "
            f"on {moment_in_words(receipt.time)}.",
            f"Receipt: {path} (and a short text form beside it)",
            *marks(receipt.demo, receipt.test),
        ],
        as_json=as_json,
        next_step=f"keep the receipt; check it any time with: linkwell receipt verify {path}",
    )


def _refuse_another(package: Path, agreement: str) -> None:
    sealed_for = read_manifest(package).agreement
    if sealed_for != agreement:
        raise WrongUse(
            "This file was sealed for another agreement.",
            where=f"sealed for {sealed_for}, asked to go under {agreement}",
            why="The portal would turn it away, and a file of one client must never go under another's name.",
            fix="Name the right file, or seal it again for this agreement.",
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
    from linkwell.specification.file import load

    folder = workspace or workspace_beside(spec_path)
    # one file per specification, agreement and custodian: run again, the same practice goes on
    keys = load_bundle(custodian)
    named = "\0".join((load(spec_path).digest, agreement, fingerprint(keys.receipts)))
    out = folder / f"practice-{hashlib.sha384(named.encode()).hexdigest()[:12]}.lwp"
    practice(spec_path, custodian, agreement, out, folder)
    return out
