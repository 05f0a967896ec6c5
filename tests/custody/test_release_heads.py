"""The record and the release ledger each keep the other's head."""

import pytest
from django.db import transaction

from linkwell.confidentiality.release_ledger import Head
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.jobs.models import Job
from linkwell.custody.outputs.heads import as_detail, expected_head, override_of, record_head, why
from linkwell.custody.outputs.models import Output
from linkwell.custody.permissions import NotAllowed
from linkwell.errors import RefusedByRule

pytestmark = pytest.mark.django_db


def test_the_newest_head_the_record_knows_is_expected():
    assert expected_head() is None
    with transaction.atomic():
        for seq in (1, 2):
            details = {"release": f"R{seq}", **as_detail(Head(seq, f"{seq}" * 96, "f" * 96))}
            record("output.released", by=SYSTEM, subject=f"output/x{seq}", details=details)
            record("output.released", by=SYSTEM, subject="supply/1", details={"release": f"R{seq}"})
    assert expected_head() == Head(2, "2" * 96, "f" * 96)
    assert record_head().startswith("4 ")


def test_only_an_output_checker_sees_why_numbers_are_hidden_and_the_look_is_recorded(registry):
    with pytest.raises(NotAllowed):
        why(by=registry.person("analyst"), reference="R000001-00000000")
    assert why(by=registry.person("output_checker"), reference="R000001-00000000") is None
    last = AuditEvent.objects.order_by("-seq").first()
    assert (last.verb, last.subject) == ("output.reasons seen", "release/R000001-00000000")


def test_a_checkers_override_is_the_reason_it_gave():
    assert override_of(Output(checker="chris", reasons={})) is None
    found = override_of(Output(checker="chris", reasons={"override": "both who left agreed"}))
    assert (found.checker, found.reason) == ("chris", "both who left agreed")


def test_what_the_desk_will_not_decide_goes_back_to_a_person_and_a_rule_of_ours_does_not(registry):
    from tests import deciding

    from linkwell.confidentiality.desk import ReleaseRefused
    from linkwell.custody.outputs.jobs import give_up_release

    row = deciding.released(registry).output
    for error, state in (
        (ReleaseRefused("4F2A", "the population has 4 people"), "ready to check"),
        (RefusedByRule("No."), "refused"),
    ):
        Output.objects.filter(pk=row.pk).update(state="releasing")
        give_up_release(Job(kind="output.release", subject=row.reference), error)
        row.refresh_from_db()
        assert row.state == state
        assert "4 people" not in str(row.reasons)
    events = AuditEvent.objects.filter(subject=row.subject).order_by("-seq")[:2]
    assert [event.verb for event in events] == ["output.refused", "output.referred"]
    assert events[1].details["where"] == "reference 4F2A"
