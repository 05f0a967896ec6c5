"""Registering a facility, by two custodian managers, and ending it, by one."""

from __future__ import annotations

import datetime
import ipaddress

from django.db import transaction

from linkwell.custody.audit.record import record
from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.networks import networks_in, overlap
from linkwell.custody.facilities.permissions import CONFIRM_FACILITY, END_FACILITY, ENTER_FACILITY
from linkwell.custody.facilities.states import FACILITY, FacilityState
from linkwell.custody.home import current_home
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import check
from linkwell.errors import WrongUse
from linkwell.standards.clock import today


def enter(
    *, by: Person, code: str, name: str, organisation: Organisation, networks: str, starts: datetime.date,
    ends: datetime.date, checked: str,
) -> Facility:  # fmt: skip
    """Write a facility down; it counts once a second custodian manager has confirmed it.

    Args:
        organisation: who runs it. networks: in CIDR notation, with commas or lines between them.
        starts, ends: first and last day. checked: what was seen of the room, in words.

    Raises:
        NotAllowed: not a custodian manager. WrongUse: the code is taken, a network cannot be, days that do
            not fit, or nothing said.
    """
    check(by, ENTER_FACILITY)
    wanted = networks_in(networks, loopback=current_home().demo)
    if not name.strip() or not checked.strip():
        raise WrongUse("Say what the facility is called, and what you saw of it.")
    if ends < starts or ends < today():
        raise WrongUse("Its last day is before its first, or over.", fix="Give days that are still to come.")
    with transaction.atomic():
        if Facility.objects.filter(code=code).exists():
            raise WrongUse("A facility has this code already.", where=code, fix="Choose another.")
        _refuse_taken(wanted)
        row = Facility.objects.create(
            code=code, name=name.strip(), organisation=organisation, networks=wanted, starts=starts,
            ends=ends, checked=checked.strip(), state=FACILITY.after("enter", None), entered_by=by.username,
        )  # fmt: skip
        days = {"from": starts.isoformat(), "until": ends.isoformat()}
        record("facility.entered", by=by, subject=row.subject, about=organisation.code,
               details={"networks": wanted, **days})  # fmt: skip
    return row


def decide(*, by: Person, facility: Facility, confirm: bool) -> Facility:
    """Confirm a facility that somebody else wrote down, or do not.

    Raises:
        NotAllowed: not a custodian manager, or who wrote it down. WrongState: it is decided already.
        WrongUse: another facility took one of its networks meanwhile.
    """
    check(by, CONFIRM_FACILITY)
    if confirm:
        check_acts(act="facility.confirm", by=by.username, done=[("facility.enter", facility.entered_by)])
    verb, says = ("confirm", "facility.confirmed") if confirm else ("refuse", "facility.refused")
    with transaction.atomic():
        row = Facility.objects.select_for_update(of=("self",)).get(pk=facility.pk)
        state = FACILITY.after(verb, row.state)
        if confirm:
            _refuse_taken(row.networks)
        row.state, row.decided_by = state, by.username
        row.save()
        record(says, by=by, subject=row.subject, details={"networks": row.networks})
    return row


def end(*, by: Person, facility: Facility) -> Facility:
    """Show no rows there any more, from this moment.

    Raises:
        NotAllowed: not a custodian manager. WrongState: it is over already.
    """
    check(by, END_FACILITY)
    with transaction.atomic():
        row = Facility.objects.select_for_update(of=("self",)).get(pk=facility.pk)
        row.state = FACILITY.after("end", row.state)
        row.save()
        record("facility.ended", by=by, subject=row.subject)
    return row


def _refuse_taken(networks: list[str]) -> None:
    """Raise WrongUse where a network is another facility's: a look has to say in which room it was taken."""
    for row in Facility.objects.filter(state=FacilityState.REGISTERED, ends__gte=today()):
        for taken in map(ipaddress.ip_network, row.networks):
            if any(overlap(taken, ipaddress.ip_network(each)) for each in networks):
                raise WrongUse("This network is another facility's.", where=f"{row.code}: {taken}")
