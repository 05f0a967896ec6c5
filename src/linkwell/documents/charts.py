"""Charts as SVG pictures out of plain data: no script or style attribute, clear small and in black and white.

Vega-Lite specifications as plain dictionaries, drawn by vl-convert without a network. Every chart carries a
text alternative that says what it shows; the table with the same numbers stands below it in the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

from linkwell.documents.blocks import Picture

WIDTH = 300
"""Drawing width in pixels, so that letters keep their size on a phone 320 pixels wide."""

INKS = ("#0b4f5c", "#6fa8b0", "#dfe7e8")
"""Dark, middle, light: told apart without colour; a dark outline gives the light one its contrast."""

_BASE: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "background": None,
    "config": {
        "aria": False,
        "font": "Noto Sans, Segoe UI, Roboto, Arial, sans-serif",
        "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": "#1d1d1d", "titleColor": "#1d1d1d",
                 "titleFontWeight": "normal", "gridColor": "#e3e3e3", "domainColor": "#5f5f5f",
                 "tickColor": "#5f5f5f"},
        "legend": {"labelFontSize": 12, "labelColor": "#1d1d1d", "title": None, "orient": "top",
                   "direction": "vertical", "symbolStrokeWidth": 1},
        "text": {"fontSize": 11, "color": "#1d1d1d"},
        "view": {"stroke": None},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One bar: which row and which series it belongs to; `value` None is drawn as "not shown"."""

    row: str
    series: str
    value: float | None
    label: str


@dataclass(frozen=True)
class Interval:
    """One estimate with both ends of its interval, and the words at its side."""

    row: str
    estimate: float
    lower: float
    upper: float


def bars(data: Sequence[Bar], *, axis: str, alternative: str) -> Picture:
    """Horizontal bars from zero, in the order given, grouped by series.

    Args:
        axis: what the length means, with its unit. alternative: what the chart shows, in a sentence.
    """
    rows = list(dict.fromkeys(bar.row for bar in data))
    series = list(dict.fromkeys(bar.series for bar in data))
    values = [
        {"row": lines_of(bar.row), "series": bar.series, "value": bar.value or 0, "label": bar.label}
        for bar in data
    ]
    largest = max([bar.value or 0.0 for bar in data], default=1.0) or 1.0
    y = {"field": "row", "type": "nominal", "sort": [lines_of(row) for row in rows],
         "axis": {"title": None, "labelExpr": "split(datum.label, '|')", "labelLimit": 150,
                  "ticks": False}}  # fmt: skip
    shared: dict[str, Any] = {"y": y, "x": {"field": "value", "type": "quantitative", "title": axis,
                              "scale": {"domain": [0, largest * 1.18]},
                              "axis": {"tickCount": 4}}}  # fmt: skip
    if len(series) > 1:
        shared["yOffset"] = {"field": "series", "sort": series}
    colour = {"field": "series", "type": "nominal", "sort": series,
              "scale": {"domain": series, "range": list(INKS[: len(series)])},
              "legend": {} if len(series) > 1 else None}  # fmt: skip
    spec = _BASE | {
        "width": WIDTH - 100,
        "height": {"step": 14 if len(series) > 1 else 24},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "stroke": "#3c3c3c", "strokeWidth": 0.7},
                "encoding": shared | {"color": colour},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 3},
                "encoding": shared | {"text": {"field": "label"}},
            },
        ],
    }
    return draw(spec, alternative)


def intervals(data: Sequence[Interval], *, axis: str, band: float, alternative: str) -> Picture:
    """Estimates as points and their intervals as lines, one row each, beside a line at zero.

    Args:
        band: differences up to this either way do not matter, drawn as a grey band.
    """
    ends = [end for one in data for end in (one.lower, one.upper)] + [-band, band, 0.0]
    margin = 0.06 * (max(ends) - min(ends) or 1.0)
    scale = {"domain": [min(ends) - margin, max(ends) + margin], "nice": False}
    x = {"field": "value", "type": "quantitative", "title": axis, "scale": scale,
         "axis": {"tickCount": 5 if len(data) == 1 else 3}}  # fmt: skip
    order = [lines_of(one.row) for one in data]
    named = {"title": None, "labelExpr": "split(datum.label, '|')", "labelLimit": 150, "ticks": False}
    y = {"field": "row", "type": "nominal", "sort": order, "axis": named if len(data) > 1 else None}
    values = [
        {"row": row, "value": one.lower, "to": one.upper, "at": one.estimate}
        for row, one in zip(order, data, strict=True)
    ]
    spec = _BASE | {
        "width": WIDTH - (110 if len(data) > 1 else 0),
        "height": 46 if len(data) == 1 else 34 * len(data),
        "layer": [
            {"data": {"values": [{"value": -band, "to": band}]}, "mark": {"type": "rect", "color": "#e4e4e4"},
             "encoding": {"x": x, "x2": {"field": "to"}}},
            {"data": {"values": [{"value": 0}]},
             "mark": {"type": "rule", "color": "#5f5f5f", "strokeDash": [3, 3]}, "encoding": {"x": x}},
            {"data": {"values": values},
             "mark": {"type": "rule", "color": INKS[0], "strokeWidth": 3},
             "encoding": {"x": x, "x2": {"field": "to"}, "y": y}},
            {"data": {"values": values},
             "mark": {"type": "point", "filled": True, "size": 90, "color": INKS[0], "opacity": 1},
             "encoding": {"x": x | {"field": "at"}, "y": y}},
        ],
    }  # fmt: skip
    return draw(spec, alternative)


def lines_of(label: str, width: int = 18) -> str:
    """A long label broken into lines, joined by | (vega splits there)."""
    lines: list[str] = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "|".join(lines)


def base() -> dict[str, Any]:
    """What every chart shares: no background, our letters and inks."""
    return dict(_BASE)


def draw(spec: dict[str, Any], alternative: str) -> Picture:
    """A specification as a picture, without script or style attribute."""
    svg = str(vl_convert.vegalite_to_svg(spec))
    svg = re.sub(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg)
    # A strict content policy forbids style attributes; one text alternative speaks for the whole drawing.
    svg = re.sub(r' (?:style|role|aria-[a-z]+|class)="[^"]*"', "", svg)
    box = re.search(r'viewBox="([^"]*)"', svg)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1] if box else ""}">'
    return Picture(re.sub(r"<svg[^>]*>", lambda _: opening, svg.strip(), count=1), alternative)
