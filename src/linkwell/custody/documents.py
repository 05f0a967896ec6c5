"""Writes docs/states.md: every state, move and permission, from the code itself.

Run `python -m linkwell.portal.documents > docs/states.md`; a test holds the page to the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkwell.custody.agreements.states import AGREEMENT, TOKEN, VERSION
from linkwell.custody.assessments.states import ASSESSMENT
from linkwell.custody.breaches.states import BREACH
from linkwell.custody.clients.states import CLIENT_OK
from linkwell.custody.commissioning.states import PASSING
from linkwell.custody.facilities.states import FACILITY
from linkwell.custody.jobs.states import JOB
from linkwell.custody.labs.states import DATABASE, WORK
from linkwell.custody.machine import Machine
from linkwell.custody.organisations.duties import duties
from linkwell.custody.organisations.roles import Role
from linkwell.custody.organisations.states import KEY, PERSON
from linkwell.custody.outputs.states import OUTPUT
from linkwell.custody.projects.states import APPLICATION, HOLD, INVITATION, PROJECT, QUESTION
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.removals.states import REMOVAL
from linkwell.custody.requests.states import REQUEST
from linkwell.custody.researchers.states import EVIDENCE
from linkwell.custody.signin.states import COMMAND, LOST
from linkwell.custody.supplies.states import SUPPLY
from linkwell.custody.uses.states import USE

MACHINES = (
    PROPOSAL, ASSESSMENT, AGREEMENT, VERSION, TOKEN, CLIENT_OK, BREACH, SUPPLY, REFRESH, REMOVAL, EVIDENCE,
    PROJECT, APPLICATION, INVITATION, QUESTION, HOLD, DATABASE, WORK, FACILITY, OUTPUT, REQUEST, USE,
    PASSING, PERSON, KEY, LOST, COMMAND, JOB,
)  # fmt: skip


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(
        [
            *_opening(), *_permissions(), *_duties(), *(line for m in MACHINES for line in _noun(m)),
            *_without_states(),
        ]
    )  # fmt: skip


def _opening() -> Iterator[str]:
    yield "# States and permissions"
    yield ""
    yield "Generated from the code by `python -m linkwell.portal.documents > docs/states.md`; do not edit."
    yield ""
    yield "| role | what it is for |"
    yield "|---|---|"
    for role in Role:
        yield f"| {role.words} | {role.sentence} |"
    yield ""


def _permissions() -> Iterator[str]:
    from linkwell.custody.capabilities import capabilities

    yield "## Who may do what"
    yield ""
    yield "| capability | roles | where the role is held | why |"
    yield "|---|---|---|---|"
    for each in capabilities():
        roles = ", ".join(sorted(role.words for role in each.roles))
        yield f"| `{each.name}` | {roles} | {each.relation.value} | {each.sentence} |"
    yield ""


def _duties() -> Iterator[str]:
    yield "## What two people must do"
    yield ""
    yield "| | first | second | why |"
    yield "|---|---|---|---|"
    for duty in duties():
        lasts = f" It holds for {duty.apart_days} days after either ended." if duty.apart_days else ""
        yield f"| {duty.kind} | {duty.first} | {duty.second} | {duty.why}{lasts} |"
    yield ""


def _noun(machine: Machine) -> Iterator[str]:
    yield f"## {machine.noun.capitalize()}"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for move in machine.moves:
        start = "[*]" if move.start is None else _box(str(move.start))
        yield f"  {start} --> {_box(str(move.end))}: {move.verb}"
    yield "```"
    yield ""
    yield "| state | what it means |"
    yield "|---|---|"
    for state in machine.states:
        yield f"| {state} | {machine.meaning[state]} |"
    yield ""
    yield "| from | move | to | who | |"
    yield "|---|---|---|---|---|"
    for move in machine.moves:
        yield f"| {move.start or '–'} | {move.verb} | {move.end} | {move.owner} | {move.sentence} |"
    yield ""
    yield from _cells(machine)


def _cells(machine: Machine) -> Iterator[str]:
    from linkwell.custody.matrix import cells

    yield "State, role and relation; what is not here is refused:"
    yield ""
    yield "| in state | move | roles (where the role is held) | but |"
    yield "|---|---|---|---|"
    for state, verb, who, but in cells(machine):
        yield f"| {state} | {verb} | {who} | {but} |"
    yield ""


def _without_states() -> Iterator[str]:
    from linkwell.custody.matrix import ACTS

    yield "## What has no states"
    yield ""
    yield "| what | what is done | roles (where the role is held) |"
    yield "|---|---|---|"
    nouns = {machine.noun for machine in MACHINES}
    for act in ACTS:
        if act.noun not in nouns:
            yield f"| {act.noun} | {act.verb} | {act.who} |"
    yield ""


def _box(state: str) -> str:
    return state.replace(" ", "_")
