"""Every address of the portal: the pages as they declared themselves, and the error pages."""

from __future__ import annotations

from linkwell.portal import signin
from linkwell.portal.access import patterns
from linkwell.portal.views import (
    agreements,
    assessments,
    breaches,
    clients,
    command,
    command_api,
    commissioning,
    drafting,
    entering,
    factors,
    front,
    health,
    leaving,
    me,
    notices,
    organisation,
    organisations,
    outputs,
    passkeys,
    people,
    proposals,
    provider,
    readiness,
    refreshes,
    relaying,
    removals,
    reports,
    research,
    sending,
    staff,
    timeline,
    trail,
    uploads,
    uses,
    versions,
    work,
    writing,
)

DECLARED_BY = (
    agreements, assessments, breaches, clients, command, command_api, commissioning, drafting, entering,
    factors, front, health, leaving, me, notices, organisation, organisations, outputs, passkeys, people,
    proposals, provider, readiness, refreshes, relaying, removals, reports, research, sending, signin, staff,
    timeline, trail, uploads, uses, versions, work, writing,
)  # fmt: skip

urlpatterns = patterns()

handler400 = "linkwell.portal.errors.bad_request"
handler403 = "linkwell.portal.errors.forbidden"
handler404 = "linkwell.portal.errors.not_found"
handler500 = "linkwell.portal.errors.broke"
