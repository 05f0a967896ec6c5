"""Outcomes an agreement names: part of the sealed plan, and told by a rule on the whole range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.errors import WrongUse
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.protocol import Agreed, load, loads
from linkwell.insights.report_agreed import standing
from linkwell.insights.report_changes import Earlier

TERMS = Agreed("The provider", 20, "Nothing is paid or taken back on it.")


def agreed_plan(protocol, aim: float = 20.0):
    first, *rest = protocol.outcomes
    return replace(protocol, outcomes=(replace(first, aim=aim, baseline=150.0), *rest), agreed=TERMS)


@pytest.mark.parametrize(
    ("ends", "good", "expected"),
    [
        ((-40, -50, -30), "less", "reached"),
        ((-15, -19, -11), "less", "better"),
        ((-15, -25, -5), "less", "unclear"),
        ((-5, -12, 2), "less", "short"),
        ((5, 1, 9), "less", "short"),
        ((40, 30, 50), "more", "reached"),
        (None, "more", "none"),
    ],
)
def test_where_an_outcome_stands_is_a_rule_on_its_range(ends, good, expected):
    assert standing(ends, 20.0, good) == expected


def test_terms_are_part_of_the_fingerprint_and_a_plan_without_keeps_its_own(protocol):
    assert agreed_plan(protocol).digest != protocol.digest
    assert agreed_plan(protocol, 30.0).digest != agreed_plan(protocol).digest
    assert replace(protocol, agreed=None).digest == protocol.digest


def test_aims_and_terms_go_together(protocol):
    plan = agreed_plan(protocol)
    for change in ({"outcomes": protocol.outcomes}, {"agreed": None}):
        with pytest.raises(WrongUse, match="both its terms and the aim"):
            replace(plan, **change)


@pytest.mark.parametrize("aim", [0, 1.0, -3, float("inf"), True, "20"])
def test_an_aim_that_means_nothing_is_refused(protocol, aim):
    with pytest.raises(WrongUse):
        replace(protocol.outcomes[0], aim=aim)


@pytest.mark.parametrize("terms", [("", 20, "x"), ("x", 0, "x"), ("x", 20, ""), ("x", 20, "x" * 301)])
def test_terms_that_say_nothing_are_refused(terms):
    with pytest.raises(WrongUse):
        Agreed(*terms)


def test_a_plan_with_agreed_outcomes_is_read_from_a_file():
    plan = loads(
        '[agreed]\nreads_first = "The provider"\nreply_days = 20\ncannot_tell = "We look again."\n'
        '[[outcome]]\nname = "b"\nmeasure = "main_benefit"\nlabel = "days on a benefit"\nnoun = "days"\n'
        'verb = "spent"\nkind = "days"\ngood = "less"\nsmallest = 14.0\naim = 30\nbaseline = 200'
    )
    assert plan.agreed is not None
    assert plan.agreed.reply_days == 20
    assert plan.outcomes[0].aim == 30
    assert load().agreed is None


def test_the_report_says_what_was_agreed_and_where_it_stands_over_time(drawn, protocol):
    results = analyse(drawn.database, agreed_plan(protocol))
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    story = tell(results, organisation="A Trust")
    before = Earlier("R-1", {"Supplied": 200, "Found": 190, "Compared": 190}, {"benefit": (-5.0, -15.0, 5.0)})
    html = report.render(released, story, [before])
    part = html.split('id="agreed"')[1].split('id="changes"')[0]
    for words in ("20 fewer", "150 days", "20 days", "Nothing is paid or taken back on it.", "R-1",
                   "20 fewer", "(this one)"):  # fmt: skip
        assert words in part or words[:1].lower() + words[1:] in part
    assert 'id="agreed"' not in report.render(released, replace(story, protocol=protocol))
