"""Invented people with unmistakable values, planted where a road begins, to be looked for elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import openpyxl


@dataclass(frozen=True)
class Canary:
    """One planted person; every text value is unmistakable."""

    spine_id: int
    first_name: str
    middle_name: str
    last_name: str
    born: date
    nhi: str
    msd: str
    client: str
    phone: str
    note: str


CANARIES = (
    Canary(900_000_001, "Zebulonia", "Quixara", "Vantablackett", date(1991, 2, 27), "ZZZ0016", "987650001",
           "RB-CANARY-1", "021 555 90001", "Sings like a quetzalbird after lunch"),
    Canary(900_000_002, "Ōrangawhio", "Plumbago", "Xylophonsky", date(1987, 11, 23), "ZBN77VL", "987650002",
           "RB-CANARY-2", "021 555 90002", "Her aunt Wilhelmoona minds the ferrets"),
    Canary(900_000_003, "Thaddeuskind", "Jub", "Macfeathercanary", date(2000, 8, 30), "ZAC5361", "987650003",
           "RB-CANARY-3", "021 555 90003", "Prefers to be rung at zwanzigfive"),
)  # fmt: skip


def needles() -> list[str]:
    """Every value that must not surface outside the identity zones."""
    return [
        value
        for each in CANARIES
        for value in (each.first_name, each.middle_name if len(each.middle_name) > 4 else each.last_name,
                      each.last_name, each.born.isoformat(), each.nhi, each.msd, each.client, each.phone,
                      each.note.split()[-2] if " " in each.note else each.note)
        if len(value) > 5
    ]  # fmt: skip


def plant(home: Path) -> None:
    """Put the canaries on the spine, among the residents, and into the provider's spreadsheet and visits."""
    _onto_the_spine(home / "synthetic")
    _among_the_participants(home / "provider" / "participants.xlsx")
    with (home / "provider" / "interactions.csv").open("a", encoding="utf-8", newline="") as file:
        for each in CANARIES:
            file.write(f"{each.client},Home visit,14/03/2023,10:30,In person,Yes\r\n")


def _onto_the_spine(world: Path) -> None:
    with duckdb.connect() as connection:
        for name in ("spine", "residents"):
            path = world / f"{name}.parquet"
            connection.execute(f"CREATE OR REPLACE TABLE t AS SELECT * FROM read_parquet('{path}')")
            template = "gender = '2' AND death_date IS NULL LIMIT 1"
            for each in CANARIES:
                changes = (
                    f"{each.spine_id} AS spine_id, '{each.first_name}' AS first_name, "
                    f"'{each.middle_name}' AS middle_name, '{each.last_name}' AS last_name, "
                    "NULL AS prior_last_name, "
                    f"DATE '{each.born}' AS dob, '{each.nhi}' AS nhi, NULL AS ird, '{each.msd}' AS msd"
                    if name == "spine"
                    else f"{each.spine_id} AS spine_id, DATE '{each.born}' AS birth_date"
                )
                connection.execute(f"INSERT INTO t SELECT * REPLACE ({changes}) FROM t WHERE {template}")
            connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def _among_the_participants(path: Path) -> None:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    headings = {cell.value: cell.column for cell in sheet[3] if cell.value}
    for each in CANARIES:
        row = sheet.max_row + 1
        values = {
            "Client ID": each.client, "First name": each.first_name, "Middle name(s)": each.middle_name,
            "Surname": each.last_name, "DOB": each.born.strftime("%d/%m/%Y"), "Gender": "Female",
            "Ethnicity": "NZ European", "NHI number": each.nhi, "MSD number": each.msd,
            "Programme": "Steady Steps", "Stream": "One to one", "Start date": "13/03/2023",
            "Finish date": "30/06/2023", "Status": "Finished", "Phone": each.phone, "Notes": each.note,
        }  # fmt: skip
        for heading, value in values.items():
            sheet.cell(row, headings[heading], value)
    workbook.save(path)
