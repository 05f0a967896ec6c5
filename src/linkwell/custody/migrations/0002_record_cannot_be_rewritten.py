"""The database itself refuses to change or delete an event, whoever asks."""

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER custody_auditevent_no_{verb} BEFORE {verb} ON custody_auditevent
BEGIN SELECT RAISE(ABORT, 'the record cannot be rewritten'); END;
"""

POSTGRESQL = """
CREATE FUNCTION custody_record_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the record cannot be rewritten'; END $$;
CREATE TRIGGER custody_auditevent_no_change BEFORE UPDATE OR DELETE ON custody_auditevent
FOR EACH ROW EXECUTE FUNCTION custody_record_refuses();
CREATE TRIGGER custody_auditevent_no_truncate BEFORE TRUNCATE ON custody_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION custody_record_refuses();
"""


def refuse_changes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE.format(verb=verb))
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_initial")]

    operations = [migrations.RunPython(refuse_changes, migrations.RunPython.noop)]
