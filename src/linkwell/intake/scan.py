"""Ask clamd whether an opened table holds something harmful, over its INSTREAM command.

Fails closed: a scanner that is set up but does not answer means that nothing is opened.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from linkwell.errors import RefusedByRule, TryAgain, WrongUse

_BLOCK = 1 << 17
SECONDS = 120.0


def scan(file: Path, scanner: str) -> None:
    """Have one file scanned.

    Args:
        scanner: "unix:/path/of/socket" or "tcp:host:port".

    Raises:
        RefusedByRule: something harmful was found. TryAgain: the scanner did not answer as it should.
        WrongUse: `scanner` is not an address.
    """
    try:
        with _connected(scanner) as line, file.open("rb") as source:
            line.sendall(b"zINSTREAM\0")
            while block := source.read(_BLOCK):
                line.sendall(struct.pack(">I", len(block)) + block)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError:
        raise _no_answer() from None
    if answer == "stream: OK":
        return
    if answer.endswith(" FOUND"):
        raise RefusedByRule(
            "The virus scanner stopped this file.",
            where=f"table {file.stem}",
            why="Something in it looks harmful, so it goes no further.",
            fix="Scan the files this was made from, remove what is found, and seal again.",
        )
    raise _no_answer()


def _connected(scanner: str) -> socket.socket:
    kind, _, address = scanner.partition(":")
    if kind == "unix" and address:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    if kind == "tcp" and host and port.isdecimal():
        return socket.create_connection((host, int(port)), timeout=SECONDS)
    raise WrongUse(
        "The address of the virus scanner cannot be read.",
        fix="Write it as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310.",
    )


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096 and (more := line.recv(4096)):
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _no_answer() -> TryAgain:
    return TryAgain(
        "The virus scanner did not answer as it should.",
        why="Nothing is opened unscanned; the sealed file lies untouched in quarantine.",
        fix="Start clamd, or raise its StreamMaxLength, then try again.",
    )
