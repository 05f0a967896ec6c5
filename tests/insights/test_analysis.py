"""The whole analysis on people with a known truth, through the release desk to the printed interval."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.output_check.check import check_files
from linkwell.errors import WrongUse
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.gates import gates
from linkwell.insights.people import read_people
from linkwell.integration.database import reading


def printed(drawn, protocol, **how):
    results = analyse(drawn.database, protocol, **how)
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    return results, released


def test_the_printed_interval_covers_the_truth_in_at_least_8_of_10_draws(drawing, protocol):
    covered = {"benefit": 0, "wages": 0, "ed": 0}
    for seed in range(10):
        drawn = drawing(seed=seed, people=1500, participants=120)
        _, released = printed(drawn, protocol)
        assert covered.keys() <= released.effects.keys(), seed
        for name in covered:
            effect = released.effects[name]
            covered[name] += effect.lower <= drawn.effects[name] <= effect.upper
    assert min(covered.values()) >= 8, covered


def test_an_effect_that_is_there_is_found_and_a_raw_comparison_would_have_missed_it(drawn, protocol):
    results, released = printed(drawn, protocol)
    benefit = released.effects["benefit"]
    assert benefit.upper < 0
    assert abs(benefit.estimate - drawn.effects["benefit"]) < 25
    assert not results.inside().impact.refused


def test_reach_before_rounding_equals_the_truth_of_the_links(drawn, protocol):
    found = analyse(drawn.database, protocol).inside()
    assert len(found.reach.reached) == drawn.participants
    assert len(found.clients.supplied) == drawn.participants + drawn.unlinked
    for profile in found.reach.profiles:
        if profile.dimension in ("ethnicity", "circumstances"):
            continue  # a person may be in several of these
        levels = len(profile.levels)
        sizes = [sum(profile.cells // levels == group) for group in range(3)]
        assert sizes == [len(found.reach.reached), len(found.reach.could), len(found.reach.community)]


def test_circumstances_of_those_reached_are_those_before_their_own_start(drawn, protocol):
    found = analyse(drawn.database, protocol).inside()
    profile = found.reach.profiles[-1]
    assert profile.dimension == "circumstances"
    assert profile.levels == (
        "Visits to an emergency department",
        "Time on a main benefit",
        "Wages and salaries",
    )
    with reading(drawn.database) as connection:
        for place, code in enumerate(("ed_visit", "main_benefit", "wages")):
            truth = connection.execute(
                """SELECT DISTINCT snz_uid FROM enrolment e JOIN measure m USING (snz_uid)
                   WHERE measure_code = ? AND value_amt > 0 AND m.start_date < e.start_date
                     AND m.end_date >= e.start_date - INTERVAL 12 MONTH ORDER BY 1""",
                [code],
            ).fetchall()
            assert profile.units[profile.cells == place].tolist() == [uid for (uid,) in truth]


def test_the_same_data_and_seed_give_the_same_report_to_the_byte(drawn, protocol):
    pages = []
    for _ in range(2):
        results, released = printed(drawn, protocol)
        pages.append(report.render(released, tell(results, organisation="A Trust")))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "how", [{"participants": 40}, {"participants": 200, "unlinked": 200}, {"hopeless": True}]
)
def test_a_red_gate_leaves_no_estimate_anywhere(drawing, protocol, how, tmp_path):
    drawn = drawing(**how)
    results, released = printed(drawn, protocol)
    impact = results.inside().impact
    assert impact.refused
    assert not impact.outcomes
    assert released.effects == {}
    assert not any(name.startswith("level_") for name in released.tables)
    folder = tmp_path / "out"
    report.write(released, tell(results, organisation="A Trust"), folder)
    text = (folder / report.PAGE).read_text("utf-8")
    sheets = load_workbook(folder / report.WORKBOOK).sheetnames
    assert not [name for name in sheets if "effect" in name or "level" in name or "path" in name]
    assert "We do not give a number" in text
    assert "Estimate" not in text
    assert "interval is likely" not in text
    assert not (folder / "effects.csv").exists()
    # The reach half is there all the same.
    assert "Who you reach" in text
    assert "Women" in text


@pytest.mark.parametrize("how", [{}, {"participants": 40}], ids=["whole", "refused"])
def test_our_own_output_check_finds_nothing_in_our_own_workbook(drawing, protocol, how, tmp_path):
    results, released = printed(drawing(**how), protocol)
    report.write(released, tell(results, organisation="A Trust"), tmp_path)
    assert check_files([tmp_path / report.WORKBOOK]).findings == ()


def test_gate_values_stay_behind_and_only_sentences_go_along(drawing, protocol):
    drawn = drawing(participants=40)
    results, _ = printed(drawn, protocol)
    story = tell(results, organisation="A Trust")
    assert [gate.gate for gate in story.refusal] == ["participants"]
    assert not re.search(r"\b40\b", repr(story.design))


def test_internal_results_have_no_way_to_be_written(drawn, protocol):
    results = analyse(drawn.database, protocol)
    assert repr(results) == "Internal(hidden)"
    assert "array" not in repr(results.inside())
    with pytest.raises(TypeError):
        str(results)


def test_an_initiative_nobody_is_in_is_told_plainly(drawn, protocol):
    with pytest.raises(WrongUse, match="Nobody of this initiative"):
        analyse(drawn.database, replace(protocol, initiatives=("other",)))


def test_unknown_covers_do_not_start_before_the_data(drawn, protocol):
    late = replace(protocol, follow_months=36)
    found = analyse(drawn.database, late).inside()
    assert next(r.gate.id for r in found.impact.gates if r.level == "red") == "participants"


def test_every_red_gate_says_what_would_help():
    for gate in gates().values():
        assert gate.helps
        assert (gate.red is None) == (not gate.red_sentence), gate.id


def test_people_are_read_in_the_order_of_their_ids(drawn):
    import duckdb

    with duckdb.connect(str(drawn.database), read_only=True) as con:
        people = read_people(con)
    assert (people.uid[1:] > people.uid[:-1]).all()
    assert set(people.regions) == {"02", "03"}
