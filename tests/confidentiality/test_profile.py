import numpy as np
import pytest

from linkwell.confidentiality.profile import load_profile, parse_profile
from linkwell.confidentiality.request import Condition, CountTable
from linkwell.errors import WrongUse


@pytest.mark.parametrize("name", ["nz-fixed", "nz-grr"])
def test_every_number_of_a_profile_has_a_source_and_a_date(name):
    profile = load_profile(name)
    assert profile.name == name
    assert all("(20" in source for source in profile.sources.values())
    assert (profile.people_threshold, profile.entity_threshold, profile.magnitude_released_count) == (
        6,
        3,
        21,
    )
    assert (profile.guard_distance, profile.carry_tolerance) == (5, 3)


def test_a_number_without_a_source_is_refused():
    with pytest.raises(WrongUse, match="opinion"):
        parse_profile(
            _text().replace('source = "SIA tools: COUNT_THRESHOLD', 'remark = "SIA tools: COUNT_THRESHOLD')
        )


def test_any_change_of_a_rule_changes_the_digest():
    text = _text()
    assert parse_profile(text).digest != parse_profile(text.replace("value = 21", "value = 24")).digest


def test_an_unknown_profile_is_said_plainly():
    with pytest.raises(WrongUse, match="no such set of rules"):
        load_profile("../secret")


def test_a_carried_number_may_lie_one_base_away():
    counts = np.array([7, 19, 50, 5000])
    assert load_profile("nz-fixed").tolerances(counts).tolist() == [3, 3, 3, 3]
    assert load_profile("nz-grr").tolerances(counts).tolist() == [3, 3, 5, 100]


def _text() -> str:
    from importlib import resources

    return (resources.files("linkwell.confidentiality") / "profiles/nz-fixed.toml").read_text("utf-8")


def test_the_strictest_rule_of_profile_datasets_and_agreement_wins(desk, ask):
    ten = Condition("people_threshold", 10, "agreement DSA-9, clause 4 (2026-03-01)")
    weaker = Condition("people_threshold", 3, "another dataset (2026-03-01)")
    cells = np.repeat([0, 1], [8, 40])
    table = CountTable("t", ("g",), (("eight",), ("forty",)), cells, np.arange(1, 49))
    request = ask(table, conditions=(weaker, ten))
    release = desk.release(request, permission_single_provider=True)
    assert [cell.mark for cell in release.tables["t"].cells] == ["S", ""]
    assert (release.method.threshold, release.profile_digest != desk.profile.digest) == (10, True)
    plain = desk.release(ask(table, conditions=(weaker,), family="other"), permission_single_provider=True)
    assert plain.tables["t"].cell("eight").mark == ""
    assert plain.profile_digest == desk.profile.digest


@pytest.mark.parametrize(
    "wrong", [Condition("noise_low_percent", 0, "somebody"), Condition("people_threshold", 9, " ")]
)
def test_a_condition_names_a_rule_that_can_be_stricter_and_its_source(wrong):
    with pytest.raises(WrongUse, match="made stricter"):
        load_profile("nz-fixed").stricter([wrong])


def test_each_kind_of_organisation_may_have_a_number_of_its_own():
    profile = parse_profile(_text().replace('kind = "employer"\nvalue = 3', 'kind = "employer"\nvalue = 5'))
    assert [profile.entities(kind) for kind in ("employer", "school", "church")] == [5, 3, 3]
