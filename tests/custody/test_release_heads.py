"""The record and the release ledger each keep the other's head."""

import pytest
from django.db import transaction

from linkwell.confidentiality.release_ledger import Head
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.outputs.heads import as_detail, expected_head, override_of, record_head, why
from linkwell.custody.outputs.models import Output
from linkwell.custody.permissions import NotAllowed

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
    from linkwell.custody.audit.models import AuditEvent

    with pytest.raises(NotAllowed):
        why(by=registry.person("analyst"), reference="R000001-00000000")
    assert why(by=registry.person("output_checker"), reference="R000001-00000000") is None
    last = AuditEvent.objects.order_by("-seq").first()
    assert (last.verb, last.subject) == ("output.reasons seen", "release/R000001-00000000")


def test_a_checkers_override_is_the_reason_it_gave():
    assert override_of(Output(checker="chris", reasons={})) is None
    found = override_of(Output(checker="chris", reasons={"override": "both who left agreed"}))
    assert (found.checker, found.reason) == ("chris", "both who left agreed")
