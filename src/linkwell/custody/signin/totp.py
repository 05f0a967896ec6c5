"""Codes of an authenticator app: six digits every thirty seconds, from a secret both sides hold (RFC 6238).

HMAC-SHA-1, because that is what every authenticator app computes whatever it is told; sign-in methods are a
listed exception to the NZISM's algorithms (the secret is 160 bits, and a code is tried three times at most).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT_STEPS = 1
"""How many steps a phone's clock may be off, each way."""


def new_secret() -> bytes:
    """A secret of 160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, *, now: float) -> int | None:
    """The step whose code this is, if it is the present one or a neighbour; None if it is wrong.

    Args:
        now: seconds since 1970, UTC.
    """
    here = int(now) // STEP_SECONDS
    found = None
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):  # every step, in equal time
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret to type by hand: groups of four letters and digits."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """The otpauth address a QR code holds."""
    label = quote(f"{issuer}:{account}", safe="")
    key = base64.b32encode(secret).decode("ascii").rstrip("=")
    return f"otpauth://totp/{label}?" + urlencode({"secret": key, "issuer": issuer}, quote_via=quote)
