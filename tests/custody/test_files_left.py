"""What a release by request leaves behind: a ledger entry, receipts, and what checkers compare."""

from __future__ import annotations

import json

import pytest
from tests import applying, asking, deciding

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.rebuild import rebuild
from linkwell.confidentiality.release_ledger import FILES_LEFT
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.home import current_home
from linkwell.custody.labs.models import LabWork
from linkwell.custody.outputs.heads import expected_head
from linkwell.custody.projects.models import Project
from linkwell.custody.requests import deciding as decided
from linkwell.custody.requests import filling
from linkwell.custody.requests.bundle import bundle_folder
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.seeing import beside_seen, files_left_beside
from linkwell.custody.supplies.models import Receipt
from linkwell.errors import RefusedByRule

LONG = "region,count\n" + "".join(f"Region {n},{30 + 3 * n}\n" for n in range(8))
RAW = "region,count\n" + "".join(f"Region {n},{30 + 3 * n + n % 2}\n" for n in range(8))
OTHER = LONG.replace("Region", "Area"), RAW.replace("Region", "Area")


@pytest.fixture
def project(registry) -> Project:
    return applying.approved(registry)


@pytest.fixture
def two(registry):
    return asking.checkers(registry)


def approved(project, two, table: str = LONG, raw: str = RAW, **facts) -> OutputRequest:
    made = asking.filled(project, table=table)
    asking.put(made, "table_RAW.csv", raw.encode(), "evidence")
    made = filling.submit(by=project.lead, request=made)
    for checker in two:
        asking.yes(checker, made)
    return decided.approve_request(by=two[0], request=made, **facts)


def entries() -> list[dict[str, object]]:
    """The details of every entry for files in the release ledger."""
    with ReleaseDesk.open(current_home()) as desk:
        return [dict(event.details) for event in desk._ledger.events() if event.verb == FILES_LEFT]


def test_the_release_ledger_remembers_fingerprints_before_the_files_leave(project, two) -> None:
    made = decided.release_request(by=two[0], request=approved(project, two))
    (entry,) = entries()
    assert entry["files"] == [made.files.get(role="leaves").digest]
    assert (entry["project"], entry["data"], entry["record"]) == (
        project.code,
        "2026-11",
        made.checked["digest"],
    )
    event = AuditEvent.objects.get(verb="request.released", subject=made.subject)
    assert expected_head() is not None
    assert event.details["ledger"]["hash"] == expected_head().hash


def test_a_repeat_after_a_crash_is_one_entry_and_another_content_another(project, two) -> None:
    made = approved(project, two)
    decided.release_request(by=two[0], request=made)
    OutputRequest.objects.update(state="approved", receipt="")
    decided.release_request(by=two[1], request=OutputRequest.objects.get())
    assert len(entries()) == 1
    decided.release_request(by=two[0], request=approved(project, two, *OTHER))
    assert len(entries()) == 2


def test_a_lost_or_older_release_ledger_stops_files_too_and_is_rebuilt_from_copies(project, two) -> None:
    decided.release_request(by=two[0], request=approved(project, two))
    ledger = current_home().path / "disclosure" / "releases.sqlite"
    ledger.unlink()
    second = approved(project, two, *OTHER)
    with pytest.raises(RefusedByRule, match="missing"):
        decided.release_request(by=two[0], request=second)
    assert not bundle_folder(second).joinpath("table.csv").exists()
    rebuild(current_home(), expected_head=expected_head())
    assert decided.release_request(by=two[0], request=second).state == "released"
    assert len(entries()) == 2


def test_whose_data_it_is_gets_signed_receipts_once(registry, project, two) -> None:
    made = decided.release_request(by=two[0], request=approved(project, two))
    told = {each.kind: json.loads(each.document) for each in Receipt.objects.all()}
    assert set(told) == {"used", "released"}
    assert made.reference in json.dumps(told["released"])
    assert AuditEvent.objects.filter(verb="request.released", subject="supply/DSA-2026-001-0").count() == 1
    decided.release_request(by=two[0], request=approved(project, two, *OTHER))
    assert Receipt.objects.filter(kind="used").count() == 1
    assert Receipt.objects.filter(kind="released").count() == 2


def test_a_request_is_compared_with_those_before_it_by_their_raw_counts(registry, project, two) -> None:
    first = approved(project, two)
    near = RAW.replace("Region 3,40", "Region 3,37")
    made = asking.filled(project, table=LONG.replace("Region 3,39", "Region 3,36"))
    asking.put(made, "table_RAW.csv", near.encode(), "evidence")
    made = filling.submit(by=project.lead, request=made)
    told = beside_seen(made, two[0])
    assert told is not None
    assert told["compared"] == [first.reference]
    assert [(each["rule"], each["cells"]) for each in told["findings"]] == [("by_difference", ["B5"])]
    assert beside_seen(made, project.lead) is None  # it names requests of others


def test_a_table_told_again_is_said_and_what_is_said_beside_does_not_leave(project, two) -> None:
    decided.release_request(by=two[0], request=approved(project, two))
    again = approved(project, two)
    told = beside_seen(again, two[1])
    assert told is not None
    assert [(each["rule"], each["verdict"]) for each in told["findings"]] == [("told_before", "note")]
    left = decided.release_request(by=two[0], request=again)
    assert "beside" not in json.loads((bundle_folder(left) / "disclosure-record.json").read_text())


def test_reports_are_compared_too_and_their_checker_sees_the_files(registry, project, two) -> None:
    report = deciding.released(registry)
    folder = current_home().path / "released" / report.reference
    (folder / "reach.csv").write_text(LONG)
    made = approved(project, two)
    told = beside_seen(made, two[0])
    assert told is not None
    assert report.reference in told["compared"]
    assert [each["rule"] for each in told["findings"]] == ["told_before"]
    assert files_left_beside(registry.agreement) == []
    decided.release_request(by=two[0], request=made)
    assert files_left_beside(registry.agreement) == [made]


def test_what_a_lab_was_told_is_compared_too(registry, project, two) -> None:
    rows = [[f"Region {number}"] for number in range(8)]
    values = [30, 33, 36, 39, 42, None, 48, 51]
    table = {"name": "people", "dimensions": ["region"], "labels": rows, "values": values}
    work = LabWork.objects.create(project=project, number=1, kind="count", state="answered", by="kim",
                                  asked={}, answer={"tables": [table]})  # fmt: skip
    LabWork.objects.create(project=project, number=2, kind="count", state="refused", by="kim", asked={})
    same = beside_seen(approved(project, two), two[0])
    assert same is not None
    assert same["compared"] == [work.reference]
    table["values"] = [30, 33, 39, *values[3:]]
    LabWork.objects.filter(pk=work.pk).update(answer={"tables": [table]})
    other = beside_seen(approved(project, two, *OTHER), two[0])
    assert other is not None
    assert work.reference in other["compared"]
    again = beside_seen(approved(project, two), two[0])
    assert again is not None
    assert [(each["rule"], each["cells"]) for each in again["findings"] if each["rule"] != "told_before"] == [
        ("nearly_same", ["B4"])
    ]
