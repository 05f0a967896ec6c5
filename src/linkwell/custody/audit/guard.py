"""The database itself refuses to change or delete an event, whoever asks.

SQLite's INSERT OR REPLACE takes a row's place without asking what guards deletion, so it is refused too.
PostgreSQL has no such statement, and there ON CONFLICT DO UPDATE is an UPDATE like any other.
"""

from __future__ import annotations

from typing import Any

SQLITE = (
    """
CREATE TRIGGER custody_auditevent_no_UPDATE BEFORE UPDATE ON custody_auditevent
BEGIN SELECT RAISE(ABORT, 'the record cannot be rewritten'); END;
""",
    """
CREATE TRIGGER custody_auditevent_no_DELETE BEFORE DELETE ON custody_auditevent
BEGIN SELECT RAISE(ABORT, 'the record cannot be rewritten'); END;
""",
    """
CREATE TRIGGER custody_auditevent_no_REPLACE BEFORE INSERT ON custody_auditevent
WHEN EXISTS (SELECT 1 FROM custody_auditevent WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the record cannot be rewritten'); END;
""",
)

POSTGRESQL = (
    """
CREATE FUNCTION custody_record_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the record cannot be rewritten'; END $$;
CREATE TRIGGER custody_auditevent_no_change BEFORE UPDATE OR DELETE ON custody_auditevent
FOR EACH ROW EXECUTE FUNCTION custody_record_refuses();
CREATE TRIGGER custody_auditevent_no_truncate BEFORE TRUNCATE ON custody_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION custody_record_refuses();
""",
)

TRIGGERS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def guard_record(apps: Any, schema_editor: Any) -> None:
    """Put the triggers in place (the signature is a migration step's)."""
    for trigger in TRIGGERS[schema_editor.connection.vendor]:
        schema_editor.execute(trigger)
