"""Proposals: a provider writes what it would share, the custodian helps, the provider puts it forward."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.permissions import DRAFT_AGREEMENT
from linkwell.custody.assessments.conditions import words_of
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.permissions import allows, check
from linkwell.custody.proposals import actions
from linkwell.custody.proposals.documentation import questions, unanswered
from linkwell.custody.proposals.models import MandateKind, Proposal
from linkwell.custody.proposals.permissions import (
    COMMENT_OWN,
    HELP_DOCUMENT,
    PUT_FORWARD,
    RECORD_MANDATE,
    SEE_ALL_PROPOSALS,
    SEE_OWN_PROPOSALS,
    WRITE_PROPOSAL,
)
from linkwell.custody.proposals.seeing import said_before, visible_proposals
from linkwell.custody.proposals.states import PROPOSAL, ProposalState
from linkwell.custody.timeline.story import steps_of
from linkwell.errors import LinkwellError
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm

SEE = (SEE_OWN_PROPOSALS, SEE_ALL_PROPOSALS)


class TitleForm(PagesForm):
    """What a new proposal is called."""

    title = forms.CharField(
        label="What would you share, in a few words?",
        max_length=200,
        error_messages={"required": "Say it in a few words"},
    )


class UploadForm(PagesForm):
    """The file of a specification."""

    file = forms.FileField(
        label="Specification file",
        help_text="The .toml file that linkwell describe or your desk wrote. It holds no person.",
        error_messages={"required": "Choose the file", "empty": "This file is empty"},
    )


class CommentForm(PagesForm):
    """A comment, perhaps about one field."""

    place = forms.CharField(
        label="What is it about?", required=False, max_length=120, help_text="A table or field, if it is one."
    )
    text = forms.CharField(
        label="Your comment",
        help_text="Both sides read this. Do not name or describe a person.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write your comment"},
    )


class MandateForm(PagesForm):
    """Who stands behind sharing."""

    kind = forms.ChoiceField(label="Who decided?", choices=MandateKind.choices)
    body = forms.CharField(
        label="Name of the board, hapū, iwi or group",
        max_length=200,
        help_text="The body, not a person.",
        error_messages={"required": "Name who decided"},
    )
    decided_on = forms.DateField(
        label="Day of the decision",
        help_text="Such as 2026-03-31.",
        error_messages={"required": "Enter the day", "invalid": "Enter a day such as 2026-03-31"},
    )
    said = forms.CharField(
        label="What they asked for", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    later = forms.ChoiceField(
        label="Do they want to be asked about later uses?", choices=[("no", "No"), ("yes", "Yes")]
    )


@page("proposals/", name="proposals", who=SEE, methods=("GET",))
def proposals(request: HttpRequest) -> HttpResponse:
    """The proposals this person may know of."""
    person = signed_in(request)
    context = {
        "proposals": visible_proposals(person).prefetch_related("agreements"),
        "may_begin": bool(_organisations(request)),
        "staff": allows(person, SEE_ALL_PROPOSALS),
    }
    return render(request, "portal/proposals.html", context)


def _organisations(request: HttpRequest) -> list[Organisation]:
    held = signed_in(request).memberships.filter(role__in=WRITE_PROPOSAL.roles)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk"))


@page("proposals/new", name="proposal-new", who=WRITE_PROPOSAL)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a proposal for the person's own organisation."""
    form = TitleForm(request.POST or None)
    mine = _organisations(request)
    if request.method == "POST" and form.is_valid() and mine:
        title = form.cleaned_data["title"]
        made = actions.begin(by=signed_in(request), organisation=mine[0], title=title)
        return redirect("proposal", made.reference)
    return _form(request, form, "Begin a proposal", "Begin", back=reverse("proposals"))


def _form(
    request: HttpRequest, form: forms.Form, title: str, button: str, *, back: str, intro: tuple[str, ...] = ()
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "back": back, "intro": intro}
    return render(request, "portal/form.html", context)


def _find(request: HttpRequest, reference: str) -> Proposal:
    found = visible_proposals(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@page("proposals/<slug:reference>/", name="proposal", who=SEE, methods=("GET",))
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """One proposal: where it stands, its versions, what was said, who stands behind it."""
    person, found = signed_in(request), _find(request, reference)
    may = {
        "write": _may(person, WRITE_PROPOSAL, found, "upload"),
        "comment": PROPOSAL.may("comment", found.state)
        and (allows(person, COMMENT_OWN, owner=found.organisation) or allows(person, HELP_DOCUMENT)),
        "mandate": _may(person, RECORD_MANDATE, found, "mandate"),
        "put": _may(person, PUT_FORWARD, found, "put forward"),
        "draft": found.state == ProposalState.APPROVED and allows(person, DRAFT_AGREEMENT),
        "revise": _may(person, PUT_FORWARD, found, "revise"),
        "withdraw": _may(person, PUT_FORWARD, found, "withdraw"),
    }
    context = {
        "proposal": found,
        "meaning": PROPOSAL.meaning[ProposalState(found.state)],
        "may": may,
        "missing": unanswered(found.documentation),
        "answers": [(q.text, found.documentation.get(q.id, "")) for q in questions()],
        "decided": [(each, words_of(each.conditions)) for each in found.assessments.exclude(decided_at=None)],
        "steps": steps_of(found),
    }
    return render(request, "portal/proposal.html", context)


def _may(person: Any, capability: Any, found: Proposal, verb: str) -> bool:
    return PROPOSAL.may(verb, found.state) and allows(person, capability, owner=found.organisation)


@page("proposals/<slug:reference>/upload", name="proposal-upload", who=WRITE_PROPOSAL)
def upload(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a version of the specification."""
    found = _find(request, reference)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read(actions.LARGEST_SPECIFICATION + 1).decode("utf-8-sig")
            made = actions.upload(by=signed_in(request), proposal=found, toml=text)
        except UnicodeDecodeError:
            form.add_error("file", "This is not a specification: it is not a text file.")
        except LinkwellError as error:
            form.add_error("file", " ".join(part for part in (error.what, error.where, error.fix) if part))
        else:
            messages.success(request, f"Version {made.number} is there.")
            return redirect("proposal-version", reference, made.number)
    back = reverse("proposal", args=[reference])
    return _form(request, form, "Add a version of the specification", "Upload", back=back)


@page("proposals/<slug:reference>/documentation", name="proposal-documentation", who=WRITE_PROPOSAL)
def documentation(request: HttpRequest, reference: str) -> HttpResponse:
    """How people, dates and services are recorded; answers can be saved a few at a time."""
    found = _find(request, reference)
    said, suggested = found.documentation, said_before(found)
    form = PagesForm(request.POST or None, initial={**suggested, **{k: v for k, v in said.items() if v}})
    for question in questions():
        form.fields[question.id] = forms.CharField(
            label=question.text,
            help_text=question.hint,
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
    if request.method == "POST" and form.is_valid():
        actions.document(by=signed_in(request), proposal=found, answers=form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("proposal", reference)
    intro: tuple[str, ...] = (
        "Answer what you can and save; come back for the rest. “We do not hold this” is an answer.",
        "Do not name or describe a person.",
    )
    if any(not said.get(name) for name in suggested):
        intro += ("What you wrote while getting ready is filled in. Read it, and save it.",)
    back = reverse("proposal", args=[reference])
    return _form(request, form, "How your records are kept", "Save", back=back, intro=intro)


@page("proposals/<slug:reference>/comment", name="proposal-comment", who=(COMMENT_OWN, HELP_DOCUMENT))
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """Say something, before any assessment."""
    found = _find(request, reference)
    form = CommentForm(request.POST or None, initial={"place": request.GET.get("about", "")[:120]})
    if request.method == "POST" and form.is_valid():
        actions.comment(by=signed_in(request), proposal=found, **form.cleaned_data)
        return redirect("proposal", reference)
    back = reverse("proposal", args=[reference])
    intro = ("The custodian’s staff can help you to document this. Whoever helps does not assess it.",)
    return _form(request, form, "Comment", "Say it", back=back, intro=intro)


@page("proposals/<slug:reference>/mandate", name="proposal-mandate", who=RECORD_MANDATE)
def mandate(request: HttpRequest, reference: str) -> HttpResponse:
    """Record who stands behind sharing."""
    found, form = _find(request, reference), MandateForm(request.POST or None)
    check(signed_in(request), RECORD_MANDATE, owner=found.organisation)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.record_mandate(
            by=signed_in(request),
            proposal=found,
            kind=MandateKind(given["kind"]),
            body=given["body"],
            decided_on=given["decided_on"],
            said=given["said"],
            asks_about_later_uses=given["later"] == "yes",
        )
        messages.success(request, "It is recorded.")
        return redirect("proposal", reference)
    back = reverse("proposal", args=[reference])
    return _form(request, form, "Who stands behind sharing", "Record it", back=back)


@page("proposals/<slug:reference>/put-forward", name="proposal-put-forward", who=PUT_FORWARD)
@sensitive_post_parameters("password")
def put_forward(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the assessment, after the password."""
    found, form = _find(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.put_forward(by=signed_in(request), proposal=found)
        messages.success(request, "An assessor who helped with none of it looks at it now.")
        return redirect("proposal", reference)
    intro = (
        "Somebody at the custodian who helped with none of it looks at whether this is appropriate to share. "
        "It can end in yes, yes under conditions, a question back to you, or “not eligible”.",
    )
    back = reverse("proposal", args=[reference])
    return _form(request, form, "Ask for the assessment", "Put it forward", back=back, intro=intro)


@page("proposals/<slug:reference>/revise", name="proposal-revise", who=PUT_FORWARD, methods=("POST",))
def revise(request: HttpRequest, reference: str) -> HttpResponse:
    """Reopen an approved proposal."""
    actions.revise(by=signed_in(request), proposal=_find(request, reference))
    return redirect("proposal", reference)


@page("proposals/<slug:reference>/withdraw", name="proposal-withdraw", who=PUT_FORWARD)
@sensitive_post_parameters("password")
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a proposal back."""
    found, form = _find(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(by=signed_in(request), proposal=found)
        messages.success(request, "It is taken back. Nobody has to say why.")
        return redirect("proposal", reference)
    back = reverse("proposal", args=[reference])
    return _form(request, form, "Take the proposal back", "Take it back", back=back)
