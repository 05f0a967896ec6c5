"""The record, for those who audit it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.permissions import READ_RECORD
from linkwell.portal.access import page


@page("custodian/record/", name="trail", who=READ_RECORD, methods=("GET",))
def trail(request: HttpRequest) -> HttpResponse:
    """Every event, newest first, fifty to a page."""
    pages = Paginator(AuditEvent.objects.order_by("-seq"), 50)
    return render(request, "portal/trail.html", {"events": pages.get_page(request.GET.get("page"))})
