"""The record: written with the change, chained, and closed to change by the database itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import checkpoint, record, verify_record


def test_every_action_leaves_a_chain_that_verifies(registry) -> None:
    verdict = verify_record([checkpoint()])
    assert verdict.ok
    assert verdict.events == AuditEvent.objects.count() > 10


def test_an_event_cannot_be_written_outside_a_change(flushable) -> None:
    with pytest.raises(RuntimeError):
        record("something", by="nobody", subject="nothing")


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_rewrite_the_record(registry, verb) -> None:
    before = list(AuditEvent.objects.values_list("hash", flat=True))
    first = AuditEvent.objects.filter(seq=1)
    change = first.delete if verb == "DELETE" else lambda: first.update(actor="somebody else")
    with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
        change()
    assert list(AuditEvent.objects.values_list("hash", flat=True)) == before


def test_no_kind_of_insert_takes_an_events_place(registry) -> None:
    columns = [field.column for field in AuditEvent._meta.fields]
    values = ", ".join("'somebody else'" if name == "actor" else f'"{name}"' for name in columns)
    same = f"SELECT {values} FROM custody_auditevent WHERE seq = 3"
    quoted = ", ".join(f'"{name}"' for name in columns)
    into = f"INTO custody_auditevent ({quoted}) {same}"
    tries = [f"INSERT {into} ON CONFLICT (seq) DO UPDATE SET actor = 'somebody else'"]
    if connection.vendor == "sqlite":
        tries = [f"INSERT OR REPLACE {into}", f"REPLACE {into}"]
    for each in tries:
        with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
            connection.cursor().execute(each)
    assert verify_record([checkpoint()]).ok
    assert not AuditEvent.objects.filter(actor="somebody else").exists()


def test_a_change_that_fails_leaves_no_event(registry) -> None:
    from linkwell.custody.agreements.signing import end_agreement
    from linkwell.custody.machine import WrongState

    end_agreement(by=registry.person("manager"), agreement=registry.agreement)
    count = AuditEvent.objects.count()
    with pytest.raises(WrongState):
        end_agreement(by=registry.person("manager"), agreement=registry.agreement)
    assert AuditEvent.objects.count() == count


def test_no_event_carries_a_persons_name_or_a_token(registry) -> None:
    text = " ".join(str(row) for row in AuditEvent.objects.values_list("details", "subject", "actor"))
    assert "Mere Manager" not in text
    assert registry.token.rsplit("_", 1)[1] not in text


def test_tampering_beneath_the_triggers_is_found(registry, unguarded_record) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE custody_auditevent SET actor = 'somebody' WHERE seq = 3")
    verdict = verify_record()
    assert not verdict.ok
    assert "event 3 was changed" in " ".join(verdict.faults)


def test_the_whole_record_cannot_be_emptied_at_once(registry) -> None:
    emptying = (
        "TRUNCATE custody_auditevent"
        if connection.vendor == "postgresql"
        else "DELETE FROM custody_auditevent"
    )
    with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
        connection.cursor().execute(emptying)
    assert verify_record().events > 10


def test_many_writers_at_once_leave_one_chain_without_holes(flushable) -> None:
    def write(number: int) -> None:
        try:
            for step in range(5):
                with transaction.atomic():
                    record("test.written", by=f"writer {number}", subject=f"step/{step}")
        finally:
            connection.close()

    writers = 4 if connection.vendor == "postgresql" else 1  # SQLite's test database is in memory: one writer
    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write, number) for number in range(writers)]:
            done.result()
    verdict = verify_record()
    assert verdict.ok
    assert verdict.events == 5 * writers
