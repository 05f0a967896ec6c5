"""Read the packaged code lists: small CSV files that people who know the standards can edit."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """All rows of `data/<name>.csv` as text, in file order."""
    text = files("linkwell.standards").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def pairs(name: str, key: str, value: str) -> dict[str, str]:
    """Two columns of `data/<name>.csv` as a mapping."""
    return {row[key]: row[value] for row in rows(name)}
