"""One version of a proposed specification: read it, comment on it field by field, take it to the desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.custody.permissions import allows
from linkwell.custody.proposals.models import Comment, SpecificationVersion
from linkwell.custody.proposals.permissions import (
    COMMENT_OWN,
    HELP_DOCUMENT,
    SEE_ALL_PROPOSALS,
    SEE_OWN_PROPOSALS,
)
from linkwell.custody.proposals.seeing import changes_since, notes_of, visible_proposals
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.portal.access import page, signed_in
from linkwell.specification.file import parse
from linkwell.specification.model import Specification

SEE = (SEE_OWN_PROPOSALS, SEE_ALL_PROPOSALS)


def _find(request: HttpRequest, reference: str, number: int) -> SpecificationVersion:
    proposal = visible_proposals(signed_in(request)).filter(reference=reference).first()
    versions = proposal.versions.select_related("text", "proposal__organisation") if proposal else None
    found = versions.filter(number=number).first() if versions is not None else None
    if found is None:
        raise Http404
    return found


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
        "version": found, "spec": spec, "against": against, "changes": changes, "notes": notes_of(spec),
        "tables": _with_comments(spec, list(found.proposal.comments.select_related("by"))),
        "may_comment": may_comment,
    })  # fmt: skip


def _with_comments(spec: Specification, comments: list[Comment]) -> list[dict[str, object]]:
    """Every table and field, each with the comments about it; a comment names its place in plain words."""
    found = []
    for table in spec.tables:
        name = table.label.partition(":")[0]
        fields = [
            {"field": field, "place": place, "comments": [each for each in comments if each.place == place]}
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
    response = HttpResponse(found.text.toml, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reference}-version-{number}.toml"'
    return response
