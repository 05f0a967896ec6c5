"""A small real tus server over HTTP, with faults that can be asked for: what a bad line and a bad day do."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from linkwell.ledger.chain import checkpoint_of, next_event
from linkwell.ledger.receipts import issue
from linkwell.vault.custodian_keys import receipt_key
from linkwell.vault.keys import PrivateKey
from linkwell.vault.zones import Home

TOKEN = "a token for the tests"


@dataclass
class Portal:
    """What the server holds, saw, and is asked to do wrong (each fault is used up once)."""

    home: Home
    uploads: dict[str, bytearray] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    receipts_after: int = 0
    signing_key: PrivateKey | None = None
    lie: dict[str, object] = field(default_factory=dict)
    url: str = ""
    location: str = ""
    expect_length: int | None = None
    later: list[str] = field(default_factory=list)

    def fault(self, kind: str) -> bool:
        """Whether the next thing to go wrong is of this kind; uses it up."""
        if self.faults and self.faults[0] == kind:
            self.faults.pop(0)
            return True
        return False

    def methods(self) -> list[str]:
        return [method for method, _ in self.requests]

    def received(self) -> bytes:
        return bytes(next(iter(self.uploads.values())))

    def receipt(self, name: str) -> str:
        data = bytes(self.uploads[name])
        event = next_event(None, actor="system", acting_for="", verb="supply.received", subject="supply/1")
        package = base64.b64decode(dict(pair.split(" ") for pair in self.metadata[-1].split(","))["package"])
        facts = {"package": package.decode(), "sha384": hashlib.sha384(data).hexdigest(), "bytes": len(data)}
        return issue(
            "received",
            {**facts, **self.lie},
            signing_key=self.signing_key or receipt_key(self.home),
            checkpoint=checkpoint_of(event, ledger=event.hash),
            demo=True,
            custodian=self.home.name,
        ).to_json()


class TusHandler(BaseHTTPRequestHandler):
    """tus 1.0: creation, HEAD, PATCH with checksum, and the receipt."""

    protocol_version = "HTTP/1.1"
    portal: Portal

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, code: int, body: bytes = b"", **headers: object) -> None:
        self.send_response(code)
        self.send_header("Tus-Resumable", "1.0.0")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def allowed(self) -> bool:
        self.portal.requests.append((self.command, self.path))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, b'{"what": "This token has expired."}')
            return False
        for code in ("500", "503", "429"):
            if self.portal.fault(f"{self.command} {code}"):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.answer(int(code))
                return False
        return True

    def do_POST(self) -> None:
        if not self.allowed():
            return None
        if self.portal.fault("refuse"):
            return self.answer(413, b'{"what": "This file is larger than the agreement allows."}')
        portal, name = self.portal, f"{len(self.portal.uploads) + 1:032x}"
        portal.uploads[name], portal.lengths[name] = bytearray(), int(self.headers["Upload-Length"])
        portal.metadata.append(self.headers["Upload-Metadata"])
        return self.answer(201, Location=portal.location or f"/api/uploads/{name}")

    def do_HEAD(self) -> None:
        if not self.allowed():
            return
        held = self.portal.uploads.get(self.path.rpartition("/")[2])
        if held is None:
            self.answer(404)
        else:
            self.answer(200, Upload_Offset=len(held), Cache_Control="no-store")

    def do_PATCH(self) -> None:
        if not self.allowed():
            return None
        portal, size = self.portal, int(self.headers["Content-Length"])
        held = portal.uploads.get(self.path.rpartition("/")[2])
        if portal.fault("drop half damaged"):
            assert held is not None
            held += bytes(size // 2)
            self.close_connection = True
            self.connection.close()
            return None
        if portal.fault("drop half"):  # the line drops in the middle of a chunk: what arrived is kept
            assert held is not None
            held += self.rfile.read(size // 2)
            self.close_connection = True
            self.connection.close()
            return None
        body = self.rfile.read(size)
        if held is None or portal.fault("forget"):
            portal.uploads.clear()
            return self.answer(404)
        if portal.fault("answer lost"):  # it arrived, but the answer did not
            held += body
            self.close_connection = True
            self.connection.close()
            return None
        if portal.fault("flip"):
            body = bytes([body[0] ^ 1]) + body[1:]
        algorithm, _, digest = self.headers["Upload-Checksum"].partition(" ")
        assert self.headers["Content-Type"] == "application/offset+octet-stream"
        assert algorithm == "sha384-whole"
        if hashlib.sha384(held[: int(self.headers["Upload-Offset"])] + body).digest() != base64.b64decode(
            digest
        ):
            return self.answer(460)
        if int(self.headers["Upload-Offset"]) != len(held) or portal.fault("conflict"):
            return self.answer(409)
        held += body
        return self.answer(204, Upload_Offset=len(held))

    def do_DELETE(self) -> None:
        if self.allowed():
            self.portal.uploads.pop(self.path.rpartition("/")[2], None)
            self.answer(204)

    def do_GET(self) -> None:
        if not self.allowed():
            return None
        if self.path.startswith("/api/packages/"):
            given = [{"kind": "", "about": "", "document": each} for each in self.portal.later]
            said = {"supply": "DSA-2026-001-001", "state": "accepted", "receipts": given}
            return self.answer(200, json.dumps(said).encode(), Content_Type="application/json")
        name = self.path.split("/")[-2]
        if self.portal.receipts_after:
            self.portal.receipts_after -= 1
            return self.answer(202)
        return self.answer(200, self.portal.receipt(name).encode(), Content_Type="application/json")


@pytest.fixture
def portal(custodian_home: Home) -> Iterator[Portal]:
    """A running portal on loopback that belongs to `custodian_home`."""
    state = Portal(custodian_home)
    handler = type("Handler", (TusHandler,), {"portal": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waits() -> tuple[list[float], Callable[[float], None]]:
    """How long the client would have waited, without waiting."""
    seen: list[float] = []
    return seen, seen.append
