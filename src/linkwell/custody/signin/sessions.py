"""The session store (SESSION_ENGINE): Django's own in the database, with the person beside each session."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.models import CommandSignIn, PersonSession
from linkwell.custody.signin.numbers import number

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


class SessionStore(DatabaseStore):
    """Saves whose session it is with every session."""

    @classmethod
    def get_model_class(cls) -> Any:
        """Our table."""
        return PersonSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """A row of it."""
        row = super().create_model_instance(data)
        row.person_id = data.get("_auth_user_id")
        return row


@dataclass(frozen=True)
class OpenSession:
    """One session, for its person's page; `number` names it without opening it."""

    number: str
    what: str
    began: datetime
    seen: datetime
    here: bool


def name_of(session_key: str) -> str:
    """A session's name on pages: its key would open it."""
    return hashlib.sha384(session_key.encode()).hexdigest()[:16]


def browser_words(agent: str) -> str:
    """Browser and system, of what a browser says about itself: enough to know one's own again."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "a browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def open_sessions(person: Person, *, here: str | None) -> list[OpenSession]:
    """The person's sessions that are not over, the one in use first."""
    found, now = [], time.time()
    for row in PersonSession.objects.filter(person=person, expire_date__gt=timezone.now()):
        said = row.get_decoded()
        seen, began = float(said.get("seen", now)), float(said.get("began", now))
        if now - seen <= number("idle_minutes") * 60 and now - began <= number("longest_hours") * 3600:
            found.append(
                OpenSession(
                    name_of(row.session_key), str(said.get("what", "a browser")), _moment(began),
                    _moment(seen), row.session_key == here,
                )
            )  # fmt: skip
    return sorted(found, key=lambda each: (not each.here, -each.seen.timestamp()))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def end_sessions_of(person: Person, *, by: Person, keep: str | None = None, only: str = "") -> int:
    """End a person's sessions, all but the one whose key is `keep`, or only the one named `only`."""
    rows = [
        row
        for row in PersonSession.objects.filter(person=person)
        if row.session_key != keep and only in ("", name_of(row.session_key))
    ]
    with transaction.atomic():
        PersonSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
        if rows:
            record("session.ended", by=by, subject=f"person/{person.username}", details={"count": len(rows)})
    return len(rows)


def sign_out_everywhere(person: Person) -> None:
    """End every session, command line and token in the person's name; in the transaction of the reason."""
    PersonSession.objects.filter(person=person).delete()
    CommandSignIn.objects.filter(person=person).delete()
    person.tokens.filter(ended_at=None).update(ended_at=timezone.now())
