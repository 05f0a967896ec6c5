"""A third set, written down blind: seventeen faults not tried before, and seven clean outputs.

They were judged once as they came; what was missed then, or named at another cell, was mended in general.
"""

# Each output reads best on few lines.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.confidentiality.output_check.made_up import Case, Rows, write_book


def file(name: str, *lines: str) -> Callable[[Path], None]:
    """A text file of these lines."""
    return lambda folder: (folder / name).write_text("\n".join(lines) + "\n", "utf-8") and None


def bad(name: str, write: Callable[[Path], None], rules: str, cells: str = "", at: str = "t.csv", *,
        verdict: str = "fail", sheet: str = "") -> Case:  # fmt: skip
    return Case(
        name, write, verdict, tuple(rules.split()), {(at, sheet): tuple(cells.split())} if cells else None
    )


ALL: Rows = [["Age", "Clients"], ["0-14", 120], ["15-24", 99], ["25-44", 210], ["45-64", 159], ["65+", 66]]
WITHOUT: Rows = [
    ["Age", "Clients"],
    ["0-14", 120],
    ["15-24", 96],
    ["25-44", 210],
    ["45-64", 156],
    ["65+", 66],
]


def two_sheets(folder: Path) -> None:
    write_book(folder / "t.xlsx", {"Everyone": ALL, "Without transfers": WITHOUT})


BLIND = (
    bad("a four among the months", file("t.csv", "Region,Jan 2025,Feb 2025,Mar 2025", "Northland,30,33,36",
        "Otago,12,4,15", "Southland,18,21,24"), "not_rounded small_count", "C3"),
    bad("rates of raw counts", file("t.csv", "Region,Clients,Population,Rate per 1000", "Northland,330,18000,18.3",
        "Otago,120,9000,13.6", "Southland,240,12000,20.1"), "not_from_rounded", "D3 D4"),
    bad("thin bars of a histogram", file("t.csv", "Days in care,People", "0-99,120", "100-199,60", "200-299,12",
        "300-399,2", "400-499,1"), "not_rounded small_count", "B5 B6"),
    bad("a log of a statistics program", file("t.log", ". regress wages reached age", "",
        "      Source |       SS       df       MS      Number of obs =   1,247",
        "    Residual |  214.1    1243   .17      Adj R-squared = 0.31"), "model_exact_n other_file"),
    bad("a small count in JSON", file("t.json", '{"people_by_region": {"Northland": 30, "Otago": 4}}'),
        "other_file", verdict="review"),
    bad("a small count in a table of Markdown", file("t.md", "| Region | People |", "|---|---|", "| Northland | 30 |",
        "| Otago | 4 |", "| Southland | 18 |"), "not_rounded small_count", "B4", "t.md"),
    bad("a number written as a word", file("t.csv", "Region,People", "Northland,30", "Otago,four", "Southland,18"),
        "small_in_words", "B3"),
    bad("a mark whose note says which number", file("t.csv", "Region,People", "Northland,30", "Otago,***",
        "Southland,18", ",", "*** means one or two people,"), "small_in_words", "A6"),
    bad("few households of many people", file("t.csv", "Suburb group,People,Households", "North,30,12",
        "South,33,3", "West,18,6"), "small_count", "C3"),
    bad("the unweighted number beside the weighted", file("t.csv", "Region,Weighted people,Unweighted n",
        "Northland,12300,317", "Otago,8400,204"), "not_rounded", "C2"),
    bad("a mean with its few in brackets", file("t.csv", "Region,Mean visits (n)", "Northland,4.2 (30)",
        "Otago,3.9 (12)"), "thin_amount", "B3"),
    bad("the youngest and the oldest in a note", file("t.csv", "Region,People", "Northland,30", "Otago,12", ",",
        "The youngest was 16 and the oldest 97 years.,"), "minmax", "A5"),
    bad("a day of the first visit for each", file("t.csv", "Case,First visit,Region,Sex",
        *(f"C{n},2025-03-{n + 1:02d},Otago,{'FM'[n % 2]}" for n in range(1, 12))), "one_row_a_person", "A2:A12"),
    bad("a sheet for everyone and one without a few", two_sheets, "nearly_same", "B3 B5", "t.xlsx",
        sheet="Without transfers", verdict="review"),
    bad("blanks between thousands", file("t.csv", "Region;People", "Northland;1 247", "Otago;3 300", "Southland;900"),
        "not_rounded", "B2"),
    bad("a term that sets a few apart", file("t.csv", "term,estimate,std.error,p.value", "(Intercept),1.2,0.3,0.001",
        "prison,28.41,14210.5,0.998", ",,,", "Number of observations,300,,"), "model_thin", "B3"),
    bad("initials of people", file("t.csv", "Client,Visits", "H.E.,12", "A.W.,9", "T.M.,15", "R.P.,6"),
        "identifier", "A2 A5"),
)  # fmt: skip

BLIND_CLEAN = (
    Case("a whole column hidden with its total", file("t.csv", "Region,Women,Men,Another gender,Total",
        "Northland,30,36,S,69", "Otago,12,15,S,30", "Southland,18,24,S,42", "Total,63,72,S,141")),
    Case("growth of rounded counts", file("t.csv", "Year,People,Change %", "2021,1200,", "2022,1260,5.0",
        "2023,1323,5.0")),
    Case("a model with a rounded number", file("t.csv", "term,estimate,std.error,p.value,n", "(Intercept),1.2,0.3,0.001,1245",
        "reached,0.4,0.1,0.002,630", ",,,,", "Number of observations,1245,,,")),
    Case("a hidden cell whose total was rounded by itself", file("t.csv", "Region,Women,Men", "Northland,30,36",
        "Otago,12,S", "Southland,18,24", "Total,60,63")),
    Case("bounds for nearly everybody", file("t.csv", "Region,People,Percent enrolled", "Northland,120,>97%",
        "Otago,90,<3%", "Southland,60,50.0%")),
    Case("means of many with their number in brackets", file("t.csv", "Region,Mean visits (n)", "Northland,4.2 (300)",
        "Otago,3.9 (120)", "Southland,4.0 (63)")),
    Case("months of a year that do not fall low", file("t.csv", "Region,Jan 2025,Feb 2025,Mar 2025",
        "Northland,30,33,36", "Otago,12,S,15", "Southland,18,21,24")),
)  # fmt: skip
