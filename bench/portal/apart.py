"""`python -m bench.portal.apart`: can one provider tell by time whether another's thing is there?

Asks, in random order, for things of another provider and for things that never were, with names as long, and
compares the processor time of the answers: an AUC of 0.5 means that nothing can be told. Beside it stands how
far from 0.5 chance alone takes it 19 times in 20. The same for signing in, with a name that is there and one
that is not.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGES = ("/supplies/SEED-{}-001/", "/supplies/SEED-{}-001/receipts/received.json", "/agreements/SEED-{}/")
"""What the seeded year has of every provider; tests/security holds every kind, question by question."""


def auc(first: list[float], second: list[float]) -> float:
    """Share of pairs in which the first took longer, ties half."""
    ordered = sorted(second)
    above = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in first)
    return above / (2 * len(first) * len(second))


def compare(theirs: Callable[[], None], never: Callable[[], None], rounds: int) -> tuple[float, float]:
    """(AUC, how far chance takes it) of two things done in random order."""
    took: dict[bool, list[float]] = {True: [], False: []}
    order = [True, False] * rounds
    random.shuffle(order)
    for which in order:
        began = time.process_time_ns()
        (theirs if which else never)()
        took[which].append(time.process_time_ns() - began)
    chance = 1.96 * ((2 * rounds + 1) / (12 * rounds * rounds)) ** 0.5
    return auc(took[True], took[False]), chance


def main() -> None:
    """Compare, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from bench.portal.home import seed_home

        seed_home(Path(folder) / "home", people=2)
        from django.conf import settings
        from django.test import Client

        from linkwell.custody.organisations.models import Person

        settings.ALLOWED_HOSTS = ["testserver"]
        client = Client(raise_request_exception=False)
        client.force_login(
            Person.objects.get(username="lead-001"), backend="django.contrib.auth.backends.ModelBackend"
        )
        client.get("/me/")
        print(f"{'asked for':<52}{'AUC':>7}{'chance':>14}")
        for page in PAGES:
            _line(page, *compare(_asking(client, page, "0"), _asking(client, page, "q"), asked.rounds))
        there, not_there = (_signing_in(Client(), name) for name in ("lead-001", "lead-qqq"))
        settings.AXES_ENABLED = False  # locks would answer instead
        _line("/signin/ with a wrong password", *compare(there, not_there, max(asked.rounds // 20, 10)))


def _asking(client: Any, page: str, kind: str) -> Callable[[], None]:
    def ask() -> None:
        number = f"{random.randrange(2, 200):03}" if kind == "0" else "q" + f"{random.randrange(100):02}"
        assert client.get(page.format(number)).status_code == 404

    return ask


def _signing_in(client: Any, name: str) -> Callable[[], None]:
    def ask() -> None:
        client.post("/signin/", {"username": name, "password": "not the right one"})

    return ask


def _line(name: str, found: float, chance: float) -> None:
    within = "" if abs(found - 0.5) <= chance else "  outside chance"
    print(f"{name:<52}{found:>7.3f}{f'0.5 ± {chance:.3f}':>14}{within}")


if __name__ == "__main__":
    main()
