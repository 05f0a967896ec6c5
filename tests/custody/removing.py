"""Three invented providers with deliveries that are accepted, and what is on the disk of all this."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from linkwell.custody.agreements.actions import enrol_provider
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.home import content_folder
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.linkage.jobs import identity_table
from linkwell.custody.supplies.models import Supply
from linkwell.integration import import_population
from linkwell.specification.file import render
from linkwell.standards.clock import today
from linkwell.vault.keys import public_pem

PEOPLE = 240
BORN = date(1960, 1, 1)


def letters(number: int) -> str:
    """A name of letters only, another one for every number."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


def name_of(person: int) -> tuple[str, str]:
    """First and last name of a spine person."""
    return f"An{letters(person * 7)}", f"Ro{letters(person * 11)}o"


def born(person: int) -> date:
    """The birth date of a spine person."""
    return BORN + timedelta(days=person * 61 % 15000)


def make_world(folder: Path) -> Path:
    """Spine, residents and measures of everybody; small, and every name another."""
    folder.mkdir(parents=True)
    rows = [(n, *name_of(n), born(n), str(1 + n % 2)) for n in range(1, PEOPLE + 1)]
    with duckdb.connect(":memory:") as con:
        con.execute("CREATE TABLE spine (spine_id BIGINT, first_name VARCHAR, last_name VARCHAR, dob DATE, "
                    "gender VARCHAR)")  # fmt: skip
        con.executemany("INSERT INTO spine VALUES (?, ?, ?, ?, ?)", rows)
        con.execute("ALTER TABLE spine ADD COLUMN death_date DATE")
        con.execute("""CREATE TABLE residents AS SELECT spine_id, dob AS birth_date, gender, spine_id % 3 = 0
            AS eth1, spine_id % 4 = 0 AS eth2, false AS eth3, false AS eth4, false AS eth5, false AS eth6,
            '0' || (1 + spine_id % 4) AS region, (spine_id % 8)::VARCHAR AS ta, '1000' AS sa2, 3 AS nzdep,
            spine_id // 3 AS household_id, death_date FROM spine""")
        con.execute("""CREATE TABLE measures AS SELECT spine_id, 'ed_visit' AS measure, DATE '2023-03-01' AS
            start_date, NULL::DATE AS end_date, 1.0 AS value, 'hospital' AS entity FROM residents""")
        for name in ("spine", "residents", "measures"):
            con.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")
    (folder / "measures.toml").write_text('[[measure]]\ncode = "ed_visit"\nlabel = "visits"\n', "utf-8")
    return folder


@dataclass
class Site:
    """The registry's home with a population and three providers' agreements."""

    registry: Any
    agreements: list[Agreement]
    held: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def deliver(self, which: int, people: dict[int, tuple[str, str]], *, delivery: str = "full") -> Supply:
        """A delivery that is accepted: person to (record key, start date); its tables lie in their zones."""
        agreement = self.agreements[which]
        number = agreement.supplies.count() + 1
        before = self.held.get(agreement.reference, {})
        changes = {
            "new": len(people.keys() - before.keys()), "gone": len(before.keys() - people.keys()),
            "changed": sum(1 for each in people if each in before and before[each] != people[each]),
        }  # fmt: skip
        supply = Supply.objects.create(
            reference=f"{agreement.reference}-{number:03d}", agreement=agreement, state="linked",
            digest=f"{number:096x}", sealed_gone=True, counts={"accepted": {"people": len(people)}},
            manifest={"package": f"{number:032x}", "delivery": delivery, "changes": changes},
        )  # fmt: skip
        self.held[agreement.reference] = people
        write_tables(supply, which, people)
        return supply


def client(which: int, person: int, half: str) -> str:
    """The provider's keyed reference of a person in one half."""
    return f"{half}{which}{person:04d}".encode().hex().ljust(32, "0")


def write_tables(supply: Supply, which: int, people: dict[int, tuple[str, str]]) -> None:
    """Both halves of a delivery, as intake leaves them."""
    from linkwell.custody.home import current_home

    identity, enrolment, interaction = [], [], []
    for person, (key, start) in sorted(people.items(), key=lambda each: each[1]):
        first, last = name_of(person)
        identity.append((key, client(which, person, "i"), first, last, born(person), str(1 + person % 2)))
        enrolment.append((key, client(which, person, "c"), f"service {which}", start, "current"))
        interaction.append((key, client(which, person, "c"), "visit", start, "attended"))
    _write(identity_table(current_home(), supply.reference),
           "record_key,client_ref,first_name,last_name,date_of_birth,gender", identity)  # fmt: skip
    content = content_folder(supply.reference)
    _write(content / "enrolment.csv", "record_key,client_ref,initiative,start_date,end_status", enrolment)
    _write(content / "interaction.csv", "record_key,client_ref,service_type,service_date,attendance",
           interaction)  # fmt: skip


def _write(file: Path, heading: str, rows: Iterable[tuple[object, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)


def people(draw: random.Random, which: int) -> dict[int, tuple[str, str]]:
    """About forty people of a provider, each with a record key and a start date."""
    chosen = draw.sample(range(1, 241), 40)
    return {n: (f"{draw.getrandbits(128):032x}", f"2024-0{1 + n % 9}-1{n % 9}") for n in chosen}


def make_site(registry: Any, tmp_path: Path, world: Path | None = None) -> Site:
    """The registry's two agreements and a third, and a population (the small one if none is given)."""
    sealed = registry.sealed
    spec = replace(sealed.specification, organisation="Third")
    third = enrol_provider(
        by=registry.person("manager"), code="third", name="Third", agreement="DSA-2026-003",
        specification_toml=render(spec), specification_digest=spec.digest,
        sender_key_pem=public_pem(sealed.sender.public_key()), permits_single_provider_output=True,
        starts=today(), ends=today() + timedelta(days=365),
    ).agreement  # fmt: skip
    import_population(world or make_world(tmp_path / "world"), registry.home)
    return Site(registry, [registry.agreement, registry.other_agreement, third])


def do_jobs() -> None:
    """Everything that waits, and what it leaves, in order."""
    while job := Job.objects.filter(state="waiting").order_by("pk").first():
        run(job.pk)


def decoded(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file below a folder as text: databases and Parquet files by their cells, the rest as they are."""
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as con:
                tables = [
                    name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
                ]
                yield file, "\n".join(repr(con.execute(f'SELECT * FROM "{t}"').fetchall()) for t in tables)
        elif file.suffix == ".parquet":
            with duckdb.connect(":memory:") as con:
                yield file, repr(con.execute(f"SELECT * FROM '{file}'").fetchall())
        else:
            yield file, file.read_bytes().decode("utf-8", "replace")
