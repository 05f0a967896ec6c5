"""How second factors are kept: app secrets sealed, recovery codes as keyed hashes, both under the portal's
own secret, which lies in keys/ and not in the registry.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from linkwell.errors import RefusedByRule

_NONCE_BYTES = 12


def _key(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"linkwell {purpose}".encode(), hashlib.sha384)[:32]


def seal(secret: bytes, *, about: str) -> bytes:
    """AES-256-GCM, bound to whom it is about."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key("second factor")).encrypt(nonce, secret, about.encode())


def open_sealed(sealed: bytes, *, about: str) -> bytes:
    """What was sealed.

    Raises:
        RefusedByRule: the portal's secret is another one now, or the row was moved to somebody else.
    """
    nonce, body = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
    try:
        return AESGCM(_key("second factor")).decrypt(nonce, body, about.encode())
    except InvalidTag:
        raise RefusedByRule(
            "This authenticator app cannot be checked any more.",
            why="The portal's own secret is not the one it was set up under.",
            fix="Use a recovery code or a passkey, or ask for help with a lost device.",
        ) from None


def keyed_hash(text: str, *, purpose: str) -> str:
    """A hash nobody can try guesses on who has only the registry."""
    return hmac.digest(_key(purpose), text.encode(), hashlib.sha384).hex()
