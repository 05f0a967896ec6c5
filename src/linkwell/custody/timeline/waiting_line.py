"""One line of a list of what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from linkwell.custody.organisations.models import Organisation


@dataclass(frozen=True)
class Waiting:
    """One thing that waits.

    Attributes:
        kind: what it is. name: how its page calls it. whose: the organisation it is about.
        reference: what the address of its page takes.
        who: whom it waits on, in words. since: when that began.
        due: the day by which it should be done, or after which it goes on without them; None: no such day.
    """

    kind: str
    name: str
    reference: str
    whose: Organisation
    who: str
    since: datetime
    due: date | None = None
