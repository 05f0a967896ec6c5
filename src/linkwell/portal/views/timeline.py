"""The whole story of an agreement, what waits for custodian staff, and the end of what was kept."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.permissions import SIGN_FOR_PROVIDER
from linkwell.custody.permissions import allows
from linkwell.custody.projects.permissions import BEGIN_PROJECT
from linkwell.custody.researchers.permissions import SIGN_UNDERTAKING
from linkwell.custody.retention.actions import ask_for_destruction
from linkwell.custody.retention.clock import destroyed_on
from linkwell.custody.timeline.permissions import (
    SEE_ALL_STORIES,
    SEE_OWN_STORY,
    SEE_OWN_WAITING,
    SEE_WAITING,
)
from linkwell.custody.timeline.story import readable_stories, story_of, totals
from linkwell.custody.timeline.waiting import waiting, waiting_for_staff
from linkwell.portal.access import holds, page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.leading import with_places
from linkwell.portal.views.agreements import find


@page("agreements/<slug:reference>/story/", name="agreement-story", who=(SEE_OWN_STORY, SEE_ALL_STORIES),
      methods=("GET",))  # fmt: skip
def story(request: HttpRequest, reference: str) -> HttpResponse:
    """From the first question to release and destruction, with whom each step waited on and for how long."""
    found = readable_stories(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    chapters = story_of(found)
    context = {
        "agreement": found,
        "chapters": chapters,
        "totals": totals(chapters),
        "destroyed_on": destroyed_on(found),
    }
    return render(request, "portal/story.html", context)


@page("custodian/waiting/", name="waiting", who=(SEE_WAITING, SEE_OWN_WAITING), methods=("GET",))
def waits(request: HttpRequest) -> HttpResponse:
    """Everything that waits, of the kinds this person may see, longest waiting first, fifty to a page."""
    person = signed_in(request)
    found = waiting_for_staff(person) if allows(person, SEE_WAITING) else waiting(person)
    lines = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {
        "waiting": lines,
        "lines": with_places(list(lines), person),
        "may_begin": holds(person, BEGIN_PROJECT),
        "may_promise": holds(person, SIGN_UNDERTAKING),
    }
    return render(request, "portal/waiting.html", context)


@page("agreements/<slug:reference>/destroy", name="agreement-destroy", who=SIGN_FOR_PROVIDER)
@sensitive_post_parameters("password")
def destroy(request: HttpRequest, reference: str) -> HttpResponse:
    """Have what is kept under an agreement that is over destroyed now."""
    person, found = signed_in(request), find(request, reference)
    if not allows(person, SIGN_FOR_PROVIDER, owner=found.organisation):
        raise Http404
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_destruction(by=person, agreement=found)
        messages.success(request, "It is being destroyed. Each delivery gets a receipt that says so.")
        return redirect("agreement-story", reference)
    context = {
        "form": form,
        "title": "Destroy what is kept",
        "caption": reference,
        "button": "Destroy it now",
        "warning": True,
        "back": reverse("agreement", args=[reference]),
        "intro": [
            "Names and numbers, who was found, and the service details as you sent them are destroyed now. "
            "This cannot be undone.",
            "Data updates and working copies that were built from them are destroyed too, as soon as the "
            "research data stands without them. What was released stays released.",
        ],
    }
    return render(request, "portal/form.html", context)
