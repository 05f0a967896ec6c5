"""The checkers' and the provider's part of output requests: votes, decisions, release, reply."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.permissions import allows
from linkwell.custody.projects.permissions import LEAD_PROJECT
from linkwell.custody.projects.seeing import owners_of
from linkwell.custody.requests import deciding, votes
from linkwell.custody.requests.keeping import may_say, readers_first, say_kept
from linkwell.custody.requests.permissions import (
    KEEP_AS_KAITIAKI,
    RELEASE_OUTPUT,
    REPLY_TO_OUTPUT,
    REVIEW_OUTPUT,
)
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.views.guarding import WordsForm
from linkwell.portal.views.request_forms import DecideForm, KeepForm, VoteForm
from linkwell.portal.views.requests import find_request, shown


@page("requests/<slug:reference>/vote", name="request-vote", who=REVIEW_OUTPUT)
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """Say yes or no to each file, without seeing what anybody else says."""
    found, person = find_request(request, reference), signed_in(request)
    names = [file.name for file in votes.leaving(found)]
    mine = {each.name: each for each in votes.standing(found) if each.reviewer == person.username}
    initial = {
        f"says-{at}": "yes" if mine[name].approves else "no" for at, name in enumerate(names) if name in mine
    }
    initial |= {f"said-{at}": mine[name].said for at, name in enumerate(names) if name in mine}
    form = VoteForm(names, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        says = {name: told[f"says-{at}"] == "yes" for at, name in enumerate(names) if told[f"says-{at}"]}
        said = {name: told[f"said-{at}"] for at, name in enumerate(names)}
        deciding.vote(by=person, request=found, says=says, said=said)
        return redirect("request", reference)
    return shown(
        request,
        form,
        "Say yes or no to each file",
        found.title,
        "Keep my votes",
        reverse("request", args=[reference]),
        ["Nobody sees your votes before two have looked at every file, and you see nobody else's."],
    )


@page("requests/<slug:reference>/decide", name="request-decide", who=REVIEW_OUTPUT)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve, return or refuse."""
    found, person = find_request(request, reference), signed_in(request)
    form = DecideForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        what, said = form.cleaned_data["what"], form.cleaned_data["reasons"]
        about = next(
            (each for each in owners_of(found.project) if each.code == form.cleaned_data["about"]), None
        )
        if what == "approve":
            deciding.approve_request(by=person, request=found, about=about, said=said)
        elif what == "return":
            deciding.return_request(by=person, request=found, reasons=said)
        else:
            deciding.refuse_request(by=person, request=found, reasons=said)
        return redirect("request", reference)
    return shown(request, form, "Decide", found.title, "Decide", reverse("request", args=[reference]))


@page("requests/<slug:reference>/release", name="request-release", who=RELEASE_OUTPUT)
@sensitive_post_parameters("password")
def release(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the approved files leave, after the password or passkey."""
    found, form = find_request(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        deciding.release_request(by=signed_in(request), request=found)
        messages.success(request, "The files are released.")
        return redirect("request", reference)
    return shown(
        request,
        form,
        "Release these files",
        found.title,
        "Release",
        reverse("request", args=[reference]),
        [
            "What leaves cannot be called back. Only the files two people approved leave, with disclaimers, "
            "checksums and a signed receipt."
        ],
        warning=True,
    )


@page("requests/<slug:reference>/reply", name="request-reply", who=REPLY_TO_OUTPUT)
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what a provider thinks of an output it reads first."""
    found, person = find_request(request, reference), signed_in(request)
    if not allows(person, REPLY_TO_OUTPUT, owners=readers_first(found, found.about)):
        raise Http404
    form = WordsForm(
        "Your reply", "The checkers and the team read it before anything leaves.", request.POST or None
    )
    if request.method == "POST" and form.is_valid():
        deciding.reply(by=person, request=found, text=form.cleaned_data["text"])
        return redirect("request", reference)
    return shown(request, form, "Reply to an output before it leaves", found.title, "Send the reply",
                 reverse("request", args=[reference]))  # fmt: skip


@page("requests/<slug:reference>/keep", name="request-keep", who=(KEEP_AS_KAITIAKI, LEAD_PROJECT))
def keep(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a condition of the project is kept for these files."""
    found, person = find_request(request, reference), signed_in(request)
    open_ones = may_say(found, person)
    if not open_ones:
        raise Http404
    form = KeepForm(open_ones, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        say_kept(by=person, request=found, code=told["condition"], said=told["said"])
        return redirect("request", reference)
    return shown(request, form, "Say that a condition is kept", found.title, "Keep what I say",
                 reverse("request", args=[reference]),
                 ["It counts for the files as they are now, with your name. If one is changed it is asked "
                  "again."])  # fmt: skip
