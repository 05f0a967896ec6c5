"""What the demonstration does beside its commands: sign-ins, the portal while sending, fingerprints."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from linkwell.cli.demo.walk import Command, Walk
from linkwell.vault.zones import Home, write_whole

AGREEMENT = "DSA-DEMO-001"
CODE = "riverbend"
ORGANISATION = "Riverbend Community Trust"
PRACTICE = f"{AGREEMENT}-p001"
SUPPLY = f"{AGREEMENT}-001"
REFRESH = "2025-10"
CUSTODIAN = "Demonstration custodian"


def signed_in(username: str) -> Callable[[Walk], dict[str, str]]:
    def environment(walk: Walk) -> dict[str, str]:
        from linkwell.custody.demo import password_of

        return {"LINKWELL_PASSWORD": password_of(Home.open(walk.home), username)}

    return environment


def custodian(*arguments: str, username: str) -> Command:
    return lambda walk: ["custodian", *arguments, "--home", str(walk.home), "--as", username]


def answers(walk: Walk) -> list[str]:
    """The demonstration's provider answers the primer's questions as its spreadsheet stands."""
    answers = walk.provider / "readiness.toml"
    if not answers.exists():
        write_whole(answers, (Path(__file__).parent / "answers.toml").read_bytes())
    return ["ready", "--answers", str(answers), "--out", str(walk.provider / "readiness.html")]


def keep_token(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    """The token goes to a file of the provider's, as a person would keep it, and nowhere else."""
    write_whole(walk.provider / "upload-token.txt", result.pop("upload_token").encode())
    return result


@contextlib.contextmanager
def portal(walk: Walk) -> Iterator[None]:
    """A real portal on loopback for as long as the sending takes; it ends with this process."""
    from linkwell.portal.start import start

    start(walk.home)
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from linkwell.portal.wsgi import application

    logging.getLogger("linkwell").setLevel(logging.WARNING)  # its line per request would bury ours

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the demonstration's own line is enough."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    walk.address = f"http://localhost:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def score_links(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    """Set the links beside the truth of the invented world; only a demonstration can."""
    from linkwell.cli.demo.truth import score

    links = walk.home / "identity" / "links" / SUPPLY / "links.parquet"
    against, digest = score(walk.home, links, walk.files, walk.specification)
    return {**result, "against_truth": against, "links_digest": digest}


def fingerprint_accepted(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    halves = [walk.home / zone / "supplies" / SUPPLY for zone in ("identity", "research")]
    return {**result, "tables_digest": _digest_of_tables(*halves)}


def fingerprint_released(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "tables_digest": _digest_of_tables(Path(result["report"]).parent)}


def _digest_of_tables(*folders: Path) -> str:
    digest = hashlib.sha384()
    for table in sorted(path for folder in folders for path in folder.glob("*.csv")):
        digest.update(table.name.encode() + b"\0" + hashlib.sha384(table.read_bytes()).digest())
    return digest.hexdigest()


def rows(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {table}" for table, count in counts.items())


def linked_words(result: dict[str, Any]) -> str:
    linked, truth = result["counts"]["linked"], result["against_truth"]
    return (
        f"{linked['found']:,} of {linked['people']:,} found; against the truth "
        f"{100 * truth['precision']:.1f} % right, {100 * truth['recall']:.1f} % of those there found"
    )
