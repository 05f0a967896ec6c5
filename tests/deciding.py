"""Steps of the decisions between people, for tests that need a proposal or an agreement to be somewhere."""

from __future__ import annotations

from datetime import date, timedelta

from linkwell.custody.agreements import drafting, signing
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.organisations.actions import add_person
from linkwell.custody.organisations.models import SenderKey
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.documentation import questions
from linkwell.custody.proposals.models import MandateKind
from linkwell.custody.refreshes.models import Refresh
from linkwell.specification.file import render
from linkwell.standards.clock import today

ANSWERS = {question.id: "Everybody was told on the sign-up form of 1 July 2025." for question in questions()}


def own_keys():
    """Each organisation signs with a key of its own: those of the tests share one, and so would count as one
    member of a pool.
    """
    for key in SenderKey.objects.all():
        SenderKey.objects.filter(pk=key.pk).update(fingerprint=f"own {key.organisation_id}")


def begun(registry, *, by="provider"):
    """A proposal of the first provider, with nothing in it yet."""
    return proposals.begin(
        by=registry.person(by), organisation=registry.agreement.organisation, title="Whānau support"
    )


def written(registry, *, by="provider"):
    """A proposal with a specification, documentation and a board's mandate."""
    proposal, person = begun(registry, by=by), registry.person(by)
    proposals.upload(by=person, proposal=proposal, toml=render(registry.sealed.specification))
    proposals.document(by=person, proposal=proposal, answers=ANSWERS)
    proposals.record_mandate(
        by=person,
        proposal=proposal,
        kind=MandateKind.BOARD,
        body="Board of trustees",
        decided_on=date(2026, 3, 1),
    )
    proposal.refresh_from_db()
    return proposal


def put_forward(registry, *, by="provider"):
    """An assessment that waits."""
    return proposals.put_forward(by=registry.person(by), proposal=written(registry, by=by))


def taken(registry):
    """An assessment under way."""
    return assessments.take(by=registry.person("assessor"), assessment=put_forward(registry))


def approved(registry, codes=()):
    """An approved assessment."""
    return assessments.approve(by=registry.person("assessor"), assessment=taken(registry), codes=codes)


def wanted(**terms):
    """Terms of three years from today."""
    return drafting.Wanted(**{"starts": today(), "ends": today() + timedelta(days=1095), **terms})


def drafted(registry, codes=(), **terms):
    """A text drawn up by the integrator on an approved proposal."""
    assessment = approved(registry, codes)
    return drafting.draft(
        by=registry.person("integrator"), proposal=assessment.proposal, wanted=wanted(**terms)
    )


def offered(registry, codes=(), **terms):
    """A text that waits for signatures."""
    return drafting.offer(by=registry.person("integrator"), version=drafted(registry, codes, **terms))


def signed(registry, version, *names, own_agreement="have"):
    """The text, signed by these people."""
    for name in names:
        version = signing.sign(
            by=registry.person(name), version=version, digest=version.digest, own_agreement=own_agreement
        )
    return version


def in_force(registry, codes=(), **terms):
    """An agreement in force, made in the portal."""
    version = signed(registry, offered(registry, codes, **terms), "provider", "manager")
    return Agreement.objects.get(pk=version.agreement_id)


def somebody(registry, username, organisation, *roles: Role):
    """One more person."""
    registry.people[username] = add_person(
        by=registry.person("manager"), username=username, name=username.title(),
        password="four plain words here",
        organisation=organisation, roles=roles,
    )  # fmt: skip
    return registry.people[username]


def released(registry, *, reference="R1"):
    """A released report about the first provider, as the release job leaves it."""
    project = approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[registry.person("analyst")]
    )
    refresh, _ = Refresh.objects.get_or_create(
        label=f"of-{reference}", defaults={"state": "ready", "digest": "ab" * 48}
    )
    output = Output.objects.create(
        reference=f"out-{reference}", project=project, refresh=refresh, state="released", analyst="analyst"
    )
    folder = registry.home.path / "released" / reference
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<!doctype html><title>x</title><style>p{color:red}</style><p>ok")
    (folder / "reach.csv").write_text("a,b\n")
    return Release.objects.create(
        reference=reference, output=output, organisation=registry.agreement.organisation, title="Insights",
        report_digest="0" * 96, files=["reach.csv"],
    )  # fmt: skip
