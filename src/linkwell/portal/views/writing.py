"""A draft specification written on in the portal: the whole or one column, each save a version."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.permissions import allows, check
from linkwell.custody.proposals import actions
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.proposals.permissions import WRITE_PROPOSAL
from linkwell.custody.proposals.seeing import visible_proposals
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.errors import WrongUse
from linkwell.pages.column_form import ColumnForm, words_of
from linkwell.pages.delivery_form import WholeForm, said_of
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.specification.answers import LEAVE_OUT, answer
from linkwell.specification.file import parse
from linkwell.specification.file import render as as_toml
from linkwell.specification.model import Question, Specification

_WORDS = {"dmy": "Day first: 03/04/2020 is 3 April 2020", "mdy": "Month first: 03/04/2020 is 4 March 2020",
          LEAVE_OUT: "Leave it out"}  # fmt: skip


class AnswerForm(PagesForm):
    """One of the answers a question allows."""

    answer = forms.ChoiceField(label="Your answer", error_messages={"required": "Choose one of the answers"})

    def __init__(self, asked: Question, given: QueryDict | None) -> None:
        super().__init__(given)
        choices = [("", "Choose one"), *((option, _WORDS.get(option, option)) for option in asked.options)]
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def may_write(request: HttpRequest, proposal: Proposal) -> bool:
    """Whether this person may write on the draft as it stands."""
    person = signed_in(request)
    return PROPOSAL.may("upload", proposal.state) and allows(
        person, WRITE_PROPOSAL, owner=proposal.organisation
    )


def _draft(request: HttpRequest, reference: str, number: int) -> tuple[Proposal, Specification]:
    proposal = visible_proposals(signed_in(request)).filter(reference=reference).first()
    version = proposal.versions.select_related("text").filter(number=number).first() if proposal else None
    if proposal is None or version is None:
        raise Http404
    check(signed_in(request), WRITE_PROPOSAL, owner=proposal.organisation)
    return proposal, parse(version.text.toml, name="specification")


@page(
    "proposals/<slug:reference>/versions/<int:number>/columns/<slug:table>/<slug:field>",
    name="proposal-field",
    who=WRITE_PROPOSAL,
)
def field(request: HttpRequest, reference: str, number: int, table: str, field: str) -> HttpResponse:
    """What is said about one column."""
    proposal, spec = _draft(request, reference, number)
    of = spec.table(table)
    found = of.field(field) if of else None
    if of is None or found is None:
        raise Http404
    form = ColumnForm(request.POST or None, initial=words_of(found))
    if request.method == "POST" and form.is_valid():
        changed = spec.with_field(table, replace(found, **form.words()))
        if (saved := _saved(request, proposal, number, changed, form)) is not None:
            return saved
    return render(request, "portal/form.html", {
        "form": form, "title": found.label, "caption": of.label.partition(":")[0],
        "button": "Save as a new version",
        "back": reverse("proposal-version", args=[reference, number]),
        "intro": ["Do not name or describe a person. What you change is shown beside what stood before."],
    })  # fmt: skip


@page(
    "proposals/<slug:reference>/versions/<int:number>/delivery",
    name="proposal-delivery",
    who=WRITE_PROPOSAL,
)
def delivery(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What is said about the delivery as a whole: why, how often, how long, by whom."""
    proposal, spec = _draft(request, reference, number)
    form = WholeForm(request.POST or None, initial=said_of(spec))
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, proposal, number, form.of(spec), form)
        if saved is not None:
            return saved
    return render(request, "portal/form.html", {
        "form": form, "title": "What the delivery is, and why", "button": "Save as a new version",
        "caption": spec.title, "back": reverse("proposal-version", args=[reference, number]),
        "intro": ["The agreement is made from these words."],
    })  # fmt: skip


@page(
    "proposals/<slug:reference>/versions/<int:number>/question",
    name="proposal-question",
    who=WRITE_PROPOSAL,
)
def question(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The first question that describing the files left open."""
    proposal, spec = _draft(request, reference, number)
    waiting = spec.unanswered()
    if not waiting:
        return redirect("proposal-version", reference, number)
    form = AnswerForm(waiting[0], request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = answer(spec, waiting[0], form.cleaned_data["answer"])
        if (saved := _saved(request, proposal, number, changed, form)) is not None:
            return saved
    return render(request, "portal/form.html", {
        "form": form, "title": "A question only you can answer", "button": "Save as a new version",
        "caption": spec.title, "back": reverse("proposal-version", args=[reference, number]),
        "intro": [waiting[0].text.partition(" Answer ")[0]],
    })  # fmt: skip


def _saved(
    request: HttpRequest, proposal: Proposal, number: int, changed: Specification, form: PagesForm
) -> HttpResponse | None:
    try:
        made = actions.upload(by=signed_in(request), proposal=proposal, toml=as_toml(changed), after=number)
    except WrongUse as error:
        form.add_error(None, f"{error.what} {error.fix}")
        return None
    if made.number == number:
        messages.info(request, "Nothing is changed.")
    else:
        messages.success(request, f"Version {made.number} is saved. What changed is shown here.")
    return redirect("proposal-version", proposal.reference, made.number)
