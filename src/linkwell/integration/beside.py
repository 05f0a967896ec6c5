"""A refresh beside the one before: how many clients were found, by organisation and group."""

from __future__ import annotations

from dataclasses import dataclass

from linkwell.integration import database
from linkwell.integration.refresh import read_facts, refresh_folder
from linkwell.integration.telling import share
from linkwell.vault.zones import Home


@dataclass(frozen=True)
class Rate:
    """The share found of one group, whole per cent, now and before; None where it cannot be told."""

    organisation: str
    trait: str
    level: str
    now: int | None
    before: int | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """For the registry."""
        return dict(vars(self))


def rates(home: Home, label: str, before: str | None = None) -> list[Rate]:
    """Rates of every group of a refresh and, where there is one, of the refresh before.

    Ethnicity comes from the service details: linkers never see it beside their links (design §8.8).
    """
    now, then = _counted(home, label), _counted(home, before) if before else {}
    return [
        Rate(*group, share(linked, clients), share(*reversed(then[group])) if group in then else None)
        for group, (clients, linked) in sorted(now.items())
    ]


def _counted(home: Home, label: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    if read_facts(home, label) is None:
        return {}
    query = "SELECT organisation_code, trait_code, level_code, clients_nbr, linked_nbr FROM supply_quality"
    with database.reading(refresh_folder(home, label) / "refresh.duckdb") as connection:
        rows = connection.execute(query).fetchall()
    return {(str(o), str(t), str(level)): (int(c), int(n)) for o, t, level, c, n in rows}
