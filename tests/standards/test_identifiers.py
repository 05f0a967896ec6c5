"""Every vector of the domain notes, and what a check digit can and cannot catch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards import identifiers as ids


def words(text: str) -> list[str]:
    return text.split()


OLD = words("""
ZAC5361 ZZZ0016 ZZZ0024 ZKP3424 ZWX5200 ZAA0105 ZAA0067 ZAA0130 ABC1235 JBX3656 WLD9413 MCJ1984
EPT6335 CGC2720 AAA1116 BBB2221
""")
NEW = words("""
ZBN77VL ZZZ00AC ZVU27KE ZXE24NV ZUA48EH ZUT01RG ZNK28DJ ZTL39SK ZWB84LW ZQF54PV ZAK21MS ZYC49PX
ZDP92ZR ZVE74QH ZAP28LA ZBD33XL ZGA02YJ ZMZ61ZB ZYZ89XY ZDR69YX ZSC21TN ZZB30NH ZYZ81ZV ZVB97XQ
ZRA29VA ZYX61YS ZHW58CV ALU18KP AAA01AY AAA17AA AAA11AU ABC12DS ABC12AY
""")
INVALID = words("""
ZZZ0017 ZZZ0044 DAB8233 ABC1234 JBX3650 ZZZ00AA ZZZ00AX ZVU27KF ZYZ89XX ADH48ZJ ZBC42DQ AAA01AZ
ZZI0016 ZZZ00OC ZZZ00AI ZZZ001A 1ZZ0016 ZZZ001
""")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

letters3 = st.text(LETTERS, min_size=3, max_size=3)
old_nhis = (
    st.builds(lambda a, n: f"{a}{n:03}", letters3, st.integers(0, 999))
    .filter(ids.nhi_check_character)
    .map(lambda base: base + str(ids.nhi_check_character(base)))
)
irds = (
    st.integers(1_000_001, 19_999_999)
    .map(lambda n: f"{n:08}")
    .filter(lambda base: ids.ird_check_digit(base) is not None)
    .map(lambda base: base + str(ids.ird_check_digit(base)))
)


@pytest.mark.parametrize("nhi", OLD + NEW)
def test_valid_nhi_numbers_pass_however_they_are_typed(nhi: str) -> None:
    assert ids.check_nhi(nhi) == ids.IdCheck(True, nhi)
    assert ids.check_nhi(f" {nhi[:3].lower()} {nhi[3:].lower()}\u00a0").value == nhi
    assert ids.nhi_check_character(nhi[:6]) == nhi[6]


@pytest.mark.parametrize("nhi", INVALID)
def test_invalid_nhi_numbers_fail_with_a_reason_that_does_not_repeat_them(nhi: str) -> None:
    outcome = ids.check_nhi(nhi)
    assert not outcome.ok
    assert outcome.reason
    assert nhi not in outcome.reason


@pytest.mark.parametrize("ending", range(10))
def test_a_base_whose_sum_divides_by_eleven_has_no_valid_ending(ending: int) -> None:
    assert ids.nhi_check_character("ZZZ004") is None
    assert "begins with these six" in ids.check_nhi(f"ZZZ004{ending}").reason


@pytest.mark.parametrize("nhi", ["ZZZ00AX", "ADH48ZJ", "ZBC42DQ"])
def test_a_number_made_by_the_draft_standard_is_named_as_such(nhi: str) -> None:
    assert "draft" in ids.check_nhi(nhi).reason


@pytest.mark.parametrize("nhi", ["ZZI0016", "ZZZ00OC", "ZZZ00AI"])
def test_the_letters_i_and_o_are_explained(nhi: str) -> None:
    assert "I or O" in ids.check_nhi(nhi).reason


def test_z_is_never_the_last_letter_of_a_new_nhi() -> None:
    assert not any(
        ids.nhi_check_character(f"ZZ{a}{n:02}{b}") == "Z"
        for a in LETTERS
        for n in range(100)
        for b in LETTERS
    )


def test_the_test_range_begins_with_z() -> None:
    assert ids.is_test_nhi("zac 5361")
    assert not ids.is_test_nhi("ABC1235")


@given(old_nhis, st.integers(3, 6), st.integers(1, 9))
def test_every_single_digit_error_in_an_old_nhi_is_caught(nhi: str, at: int, shift: int) -> None:
    wrong = nhi[:at] + str((int(nhi[at]) + shift) % 10) + nhi[at + 1 :]
    assert not ids.check_nhi(wrong).ok


@given(old_nhis, st.integers(0, 2), st.sampled_from(LETTERS))
def test_a_wrong_letter_slips_through_only_eleven_or_twenty_two_places_away(
    nhi: str, at: int, letter: str
) -> None:
    wrong = nhi[:at] + letter + nhi[at + 1 :]
    apart = abs(LETTERS.index(letter) - LETTERS.index(nhi[at]))
    assert ids.check_nhi(wrong).ok == (apart in (0, 11, 22))


@pytest.mark.parametrize(
    "ird",
    ["49091850", "35901981", "49098576", "136410132", "150000009", "199999990", "10000009", "49-091-850"],
)
def test_valid_ird_numbers_pass_and_become_nine_digits(ird: str) -> None:
    outcome = ids.check_ird(ird)
    assert outcome == ids.IdCheck(True, ird.replace("-", "").zfill(9))


@pytest.mark.parametrize(
    "ird",
    [
        "136410133",
        "9125568",
        "200000005",
        "009999996",
        "123456789",
        "",
        "12345678901",
        "4909185O",
        "１２３４５６７８",
    ],
)
def test_invalid_ird_numbers_fail(ird: str) -> None:
    assert not ids.check_ird(ird).ok


@pytest.mark.parametrize("base", ["01000005", "01000165", "01000215"])
def test_some_bases_have_no_ird_number(base: str) -> None:
    assert ids.ird_check_digit(base) is None


def _needs_second_weights(ird: str) -> bool:
    return sum(int(d) * w for d, w in zip(ird[:8], (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11 == 1


@given(irds, st.integers(0, 8), st.integers(1, 9))
def test_every_single_digit_error_in_an_ird_is_caught_or_explained_by_the_second_weights(
    ird: str, at: int, shift: int
) -> None:
    wrong = ird[:at] + str((int(ird[at]) + shift) % 10) + ird[at + 1 :]
    if ids.check_ird(wrong).ok:
        assert _needs_second_weights(ird) != _needs_second_weights(wrong)


def test_an_ird_error_that_slips_through_does_exist() -> None:
    """So the exception in the documentation is not an empty phrase."""
    assert ids.check_ird("010000122").ok
    slipped = [
        (a, b)
        for base in range(1_000_001, 1_002_000)
        for a, b in [(f"{base:08}", f"{base + 1:08}")]
        if a[:7] == b[:7]
        and ids.ird_check_digit(a) is not None
        and ids.ird_check_digit(a) == ids.ird_check_digit(b)
    ]
    assert slipped


@pytest.mark.parametrize(
    "hpi", words("G00001-G G00036-D FZZ999-B FZZ958-K FZZ941-D GZZ998-G G0P656-E G0K668-C G0F252-G")
)
def test_published_hpi_ids_pass(hpi: str) -> None:
    assert ids.check_hpi(hpi) == ids.IdCheck(True, hpi)


@pytest.mark.parametrize("hpi", ["G00001-A", "G00034-A", "G00034-K", "H00001-G", "GO0001-G", "G00001"])
def test_wrong_hpi_ids_fail(hpi: str) -> None:
    assert not ids.check_hpi(hpi).ok


@pytest.mark.parametrize("nzbn", ["9429034042984", "9429040402543", "9429041535110", "9429000000000"])
def test_nzbn_vectors_pass(nzbn: str) -> None:
    assert ids.check_nzbn(nzbn).ok


@pytest.mark.parametrize("nzbn", ["9429034042985", "9529034042984", "942903404298"])
def test_wrong_nzbn_fail(nzbn: str) -> None:
    assert not ids.check_nzbn(nzbn).ok


def test_numbers_without_a_public_rule_say_that_only_their_shape_was_checked() -> None:
    for outcome in (
        ids.check_msd("123-456-789"),
        ids.check_nsn("123456"),
        ids.check_driver_licence("ab123456"),
    ):
        assert outcome.ok
        assert not outcome.checked
    assert ids.check_nsn("123456").value == "0000123456"


def test_a_client_number_that_lost_its_first_zero_is_reported_not_repaired() -> None:
    assert "may have been lost" in ids.check_msd("12345678").reason
    assert not ids.check_msd("000000000").ok


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    for check in (ids.check_nhi, ids.check_ird, ids.check_hpi, ids.check_nzbn, ids.check_msd, ids.check_nsn):
        outcome = check(text)
        assert outcome.ok == (not outcome.reason)
