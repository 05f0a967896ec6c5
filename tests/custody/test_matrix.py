"""Every action in every state by every role and relation: nothing is allowed that the table does not list."""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from django.db import transaction
from tests.custody.acting import BUILDERS, READ, Do, Noun
from tests.everything import Somebody, everybody

import linkwell.custody
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.capabilities import capabilities
from linkwell.custody.documents import MACHINES
from linkwell.custody.machine import Machine, WrongState
from linkwell.custody.matrix import ACTS, Act, acts_of
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.permissions import NotAllowed, Relation
from linkwell.pages.labels import labels
from linkwell.portal.access import PAGES
from linkwell.portal.urls import urlpatterns  # declares the pages

NOBODYS_MOVE = {"Linkwell", "worker", "sweeper", "the computer", "anyone"}
"""Owners of moves the computer makes, or anybody may."""

LOOKS = {"agreements.tokens.upload_tokens", "labs.working.enter", "outputs.heads.why",
         "removals.actions.look", "requests.bundle.packed"}  # fmt: skip
"""Functions that take a person and change nothing."""

CALLS_OTHERS = {"road", "audit.record"}
"""Modules whose functions only pass a person on to actions, or write the record itself."""


class Undo(Exception):
    """Undoes what a cell did."""


def tried(do: Do, person: Person, before: int) -> tuple[str, Counter[str]]:
    """What came of an attempt, "done", "not allowed" or "wrong state", and the person's own events in it
    after so many there were before; always undone.
    """
    try:
        with transaction.atomic():
            do(person)
            own = AuditEvent.objects.filter(seq__gt=before, actor=person.username)
            said = Counter(own.values_list("verb", flat=True))
            raise Undo
    except Undo:
        return "done", said
    except NotAllowed:
        return "not allowed", Counter()
    except WrongState:
        return "wrong state", Counter()


@pytest.fixture
def people(registry) -> list[Somebody]:
    """One person of every role in every place it can be held: where the thing is, and elsewhere."""
    return everybody(registry)


def listed(act: Act, somebody: Somebody, owners: list[Organisation], named: frozenset[str]) -> bool:
    """Whether the table lets somebody do the act; worked out apart from `permissions`."""
    if somebody.organisation is None:
        return False
    there = {
        Relation.CUSTODIAN: somebody.organisation.is_custodian,
        Relation.OWN: somebody.organisation in owners,
        Relation.ANYWHERE: True,
        Relation.NAMED: somebody.person.username in named,
    }
    return any(somebody.role in need.roles and there[need.relation] for need in act.needs)


def differing(people: list[Somebody], thing: Noun) -> list[Somebody]:
    """One person of every role, in every kind of organisation, of those whose thing it is or whom it names,
    and of others.
    """
    found = {}
    for each in people:
        whose, named = each.organisation, each.person.username in thing.named
        kind = (each.role, whose.kind, whose in thing.owners, named) if whose else None
        found.setdefault(kind, each)
    return list(found.values())


def walk(noun: str, thing: Noun, people: list[Somebody]) -> Iterator[tuple[str, ...]]:
    """Every cell that is not as the table says."""
    rows = {(act.verb, act.does.rpartition(".")[2]): act for act in acts_of(noun) if act.needs}
    assert set(thing.acts) | set(thing.begins) == set(rows), noun
    states = [str(state) for state in thing.machine.states] if thing.machine else []
    for state in ["", *states]:
        if state:
            thing.put(state)
        READ.clear()
        before = AuditEvent.objects.count()
        for key, do in (thing.acts if state else thing.begins).items():
            for somebody in differing(people, thing):
                may = listed(rows[key], somebody, thing.owners, thing.named)
                possible = not state or (thing.machine is not None and thing.machine.may(key[0], state))
                expected = "not allowed" if not may else "done" if possible else "wrong state"
                found, said = tried(do, somebody.person, before)
                if found != expected:
                    yield state, key[0], str(somebody), expected, found
                silent = (key[0], state) in thing.silent
                if found == "done" and said != Counter(() if silent else rows[key].says):
                    yield state, key[0], str(somebody), f"{rows[key].says} in the record", str(dict(said))


@pytest.mark.parametrize("noun", list(dict.fromkeys(act.noun for act in ACTS if act.needs)))
def test_every_cell_is_as_the_table_says_and_leaves_its_event(registry, people, noun: str) -> None:
    assert list(walk(noun, BUILDERS[noun](registry), people)) == []


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)
def test_every_move_a_person_makes_has_its_row(machine: Machine) -> None:
    by_people = {move.verb for move in machine.moves if move.owner not in NOBODYS_MOVE}
    assert by_people == {act.verb for act in acts_of(machine.noun)}


def modules() -> Iterator[tuple[str, ModuleType]]:
    """Every module of the registry, by its name below `linkwell.custody`."""
    for found in pkgutil.walk_packages(linkwell.custody.__path__, "linkwell.custody."):
        if ".migrations" not in found.name:
            yield found.name.removeprefix("linkwell.custody."), import_module(found.name)


def taking_a_person() -> Iterator[str]:
    """Every public function that does something in a person's name."""
    for name, module in modules():
        if name in CALLS_OTHERS:
            continue
        for verb, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or verb.startswith("_"):
                continue
            by = inspect.signature(function).parameters.get("by")
            if by and by.kind is by.KEYWORD_ONLY and by.annotation == "Person":
                yield f"{name}.{verb}"


def test_no_action_is_without_a_row() -> None:
    assert set(taking_a_person()) - LOOKS - {act.does for act in ACTS} == set()


def test_no_row_names_an_action_that_is_not_there() -> None:
    for act in ACTS:
        module, _, verb = act.does.rpartition(".")
        assert callable(getattr(import_module(f"linkwell.custody.{module}"), verb))


def test_every_capability_opens_an_action_or_a_page() -> None:
    assert urlpatterns
    used = {need for act in ACTS for need in act.needs}
    used |= {need for page in PAGES if not isinstance(page.who, str) for need in page.who}
    assert [each.name for each in capabilities() if each not in used] == []


def test_the_record_says_every_act_in_words() -> None:
    assert [verb for act in ACTS for verb in act.says if verb not in labels()["event"]] == []
