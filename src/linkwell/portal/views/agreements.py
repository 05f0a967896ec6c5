"""Agreements: what was agreed, what keeps it, its text and signatures, and the notices each side gets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements import controls, notices, signing
from linkwell.custody.agreements.actions import issue_upload_token
from linkwell.custody.agreements.models import Agreement, AgreementVersion
from linkwell.custody.agreements.permissions import (
    DRAFT_AGREEMENT,
    MANAGE_AGREEMENTS,
    SEE_ALL_AGREEMENTS,
    SEE_OWN_AGREEMENTS,
    SIGN_FOR_CUSTODIAN,
    SIGN_FOR_INTERMEDIARY,
    SIGN_FOR_PROVIDER,
    UNDERTAKE,
)
from linkwell.custody.agreements.seeing import visible_agreements
from linkwell.custody.agreements.states import AGREEMENT, VERSION, AgreementState, VersionState
from linkwell.custody.agreements.text import differences
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.permissions import allows
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.removals.permissions import ASK_OWN_REMOVAL, ASK_REMOVAL
from linkwell.custody.retention.clock import destroyed_on
from linkwell.custody.timeline.permissions import SEE_ALL_STORIES, SEE_OWN_STORY
from linkwell.custody.timeline.story import steps
from linkwell.custody.timeline.waiting import since_last_event
from linkwell.custody.uses.permissions import ASK_USE
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.specification.diff import compare
from linkwell.specification.file import parse
from linkwell.standards.clock import in_words

SEE = (SEE_OWN_AGREEMENTS, SEE_ALL_AGREEMENTS)
SIGN = (SIGN_FOR_PROVIDER, SIGN_FOR_INTERMEDIARY, SIGN_FOR_CUSTODIAN)


class SignForm(AgainForm):
    """The fingerprint that was read, and the password."""

    digest = forms.CharField(widget=forms.HiddenInput)

    field_order = ("digest", "own_agreement", "password")


class DeclineForm(AgainForm):
    """No, with a reason if the provider wants to give one."""

    reason = forms.CharField(
        label="What would have to be different? (You do not have to say.)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page("agreements/", name="agreements", who=SEE, methods=("GET",))
def agreements(request: HttpRequest) -> HttpResponse:
    """The agreements this person may know of."""
    person = signed_in(request)
    listed = Paginator(visible_agreements(person).prefetch_related("versions__signatures"), 50)
    found = listed.get_page(request.GET.get("page"))
    since = since_last_event([each.subject for each in found if notices.waits_for(each) != "nobody"])
    context = {
        "agreements": [(each, notices.waits_for(each), since.get(each.subject)) for each in found],
        "pages": found,
        "staff": allows(person, SEE_ALL_AGREEMENTS),
    }
    return render(request, "portal/agreements.html", context)


def find(request: HttpRequest, reference: str) -> Agreement:
    """The agreement, if this person may know of it."""
    found = visible_agreements(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def find_version(request: HttpRequest, reference: str, number: int) -> AgreementVersion:
    """One text, if this person may know of its agreement."""
    agreement = find(request, reference)
    versions = agreement.versions.select_related(
        "agreement__organisation", "via", "specification", "assessment"
    )
    found = versions.filter(number=number).first()
    if found is None:
        raise Http404
    return found


@page("agreements/<slug:reference>/", name="agreement", who=SEE, methods=("GET",))
def agreement(request: HttpRequest, reference: str) -> HttpResponse:
    """One agreement: where it stands, what keeps it, its texts and what happened."""
    person, found = signed_in(request), find(request, reference)
    lead = allows(person, SIGN_FOR_PROVIDER, owner=found.organisation)
    signed_on = found.versions.filter(state=VersionState.IN_FORCE).exists() or found.on_paper
    context = {
        "agreement": found,
        "meaning": AGREEMENT.meaning[AgreementState(found.state)],
        "waits": notices.waits_for(found),
        "checks": controls.checks(found) if signed_on else [],
        "by_people": controls.by_people(found),
        "versions": found.versions.prefetch_related("signatures"),
        "undertakings": found.undertakings.select_related("person"),
        "steps": steps(AuditEvent.objects.filter(subject=found.subject).order_by("seq")),
        "client_ok": getattr(found, "client_ok", None),
        "may_ok": lead,
        "removals": found.removals.all(),
        "may_remove": allows(person, ASK_REMOVAL)
        or allows(person, ASK_OWN_REMOVAL, owner=found.organisation),
        "may_story": allows(person, SEE_OWN_STORY, owner=found.organisation)
        or allows(person, SEE_ALL_STORIES),
        "may_destroy": lead and AGREEMENT.may("ask for destruction", found.state),
        "may_ask_use": allows(person, ASK_USE) and found.live(),
        "uses": found.later_uses.all(),
        "destroyed_on": destroyed_on(found),
        "since": since_last_event([found.subject]).get(found.subject),
        "may_leave": lead and AGREEMENT.may("leave", found.state),
        "may_end": allows(person, MANAGE_AGREEMENTS) and AGREEMENT.may("end", found.state),
        "may_vary": allows(person, DRAFT_AGREEMENT)
        and not found.on_paper
        and AGREEMENT.may("come into force", found.state),
        "may_token": allows(person, MANAGE_AGREEMENTS) and found.live(),
        "may_insights": allows(person, APPROVE_PROJECT) and found.live(),
        "insights": Project.objects.filter(agreement=found).prefetch_related("members__person").first(),
        "may_promise": allows(person, UNDERTAKE) and found.live(),
    }
    return render(request, "portal/agreement.html", context)


@page(
    "agreements/<slug:reference>/versions/<int:number>/", name="agreement-version", who=SEE, methods=("GET",)
)
def version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One text with its annex, what changed, and who has signed."""
    person, found = signed_in(request), find_version(request, reference, number)
    before = found.agreement.versions.filter(
        number__lt=number, state__in=("in force", "replaced", "over")
    ).last()
    spec = parse(found.specification.toml, name="specification")
    side = signing.side_of(person, found)
    offered = found.state == VersionState.OFFERED
    context = {
        "version": found,
        "spec": spec,
        "meaning": VERSION.meaning[VersionState(found.state)],
        "documents": _by_document(found),
        "before": before,
        "differs": differences(before, found) if before else [],
        "changes": compare(parse(before.specification.toml), spec) if before else [],
        "signatures": found.signatures.select_related("person", "organisation"),
        "may_offer": allows(person, DRAFT_AGREEMENT) and VERSION.may("offer", found.state),
        "may_take_back": allows(person, DRAFT_AGREEMENT) and VERSION.may("take back", found.state),
        "may_sign": offered and side and not found.signatures.filter(side=side).exists(),
        "may_decline": offered and side == "provider",
    }
    return render(request, "portal/agreement_version.html", context)


def _by_document(found: AgreementVersion) -> list[tuple[str, list[dict[str, str]]]]:
    names = list(dict.fromkeys(section["document"] for section in found.document))
    return [(name, [s for s in found.document if s["document"] == name]) for name in names]


@page("agreements/<slug:reference>/versions/<int:number>/sign", name="agreement-sign", who=SIGN)
@sensitive_post_parameters("password")
def sign(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Sign, after the password."""
    found, person = find_version(request, reference, number), signed_in(request)
    form = SignForm(request, request.POST or None, initial={"digest": found.digest})
    if found.via is not None and signing.side_of(person, found) == "provider":
        form.fields["own_agreement"] = forms.ChoiceField(
            label=f"Do you need an agreement of your own with {found.via.name}?",
            help_text="They hold or pass on what you record. That is between you and them.",
            choices=[("", "Choose one"), *signing.OWN_AGREEMENT.items()],
            error_messages={"required": "Choose one"},
        )
        form.order_fields(SignForm.field_order)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given.get("own_agreement") == "still needed":
            signing.answer_own_agreement(by=person, version=found, answer="still needed")
            messages.success(request, "It is written down, and the others know what it waits on.")
            return redirect("agreement", reference)
        done = signing.sign(
            by=person, version=found, digest=given["digest"], own_agreement=given.get("own_agreement", "")
        )
        holds = done.state == VersionState.IN_FORCE
        messages.success(request, "Everybody has signed: it is in force." if holds else "You have signed.")
        return redirect("agreement", reference)
    intro = [
        f"You sign version {found.number} of {reference}, between {found.agreement.organisation.name} and "
        f"{notices.custodian().name}, from {in_words(found.starts)} to {in_words(found.ends)}. "
        "Go back to read it.",
        f"The text has this fingerprint: {found.digest}",
    ]
    return _form(request, form, "Sign", "Sign it", reference, number=number, intro=intro)


def _form(
    request: HttpRequest, form: forms.Form, title: str, button: str, reference: str, *,
    number: int | None = None, intro: Any = (), warning: bool = False,
) -> HttpResponse:  # fmt: skip
    back = reverse("agreement", args=[reference])
    if number is not None:
        back = reverse("agreement-version", args=[reference, number])
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "intro": intro,
        "warning": warning,
    }
    return render(request, "portal/form.html", context)


@page(
    "agreements/<slug:reference>/versions/<int:number>/decline",
    name="agreement-decline",
    who=SIGN_FOR_PROVIDER,
)
@sensitive_post_parameters("password")
def decline(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Say no to a text."""
    found, form = find_version(request, reference, number), DeclineForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        signing.decline(by=signed_in(request), version=found, reason=form.cleaned_data["reason"])
        messages.success(request, "You said no to this text. It is never held against you.")
        return redirect("agreement", reference)
    return _form(request, form, "Say no to this text", "Say no", reference, number=number)


@page("agreements/<slug:reference>/end", name="agreement-end", who=(SIGN_FOR_PROVIDER, MANAGE_AGREEMENTS))
@sensitive_post_parameters("password")
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """End an agreement, from either side."""
    found, form, person = (
        find(request, reference),
        AgainForm(request, request.POST or None),
        signed_in(request),
    )
    if request.method == "POST" and form.is_valid():
        if allows(person, SIGN_FOR_PROVIDER, owner=found.organisation):
            signing.leave(by=person, agreement=found)
        else:
            signing.end_agreement(by=person, agreement=found)
        messages.success(request, "It has ended. Nothing more can be sent under it.")
        return redirect("agreement", reference)
    intro = [
        "From now on nothing can be sent, opened, worked on or released under it. You do not have to say why."
    ]
    return _form(request, form, "End this agreement", "End it", reference, intro=intro, warning=True)


@page("agreements/<slug:reference>/promise", name="agreement-promise", who=UNDERTAKE)
@sensitive_post_parameters("password")
def promise(request: HttpRequest, reference: str) -> HttpResponse:
    """Promise by name to keep it confidential."""
    found, form = find(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        signing.promise(by=signed_in(request), agreement=found)
        messages.success(request, "Your promise is recorded.")
        return redirect("agreement", reference)
    intro = [
        "I keep confidential what I learn through this sharing, also after it ends. I look for nobody in it. "
        "If somebody can be recognised, I report it at once."
    ]
    return _form(request, form, "Promise to keep it confidential", "I promise", reference, intro=intro)


@page("custodian/agreements/<slug:reference>/token", name="agreement-token", who=MANAGE_AGREEMENTS)
@sensitive_post_parameters("password")
def token(request: HttpRequest, reference: str) -> HttpResponse:
    """Issue an upload token; its text is shown on this page once."""
    found, form = find(request, reference), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = issue_upload_token(by=signed_in(request), agreement=found)
        return render(request, "portal/token.html", {"token": text, "agreement": found})
    intro = ["A token lets a computer send sealed files under this agreement, and do nothing else."]
    return _form(request, form, "Issue a token to send with", "Issue it", reference, intro=intro)
