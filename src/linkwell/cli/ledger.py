"""`linkwell ledger`: check the record nobody can rewrite, with the receipts others kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from linkwell.cli.custodian_sign_in import signed_in
from linkwell.cli.output import finish, json_option
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.chain import Event
from linkwell.ledger.witness import papers_in, verify_witnessed
from linkwell.vault.keys import PublicKey, read_public_key
from linkwell.vault.zones import Home, write_whole

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
MOST_FAULTS = 20
_HOME = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), envvar="LINKWELL_HOME",
    help="The custodian's data home (or set LINKWELL_HOME).",
)  # fmt: skip
_AS = click.option("--as", "username", default="", metavar="PERSON", help="Your sign-in name in that home.")


@click.group()
def ledger() -> None:
    """Check the record nobody can rewrite, with the receipts others kept."""


@ledger.command(
    epilog="""\b
Examples:
  linkwell ledger verify receipts/ --home HOME --as audrey
  linkwell ledger verify receipts/ --copy record.jsonl --key custodian-keys.json
"""
)
@click.argument("papers", nargs=-1, type=click.Path(path_type=Path))
@_HOME
@_AS
@click.option("--copy", type=_FILE, help="A copy of the record (see `ledger copy`), instead of a data home.")
@click.option(
    "--key", "key_path", type=_FILE, help="The custodian's receipt key (PEM or custodian-keys.json)."
)
@json_option
def verify(
    papers: tuple[Path, ...], home: Path | None, username: str, copy: Path | None, key_path: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Check every link of the record, and that PAPERS (receipts, checkpoints, folders of them) agree with it.

    One older receipt is enough to show that the record's end was cut off or that it was written anew. Papers
    are worth most when they come from providers' own computers.
    """
    found, beside = papers_in(papers)
    verdict = verify_witnessed(_events(home, username, copy), papers=found, key=_key(home, copy, key_path))
    if not verdict.ok:
        raise RefusedByRule(
            "The record and the receipts do not agree.",
            where=f"{verdict.chain.events:,} events, {len(found)} papers",
            why=_first_of(verdict.faults),
            fix="Change nothing, keep a copy of both, and tell the auditor and the providers now.",
        )
    head = verdict.chain.head
    finish(
        {"events": verdict.chain.events, "papers": verdict.papers, "ok": True,
         "head": head.hash if head else "", "seq": head.seq if head else 0,
         "beside": [path.name for path in beside]},
        [f"The record holds: {verdict.chain.events:,} events; "
         f"{verdict.papers} receipts and checkpoints agree.",
         *([f"No receipts, so not looked at: {', '.join(path.name for path in beside)}."] if beside else [])],
        as_json=as_json,
        next_step="" if found else "show it older receipts too: without one, a cut end cannot be seen",
    )  # fmt: skip


@ledger.command(epilog="Example:\n\n  linkwell ledger copy record.jsonl --home HOME --as audrey")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@_HOME
@_AS
@json_option
def copy(out: Path, home: Path | None, username: str, as_json: bool) -> None:
    """Write a copy of the record, one event a line, for somebody else to check and keep."""
    lines = [json.dumps(vars(event), ensure_ascii=False) for event in _events(home, username, None)]
    write_whole(out, ("\n".join(lines) + "\n").encode("utf-8"), mode=0o644)
    finish(
        {"file": str(out), "events": len(lines)},
        [f"{len(lines):,} events are written to {out}. It names no participant."],
        as_json=as_json,
        next_step=f"linkwell ledger verify receipts/ --copy {out} --key custodian-keys.json",
    )


def _first_of(faults: Sequence[str]) -> str:
    """A record written anew has as many faults as events: the first ones are enough to act on."""
    more = len(faults) - MOST_FAULTS
    return "; ".join([*faults[:MOST_FAULTS], *([f"and {more:,} more"] if more > 0 else [])])


def _events(home: Path | None, username: str, copy: Path | None) -> Iterator[Event]:
    if copy is not None:
        return _read_copy(copy)
    if home is None or not username:
        raise WrongUse("Which record?", fix="Give --home and --as, or --copy with a copy of the record.")
    by = signed_in(home, username)
    from linkwell.custody.audit.models import AuditEvent
    from linkwell.custody.organisations.permissions import READ_RECORD
    from linkwell.custody.permissions import check

    check(by, READ_RECORD)
    return (row.as_event() for row in AuditEvent.objects.order_by("seq").iterator())


def _read_copy(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                event = Event(**json.loads(line))
                whole = type(event.seq) is int and isinstance(event.details, dict)
            except (ValueError, TypeError, RecursionError):
                whole = False
            if not whole:
                raise WrongUse("This is not a copy of the record.", where=f"{path.name}, line {number}")
            yield event


def _key(home: Path | None, copy: Path | None, key_path: Path | None) -> PublicKey:
    from linkwell.vault.custodian_keys import load_bundle, receipt_key

    if key_path is not None:
        if key_path.suffix == ".json":
            return load_bundle(key_path).receipts
        return read_public_key(key_path.read_bytes())
    if home is None or copy is not None:
        raise WrongUse("Which key were the receipts signed with?", fix="Give --key custodian-keys.json.")
    return receipt_key(Home.open(home)).public_key()
