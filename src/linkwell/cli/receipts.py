"""The receipts a provider keeps: check one, print one, fetch the later ones."""

from __future__ import annotations

import os
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import WrongUse
from linkwell.ledger.receipts import PLAIN, Receipt
from linkwell.ledger.receipts import load as load_receipt
from linkwell.ledger.receipts import verify as verify_receipt
from linkwell.standards.dates import parse_date
from linkwell.vault.custodian_keys import load_bundle
from linkwell.vault.keys import PublicKey, fingerprint, read_public_key, spoken

TOKEN_VARIABLE = "LINKWELL_TOKEN"  # noqa: S105  the variable's name, not a token
BESIDE = "Checked with the key kept beside the receipt: to be sure, compare its fingerprint over the phone."
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def receipt() -> None:
    """Check a receipt, without any server."""


@receipt.command(
    epilog="""\b
Examples:
  linkwell receipt verify receipts/receipt-1f2e3d4c5b6a-received.json
  linkwell receipt verify receipt.json --key custodian-keys.json
"""
)
@click.argument("file", type=FILE)
@click.option(
    "--key",
    "key_path",
    type=FILE,
    help="The custodian's receipt key (PEM) or custodian-keys.json (default: the key beside the receipt).",
)
@json_option
def verify(file: Path, key_path: Path | None, as_json: bool) -> None:
    """Check that a receipt says what the custodian signed, word for word."""
    found = load_receipt(file)
    key, beside = _key_for(found, file, key_path)
    verify_receipt(found, key)
    finish(
        {**receipt_facts(found), "verified": True, "key": fingerprint(key)},
        [
            "This receipt is genuine: nothing in it was changed since it was signed.",
            "",
            *found.to_text().splitlines()[:-1],
            *(["", BESIDE] if beside else []),
        ],
        as_json=as_json,
    )


@receipt.command(
    epilog="Example:\n\n  linkwell receipt page receipts/receipt-1f2e3d4c5b6a-received.json --out receipt.pdf"
)
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="The PDF to write (default: beside the receipt).")
@click.option("--key", "key_path", type=FILE, help="As for `receipt verify`.")
@json_option
def page(file: Path, out: Path | None, key_path: Path | None, as_json: bool) -> None:
    """Write a genuine receipt as a page to print and file."""
    from linkwell.documents.pdf import write_pdf
    from linkwell.supply.receipt_page import receipt_page

    found = load_receipt(file)
    verify_receipt(found, _key_for(found, file, key_path)[0])
    out = out or file.with_suffix(".pdf")
    write_pdf(receipt_page(found), out)
    finish(
        {"receipt": str(file), "page": str(out), "verified": True},
        [f"The receipt is genuine; the page is {out}. Keep the .json file too: it is what was signed."],
        as_json=as_json,
    )


@receipt.command(
    epilog="Example:\n\n  linkwell receipt fetch package.lwp --to https://portal.example.govt.nz "
    "--token-file token.txt"
)
@click.argument("package", type=FILE)
@click.option("--to", "url", required=True, help="The portal's address.")
@click.option("--token-file", type=FILE, help=f"File with an upload token (or set {TOKEN_VARIABLE}).")
@click.option(
    "--receipts", default="receipts", show_default=True, type=FOLDER, help="Where receipts are kept."
)
@json_option
def fetch(package: Path, url: str, token_file: Path | None, receipts: Path, as_json: bool) -> None:
    """Get every receipt there is about a sealed file you sent: accepted, linked, loaded, used, released …"""
    from linkwell.supply.send import fetch_receipts

    kept = fetch_receipts(package, url=url, token=token_from(token_file, url), receipts=receipts)
    lines = [f"{PLAIN[each.kind]} ({path.name})" for path, each in kept]
    finish(
        {"receipts": [{**receipt_facts(each), "file": str(path)} for path, each in kept]},
        lines or ["There is no receipt about this file yet."],
        as_json=as_json,
    )


@receipt.command(
    epilog="Example:\n\n  linkwell receipt note handover --service Transfer --said 'No 77' --day 2026-08-01"
)
@click.argument("handover", type=FOLDER)
@click.option("--service", required=True, help="Which transfer service you used.")
@click.option("--said", required=True, help="What it said when the files had arrived.")
@click.option("--day", required=True, help="When, as year-month-day.")
@click.option(
    "--receipts", default="receipts", show_default=True, type=FOLDER, help="Where receipts are kept."
)
@json_option
def note(handover: Path, service: str, said: str, day: str, receipts: Path, as_json: bool) -> None:
    """Write down what another transfer service said about a handover: your own note, signed by nobody."""
    from linkwell.supply.transfer import note_transfer

    when = parse_date(day, "iso").value
    if when is None:
        raise WrongUse("The day must be one such as 2026-08-01.")
    path = note_transfer(handover, receipts, service=service, reference=said, day=when)
    finish({"note": str(path)}, [f"Written down: {path}"], as_json=as_json)


def _key_for(found: Receipt, file: Path, key_path: Path | None) -> tuple[PublicKey, bool]:
    """The key to check with, and whether it was only found lying beside the receipt."""
    if key_path is not None:
        if key_path.suffix == ".json":
            return load_bundle(key_path).receipts, False
        try:
            return read_public_key(key_path.read_bytes()), False
        except FileNotFoundError:
            raise WrongUse("There is no key at this place.", where=str(key_path)) from None
    for path in sorted(file.parent.glob("receipt-key-*.pem")):
        key = read_public_key(path.read_bytes())
        if fingerprint(key) == found.signed_by:
            return key, True
    raise WrongUse(
        "The key to check this receipt with is not here.",
        where=f"signed with {spoken(found.signed_by)}",
        fix="Give the custodian's key file: linkwell receipt verify FILE --key custodian-keys.json",
    )


def token_from(token_file: Path | None, url: str) -> str:
    """The token, from a file, the environment or `linkwell sign-in`; others can see a command line."""
    if token_file is not None:
        try:
            token = token_file.read_text("utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            raise WrongUse("There is no token in this file.", where=str(token_file)) from None
    else:
        token = os.environ.get(TOKEN_VARIABLE, "").strip() or _signed_in(url)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise WrongUse(
            "You are not signed in there, and no upload token was given.",
            why="The portal has to know which organisation and agreement this file belongs to.",
            fix=f"Sign in: linkwell sign-in --portal {url}. Or put the token the custodian gave you in a "
            f"file and name it with --token-file, or set {TOKEN_VARIABLE}.",
        )
    return token


def _signed_in(url: str) -> str:
    """The token of this computer's sign-in at a portal, or ""."""
    from linkwell.supply.portal_sign_in import signed_in

    found = signed_in(url)
    return found.token if found is not None else ""


def receipt_facts(found: Receipt) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "custodian": found.custodian,
        "time": found.time,
        "facts": dict(found.facts),
        "checkpoint": found.checkpoint.as_dict(),
        "demo": found.demo,
        "test": found.test,
    }


def marks(demo: bool, test: bool) -> list[str]:
    return (["DEMO: these people are invented."] if demo else []) + (
        ["TEST: a practice send."] if test else []
    )
