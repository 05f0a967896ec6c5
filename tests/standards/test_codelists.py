"""Built-in code lists hold what their sources say, and local words are brought to them without force."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.standards.codelists import meaning, standard_lists

LISTS = list(standard_lists())


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_as_many_codes_as_its_source(name: str) -> None:
    text = files("linkwell.standards").joinpath("data", "sources.toml").read_text("utf-8")
    assert len(standard_lists()[name].codes) == tomllib.loads(text)[name]["codes"]


@pytest.mark.parametrize("name", LISTS)
def test_every_code_means_itself_where_a_code_may_be_written(name: str) -> None:
    for code, _ in standard_lists()[name].codes:
        if (name, code) not in {("sex", "3"), ("territorial_authorities", "999")}:
            assert meaning(name, code).codes == (code,), code


def test_each_finer_ethnicity_code_lies_under_one_wider_code() -> None:
    for level, digits in ((2, 1), (3, 2), (4, 3)):
        wider = dict(standard_lists()[f"ethnicity_{level - 1}"].codes)
        assert all(code[:digits] in wider for code, _ in standard_lists()[f"ethnicity_{level}"].codes)


@pytest.mark.parametrize(
    ("name", "text", "codes", "lost"),
    [
        ("ethnicity_4", "Filipino; NZ European/Pākehā", ("41111", "11111"), 0),
        ("ethnicity_3", "Filipino", ("411",), 0),
        ("ethnicity_2", "Filipino", ("41",), 1),
        ("ethnicity_1", "Filipino", ("4",), 1),
        ("ethnicity_4", "European", ("10000",), 0),
        ("ethnicity_3", "Iranian", ("511",), 1),
        ("ethnicity_4", "Maori", ("21111",), 0),
        ("iwi", "ngapuhi; Ngāi Tahu", ("0104", "1109"), 0),
        ("talb", "Kapiti Coast District", ("04300",), 0),
        ("territorial_authorities", "Kaipātiki Local Board", ("076",), 1),
        ("regions", "Hawkes Bay", ("06",), 0),
        ("gender", "tāne", ("1",), 0),
        ("sex", "F", ("2",), 1),
    ],
)
def test_local_words_meet_the_list(name: str, text: str, codes: tuple[str, ...], lost: int) -> None:
    found = meaning(name, text)
    assert found.known
    assert found.codes == codes
    assert len(found.loses) == lost


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ethnicity_4", "11112"),  # no such code
        ("ethnicity_2", "Klingon"),
        ("iwi", "Ngāti Nowhere"),
        ("talb", "Kaipātiki Local Board"),  # its code could not be checked, so none is given
        ("talb", "Auckland"),  # says no board
        ("sex", "non-binary"),
        ("regions", "Narnia"),
    ],
)
def test_what_is_not_known_stays_open(name: str, text: str) -> None:
    assert not meaning(name, text).known
    assert meaning(name, text).codes == ()


@given(st.sampled_from(LISTS), st.text(max_size=30))
def test_any_text_gets_codes_of_the_list_or_stays_open(name: str, text: str) -> None:
    known = dict(standard_lists()[name].codes)
    wider = {code for level in (1, 2, 3) for code, _ in standard_lists()[f"ethnicity_{level}"].codes}
    assert all(
        code in known or (name.startswith("ethnicity") and code in wider)
        for code in meaning(name, text).codes
    )
