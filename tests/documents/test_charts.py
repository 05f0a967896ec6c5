"""Charts say what they show, hold no script and no style attribute, and repeat to the byte."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from linkwell.documents.charts import Bar, Interval, bars, intervals
from linkwell.documents.page import drawing

DRAWN = [
    bars(
        [
            Bar("Women", "Reached", 52.4, "52.4 %"),
            Bar("Women", "Community", None, "S"),
            Bar("Middle Eastern, Latin American, African", "Reached", 3.0, "3.0 %"),
        ],
        axis="Share (%)",
        alternative='Women: 52 % of those "reached" & others.',
    ),
    intervals([Interval("Days", -21.7, -27.6, -15.8)], axis="Days", band=14, alternative="22 fewer"),
    intervals([Interval("Days", 0.0, 0.0, 0.0)], axis="Days", band=0, alternative="nothing"),
    intervals(
        [Interval("Women", -2.0, -3.0, -1.0), Interval("Men and people of another gender", 1.0, 0.0, 2.0)],
        axis="Days",
        band=1,
        alternative="Two groups.",
    ),
]


@pytest.mark.parametrize("picture", DRAWN)
def test_a_chart_is_one_well_formed_picture_with_a_text_alternative(picture):
    svg = drawing(picture)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert root.get("viewBox")
    assert root.get("width") is None
    for forbidden in ("<script", " style=", "href", "http://www.w3.org/1999", "NaN", "Infinity"):
        assert forbidden not in svg


def test_a_hidden_value_is_drawn_as_its_mark_not_as_a_number():
    assert ">S<" in DRAWN[0].svg


def test_the_text_alternative_is_escaped():
    assert "&quot;reached&quot; &amp; others" in drawing(DRAWN[0])


def test_long_labels_break_into_lines_instead_of_being_cut():
    words = re.findall(r">([^<>]+)</t", DRAWN[0].svg)
    assert {"Middle Eastern,", "Latin American,", "African"} <= set(words)


def test_the_same_data_draw_the_same_bytes():
    again = intervals([Interval("Days", -21.7, -27.6, -15.8)], axis="Days", band=14, alternative="22 fewer")
    assert again == DRAWN[1]
