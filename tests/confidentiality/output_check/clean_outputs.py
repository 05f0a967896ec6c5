"""Ten outputs with nothing wrong, each laid out in another way."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.confidentiality.output_check.made_up import (
    AGES,
    REGIONS,
    Case,
    Rows,
    acro_folder,
    crosstab,
    grr,
    long_pair,
    means,
    people,
    regression,
    rounded,
    rr3,
    safe,
    shares,
    write_book,
    write_csv,
)  # fmt: skip


def pair_of_files(folder: Path) -> None:
    raw = people(1, 0, 300)
    full, conf = long_pair(raw, 1)
    write_csv(folder / "RAW" / "clients.csv", full)
    write_csv(folder / "CONF" / "clients.csv", conf)


def report_table(folder: Path) -> None:
    write_book(folder / "table.xlsx", {"Table 1": crosstab(people(2), 2)})


def thousands_in_text(folder: Path) -> None:
    rows = crosstab(people(3, 700, 9000), 3)
    write_csv(folder / "big.csv", [[f"{c:,}" if isinstance(c, int) else c for c in row] for row in rows])


def pair_of_sheets(folder: Path) -> None:
    raw = people(4)
    heads = ["Region", *AGES]
    sheets: dict[str, Rows] = {
        "RAW": [heads, *([r, *own] for r, own in zip(REGIONS, raw, strict=True))],
        "CONF": [heads, *([r, *own] for r, own in zip(REGIONS, rounded(raw, 4), strict=True))],
    }
    write_book(folder / "pair.xlsx", sheets)


def percentages(folder: Path) -> None:
    rows = shares(people(5), 5)
    write_csv(
        folder / "employed_CONF.csv", [[*row[:3], f"{row[3]}%"] if i else row for i, row in enumerate(rows)]
    )


def amounts(folder: Path) -> None:
    write_csv(folder / "income.csv", means(people(6), 6))


def model(folder: Path) -> None:
    write_book(folder / "model.xlsx", {"Model 1": regression()})


def table_one(folder: Path) -> None:
    chance = random.Random(8)
    rows: Rows = [["Characteristic", "Clients", "Comparison"], ["N", 1203, 2406], ["Age", "", ""]]
    for age, whole in zip(AGES, (0.1, 0.3, 0.3, 0.2, 0.1), strict=True):
        cells = []
        for size in (1203, 2406):
            told = rr3(int(size * whole) + chance.randint(0, 9), chance)
            cells.append(f"{told:,} ({100 * told / size:.1f}%)")
        rows.append([age, *cells])
    rows += [["Mean income ($)", "45,210", "47,900"], ["Median age (years)", "34", "35"]]
    write_csv(folder / "table1_confidentialised.csv", rows)


def graduated(folder: Path) -> None:
    chance = random.Random(9)
    raw = people(9, 0, 3000)
    rows: Rows = [["ANZSIC06 division", "2022", "2023", "2024"]]
    rows += [[f"Division {letter}", *(safe(count, chance, grr) for count in own[:3])]
             for letter, own in zip("ABCDEFGH", raw, strict=True)]  # fmt: skip
    rows += [["Notes: graduated random rounding. S: fewer than 6 people or fewer than 3 enterprises."]]
    write_csv(folder / "industry.csv", rows)


def acro_results(folder: Path) -> None:
    acro_folder(folder, bad=False)


def chart_of_its_own_cells(folder: Path) -> None:
    def draw(book: Any, sheets: dict[str, Any]) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series(
            {"name": "People", "categories": ["Data", 1, 0, 8, 0], "values": ["Data", 1, 1, 8, 1]}
        )
        sheets["Data"].insert_chart("E2", chart)

    raw = people(10)
    chance = random.Random(10)
    write_book(
        folder / "chart.xlsx",
        {
            "Data": [
                ["Region", "People"],
                *([region, rr3(sum(own), chance)] for region, own in zip(REGIONS, raw, strict=True)),
            ]
        },
        draw,
    )


CLEAN = (
    Case("a pair of files in RAW and CONF folders", pair_of_files),
    Case("a report table with title, two heading rows, totals and notes", report_table),
    Case("thousands separators in a CSV file", thousands_in_text),
    Case("a RAW sheet beside a CONF sheet", pair_of_sheets),
    Case("percentages of rounded counts with percent signs", percentages),
    Case("means and medians with enough people", amounts),
    Case("a regression with a rounded number of people", model),
    Case("a first table with n (%) cells", table_one),
    Case("graduated rounding with hidden cells", graduated),
    Case("a folder of ACRO's", acro_results),
    Case("a chart of the cells beside it", chart_of_its_own_cells),
)
