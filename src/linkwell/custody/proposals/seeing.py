"""Which proposals a person may know of, what two versions differ in, and what was said before."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import allows
from linkwell.custody.proposals.documentation import questions
from linkwell.custody.proposals.models import Proposal, SpecificationVersion
from linkwell.custody.proposals.permissions import SEE_ALL_PROPOSALS, SEE_OWN_PROPOSALS
from linkwell.primer.order import in_order
from linkwell.specification.base import base_specification
from linkwell.specification.diff import Change, compare
from linkwell.specification.file import parse
from linkwell.specification.model import Specification


def visible_proposals(person: Person) -> QuerySet[Proposal]:
    """All for custodian staff who help or assess; for everyone else their own organisations'."""
    found = Proposal.objects.select_related("organisation")
    if allows(person, SEE_ALL_PROPOSALS):
        return found
    mine = person.memberships.filter(role__in=SEE_OWN_PROPOSALS.roles).values("organisation")
    return found.filter(Q(organisation__in=mine))


def notes_of(spec: Specification) -> tuple[tuple[str, str], ...]:
    """The provider's own write-ups in a specification: (what they are about, word for word)."""
    titles = {question.id: question.title for question in in_order()} | {"told": "Who has been told"}
    return tuple((titles.get(topic, topic), text) for topic, text in spec.notes)


def said_before(proposal: Proposal) -> dict[str, str]:
    """What the provider wrote while getting ready, by the question here it answers: nobody types it twice."""
    newest = proposal.newest()
    return answered_by(dict(parse(newest.text.toml, name="specification").notes) if newest else {})


def answered_by(notes: Mapping[str, str]) -> dict[str, str]:
    """The same from the write-ups themselves, by topic, as a specification or an answers file holds them."""
    said = {
        each.id: "\n".join(notes[topic] for topic in each.notes if notes.get(topic)) for each in questions()
    }
    return {name: text for name, text in said.items() if text}


def changes_since(version: SpecificationVersion) -> tuple[str, tuple[Change, ...]]:
    """What this version is compared with, in words, and every change; version 1 with the base."""
    spec = parse(version.text.toml, name="specification")
    before = version.proposal.versions.filter(number=version.number - 1).select_related("text").first()
    if before is None:
        return "the base specification", compare(base_specification(), spec)
    return f"version {before.number}", compare(parse(before.text.toml, name="specification"), spec)
