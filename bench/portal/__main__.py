"""`python -m bench.portal`: seed a year, run the portal, let twenty people read with five seconds' thought.

Prints p50 and p95 in milliseconds per page, signing in apart, as one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx

LINKWELL = (sys.executable, "-c", "from linkwell.cli.main import main; main()")
PASSWORD = "four plain words here"
PROVIDER_PAGES = ("/supplies/", "/supplies/{supply}/", "/reports/", "/trail/", "/agreements/", "/me/")
STAFF_PAGES = (
    "/custodian/supplies/", "/custodian/supplies/{supply}/", "/custodian/refreshes/", "/custodian/record/",
    "/custodian/organisations/", "/agreements/",
)  # fmt: skip


def seed(home: Path, people: int) -> list[str]:
    """Make the home and its year; returns sign-in names, a quarter of them staff."""
    from linkwell.portal.start import start
    from linkwell.vault.zones import Home

    opened = Home.create(home, name="Stats NZ (bench)", demo_seed=1)
    start(home)
    from django.contrib.auth.hashers import make_password

    from bench.portal.seed import seed_year
    from linkwell.custody.demo import enter_people
    from linkwell.custody.organisations.models import Person
    from linkwell.custody.setup import set_up

    set_up(opened)
    enter_people(opened)
    leads = [person.username for person in seed_year(organisations=200, supplies=2000)]
    names = [lead if n % 4 else "integrator" for n, lead in enumerate(leads[:people])]
    Person.objects.filter(username__in=names).update(password=make_password(PASSWORD))
    return names


class Reader(threading.Thread):
    """One person: signs in, then reads a page every five seconds or so."""

    def __init__(
        self, url: str, name: str, seconds: float, think: float, together: threading.Barrier
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.name_, self.seconds, self.think, self.together = url, name, seconds, think, together
        self.took: dict[str, list[float]] = defaultdict(list)
        self.wrong = 0
        self.random = random.Random(name)

    def run(self) -> None:
        """Sign in and read until time is up."""
        with httpx.Client(base_url=self.url, timeout=60) as client:
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', client.get("/signin/").text)
            assert token
            client.post("/signin/", data={
                "username": self.name_, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)
            })  # fmt: skip
            self.together.wait()  # signing in is slow on purpose, and measured apart from reading
            until = time.monotonic() + self.seconds
            time.sleep(self.random.uniform(0, self.think))
            while time.monotonic() < until:
                self._read(client)
                time.sleep(self.random.uniform(0.5, 1.5) * self.think)

    def _read(self, client: httpx.Client) -> None:
        staff = self.name_ == "integrator"
        page = self.random.choice(STAFF_PAGES if staff else PROVIDER_PAGES)
        number = self.random.randrange(200) if staff else int(self.name_[5:])
        where = page.format(supply=f"SEED-{number:03}-{self.random.randrange(1, 11):03}")
        began = time.monotonic()
        answer = client.get(where)
        self.took[page].append((time.monotonic() - began) * 1000)
        self.wrong += answer.status_code not in (200, 403)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--think", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--port", type=int, default=8765)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, url = Path(folder) / "home", f"http://localhost:{asked.port}"
        names = seed(home, asked.people)
        portal = subprocess.Popen(
            [*LINKWELL, "serve", "--home", str(home), "--port", str(asked.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(url)
            together = threading.Barrier(len(names))
            readers = [Reader(url, name, asked.seconds, asked.think, together) for name in names]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
        finally:
            portal.terminate()
            portal.wait()
    print(json.dumps(_summary(readers), indent=1))


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(url + "/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the portal never answered")


def _summary(readers: list[Reader]) -> dict[str, object]:
    pages: dict[str, list[float]] = defaultdict(list)
    for reader in readers:
        for page, took in reader.took.items():
            pages[page] += took
    everything = [one for took in pages.values() for one in took]
    return {
        "load_average": os.getloadavg(),
        "wrong_answers": sum(reader.wrong for reader in readers),
        "pages": {page: _quantiles(took) for page, took in sorted(pages.items())},
        "all": _quantiles(everything),
    }


def _quantiles(took: list[float]) -> dict[str, float]:
    ordered = sorted(took)
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered)),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]),
    }


if __name__ == "__main__":
    main()
