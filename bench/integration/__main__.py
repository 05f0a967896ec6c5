"""A refresh at national size, keyed pseudonyms, and the joining attack on larger databases.

    python -m bench.integration --people 5000000 --events 30000000 --enrolments 200000
    python -m bench.integration --ids 10000000
    python -m bench.integration --attack 200000

Each part runs in a process of its own; processor seconds are user and system together.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from linkwell.integration import SupplyForRefresh, build_project, build_refresh, ids, import_population
from linkwell.vault.zones import Home, ZoneName

MEASURES = """
[[measure]]
code = "visit"
label = "visits"
domain = "health"
kind = "event"
source = "invented"
covers_from = 2020-01-01
covers_to = 2025-06-30
entity_kind = "hospital"
"""


def make(folder: Path, people: int, enrolments: int, events: int) -> SupplyForRefresh:
    """A home, a population of `people` with `events` measures, and one linked supply with `enrolments`.

    The supply also has five visits an enrolment.
    """
    world = folder / "world"
    world.mkdir(parents=True)
    home = Home.create(folder / "home", name="Bench", demo_seed=1)
    content = home.zone(ZoneName.RESEARCH).folder("supplies", "S1")
    links = home.zone(ZoneName.IDENTITY).folder("links", "S1") / "links.parquet"
    statements = {
        world / "spine.parquet": f"""
            SELECT range + 1 AS spine_id, 'Given' || hash(range) % 9000 AS first_name, '' AS middle_name,
                   'Family' || hash(range + 7) % 90000 AS last_name, NULL::VARCHAR AS prior_last_name,
                   DATE '1930-01-01' + (hash(range + 1) % 33000)::INT AS dob,
                   (1 + hash(range + 2) % 2)::VARCHAR AS gender, 'ZZ' || lpad(range::VARCHAR, 8, '0') AS nhi,
                   NULL::VARCHAR AS ird, NULL::VARCHAR AS msd, (100000 + hash(range + 3) % 2300)::VARCHAR
                   AS area, NULL::DATE AS death_date
            FROM range({people})""",
        world / "residents.parquet": f"""
            SELECT range + 1 AS spine_id, DATE '1930-01-01' + (hash(range + 1) % 33000)::INT AS birth_date,
                   (1 + hash(range + 2) % 2)::VARCHAR AS gender, hash(range) % 10 < 7 AS eth1,
                   hash(range) % 10 > 7 AS eth2, hash(range) % 13 = 1 AS eth3, hash(range) % 7 = 1 AS eth4,
                   false AS eth5, false AS eth6, lpad((1 + hash(range + 4) % 16)::VARCHAR, 2, '0') AS region,
                   lpad((1 + hash(range + 4) % 67)::VARCHAR, 3, '0') AS ta,
                   (100000 + hash(range + 3) % 2300)::VARCHAR AS sa2,
                   (1 + hash(range + 5) % 10)::INT AS nzdep, range // 3 AS household_id,
                   NULL::DATE AS death_date
            FROM range({people})""",
        world / "measures.parquet": f"""
            SELECT 1 + (hash(range) % {people})::BIGINT AS spine_id, 'visit' AS measure,
                   DATE '2020-01-01' + (hash(range + 1) % 2000)::INT AS start_date,
                   DATE '2020-01-01' + (hash(range + 1) % 2000)::INT + 3 AS end_date,
                   (hash(range + 2) % 1000)::DOUBLE AS value,
                   'H' || (hash(range + 3) % 20000) AS entity
            FROM range({events})""",
        links: f"""
            SELECT md5(range::VARCHAR) AS record, 1 + (hash(range) % {people})::BIGINT AS person,
                   0.999 AS posterior, CASE WHEN range % 12 = 0 THEN 'none' ELSE 'link' END AS decision
            FROM range({enrolments})""",
        content / "enrolment.csv": f"""
            SELECT md5(range::VARCHAR) AS record_key, md5('c' || range) AS client_ref,
                   'pathways' AS initiative, '' AS variant,
                   DATE '2022-01-01' + (hash(range) % 700)::INT AS start_date, '' AS end_date,
                   'current' AS end_status, '1;2' AS ethnicity, '' AS household_key
            FROM range({enrolments})""",
        content / "interaction.csv": f"""
            SELECT md5((range // 5)::VARCHAR) AS record_key, md5('c' || (range // 5)) AS client_ref,
                   'mentoring' AS service_type, DATE '2022-02-01' + (hash(range) % 700)::INT AS service_date,
                   '14:30' AS service_time, 'phone' AS channel, 'attended' AS attendance
            FROM range({5 * enrolments})""",
    }  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '3GB'; SET threads = 2")
        for path, query in statements.items():
            kind = "(FORMAT csv, HEADER)" if path.suffix == ".csv" else "(FORMAT parquet)"
            connection.execute(f"COPY ({query}) TO '{path}' {kind}")
    (world / "measures.toml").write_text(MEASURES, "utf-8")
    return supply_of(folder)


def supply_of(folder: Path) -> SupplyForRefresh:
    """The one supply of a folder `make` filled."""
    home = folder / "home"
    return SupplyForRefresh(
        "S1", "ORG1", None, home / "identity/links/S1/links.parquet", home / "research/supplies/S1"
    )


def part(name: str, folder: Path) -> dict[str, Any]:
    """Do one part in this process and say what it took."""
    home, work = Home.open(folder / "home"), PARTS[name]
    begun, used = time.perf_counter(), _processor()
    what = work(home, folder)
    took = {"seconds": round(time.perf_counter() - begun, 1), "processor": round(_processor() - used, 1)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"part": name, **took, "peak_mib": round(peak), **what}


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _import(home: Home, folder: Path) -> dict[str, Any]:
    return {"people": import_population(folder / "world", home).people}


def _refresh(home: Home, folder: Path) -> dict[str, Any]:
    facts = build_refresh(home, supplies=[supply_of(folder)], label="r1")
    size = (home.path / "research/refreshes/r1/refresh.duckdb").stat().st_size
    return {"rows": facts.rows, "file_mib": round(size / 2**20)}


def _project(home: Home, folder: Path) -> dict[str, Any]:
    columns = {
        "person": ["snz_uid", "snz_birth_year_nbr", "snz_sex_gender_code", "snz_resident_ind"],
        "residence": ["snz_uid", "region_code"],
        "measure": ["snz_uid", "measure_code", "start_date", "end_date", "value_amt"],
        "enrolment": ["snz_uid", "snz_unit_uid", "start_date"],
    }
    return {"rows": build_project(home, refresh="r1", project="p1", columns=columns).rows}


PARTS: dict[str, Callable[[Home, Path], dict[str, Any]]] = {
    "import": _import, "refresh": _refresh, "project": _project,
}  # fmt: skip


def pseudonyms(count: int) -> dict[str, Any]:
    """Keyed pseudonyms of `count` ids, alone and with the check that no two fall together."""
    numbers = np.arange(1, count + 1, dtype=np.int64)
    times = {}
    for name, function in (("pseudonyms", ids.pseudonyms), ("with the check", ids.distinct_pseudonyms)):
        best = []
        for _ in range(3):
            begun = time.perf_counter(), _processor()
            function(b"k" * 32, numbers)
            best.append((_processor() - begun[1], time.perf_counter() - begun[0]))
        times[name] = {"processor": round(min(best)[0], 2), "seconds": round(min(best)[1], 2)}
    return {"ids": count, **times}


def attack(people: int, folder: Path) -> list[dict[str, Any]]:
    """The joining attack on two refreshes and two projects of one."""
    from bench.integration import joining

    supply = make(folder, people, max(people // 25, 100), people * 3)
    home = Home.open(folder / "home")
    import_population(folder / "world", home)
    for label in ("r1", "r2"):
        build_refresh(home, supplies=[supply], label=label)
    columns = {
        "person": ["snz_uid", "snz_birth_year_nbr", "snz_sex_gender_code"],
        "residence": ["snz_uid", "snz_household_uid", "region_code"],
        "measure": ["snz_uid", "measure_code", "snz_entity_uid"],
        "enrolment": ["snz_uid", "snz_unit_uid", "snz_record_uid", "start_date"],
    }
    for project in ("a", "b"):
        build_project(home, refresh="r1", project=project, columns=columns)
    told = []
    for one, other in (("a", "b"), ("r1", "r2")):
        who = joining.truth(home, one, other)
        paths = [
            home.path / (f"projects/{name}/project.duckdb" if name in "ab" else
                         f"research/refreshes/{name}/refresh.duckdb")
            for name in (one, other)
        ]  # fmt: skip
        results = joining.attack(*(joining.view(path) for path in paths), who)
        told.append({
            "pair": [one, other],
            "features": {r.feature: [r.right, round(r.expected, 1), round(r.z, 2)] for r in results},
            "bits": [round(joining.bits_together(who), 4), round(joining.chance_bound(len(who)), 4)],
            "ids_in_unused_bytes": joining.ids_within(paths[0].read_bytes(), joining.all_ids(paths[1])),
        })  # fmt: skip
    return told


def main() -> None:
    """Run what the command line asks for; one JSON line a result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int)
    parser.add_argument("--enrolments", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=30_000_000)
    parser.add_argument("--ids", type=int)
    parser.add_argument("--attack", type=int, metavar="PEOPLE")
    parser.add_argument("--folder", type=Path, help="Where to work (a temporary folder).")
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(part(options.part, options.folder)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = Path(temporary)
        if options.ids:
            print(json.dumps(pseudonyms(options.ids)), flush=True)
        if options.attack:
            for line in attack(options.attack, folder / "attack"):
                print(json.dumps(line), flush=True)
        if options.people:
            make(folder / "size", options.people, options.enrolments, options.events)
            for name in PARTS:
                command = [sys.executable, "-m", "bench.integration", "--part", name,
                           "--folder", str(folder / "size")]  # fmt: skip
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
