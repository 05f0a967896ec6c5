"""SQLite's INSERT OR REPLACE takes a row's place without asking what guards deletion: the record refuses it too.

PostgreSQL has no such statement, and there ON CONFLICT DO UPDATE is an UPDATE like any other.
"""

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER custody_auditevent_no_REPLACE BEFORE INSERT ON custody_auditevent
WHEN EXISTS (SELECT 1 FROM custody_auditevent WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the record cannot be rewritten'); END;
"""


def refuse_replacing(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)


class Migration(migrations.Migration):
    dependencies = [("custody", "0037_projects_and_researchers")]

    operations = [migrations.RunPython(refuse_replacing, migrations.RunPython.noop)]
