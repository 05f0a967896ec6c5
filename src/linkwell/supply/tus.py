"""A tus 1.0 client that goes on where it stopped: what the server acknowledged is never sent again."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, WrongUse
from linkwell.supply.ahead import Ahead

UPLOADS = "/api/uploads/"
VERSION = {"Tus-Resumable": "1.0.0"}
CHUNK_BYTES = 8 << 20
MOST_BYTES = 64 << 20
"""A chunk grows to this while the line is quick: fewer times to wait for the server's disk."""

QUICK_SECONDS = 4.0
WHOLE = "sha384-whole"
"""A checksum that is the SHA-384 of the file up to the end of the chunk (docs/upload-api.md)."""

_PIECE = 1 << 20
_MOST_DAMAGED = 3
RETRIES = 6
LONGEST_WAIT = 30.0
_CHECKSUM_MISMATCH = 460

Sleep = Callable[[float], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Line:
    """The way to a portal: an HTTP client that carries the token, and how patient to be when it fails.

    Attributes:
        retries: how often in a row to try again without the server acknowledging a byte more.
    """

    client: httpx.Client
    base: httpx.URL
    retries: int = RETRIES
    sleep: Sleep = time.sleep


class GoneError(Exception):
    """There is no such upload on the server (any more)."""


class SlippedError(Exception):
    """The server holds another number of bytes than we thought: ask it again."""


class DamagedError(SlippedError):
    """What the server holds does not match the file; it threw the chunk away."""


def portal_address(url: str) -> httpx.URL:
    """Check a portal's address.

    Raises:
        WrongUse: not an http(s) address.
        RefusedByRule: not encrypted, and not this computer.
    """
    try:
        found = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL:
        found = httpx.URL("")
    if found.scheme not in {"http", "https"} or not found.host or found.userinfo:
        raise WrongUse("This is not a portal's address.", fix="Give it as https://portal.example.govt.nz")
    if found.scheme == "http" and found.host not in {"localhost", "127.0.0.1", "::1"}:
        raise RefusedByRule(
            "This address is not encrypted (http://).",
            why="The token could be read on the way and used by somebody else.",
            fix="Use the portal's https:// address.",
        )
    return found


def upload(
    line: Line,
    file: Path,
    *,
    ahead: Ahead,
    metadata: Mapping[str, str],
    resume: str = "",
    remember: Callable[[str], None],
    chunk_bytes: int = CHUNK_BYTES,
    progress: Progress | None = None,
) -> httpx.URL:
    """Bring the server to hold every byte of `file`; returns the upload's address.

    Args:
        ahead: reads the same file, for the checksums.
        resume: the address of an upload begun earlier, "" for none.
        remember: called with the address as soon as there is one.

    Raises:
        TryAgain: no progress after `line.retries` tries in a row.
        RefusedByRule: the server says no.
    """
    total, best, failed, damaged = file.stat().st_size, 0, 0, 0
    size = _ChunkSize(chunk_bytes)
    place = same_portal(line, resume) if resume else None
    offset: int | None = None
    while True:
        try:
            if place is None:
                place, offset = _create(line, total, metadata), 0
                remember(str(place))
            elif offset is None:
                offset = _head(line, place, total)
            else:
                offset = _patch(line, place, file, offset, min(offset + size.now, total), ahead, size)
        except DamagedError as problem:
            failed = wait(line, failed, words_of(problem))
            damaged, offset = damaged + 1, None
            if damaged >= _MOST_DAMAGED and place is not None:
                _throw_away(line, place)  # what arrived before is not what was sent: begin again
                damaged, place, best = 0, None, 0
            continue
        except GoneError:
            failed = wait(line, failed, "The portal does not know this upload any more.")
            place, offset, best = None, None, 0
            continue
        except (SlippedError, httpx.TransportError, TryAgain) as problem:
            failed = wait(line, failed, words_of(problem))
            offset = None
            size.small()
            continue
        if offset > best:
            best, failed, damaged = offset, 0, 0
        if progress:
            progress(offset, total)
        if offset >= total:
            return place


def expect(answer: httpx.Response, *good: int) -> None:
    """Turn a server's no into an error; what it says itself is shown, never what we sent."""
    code = answer.status_code
    if code in good:
        return
    if code in {404, 410}:
        raise GoneError
    if code == _CHECKSUM_MISMATCH:
        raise DamagedError
    if code in {409, 423} and answer.request.method == "PATCH":
        raise SlippedError
    if code in {408, 423, 425, 429} or code >= 500:
        raise TryAgain(f"The portal could not answer just now (HTTP {code}).")
    said = _said_by(answer)
    if code in {401, 403}:
        raise RefusedByRule(
            said or "The portal does not accept this token.",
            why="A token works for one organisation and agreement, and for a limited time.",
            fix="Ask the custodian for a new upload token, and check that the address is right.",
        )
    if code in {400, 409, 412, 413, 415, 422}:
        raise RefusedByRule(
            said or f"The portal refused this file (HTTP {code}).",
            fix="Read what the portal says about this supply, mend it, seal again and send again.",
        )
    raise WrongUse(
        f"This address does not answer like a portal (HTTP {code}).",
        where=answer.request.url.host,
        fix="Check the portal's address.",
    )


def wait(line: Line, failed: int, said: str) -> int:
    """Wait longer after each failure in a row and return how many there are now; give up after `retries`."""
    if failed >= line.retries:
        raise TryAgain(
            said,
            where=line.base.host,
            why="Nothing is lost: what arrived is kept, and sending goes on from there.",
            fix="Check the connection and run the same command again.",
        )
    line.sleep(min(LONGEST_WAIT, 0.5 * 2**failed))
    return failed + 1


def words_of(problem: Exception) -> str:
    """What went wrong on the line, without addresses or contents."""
    return problem.what if isinstance(problem, LinkwellError) else "The connection to the portal failed."


def same_portal(line: Line, location: str) -> httpx.URL:
    """An upload's address, which must be on the portal itself: token and file go nowhere else."""
    place = line.base.join(UPLOADS).join(location)
    if (place.scheme, place.host, place.port) != (line.base.scheme, line.base.host, line.base.port):
        raise RefusedByRule(
            "The portal sent this upload to another address.",
            why="Your token and file would go somewhere you did not choose.",
            fix="Check the portal's address with the custodian.",
        )
    return place


def _create(line: Line, total: int, metadata: Mapping[str, str]) -> httpx.URL:
    described = ",".join(f"{name} {_base64(value.encode())}" for name, value in metadata.items())
    headers = {"Upload-Length": str(total), "Upload-Metadata": described}
    answer = line.client.post(line.base.join(UPLOADS), headers=headers)
    if answer.status_code in {404, 410}:
        raise WrongUse(
            "There is no portal at this address.", where=line.base.host, fix="Check the portal's address."
        )
    expect(answer, 201)
    return same_portal(line, answer.headers.get("Location", ""))


def _throw_away(line: Line, place: httpx.URL) -> None:
    """Stop an upload; where that cannot be said, its time runs out on the server."""
    with suppress(httpx.TransportError):
        line.client.delete(place)


def _head(line: Line, place: httpx.URL, total: int) -> int:
    answer = line.client.head(place)
    expect(answer, 200, 204)
    return _acknowledged(answer, total)


class _ChunkSize:
    """How much to send at a time: little on a slow line, so that little is sent twice when it drops."""

    def __init__(self, start: int) -> None:
        self._start = self.now = start

    def took(self, seconds: float) -> None:
        """Grow after a quick chunk."""
        if seconds < QUICK_SECONDS and self._start >= CHUNK_BYTES:
            self.now = min(2 * self.now, max(MOST_BYTES, self._start))

    def small(self) -> None:
        """Begin small again."""
        self.now = self._start


def _patch(
    line: Line, place: httpx.URL, file: Path, offset: int, end: int, ahead: Ahead, size: _ChunkSize
) -> int:
    """Send one chunk; returns how much the server now holds."""
    checksum = ahead.digest_to(end)
    headers = {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"{WHOLE} {_base64(checksum)}",
        "Content-Length": str(end - offset),
    }
    started = time.monotonic()
    ahead.prepare(end + min(2 * size.now, MOST_BYTES))
    answer = line.client.patch(place, content=_pieces(file, offset, end), headers=headers)
    expect(answer, 204, 200)
    now = _acknowledged(answer, end)
    if now <= offset:
        raise SlippedError
    size.took(time.monotonic() - started)
    return now


def _pieces(file: Path, start: int, end: int) -> Iterator[bytes]:
    """A part of a file in pieces, so that memory does not grow with the chunk."""
    with file.open("rb") as source:
        source.seek(start)
        while start < end and (piece := source.read(min(_PIECE, end - start))):
            start += len(piece)
            yield piece


def _acknowledged(answer: httpx.Response, most: int) -> int:
    try:
        found = int(answer.headers["Upload-Offset"])
    except (KeyError, ValueError):
        raise TryAgain("The portal did not say how much it holds.") from None
    if not 0 <= found <= most:
        raise GoneError  # it holds more than we ever sent: not our upload
    return found


def _said_by(answer: httpx.Response) -> str:
    """The server's own sentence, if it gave one in JSON; bounded, since it is shown to a person."""
    try:
        found = answer.json()
        return str(found.get("what") or found.get("detail") or "")[:300]
    except (ValueError, AttributeError):
        return ""


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
