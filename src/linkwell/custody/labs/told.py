"""The amounts of a released table, as pages and commands show them beside its people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def amounts_told(table: Mapping[str, Any]) -> tuple[list[str], list[list[float | None]]]:
    """What stands over each column of amounts, and per row its amounts (None: hidden).

    Args:
        table: one of `tables` in what a release says of itself.
    """
    unit, rows = table.get("unit", ""), len(table["values"])
    columns = {
        f"Mean {unit} a person": table.get("means"),
        f"Total {unit}": table.get("totals"),
    }
    heads = [head for head, column in columns.items() if column]
    told = [column for column in columns.values() if column]
    percents = table.get("percents", ())
    heads += [f"{percent} % have at most" for percent in percents]
    quantiles = table.get("quantiles") or [()] * rows
    return heads, [
        [*(column[row] for column in told), *(quantiles[row] or [None] * len(percents))]
        for row in range(rows)
    ]
