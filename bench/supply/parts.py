"""The parts of the measurement, each run as its own process and saying its seconds and largest memory."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from linkwell.ledger.chain import utc_text
from linkwell.specification.base import base_specification
from linkwell.specification.file import render
from linkwell.standards.clock import today
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import TableSource, open_compartment, read_manifest, write_package
from linkwell.vault.custodian_keys import (
    CustodianKeys,
    create_custodian_keys,
    custodian_keys,
    zone_key_path,
)
from linkwell.vault.keys import PrivateKey, public_pem, public_text, read_private_key, sender_key
from linkwell.vault.zones import Home

AGREEMENT = "DSA-BENCH-001"
SPECIFICATION = replace(base_specification(), organisation="Bench", demo=True)
BLOCK = 1 << 20


def plain(folder: Path, mebibytes: str) -> None:
    """Lines of a size and shape as in a content table; random, so that nothing gains from repetition."""
    with (folder / "plain.csv").open("wb") as out:
        for _ in range(int(mebibytes)):
            out.write(os.urandom(BLOCK // 2).hex().encode())


def home(folder: Path) -> Home:
    """The custodian's home, with keys."""
    made = Home.create(folder / "home", name="Bench", demo_seed=1)
    create_custodian_keys(made)
    return made


def serve(folder: Path) -> None:
    """A portal on loopback, until standard input closes; on the same port when it is begun again."""
    home_of_bench = home(folder)
    from linkwell.portal.start import start

    start(home_of_bench.path)
    if not (folder / "token").exists():
        _enrol(home_of_bench, folder)
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from linkwell.portal.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    address = folder / "address"
    port = int(address.read_text().rpartition(":")[2]) if address.exists() else 0
    server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address.write_text(f"http://localhost:{server.server_port}")
    print("up", flush=True)
    sys.stdin.read()
    server.shutdown()


def _enrol(home: Home, folder: Path) -> None:
    from linkwell.custody.agreements.actions import enrol_provider, issue_upload_token
    from linkwell.custody.organisations.actions import first_manager
    from linkwell.custody.setup import set_up

    set_up(home)
    manager = first_manager(username="manager", name="Manager", password="four plain words here")
    agreement = enrol_provider(
        by=manager, code="bench", name="Bench", agreement=AGREEMENT,
        specification_toml=render(SPECIFICATION), specification_digest=SPECIFICATION.digest,
        sender_key_pem=public_pem(sender_key(folder / "workspace").public_key()),
        permits_single_provider_output=True, starts=today(), ends=today() + timedelta(days=9),
    ).agreement  # fmt: skip
    (folder / "token").write_text(issue_upload_token(by=manager, agreement=agreement))


def facts(custodian: CustodianKeys, key: PrivateKey) -> Manifest:
    """A cover page, before anything is sealed."""
    return Manifest(
        package="ab" * 16, created=utc_text(datetime.now(UTC)), specification=SPECIFICATION.digest,
        agreement=AGREEMENT, organisation="Bench", on_behalf_of="", delivery="full", follows="",
        changes=None, verdict="cd" * 48,
        software="bench", demo=True, test=False, custodian="Bench",
        receipt_key=public_text(custodian.receipts), sender_key=public_text(key.public_key()),
        compartments=(),
    )  # fmt: skip


def seal(folder: Path) -> None:
    """Seal the bytes as the content half, and a small identity half beside it."""
    custodian, key = custodian_keys(Home.open(folder / "home")), sender_key(folder / "workspace")
    write_package(
        folder / "supply.lwp",
        facts(custodian, key),
        tables={
            "identity": [TableSource("person", 1, 2, [b"record_key,client_ref\n"])],
            "content": [TableSource("interaction", 1, 2, _blocks(folder / "plain.csv"))],
        },
        recipients={name: (half.zone, half.recovery) for name, half in custodian.compartments.items()},
        signing_key=key,
    )


def send(folder: Path) -> None:
    """Send it and keep the receipt, as `linkwell send` does."""
    from linkwell.supply.send import send as send_package

    address, token = (folder / "address").read_text(), (folder / "token").read_text()
    send_package(folder / "supply.lwp", url=address, token=token, receipts=folder / "receipts")


def open(folder: Path) -> None:
    """Open what arrived in quarantine and check it to the last byte, as an opener does."""
    home = Home.open(folder / "home")
    (arrived,) = (home.path / "intake" / "quarantine").iterdir()
    manifest = read_manifest(arrived)
    key = read_private_key(zone_key_path(home, "content"))
    with (folder / "opened").open("wb") as out:
        for _, piece in open_compartment(arrived, manifest, "content", key):
            out.write(piece)
    (folder / "opened").unlink()


def sink(folder: Path) -> None:
    """Where curl puts its file: written to disk as it comes, nothing else."""

    class Put(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            left = int(self.headers["Content-Length"])
            if self.headers.get("Expect") == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            with (folder / "put").open("wb") as out:
                while left:
                    block = self.rfile.read(min(left, BLOCK))
                    out.write(block)
                    left -= len(block)
                out.flush()
                os.fsync(out.fileno())
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Put)
    print(f"http://127.0.0.1:{server.server_port}/put", flush=True)
    server.serve_forever()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


PARTS: dict[str, Callable[..., None]] = {
    "plain": plain, "home": home, "serve": serve, "seal": seal, "send": send, "open": open, "sink": sink,
}  # fmt: skip

if __name__ == "__main__":
    started = time.monotonic()
    PARTS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
    took = resource.getrusage(resource.RUSAGE_SELF)
    said = {"seconds": time.monotonic() - started, "processor seconds": took.ru_utime + took.ru_stime}
    rounded = {name: round(value, 2) for name, value in said.items()}
    print(json.dumps({**rounded, "mebibytes": took.ru_maxrss // 1024}))
