"""Symmetric secrets kept as files in the zone they belong to.

In a demonstration home every secret follows from the home's demo seed, so that two walks of the demo end in
the same numbers; such secrets protect nothing and everything made with them says DEMO.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from linkwell.vault.zones import write_whole

SECRET_BYTES = 32


def keep_secret(path: Path, *, demo_seed: int | None = None) -> bytes:
    """Return the 32-byte secret kept at `path`, made on first use (mode 0600).

    Args:
        path: a file inside a zone; its name is part of what a demo secret is derived from.
        demo_seed: only in a demonstration home: derive the secret instead of drawing it.
    """
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = secrets.token_bytes(SECRET_BYTES) if demo_seed is None else demo_secret(demo_seed, path.name)
        write_whole(path, found)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise PermissionError(f"{path.name} can be read by others; set its mode to 0600")
    if len(found) != SECRET_BYTES:
        raise ValueError(f"{path.name} is not a {SECRET_BYTES}-byte secret")
    return found


def demo_secret(seed: int, label: str) -> bytes:
    """32 bytes that follow from a demo seed and a label; never used outside demonstrations."""
    return hmac.digest(f"linkwell demo {seed}".encode(), label.encode(), hashlib.sha384)[:SECRET_BYTES]
