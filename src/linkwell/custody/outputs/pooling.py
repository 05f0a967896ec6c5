"""Outputs of pools: beside which reports one is told, and what stops it when a member has left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.states import OutputState
from linkwell.custody.projects.independence import (
    FEWEST,
    Members,
    Parties,
    independent,
    parties_of,
    together,
)
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.pooling import Member, members_of, pools
from linkwell.custody.projects.states import ProjectState
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.uses.states import UseState
from linkwell.errors import RefusedByRule
from linkwell.pages.labels import label

NUMBERS = ("None", "One", "Two")
UNDER_WAY = (OutputState.ANALYSING, OutputState.FAILED, OutputState.READY, OutputState.RELEASING)


def told_beside(members: list[str], output: Output | None = None) -> Members:
    """The members in groups that were always told about together, beside every other pooled report.

    Raises:
        RefusedByRule: fewer than three independent ones would be told apart.
    """
    earlier = _told(output)
    return together(members, earlier, parties_of({*members, *(code for each in earlier for code in each)}))


def _told(but: Output | None = None) -> list[list[str]]:
    """Members of every pooled report that is released, or is being."""
    states = (OutputState.RELEASING, OutputState.RELEASED)
    found = Output.objects.exclude(project__service="").filter(state__in=states)
    if but is not None:
        found = found.exclude(pk=but.pk)
    return list(found.order_by("pk").values_list("members", flat=True))


@dataclass(frozen=True)
class Standing:
    """Where a pool stands: a key of [pool_state] in the labels, everybody asked, and who counts as one."""

    project: Project
    state: str
    members: list[Member]
    apart: tuple[tuple[str, ...], ...]

    @property
    def unanswered(self) -> list[Member]:
        """Who has not said anything yet."""
        return [member for member in self.members if member.said == UseState.ASKED]

    def with_others(self, member: Member) -> list[str]:
        """Names of the organisations this one counts as one with."""
        ours: tuple[str, ...] = next((each for each in self.apart if member.code in each), ())
        named = {each.code: each.agreement.organisation.name for each in self.members}
        return [named[code] for code in ours if code != member.code]


def standings(found: Iterable[Project]) -> list[Standing]:
    """Where pools stand; everything they have in common is asked for once."""
    asked = [(project, members_of(project)) for project in found]
    earlier = _told()
    codes = {member.code for _, members in asked for member in members}
    parties = parties_of(codes.union(*earlier))
    return [_stands(project, members, earlier, parties) for project, members in asked]


def _stands(project: Project, members: list[Member], earlier: list[list[str]], parties: Parties) -> Standing:
    counted = sorted(member.code for member in members if member.counts)
    apart, state = independent(counted, parties), "works"
    if project.state != ProjectState.APPROVED:
        state = "closed"
    elif len(apart) < FEWEST:
        state = "waits"
    else:
        try:
            together(counted, earlier, parties)
        except RefusedByRule:
            state = "stuck"
    return Standing(project, state, members, apart)


def waits(standing: Standing) -> list[tuple[str, str]]:
    """What waits in a pool, and on whom, in words."""
    if standing.state == "closed":
        return []
    found = [
        (f"The answer of {member.agreement.organisation.name}", label("waiting_on", "answer"))
        for member in standing.unanswered
    ]
    outputs = Output.objects.filter(project=standing.project)
    for each in outputs.filter(state__in=UNDER_WAY):
        found.append((f"The output {each.reference}", label("output_waits_on", each.state)))
    newest = latest_ready()
    if standing.state != "works":
        if not standing.unanswered:
            found.append(("Further organisations", label("waiting_on", "manager")))
    elif newest is not None and not outputs.filter(refresh=newest).exists():
        found.append((f"A report from the data of {newest.label}", label("waiting_on", "analyst")))
    return found


def refuse_pool(output: Output) -> None:
    """Raise RefusedByRule where the pool is closed, a member has left, or two pools would tell too few apart.

    Called in the transaction that approves the release; every pool is locked, so that two cannot slip past
    each other.
    """
    list(pools().select_for_update())
    if not Project.objects.filter(pk=output.project_id, state=ProjectState.APPROVED).exists():
        raise RefusedByRule(
            "This pool is closed.",
            where=output.project.code,
            why="Its members were told that there is no further report.",
            fix="Refuse this output.",
        )
    _refuse_left(output)
    told_beside(output.members, output)


def _refuse_left(output: Output) -> None:
    """Raise RefusedByRule where somebody whose people were worked with does not agree any more."""
    now = {each.agreement.organisation.code: each for each in members_of(output.project) if each.counts}
    if not set(output.members) <= set(now):
        raise RefusedByRule(
            "An organisation of this pool has taken its yes back, or its agreement is over.",
            where=output.project.code,
            why="Its people are in what was worked out.",
            fix=f"Refuse this output. {_next(output, sorted(now))}",
        )
    for code in output.members:
        agreement = now[code].agreement
        refuse_what_is_not_agreed(agreement, replace(as_now(agreement, "release"), alone=False))


def _next(output: Output, left: list[str]) -> str:
    """What happens at the next data update with the organisations that still agree."""
    hands = len(independent(left, parties_of(left)))
    if hands < FEWEST:
        are = "are" if hands == 2 else "is"
        return (
            f"{NUMBERS[hands]} of the {FEWEST} independent organisations that are needed {are} left: nothing "
            "more is worked out until others say yes, or the pool is closed."
        )
    try:
        told_beside(left, output)
    except RefusedByRule:
        return (
            "Nothing more is worked out without it either: beside an earlier report that would tell about "
            f"fewer than {FEWEST}. Organisations join or leave {FEWEST} or more at a time."
        )
    return "The next data update is worked out without it."
