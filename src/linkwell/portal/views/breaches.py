"""The register of privacy breaches: write it down, judge it, tell people in time."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.breaches import actions
from linkwell.custody.breaches.models import Breach
from linkwell.custody.breaches.permissions import (
    JUDGE_BREACH,
    JUDGE_OWN_BREACH,
    RECORD_BREACH,
    RECORD_OWN_BREACH,
    SEE_BREACHES,
    SEE_OWN_BREACHES,
)
from linkwell.custody.breaches.states import BREACH, BreachState
from linkwell.custody.home import current_home
from linkwell.custody.permissions import allows
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm

SEE = (SEE_OWN_BREACHES, SEE_BREACHES)
JUDGE = (JUDGE_OWN_BREACH, JUDGE_BREACH)
MOVES = {
    "serious": "Serious harm is likely",
    "not serious": "Serious harm is not likely",
    "tell": "The Privacy Commissioner and the people were told",
    "close": "Close it",
}


class BreachForm(PagesForm):
    """What happened, whose data it is about, and when somebody noticed."""

    organisation = forms.ChoiceField(label="Whose data is it about?")
    found_at = forms.DateTimeField(
        label="When did somebody notice?",
        help_text="Such as 2026-03-31 14:30. The clock of 72 hours begins then.",
        error_messages={"required": "Enter when", "invalid": "Enter a time such as 2026-03-31 14:30"},
    )
    what = forms.CharField(
        label="What happened?",
        help_text="Do not name or describe a person.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what happened"},
    )
    done = forms.CharField(
        label="What was done at once?",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MoveForm(AgainForm):
    """The next step of a breach."""

    verb = forms.ChoiceField(label="What is decided?")
    field_order = ("verb", "password")


@page("breaches/", name="breaches", who=SEE, methods=("GET",))
def breaches(request: HttpRequest) -> HttpResponse:
    """Every breach this person may know of."""
    return render(request, "portal/breaches.html", {"breaches": actions.visible_breaches(signed_in(request))})


@page("breaches/new", name="breach-new", who=(RECORD_OWN_BREACH, RECORD_BREACH))
def new(request: HttpRequest) -> HttpResponse:
    """Write a breach down."""
    person = signed_in(request)
    mine = {each.code: each for each in actions.concerned(person)}
    form = BreachForm(
        request.POST or None, initial={"found_at": timezone.localtime().strftime("%Y-%m-%d %H:%M")}
    )
    whose = form.fields["organisation"]
    assert isinstance(whose, forms.ChoiceField)
    whose.choices = [(code, each.name) for code, each in mine.items()]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.record_breach(
            by=person, organisation=mine[given["organisation"]], found_at=given["found_at"],
            what=given["what"], done=given["done"],
        )  # fmt: skip
        messages.success(request, "It is written down. The clock runs from when somebody noticed.")
        return redirect(
            "breaches" if allows(person, SEE_BREACHES) or not allows(person, RECORD_BREACH) else "home"
        )
    context = {"form": form, "title": "Write a privacy breach down", "button": "Write it down"}
    return render(request, "portal/form.html", context)


def _find(request: HttpRequest, reference: str) -> Breach:
    found = actions.visible_breaches(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@page("breaches/<slug:reference>/", name="breach", who=SEE, methods=("GET",))
def breach(request: HttpRequest, reference: str) -> HttpResponse:
    """One breach, with the clock and words to start from."""
    found, person = _find(request, reference), signed_in(request)
    running = found.state in (BreachState.RECORDED, BreachState.SERIOUS)
    may = allows(person, JUDGE_BREACH) or allows(person, JUDGE_OWN_BREACH, owner=found.organisation)
    context = {
        "breach": found,
        "meaning": BREACH.meaning[BreachState(found.state)],
        "running": running,
        "late": running and timezone.now() > found.due,
        "letters": actions.letters(found, custodian=current_home().name),
        "may_judge": may and found.state != BreachState.CLOSED,
    }
    return render(request, "portal/breach.html", context)


@page("breaches/<slug:reference>/judge", name="breach-judge", who=JUDGE)
@sensitive_post_parameters("password")
def judge(request: HttpRequest, reference: str) -> HttpResponse:
    """Judge, say that people were told, or close."""
    found, form = _find(request, reference), MoveForm(request, request.POST or None)
    verbs = form.fields["verb"]
    assert isinstance(verbs, forms.ChoiceField)
    verbs.choices = [(verb, words) for verb, words in MOVES.items() if BREACH.may(verb, found.state)]
    if request.method == "POST" and form.is_valid():
        actions.judge(by=signed_in(request), breach=found, verb=form.cleaned_data["verb"])
        return redirect("breach", reference)
    back = reverse("breach", args=[reference])
    context = {"form": form, "title": "Decide about this breach", "button": "Decide", "back": back}
    return render(request, "portal/form.html", context)
