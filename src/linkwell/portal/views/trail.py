"""The record, for those who audit it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.audit.trail import doers, events_about, own_events, told
from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.permissions import READ_RECORD
from linkwell.custody.timeline.story import own_stories
from linkwell.custody.timeline.waiting import waiting
from linkwell.portal.access import page, signed_in
from linkwell.portal.leading import with_places


@page("custodian/record/", name="trail", who=READ_RECORD, methods=("GET",))
def trail(request: HttpRequest) -> HttpResponse:
    """Every event, newest first, fifty to a page; or those about a thing, or one person."""
    about, number = request.GET.get("about", "").strip()[:60], request.GET.get("person", "")
    person = Person.objects.filter(pk=number).first() if number.isdecimal() else None
    events = Paginator(events_about(about, person), 50).get_page(request.GET.get("page"))
    kept = urlencode({name: each for name, each in (("about", about), ("person", number)) if each})
    context = {
        "events": events,
        "lines": [(event, told(event)) for event in events],
        "about": about,
        "person": person,
        "kept": f"{kept}&" if kept else "",
    }
    return render(request, "portal/trail.html", context)


@page("trail/", name="own-trail", who=READ_OWN_TRAIL, methods=("GET",))
def own_trail(request: HttpRequest) -> HttpResponse:
    """What happened to my data? Everything about this person's organisations, and who it waits on."""
    person = signed_in(request)
    events = Paginator(own_events(person), 50).get_page(request.GET.get("page"))
    who = doers(person, events, custodian=current_home().name)
    context = {
        "events": events,
        "lines": [(event, who[event.actor]) for event in events],
        "waiting": with_places(waiting(person), person),
        "stories": own_stories(person),
    }
    return render(request, "portal/own_trail.html", context)
