"""Code lists with their macrons, and local words brought to them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards import codes
from linkwell.standards.lists import rows


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("M", "1"), ("male", "1"), ("Tāne", "1"), ("tane", "1"), ("Male / Tāne", "1"), ("Male (Tāne)", "1"),
        ("1", "1"), ("11", "1"), ("F", "2"), ("Female/Wahine", "2"), ("WAHINE", "2"), ("21", "2"),
        ("Another gender", "3"), ("He ira kē anō", "3"), ("Non-binary", "3"), ("39", "3"), ("X", "3"),
        ("", ""), ("Unknown", ""), ("Male/Female", ""), ("helicopter", ""),
    ],
)  # fmt: skip
def test_genders_as_written_meet_the_standard(word: str, code: str) -> None:
    assert codes.gender_code(word) == code


def test_a_word_for_unknown_differs_from_a_word_not_known() -> None:
    assert codes.map_gender("unknown") == codes.Mapped("", True)
    assert not codes.map_gender("helicopter").known
    assert not codes.map_gender("male/female").known


def test_a_mapping_that_loses_meaning_says_so() -> None:
    assert codes.map_gender("non-binary").loses
    assert codes.map_gender("other").loses
    assert not codes.map_gender("female").loses


def test_another_gender_is_never_turned_into_a_sex() -> None:
    assert codes.sex_code("F") == "2"
    assert codes.sex_code("another gender") == ""


@pytest.mark.parametrize(
    ("text", "level_1", "level_2"),
    [
        ("NZ European/Pākehā", ("1",), ("11",)), ("New Zealand European", ("1",), ("11",)),
        ("pakeha", ("1",), ("11",)), ("Māori; Samoan", ("2", "3"), ("21", "31")),
        ("Maori, Tongan & Niuean", ("2", "3"), ("21", "33", "34")), ("Māori and European", ("2", "1"),
        ("21", "10")), ("Cook Islands Māori", ("3",), ("32",)),
        ("Middle Eastern, Latin American, African", ("5",), ("5",)), ("21111;31", ("2", "3"), ("21", "31")),
        ("2", ("2",), ("2",)), ("Samoan|Tongan", ("3",), ("31", "33")), ("Filipino", ("4",), ("41",)),
        ("Prefer not to say", ("9",), ("95",)), ("", (), ()),
    ],
)  # fmt: skip
def test_ethnicities_as_written_meet_the_standard(
    text: str, level_1: tuple[str, ...], level_2: tuple[str, ...]
) -> None:
    assert codes.read_ethnicities(text).codes == level_1 == codes.ethnicity_codes(text)
    assert codes.read_ethnicities(text, level=2).codes == level_2


def test_what_is_not_understood_is_kept_for_a_person_to_decide() -> None:
    read = codes.read_ethnicities("Māori; Klingon/Vulcan")
    assert read.codes == ("2",)
    assert read.unmapped == ("Klingon", "Vulcan")


def test_a_named_group_kept_as_its_wider_group_says_so() -> None:
    assert codes.read_ethnicities("Filipino").loses


def test_every_local_word_leads_to_a_code_that_exists() -> None:
    known = {*codes.ETHNICITY_LEVEL_1, *codes.ETHNICITY_LEVEL_2}
    assert all(row["code"] in known for row in rows("ethnicity_words"))
    assert all(row["code"] in {*codes.GENDER, ""} for row in rows("gender_words"))


def test_level_two_codes_begin_with_their_parent() -> None:
    for row in rows("ethnicity_2"):
        assert row["parent"] == row["code"][0]
        assert row["parent"] in codes.ETHNICITY_LEVEL_1
    assert len(codes.ETHNICITY_LEVEL_2) == 27


def test_the_lists_keep_their_macrons_in_composed_letters() -> None:
    assert codes.ETHNICITY_LEVEL_1["2"] == "Māori"
    assert codes.ETHNICITY_LEVEL_2["32"] == "Cook Islands Māori"
    assert codes.GENDER_MI == {"1": "Tāne", "2": "Wahine", "3": "He ira kē anō"}
    assert codes.REGIONS["08"] == "Manawatū-Whanganui"
    for table in (codes.GENDER_MI, codes.ETHNICITY_LEVEL_2, codes.REGIONS, codes.TERRITORIAL_AUTHORITIES):
        assert all(unicodedata.is_normalized("NFC", label) for label in table.values())


def test_places_are_complete_and_found_by_name_or_code() -> None:
    assert len(codes.REGIONS) == 17
    assert len(codes.TERRITORIAL_AUTHORITIES) == 67
    for written, code in [
        ("Hawkes Bay", "06"),
        ("Manawatu-Wanganui Region", "08"),
        ("2", "02"),
        ("Narnia", ""),
    ]:
        assert codes.region_code(written) == code
    for written, code in [
        ("Kapiti Coast District Council", "043"),
        ("Wellington", "047"),
        ("76", "076"),
        ("", ""),
    ]:
        assert codes.territorial_authority_code(written) == code


@pytest.mark.parametrize("label", list(codes.REGIONS.items()))
def test_every_region_is_found_by_its_own_name(label: tuple[str, str]) -> None:
    assert codes.region_code(label[1]) == label[0]


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    assert codes.map_gender(text).code in {*codes.GENDER, ""}
    read = codes.read_ethnicities(text, level=2)
    assert all(code in codes.ETHNICITY_LEVEL_2 or code in codes.ETHNICITY_LEVEL_1 for code in read.codes)
    codes.region_code(text)
