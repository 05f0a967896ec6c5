"""Every state × move × person of the decisions between people: nothing is allowed that no table lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from tests import deciding

from linkwell.custody.agreements import drafting, signing
from linkwell.custody.agreements.models import Agreement, AgreementVersion, Route
from linkwell.custody.agreements.states import AGREEMENT, VERSION
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.states import ASSESSMENT
from linkwell.custody.breaches import actions as breaches
from linkwell.custody.breaches.models import Breach
from linkwell.custody.breaches.states import BREACH
from linkwell.custody.clients import actions as clients
from linkwell.custody.clients.models import ClientOk
from linkwell.custody.clients.states import CLIENT_OK
from linkwell.custody.machine import Machine, WrongState
from linkwell.custody.matrix import ACTS
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.permissions import NotAllowed, allows
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.models import MandateKind, Proposal
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.specification.file import render

Act = Callable[[Person], object]


class Undo(Exception):
    """Undoes what a cell did."""


def tried(act: Act, person: Person) -> str:
    """What came of an attempt: "done", "not allowed" or "wrong state"; always undone."""
    try:
        with transaction.atomic():
            act(person)
            raise Undo
    except Undo:
        return "done"
    except NotAllowed:
        return "not allowed"
    except WrongState:
        return "wrong state"


@pytest.fixture
def everybody(registry) -> dict[str, Person]:
    """One person of every role, two providers, a vendor, an intermediary and a commissioner."""
    for kind, role in ((Kind.VENDOR, Role.VENDOR_SENDER), (Kind.COMMISSIONER, Role.COMMISSIONER),
                       (Kind.INTERMEDIARY, Role.INTERMEDIARY)):  # fmt: skip
        made = enter_organisation(
            by=registry.person("manager"), code=f"a-{kind}", name=f"A {kind}", kind=kind
        )
        deciding.somebody(registry, str(role), made, role)
    return registry.people


def walk(
    machine: Machine,
    row: object,
    acts: dict[str, Act],
    everybody: dict[str, Person],
    owners: list[Organisation],
) -> Iterator[tuple[str, str, str, str, str]]:
    """Every cell that is not as the table says: (state, verb, person, expected, found)."""
    model = type(row)
    for state in machine.states:
        model.objects.filter(pk=row.pk).update(state=state)  # type: ignore[attr-defined]
        for verb, act in acts.items():
            for name, person in everybody.items():
                needs = ACTS[machine.noun][verb]
                may = any(allows(person, need, owner=owner) for need in needs for owner in owners)
                expected = "not allowed" if not may else "done" if machine.may(verb, state) else "wrong state"
                found = tried(act, person)
                if found != expected:
                    yield str(state), verb, name, expected, found


def test_every_cell_of_a_proposal(registry, everybody) -> None:
    row, other = (
        deciding.written(registry),
        render(registry.sealed.specification).replace("yearly", "monthly"),
    )

    def now() -> Proposal:
        return Proposal.objects.get(pk=row.pk)

    acts: dict[str, Act] = {
        "upload": lambda by: proposals.upload(by=by, proposal=now(), toml=other),
        "document": lambda by: proposals.document(by=by, proposal=now(), answers={"people": "x"}),
        "comment": lambda by: proposals.comment(by=by, proposal=now(), text="x"),
        "mandate": lambda by: proposals.record_mandate(
            by=by, proposal=now(), kind=MandateKind.BOARD, body="x", decided_on=date(2026, 1, 1)
        ),
        "put forward": lambda by: proposals.put_forward(by=by, proposal=now()),
        "revise": lambda by: proposals.revise(by=by, proposal=now()),
        "withdraw": lambda by: proposals.withdraw(by=by, proposal=now()),
    }
    assert list(walk(PROPOSAL, row, acts, everybody, [row.organisation])) == []


def test_every_cell_of_an_assessment(registry, everybody) -> None:
    row = deciding.put_forward(registry)

    def now() -> Assessment:
        return Assessment.objects.select_related("proposal").get(pk=row.pk)

    acts: dict[str, Act] = {
        "take": lambda by: assessments.take(by=by, assessment=now()),
        "return": lambda by: assessments.give_back(by=by, assessment=now(), reasons="x"),
        "refuse": lambda by: assessments.refuse(by=by, assessment=now(), reasons="x"),
        "approve": lambda by: assessments.approve(by=by, assessment=now()),
    }
    assert list(walk(ASSESSMENT, row, acts, everybody, [row.proposal.organisation])) == []


def test_every_cell_of_a_text_and_of_its_agreement(registry, everybody) -> None:
    via = Organisation.objects.get(kind=Kind.INTERMEDIARY)
    row = deciding.drafted(registry, route=Route.INTERMEDIARY, via=via)

    def now() -> AgreementVersion:
        return AgreementVersion.objects.select_related("agreement").get(pk=row.pk)

    acts: dict[str, Act] = {
        "offer": lambda by: drafting.offer(by=by, version=now()),
        "take back": lambda by: drafting.take_back(by=by, version=now()),
        "decline": lambda by: signing.decline(by=by, version=now(), reason=""),
    }
    provider = row.agreement.organisation
    assert list(walk(VERSION, row, acts, everybody, [provider])) == []
    sign: dict[str, Act] = {
        "sign": lambda by: signing.sign(by=by, version=now(), digest=row.digest, own_agreement="have")
    }
    # the integrator drew it up, so every other custodian manager is a second pair of eyes
    assert list(walk(VERSION, row, sign, everybody, [provider, via])) == []

    def agreement() -> Agreement:
        return Agreement.objects.get(pk=row.agreement_id)

    acts = {
        "end": lambda by: signing.end_agreement(by=by, agreement=agreement()),
        "leave": lambda by: signing.leave(by=by, agreement=agreement()),
    }
    assert list(walk(AGREEMENT, row.agreement, acts, everybody, [provider])) == []


def test_every_cell_of_a_clients_ok(registry, everybody) -> None:
    vendor = Organisation.objects.get(kind=Kind.VENDOR)
    Agreement.objects.filter(pk=registry.agreement.pk).update(route=Route.VENDOR, via=vendor)
    agreement = Agreement.objects.get(pk=registry.agreement.pk)
    row = ClientOk.objects.create(agreement=agreement, state="waiting")
    acts: dict[str, Act] = {
        verb: lambda by, verb=verb: clients.decide(by=by, agreement=agreement, verb=verb)  # type: ignore[misc]
        for verb in ("give", "pause", "refuse")
    }
    assert list(walk(CLIENT_OK, row, acts, everybody, [agreement.organisation])) == []


def test_every_cell_of_a_breach(registry, everybody) -> None:
    row = breaches.record_breach(
        by=registry.person("manager"), organisation=registry.agreement.organisation,
        found_at=timezone.now(), what="A lost stick.",
    )  # fmt: skip
    acts: dict[str, Act] = {
        verb: lambda by, verb=verb: breaches.judge(by=by, breach=Breach.objects.get(pk=row.pk), verb=verb)  # type: ignore[misc]
        for verb in ("serious", "not serious", "tell", "close")
    }
    assert list(walk(BREACH, row, acts, everybody, [row.organisation])) == []


def test_who_begins_each_of_them(registry, everybody) -> None:
    organisation, assessment = registry.agreement.organisation, deciding.approved(registry)
    begins: dict[str, tuple[str, Act]] = {
        "proposal": ("begin", lambda by: proposals.begin(by=by, organisation=organisation, title="x")),
        "agreement": ("draft", lambda by: drafting.draft(
            by=by, proposal=assessment.proposal, wanted=deciding.wanted())),
        "breach": ("record", lambda by: breaches.record_breach(
            by=by, organisation=organisation, found_at=timezone.now(), what="x")),
    }  # fmt: skip
    for noun, (verb, act) in begins.items():
        for name, person in everybody.items():
            may = any(allows(person, need, owner=organisation) for need in ACTS[noun][verb])
            assert tried(act, person) == ("done" if may else "not allowed"), (noun, name)


@pytest.mark.parametrize("machine", [PROPOSAL, ASSESSMENT, AGREEMENT, VERSION, CLIENT_OK, BREACH],
                         ids=lambda machine: machine.noun)  # fmt: skip
def test_every_move_a_person_makes_has_its_capability_in_the_table(machine) -> None:
    by_people = {move.verb for move in machine.moves if move.owner != "Linkwell"}
    assert by_people == set(ACTS[machine.noun])
