"""Bringing the registry's tables up to date; killed at any moment, it goes on the next time."""

from __future__ import annotations

from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class WholeSteps(MigrationExecutor):
    """Writes down each step in the transaction that takes it.

    Django writes some down after it, and a step that stands for several older ones name by name; killed
    between the two, the registry holds tables it does not know of and never starts again.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        """Take one step, with its indexes and its entry."""
        with self.connection.schema_editor(atomic=migration.atomic) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg, arg-type]  # the stubs are of an older Django
        return state


def bring_up_to_date() -> None:
    """Take every step that has not been taken; none in the usual case."""
    executor = WholeSteps(connection)
    executor.loader.check_consistent_history(connection)
    ends = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(ends):
        executor.migrate(ends)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
