"""The queue: two at once, the others in the order they came, one a project, and the dead step aside."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from linkwell.errors import TryAgain
from linkwell.lab.turns import turn, waiting


def test_two_go_at_once_and_the_others_follow_in_the_order_they_came(tmp_path: Path) -> None:
    order: list[str] = []
    gates = {name: threading.Event() for name in "abcd"}
    inside = {name: threading.Event() for name in "abcd"}

    def go(name: str) -> None:
        with turn(tmp_path, name):
            order.append(name)
            inside[name].set()
            gates[name].wait(20)

    threads = []
    for number, name in enumerate("abcd", start=1):
        threads.append(threading.Thread(target=go, args=(name,)))
        threads[-1].start()
        while waiting(tmp_path) < number:
            pass
    assert inside["a"].wait(20)
    assert inside["b"].wait(20)
    assert order[2:] == []
    gates["b"].set()
    assert inside["c"].wait(20)
    assert not inside["d"].is_set()
    gates["a"].set()
    assert inside["d"].wait(20)
    for gate in gates.values():
        gate.set()
    for thread in threads:
        thread.join()
    assert sorted(order[:2]) == ["a", "b"]
    assert order[2:] == ["c", "d"]
    assert waiting(tmp_path) == 0


def test_a_project_has_one_session(tmp_path: Path) -> None:
    with turn(tmp_path, "p"):
        with pytest.raises(TryAgain), turn(tmp_path, "p"):
            pass
        with turn(tmp_path, "q"):
            assert waiting(tmp_path) == 2


def test_whoever_is_killed_leaves_the_queue(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        with turn(tmp_path, "p"):
            os._exit(9)
    os.waitpid(pid, 0)
    assert list(tmp_path.glob("*.*")) != []
    with turn(tmp_path, "p"):
        assert waiting(tmp_path) == 1


def test_somebody_who_waits_is_told_how_many_are_before_them(tmp_path: Path) -> None:
    told: list[int] = []
    free = threading.Event()

    def hold() -> None:
        with turn(tmp_path, "a"):
            free.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    while waiting(tmp_path) < 1:
        pass

    def hear(before: int) -> None:
        told.append(before)
        free.set()

    with turn(tmp_path, "b", slots=1, told=hear):
        pass
    holder.join()
    assert told == [1]
