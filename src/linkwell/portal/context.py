"""What every page knows: the custodian's name, whether this is a demonstration, and the menu for this
person.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from linkwell.custody.agreements.permissions import READ_NOTICES, SEE_ALL_AGREEMENTS, SEE_OWN_AGREEMENTS
from linkwell.custody.assessments.permissions import SEE_ASSESSMENTS
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.breaches.permissions import SEE_BREACHES, SEE_OWN_BREACHES
from linkwell.custody.clients.permissions import SEE_CLIENTS
from linkwell.custody.commissioning.permissions import READ_PASSED_ON
from linkwell.custody.facilities.permissions import SEE_FACILITIES
from linkwell.custody.home import current_home
from linkwell.custody.jobs.permissions import SEE_WORK
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.permissions import ENROL, READ_RECORD
from linkwell.custody.outputs.permissions import READ_RELEASES, SEE_OUTPUTS
from linkwell.custody.permissions import Capability
from linkwell.custody.projects.permissions import (
    APPROVE_PROJECT,
    SEE_ALL_PROJECTS,
    SEE_OWN_PROJECTS,
    SEE_PROJECTS_USING_US,
)
from linkwell.custody.proposals.permissions import SEE_ALL_PROPOSALS, SEE_OWN_PROPOSALS
from linkwell.custody.refreshes.permissions import SEE_CATALOGUE, SEE_REFRESHES
from linkwell.custody.removals.permissions import SEE_OWN_REMOVALS, SEE_REMOVALS
from linkwell.custody.requests.permissions import (
    ASK_OUTPUT,
    KEEP_AS_KAITIAKI,
    SEE_REQUESTS,
    SEE_REQUESTS_ABOUT_US,
)
from linkwell.custody.researchers.permissions import SEE_EVIDENCE, SIGN_UNDERTAKING
from linkwell.custody.signin.factors import required
from linkwell.custody.signin.machine_help import lately_at_the_machine
from linkwell.custody.signin.permissions import SEND_IN_PERSON, SPEAK_FOR_OWN, UNLOCK
from linkwell.custody.supplies.permissions import SEE_ALL, SEE_OWN
from linkwell.custody.timeline.permissions import SEE_OWN_WAITING, SEE_WAITING
from linkwell.custody.uses.permissions import SEE_ALL_USES, SEE_OWN_USES
from linkwell.portal.access import at_custodian, holds, what_lacks

MENU: tuple[tuple[str, str, tuple[Capability, ...]], ...] = (
    ("supplies", "What you sent", (SEE_OWN,)),
    ("send", "Send a sealed file", (SEND_IN_PERSON,)),
    ("reports", "Reports", (READ_RELEASES,)),
    ("passed-on", "Reports passed on to you", (READ_PASSED_ON,)),
    ("waiting", "What waits", (SEE_WAITING, SEE_OWN_WAITING)),
    ("proposals", "Proposals", (SEE_OWN_PROPOSALS, SEE_ALL_PROPOSALS)),
    ("agreements", "Agreements", (SEE_OWN_AGREEMENTS, SEE_ALL_AGREEMENTS)),
    ("uses", "Later uses", (SEE_OWN_USES, SEE_ALL_USES)),
    ("projects", "Projects", (SEE_OWN_PROJECTS, SEE_ALL_PROJECTS, SEE_PROJECTS_USING_US)),
    ("requests", "Output requests", (ASK_OUTPUT, SEE_REQUESTS, SEE_REQUESTS_ABOUT_US, KEEP_AS_KAITIAKI)),
    ("researchers", "Researchers", (SEE_EVIDENCE,)),
    ("facilities", "Facilities", (SEE_FACILITIES,)),
    ("undertaking", "Your undertaking", (SIGN_UNDERTAKING,)),
    ("removals", "Taking out", (SEE_OWN_REMOVALS, SEE_REMOVALS)),
    ("notices", "Notices", (READ_NOTICES,)),
    ("clients", "Who you send for", (SEE_CLIENTS,)),
    ("own-trail", "What happened", (READ_OWN_TRAIL,)),
    ("breaches", "Breaches", (SEE_OWN_BREACHES, SEE_BREACHES)),
    ("assessments", "Assessments", (SEE_ASSESSMENTS,)),
    ("staff-supplies", "Supplies", (SEE_ALL, LINK)),
    ("refreshes", "Refreshes", (SEE_REFRESHES,)),
    ("outputs", "Outputs", (SEE_OUTPUTS,)),
    ("pools", "Services together", (APPROVE_PROJECT, SEE_OUTPUTS)),
    ("work", "The computer’s work", (SEE_WORK,)),
    ("catalogue", "Catalogue", (SEE_CATALOGUE,)),
    ("organisations", "Organisations", (ENROL,)),
    ("people", "People", (SPEAK_FOR_OWN, UNLOCK)),
    ("trail", "Record", (READ_RECORD,)),
)


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    home = current_home()
    user = getattr(request, "user", None)
    menu = _menu(user) if isinstance(user, Person) and not what_lacks(request) else []
    staff = bool(menu) and isinstance(user, Person) and at_custodian(user)
    return {
        "custodian_name": home.name,
        "demo": home.demo,
        "asks_second": required(),
        "menu": menu,
        "at_the_machine": lately_at_the_machine() if staff else [],
    }


def _menu(person: Person) -> list[tuple[str, str]]:
    """Address and words of every line the person may follow."""
    return [
        (_address(name), words) for name, words, needs in MENU if any(holds(person, need) for need in needs)
    ]


@cache
def _address(name: str) -> str:
    # worked out once and not some twenty times a page
    return reverse(name)
