"""The public register and the page for people in the data: for anyone, without a question about anybody.

No page here takes a query, a form or a name of a person, so nothing can be looked up about somebody.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from linkwell.custody.home import current_home
from linkwell.custody.register import state
from linkwell.portal.access import ANYONE, page


@page("register/", name="register", who=ANYONE, methods=("GET",))
def register(request: HttpRequest) -> HttpResponse:
    """Who shares, who uses it for what, what came out, and how long things take."""
    context = {
        "sharing": state.sharing(),
        "projects": state.projects(),
        "years": state.by_year(),
        "waits": state.waits(),
    }
    return render(request, "portal/register.html", context)


@page("register/organisations/<slug:code>/", name="register-organisation", who=ANYONE, methods=("GET",))
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """What one organisation shares and why, what is left out, and how to object."""
    found = state.sharing(code)
    if not found:
        raise Http404
    return render(request, "portal/register_organisation.html", {"name": found[0].name, "sharing": found})


@page("register/projects/<slug:code>/", name="register-project", who=ANYONE, methods=("GET",))
def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project that was approved."""
    found = state.projects(code)
    if not found:
        raise Http404
    return render(request, "portal/register_project.html", {"project": found[0]})


@page("register/people/", name="register-people", who=ANYONE, methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """For people in the data: who shares what and why, what is taken out, how to object and by when."""
    context = {"sections": _sections("people"), "sharing": state.sharing()}
    return render(request, "portal/register_people.html", context)


@page("register/easy/", name="register-easy", who=ANYONE, methods=("GET",))
def easy(request: HttpRequest) -> HttpResponse:
    """The same in Easy Read."""
    context = {"sections": _sections("easy"), "sharing": state.sharing()}
    return render(request, "portal/register_easy.html", context)


def _sections(part: str) -> list[dict[str, Any]]:
    name = current_home().name
    return [
        {"title": each["title"], "says": [text.format(custodian=name) for text in each["says"]]}
        for each in state.words(part)
    ]


@page("register/register.json", name="register-json", who=ANYONE, methods=("GET",))
def as_json(request: HttpRequest) -> JsonResponse:
    """The register for machines: the same, no more."""
    return JsonResponse(
        {
            "sharing": [asdict(each) for each in state.sharing()],
            "projects": [asdict(each) for each in state.projects()],
            "years": state.by_year(),
            "waits": [{"stage": stage, "takes": takes} for stage, takes in state.waits()],
        }
    )
