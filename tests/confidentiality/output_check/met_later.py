"""Outputs written down without looking at the check's rules, as checkers describe faults; and clean ones.

They were judged once as they came; what was missed then, or named at another cell, was mended in general.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.confidentiality.output_check.made_up import Case, Rows, write_book

COUNTS: Rows = [["Region", "People"], ["Northland", 30], ["Auckland", 45], ["Otago", 12]]


def text(*lines: str) -> Callable[[Path], None]:
    """A CSV file of these lines."""
    return lambda folder: (folder / "t.csv").write_text("\n".join(lines) + "\n", "utf-8") and None


def book(then: Callable[[Any, Any], None] | None = None, rows: Rows = COUNTS) -> Callable[[Path], None]:
    """A workbook with one small table, and what is done to it."""
    made = None if then is None else lambda book, sheets: then(book, sheets["Table"])
    return lambda folder: write_book(folder / "t.xlsx", {"Table": rows}, made)


def bad(name: str, write: Any, rules: str, cells: str, *, verdict: str = "fail", sheet: str = "") -> Case:
    """One fault and its cells."""
    where = {("t.xlsx" if sheet else "t.csv", sheet): tuple(cells.split())}
    return Case(name, write, verdict, tuple(rules.split()), where)


def narrow(book: Any, sheet: Any) -> None:
    """A column nobody sees, though it is not hidden."""
    sheet.write(0, 3, "Before")
    sheet.write(1, 3, 33)
    sheet.set_column(3, 3, 0.05)


LATER = (
    bad("percentages of raw counts beside rounded ones",
        text("Region,People,Percent", "Northland,30,35.6", "Auckland,45,50.6", "Otago,12,13.8",
             "Total,87,100.0"), "not_from_rounded", "C2 C3"),
    bad("totals that were not rounded",
        text("Age,Men,Women,Total", "0-14,120,132,253", "15-24,99,84,184", "25-44,210,201,412",
             "Total,431,418,849"), "not_rounded", "D2 D3 D4 B5 C5"),
    bad("hidden cells that give one another away",
        text("Age,North,Mid,South,Total", "0-14,S,S,60,99", "15-24,30,S,S,120", "25-44,45,60,90,195",
             "45-64,60,75,81,216", "65-74,30,33,36,99",
             "75+,60,63,66,189", "Total,246,264,408,918"), "recoverable", "B2 C2 C3 D3"),
    bad("two hidden numbers that must both be nearly six",
        text("Region,People", "North,S", "Mid,S", "South,30", "Total,42"), "recoverable", "B2 B3",
        verdict="review"),
    bad("running counts whose steps are small",
        text("Month,Cumulative people", "1,30", "2,33", "3,36", "4,60", "5,63"), "small_step", "B3 B4 B6",
        verdict="review"),
    bad("a spread of nothing",
        text("Group,n,Mean visits,SD", "A,60,3.2,1.1", "B,30,1.0,0"), "whole_group", "D3", verdict="review"),
    bad("two short tables that are nearly the same",
        text("Everyone,,", "Age,Yes,No", "0-14,60,90", "15-24,30,45", ",,", "Without the new clinic,,",
             "Age,Yes,No", "0-14,57,90", "15-24,30,45"), "nearly_same", "B8", verdict="review"),
    bad("counts in a file of semicolons",
        text("Region;Headcount;Per cent", "North;31;35,6", "South;44;50,6",
             "West;12;13,8"), "not_rounded ratio_without_counts", "B2 B3"),
    bad("a range that tells more than S",
        text("Region,People", "Northland,30", "Auckland,<3", "Otago,3-5", "Nelson,12"),
        "telling_mark", "B3 B4"),
    bad("thin percentiles in a line",
        text("Group,n,p1,p5,p25,p50,p75,p95,p99", "All,60,112,154,312,402,521,881,1210"), "thin_quantile",
        "C2 D2 H2 I2"),
    bad("a model as R prints it",
        text("term,estimate,std.error,p.value", "(Intercept),12.31,0.81,0.000",
             "reached,1.42,0.44,0.001", ",,,", "Number of observations,1234,,"), "model_exact_n", "B5"),
    bad("a count in words of another language",
        text("Rohe,Tāngata", "Te Tai Tokerau,30", "Tāmaki Makaurau,5", "Waikato,12"),
        "not_rounded small_count", "B3"),
    bad("a column too narrow to be seen",
        book(narrow), "hidden_columns", "D1 D2",
        sheet="Table"),
    bad("a link to a file of the lab",
        book(lambda book, sheet: sheet.write_url(2, 0, r"external:C:\project\raw.xlsx#A1", None, "Auckland")),
        "local_link", "A3", sheet="Table"),
    bad("a shown S over a small number",
        book(lambda book, sheet: sheet.write_number(3, 1, 4, book.add_format({"num_format": '"S"'}))),
        "masked_value not_rounded small_count", "B4", sheet="Table"),
    bad("white on white",
        book(lambda book, sheet: sheet.write(8, 4, 44, book.add_format({"font_color": "#FFFFFF"}))),
        "masked_value not_rounded", "E9", sheet="Table"),
)  # fmt: skip

LATER_CLEAN = (
    Case("a crosstab whose totals were rounded on their own", text(
        "People by age and region,,,", "Rounded at random to base 3; S is under six.,,,",
        "Age,North,South,Total", "0-14,120,132,255", "15-24,99,84,183", "25-44,210,201,411",
        "Total,429,417,849")),
    Case("means of enough people", text(
        "Region,People,Mean wages ($)", "Northland,240,41300", "West Coast,63,38900", "Otago,96,40100")),
    Case("percentages of the rounded counts", text(
        "Region,People,Percent", "Northland,30,34.5", "Auckland,45,51.7", "Otago,12,13.8", "Total,87,100.0")),
    Case("hidden cells that protect one another", text(
        "Age,North,South,West,Total", "0-14,S,S,60,99", "15-24,S,S,45,120", "25-44,45,60,90,195",
        "Total,84,96,195,414")),
    Case("years side by side", text(
        "Year,Age 15-24,Age 25-44", "2019,1203,2310", "2020,1215,2298", "2021,1194,2307", "2022,1260,2331")),
    Case("a workbook with a link to a public page", book(
        lambda book, sheet: sheet.write_url(6, 0, "https://www.stats.govt.nz/", None, "Source"))),
)  # fmt: skip
