"""Later uses: the custodian asks, the provider's lead or kaitiaki answers for the body behind it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import allows
from linkwell.custody.projects.pooling import own_pools, pools
from linkwell.custody.timeline.story import steps
from linkwell.custody.uses import actions
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.permissions import ANSWER_USE, ASK_USE, SEE_ALL_USES, SEE_OWN_USES
from linkwell.custody.uses.states import USE, UseState
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.leading import address_of
from linkwell.portal.views.agreements import find as find_agreement

SEE = (SEE_OWN_USES, SEE_ALL_USES)
VERBS = {"agree": "They agree", "not agree": "They do not agree"}
OWN_VERBS = {"agree": "Yes: count our people", "not agree": "No: leave our people out"}
"""Of a pool, which the organisation itself answers for."""


class AskForm(PagesForm):
    """What the later use is, and what for."""

    title = forms.CharField(
        label="What is it, in a few words?", max_length=200, error_messages={"required": "Say what it is"}
    )
    purpose = forms.CharField(
        label="What is it for, and who would work on it?",
        help_text="They read this to decide. Plain words.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what it is for"},
    )
    project = forms.CharField(
        label="Code of the project", required=False, max_length=80, help_text="If it is one already."
    )


class AnswerForm(AgainForm):
    """What the body decided."""

    verb = forms.ChoiceField(label="What did they decide?")
    said = forms.CharField(
        label="What they asked for (they do not have to say)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("verb", "said", "password")


@page("uses/", name="uses", who=SEE, methods=("GET",))
def uses(request: HttpRequest) -> HttpResponse:
    """Every later use this person may know of."""
    return render(request, "portal/uses.html", {"uses": actions.visible_uses(signed_in(request))})


def _find(request: HttpRequest, reference: str) -> LaterUse:
    found = actions.visible_uses(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@page("uses/<slug:reference>/", name="use", who=SEE, methods=("GET",))
def use(request: HttpRequest, reference: str) -> HttpResponse:
    """One later use: what for, where it stands, who answered."""
    person, found = signed_in(request), _find(request, reference)
    owner = found.agreement.organisation
    may = any(USE.may(verb, found.state) for verb in VERBS)
    context = {
        "use": found,
        "meaning": USE.meaning[UseState(found.state)],
        "steps": steps(AuditEvent.objects.filter(subject=found.subject).order_by("seq")),
        "may_answer": may and allows(person, ANSWER_USE, owner=owner),
        "pool": _pool(person, found.project),
        "may_take_back": USE.may("take back", found.state) and allows(person, ASK_USE),
    }
    return render(request, "portal/use.html", context)


def _pool(person: Person, code: str) -> str:
    """The address of the pool a question is about, for whoever may open it; "" where it is about none."""
    if code and pools().filter(code=code).exists():
        if address := address_of("pool", code, person):
            return address
        if own_pools(person).filter(code=code).exists():
            return reverse("own-pool", args=[code])
    return ""


@page("uses/<slug:reference>/answer", name="use-answer", who=ANSWER_USE)
@sensitive_post_parameters("password")
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the body decided."""
    found, person = _find(request, reference), signed_in(request)
    if not allows(person, ANSWER_USE, owner=found.agreement.organisation):
        raise Http404
    form, pool = AnswerForm(request, request.POST or None), _pool(person, found.project)
    verbs = form.fields["verb"]
    assert isinstance(verbs, forms.ChoiceField)
    words = OWN_VERBS if pool else VERBS
    verbs.choices = [(verb, said) for verb, said in words.items() if USE.may(verb, found.state)]
    if pool:
        verbs.label, form.fields["said"].label = "What do you say?", "Why (you do not have to say)"
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.answer_use(by=person, use=found, verb=given["verb"], said=given["said"])
        messages.success(request, "It is recorded, and the custodian is told.")
        return redirect(pool or reverse("use", args=[reference]))
    context = {
        "form": form,
        "title": "Your answer" if pool else "What did they decide?",
        "caption": found.title,
        "button": "Record it",
        "back": pool or reverse("use", args=[reference]),
        "intro": [found.purpose, "Saying no is never held against anybody, and they can think again."],
    }
    return render(request, "portal/form.html", context)


@page("uses/<slug:reference>/take-back", name="use-take-back", who=ASK_USE, methods=("POST",))
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a question back."""
    actions.take_back_use(by=signed_in(request), use=_find(request, reference))
    return redirect("use", reference)


@page("custodian/agreements/<slug:reference>/use", name="agreement-use", who=ASK_USE)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask about a later use of what is shared under an agreement."""
    found, form = find_agreement(request, reference), AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.ask_use(by=signed_in(request), agreement=found, **form.cleaned_data)
        messages.success(request, "It is asked, and they are told.")
        return redirect("use", made.reference)
    context = {
        "form": form,
        "title": "Ask about a later use",
        "caption": found.organisation.name,
        "button": "Ask",
        "back": reverse("agreement", args=[reference]),
    }
    return render(request, "portal/form.html", context)
