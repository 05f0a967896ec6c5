"""What the environment may set, read once and checked before anything starts."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.portal.mail import checked_mail
from linkwell.vault.secrets import demo_secret, keep_secret
from linkwell.vault.zones import Home, ZoneName

DEMO_SEEDS_TRIED = 1000
MOST_PROXIES = 16
"""Addresses that one entry of LINKWELL_PROXIES may cover."""
_HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")


@dataclass(frozen=True)
class Configuration:
    """Everything that differs between one installation and another.

    Attributes:
        home: LINKWELL_HOME, the data home.
        hosts: LINKWELL_HOSTS, names this portal answers to, comma separated; loopback always.
        https: LINKWELL_HTTPS, whether people reach it by HTTPS (cookies are then sent by HTTPS only). On
            unless
            the home is a demonstration.
        behind_proxy: LINKWELL_BEHIND_PROXY, whether a proxy sets X-Forwarded-Proto.
        proxies: LINKWELL_PROXIES, the addresses of our own proxies, comma separated; what they say of where a
            request came from is believed, and nobody else. Without them nobody behind a proxy is in a
            registered facility.
        database_url: LINKWELL_DATABASE, a PostgreSQL address; without it, SQLite in the home.
        largest_upload: LINKWELL_LARGEST_UPLOAD in bytes.
        database_wait: LINKWELL_DATABASE_WAIT, seconds to wait for a locked registry before saying that it is
            busy.
        mail_url: LINKWELL_MAIL, the server notices are sent by; without it no e-mail is ever sent.
        mail_from: LINKWELL_MAIL_FROM, the address they come from.
        second_factor: LINKWELL_SECOND_FACTOR, whether nobody may do anything without one. On, and only a
            demonstration may turn it off, which is how it starts.
    """

    home: Home
    hosts: tuple[str, ...]
    https: bool
    behind_proxy: bool
    database_url: str
    largest_upload: int
    database_wait: int = 20
    second_factor: bool = False
    mail_url: str = ""
    mail_from: str = ""
    proxies: tuple[str, ...] = ()

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Configuration:
        """Read and check the environment.

        Raises:
            WrongUse: LINKWELL_HOME is missing or no data home, or a value cannot be read.
            RefusedByRule: a real home holds secrets of a demonstration.
        """
        home_path = environment.get("LINKWELL_HOME", "")
        if not home_path:
            raise WrongUse(
                "Which data home? LINKWELL_HOME is not set.",
                fix="Give --home, or set LINKWELL_HOME to the folder made by: linkwell custodian init",
            )
        home = Home.open(Path(home_path))
        refuse_demo_secrets(home)
        hosts = tuple(
            name.strip() for name in environment.get("LINKWELL_HOSTS", "").split(",") if name.strip()
        )
        _refuse_unsafe_hosts(hosts)
        behind_proxy = _flag(environment, "LINKWELL_BEHIND_PROXY", default=False)
        return cls(
            home=home,
            hosts=("localhost", "127.0.0.1", "[::1]", *hosts),
            https=_flag(environment, "LINKWELL_HTTPS", default=not home.demo),
            behind_proxy=behind_proxy,
            proxies=_proxies(environment.get("LINKWELL_PROXIES", ""), behind_proxy=behind_proxy),
            database_url=environment.get("LINKWELL_DATABASE", ""),
            largest_upload=_whole(environment, "LINKWELL_LARGEST_UPLOAD", default=5 * 1024**3),
            database_wait=_whole(environment, "LINKWELL_DATABASE_WAIT", default=20),
            second_factor=_second_factor(environment, demo=home.demo),
            mail_url=checked_mail(environment),
            mail_from=environment.get("LINKWELL_MAIL_FROM", ""),
        )

    def address(self) -> str:
        """Where people reach this portal, for links in messages."""
        host = self.hosts[3] if len(self.hosts) > 3 else "localhost"
        return f"{'https' if self.https else 'http'}://{host.lstrip('.')}"

    def secret_key(self) -> str:
        """The portal's own secret, kept in keys/; a demonstration's follows from its seed."""
        path = self.home.zone(ZoneName.KEYS) / "portal.secret"
        return keep_secret(path, demo_seed=self.home.demo_seed).hex()

    def password_hasher(self) -> str:
        """The class that hashes passwords."""
        if self.home.demo:
            return "linkwell.custody.signin.hashers.DemonstrationHasher"
        return "django.contrib.auth.hashers.PBKDF2PasswordHasher"

    def database(self) -> dict[str, Any]:
        """Django's settings for the registry: SQLite in the home, or PostgreSQL by one value.

        One writer at a time, and a commit that is on disk when it is answered: this is the registry and its
        record.

        Raises:
            WrongUse: LINKWELL_DATABASE is not a PostgreSQL address.
        """
        if not self.database_url:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(self.home.zone(ZoneName.PORTAL) / "registry.sqlite"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": self.database_wait,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                    "PRAGMA foreign_keys=ON;",
                },
            }
        return postgresql(self.database_url, wait=self.database_wait)


def postgresql(address: str, *, wait: int = 20) -> dict[str, Any]:
    """Django's settings of the PostgreSQL database at an address; `wait` seconds for a lock, then an error.

    Raises:
        WrongUse: it is not a PostgreSQL address.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise WrongUse(
            "LINKWELL_DATABASE is not a PostgreSQL address.",
            fix="Write it as postgresql://user:password@host:5432/name, or leave it unset for SQLite.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": f"-c lock_timeout={wait}s", "connect_timeout": wait},
    }


def refuse_demo_secrets(home: Home) -> None:
    """Raise RefusedByRule if a home that says it is real holds a secret of a demonstration.

    That happens when a demonstration is turned into the real thing by editing home.toml: everybody could
    work out its secrets.
    """
    if home.demo:
        return
    for zone in (ZoneName.KEYS, ZoneName.DISCLOSURE):
        for path in sorted(home.zone(zone).path.glob("*.secret")):
            kept = path.read_bytes()
            if any(demo_secret(seed, path.name) == kept for seed in range(DEMO_SEEDS_TRIED)):
                raise RefusedByRule(
                    "This data home holds secrets of a demonstration.",
                    where=f"{zone.value}/{path.name}",
                    why="Anybody can work them out, and with them who the pseudonyms stand for.",
                    fix="Make a new home: linkwell custodian init. Nothing of a demonstration goes into it.",
                )


def _refuse_unsafe_hosts(hosts: tuple[str, ...]) -> None:
    wrong = [name for name in hosts if not _HOST.fullmatch(name)]
    if wrong:
        raise WrongUse(
            "LINKWELL_HOSTS holds something that is no host name.",
            where=wrong[0],
            why="A star would let anybody's address stand in links and cookies.",
            fix="Write host names separated by commas, without https:// and without *.",
        )


def _proxies(text: str, *, behind_proxy: bool) -> tuple[str, ...]:
    """The networks of our own proxies: each a few machines, or anybody could say they sit elsewhere."""
    named = tuple(name.strip() for name in text.split(",") if name.strip())
    if named and not behind_proxy:
        raise WrongUse(
            "LINKWELL_PROXIES names proxies, and LINKWELL_BEHIND_PROXY says there is none.",
            fix="Set LINKWELL_BEHIND_PROXY=1, or leave LINKWELL_PROXIES out.",
        )
    for name in named:
        try:
            network = ipaddress.ip_network(name)
        except ValueError:
            raise WrongUse(
                "LINKWELL_PROXIES holds something that is no address.", where=name,
                fix="Write addresses or networks such as 127.0.0.1,10.0.0.4/31.",
            ) from None  # fmt: skip
        if network.num_addresses > MOST_PROXIES:
            raise RefusedByRule(
                "LINKWELL_PROXIES names too wide a network.", where=name,
                why="Every machine in it could say that a request came from a registered facility.",
                fix="Name the addresses of the proxies themselves.",
            )  # fmt: skip
    return named


def _second_factor(environment: Mapping[str, str], *, demo: bool) -> bool:
    wanted = _flag(environment, "LINKWELL_SECOND_FACTOR", default=not demo)
    if not wanted and not demo:
        raise RefusedByRule(
            "A real data home cannot do without a second factor.",
            where="LINKWELL_SECOND_FACTOR",
            why="A password alone can be guessed, seen or given away (NZISM 16.7.42).",
            fix="Leave the value unset. Only a demonstration may turn it off.",
        )
    return wanted


def _flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "").lower()
    if text in {"", "0", "false", "no", "1", "true", "yes"}:
        return default if text == "" else text in {"1", "true", "yes"}
    raise WrongUse(f"{name} is neither yes nor no.", where=name, fix="Set it to 1 or 0.")


def _whole(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise WrongUse(f"{name} is not a whole number above 0.", where=name, fix="Set it to digits only.")
    return int(text)
