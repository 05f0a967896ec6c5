"""Which agreements and notices a person may know of."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.agreements.permissions import READ_NOTICES, SEE_ALL_AGREEMENTS, SEE_OWN_AGREEMENTS
from linkwell.custody.agreements.states import AgreementState, VersionState
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.permissions import allows


def visible_agreements(person: Person) -> QuerySet[Agreement]:
    """All for custodian staff; a provider's own; and those an intermediary is a party to.

    A commissioner that passes files on sees only what it has to sign and what it may send under now: who does
    not share, paused or left is never shown to whoever pays.
    """
    found = Agreement.objects.select_related("organisation", "via", "specification", "proposal")
    if allows(person, SEE_ALL_AGREEMENTS):
        return found.order_by("-pk")
    mine = person.memberships.filter(role__in=SEE_OWN_AGREEMENTS.roles - {Role.INTERMEDIARY})
    relays = person.memberships.filter(role__in=(Role.INTERMEDIARY, Role.KAITIAKI))
    payers = relays.filter(organisation__kind=Kind.COMMISSIONER).values("organisation")
    relayed = relays.exclude(organisation__kind=Kind.COMMISSIONER).values("organisation")
    either = Q(organisation__in=mine.values("organisation")) | Q(via__in=relayed)
    either |= Q(versions__via__in=relayed)
    either |= Q(via__in=payers, state=AgreementState.IN_FORCE, client_ok__state="given")
    either |= Q(versions__via__in=payers, versions__state=VersionState.OFFERED)
    return found.filter(either).distinct().order_by("-pk")


def own_notices(person: Person) -> QuerySet[Notice]:
    """The notices to the organisations this person is told for."""
    mine = person.memberships.filter(role__in=READ_NOTICES.roles)
    return Notice.objects.filter(organisation__in=mine.values("organisation")).select_related("agreement")
