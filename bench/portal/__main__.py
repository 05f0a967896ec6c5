"""`python -m bench.portal`: twenty people read a seeded year while one heavy job after the other runs.

Walks a small demonstration until its supply is accepted, writes a year of 200 organisations and 2,000
supplies into the same home, starts the portal with its workers as `linkwell serve` does, keeps the heavy
worker busy with the real linking of that supply, and lets twenty people read with five seconds' thought.
Takes less than six minutes.

Prints a table per page with p50 and p95 in milliseconds, signing in apart, and PASS or FAIL at the target.
Say beside the numbers what else the machine was doing: the load average before is printed for that.
"""

from __future__ import annotations

import argparse
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

from bench.portal.home import PASSWORD, seed_home

LINKWELL = (sys.executable, "-c", "from linkwell.cli.main import main; main()")
SIZES = ("--people", "100000", "--participants", "1500", "--interactions", "15000", "--seed", "3")
TARGET_MS = 300
PROVIDER_PAGES = (
    "/supplies/", "/supplies/{supply}/", "/reports/", "/trail/", "/agreements/", "/agreements/{agreement}/",
    "/proposals/", "/notices/", "/me/",
)  # fmt: skip
STAFF_PAGES = (
    "/custodian/supplies/", "/custodian/supplies/{supply}/", "/custodian/refreshes/", "/custodian/record/",
    "/custodian/organisations/", "/custodian/work/", "/agreements/", "/agreements/{agreement}/",
)  # fmt: skip


class Reader(threading.Thread):
    """One person: signs in, then reads a page every five seconds or so."""

    def __init__(
        self, url: str, name: str, seconds: float, think: float, together: threading.Barrier
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.name_, self.seconds, self.think, self.together = url, name, seconds, think, together
        self.took: dict[str, list[float]] = defaultdict(list)
        self.wrong = 0
        self.signing_in = 0.0
        self.random = random.Random(name)

    def run(self) -> None:
        """Sign in and read until time is up."""
        with httpx.Client(base_url=self.url, timeout=60) as client:
            began = time.monotonic()
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', client.get("/signin/").text)
            assert token
            client.post("/signin/", data={
                "username": self.name_, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)
            })  # fmt: skip
            self.signing_in = (time.monotonic() - began) * 1000
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
        supply = f"SEED-{number:03}-{self.random.randrange(1, 11):03}"
        where = page.format(supply=supply, agreement=f"SEED-{number:03}")
        began = time.monotonic()
        answer = client.get(where)
        self.took[page].append((time.monotonic() - began) * 1000)
        self.wrong += answer.status_code != 200


class HeavyWork(threading.Thread):
    """Keeps the heavy worker busy: the demonstration's supply is linked again and again, for real."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.seconds: list[float] = []
        self.failed = 0

    def run(self) -> None:
        """Ask, wait until it is done, and ask again."""
        from linkwell.custody.demo import person
        from linkwell.custody.jobs.models import Job
        from linkwell.custody.linkage.actions import link
        from linkwell.custody.supplies.models import Supply

        real = Supply.objects.filter(state="accepted").exclude(reference__startswith="SEED").get()
        while not self.over.is_set():
            Supply.objects.filter(pk=real.pk).update(state="accepted")
            began, job = time.monotonic(), link(by=person("linker"), supply=Supply.objects.get(pk=real.pk))
            while not self.over.is_set():
                state = Job.objects.values_list("state", flat=True).get(pk=job.pk)
                if state in ("done", "failed"):
                    self.failed += state == "failed"
                    self.seconds.append(time.monotonic() - began)
                    break
                time.sleep(0.25)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--think", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--without-heavy", action="store_true", help="read only")
    asked = parser.parse_args()
    before = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        home, url = Path(folder) / "home", f"http://localhost:{asked.port}"
        _say("walking a demonstration until its supply is accepted")
        subprocess.run(
            [*LINKWELL, "demo", "--no-serve", "--home", str(home), *SIZES, "--stop-after", "accept"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _say("writing a year of 200 organisations and 2,000 supplies")
        names = seed_home(home, people=asked.people)
        readers, heavy = _run(home, url, names, asked)
    raise SystemExit(_report(readers, heavy, before))


def _run(
    home: Path, url: str, names: list[str], asked: argparse.Namespace
) -> tuple[list[Reader], HeavyWork | None]:
    portal = subprocess.Popen(
        [*LINKWELL, "serve", "--home", str(home), "--port", str(asked.port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    heavy = None if asked.without_heavy else HeavyWork()
    try:
        _wait(url)
        together = threading.Barrier(len(names))
        readers = [Reader(url, name, asked.seconds, asked.think, together) for name in names]
        if heavy:
            heavy.start()
        _say(f"{len(names)} people sign in and read for {asked.seconds:.0f} seconds")
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if heavy:
            heavy.over.set()
            heavy.join()
    finally:
        portal.terminate()
        portal.wait()
    return readers, heavy


def _say(words: str) -> None:
    print(f"... {words}", file=sys.stderr, flush=True)


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(url + "/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the portal never was ready")


def _report(readers: list[Reader], heavy: HeavyWork | None, before: tuple[float, float, float]) -> int:
    pages: dict[str, list[float]] = defaultdict(list)
    for reader in readers:
        for page, took in reader.took.items():
            pages[page] += took
    everything = [one for took in pages.values() for one in took]
    print(f"load average before {before[0]:.1f}, now {os.getloadavg()[0]:.1f}; {os.cpu_count()} cores")
    print(f"{'page':<36}{'n':>6}{'p50 ms':>9}{'p95 ms':>9}")
    for page, took in sorted(pages.items()):
        print(_line(page, took))
    print(_line("all pages", everything))
    print(_line("signing in (apart)", [reader.signing_in for reader in readers]))
    if heavy:
        print(f"heavy job: {len(heavy.seconds)} linkings, {heavy.failed} failed, "
              f"{statistics.median(heavy.seconds or [0]):.1f} s each")  # fmt: skip
    wrong = sum(reader.wrong for reader in readers)
    busy = heavy is None or (len(heavy.seconds) > 1 and not heavy.failed)
    passed = _p95(everything) < TARGET_MS and not wrong and busy
    words = f"p95 {_p95(everything):.0f} ms of {TARGET_MS}, {wrong} wrong answers, heavy job {busy and 'ran'}"
    print(f"{'PASS' if passed else 'FAIL'}: {words}")
    return 0 if passed else 1


def _line(name: str, took: list[float]) -> str:
    return f"{name:<36}{len(took):>6}{statistics.median(took):>9.0f}{_p95(took):>9.0f}"


def _p95(took: list[float]) -> float:
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


if __name__ == "__main__":
    main()
