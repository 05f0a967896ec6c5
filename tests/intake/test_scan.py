"""The virus scanner's door, against a small clamd of our own that speaks its protocol."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkwell.errors import RefusedByRule, TryAgain, WrongUse
from linkwell.intake import open_package
from linkwell.intake.scan import scan
from linkwell.vault.zones import Home


class Clamd(socketserver.BaseRequestHandler):
    """INSTREAM: finds the marker, or answers as it is told to."""

    marker = b"harmful"
    answer: bytes | None = None

    def handle(self) -> None:
        file = self.request.makefile("rb")
        assert file.read(10) == b"zINSTREAM\0"
        seen = b""
        while size := struct.unpack(">I", file.read(4))[0]:
            seen += file.read(size)
        found = b"stream: Test-Marker FOUND\0" if self.marker in seen else b"stream: OK\0"
        self.request.sendall(found if self.answer is None else self.answer)
        file.close()


@pytest.fixture
def clamd() -> Iterator[Callable[..., str]]:
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(**says: object) -> str:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Handler", (Clamd,), says))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        servers.append(server)
        return f"tcp:127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_harmless_file_passes_and_a_harmful_one_does_not(tmp_path: Path, clamd) -> None:
    file, scanner = tmp_path / "interaction.csv", clamd()
    file.write_bytes(b"a,b\n" * 100_000)
    scan(file, scanner)
    file.write_bytes(b"a,b\n" * 100_000 + b"harmful")
    with pytest.raises(RefusedByRule, match="virus scanner stopped") as said:
        scan(file, scanner)
    assert said.value.where == "table interaction"


def test_a_scanner_on_a_local_socket_is_asked_the_same_way(tmp_path: Path) -> None:
    """As Debian's clamd listens: unix:/run/clamav/clamd.ctl."""
    place, file = tmp_path / "clamd.ctl", tmp_path / "interaction.csv"
    with socketserver.ThreadingUnixStreamServer(str(place), Clamd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        file.write_bytes(b"a,b\n")
        scan(file, f"unix:{place}")
        file.write_bytes(b"harmful")
        with pytest.raises(RefusedByRule, match="virus scanner stopped"):
            scan(file, f"unix:{place}")
        server.shutdown()


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: maybe\0"])
def test_a_scanner_that_does_not_say_ok_stops_everything(tmp_path: Path, clamd, answer) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"x")
    with pytest.raises(TryAgain, match="scanner did not answer"):
        scan(file, clamd(answer=answer))


@pytest.mark.parametrize("scanner", ["tcp:127.0.0.1:9", "unix:/nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_stops_everything(tmp_path: Path, scanner: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"x")
    with pytest.raises(TryAgain):
        scan(file, scanner)
    with pytest.raises(WrongUse, match="cannot be read"):
        scan(file, "clamd")


def test_nothing_lands_in_a_zone_that_the_scanner_did_not_pass(fresh_home: Home, seal_to, clamd) -> None:
    supply = seal_to(fresh_home)
    opening = {"home": fresh_home, "supply_id": "S-001", "specification": supply.specification}
    with pytest.raises(RefusedByRule, match="virus scanner stopped"):
        open_package(supply.path, **opening, scanner=clamd(marker=b"Anahera"))
    with pytest.raises(TryAgain):
        open_package(supply.path, **opening, scanner="tcp:127.0.0.1:9")
    assert not list(fresh_home.path.rglob("*.csv"))
    assert open_package(supply.path, **opening, scanner=clamd()).people == 3
