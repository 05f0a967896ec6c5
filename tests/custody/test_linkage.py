"""How many were found is told roughly to everybody but linkers, and never as all, none, or of a few."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pytest

from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage.jobs import finish_link, found_words, roughly
from linkwell.custody.supplies import actions
from linkwell.custody.supplies.models import Supply


@pytest.mark.parametrize(
    ("found", "people", "words"),
    [
        (402, 414, "about 97 %"),
        (414, 414, "99 % or more"),
        (0, 414, "1 % or less"),
        (50, 99, "too few records to say"),
        (0, 0, "too few records to say"),
    ],
)
def test_the_share_is_rough(found, people, words) -> None:
    assert found_words(roughly(found, people)) == words


def test_the_exact_number_found_is_in_no_receipt_and_no_event(registry) -> None:
    from linkwell.custody.audit.models import AuditEvent

    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    Supply.objects.update(state="linking")
    decisions = ["link"] * 317 + ["review"] * 23 + ["none"] * 60
    finish_link(Job(subject=supply.reference), SimpleNamespace(links=pa.table({"decision": decisions})))
    told = actions.find(supply.reference).receipts.get(kind="linked").document
    told += str(list(AuditEvent.objects.values_list("details", flat=True)))
    assert "about 79 %" in told
    for exact in ("317", "23,", "60,"):
        assert f": {exact}" not in told
    assert '"people":400' in told.replace(" ", "")
