"""Output requests: putting files together, looking at each, deciding, releasing, and the provider's reply."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import record_view
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import allows
from linkwell.custody.projects.conditions import conditions_of
from linkwell.custody.projects.seeing import writes
from linkwell.custody.requests import filling
from linkwell.custody.requests.bundle import packed
from linkwell.custody.requests.checking import MARKED
from linkwell.custody.requests.contents import content_path, whose
from linkwell.custody.requests.keeping import awaited, may_say, readers_first, said_of, still_open
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.permissions import (
    ASK_OUTPUT,
    KEEP_AS_KAITIAKI,
    REPLY_TO_OUTPUT,
    REVIEW_OUTPUT,
    SEE_REQUESTS,
    SEE_REQUESTS_ABOUT_US,
    visible_requests,
)
from linkwell.custody.requests.seeing import (
    beside_seen,
    clock,
    files_seen,
    findings_seen,
    inside,
    marked_seen,
    related,
    verdicts,
    votes_seen,
)
from linkwell.custody.requests.states import REQUEST, RequestState
from linkwell.custody.timeline.story import steps
from linkwell.pages.files import attached
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.views.projects import find as find_project
from linkwell.portal.views.request_forms import BeginForm, FileForm

SEE = (ASK_OUTPUT, SEE_REQUESTS, SEE_REQUESTS_ABOUT_US, KEEP_AS_KAITIAKI)
FILES = (ASK_OUTPUT, REVIEW_OUTPUT, SEE_REQUESTS_ABOUT_US, KEEP_AS_KAITIAKI)
_MOST_FINDINGS = 60


@page("requests/", name="requests", who=SEE, methods=("GET",))
def requests(request: HttpRequest) -> HttpResponse:
    """The requests this person may know of."""
    listed = [(each, clock(each)) for each in visible_requests(signed_in(request))[:200]]
    return render(request, "portal/requests.html", {"requests": listed})


def find_request(request: HttpRequest, reference: str) -> OutputRequest:
    """The request, if this person may know of it; else the answer for what never was."""
    found = visible_requests(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _of_team(request: HttpRequest, reference: str) -> OutputRequest:
    found, person = find_request(request, reference), signed_in(request)
    if not allows(person, ASK_OUTPUT, named=writes(found.project, person)):
        raise Http404
    return found


@page("requests/<slug:reference>/", name="request", who=SEE, methods=("GET",))
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a request stands, its files, what the check found, and who acts next."""
    found, person = find_request(request, reference), signed_in(request)
    prefetch_related_objects(
        [found], "files", "votes", "project__invitations", "project__uses__organisation",
        "project__applications__asks__organisation",
    )  # fmt: skip
    findings, seen = findings_seen(found, person), inside(found, person)
    kaitiaki = allows(person, KEEP_AS_KAITIAKI)
    context = {
        "request_": found,
        "meaning": REQUEST.meaning[RequestState(found.state)],
        "clock": clock(found),
        "conditions": conditions_of(found.project),
        "unkept": [(each, to_say.who) for each, to_say in still_open(found)] if seen or kaitiaki else [],
        "said": said_of(found) if seen or kaitiaki else [],
        # No provider learns here who else shares data: their names are for those inside.
        "read_first": bool(found.reply_until) and not found.about,
        "readers": readers_first(found, None) if (seen or kaitiaki) and found.reply_until else [],
        "groups": _groups(found, person),
        "findings": findings[:_MOST_FINDINGS],
        "more_findings": max(0, len(findings) - _MOST_FINDINGS),
        "has_marked": marked_seen(found, person),
        "votes": votes_seen(found, person),
        "beside": beside_seen(found, person),
        "related": related(found) if allows(person, REVIEW_OUTPUT) else None,
        "inside": seen,
        "steps": steps(AuditEvent.objects.filter(subject=found.subject).order_by("seq")) if seen else [],
        **_may(found, person),
    }
    return render(request, "portal/request.html", context)


def _may(found: OutputRequest, person: Person) -> dict[str, bool]:
    """What this person can do to it now."""
    team = allows(person, ASK_OUTPUT, named=writes(found.project, person))
    checks = allows(person, REVIEW_OUTPUT) and person.username != found.author
    replies = allows(person, REPLY_TO_OUTPUT, owners=awaited(found))
    who = dict.fromkeys(("fill", "submit", "withdraw"), team) | dict.fromkeys(
        ("vote", "return", "approve", "release"), checks
    )
    may = {f"may_{verb}": allowed and REQUEST.may(verb, found.state) for verb, allowed in who.items()}
    return {**may, "may_reply": replies and REQUEST.may("reply", found.state),
            "may_keep": bool(may_say(found, person)),
            "has_bundle": found.state == RequestState.RELEASED}  # fmt: skip


def _groups(found: OutputRequest, person: Person) -> list[dict[str, Any]]:
    """The files by group, each with what the check says of it."""
    said = verdicts(found)
    grouped: dict[str, list[Any]] = {}
    for file in files_seen(found, person):
        grouped.setdefault(file.group, []).append((file, said.get(file.name, "")))
    return [{"name": name, "files": files, **found.groups.get(name, {})} for name, files in grouped.items()]


@page("projects/<slug:code>/outputs", name="request-new", who=ASK_OUTPUT)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a request of a project."""
    found, person = find_project(request, code), signed_in(request)
    if not allows(person, ASK_OUTPUT, named=writes(found, person)):
        raise Http404
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = filling.begin_request(by=person, project=found, title=form.cleaned_data["title"])
        return redirect("request", made.reference)
    return shown(
        request,
        form,
        "Ask for outputs to be released",
        found.title,
        "Begin",
        reverse("project", args=[code]),
        ["Next you put the files in: those that are to leave, RAW ones as evidence, and the script."],
    )


def shown(
    request: HttpRequest, form: PagesForm, title: str, caption: str, button: str, back: str,
    intro: list[str] | None = None, *, warning: bool = False,
) -> HttpResponse:  # fmt: skip
    """A page with one form."""
    context = {"form": form, "title": title, "caption": caption, "button": button, "back": back,
               "intro": intro or [], "warning": warning}  # fmt: skip
    return render(request, "portal/form.html", context)


@page("requests/<slug:reference>/file", name="request-file-new", who=ASK_OUTPUT)
def add_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a file in, or a new version under the same name."""
    found = _of_team(request, reference)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told, given = form.cleaned_data, form.cleaned_data["file"]
        words = {key: told[key] for key in ("role", "group", "context", "controls", "exception")}
        filling.add_file(
            by=signed_in(request), request=found, name=str(given.name), content=given.read(), **words
        )
        messages.success(request, "The file is in the request.")
        return redirect("request", reference)
    return shown(
        request,
        form,
        "Put a file in",
        found.title,
        "Put it in",
        reverse("request", args=[reference]),
        ["A file of the same name takes the place of the one before, and loses its votes."],
    )


@page(
    "requests/<slug:reference>/files/<int:number>/out",
    name="request-file-out",
    who=ASK_OUTPUT,
    methods=("POST",),
)
def take_out(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take a file out."""
    found = _of_team(request, reference)
    file = found.files.filter(pk=number).first()
    if file is None:
        raise Http404
    filling.take_out_file(by=signed_in(request), request=found, name=file.name)
    return redirect("request", reference)


@page("requests/<slug:reference>/submit", name="request-submit", who=ASK_OUTPUT, methods=("POST",))
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Check every file and put the request before two people."""
    filling.submit(by=signed_in(request), request=_of_team(request, reference))
    messages.success(request, "It is checked and submitted. Two people look at it now.")
    return redirect("request", reference)


@page("requests/<slug:reference>/withdraw", name="request-withdraw", who=ASK_OUTPUT, methods=("POST",))
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the request back."""
    filling.withdraw_request(by=signed_in(request), request=_of_team(request, reference))
    return redirect("request", reference)


@page("requests/<slug:reference>/files/<int:number>", name="request-file", who=FILES, methods=("GET",))
def read_file(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """One file of a request, as it was put in."""
    found, person = find_request(request, reference), signed_in(request)
    file = next((each for each in files_seen(found, person) if each.pk == number), None)
    if file is None:
        raise Http404
    record_view("request.read", by=person, subject=found.subject, about=whose(found))
    return attached(content_path(found, file.digest).read_bytes(), file.name)


@page(
    "requests/<slug:reference>/marked",
    name="request-marked",
    who=(ASK_OUTPUT, REVIEW_OUTPUT),
    methods=("GET",),
)
def marked(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The workbook that shows each fault at its cell; it holds the submitted numbers and stays inside."""
    found, person = find_request(request, reference), signed_in(request)
    path = content_path(found, MARKED)
    if not marked_seen(found, person) or not path.exists():
        raise Http404
    record_view("request.read", by=person, subject=found.subject, about=whose(found))
    return attached(path.read_bytes(), f"{reference}-marked.xlsx")


@page("requests/<slug:reference>/bundle", name="request-bundle", who=FILES, methods=("GET",))
def bundle(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Everything that was released, in one archive."""
    found = find_request(request, reference)
    if found.state != RequestState.RELEASED:
        raise Http404
    return attached(packed(found, by=signed_in(request)), f"{reference}.zip")
