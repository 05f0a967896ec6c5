"""The map shows classes and never a share; what is not told is grey and says so."""

from __future__ import annotations

import re

from linkwell.documents.page import drawing
from linkwell.insights.reach import wording
from linkwell.insights.report_map import Gap, _layout, coverage_map


def gap(region, could, reached):
    return Gap(region, could, reached, 100 * reached / could, could - reached, 0, 1.0)


GAPS = [gap("Auckland", 999, 99), gap("Waikato", 501, 21), gap("Wellington", 300, 60), "Nelson",
        gap("Otago", 12, 6)]  # fmt: skip


def test_every_region_has_one_place_of_its_own():
    layout = _layout()["columns"]
    assert {code for code, *_ in layout} == set(wording()["region"]["labels"]) - {"99"}
    places = [(column, row) for _, column, row, _ in layout]
    assert len(set(places)) == len(places)


def test_classes_are_against_the_regions_told_together():
    said = coverage_map(GAPS).pictures[0].alternative
    for words in ("Auckland similar", "Waikato less", "Wellington more"):
        assert words in said


def test_a_hidden_or_small_region_is_neither_classed_nor_named_by_class():
    figure = coverage_map(GAPS)
    assert "Nelson" not in figure.pictures[0].alternative
    assert "Otago" not in figure.pictures[0].alternative
    assert drawing(figure.pictures[0]).count("too few") == 2


def test_no_number_of_people_and_no_share_is_drawn():
    words = re.findall(r">([^<>]+)</text>", coverage_map(GAPS).pictures[0].svg)
    assert words
    assert not any(re.search(r"\d", word) for word in words)


def test_with_nothing_told_there_is_no_map():
    assert coverage_map(["Nelson"]) is None


def test_a_few_people_more_or_less_are_what_rounding_does():
    """With 60 people reached, six where four would be the overall coverage is no "more"."""
    said = coverage_map([gap("Auckland", 999, 33), gap("Nelson", 120, 6), gap("Otago", 240, 3)])
    assert "Nelson similar; Otago similar" in said.pictures[0].alternative
