"""One version of a proposed specification: read it, comment on it field by field, take it to the desk."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.permissions import allows
from linkwell.custody.proposals import actions
from linkwell.custody.proposals.models import Comment, Proposal, SpecificationVersion
from linkwell.custody.proposals.permissions import (
    COMMENT_OWN,
    HELP_DOCUMENT,
    SEE_ALL_PROPOSALS,
    SEE_OWN_PROPOSALS,
    WRITE_PROPOSAL,
)
from linkwell.custody.proposals.seeing import answered_by, changes_since, notes_of, visible_proposals
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.errors import LinkwellError
from linkwell.pages.delivery_form import in_words
from linkwell.pages.files import attached
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.views.writing import may_write
from linkwell.primer.answers import parse_answers
from linkwell.specification.document import empty_cell
from linkwell.specification.file import parse
from linkwell.specification.model import Specification

SEE = (SEE_OWN_PROPOSALS, SEE_ALL_PROPOSALS)


LARGEST_ANSWERS = 256 * 1024


class AnswersForm(PagesForm):
    """The answers file of the desk, or of readiness here."""

    file = forms.FileField(
        label="Answers file",
        help_text="The file answers.toml of your desk, or of “Is your organisation ready?” here.",
        error_messages={"required": "Choose the file", "empty": "This file is empty"},
    )


def _proposal(request: HttpRequest, reference: str) -> Proposal:
    found = visible_proposals(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _find(request: HttpRequest, reference: str, number: int) -> SpecificationVersion:
    versions = _proposal(request, reference).versions.select_related("text", "proposal__organisation")
    found = versions.filter(number=number).first()
    if found is None:
        raise Http404
    return found


@page("proposals/<slug:reference>/answers", name="proposal-answers", who=WRITE_PROPOSAL)
def answers(request: HttpRequest, reference: str) -> HttpResponse:
    """Fill in what was written while getting ready; nothing already answered here is replaced."""
    found = _proposal(request, reference)
    form = AnswersForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read(LARGEST_ANSWERS).decode("utf-8-sig")
            said = answered_by(parse_answers(text, name="this file").notes)
        except UnicodeDecodeError:
            form.add_error("file", "This is not an answers file: it is not a text file.")
        except LinkwellError as error:
            form.add_error("file", " ".join(part for part in (error.what, error.fix) if part))
        else:
            new = {name: words for name, words in said.items() if not found.documentation.get(name)}
            if new:
                actions.document(by=signed_in(request), proposal=found, answers=new)
            count = len(new)
            messages.success(request, f"{count} {'answer is' if count == 1 else 'answers are'} filled in.")
            return redirect("proposal-documentation", reference)
    return render(request, "portal/form.html", {
        "form": form, "title": "Fill in from your answers file", "button": "Fill in",
        "caption": found.title, "back": reverse("proposal", args=[reference]),
        "intro": ["What you wrote while getting ready is used word for word. What stands here stays."],
    })  # fmt: skip


@page("proposals/<slug:reference>/versions/<int:number>/", name="proposal-version", who=SEE, methods=("GET",))
def version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One version: its fields with what was said about each, its fingerprint, and what changed."""
    found, person = _find(request, reference, number), signed_in(request)
    against, changes = changes_since(found)
    spec = parse(found.text.toml, name="specification")
    may_comment = PROPOSAL.may("comment", found.proposal.state) and (
        allows(person, COMMENT_OWN, owner=found.proposal.organisation) or allows(person, HELP_DOCUMENT)
    )
    return render(request, "portal/proposal_version.html", {
        "version": found, "spec": spec, "whole": in_words(spec), "against": against, "changes": changes,
        "notes": notes_of(spec),
        "tables": _with_comments(spec, list(found.proposal.comments.select_related("by"))),
        "may_comment": may_comment,
        "open": len(spec.unanswered()),
        "may_write": may_write(request, found.proposal) and found == found.proposal.newest(),
    })  # fmt: skip


def _with_comments(spec: Specification, comments: list[Comment]) -> list[dict[str, object]]:
    """Every table and field, each with the comments about it; a comment names its place in plain words."""
    found = []
    for table in spec.tables:
        name = table.label.partition(":")[0]
        fields = [
            {
                "field": field,
                "place": place,
                "empty": empty_cell(table, field),
                "comments": [each for each in comments if each.place == place],
            }
            for field in table.fields
            for place in [f"{name}: {field.label}"]
        ]
        found.append({"table": table, "fields": fields})
    return found


@page(
    "proposals/<slug:reference>/versions/<int:number>/specification.toml",
    name="proposal-version-file",
    who=SEE,
    methods=("GET",),
)
def version_file(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The version as the file it came as, to take to the desk: it holds no row of anybody's."""
    found = _find(request, reference, number)
    return attached(found.text.toml, f"{reference}-version-{number}.toml", "text/plain; charset=utf-8")
