"""Released reports: a provider's own, or all of them for those who check and release."""

from __future__ import annotations

from pathlib import Path

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from linkwell.custody.audit.record import record_view
from linkwell.custody.commissioning.actions import passed_on_to
from linkwell.custody.commissioning.permissions import PASS_ON, READ_PASSED_ON
from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.models import Release
from linkwell.custody.outputs.permissions import READ_ALL_RELEASES, READ_RELEASES, own_releases
from linkwell.custody.permissions import allows
from linkwell.custody.projects.pooling import own_pools
from linkwell.pages.labels import labels
from linkwell.portal.access import page, signed_in
from linkwell.portal.embedded import report_response
from linkwell.vault.zones import ZoneName

READERS = (READ_RELEASES, READ_ALL_RELEASES)
READERS_OF_ONE = (*READERS, READ_PASSED_ON)


def _readable(person: Person) -> QuerySet[Release]:
    if allows(person, READ_ALL_RELEASES):
        return Release.objects.all()
    return Release.objects.filter(Q(pk__in=own_releases(person)) | Q(pk__in=passed_on_to(person)))


def _folder(release: Release) -> Path:
    return current_home().zone(ZoneName.RELEASED) / release.reference


@page("reports/", name="reports", who=READERS, methods=("GET",))
def reports(request: HttpRequest) -> HttpResponse:
    """The reports this person may read."""
    person = signed_in(request)
    found = _readable(person).select_related("organisation", "output__refresh", "output__project")
    forms = labels()["report_form"]
    listed = [
        (
            release,
            [(name, forms[name]) for name in forms if name in release.files],
            [name for name in release.files if name not in forms],
        )
        for release in found
    ]
    lead = person.memberships.filter(role__in=PASS_ON.roles).exists()
    pooled = any(release.output.project.pool for release in found)
    own = set(own_pools(person).values_list("code", flat=True)) if pooled else set()
    context = {"releases": listed, "may_pass": lead, "own_pools": own}
    return render(request, "portal/reports.html", context)


@page("reports/<slug:reference>/", name="report", who=READERS_OF_ONE, methods=("GET",))
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """A released report, as it was released."""
    person = signed_in(request)
    found = _readable(person).select_related("organisation").filter(reference=reference).first()
    if found is None:
        raise Http404
    record_view("release.read", by=person, subject=f"release/{reference}", about=found.organisation.code)
    return report_response(_folder(found) / "report.html")


@page("reports/<slug:reference>/files/<str:name>", name="report-file", who=READERS_OF_ONE, methods=("GET",))
def report_file(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """A file that was released with a report."""
    person = signed_in(request)
    found = _readable(person).select_related("organisation").filter(reference=reference).first()
    if found is None or name not in found.files:
        raise Http404
    whose = found.organisation.code
    record_view("release.downloaded", by=person, subject=f"release/{reference}", about=whose)
    return FileResponse((_folder(found) / name).open("rb"), as_attachment=True, filename=name)
