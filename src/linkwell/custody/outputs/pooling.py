"""Outputs of pools: beside which reports one is told, and what stops it when a member has left."""

from __future__ import annotations

from dataclasses import replace

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.states import OutputState
from linkwell.custody.projects.independence import FEWEST, Members, independent, parties_of, together
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.pooling import members_of, pools
from linkwell.custody.projects.states import ProjectState
from linkwell.errors import RefusedByRule

NUMBERS = ("None", "One", "Two")


def told_beside(members: list[str], output: Output | None = None) -> Members:
    """The members in groups that were always told about together, beside every other pooled report.

    Raises:
        RefusedByRule: fewer than three independent ones would be told apart.
    """
    states = (OutputState.RELEASING, OutputState.RELEASED)
    found = Output.objects.exclude(project__service="").filter(state__in=states)
    if output is not None:
        found = found.exclude(pk=output.pk)
    earlier = list(found.order_by("pk").values_list("members", flat=True))
    return together(members, earlier, parties_of({*members, *(code for each in earlier for code in each)}))


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
