"""Every address of the portal: the pages as they declared themselves, and the error pages."""

from __future__ import annotations

from linkwell.portal import signin
from linkwell.portal.access import patterns
from linkwell.portal.views import (
    agreements,
    applying,
    assessments,
    breaches,
    clients,
    command,
    command_api,
    commissioning,
    drafting,
    entering,
    facilities,
    factors,
    front,
    guarding,
    health,
    labs,
    leaving,
    me,
    notices,
    organisation,
    organisations,
    outputs,
    passkeys,
    people,
    pools,
    projects,
    proposals,
    provider,
    readiness,
    refreshes,
    register,
    relaying,
    removals,
    reports,
    request_checking,
    requests,
    research,
    researchers,
    reviewing,
    sending,
    staff,
    standing,
    timeline,
    trail,
    uploads,
    uses,
    versions,
    work,
    writing,
)

DECLARED_BY = (
    agreements, applying, assessments, breaches, clients, command, command_api, commissioning, drafting,
    entering, facilities, factors, front, guarding, health, labs, leaving, me, notices, organisation,
    organisations, outputs, passkeys, people, pools, projects, proposals, provider, readiness, refreshes,
    register, relaying, removals, reports, request_checking, requests, research, researchers, reviewing,
    sending, signin, staff, standing, timeline, trail, uploads, uses, versions, work, writing,
)  # fmt: skip

urlpatterns = patterns()

handler400 = "linkwell.portal.errors.bad_request"
handler403 = "linkwell.portal.errors.forbidden"
handler404 = "linkwell.portal.errors.not_found"
handler500 = "linkwell.portal.errors.broke"
