"""A report beside the one before: each reason is named only when the released numbers speak for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.errors import WrongUse
from linkwell.insights import analyse, release_request, report, tell
from linkwell.insights.report_changes import Earlier, changes, read_earlier


@pytest.fixture(scope="module")
def written(drawn, protocol, tmp_path_factory):
    results = analyse(drawn.database, protocol)
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    folder = tmp_path_factory.mktemp("written")
    story = tell(results, organisation="A Trust")
    report.write(released, story, folder)
    return released, story, folder


def said(earlier, released, story):
    return " ".join(getattr(block, "text", "") for block in changes(earlier, released, story))


def test_the_same_numbers_again_are_said_to_be_the_same(written):
    released, story, folder = written
    words = said(read_earlier(folder), released, story)
    assert "allow the same difference in days on a main benefit" in words
    assert "more people than before" not in words
    assert "do not meet" not in words


def test_each_reason_is_named_when_it_is_there(written):
    released, story, folder = written
    before = read_earlier(folder)
    fewer = replace(before, steps={**before.steps, "Supplied": 100, "Found": 80})
    assert "more people than before" in said(fewer, released, story)
    assert "against 80 % before: people who were missed then" in said(fewer, released, story)
    moved = replace(before, effects={**before.effects, "wages": (-9000.0, -9500.0, -8500.0)})
    assert "do not meet for wages" in said(moved, released, story)
    silent = Earlier(before.release_id, before.steps, {})
    assert "can be given now and could not before" in said(silent, released, story)


def test_the_section_is_there_only_beside_an_earlier_report(written):
    released, story, folder = written
    assert 'id="changes"' not in report.render(released, story)
    assert 'id="changes"' in report.render(released, story, [read_earlier(folder)])


def test_what_is_not_a_release_is_said_plainly(tmp_path):
    with pytest.raises(WrongUse):
        read_earlier(tmp_path)
    (tmp_path / "release.json").write_text("[]")
    with pytest.raises(WrongUse):
        read_earlier(tmp_path)
