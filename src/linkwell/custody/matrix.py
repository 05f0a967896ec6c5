"""State × role × relation for every noun: which moves exist from a state, and who may make each.

docs/states.md prints it; a test walks every cell of the decisions between people: nothing else is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkwell.custody.agreements import permissions as agreements
from linkwell.custody.assessments.permissions import ASSESS
from linkwell.custody.breaches import permissions as breaches
from linkwell.custody.clients.permissions import DECIDE_OK
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.machine import Machine
from linkwell.custody.outputs.permissions import ANALYSE, RELEASE
from linkwell.custody.permissions import Capability
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.proposals import permissions as proposals
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.supplies.permissions import ACCEPT

_JUDGE = (breaches.JUDGE_OWN_BREACH, breaches.JUDGE_BREACH)
_DRAFT = (agreements.DRAFT_AGREEMENT,)
_SIGN = (agreements.SIGN_FOR_PROVIDER, agreements.SIGN_FOR_INTERMEDIARY, agreements.SIGN_FOR_CUSTODIAN)
_PUT, _ASSESS = (proposals.PUT_FORWARD,), (ASSESS,)

ACTS: dict[str, dict[str, tuple[Capability, ...]]] = {
    "proposal": {
        "begin": (proposals.WRITE_PROPOSAL,),
        "upload": (proposals.WRITE_PROPOSAL,),
        "document": (proposals.WRITE_PROPOSAL,),
        "comment": (proposals.COMMENT_OWN, proposals.HELP_DOCUMENT),
        "mandate": (proposals.RECORD_MANDATE,),
        "put forward": _PUT,
        "revise": _PUT,
        "withdraw": _PUT,
        "return": _ASSESS,
        "approve": _ASSESS,
        "refuse": _ASSESS,
    },
    "assessment": {
        "open": _PUT, "stop": _PUT, "take": _ASSESS, "return": _ASSESS, "approve": _ASSESS, "refuse": _ASSESS,
    },
    "agreement": {
        "enrol": (agreements.MANAGE_AGREEMENTS,),
        "draft": _DRAFT,
        "end": (agreements.MANAGE_AGREEMENTS,),
        "leave": (agreements.SIGN_FOR_PROVIDER,),
    },
    "version of an agreement": {
        "draft": _DRAFT, "offer": _DRAFT, "take back": _DRAFT, "sign": _SIGN,
        "decline": (agreements.SIGN_FOR_PROVIDER,),
    },
    "client's OK": dict.fromkeys(("give", "pause", "refuse"), (DECIDE_OK,)),
    "breach": {
        "record": (breaches.RECORD_OWN_BREACH, breaches.RECORD_BREACH),
        **dict.fromkeys(("serious", "not serious", "tell", "close"), _JUDGE),
    },
    "supply": {"accept": (ACCEPT,), "reject": (ACCEPT,), "link": (LINK,)},
    "refresh": {"load": (LOAD,)},
    "project": {"approve": (APPROVE_PROJECT,), "close": (APPROVE_PROJECT,)},
    "output": {"analyse": (ANALYSE,), "release": (RELEASE,), "refuse": (RELEASE,)},
}  # fmt: skip
"""Which capabilities allow a move; a move that is not here is the computer's or the sender's own."""


def who_may(machine: Machine, verb: str, owner: str) -> str:
    """Roles and relations in words; the move's owner where no person's role decides."""
    needs = ACTS.get(machine.noun, {}).get(verb, ())
    cells = [f"{', '.join(sorted(r.words for r in need.roles))} ({need.relation.value})" for need in needs]
    return "; ".join(cells) or owner


def cells(machine: Machine) -> Iterator[tuple[str, str, str]]:
    """(state, move, who) of every cell; a state without moves says so."""
    for state in (None, *machine.states):
        moves = [move for move in machine.moves if move.start == state]
        for move in moves:
            yield str(state or "–"), move.verb, who_may(machine, move.verb, move.owner)
        if state is not None and not moves:
            yield str(state), "nothing", "nobody: this is an end"
