"""The public front page, and where each person starts after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linkwell.portal.access import ANYONE, SIGNED_IN, page
from linkwell.portal.context import everywhere


@page("", name="front", who=ANYONE, methods=("GET",))
def front(request: HttpRequest) -> HttpResponse:
    """What this is, for anyone: who shares what, why, and how it is kept apart."""
    return render(request, "portal/front.html")


@page("start/", name="home", who=SIGNED_IN, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """The first page of this person's menu."""
    menu = everywhere(request)["menu"]
    return redirect(menu.first[0].address if menu else "me")
