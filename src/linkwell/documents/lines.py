"""Charts of points, lines and ranges: paths over time, differences by period, how alike two groups are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linkwell.documents.blocks import Picture
from linkwell.documents.charts import INKS, WIDTH, base, draw, lines_of

GREY = "#5f5f5f"


@dataclass(frozen=True)
class Point:
    """A point of a line at `x`; both ends of its range where it has one.

    Points of one `piece` are joined; between pieces something is not told, and no line pretends to know it.
    """

    series: str
    x: int
    y: float
    lower: float | None = None
    upper: float | None = None
    piece: int = 0


@dataclass(frozen=True)
class Pair:
    """One row with a hollow point (before) and a solid one (after)."""

    row: str
    before: float
    after: float


def paths(points: Sequence[Point], *, x_axis: str, y_axis: str, start: float, alternative: str) -> Picture:
    """Lines by series, told apart by dashes as well as ink, with a band where a point has a range.

    Args:
        start: where the vertical line of the start stands. alternative: what the chart shows, in a sentence.
    """
    series = list(dict.fromkeys(point.series for point in points))
    values = [vars(point) for point in points]
    x, y = _axis("x", x_axis), _axis("y", y_axis, zero=True)
    ink = {"field": "series", "type": "nominal", "sort": series,
           "scale": {"domain": series, "range": list(INKS[: len(series)])}, "legend": {}}  # fmt: skip
    dash = {"field": "series", "type": "nominal", "sort": series,
            "scale": {"domain": series, "range": [[1, 0], [5, 3]][: len(series)]}, "legend": {}}  # fmt: skip
    piece = {"field": "piece", "type": "nominal"}
    spec = base() | {
        "width": WIDTH,
        "height": 170,
        "layer": [
            {"data": {"values": [value for value in values if value["lower"] is not None]},
             "mark": {"type": "area", "color": "#c9c9c9", "opacity": 0.5},
             "encoding": {"x": x, "y": _axis("lower", y_axis), "y2": {"field": "upper"}, "detail": piece}},
            _start(start, x_axis),
            {"data": {"values": values}, "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 25}},
             "encoding": {"x": x, "y": y, "color": ink, "strokeDash": dash, "detail": piece}},
        ],
    }  # fmt: skip
    return draw(spec, alternative)


def ranges(points: Sequence[Point], *, x_axis: str, y_axis: str, start: float, alternative: str) -> Picture:
    """Points with their ranges side by side, a line at zero and one at the start."""
    values = [vars(point) for point in points]
    x = _axis("x", x_axis)
    spec = base() | {
        "width": WIDTH,
        "height": 150,
        "layer": [
            {"data": {"values": [{"y": 0}]}, "mark": {"type": "rule", "color": GREY, "strokeDash": [3, 3]},
             "encoding": {"y": _axis("y", y_axis)}},
            _start(start, x_axis),
            {"data": {"values": values}, "mark": {"type": "rule", "color": INKS[0], "strokeWidth": 2.5},
             "encoding": {"x": x, "y": _axis("lower", y_axis), "y2": {"field": "upper"}}},
            {"data": {"values": values},
             "mark": {"type": "point", "filled": True, "size": 50, "color": INKS[0], "opacity": 1},
             "encoding": {"x": x, "y": _axis("y", y_axis)}},
        ],
    }  # fmt: skip
    return draw(spec, alternative)


def pairs(rows: Sequence[Pair], *, axis: str, limits: Sequence[float], alternative: str) -> Picture:
    """A love plot: hollow before, solid after, lines at the limits either side of zero."""
    order = [lines_of(pair.row, 26) for pair in rows]
    values = [
        {"row": lines_of(pair.row, 26), "when": when, "value": value}
        for pair in rows
        for when, value in (("before weighting", pair.before), ("after weighting", pair.after))
    ]
    y = {"field": "row", "type": "nominal", "sort": order,
         "axis": {"title": None, "labelExpr": "split(datum.label, '|')", "labelLimit": 180,
                  "ticks": False}}  # fmt: skip
    x: dict[str, Any] = {"field": "value", "type": "quantitative", "title": axis, "axis": {"tickCount": 5}}
    marks = [{"value": side * limit} for limit in limits for side in (-1, 1)]
    whens = ["before weighting", "after weighting"]
    spec = base() | {
        "width": WIDTH - 120,
        "height": {"step": 14 * max(2, 1 + max(name.count("|") for name in order)) + 4},
        "layer": [
            {"data": {"values": marks}, "mark": {"type": "rule", "color": GREY, "strokeDash": [3, 3]},
             "encoding": {"x": x}},
            {"data": {"values": values},
             "mark": {"type": "point", "size": 55, "color": INKS[0], "opacity": 1},
             "encoding": {"x": x, "y": y,
                          "shape": {"field": "when", "type": "nominal", "sort": whens, "legend": {},
                                    "scale": {"domain": whens, "range": ["circle", "diamond"]}},
                          "fill": {"field": "when", "type": "nominal", "sort": whens, "legend": {},
                                   "scale": {"domain": whens, "range": ["#ffffff", INKS[0]]}}}},
        ],
    }  # fmt: skip
    return draw(spec, alternative)


def _axis(field: str, title: str, *, zero: bool = False) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, "scale": {"zero": zero},
            "axis": {"tickCount": 6}}  # fmt: skip


def _start(at: float, x_axis: str) -> dict[str, Any]:
    return {"data": {"values": [{"x": at}]}, "mark": {"type": "rule", "color": GREY},
            "encoding": {"x": _axis("x", x_axis)}}  # fmt: skip
