"""The registry tests begin from, made once in a process and then put back: its rows and its folders.

Making it takes half of what a test about it takes. What is put back went in by the product's own actions.
"""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

if TYPE_CHECKING:
    from tests.conftest import Registry


@dataclass(frozen=True)
class Kept:
    """A registry as it was when it had just been made."""

    registry: Registry
    rows: dict[type[Model], list[Any]]
    folder: Path


def keep(made: Registry, folder: Path) -> Kept:
    """Copy the registry's folders to `folder`, and its rows."""
    shutil.copytree(made.home.path, folder / "home")
    shutil.copytree(made.sealed.path.parent, folder / "sealed")
    rows = {model: list(model._base_manager.order_by("pk")) for model in _models()}
    ours = replace(made, people=dict(made.people))  # the first test may add to its own
    return Kept(ours, {model: found for model, found in rows.items() if found}, folder)


def put_back(kept: Kept, place: Path) -> Registry:
    """The same registry in a database that holds none, its folders under `place`."""
    shutil.copytree(kept.folder / "home", place / "home")
    shutil.copytree(kept.folder / "sealed", place / "sealed")
    rows = copy.deepcopy(kept.rows)
    for model, found in rows.items():
        model._base_manager.bulk_create(found)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(rows)):
            cursor.execute(statement)
    once = {(model, row.pk): row for model, found in rows.items() for row in found}
    made, home = kept.registry, replace(kept.registry.home, path=place / "home")

    def again(row: Any) -> Any:
        return once[type(row), row.pk]

    return replace(
        made,
        home=home,
        people={name: again(person) for name, person in made.people.items()},
        agreement=again(made.agreement),
        other_agreement=again(made.other_agreement),
        sealed=replace(made.sealed, home=home, path=place / "sealed" / made.sealed.path.name),
    )


def _models() -> list[type[Model]]:
    return list(apps.get_app_config("custody").get_models(include_auto_created=True))
