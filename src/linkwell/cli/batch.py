"""`linkwell batch …`: for a vendor or intermediary that sends for many, with one token and one command."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.cli.receipts import FILE, FOLDER, token_from
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.supply import joint


@click.group()
def batch() -> None:
    """Send for many with one token: join sealed files, send them all, see who gave an OK.

    Nothing here needs a key. One that paused or said no never stops the others.
    """


@batch.command(epilog="Example:\n\n  linkwell batch join members/*.lwp --out joint.lwj")
@click.argument("packages", nargs=-1, required=True, type=FILE)
@click.option("--out", default="joint.lwj", show_default=True, type=FILE, help="The joint file to write.")
@json_option
def join(packages: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Put the sealed files of several members into one joint file; it stays sealed to the custodian."""
    with progress("Joining", quiet=as_json) as tick:
        parts = joint.join(packages, out, progress=tick)
    finish(
        {"file": str(out), "bytes": out.stat().st_size, "agreements": [part.agreement for part in parts]},
        [f"{len(parts)} sealed files are joined: {out} ({out.stat().st_size:,} bytes)"],
        as_json=as_json,
        next_step=f"linkwell batch send {out} --to https://… --token-file FILE",
    )


@batch.command(
    epilog="""\b
Examples:
  linkwell batch send joint.lwj --to https://portal.example.govt.nz --token-file token.txt
  linkwell batch send clients/*.lwp --to https://portal.example.govt.nz --token-file token.txt
"""
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--to", "url", required=True, help="The portal's address.")
@click.option("--token-file", type=FILE, help="File with the token of your vendor or intermediary.")
@click.option("--receipts", default="receipts", show_default=True, type=FOLDER,
              help="Where the signed receipts are kept, one folder for each agreement.")  # fmt: skip
@json_option
def send(files: tuple[Path, ...], url: str, token_file: Path | None, receipts: Path, as_json: bool) -> None:
    """Send sealed files and joint files, each under its own agreement, and keep every receipt.

    A client that has not given its OK, or whose file is refused, is named and the others go on. Run the same
    command again after a dropped line, or once somebody gave an OK: what has its receipt is not sent twice.
    """
    token = token_from(token_file, url)
    packages = [one for file in files for one in _sealed(file)]
    results = []
    with progress("Sending", quiet=as_json) as tick:
        for number, package in enumerate(packages, start=1):
            results.append(_send_one(package, url=url, token=token, receipts=receipts))
            tick(number, len(packages))
    _tidy(files, results)
    sent = [each for each in results if each["sent"]]
    later = [each for each in results if not each["sent"]]
    lines = [
        f"{each['agreement'] or Path(each['file']).name:<28} {'sent' if each['sent'] else each['why']}"
        for each in results
    ]
    finish(
        {"results": results, "sent": len(sent), "not_sent": len(later)},
        [*lines, f"{len(sent)} of {len(results)} are sent; receipts in {receipts}."],
        as_json=as_json,
        next_step="run the same command again for the rest, once what stopped them is settled"
        if later
        else "",
    )
    if later:
        raise click.exceptions.Exit(max(each["exit_code"] for each in later))


def _sealed(file: Path) -> list[Path]:
    if joint.is_joint(file):
        return joint.take_all_out(file, joint.read_joint(file))
    return [file]


def _send_one(package: Path, *, url: str, token: str, receipts: Path) -> dict[str, Any]:
    from linkwell.supply.package import read_manifest
    from linkwell.supply.send import send as send_package

    facts: dict[str, Any] = {"file": str(package), "agreement": "", "package": "", "sent": False, "why": ""}
    try:
        manifest = read_manifest(package)
        facts |= {"agreement": manifest.agreement, "package": manifest.package}
        kept = send_package(package, url=url, token=token, receipts=receipts / manifest.agreement)
    except LinkwellError as error:
        code = error.exit_code if isinstance(error, RefusedByRule | TryAgain) else 1
        return facts | {
            "why": " ".join(filter(None, (error.what, error.why))),
            "fix": error.fix,
            "exit_code": code,
        }
    return facts | {"sent": True, "receipt": str(kept), "exit_code": 0}


def _tidy(files: Iterable[Path], results: list[dict[str, Any]]) -> None:
    """Take the parts of a joint file away once every one of them has its receipt."""
    unsent = {Path(each["file"]).parent for each in results if not each["sent"]}
    for file in files:
        folder = joint.parts_folder(file)
        if folder.is_dir() and folder not in unsent:
            for part in folder.iterdir():
                part.unlink()
            folder.rmdir()


@batch.command(
    epilog="Example:\n\n  linkwell batch clients --to https://portal.example.govt.nz --token-file token.txt"
)
@click.option("--to", "url", required=True, help="The portal's address.")
@click.option("--token-file", type=FILE, help="File with the token of your vendor or intermediary.")
@json_option
def clients(url: str, token_file: Path | None, as_json: bool) -> None:
    """Who you send for: whose OK is given, and what was sent in this round."""
    import httpx

    from linkwell.pages.labels import label
    from linkwell.supply import tus

    headers = {"Authorization": f"Bearer {token_from(token_file, url)}"}
    try:
        answer = httpx.get(tus.portal_address(url).join("/api/clients/"), headers=headers, timeout=60.0)
        tus.expect(answer, 200)
    except httpx.TransportError as problem:
        raise TryAgain(tus.words_of(problem), fix="Run the same command again.") from None
    found = answer.json()["clients"]
    waiting = sum(each["ok"] == "waiting" for each in found)
    lines = [
        f"{each['agreement']:<28} {label('ok_state', each['ok']):<26} "
        f"{label('supply_state', each['sent']) if each['sent'] else 'nothing sent yet'}  {each['client']}"
        for each in found
    ]
    finish(
        {"clients": found, "waiting": waiting},
        [*lines, f"{waiting} of {len(found)} still to give an OK."],
        as_json=as_json,
    )
