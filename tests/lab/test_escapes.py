"""Ways out of the lab: each in a worker of its own, none gets anything out or changes anything."""

from __future__ import annotations

import pytest

from linkwell.lab.probes import PROBES, STATEMENTS
from linkwell.lab.refusals import LabRefused
from tests.lab.attempts import ACROSS_PEOPLE, PLANTED, UNREAD, WRITTEN
from tests.lab.conftest import Place

LISTED = [text for texts in WRITTEN.values() for text in texts]
OUTSIDE = ["other.duckdb", "secret.csv", "secret.txt"]


def test_there_are_enough_attempts() -> None:
    assert len(set(LISTED)) + len(ACROSS_PEOPLE) + len(UNREAD) + len(PROBES) + len(STATEMENTS) >= 270


@pytest.mark.parametrize("text", LISTED)
def test_what_is_written_is_refused_even_where_rows_may_be_looked_at(place: Place, text: str) -> None:
    """A refusal is a class and a place, and says nothing of what is there."""
    with place.session(look=True) as session, pytest.raises(LabRefused) as refused:
        session.run(text.format(**place.given) if "\x00" not in text else text)
    assert PLANTED not in str(refused.value)
    assert str(place.folder) not in str(refused.value)
    assert sorted(each.name for each in place.outside.iterdir()) == OUTSIDE


@pytest.mark.parametrize("text", ACROSS_PEOPLE)
def test_no_table_brings_one_persons_rows_to_another(place: Place, text: str) -> None:
    with place.session() as session, pytest.raises(LabRefused) as refused:
        session.run(f"CREATE TABLE x AS {text}")
    assert refused.value.kind in ("person", "name", "construct")


@pytest.mark.parametrize("text", UNREAD)
def test_the_engine_and_the_process_hold_by_themselves(place: Place, text: str) -> None:
    with place.session(trial=True) as session:
        assert not session.probe(text, place.given)
    assert sorted(each.name for each in place.outside.iterdir()) == OUTSIDE
