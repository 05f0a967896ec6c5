"""Reach and impact at national size: seconds and memory from the project's database to the written report.

python -m bench.insights                               5 million people, 30 million spells, 5,000 participants
python -m bench.insights --participants 499 --draws 500        (from 500 people on the formula is used)
python -m bench.insights --keep FOLDER                 the invented project is kept there and used again
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.person_index import write_person_index
from linkwell.insights import analyse, load_protocol, release_request, report, tell
from linkwell.insights.protocol import Eligible, Outcome
from linkwell.vault.zones import Home, ZoneName

KINDS = ("days", "dollars", "event")
MEASURES = 10
DAYS = 5 * 365


def main() -> None:
    """Make a project database, then analyse it in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=5_000_000)
    parser.add_argument("--spells", type=int, default=30_000_000)
    parser.add_argument("--participants", type=int, default=5_000)
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--follow", type=int, default=24)
    parser.add_argument("--keep", type=Path, help="keep the invented project in this folder")
    parser.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.analyse:
        print(json.dumps(measured(asked.analyse, asked.draws, asked.follow)))
        return
    with tempfile.TemporaryDirectory() as folder:
        size = f"{asked.people}-{asked.spells}-{asked.participants}"
        place = (asked.keep or Path(folder)) / size
        if not place.exists():
            began = time.perf_counter()
            kept = invent(place, asked.people, asked.spells, asked.participants).stat().st_size
            print(f"invented in {time.perf_counter() - began:.0f} s, {kept / 2**20:,.0f} MiB")
        again = [
            *(sys.executable, "-m", "bench.insights", "--analyse", str(place)),
            *("--draws", str(asked.draws), "--follow", str(asked.follow)),
        ]
        print(subprocess.run(again, check=True, capture_output=True, text=True).stdout.strip())


def invent(place: Path, people: int, spells: int, participants: int) -> Path:
    """A data home of people, spells over five years, and participants with more of the first measure before.

    Returns the project's database.
    """
    home = Home.create(place, name="Bench", demo_seed=1)
    database = home.zone(ZoneName.PROJECTS).folder("bench") / "project.duckdb"
    everyone = np.arange(1, people + 1)
    write_person_index(home.zone(ZoneName.DISCLOSURE), "bench", everyone, everyone)
    with duckdb.connect(str(database)) as con:
        con.execute("SET threads = 2; SET memory_limit = '6GB'; SELECT setseed(0.4)")
        con.execute(f"""CREATE TABLE person AS SELECT i AS snz_uid,
            (1950 + hash(i) % 60)::SMALLINT AS snz_birth_year_nbr, (1 + hash(i, 1) % 12)::TINYINT AS
            snz_birth_month_nbr, (1 + hash(i, 2) % 2)::VARCHAR AS snz_sex_gender_code,
            {', '.join(f"hash(i, {10 + n}) % 100 < {share} AS snz_ethnicity_grp{n}_ind"
                       for n, share in enumerate((65, 17, 9, 17, 2, 1), start=1))},
            NULL::SMALLINT AS snz_deceased_year_nbr, NULL::TINYINT AS snz_deceased_month_nbr,
            true AS snz_resident_ind FROM range(1, {people + 1}) AS t(i)""")  # fmt: skip
        con.execute("""CREATE TABLE residence AS SELECT snz_uid,
            ['01','02','03','04','05','06','07','08','09','13','14','15'][(1 + hash(snz_uid, 3) % 12)::INT]
            AS region_code, (1 + hash(snz_uid, 4) % 10)::TINYINT AS nzdep_nbr FROM person""")
        con.execute(f"""CREATE TABLE measure AS SELECT (1 + hash(i, 5) % {people})::BIGINT AS snz_uid,
            'm' || (hash(i, 6) % {MEASURES}) AS measure_code,
            DATE '2019-07-01' + (hash(i, 7) % {DAYS})::INT AS start_date,
            DATE '2019-07-01' + (hash(i, 7) % {DAYS} + hash(i, 8) % 60)::INT AS end_date,
            (1 + hash(i, 9) % 900)::DOUBLE AS value_amt, NULL::BIGINT AS snz_entity_uid
            FROM range({spells}) AS t(i) ORDER BY snz_uid""")
        con.execute(f"""CREATE TABLE enrolment AS WITH days AS (
                SELECT snz_uid, sum(date_diff('day', start_date, end_date)) AS d FROM measure
                WHERE measure_code = 'm0' AND start_date BETWEEN DATE '2020-07-01' AND DATE '2022-03-01'
                GROUP BY snz_uid),
            keyed AS (SELECT p.snz_uid, -ln(1 - (hash(p.snz_uid, 20) % 1000000) / 1000001.0)
                / exp(0.02 * coalesce(d, 0)) AS clock FROM person p LEFT JOIN days USING (snz_uid)
                WHERE snz_birth_year_nbr BETWEEN 1965 AND 2000)
            SELECT snz_uid, snz_uid AS snz_unit_uid, true AS snz_spine_ind, 'ORG1' AS organisation_code,
                'pathways' AS initiative_code, ['one to one', 'group'][(1 + hash(snz_uid, 21) % 2)::INT] AS
                variant_code, DATE '2022-03-01' + (hash(snz_uid, 22) % 60)::INT AS start_date
            FROM keyed ORDER BY clock LIMIT {participants}""")
        con.execute(f"""CREATE TABLE catalogue AS SELECT 'm' || n AS measure_code, 'Measure ' || n AS label,
            'Life' AS domain, ['days', 'dollars', 'event'][(1 + n % 3)::INT] AS kind_code, 'down' AS
            good_direction_code, 'Somewhere' AS source, DATE '2019-07-01' AS covers_from_date,
            DATE '2024-06-30' AS covers_to_date, '' AS entity_kind_code FROM range({MEASURES}) AS t(n)""")
    return database


def measured(place: Path, draws: int, follow: int) -> dict[str, object]:
    """One analysis of ten outcomes, its release and its report in every form."""
    home = Home.open(place)
    database = home.zone(ZoneName.PROJECTS).folder("bench") / "project.duckdb"
    kinds = ("days", "dollars", "count")
    outcomes = tuple(
        Outcome(f"o{n}", f"m{n}", f"measure {n}", f"measure {n}", "had", kinds[n % 3], "less", 1.0,
                "headline" if n < 3 else "other")
        for n in range(MEASURES)
    )  # fmt: skip
    protocol = replace(
        load_protocol().named("Pathways"), outcomes=outcomes, draws=draws, follow_months=follow,
        eligible=Eligible(16, 64), reference="2024-07-01",
    )  # fmt: skip
    times = [(time.perf_counter(), time.process_time())]

    def mark(*_: int) -> None:
        times.append((time.perf_counter(), time.process_time()))

    results = analyse(database, protocol, progress=mark)
    with ReleaseDesk.open(home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    mark()
    with tempfile.TemporaryDirectory() as folder:
        report.write(released, tell(results, organisation="Bench"), Path(folder))
    mark()
    found = results.inside()
    steps = ("people", "reach", "ahead", "impact", "release", "report")
    return {
        "seconds": round(times[-1][0] - times[0][0], 1),
        "cpu_seconds": round(times[-1][1] - times[0][1], 1),
        **{
            step: [round(after[n] - before[n], 1) for n in (0, 1)]
            for step, before, after in zip(steps, times, times[1:], strict=False)
        },
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "participants": len(found.impact.analysed),
        "refused": found.impact.refused,
        "outcomes": len(found.impact.outcomes),
        "bootstrapped": sum(outcome.bootstrapped for outcome in found.impact.outcomes),
        "groups": {one.slice.by: len(one.groups) for one in found.impact.slices},
    }


if __name__ == "__main__":
    main()
