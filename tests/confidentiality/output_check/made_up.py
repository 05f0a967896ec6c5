"""Made-up outputs as researchers lay them out: ten clean ones, and thirty with one known fault each."""

from __future__ import annotations

import csv
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

REGIONS = ("Northland", "Auckland", "Waikato", "Bay of Plenty", "Gisborne", "Taranaki", "Wellington", "Otago")
AGES = ("0-14", "15-24", "25-44", "45-64", "65+")
Rows = list[list[Any]]


@dataclass(frozen=True)
class Case:
    """One output.

    Attributes:
        write: puts its files into a folder.
        rules: what must be said; cells: where, by (file, sheet); () where a fault has no cell.
    """

    name: str
    write: Callable[[Path], None]
    verdict: str = "pass"
    rules: tuple[str, ...] = ()
    cells: dict[tuple[str, str], tuple[str, ...]] | None = None


def rr3(count: int, chance: random.Random) -> int:
    """Random rounding to base 3."""
    rest = count % 3
    return count - rest + (3 if rest and chance.random() < rest / 3 else 0)


def grr(count: int, chance: random.Random) -> int:
    base = 3 if count < 19 else 2 if count == 19 else 5 if count < 100 else 10 if count < 1000 else 100
    rest = count % base
    return count - rest + (base if rest and chance.random() < rest / base else 0)


def safe(count: int, chance: random.Random, way: Callable[[int, random.Random], int] = rr3) -> Any:
    return "S" if count < 6 else way(count, chance)


def write_csv(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def write_book(
    path: Path, sheets: dict[str, Rows], then: Callable[[Any, dict[str, Any]], None] | None = None
) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        made = {}
        for name, rows in sheets.items():
            sheet = made[name] = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None and value != "":
                        sheet.write(at, column, value)
        if then:
            then(book, made)


def people(seed: int, least: int = 24, most: int = 900) -> list[list[int]]:
    """Raw counts: a row a region, a column an age."""
    chance = random.Random(seed)
    return [[chance.randint(least, most) for _ in AGES] for _ in REGIONS]


def rounded(raw: list[list[int]], seed: int) -> Rows:
    chance = random.Random(seed)
    return [[safe(count, chance) for count in row] for row in raw]


def crosstab(raw: list[list[int]], seed: int, *, title: bool = True) -> Rows:
    """Regions by ages with totals rounded on their own, a title and notes, as in a report."""
    chance = random.Random(seed + 1)
    body = rounded(raw, seed)
    rows: Rows = [["Table 1. People by region and age, June 2025"], []] if title else []
    rows += [["", "Age group", "", "", "", "", ""], ["Region", *AGES, "Total"]]
    rows += [
        [region, *own, rr3(sum(true), chance)] for region, own, true in zip(REGIONS, body, raw, strict=True)
    ]
    rows += [
        [
            "Total",
            *(rr3(sum(column), chance) for column in zip(*raw, strict=True)),
            rr3(sum(map(sum, raw)), chance),
        ]
    ]
    rows += [[], ["Notes: counts are randomly rounded to base 3, totals too."], ["S = fewer than 6 people."],
             ["Source: the integrated data, 2025 refresh."]]  # fmt: skip
    return rows


def long_pair(raw: list[list[int]], seed: int) -> tuple[Rows, Rows]:
    """RAW and CONF with one line per region and age."""
    chance = random.Random(seed)
    full: Rows = [["region", "age_band", "raw_count", "conf_count", "entity_count_provider"]]
    conf: Rows = [["region", "age_band", "conf_count"]]
    for region, own in zip(REGIONS, raw, strict=True):
        for age, count in zip(AGES, own, strict=True):
            told = safe(count, chance)
            full.append([region, age, count, told, chance.randint(3, 40)])
            conf.append([region, age, told])
    return full, conf


def shares(raw: list[list[int]], seed: int, *, from_raw: bool = False, title: str = "pct_employed") -> Rows:
    """Clients, those employed, and the share, rounded parts or raw ones."""
    chance = random.Random(seed)
    rows: Rows = [["region", "conf_count_all_people", "conf_count_w_employed", title]]
    for region, own in zip(REGIONS, raw, strict=True):
        whole, part = sum(own), int(sum(own) * chance.uniform(0.3, 0.7))
        told, told_part = rr3(whole, chance), rr3(part, chance)
        rows.append(
            [region, told, told_part, round(100 * (part / whole if from_raw else told_part / told), 1)]
        )
    return rows


def means(raw: list[list[int]], seed: int) -> Rows:
    chance = random.Random(seed)
    rows: Rows = [["Region", "People (RR3)", "Mean income ($)", "Median income ($)", "Std dev"]]
    for region, own in zip(REGIONS, raw, strict=True):
        rows.append(
            [
                region,
                rr3(sum(own), chance),
                chance.randint(30000, 70000),
                chance.randint(28000, 60000),
                round(chance.uniform(9000, 20000), 1),
            ]
        )
    return rows


def regression(people_told: int = 12345, freedom: int | None = None) -> Rows:
    rows: Rows = [
        ["OLS regression: log of wages"], [], ["", "coef", "std err", "t", "P>|t|"],
        ["Intercept", 9.812, 0.034, 288.6, 0.0], ["Age", 0.012, 0.001, 12.0, 0.0],
        ["Female", -0.104, 0.018, -5.8, 0.0], ["Māori", -0.041, 0.021, -1.95, 0.051], [],
        ["No. Observations", people_told], ["R-squared", 0.31],
    ]  # fmt: skip
    return rows + ([["Df Residuals", freedom]] if freedom is not None else [])


def rewrite(path: Path, extra: dict[str, str], changed: dict[str, tuple[str, str]] | None = None) -> None:
    """Add parts to a workbook, or replace words in those it has."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, (old, new) in (changed or {}).items():
        text = parts[name].decode()
        assert old in text, f"{old} is not in {name}"
        parts[name] = text.replace(old, new, 1).encode()
    parts |= {name: text.encode() for name, text in extra.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def acro_folder(folder: Path, *, bad: bool) -> None:
    raw = people(71)
    write_csv(
        folder / "output_0_0.csv",
        [["region", *AGES], *([r, *own] for r, own in zip(REGIONS, rounded(raw, 5), strict=True))],
    )
    sdc = {
        "summary": {"suppressed": False, "threshold": int(bad)},
        "cells": {"threshold": [[2, 1]] if bad else [], "p-ratio": []},
    }
    results = {
        "version": "1.0.2",
        "results": {
            "output_0": {
                "uid": "output_0",
                "status": "fail" if bad else "pass",
                "type": "table",
                "properties": {"method": "crosstab"},
                "files": [{"name": "output_0_0.csv", "sdc": sdc}],
                "outcome": {},
                "command": "acro.crosstab(...)",
                "summary": "",
                "comments": [],
                "exception": "",
            }
        },
    }
    (folder / "results.json").write_text(json.dumps(results), "utf-8")
