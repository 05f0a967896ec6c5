"""Names folded for comparing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards.names import fold, fold_tight, lost_letters, without_marks


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Māia", "maia"), ("MAIA", "maia"), ("Ma\u0304ia", "maia"), ("O'Brien", "obrien"),
        ("O’Brien", "obrien"), ("Smith-Jones", "smith jones"), ("  Te  Aroha ", "te aroha"),
        ("Dr. Hēmi Walker", "hemi walker"), ("Mr Mr Smith", "smith"), ("Miss", "miss"),
        ("Faʻafetai", "faafetai"), ("Søren", "soren"), ("Strauß", "strauss"), ("MacCall", "maccall"),
        ("", ""), ("Matiu (Matt)", "matiu matt"), ("李小龍", "李小龍"),
    ],
)  # fmt: skip
def test_names_meet_in_one_form(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_spaces_and_hyphens_do_not_part_the_tight_form() -> None:
    assert len({fold_tight(name) for name in ("Te Aroha", "Te-Aroha", "TEAROHA", "Te Ārohā")}) == 1


def test_marks_go_and_case_stays() -> None:
    assert without_marks("Tāne Ōtāhuhu") == "Tane Otahuhu"


@pytest.mark.parametrize("name", ["M?ori", "T?ne", "Ren\ufffd", "MÄ\u0081ori", "RenÃ©"])
def test_lost_letters_are_noticed(name: str) -> None:
    assert lost_letters(name)


@pytest.mark.parametrize("name", ["Māori", "Åse", "Why?", "René", "Ānaru", "?"])
def test_whole_names_are_left_in_peace(name: str) -> None:
    assert not lost_letters(name)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
