"""The forecast agrees with what it is a closed form of, and says it plainly."""

from __future__ import annotations

import random
from importlib import resources
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.forecast import (
    Completeness,
    Provider,
    chance_shown,
    expected_link_rate,
    linkability,
    outlook,
    share_shown,
    smallest_difference,
)
from linkwell.forecast.assumptions import assumptions, words


@pytest.mark.parametrize(
    ("people", "points"), [(60, 18), (100, 14), (250, 9), (500, 6), (1000, 4), (5000, 2)]
)
def test_the_smallest_difference_is_the_published_one(people: int, points: int) -> None:
    """The numbers of the impact reference, section 2.2."""
    assert round(100 * smallest_difference(people)) == points


def test_the_difference_named_is_found_four_times_in_five() -> None:
    """Many invented studies of 400 people with exactly that difference."""
    people, draw = 400, random.Random(1)
    true = 0.5 + smallest_difference(people)
    error = sqrt(0.25 / people)
    runs = [sum(draw.random() < true for _ in range(people)) / people for _ in range(600)]
    seen = sum(abs(share - 0.5) > 1.96 * error for share in runs) / len(runs)
    assert 0.75 < seen < 0.87


@given(people=st.integers(1, 10_000), share=st.floats(0.01, 0.99), more=st.integers(0, 1000))
def test_more_people_never_see_less(people: int, share: float, more: int) -> None:
    assert smallest_difference(people + more, share=share) <= smallest_difference(people, share=share)
    assert chance_shown(people + more, share) >= chance_shown(people, share) - 1e-9


def test_the_chance_of_being_shown_is_the_binomial() -> None:
    draw = random.Random(2)
    hits = sum(sum(draw.random() < 0.08 for _ in range(90)) >= 6 for _ in range(4000)) / 4000
    assert chance_shown(90, 0.08) == pytest.approx(hits, abs=0.03)
    assert chance_shown(499, 0.011) == pytest.approx(chance_shown(500, 0.011), abs=0.01), "both ways agree"
    assert chance_shown(5, 1.0) == 0.0
    assert chance_shown(6, 1.0) == 1.0
    assert share_shown(1000, [0.5, 0.5, 0.0]) == pytest.approx(1.0)
    assert share_shown(0, [0.5, 0.5]) == 0.0


def test_the_thresholds_are_those_of_the_output_rules() -> None:
    profile = pytest.importorskip("linkwell.confidentiality.profile").load_profile("nz-fixed")
    assert assumptions()["suppression"]["people"] == profile.people_threshold
    assert assumptions()["suppression"]["magnitude"] == profile.magnitude_released_count


def test_identifiers_alone_are_enough_and_nothing_is_nothing() -> None:
    alone = Completeness(identifier=1, first_name=0, last_name=0, date_of_birth=0, gender=0)
    assert expected_link_rate(alone).likely == pytest.approx(0.98)
    names = expected_link_rate(Completeness())
    assert 0.8 < names.low < names.likely < names.high < 1
    assert expected_link_rate(Completeness(gender=0)).likely < names.likely
    nobody = expected_link_rate(Completeness(date_of_birth=0))
    assert (nobody.low, nobody.high) == (0, 0)


PEOPLE = [
    {"nhi": "ZZZ0016"},
    {"first_name": "Ana", "last_name": "Ngata", "date_of_birth": "1990-01-02", "gender": "2"},
    {"first_name": "B", "last_name": "Lee", "date_of_birth": "1991-01-02"},
    {"first_name": "Cy", "last_name": "Wong"},
]


def test_linkability_by_group_counts_people_in_each_of_their_groups() -> None:
    groups = {"ethnicity": {0: ["Māori", "Samoan"], 1: ["Māori"], 2: ["Samoan"]}}
    everyone, *others = linkability(PEOPLE, groups)
    assert (everyone.people, dict(everyone.evidence)["nothing"]) == (4, 1)
    assert {(each.group, each.people) for each in others} == {("Māori", 2), ("Samoan", 2)}
    rates = {each.group: each.rate.likely for each in others}
    assert rates["Māori"] > rates["Samoan"] > everyone.rate.likely


@given(
    people=st.integers(0, 3000),
    identifier=st.floats(0, 1),
    birth=st.floats(0, 1),
    dates=st.booleans(),
    permitted=st.sampled_from([True, False, None]),
)
def test_any_provider_gets_an_answer_in_whole_sentences(
    people: int, identifier: float, birth: float, dates: bool, permitted: bool | None
) -> None:
    details = Completeness(identifier=identifier, date_of_birth=birth)
    answer = outlook(Provider(people, details, start_dates=dates, one_provider=permitted))
    assert answer.title
    for paragraph in (*answer.paragraphs, *answer.still):
        assert paragraph[-1] == "."
        assert "{" not in paragraph
    assert dates or answer.compared == 0


def test_a_charity_of_180_is_told_what_it_would_see() -> None:
    answer = outlook(Provider(180, Completeness()))
    assert answer.title.startswith("Yes for who you reach; for change, only if it is large")
    assert answer.compared == 127
    assert round(100 * (answer.difference or 0)) == 12
    assert "62 or more, or 38 or fewer" in answer.paragraphs[2]
    assert "permission written into the agreement" in answer.paragraphs[-1]
    assert answer.still


def test_a_handful_of_people_is_told_the_truth() -> None:
    answer = outlook(Provider(5, Completeness()))
    assert answer.title == "Nothing on your own"
    assert answer.difference is None
    assert any("Pooled" in line for line in answer.still)


def test_every_number_says_where_it_comes_from() -> None:
    facts = assumptions()
    assert all(facts[part]["source"] for part in ("links", "power", "suppression"))
    assert set(facts["links"]["rate"]) == set(facts["links"]["label"])
    for each in facts["links"]["rate"].values():
        assert sorted(each) == each
    assert [each["from"] for each in words()["size"]] == sorted(
        (e["from"] for e in words()["size"]), reverse=True
    )


def test_the_room_needs_no_compiled_part() -> None:
    for path in resources.files("linkwell.forecast").iterdir():
        if path.name.endswith(".py"):
            assert "numpy" not in path.read_text("utf-8")
