"""The record and the release ledger each keep the other's head."""

import pytest
from django.db import transaction

from linkwell.confidentiality.release_ledger import Head
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.outputs.heads import as_detail, expected_head, record_head

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
