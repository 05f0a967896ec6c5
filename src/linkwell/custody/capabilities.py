"""Every capability there is, gathered from the nouns' permissions modules."""

from __future__ import annotations

from linkwell.custody.agreements import permissions as agreements
from linkwell.custody.assessments import permissions as assessments
from linkwell.custody.audit import permissions as audit
from linkwell.custody.breaches import permissions as breaches
from linkwell.custody.clients import permissions as clients
from linkwell.custody.commissioning import permissions as commissioning
from linkwell.custody.facilities import permissions as facilities
from linkwell.custody.jobs import permissions as jobs
from linkwell.custody.labs import permissions as labs
from linkwell.custody.linkage import permissions as linkage
from linkwell.custody.organisations import permissions as organisations
from linkwell.custody.outputs import permissions as outputs
from linkwell.custody.permissions import Capability
from linkwell.custody.populations import permissions as populations
from linkwell.custody.projects import permissions as projects
from linkwell.custody.proposals import permissions as proposals
from linkwell.custody.refreshes import permissions as refreshes
from linkwell.custody.removals import permissions as removals
from linkwell.custody.requests import permissions as requests
from linkwell.custody.researchers import permissions as researchers
from linkwell.custody.signin import permissions as signin
from linkwell.custody.supplies import permissions as supplies
from linkwell.custody.timeline import permissions as timeline
from linkwell.custody.uses import permissions as uses

_NOUNS = (
    organisations, audit, proposals, assessments, agreements, clients, breaches, supplies, linkage, jobs,
    populations, refreshes, removals, researchers, projects, labs, facilities, outputs, requests, signin,
    uses, commissioning, timeline,
)  # fmt: skip


def capabilities() -> tuple[Capability, ...]:
    """All of them, in the order of the road."""
    found = [value for noun in _NOUNS for value in vars(noun).values() if isinstance(value, Capability)]
    return tuple(found)
