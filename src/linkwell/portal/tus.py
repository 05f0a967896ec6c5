"""What a tus request says, read strictly: its method, its numbers, what was told of the file, its body.

See https://tus.io/protocols/resumable-upload.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from django.http import HttpRequest

_DIGITS = re.compile(r"[0-9]{1,18}")
LOOKED_AT = ("sha384", "cover", "practice")
"""The keys of Upload-Metadata that are looked at; nothing else of it is read or kept, file names least."""

Read = Callable[[int], bytes]


def method_of(request: HttpRequest) -> str:
    """What is asked for; a client whose network lets nothing but POST through says it in a header."""
    return request.headers.get("X-HTTP-Method-Override", request.method or "").upper()


def whole_number(text: str) -> int | None:
    """A number of at most 18 digits, or None where it is none."""
    return int(text) if _DIGITS.fullmatch(text) else None


def said_of_the_file(metadata: str) -> dict[str, str]:
    """What Upload-Metadata says, of the keys that are looked at."""
    said = {}
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key in LOOKED_AT:
            try:
                said[key] = base64.b64decode(value, validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                continue
    return said


def body_of(request: HttpRequest) -> tuple[Read, int | None] | None:
    """How to read a chunk, and how many bytes it says it has (None: until it ends).

    Django reads nothing of a body that comes in pieces without a length; the server below can. None where
    this server cannot either.
    """
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return request.read, int(request.META.get("CONTENT_LENGTH") or 0)
    if not request.META.get("wsgi.input_terminated"):
        return None
    read = request.META["wsgi.input"].read

    def piece(size: int) -> bytes:
        try:
            found: bytes = read(size)
        except Exception as error:  # each server has errors of its own for a body cut short
            raise OSError("the body was cut short") from error
        return found

    return piece, None
