"""What taking something out would do, worked out and shown before anybody confirms it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import Q, QuerySet

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.labs.databases import built_from
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.removals.states import EVERYTHING, RemovalKind
from linkwell.custody.retention.clock import KEPT
from linkwell.custody.supplies.destroying import WAITING
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import WrongUse


@dataclass(frozen=True)
class Plan:
    """What would happen, in references only.

    Attributes:
        deliveries: of which everything kept is destroyed. stays: the delivery in force afterwards, or "".
        people: how many people leave. unopened: sealed files that wait, and are not touched by this.
        refreshes, projects: built from it, destroyed once a refresh without it stands.
        released: what went out already and cannot be undone: (reference, title).
        ends_agreement: whether the agreement ends with it.
    """

    kind: str
    deliveries: tuple[str, ...]
    stays: str
    people: int
    unopened: tuple[str, ...]
    refreshes: tuple[str, ...]
    projects: tuple[str, ...]
    released: tuple[tuple[str, str], ...]
    ends_agreement: bool

    def as_dict(self) -> dict[str, Any]:
        """For the registry and `--json`: lists, as JSON has them."""
        return {n: json.loads(json.dumps(value)) for n, value in asdict(self).items()}


@cache
def sentences() -> dict[str, Any]:
    """removals.toml: what plan, certificate and slip say in words."""
    return tomllib.loads((files("linkwell.custody.removals") / "removals.toml").read_text("utf-8"))


def leaving(agreement: Agreement, kind: str) -> tuple[list[Supply], Supply | None]:
    """What leaves, and the delivery that takes its place (none where everything leaves).

    Raises:
        WrongUse: nothing is there that could leave, or the delivery that mends it is not linked yet.
    """
    kept = list(agreement.supplies.filter(state__in=KEPT).order_by("pk"))
    if kind in EVERYTHING:
        if not kept:
            raise WrongUse("Nothing is kept under this agreement.", where=agreement.reference)
        return kept, None
    if len(kept) < 2 or kept[-1].state not in (SupplyState.LINKED, SupplyState.LOADED):
        raise WrongUse(
            "There is no newer delivery that is linked.",
            where=agreement.reference,
            why="Who is corrected or left out is said by the delivery that comes after: it takes the place "
            "of what was sent before.",
            fix="Have the provider send the people as they should be (who objects is left out), accept it "
            "and link it; then ask again.",
        )
    return kept[:-1], kept[-1]


def plan_of(agreement: Agreement, kind: str) -> Plan:
    """What taking it out would do now. Raises as `leaving`."""
    supplies, delivery = leaving(agreement, kind)
    held = refreshes_with(supplies)
    worked_out = Output.objects.filter(refresh__in=held).values_list("reference", flat=True)
    whose = agreement.organisation
    about = Q(organisation=whose) | Q(readers=whose)
    released = Release.objects.filter(about, output__refresh__in=held).distinct()
    unopened = agreement.supplies.filter(state__in=WAITING).order_by("pk")
    return Plan(
        kind=kind,
        deliveries=tuple(each.reference for each in supplies),
        stays=delivery.reference if delivery else "",
        people=_people(supplies, delivery),
        unopened=tuple(unopened.values_list("reference", flat=True)) if kind in EVERYTHING else (),
        refreshes=tuple(each.label for each in held),
        projects=tuple(sorted([*worked_out, *built_from(held)])),
        released=tuple(released.order_by("pk").values_list("reference", "title")),
        ends_agreement=kind == RemovalKind.WITHDRAWAL and agreement.state == AgreementState.IN_FORCE,
    )


def _people(supplies: list[Supply], delivery: Supply | None) -> int:
    """How many people leave or are corrected: as the signed cover page counts, or everybody."""
    if delivery is None:
        return int(supplies[-1].counts.get("accepted", {}).get("people", 0))
    changes = delivery.manifest.get("changes") or {}
    if changes:
        return int(changes.get("gone", 0)) + int(changes.get("changed", 0))
    before = int(supplies[-1].counts.get("accepted", {}).get("people", 0))
    return max(0, before - int(delivery.counts.get("accepted", {}).get("people", 0)))


def refreshes_with(supplies: Iterable[Supply]) -> QuerySet[Refresh]:
    """Every refresh and ad hoc load that holds any of these supplies, or is used with one that does."""
    standing = Refresh.objects.exclude(state=RefreshState.RETIRED)
    held = standing.filter(supplies__in=list(supplies))
    labels = list(held.values_list("label", flat=True))
    return standing.filter(Q(label__in=labels) | Q(base__in=labels)).order_by("pk")
