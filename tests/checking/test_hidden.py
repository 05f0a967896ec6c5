"""What hides in columns of details is found, and ordinary labels are left in peace."""

from __future__ import annotations

from collections import Counter

import pytest

from linkwell.checking.hidden import hidden_in


@pytest.mark.parametrize(
    "value",
    [
        "12 Example Street",
        "12A Example St, Sampletown",
        "3/45 Kōwhai Road",
        "Flat 2, 7 Old Mill Rd",
        "15 Te Awa Crescent Sampletown 9999",
        "88 Long View Drive, Sampletown",
        "PO Box 123",
        "P.O. Box 4567 Sampletown",
        "RD 2",
        "Private Bag 12345",
    ],
)
def test_an_address_among_details_is_found(value: str) -> None:
    assert "hidden_address" in hidden_in(Counter({value: 1}), set())


@pytest.mark.parametrize(
    "value",
    [
        "Visit 1 of 3",
        "12 week safe place to be",
        "1 to 1 with Dr",
        "Level 2 home visit",
        "2 hours driving lessons",
        "Room 3",
        "Street outreach",
        "Road to work",
        "10 steps the right way through",
    ],
)
def test_an_ordinary_label_is_no_address(value: str) -> None:
    assert "hidden_address" not in hidden_in(Counter({value: 1}), set())
