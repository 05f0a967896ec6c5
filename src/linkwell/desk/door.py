"""Who may come in: one key in the address, good once, exchanged for a cookie that ends with the desk."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import threading
import time
from pathlib import Path

from linkwell.vault.zones import write_whole

KEY_SECONDS = 15 * 60


class Door:
    """Keys and the cookie of one running desk; all of it is gone when the desk stops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, float] = {}
        self._cookie = secrets.token_urlsafe(32)
        self.knock = secrets.token_urlsafe(32)

    def new_key(self) -> str:
        """A key for one opening within fifteen minutes."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._keys[key] = time.monotonic() + KEY_SECONDS
        return key

    def exchange(self, key: str) -> str:
        """The cookie for a good key, which is then used up; "" for any other."""
        with self._lock:
            for known, until in list(self._keys.items()):
                if time.monotonic() > until:
                    del self._keys[known]
                elif hmac.compare_digest(known.encode(), key.encode()):
                    del self._keys[known]
                    return self._cookie
        return ""

    def knows(self, cookie: str) -> bool:
        """Whether this is the cookie."""
        return hmac.compare_digest(self._cookie.encode(), cookie.encode())

    def may_knock(self, said: str) -> bool:
        """Whether a second `linkwell desk` of the same person asks for a fresh key."""
        return hmac.compare_digest(self.knock.encode(), said.encode())


def say_running(path: Path, *, port: int, knock: str) -> None:
    """Write down how the same person's next `linkwell desk` finds this one."""
    write_whole(path, json.dumps({"port": port, "knock": knock, "process": os.getpid()}).encode())


def running_at(path: Path) -> tuple[int, str] | None:
    """(port, knock) of a desk that said it runs here."""
    try:
        said = json.loads(path.read_bytes())
        return int(said["port"]), str(said["knock"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
