"""A schematic map: one square a region, laid out as they lie, shaded by class and readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linkwell.documents.blocks import Picture
from linkwell.documents.charts import base, draw

SHADES = ("#ffffff", "#cfe3e6", "#6fa8b0", "#0b4f5c")
"""From the lowest class to the highest; the class is also written in each square."""
GREY = "#d9d9d9"
SIDE = 78


@dataclass(frozen=True)
class Tile:
    """One region: its column and row on the map, a short name, and its class (None: not told).

    Attributes:
        said: the class in a word or two, written below the name.
    """

    column: int
    row: int
    name: str
    said: str
    shade: int | None


def tiles(data: Sequence[Tile], *, alternative: str) -> Picture:
    """Draw the map.

    Args:
        alternative: what it shows, in a sentence.
    """
    values = [
        {"x": tile.column, "y": tile.row, "name": tile.name, "said": tile.said,
         "fill": GREY if tile.shade is None else SHADES[tile.shade],
         "ink": "#ffffff" if tile.shade == len(SHADES) - 1 else "#1d1d1d"}
        for tile in data
    ]  # fmt: skip
    columns = 1 + max((tile.column for tile in data), default=0)
    rows = 1 + max((tile.row for tile in data), default=0)

    def along(field: str, last: int) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "axis": None,
                "scale": {"domain": [-0.5, last - 0.5], "nice": False, "reverse": field == "y"}}  # fmt: skip

    place = {"x": along("x", columns), "y": along("y", rows)}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    spec = base() | {
        "width": SIDE * columns,
        "height": SIDE * rows,
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "square", "size": (SIDE - 4) ** 2, "opacity": 1, "stroke": "#3c3c3c",
                      "strokeWidth": 0.7},
             "encoding": place | {"fill": {"field": "fill", "type": "nominal", "scale": None}}},
            {"mark": {"type": "text", "dy": -8, "fontSize": 10},
             "encoding": place | {"text": {"field": "name"}, "color": ink}},
            {"mark": {"type": "text", "dy": 9, "fontSize": 11, "fontWeight": "bold"},
             "encoding": place | {"text": {"field": "said"}, "color": ink}},
        ],
    }  # fmt: skip
    return draw(spec, alternative)
