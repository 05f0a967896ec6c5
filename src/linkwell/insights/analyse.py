"""The whole analysis of a standing insights project: reach always, impact where the gates allow.

It reads the project's own database and nothing else; what comes back is internal and has no way out but the
release desk.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from pathlib import Path

from linkwell.confidentiality.kinds import Internal
from linkwell.errors import WrongUse
from linkwell.insights.ahead import Ahead, look_ahead
from linkwell.insights.areas import profile_areas
from linkwell.insights.circumstances import profile_circumstances
from linkwell.insights.disability import of_disability, profile_disability
from linkwell.insights.families import joined, own_families, profile_families, read_households, read_own
from linkwell.insights.impact import Impact, estimate_impact
from linkwell.insights.measures import Measure, data_end, read_catalogue
from linkwell.insights.people import Clients, read_clients, read_people
from linkwell.insights.pooling import Members, MemberUnits, pooled, read_members, their_households
from linkwell.insights.protocol import Protocol
from linkwell.insights.reach import Reach, profile_reach, reference_month
from linkwell.integration.database import reading

Tick = Callable[[int, int], None]
STEPS = 5


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """Everything found out, before release.

    `members`: of a pool of organisations, whose people are whose; empty for one organisation.
    `households`: which households each of them knows of, by their eldest. `ahead`: the look ahead for people
    who could be reached and are not yet; empty where the plan has none.
    """

    project: str
    protocol: Protocol
    clients: Clients
    reach: Reach
    impact: Impact
    measures: tuple[Measure, ...]
    ends: date
    members: MemberUnits = ()
    households: MemberUnits = ()
    ahead: tuple[Ahead, ...] = ()


Columns = dict[str, tuple[str, ...]]


def needed_columns() -> tuple[Columns, Columns]:
    """Per table, what an insights project asks for, and what it takes where the refresh has it
    (`columns.toml`).
    """
    named = tomllib.loads(resources.files("linkwell.insights").joinpath("columns.toml").read_text("utf-8"))
    supplied = named.pop("where_supplied")
    always, further = ({table: tuple(names) for table, names in of.items()} for of in (named, supplied))
    return always, further


def analyse(
    project_db: Path, protocol: Protocol, *, members: Members = (), progress: Tick | None = None
) -> Internal[Results]:
    """Run the protocol on a project's database.

    Args:
        project_db: `projects/<project>/project.duckdb`; the folder's name is the project's.
        members: of a pool, its organisations (`pooling.together`); empty for one organisation.

    Raises:
        WrongUse: there is no such database, or it holds nobody of this initiative.
    """
    tick = progress or (lambda done, total: None)
    protocol = pooled(protocol) if members else protocol
    if not project_db.exists():
        raise WrongUse("There is no such project database.", where=project_db.name)
    with reading(project_db) as connection:
        people = read_people(connection)
        measures = read_catalogue(connection)
        if not measures:
            raise WrongUse(
                "The project has no measures.", fix="Build the refresh with a catalogue of measures."
            )
        ends = data_end(measures)
        clients = read_clients(connection, protocol.initiatives, ends)
        if not len(clients.supplied):
            raise WrongUse(
                "Nobody of this initiative is in the project.",
                where=", ".join(protocol.initiatives) or "all initiatives",
                fix="Check the initiative's code in the protocol, and that its supply is in the refresh.",
            )
        tick(1, STEPS)
        reference = reference_month(protocol, clients)
        reach = profile_reach(connection, people, clients, protocol, reference)
        recorded = profile_disability(connection, reach, measures)
        others = tuple(one for one in measures if one not in of_disability(measures))
        lives = profile_circumstances(connection, reach, clients, others) if others else None
        homes = read_households(connection, people)
        own = None if members else read_own(connection, people, protocol.initiatives)
        named = None if own is None else own_families(people, own, reach)
        together = joined(homes, None if own is None else own.home)
        families = None if homes is None else profile_families(people, homes, reach)
        areas = profile_areas(people, reach, protocol)
        merged = () if areas is None else areas[1].merged
        more = [one for one in (areas and areas[0], recorded, lives) if one is not None]
        reach = replace(reach, profiles=(*reach.profiles, *more), families=families, merged=merged,
                        named=named)  # fmt: skip
        whose = read_members(connection, members, protocol.initiatives)
        known = () if homes is None else their_households(whose, people, homes, reference)
        tick(2, STEPS)
        ahead = look_ahead(connection, people, clients, protocol, reach, measures, together)
        tick(3, STEPS)
        impact = estimate_impact(connection, people, clients, protocol, together)
        tick(STEPS, STEPS)
    return Internal(Results(project_db.parent.name, protocol, clients, reach, impact, measures, ends, whose,
                            known, ahead))  # fmt: skip


__all__ = ["Results", "analyse", "needed_columns"]
