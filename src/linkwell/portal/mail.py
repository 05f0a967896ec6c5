"""The mail server notices are sent by, as the environment names it; without one nothing is ever sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from linkwell.errors import WrongUse

NOWHERE = {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


def checked_mail(environment: Mapping[str, str]) -> str:
    """LINKWELL_MAIL, once it and LINKWELL_MAIL_FROM can be used; "" where none is set.

    Raises:
        WrongUse: the server, or the address messages come from, cannot be used.
    """
    address = environment.get("LINKWELL_MAIL", "")
    if address:
        mail_server(address)
        if "@" not in environment.get("LINKWELL_MAIL_FROM", ""):
            raise WrongUse(
                "LINKWELL_MAIL is set, and LINKWELL_MAIL_FROM is not.",
                why="Every message says whom it comes from.",
                fix="Set LINKWELL_MAIL_FROM to an address, such as linkwell@example.govt.nz.",
            )
    return address


def mail_server(address: str) -> dict[str, Any]:
    """Django's settings of the mail server at an address: smtp:// with STARTTLS, or smtps://; "" is none.

    Raises:
        WrongUse: it is none. A password never travels in the clear: only a server on this machine is used so.
    """
    if not address:
        return dict(NOWHERE)
    parts = urlsplit(address)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    try:
        port = parts.port or {"smtps": 465, "smtp": 25 if local else 587}.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not port:
        raise WrongUse(
            "LINKWELL_MAIL is not the address of a mail server.",
            fix="Write smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host, or nothing.",
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "HOST": parts.hostname,
        "PORT": port,
        "HOST_USER": unquote(parts.username or ""),
        "HOST_PASSWORD": unquote(parts.password or ""),
        "USE_SSL": parts.scheme == "smtps",
        "USE_TLS": parts.scheme == "smtp" and not local,
        "TIMEOUT": 20,
    }
