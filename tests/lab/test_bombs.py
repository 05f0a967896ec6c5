"""Work that would use up the machine ends by its limits, in its own process, and another session goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from linkwell.lab.pipe import BEHIND
from linkwell.lab.refusals import LabRefused
from linkwell.lab.session import Session
from tests.lab.attempts import BOMBS, KNOTS
from tests.lab.conftest import SMALL, Place

SHORT = replace(SMALL, seconds=1.2)


@contextmanager
def watched(session: Session, seen: list[int]) -> Iterator[None]:
    """Notes the most memory the worker was seen with, in KiB, looked at every hundredth of a second."""
    over = threading.Event()
    status = Path(f"/proc/{session.pid}/status")

    def look() -> None:
        while not over.is_set():
            try:
                lines = status.read_text().splitlines()
            except OSError:
                return
            seen[0] = max(seen[0], *(int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
            time.sleep(0.01)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_of_what_is_allowed_ends_by_a_limit(place: Place, name: str) -> None:
    seen = [0]
    with (
        pytest.raises(LabRefused) as refused,
        place.session(SHORT, look=True) as session,
        watched(session, seen),
    ):
        session.run(BOMBS[name])
    assert refused.value.kind in ("time", "memory", "size", "engine")
    assert seen[0] < 3 << 20


def test_a_list_made_by_one_function_meets_the_end_of_the_address_space(place: Place) -> None:
    """The engine's own limits do not see it (sdc.md §5): here nobody read the statement beforehand."""
    seen = [0]
    with place.session(trial=True) as session, watched(session, seen):
        assert not session.probe("SELECT len(range(300000000))", place.given)
    assert seen[0] < 3 << 20


@pytest.mark.parametrize("name", sorted(KNOTS))
def test_a_text_that_is_hard_to_read_is_refused(place: Place, name: str) -> None:
    seen = [0]
    with pytest.raises(LabRefused), place.session(SHORT) as session, watched(session, seen):
        session.run(KNOTS[name])
    assert seen[0] < 3 << 20


def test_a_session_is_over_at_its_limit_even_between_orders(place: Place) -> None:
    with place.session(replace(SMALL, seconds=1.5)) as session:
        time.sleep(1.6)
        with pytest.raises(LabRefused) as refused:
            session.tables()
        assert refused.value.kind == "time"
        with pytest.raises(LabRefused):
            session.tables()


def test_another_session_answers_while_a_bomb_goes_off(place: Place) -> None:
    with place.session(replace(SMALL, seconds=2.5), look=True) as bomb, place.session(look=True) as other:
        went: list[str] = []

        def set_off() -> None:
            try:
                bomb.run(BOMBS["cross join"])
            except LabRefused as refused:
                went.append(refused.kind)

        thread = threading.Thread(target=set_off)
        thread.start()
        for _ in range(3):
            assert other.run("SELECT count(*) AS n FROM person")["rows"] == [["2000"]]
        thread.join()
        assert went == ["time"]


def test_work_that_takes_long_steps_behind_that_of_others(place: Place) -> None:
    with place.session(replace(SMALL, seconds=15), look=True) as session:
        bomb = threading.Thread(target=_ends, args=(session, BOMBS["cross join"]))
        bomb.start()
        behind = os.getpriority(os.PRIO_PROCESS, 0) + BEHIND
        while os.getpriority(os.PRIO_PROCESS, session.pid) != behind:
            assert bomb.is_alive()
            time.sleep(0.02)
        os.kill(session.pid, signal.SIGKILL)
        bomb.join()


def _ends(session: Session, text: str) -> None:
    with pytest.raises(LabRefused):
        session.run(text)


def test_a_session_leaves_no_folder_and_no_process(place: Place) -> None:
    session = place.session()
    pid = session.pid
    session.close()
    session.close()
    assert not list((place.folder / "work").iterdir())
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()
