"""Under whose agreements the chosen variables come."""

from __future__ import annotations

from collections.abc import Iterable

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.models import Refresh
from linkwell.integration.model import targets


def known_variables(refresh: Refresh | None) -> dict[str, str]:
    """dataset.variable -> what it means, of everything the catalogue of a refresh offers."""
    listed = refresh.catalogue.get("datasets", []) if refresh else []
    return {
        f"{dataset['name']}.{variable['name']}": str(variable["meaning"])
        for dataset in listed
        for variable in dataset["variables"]
    }


def agreements_behind(variables: Iterable[str], refresh: Refresh | None = None) -> list[Agreement]:
    """The agreements whose data is in the chosen datasets of a refresh (the newest if not said).

    Left out is who must not be known to have supplied: their rows are in no research project
    (integration.project), so it uses nothing of theirs.
    """
    source = refresh or latest_ready()
    chosen = {name.partition(".")[0] for name in variables}
    tables = {target.source for target in targets() if target.name in chosen}
    if source is None or not tables:
        return []
    found = Agreement.objects.filter(supplies__refreshes=source).distinct().order_by("pk")
    return [
        each
        for each in found.select_related("organisation", "specification", "proposal")
        if (specification := agreed_specification(each)) and not specification.sensitive
        and tables & {table.name for table in specification.tables}
    ]  # fmt: skip
