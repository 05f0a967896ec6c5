"""A page printed on A4 keeps every picture whole."""

from __future__ import annotations

from typing import Any

from linkwell.documents.blocks import Document, Figure
from linkwell.documents.charts import Bar, bars
from linkwell.documents.html import render_html

A4_BELOW_THE_HEADING = 880
"""Pixels of a sheet between its margins, less a heading and a caption."""


def test_a_picture_of_many_rows_fits_on_a_printed_sheet(page: Any) -> None:
    rows = [Bar(f"Region {n}", kind, n, f"{n} %") for n in range(1, 17) for kind in ("Reached", "Community")]
    figure = Figure("Many rows", (bars(rows, axis="Share (%)", alternative="Many rows."),))
    page.set_viewport_size({"width": 720, "height": 1000})
    page.set_content(render_html(Document("T", (figure,))))
    chart = page.locator(".chart")
    assert chart.bounding_box()["height"] > A4_BELOW_THE_HEADING, "on a screen it may be taller"
    page.emulate_media(media="print")
    assert chart.bounding_box()["height"] < A4_BELOW_THE_HEADING
    page.emulate_media(media="screen")
