"""A tiny invented population and one supply, made by hand so that every expected number is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest

from linkwell.integration import SupplyForRefresh
from linkwell.vault.zones import Home, ZoneName

PEOPLE = 400
CANARY_NAME = "Wikitōria Canaryson"
CANARY_NHI = "ZZZ0016"


@dataclass(frozen=True)
class Site:
    """A home with an accepted, linked supply, and the world beside it."""

    home: Home
    world: Path
    supply: SupplyForRefresh


def make_world(folder: Path, *, people: int = PEOPLE, seed: int = 1, hospitals: int = 3) -> Path:
    """Write the four world files."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:") as con:
        con.execute(f"SELECT setseed({seed / 100})")
        con.execute(f"""
            CREATE TABLE spine AS SELECT range AS spine_id,
              CASE WHEN range = 7 THEN 'Wikitōria' ELSE 'Name' || range END AS first_name, '' AS middle_name,
              CASE WHEN range = 7 THEN 'Canaryson' ELSE 'Family' || (range // 3) END AS last_name,
              '' AS prior_last_name, DATE '1960-01-01' + (range * 37 % 18000)::INT AS dob,
              (1 + range % 2)::VARCHAR AS gender, CASE WHEN range = 7 THEN '{CANARY_NHI}' END AS nhi,
              NULL::VARCHAR AS ird, NULL::VARCHAR AS msd, '1000' || (range % 9) AS area,
              CASE WHEN range % 50 = 0 THEN DATE '2024-06-15' END AS death_date
            FROM range(1, {people + 1})""")
        con.execute("""
            CREATE TABLE residents AS SELECT spine_id, dob AS birth_date, gender,
              spine_id % 3 = 0 AS eth1, spine_id % 4 = 0 AS eth2, false AS eth3, false AS eth4, false AS eth5,
              false AS eth6, lpad((1 + spine_id % 4)::VARCHAR, 2, '0') AS region,
              (spine_id % 8)::VARCHAR AS ta, area AS sa2, (1 + spine_id % 10)::INT AS nzdep,
              spine_id // 3 AS household_id, death_date FROM spine WHERE spine_id % 20 <> 19""")
        con.execute(f"""
            CREATE TABLE measures AS
              SELECT spine_id, 'benefit_main' AS measure, DATE '2022-01-01' + (spine_id % 90)::INT AS
              start_date,
                DATE '2022-01-01' + (spine_id % 90 + 200)::INT AS end_date, 200.0 AS value, NULL::VARCHAR AS
                entity
              FROM residents WHERE spine_id % 2 = 0
              UNION ALL SELECT spine_id, 'ed_visit', DATE '2023-03-01' + (spine_id % 60)::INT, NULL, 1.0,
                'hospital ' || (spine_id % {hospitals}) FROM residents""")
        for name in ("spine", "residents", "measures"):
            con.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")
    (folder / "measures.toml").write_text(
        """
[[measure]]
code = "benefit_main"
label = "days on a main benefit"
domain = "income"
kind = "days"
good_direction = "down"
source = "msd"
covers_from = 2020-01-01
covers_to = 2025-06-30
entity_kind = ""

[[measure]]
code = "ed_visit"
label = "visits to an emergency department"
domain = "health"
kind = "event"
good_direction = "down"
source = "moh"
covers_from = 2020-01-01
covers_to = 2025-06-30
entity_kind = "hospital"
""",
        "utf-8",
    )
    return folder


def make_supply(
    home: Home, *, supply_id: str = "S1", organisation: str = "ORG1", clients: int = 60
) -> SupplyForRefresh:
    """Clients 1..n are spine people 1..n, but the last ten are linked to nobody."""
    content = home.zone(ZoneName.RESEARCH).folder("supplies", supply_id)
    links = home.zone(ZoneName.IDENTITY).folder("links", supply_id) / "links.parquet"
    keys = [f"{organisation}-{n}".encode().hex().ljust(32, "0") for n in range(1, clients + 1)]
    rows = ["record_key,client_ref,initiative,variant,start_date,end_date,end_status,ethnicity,household_key"]
    events = ["record_key,client_ref,service_type,service_date,service_time,channel,attendance"]
    for n, key in enumerate(keys, start=1):
        rows.append(f"{key},c{n},pathways,,2023-05-{1 + n % 28:02d},,current,{1 + n % 2};2,h{n // 2}")
        events += [f"{key},c{n},mentoring,2023-06-{1 + n % 28:02d},14:30,phone,attended"] * 2
    (content / "enrolment.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (content / "interaction.csv").write_text("\n".join(events) + "\n", "utf-8")
    with duckdb.connect(":memory:") as con:
        con.execute("CREATE TABLE l (record VARCHAR, person BIGINT, posterior DOUBLE, decision VARCHAR)")
        con.executemany(
            "INSERT INTO l VALUES (?, ?, ?, ?)",
            [[key, n if n <= clients - 10 else None, float(np.round(0.999 - n / 1000, 3)),
              "link" if n <= clients - 10 else "none"] for n, key in enumerate(keys, start=1)],
        )  # fmt: skip
        con.execute(f"COPY l TO '{links}' (FORMAT parquet)")
    return SupplyForRefresh(supply_id, organisation, None, links, content)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A home, its world and one supply."""
    home = Home.create(tmp_path / "home", name="Demo custodian", demo_seed=1)
    return Site(home, make_world(tmp_path / "world"), make_supply(home))


@pytest.fixture
def add_supply() -> Callable[..., SupplyForRefresh]:
    """Makes further supplies."""
    return make_supply
