"""A fourth set, written down blind: twenty-six faults in layouts not tried before, and thirteen clean outputs.

They were judged once as they came; what was missed then, or named at another cell, was mended in general.
"""

# Each output reads best on few lines.
# ruff: noqa: E501

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter
from tests.confidentiality.output_check.made_up import Case, Rows, rr3, write_book, write_csv
from tests.confidentiality.output_check.third_set import bad, file


def encoded(name: str, encoding: str, *lines: str) -> Callable[[Path], None]:
    """A text file of these lines in another encoding."""
    return lambda folder: (folder / name).write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding)) and None


def book(rows: Rows, *, name: str = "Table", at: tuple[int, int] = (0, 0)) -> Callable[[Path], None]:
    """A workbook of one sheet whose table begins at a cell."""
    down, right = at
    placed: Rows = [[] for _ in range(down)] + [[None] * right + row for row in rows]
    return lambda folder: write_book(folder / "t.xlsx", {name: placed})


def spanning(cell: Any) -> Callable[[Path], None]:
    """Headings in merged cells, away from the corner; one cell is given."""

    def write(folder: Path) -> None:
        with xlsxwriter.Workbook(str(folder / "t.xlsx")) as made:
            sheet = made.add_worksheet("Reach")
            sheet.merge_range("C3:G3", "Clients by sex and year of first contact")
            sheet.merge_range("D5:E5", "Female")
            sheet.merge_range("F5:G5", "Male")
            rows = [["Region", 2023, 2024, 2023, 2024], ["Northland", 30, 36, 42, 33], ["Gisborne", 18, 21, 27, cell],
                    ["Otago", 66, 72, 63, 75]]  # fmt: skip
            for down, row in enumerate(rows, start=5):
                sheet.write_row(down, 2, row)

    return write


def pair_with(way: Callable[[int, random.Random], int]) -> Callable[[Path], None]:
    """Forty suburbs' counts, RAW and CONF in one file, rounded some way."""

    def write(folder: Path) -> None:
        chance = random.Random(4)
        rows: Rows = [["group_no", "month", "n_raw", "n_rr3"]]
        for at in range(60):
            true = chance.randint(30, 400)
            rows.append([f"G{at % 6}", f"2025-{at // 6 + 1:02d}", true, way(true, chance)])
        write_csv(folder / "t.csv", rows)

    return write


def two_books(folder: Path) -> None:
    ages: Rows = [["Age", "People"], ["0-24", 120], ["25-64", 210], ["65+", 60], ["Total", 390]]
    again: Rows = [["Age", "People"], ["0-24", 123], ["25-64", 210], ["65+", 60], ["Total", 390]]
    write_book(folder / "march.xlsx", {"Ages": ages})
    write_book(folder / "june.xlsx", {"Ages": again})


def folders(raw: Rows, conf: Rows) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        write_csv(folder / "RAW" / "t.csv", raw)
        write_csv(folder / "CONF" / "t.csv", conf)

    return write


SECTIONS: Rows = [
    ["Characteristic", "Participants", "Eligible, not reached"], ["Sex"], ["Female", 150, 1203], ["Male", 120, 1107],
    ["Another gender", "S", "S"], ["Age"], ["0-17", 90, 600], ["18-64", 123, 1500], ["65+", 60, 213],
]  # fmt: skip

FOURTH = (
    bad("proportions of raw counts", file("t.csv", "area_group,n_all,n_employed,prop", "North,300,141,0.4634",
        "South,240,99,0.4125", "West,180,84,0.4611"), "not_from_rounded", "D2 D4"),
    bad("an exact count in another encoding", encoded("t.csv", "utf-16", "Region\tPeople", "Northland\t1250",
        "Otago\t330", "Southland\t900"), "not_rounded", "B2"),
    bad("an exact count under merged headings", spanning(22), "not_rounded", "G8", "t.xlsx", sheet="Reach"),
    bad("a small count under merged headings", spanning(3), "small_count", "G8", "t.xlsx", sheet="Reach"),
    bad("a small count in the second of two tables", book([["Table 1"], ["Region", "People"], ["Northland", 30],
        ["Otago", 36], [], ["Table 2"], ["Age", "People"], ["0-24", 42], ["25+", 4]]), "not_rounded small_count", "B9",
        "t.xlsx", sheet="Table"),
    bad("measures down, years across", file("t.csv", "Measure,2022,2023,2024", "Clients,300,330,361", "Visits,1200,1260,1290",
        "Referrals,90,96,99"), "not_rounded", "D2"),
    bad("number and percent in one cell", file("t.csv", "Characteristic,Clients n (%)", "All,300 (100.0%)",
        "Female,160 (53.3%)", "Male,141 (47.0%)"), "not_rounded", "B3"),
    bad("numbers at risk", file("t.csv", "Month,At risk,Events,Still enrolled (%)", "0,600,S,", "6,541,57,90.5", "12,487,55,81.3",
        "18,420,66,69.9"), "not_rounded ratio_without_counts", "C4"),
    bad("a far percentile of too few", file("t.csv", "Group,People,Median days,P99 days", "A,300,41,350", "B,600,44,361"),
        "thin_quantile", "D2"),
    bad("an end in a table of statistics", file("t.csv", "Statistic,Participants,Comparison", "Number of people,300,1500",
        "Mean age,41.2,40.9", "Median age,39,38", "Maximum age,97,101"), "minmax", "B5 C5"),
    bad("models side by side", file("t.csv", ",(1),(2)", ",Wages,Wages", "Treated,0.041**,0.038*", ",(0.015),(0.016)",
        "Constant,9.81***,9.79***", ",(0.03),(0.04)", "Observations,1247,1245"), "model_exact_n", "B7"),
    bad("odds of a handful", file("t.csv", "term,odds_ratio,ci_low,ci_high,n", "Intercept,0.4,0.3,0.5,1245",
        "Northland,1.2,0.9,1.6,210", "Chatham Islands,3.9,1.1,14.0,9"), "model_thin", "E4"),
    bad("a key of persons", file("t.csv", "snz_uid,n_visits", "1203344,12", "1209981,9", "1300217,15"), "identifier not_rounded", "A2 A3 A4"),
    bad("a part above its whole, side by side", file("t.csv", "Region,All people,Women", "Northland,300,141", "Otago,90,93",
        "Southland,180,84"), "over_group", "C3"),
    bad("rounded down always", pair_with(lambda n, _: n - n % 3), "direction", "D3 D4"),
    bad("rounded to the nearest always", pair_with(lambda n, _: n + (1 if n % 3 == 2 else -(n % 3))), "nearest", "D3 D4"),
    bad("a rate over a hidden number", file("t.csv", "Region,Clients,People,Clients per 1000", "Northland,30,6000,5.0",
        "Otago,S,9000,0.4", "Southland,18,4500,4.0"), "ratio_of_hidden", "D3"),
    bad("a health number in a title", file("t.csv", "Prepared for ZAC5361,", ",", "Region,People", "Northland,30", "Otago,18"),
        "identifier", "A1"),
    bad("a data file of a statistics program", lambda folder: (folder / "people.rds").write_bytes(b"X\x00\x00") and None,
        "record_file"),
    bad("a mark that tells", file("t.csv", "Region,People", "Northland,30", "Otago,fewer than 3", "Southland,18"),
        "telling_mark", "B3"),
    bad("one employer that is nearly all", folders(
        [["industry", "raw_total_wages", "raw_people", "raw_largest_contributor", "raw_n_employers"],
         ["Fishing", 9_000_000, 210, 8_700_000, 5], ["Farming", 8_000_000, 300, 900_000, 41]],
        [["industry", "total_wages", "people"], ["Fishing", 9_000_000, 210], ["Farming", 8_000_000, 300]]),
        "dominance", "B2", "CONF/t.csv"),
    bad("two providers behind a number", folders(
        [["service", "raw_count", "raw_entity_count"], ["Mentoring", 61, 2], ["Counselling", 90, 7]],
        [["service", "count"], ["Mentoring", 60], ["Counselling", 90]]), "thin_entities", "B2", "CONF/t.csv"),
    bad("a few in the name of a file", file("three_clients_in_otago.csv", "Region,People", "Northland,30", "Otago,18"),
        "small_in_words", verdict="fail"),
    bad("a thin survey estimate", file("t.csv", "Region,Weighted count", "Northland,12300", "West Coast,700", "Otago,8400"),
        "small_weighted", "B3"),
    bad("a median of nine", file("t.csv", "Region,People,Median wait (days)", "Northland,30,12", "Otago,9,15"), "thin_quantile", "C3"),
    bad("one table of two months, a step apart", two_books, "nearly_same", verdict="review"),
)  # fmt: skip

FOURTH_CLEAN = (
    Case("averages with the mark of the count beside it", book([["Days on a benefit, participants"], [],
        ["group", "people", "mark", "average (days)"], ["Participants", 1485, "C", 219], ["Others", 990, "C", 240]])),
    Case("flags of a national office", file("t.csv", "Region,Year,Value,Flags", "Northland,2024,30,", "Otago,2024,,S",
        "Southland,2024,18,R", "Taranaki,2024,,S")),
    Case("years across under merged headings", spanning(33)),
    Case("measures down, years across, rounded", file("t.csv", "Measure,2022,2023,2024", "Clients,300,330,360",
        "Visits,1200,1260,1290", "Referrals,90,96,99")),
    Case("number and percent in one cell, of rounded parts", file("t.csv", "Characteristic,Clients n (%)", "All,300 (100.0%)",
        "Female,159 (53.0%)", "Male,141 (47.0%)")),
    Case("semicolons and an old encoding", encoded("t.csv", "cp1252", "Region;People", "Manawat\u00fb;1 200", "Otago;330")),
    Case("tabs in wide letters", encoded("t.txt", "utf-16", "Region\tPeople", "Northland\t1251", "Otago\t330")),
    Case("sections in one column", book(SECTIONS)),
    Case("models side by side, rounded number", file("t.csv", ",(1),(2)", ",Wages,Wages", "Treated,0.041**,0.038*",
        ",(0.015),(0.016)", "Constant,9.81***,9.79***", ",(0.03),(0.04)", "Observations,1248,1245")),
    Case("rates of rounded counts", file("t.csv", "Region,Clients,People,Clients per 1000", "Northland,30,6000,5.0",
        "Otago,S,9000,S", "Southland,18,4500,4.0")),
    Case("survey estimates", file("t.csv", "Region,Weighted count", "Northland,12300", "West Coast,S", "Otago,8400")),
    Case("means with their spread", file("t.csv", "Group,People,Mean days,SD days,Median days", "A,300,41.2,12.1,40", "B,60,44.0,11.3,43")),
    Case("rounded at random beside its evidence", pair_with(rr3)),
)  # fmt: skip
