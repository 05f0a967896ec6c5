"""The record, for those who audit it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.audit.trail import own_events
from linkwell.custody.organisations.permissions import READ_RECORD
from linkwell.custody.timeline.story import own_stories
from linkwell.custody.timeline.waiting import waiting
from linkwell.portal.access import page, signed_in


@page("custodian/record/", name="trail", who=READ_RECORD, methods=("GET",))
def trail(request: HttpRequest) -> HttpResponse:
    """Every event, newest first, fifty to a page."""
    pages = Paginator(AuditEvent.objects.order_by("-seq"), 50)
    return render(request, "portal/trail.html", {"events": pages.get_page(request.GET.get("page"))})


@page("trail/", name="own-trail", who=READ_OWN_TRAIL, methods=("GET",))
def own_trail(request: HttpRequest) -> HttpResponse:
    """What happened to my data? Everything about this person's organisations, and who it waits on."""
    person = signed_in(request)
    events = Paginator(own_events(person), 50).get_page(request.GET.get("page"))
    context = {"events": events, "waiting": waiting(person), "stories": own_stories(person)}
    return render(request, "portal/own_trail.html", context)
