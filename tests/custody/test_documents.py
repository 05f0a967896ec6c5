"""docs/states.md is what the code says; machines are whole; every move's owner and every label is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwell.custody.documents import MACHINES
from linkwell.custody.supplies.states import SupplyState
from linkwell.pages.labels import labels
from linkwell.portal.documents import states


def test_the_page_of_states_is_what_the_code_says() -> None:
    """If this fails: python -m linkwell.portal.documents > docs/states.md"""
    written = Path(__file__).parents[2] / "docs" / "states.md"
    assert written.read_text("utf-8") == states()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)
def test_every_state_has_a_meaning_and_can_be_reached(machine) -> None:
    assert set(machine.meaning) == set(machine.states)
    assert {move.end for move in machine.moves} == set(machine.states)
    # who makes a move may differ; where it leads may not
    ways = {(move.verb, move.start): move.end for move in machine.moves}
    assert all(ways[move.verb, move.start] == move.end for move in machine.moves)
    assert len({(move.verb, move.start, move.owner) for move in machine.moves}) == len(machine.moves)


def test_every_supply_state_has_plain_words_and_somebody_it_waits_on() -> None:
    states = {state.value for state in SupplyState}
    assert set(labels()["supply_state"]) == states
    assert set(labels()["waits_on"]) == states | {"followed up"}  # a practice that has its real delivery


def test_every_event_the_code_writes_has_plain_words() -> None:
    import re

    source = Path(__file__).parents[2] / "src" / "linkwell"
    found: set[str] = set()
    for file in [*source.joinpath("custody").rglob("*.py"), *source.joinpath("portal").rglob("*.py")]:
        text = file.read_text("utf-8")
        found |= set(re.findall(r'event="([^"]+)"', text))
        found |= set(re.findall(r'record(?:_view)?\(\s*"([^"]+)"', text))
    assert found - set(labels()["event"]) == set()
