"""A mail server on a real socket that does as it is told, connection by connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

WHOLE, REFUSED, GREY, SPAM, DROPPED, DROPPED_LATE, SILENT = (
    "takes it", "550 to the address", "451 to the address", "554 to the message", "hangs up at once",
    "has it, and hangs up before it says so", "has it, and says nothing until somebody is gone",
)  # fmt: skip


@dataclass
class Listener:
    """What it does with the next connections (the last one goes on), and what it was given."""

    ways: list[str] = field(default_factory=lambda: [WHOLE])
    port: int = 0
    given: list[tuple[str, Message]] = field(default_factory=list)
    """(what it did, the message) of every message that came to its end."""

    def numbers(self, way: str = WHOLE) -> list[str]:
        """The numbers of the messages it took, or did that with."""
        return [str(message["Message-ID"]) for did, message in self.given if did == way]

    def serve(self, connection: socket.socket) -> None:
        """One connection."""
        way = self.ways.pop(0) if len(self.ways) > 1 else self.ways[0]
        with connection, connection.makefile("rb") as lines:
            connection.settimeout(30)
            connection.sendall(b"220 here\r\n")
            if way == DROPPED:
                return
            for line in lines:
                verb = line[:4].upper()
                if verb == b"DATA":
                    if not self._take(way, connection, lines):
                        return
                    continue
                answer = {b"EHLO": b"250 here", b"QUIT": b"221 bye"}.get(verb, b"250 ok")
                if verb == b"RCPT" and way in (REFUSED, GREY):
                    answer = b"550 no such box" if way == REFUSED else b"451 try later"
                connection.sendall(answer + b"\r\n")

    def _take(self, way: str, connection: socket.socket, lines: Iterator[bytes]) -> bool:  # type: ignore[type-arg]
        connection.sendall(b"354 go on\r\n")
        body = b""
        for line in lines:
            if line == b".\r\n":
                break
            body += line
        self.given.append((way, message_from_bytes(body)))
        if way == SILENT:
            connection.settimeout(60)
            list(lines)  # until the other side is gone
        if way in (DROPPED_LATE, SILENT):
            return False
        connection.sendall(b"554 spam\r\n" if way == SPAM else b"250 taken\r\n")
        return True


@contextmanager
def listening(*ways: str) -> Iterator[Listener]:
    """A listener on a free port of this machine."""
    found = Listener(list(ways) or [WHOLE])
    with socket.create_server(("127.0.0.1", 0)) as server:
        found.port = server.getsockname()[1]

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # closed: the test is over
                    return
                try:
                    found.serve(connection)
                except OSError:  # the other side was killed
                    continue

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)
