"""Charts of lines, ranges and pairs: one text alternative, no script, no style attribute, no number lost."""

from __future__ import annotations

import pytest

from linkwell.documents.blocks import Picture
from linkwell.documents.lines import Pair, Point, pairs, paths, ranges
from linkwell.documents.page import drawing

POINTS = [Point("Participants", -6, 40.0, 38.0, 42.0), Point("Participants", 3, 30.0, 27.0, 33.0),
          Point("Similar people", -6, 40.5), Point("Similar people", 3, 38.0)]  # fmt: skip


def drawings() -> list[Picture]:
    said = 'Lines part "after" the start'
    return [
        paths(POINTS, x_axis="Months", y_axis="Days", start=0, alternative=said),
        ranges(POINTS[:2], x_axis="Months", y_axis="Days", start=0, alternative=said),
        pairs([Pair("Time on a main benefit, last quarter before", 0.7, 0.0)], axis="SD", limits=(0.05, 0.1),
              alternative=said),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(3))
def test_a_chart_speaks_and_holds_no_script_or_style(number):
    svg = drawing(drawings()[number])
    assert svg.startswith("<svg")
    assert 'aria-label="Lines part &quot;after&quot; the start"' in svg
    assert "<script" not in svg
    assert "style=" not in svg
    assert svg.count("role=") == 1


def test_the_same_points_give_the_same_drawing():
    assert drawings() == drawings()
