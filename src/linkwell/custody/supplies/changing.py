"""Moving a delivery from one state to the next, with the event that says so."""

from __future__ import annotations

from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SUPPLY


def change(supply: Supply, verb: str, *, by: Person | str, event: str, **details: object) -> Supply:
    """Move a locked supply by `verb` and record it; call inside a transaction.

    Raises:
        WrongState: it cannot be moved that way from where it is.
    """
    row = Supply.objects.select_for_update().select_related("agreement__organisation").get(pk=supply.pk)
    row.state = SUPPLY.after(verb, row.state)
    for name in ("size", "digest", "manifest", "counts", "reasons", "checked_by"):
        setattr(row, name, getattr(supply, name))
    row.save()
    record(event, by=by, subject=row.subject, about=row.organisation.code, details=details)
    return row
