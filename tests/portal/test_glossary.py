"""Every plain word pages use stands in the glossary, beside the word of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwell.pages.labels import labels

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8").splitlines()
    if line.startswith("| ")
]


@pytest.mark.parametrize("word", labels()["words"])
def test_a_word_of_the_labels_is_explained(word):
    assert word in {row[0] for row in ROWS}


@pytest.mark.parametrize("word", sorted(set(labels()["words"]) - {"custodian"}))
def test_the_plain_word_is_the_same_in_both(word):
    plain = next(row[1] for row in ROWS if row[0] == word)
    assert plain.lower() == labels()["words"][word].lower()
