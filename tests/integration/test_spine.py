"""Several sources with duplicates, misspellings and secondary numbers become one spine."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest
from tests.integration.conftest import make_supply

from linkwell.errors import WrongUse
from linkwell.integration import build_refresh, import_population
from linkwell.integration.sources import read_sources
from linkwell.integration.spine_build import SpineFacts, build_spine, concordance_path
from linkwell.linkage.spine import prepare_spine
from linkwell.vault.zones import Home, ZoneName

GIVEN = (
    "Aroha",
    "Wiremu",
    "Hana",
    "Tāne",
    "Mere",
    "Rangi",
    "Sina",
    "Tevita",
    "Grace",
    "Oliver",
    "Amelia",
    "Jack",
)
FAMILY = (
    "Ngata",
    "Parata",
    "Smith",
    "Fonoti",
    "Taufa",
    "Patel",
    "Wilson",
    "Chen",
    "Brown",
    "Tamihana",
    "Moana",
)
PEOPLE = 120


def person(n: int) -> dict[str, str]:
    born = date(1950 + n * 7 % 70, 1 + n * 5 % 12, 1 + n * 11 % 28)
    return {"given": f"{GIVEN[n % 12]}{'abcdefghij'[n // 12]}",
            "family": f"{FAMILY[n % 11]}{'mnopqrst'[n % 8]}o",
            "born": born.isoformat(), "sex": str(1 + n % 2)}  # fmt: skip


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def make_sources(out: Path) -> Path:
    """Births know everybody but the last 20, tax everybody from 40 on, schools people 30 to 69 and 5 unknown.

    Person 3 has two birth and two NHI numbers; person 50 a secondary tax number and, since marrying, another
    name.
    """
    out.mkdir()
    people = [person(n) for n in range(PEOPLE)]
    births = [
        {"birth_no": f"B{n}", "first_name": p["given"], "surname": p["family"], "dob": p["born"],
         "gender": p["sex"], "region": "02", "eth1": "true", "nhi": "ZZZ0016" if n == 3 else ""}
        for n, p in enumerate(people[:100])
    ]  # fmt: skip
    births.append({**births[3], "birth_no": "B3-again", "nhi": "ZZZ0024"})
    tax = [
        {"ird_no": f"1{n:08d}", "first_name": p["given"], "last_name": p["family"], "dob": p["born"],
         "gender": p["sex"]}
        for n, p in enumerate(people)
        if n >= 40
    ]  # fmt: skip
    tax.append({**tax[10], "ird_no": "199999999", "last_name": "Newname"})
    school = [
        {"nsn": f"S{n}", "first_name": p["given"], "last_name": p["family"], "dob": p["born"],
         "gender": p["sex"]}
        for n, p in enumerate(people)
        if 30 <= n < 70
    ] + [
        {"nsn": f"X{n}", "first_name": f"Qu{n}", "last_name": f"Zv{n}", "dob": "1999-09-09", "gender": "1"}
        for n in range(5)
    ]  # fmt: skip
    write(out / "births.csv", births)
    write(out / "tax.csv", tax)
    write(out / "tax_secondary.csv", [{"secondary": "199999999", "primary": tax[10]["ird_no"]}])
    write(out / "school.csv", school)
    write(out / "tax_days.csv", [{"key": row["ird_no"], "date": "2024-03-31"} for row in tax[:60]])
    write(out / "school_days.csv", [{"key": row["nsn"], "date": "2022-03-31"} for row in school])
    write(out / "away.csv", [{"key": tax[0]["ird_no"], "left": "2023-10-01", "back": ""}])
    write(out / "school_measures.csv", [
        {"key": row["nsn"], "measure": "enrolled", "start_date": "2023-02-01", "end_date": "2023-12-01",
         "value": "1", "entity": "S1"} for row in school])  # fmt: skip
    (out / "measures.toml").write_text('[[measure]]\ncode = "enrolled"\nlabel = "at school"\n', "utf-8")
    (out / "sources.toml").write_text(
        """
reference_dates = [2022-06-30, 2024-06-30]
area_vintage = 2023

[[source]]
name = "births"
file = "births.csv"
key = "birth_no"
builds = true

[[source]]
name = "tax"
file = "tax.csv"
key = "ird_no"
builds = true
secondary = "tax_secondary.csv"
activity = "tax_days.csv"
away = "away.csv"

[[source]]
name = "school"
file = "school.csv"
key = "nsn"
activity = "school_days.csv"
measures = "school_measures.csv"
""",
        "utf-8",
    )
    return out


@dataclass(frozen=True)
class Built:
    """A spine built once, for tests that only look."""

    home: Home
    folder: Path
    world: Path
    facts: SpineFacts


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = make_sources(tmp_path_factory.mktemp("spine") / "sources")
    home = Home.create(folder.parent / "home", name="Demo custodian", demo_seed=1)
    return Built(home, folder, *build_spine(read_sources(folder), home))


def ask(query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


def test_duplicates_and_secondary_numbers_are_one_person_and_the_rest_link_to_the_spine_only(built):
    home, world, facts = built.home, built.world, built.facts
    assert facts.people == PEOPLE
    assert facts.read["school"]["linked"] == 40
    numbers = ask(f"SELECT source, id, spine_id, primary_ind FROM '{concordance_path(home)}'")
    whose = {(source, number): who for source, number, who, _ in numbers}
    assert whose["births", "B3"] == whose["births", "B3-again"]
    assert whose["tax", "199999999"] == whose["tax", "100000050"] == whose["births", "B50"]
    assert [
        primary for source, number, _, primary in numbers if (source, number) == ("tax", "199999999")
    ] == [False]
    assert whose["school", "S45"] == whose["births", "B45"] == whose["tax", "100000045"]
    assert not [number for source, number in whose if source == "school" and number.startswith("X")]
    found = ask(f"SELECT last_name, prior_last_name, ird FROM '{world}/spine.parquet' "
                f"WHERE spine_id = {whose['tax', '100000050']}")  # fmt: skip
    assert found == [(person(50)["family"], "Newname", "100000050")]
    assert facts.measures_left == {"school": 5}


def test_residents_follow_from_the_rule_and_the_date(built):
    world, facts = built.world, built.facts
    at = ask(f"SELECT ref_date, count(*), sum(tax::INT), sum(school::INT), sum(\"under\"::INT) "
             f"FROM '{world}/resident_population.parquet' GROUP BY ALL ORDER BY ALL")  # fmt: skip
    # Schools saw 40 people in 2022; tax saw 60 in 2024, one of whom had been away for half a year.
    born_late = [n for n in range(100) if 2017 < int(person(n)["born"][:4]) <= 2022]
    assert [row[0] for row in at] == [date(2022, 6, 30), date(2024, 6, 30)]
    assert at[0][3] == 40
    assert at[1][2] == 59
    assert facts.residents["2024-06-30"] == at[1][1]
    assert at[0][4] >= 0
    assert bool(born_late) == bool(at[0][4])


def test_the_built_population_makes_a_refresh_with_vintage_and_residents(built):
    home, world, facts = built.home, built.world, built.facts
    imported = import_population(world, home)
    assert (imported.people, imported.residents) == (PEOPLE, facts.residents["2024-06-30"])
    build_refresh(home, supplies=[make_supply(home)], label="r1")
    file = home.path / "research/refreshes/r1/refresh.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        vintages = con.execute("SELECT DISTINCT area_vintage_nbr FROM residence").fetchall()
        flags = con.execute("SELECT count(*) FROM resident_population WHERE srp_flag_tax_ind").fetchall()
        columns = {row[0] for row in con.execute("DESCRIBE resident_population").fetchall()}
        joined = con.execute("SELECT count(*) FROM measure JOIN person USING (snz_uid)").fetchall()
    assert vintages == [(2023,)]
    assert flags == [(59,)]
    assert {"snz_uid", "srp_ref_date", "srp_flag_tax_ind", "srp_flag_school_ind"} <= columns
    assert joined == [(40,)]


def test_the_coverage_report_counts_and_names_nobody(built):
    home = built.home
    told = json.loads((home.path / "identity/spine/coverage.json").read_text("utf-8"))
    assert told["sources"] == {"births": 100, "tax": 80, "school": 40}
    assert told["overlap"]["births"]["tax"] == 60
    assert sum(told["how_many"].values()) == PEOPLE
    page = (home.path / "identity/spine/coverage.html").read_text("utf-8")
    assert "The spine holds 120 people" in page
    for name in (*GIVEN, *FAMILY, "Newname", "B3"):
        assert name not in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('key = "nsn"', 'key = "student"'), "no column with the agency's number"),
        (('file = "school.csv"', 'file = "gone.csv"'), "not there"),
        (("builds = true", "builds = false"), "builds the spine"),
        (('name = "school"', 'name = "School 1"'), "not complete"),
        (("reference_dates = [2022-06-30, 2024-06-30]", ""), "no reference date"),
        (("area_vintage = 2023", 'rule = "guess"'), "no such rule"),
    ],
)
def test_a_wrong_sources_file_is_refused_in_words(tmp_path, change, message):
    folder = make_sources(tmp_path / "sources")
    home = Home.create(tmp_path / "home", name="Demo custodian", demo_seed=1)
    file = folder / "sources.toml"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(WrongUse, match=message):
        build_spine(read_sources(folder), home)
    assert not concordance_path(home).exists()


def test_a_further_nhi_number_leads_to_the_number_the_spine_has(built):
    numbers = ask(f"SELECT * FROM '{built.world / 'nhi_secondary.parquet'}'")
    assert {tuple(sorted(row)) for row in numbers} == {("ZZZ0016", "ZZZ0024")}
    ((own,),) = ask(f"SELECT nhi FROM '{built.world / 'spine.parquet'}' WHERE nhi IS NOT NULL")
    assert own == numbers[0][1]


def test_a_prepared_spine_can_be_made_of_what_was_built(built, tmp_path):
    assert prepare_spine(built.world / "spine.parquet", tmp_path / "prepared").rows == PEOPLE


def test_a_second_build_keeps_every_spine_id_and_new_people_get_new_ones(built, tmp_path):
    folder = make_sources(tmp_path / "sources")
    home = Home.create(tmp_path / "home", name="Demo custodian", demo_seed=1)
    home.zone(ZoneName.IDENTITY).folder("spine")
    copyfile(concordance_path(built.home), concordance_path(home))
    before = dict(ask(f"SELECT source || id, spine_id FROM '{concordance_path(home)}'"))
    rows = (folder / "births.csv").read_text("utf-8").splitlines()
    (folder / "births.csv").write_text(
        "\n".join([rows[0], "B900,Zelda,Newcomer,2001-05-05,2,02,true,", *reversed(rows[1:])]) + "\n", "utf-8"
    )
    _, facts = build_spine(read_sources(folder), home)
    after = dict(ask(f"SELECT source || id, spine_id FROM '{concordance_path(home)}'"))
    assert (facts.people, facts.kept_ids) == (PEOPLE + 1, PEOPLE)
    assert {key: after[key] for key in before} == before
    assert after["birthsB900"] > max(before.values())
