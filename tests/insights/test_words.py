"""Sentences follow fixed rules from released numbers, carry both ends of the interval, never overclaim."""

# ruff: noqa: E501  the approved texts read better whole

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from linkwell.insights import load_protocol
from linkwell.insights.gates import gates
from linkwell.insights.protocol import Outcome
from linkwell.insights.story import Spoken, Story, stayed_out_words
from linkwell.insights.words import findings, needed, sentences, signed, together, verdict


def effect(name, estimate, lower, upper, treated=300):
    return SimpleNamespace(name=name, estimate=estimate, lower=lower, upper=upper, treated=treated)


def release(*effects, levels=None):
    tables = {
        f"level_{name}": SimpleNamespace(cell=lambda _, mean=mean: SimpleNamespace(mean=mean))
        for name, mean in (levels or {}).items()
    }
    return SimpleNamespace(effects={e.name: e for e in effects}, tables=tables)


def story(**how):
    protocol = load_protocol().named("Steady Steps")
    frame = Story(
        "A Trust", protocol, protocol.digest, date(2024, 4, 1), date(2025, 6, 30), ("MSD",), ("age",), (), ()
    )
    return replace(frame, **how)


APPROVED = {
    "found": (
        release(effect("benefit", -21.7, -27.6, -15.8), levels={"benefit": 271.4}),
        "In the year after starting, people in Steady Steps spent about 21.7 fewer days on a main benefit than similar "
        "people who did not start: about 271 days against 293 days. The real difference is likely to lie between 15.8 "
        "and 27.6 days fewer.",
    ),
    "found more": (
        release(effect("benefit", 30.0, 10.0, 50.0)),
        "In the year after starting, people in Steady Steps spent about 30 more days on a main benefit than similar "
        "people who did not start. The real difference is likely to lie between 10 and 50 days more.",
    ),
    "little": (
        release(effect("benefit", -2.0, -8.0, 4.0)),
        "Steady Steps made little or no difference to days on a main benefit in the year after starting. The real "
        "difference is likely to lie between 8 fewer and 4 more; a difference of less than 14 was agreed beforehand "
        "not to matter.",
    ),
    "unclear": (
        release(effect("benefit", -8.0, -30.0, 14.0)),
        "We cannot tell yet whether Steady Steps makes a difference to days on a main benefit. The real difference is "
        "likely to lie anywhere between 30 fewer and 14 more. About 1,600 people would be needed to see a difference "
        "of 14. This does not mean it does not work.",
    ),
    "refused": (
        release(),
        "We do not give a number for days on a main benefit. The numbers behind it are too small to be told without "
        "risk to someone's privacy. What would help: More people.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", APPROVED)
def test_the_approved_text_of_each_kind(kind):
    found = findings(APPROVED[kind][0], story())[0]
    assert found.sentence == APPROVED[kind][1]
    assert found.verdict == kind.split()[0]


def test_events_are_told_for_every_100_people():
    found = findings(release(effect("ed", -0.31, -0.5, -0.12), levels={"ed": 0.42}), story())[2]
    assert found.sentence.startswith(
        "In the year after starting, every 100 people in Steady Steps made about 31 fewer"
    )
    assert "between 12 and 50 fewer" in found.sentence


def test_a_longer_time_followed_is_said_in_every_sentence():
    longer = replace(load_protocol().named("Steady Steps"), follow_months=24)
    for kind, (told, _) in APPROVED.items():
        found = findings(told, story(protocol=longer))[0]
        said = " ".join((found.sentence, found.say, found.headline))
        assert "year after" not in said
        assert "two years after" in said or kind in ("unclear", "refused")


@pytest.mark.parametrize(
    ("value", "words"), [(0.004, "no difference"), (-0.04, "no difference"), (-0.06, "0.1 fewer")]
)
def test_a_difference_that_rounds_to_nothing_is_called_none(value, words):
    assert signed(value, story().protocol.outcomes[0]) == words


def test_dollars_are_earned():
    found = findings(release(effect("wages", 3850.0, 2930.0, 4760.0), levels={"wages": 11500.0}), story())[1]
    assert "earned about $3,850 more in wages and salaries" in found.sentence
    assert "between $2,930 and $4,760 more" in found.sentence


def test_a_red_gate_names_itself_and_what_would_help_and_gives_no_number():
    red = Spoken(
        "support", "red", "For too many of your people nobody similar could be found.", "Nothing would."
    )
    found = findings(APPROVED["found"][0], story(design=(red,)))[0]
    assert found.verdict == "refused"
    assert "21.7" not in found.sentence + found.say + found.cannot + found.headline
    assert red.sentence in found.sentence


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (1, 30, "found"),
        (-30, -15, "found"),
        (-14, 14, "little"),
        (1, 5, "little"),
        (-1, 20, "unclear"),
        (0, 20, "unclear"),
    ],
)
def test_the_verdict_is_a_rule(lower, upper, expected):
    assert verdict(effect("benefit", (lower + upper) / 2, lower, upper), 14.0) == expected


def test_no_template_overclaims():
    text = str(sentences()).lower()
    for word in ("caused", "proves", "significant", "failed", "best", "worst"):
        assert word not in text


def test_people_needed_follow_the_released_interval():
    assert needed(effect("benefit", -8.0, -30.0, 14.0, treated=300), 14.0) == 1600
    assert needed(effect("benefit", -8.0, -9.0, -7.0, treated=300), 14.0) is None


def test_among_three_headlines_a_weak_finding_alone_is_not_called_one():
    three = release(
        effect("benefit", -20.0, -39.0, -1.0),
        effect("wages", 0.0, -9000.0, 9000.0),
        effect("ed", 0.0, -3.0, 3.0),
    )
    told = findings(three, story())[0]
    assert told.verdict == "unclear"
    assert "one may do so by chance" in told.sentence
    alone = findings(release(effect("benefit", -20.0, -39.0, -1.0)), story())[0]
    assert alone.verdict == "found"


def test_outcomes_not_named_beforehand_are_adjusted_among_themselves():
    protocol = load_protocol().named("Steady Steps")
    others = tuple(replace(outcome, role="other") for outcome in protocol.outcomes)
    weak = effect("benefit", -20.0, -39.0, -1.0)
    strong = effect("wages", 5000.0, 4000.0, 6000.0)
    told = findings(release(weak, strong), story(protocol=replace(protocol, outcomes=others)))
    assert [finding.verdict for finding in told[:2]] == ["found", "found"]


OUTCOMES = {
    **{outcome.name: outcome for outcome in load_protocol().outcomes},
    "police": Outcome("police", "police", "having a proceeding by police", "a proceeding by police", "had", "rate", "less", 2.0),
    "school": Outcome("school", "school", "days enrolled at school", "days enrolled at school", "spent", "days", "more", 10.0),
    "hospital": Outcome("hospital", "hospital", "days in hospital", "days in hospital", "spent", "days", "less", 1.0),
    "job": Outcome("job", "job", "having any work", "any work", "had", "rate", "more", 5.0),
}  # fmt: skip


def conclusions():
    text = (Path(__file__).parent / "data" / "conclusions.toml").read_text("utf-8")
    return tomllib.loads(text)["conclusion"]


def concluded(one):
    outcome = OUTCOMES[one["outcome"]]
    frame = story()
    frame = replace(frame, protocol=replace(frame.protocol.named(one["initiative"]), outcomes=(outcome,)))
    if "gate" in one:
        gate = gates()[one["gate"]]
        spoken = Spoken(gate.id, "red", gate.red_sentence, gate.helps)
        frame = replace(frame, outcome_gates=((outcome.name, (spoken,)),))
    if one["kind"] == "refused":
        return findings(release(), frame)[0]
    levels = {outcome.name: one["level"]} if "level" in one else None
    told = release(effect(outcome.name, *one["effect"], treated=one["people"]), levels=levels)
    return findings(told, frame)[0]


@pytest.mark.parametrize("place", range(40))
def test_conclusions_stay_as_they_were_read_and_approved(place):
    one = conclusions()[place]
    found = concluded(one)
    assert found.verdict == one["kind"]
    assert [found.headline, found.sentence, found.say, found.cannot] == [
        one[name] for name in ("headline", "sentence", "say", "cannot")
    ]


def test_ten_conclusions_of_each_kind_are_kept():
    assert Counter(one["kind"] for one in conclusions()) == dict.fromkeys(
        ("found", "little", "unclear", "refused"), 10
    )


@pytest.mark.parametrize("words", ["caused", "proves", "failed", "significant", "best", "worst", "{"])
def test_no_conclusion_claims_too_much(words):
    for one in conclusions():
        assert words not in " ".join(str(value) for value in one.values()).lower()


@pytest.mark.parametrize(("effects", "word"), [
    ({"benefit": (-30, -40, -20), "wages": (4000, 2000, 6000), "ed": (-0.3, -0.4, -0.2)}, "effective"),
    ({"benefit": (-30, -40, -20), "wages": (100, -500, 700), "ed": (-0.3, -0.4, -0.2)}, "promising"),
    ({"benefit": (-30, -40, -20), "wages": (-4000, -6000, -2000)}, "mixed"),
    ({"benefit": (-2, -8, 4), "wages": (100, -500, 700), "ed": (0.0, -0.05, 0.05)}, "no_difference"),
    ({"benefit": (30, 20, 40), "wages": (100, -500, 700)}, "likely_negative"),
    ({"benefit": (30, 20, 40), "wages": (-4000, -6000, -2000), "ed": (0.3, 0.2, 0.4)}, "negative"),
    ({"benefit": (-8, -30, 14), "wages": (100, -500, 700), "ed": (0.0, -0.05, 0.05)}, "too_soon"),
    ({}, "not_feasible"),
])  # fmt: skip
def test_all_headline_outcomes_together_get_one_word_by_the_rule(effects, word):
    told = release(*(effect(name, *ends) for name, ends in effects.items()))
    assert together(findings(told, story())) == word
    assert word in sentences()["together"]


def test_people_who_were_never_in_the_supply_are_told_to_the_nearest_ten_and_small_numbers_not() -> None:
    assert stayed_out_words({}) == ()
    assert stayed_out_words({"not_told": 0, "objected": 0}) == ()
    (few,) = stayed_out_words({"objected": 3, "not_told": 0})
    assert few.startswith("Fewer than ten people")
    assert "3" not in few
    assert stayed_out_words({"not_told": 1_234, "objected": 96}) == (
        "About 1,230 people in the provider's files were left out of the supply, because nobody has told them yet. "
        "They are in no number here.",
        "About 100 people in the provider's files were left out of the supply, because they objected. They are in "
        "no number here.",
    )
