"""A cohort and count at national size; bombs, how long and how large; a session beside a bomb.

    python -m bench.lab --people 5000000
    python -m bench.lab --bombs

Processor seconds are user and system of this process and the worker together.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
from tests.lab.attempts import BOMBS, KNOTS

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.lab.count import Count
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.refusals import LabRefused
from linkwell.lab.selftest import SelfTest
from linkwell.lab.serving import Lab, ProjectLab
from linkwell.lab.session import Session
from linkwell.lab.twin import Column, make_twin
from linkwell.vault.zones import Home, ZoneName

COLUMNS = (Column("snz_uid", "BIGINT"), Column("snz_birth_year_nbr", "SMALLINT"),
           Column("snz_sex_gender_code", "VARCHAR", ("1", "2")))  # fmt: skip
WRITTEN = (
    "CREATE TABLE grown AS SELECT snz_uid, snz_sex_gender_code AS sex FROM person "
    "WHERE snz_birth_year_nbr BETWEEN 1960 AND 2000",
    "CREATE TABLE young AS SELECT snz_uid, snz_sex_gender_code AS sex FROM person "
    "WHERE snz_birth_year_nbr > 1985",
)


def national(folder: Path, people: int) -> tuple[Home, ProjectLab]:
    """A project with everybody in it."""
    home = Home.create(folder / "home", name="Bench", demo_seed=1)
    place = home.zone(ZoneName.PROJECTS).folder("p")
    with duckdb.connect(str(place / "project.duckdb")) as con:
        con.execute(
            "CREATE TABLE person AS SELECT (1 + (hash(range) >> 2))::BIGINT AS snz_uid, "
            "(1930 + hash(range + 1) % 95)::SMALLINT AS snz_birth_year_nbr, "
            f"(1 + hash(range + 2) % 2)::VARCHAR AS snz_sex_gender_code FROM range({people}) ORDER BY 1"
        )
        ids = con.execute("SELECT snz_uid FROM person").fetchnumpy()["snz_uid"].astype(np.int64)
    write_person_index(home.zone(ZoneName.DISCLOSURE), "p", ids, np.arange(1, people + 1, dtype=np.int64))
    make_twin({"person": COLUMNS}, place / "twin.duckdb")
    return home, ProjectLab("p", place / "project.duckdb", place / "twin.duckdb", place)


@contextmanager
def measured(told: dict[str, float]) -> Iterator[None]:
    """Seconds by the clock, and this process's own processor seconds."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    told["seconds"] = round(time.perf_counter() - clock, 2)
    told["own processor seconds"] = round(time.process_time() - processor, 2)


def cohort_and_count(people: int) -> dict[str, Any]:
    """Write a cohort, then count it: in parts, and as one. The rounding of new people is measured apart."""
    with tempfile.TemporaryDirectory() as name, Nest() as nest:
        home, project = national(Path(name), people)
        lab = Lab(nest, Path(name) / "queue", Limits(), SelfTest({}, ()))
        for text in WRITTEN:
            lab.write(project, text, by="bench")
        told: dict[str, Any] = {"people": people, "load before": os.getloadavg()[0]}
        with ReleaseDesk.open(home) as desk:
            for label, table in (("a desk just opened", "grown"), ("a desk that is open", "young")):
                part: dict[str, Any] = {}
                count = Count(table, {"sex": ()})
                with measured(part):
                    request = lab.ask(project, count, purpose="bench")
                part["in cohort"] = len(request.population)
                told[label] = part
                told[f"{label}, released"] = {}
                with measured(told[f"{label}, released"]):
                    desk.release(request, permission_single_provider=False)
        return told


def bombs() -> list[dict[str, Any]]:
    """Every bomb: how it ended, after how long, and the most memory seen."""
    found = []
    limits = Limits(seconds=3.0)
    with tempfile.TemporaryDirectory() as name, Nest() as nest:
        folder = Path(name)
        with duckdb.connect(str(folder / "p.duckdb")) as con:
            con.execute(
                "CREATE TABLE person AS SELECT range + 1 AS snz_uid, 'plain' AS note FROM range(100000)"
            )
            con.execute("CREATE TABLE measure AS SELECT 1 + range % 100000 AS snz_uid, "
                        "(range % 997)::DOUBLE AS value_amt FROM range(2000000)")  # fmt: skip
        for label, text in {**BOMBS, **KNOTS, "list by a function": "SELECT len(range(300000000))"}.items():
            trial = label.startswith("list")
            started = time.perf_counter()
            with Session(nest, folder / "p.duckdb", folder / "w", limits, look=True, trial=trial) as session:
                over, seen = threading.Event(), [0]
                watch = threading.Thread(target=_peak, args=(session.pid, over, seen))
                watch.start()
                try:
                    ended = f"through: {session.probe(text, {})}" if trial else str(session.run(text)["kind"])
                except LabRefused as refused:
                    ended = refused.kind
                seconds = time.perf_counter() - started
                over.set()
                watch.join()
            found.append({"bomb": label, "ended": ended, "seconds": round(seconds, 2), "MiB": seen[0] >> 10,
                          "limit": limits.seconds})  # fmt: skip
        found.append(_beside(nest, folder, limits))
    return found


def _beside(nest: Nest, folder: Path, limits: Limits) -> dict[str, Any]:
    """One session's statement alone, and while a bomb goes off in another."""
    text = "SELECT count(DISTINCT value_amt * snz_uid) AS n FROM measure"

    def once() -> float:
        with Session(nest, folder / "p.duckdb", folder / "w", Limits(), look=True) as session:
            session.run("SELECT 1 AS x")
            started = time.perf_counter()
            session.run(text)
            return time.perf_counter() - started

    alone = median(once() for _ in range(5))
    stop = threading.Event()

    def bomb() -> None:
        while not stop.is_set():
            try:
                with Session(nest, folder / "p.duckdb", folder / "w", limits, look=True) as session:
                    session.run(BOMBS["cross join"])
            except LabRefused:
                pass

    thread = threading.Thread(target=bomb)
    thread.start()
    time.sleep(0.3)
    beside = median(once() for _ in range(5))
    stop.set()
    thread.join()
    return {"alone": round(alone, 3), "beside a bomb": round(beside, 3), "times": round(beside / alone, 2)}


def _peak(pid: int, over: threading.Event, seen: list[int]) -> None:
    status = Path(f"/proc/{pid}/status")
    while not over.wait(0.01):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            return
        seen[0] = max(seen[0], *(int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int)
    parser.add_argument("--bombs", action="store_true")
    asked = parser.parse_args()
    if asked.people:
        print(json.dumps(cohort_and_count(asked.people), indent=1))
    if asked.bombs:
        print(json.dumps(bombs(), indent=1))


if __name__ == "__main__":
    main()
