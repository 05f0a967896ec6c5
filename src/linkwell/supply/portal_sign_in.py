"""Signing this computer in at a portal by a code its person types there (RFC 8628), and keeping the token.

The token lies in one file that only this user can read, by portal, until it runs out or `linkwell sign-out`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from linkwell.errors import RefusedByRule, TryAgain
from linkwell.supply.tus import portal_address
from linkwell.vault.zones import write_whole

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER = 5.0
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


@dataclass(frozen=True)
class Asking:
    """What the portal said: the code to show, where to type it, and how long and often to ask."""

    device_code: str
    user_code: str
    address: str
    seconds: float
    interval: float


@dataclass(frozen=True)
class SignedIn:
    """A kept sign-in; `expires` is seconds since 1970."""

    portal: str
    token: str
    person: str
    expires: float


def begin(url: str, *, computer: str) -> Asking:
    """Ask a portal for a code.

    Raises:
        WrongUse, RefusedByRule: not a portal's address, or not encrypted. TryAgain: it does not answer.
    """
    base = portal_address(url)
    said = _post(base.join("/api/sign-in/code"), {"computer": computer})
    try:
        return Asking(
            str(said["device_code"]), str(said["user_code"]), str(said["verification_uri"]),
            float(said["expires_in"]), float(said.get("interval", 5)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise _no_portal() from None


def wait(
    url: str,
    asking: Asking,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> SignedIn:
    """Ask again and again, as slowly as the portal wants, until the person has decided; then keep the token.

    Raises:
        RefusedByRule: the person said no. TryAgain: the code ran out.
    """
    base, interval, until = portal_address(url), asking.interval, clock() + asking.seconds
    while clock() < until:
        sleep(interval)
        try:
            said = _post(
                base.join("/api/sign-in/token"), {"grant_type": GRANT, "device_code": asking.device_code}
            )
        except TryAgain:  # the line: RFC 8628, 3.5 asks to slow down
            interval *= 2
            continue
        if "access_token" in said:
            made = SignedIn(
                str(base), str(said["access_token"]), str(said.get("person", "")),
                time.time() + float(said.get("expires_in", 0)),
            )  # fmt: skip
            _keep({**_kept(), made.portal: made})
            return made
        interval = _next(str(said.get("error", "")), interval)
    raise _ran_out()


def _next(error: str, interval: float) -> float:
    if error == "authorization_pending":
        return interval
    if error == "slow_down":
        return interval + _SLOWER
    if error == "access_denied":
        raise RefusedByRule("Somebody said no to this in the portal.", fix="If it was not you, tell them.")
    raise _ran_out()


def _ran_out() -> TryAgain:
    return TryAgain("The code ran out before anybody entered it.", fix="Run the same command again.")


def _no_portal() -> TryAgain:
    return TryAgain("This address does not answer as a portal.", fix="Check the address, or try again later.")


def _post(address: httpx.URL, data: dict[str, str], token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.post(address, data=data, headers=headers, timeout=_TIMEOUT)
        said = answer.json() if answer.content else {}
    except (httpx.HTTPError, ValueError):
        raise _no_portal() from None
    if not isinstance(said, dict) or answer.status_code not in (200, 204, 400):
        what = said.get("what") if isinstance(said, dict) else None
        raise TryAgain(str(what or "The portal is busy."), fix="Try again in a few minutes.")
    return said


def signed_in(url: str) -> SignedIn | None:
    """The kept sign-in at this portal, if it has not run out."""
    found = _kept().get(str(portal_address(url)))
    return found if found is not None and found.expires > time.time() else None


def portals() -> list[str]:
    """Every portal this computer keeps a sign-in for, also one that has run out."""
    return sorted(_kept())


def end(url: str) -> tuple[bool, bool]:
    """Forget a sign-in and tell the portal: (there was one, the portal knows)."""
    base = portal_address(url)
    kept = _kept()
    found = kept.pop(str(base), None)
    if found is None:
        return False, False
    _keep(kept)
    try:
        _post(base.join("/api/sign-in/end"), {}, found.token)
    except TryAgain:
        return True, False
    return True, True


def file() -> Path:
    """Where sign-ins are kept: LINKWELL_CONFIG, or the user's own folder of settings."""
    own = os.environ.get("LINKWELL_CONFIG")
    if own:
        return Path(own) / "sign-ins.json"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "linkwell" / "sign-ins.json"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "linkwell" / "sign-ins.json"


def _kept() -> dict[str, SignedIn]:
    try:
        rows = json.loads(file().read_text("utf-8"))
        return {portal: SignedIn(portal, **facts) for portal, facts in rows.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def _keep(all_of_them: dict[str, SignedIn]) -> None:
    rows = {
        each.portal: {"token": each.token, "person": each.person, "expires": each.expires}
        for each in all_of_them.values()
    }
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, (json.dumps(rows, indent=1) + "\n").encode(), mode=0o600)
