"""What an analysis asks the release desk for: who is in which cell, and differences with intervals."""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.kinds import Internal
from linkwell.confidentiality.request import (
    INTEGRATED,
    CountTable,
    EffectInput,
    MeanTable,
    ReleaseRequest,
)
from linkwell.insights.ahead import Ahead, Foreseen
from linkwell.insights.analyse import Results
from linkwell.insights.estimators.effect import Estimate
from linkwell.insights.families import DIMENSION as HOUSEHOLDS
from linkwell.insights.families import FEWEST, OWN
from linkwell.insights.impact import Impact, OutcomeResult
from linkwell.insights.people import Floats, Ints
from linkwell.insights.pictures import PARTICIPANTS, carried, pictures
from linkwell.insights.pooling import MemberUnits
from linkwell.insights.protocol import Outcome, Protocol
from linkwell.insights.reach import GROUPS, Profile, Reach

FAMILY = INTEGRATED
OWN_HOUSEHOLDS = f"reach_{OWN}"
NAMED = ("People with a number of yours", "Households or whānau by your numbers")
SUPPLIED, FOUND, DATED, FOLLOWED, ANALYSED = "Supplied", "Found", "Dated", "Followed", "Compared"
STEPS = (SUPPLIED, FOUND, DATED, FOLLOWED, ANALYSED)
"""The flow of people, each step a part of the one before."""
AHEAD = "ahead_"
"""Where the keys of levels looked ahead to begin."""
NOT_YET = "People you could reach and do not yet"


def release_request(results: Internal[Results]) -> ReleaseRequest:
    """The request for one report: flow, reach by every dimension, and every estimate no gate forbids."""
    found = results.inside()
    flow = _flow(found)
    compared = flow[-1]
    tables: list[CountTable | MeanTable] = [
        _groups("flow", "step", STEPS, flow, "listed"),
        _groups("reach", "group", GROUPS, _cohorts(found.reach)),
    ]
    tables += [_profile(profile) for profile in found.reach.profiles]
    if found.reach.families is not None:
        tables.append(_profile(found.reach.families))
    if found.reach.named is not None:
        tables.append(_groups(OWN_HOUSEHOLDS, "what", NAMED, found.reach.named))
    told = _told(found.impact)
    tables += [
        _level(result, found.impact, compared, found.protocol)
        for result in told
        if result.outcome.kind != "rate"
    ]
    drawn = pictures(found.impact, compared) if told else ((), ())
    return ReleaseRequest(
        project=found.project,
        family=FAMILY,
        purpose=f"Insights for {found.protocol.title}: who is reached, who is not, what difference it makes.",
        population=found.clients.supplied,
        tables=(*tables, *drawn[0], *_before(found.ahead)),
        effects=(
            *(_effect(result, found.impact, compared, found.protocol) for result in told),
            *drawn[1],
            *_by_group(found.impact, found.protocol),
            *(
                _foreseen(one, each)
                for one in found.ahead
                for each in one.outcomes
                if each.estimate is not None
            ),
        ),
        notes=(f"Protocol {found.protocol.digest}",),
        single_provider=not found.members,
        pool=found.members,
        pool_by_table={f"reach_{HOUSEHOLDS}": found.households} if found.households else {},
        sources=_sources(found),
    )


def outcome_key(measure: str, protocol: Protocol) -> str:
    """What effects and means on one outcome are guarded together by."""
    return f"{measure}, {protocol.follow_months} months after start"


def _told(impact: Impact) -> list[OutcomeResult]:
    return [result for result in impact.outcomes if not impact.refused and result.estimate is not None]


def _flow(found: Results) -> tuple[Ints, ...]:
    """People at each step. A step that loses fewer than six is shown as the step before: two counts that near
    would tell about the few between them, so the desk would hide one. So is one of a pool that loses fewer
    than six of other members than the one that loses most."""
    clients, impact = found.clients, found.impact
    steps = [clients.supplied]
    for units in (clients.linked, clients.started, impact.followed, np.unique(impact.analysed)):
        lost = np.setdiff1d(steps[-1], units)
        steps.append(steps[-1] if len(lost) and _few_left(lost, found.members) else units)
    return tuple(steps)


def _few_left(lost: Ints, members: MemberUnits) -> bool:
    """Whether fewer than six people stand between two counts, or do for a member without its own."""
    own = [int(np.isin(lost, np.concatenate(units)).sum()) for units in zip(*members, strict=True)]
    return len(lost) - max(own, default=0) < FEWEST


def _cohorts(reach: Reach) -> tuple[Ints, ...]:
    return reach.reached, reach.could, reach.community


def _groups(
    name: str, dimension: str, labels: tuple[str, ...], members: tuple[Ints, ...], combinations: str = "all"
) -> CountTable:
    cells = np.concatenate(
        [np.full(len(units), place, dtype=np.int64) for place, units in enumerate(members)]
    )
    return CountTable(
        name=name,
        dimensions=(dimension,),
        labels=tuple((label,) for label in labels),
        cells=cells,
        units=np.concatenate(members),
        combinations="listed" if combinations == "listed" else "all",
        totals=labels,  # each a count of its own, not parts of a whole
        title={
            "flow": "From the people supplied to the people compared",
            "reach": "The groups of this report",
            OWN_HOUSEHOLDS: "People you reach and their households, by your own numbers",
        }[name],
    )


def _profile(profile: Profile) -> CountTable:
    return CountTable(
        name=f"reach_{profile.dimension}",
        dimensions=("group", profile.dimension),
        labels=profile.labels,
        cells=profile.cells,
        units=profile.units,
        title=f"The groups by {profile.dimension}",
    )


def _level(result: OutcomeResult, impact: Impact, compared: Ints, protocol: Protocol) -> MeanTable:
    """The participants' own average, which puts a difference in proportion."""
    return MeanTable(
        name=f"level_{result.outcome.name}",
        dimensions=("group",),
        labels=((PARTICIPANTS,),),
        cells=np.zeros(len(compared), dtype=np.int64),
        units=compared,
        values=carried(result.amounts, impact, compared),
        measure=outcome_key(result.outcome.measure, protocol),
        unit={"days": "days", "dollars": "dollars"}.get(result.outcome.kind, "events"),
        title=f"{result.outcome.label} in the {protocol.span} after starting, participants",
    )


UNITS = {"days": "days in the {span} after", "dollars": "dollars in the {span} after",
         "count": "a person in the {span} after", "rate": "percentage points"}  # fmt: skip


LEVELS = {"days": "days a person in {months} months", "dollars": "dollars a person in {months} months",
          "count": "a person in {months} months", "rate": "percent of people"}  # fmt: skip


def _effect(result: OutcomeResult, impact: Impact, compared: Ints, protocol: Protocol) -> EffectInput:
    assert result.estimate is not None
    return _input(
        result.outcome.name, result.outcome, result.estimate, compared,
        carried(result.amounts, impact, compared), impact.comparison, impact.effective,
        outcome_key(result.outcome.measure, protocol), result.outcome.label, protocol.span,
    )  # fmt: skip


def group_name(by: str, place: int, outcome: str) -> str:
    """Key in the release of one outcome of one group of a slice."""
    return f"by_{by}_{place}_{outcome}"


def _by_group(impact: Impact, protocol: Protocol) -> list[EffectInput]:
    """Every group of every slice that can be told."""
    return [
        _input(
            group_name(one.slice.by, place, effect.outcome.name), effect.outcome, effect.estimate,
            group.people, effect.amounts, group.comparison, group.effective,
            outcome_key(effect.outcome.measure, protocol)
            + (f", from {one.landmark} months on" if one.landmark else ""),
            f"{effect.outcome.label}, {group.label}", protocol.span,
        )
        for one in impact.slices
        for place, group in enumerate(one.groups)
        for effect in group.effects
    ]  # fmt: skip


def _input(
    name: str, outcome: Outcome, estimate: Estimate, people: Ints, amounts: Floats, comparison: Ints,
    effective: float, key: str, title: str, span: str,
) -> EffectInput:  # fmt: skip
    return EffectInput(
        name=name,
        estimate=estimate.estimate,
        standard_error=estimate.standard_error,
        lower=estimate.lower,
        upper=estimate.upper,
        unit=UNITS[outcome.kind].format(span=span),
        treated_units=people,
        treated_values=amounts,
        comparison_units=comparison,
        comparison_effective=effective,
        kind=outcome.kind,
        outcome=key,
        scale=100.0 if outcome.kind == "rate" else 1.0,
        title=title,
    )


def ahead_name(months: int, outcome: str) -> str:
    """Key in the release of one outcome of the people who could be reached, so many months ahead."""
    return f"{AHEAD}{months}_{outcome}"


def before_name(months: int, outcome: str) -> str:
    """Key in the release of the same people's average in as many months before."""
    return f"before_{months}_{outcome}"


def _foreseen(ahead: Ahead, one: Foreseen) -> EffectInput:
    """A level told from people of an earlier date: those are the people whose amounts are in it."""
    assert one.estimate is not None
    lower, upper = one.ends
    outcome = one.outcome
    return EffectInput(
        name=ahead_name(ahead.months, outcome.name),
        estimate=one.estimate,
        standard_error=one.standard_error,
        lower=lower,
        upper=upper,
        unit=LEVELS[outcome.kind].format(months=ahead.months),
        treated_units=ahead.like,
        treated_values=one.amounts,
        comparison_units=ahead.people,
        comparison_effective=ahead.effective,
        kind=outcome.kind,
        outcome=f"{outcome.measure}, {ahead.months} months ahead",
        scale=100.0 if outcome.kind == "rate" else 1.0,
        title=f"{outcome.label}, people you could reach and do not yet, {ahead.months} months ahead",
    )


def _before(looked: tuple[Ahead, ...]) -> list[MeanTable]:
    """What is known of the same people's months before, for every amount that is told ahead."""
    return [
        MeanTable(
            name=before_name(ahead.months, one.outcome.name),
            dimensions=("group",),
            labels=((NOT_YET,),),
            cells=np.zeros(len(ahead.people), dtype=np.int64),
            units=ahead.people,
            values=one.before,
            measure=f"{one.outcome.measure}, {ahead.months} months before",
            unit={"days": "days", "dollars": "dollars"}.get(one.outcome.kind, "events"),
            title=f"{one.outcome.label} in the {ahead.months} months before, {NOT_YET.lower()}",
        )
        for ahead in looked
        for one in ahead.outcomes
        if one.estimate is not None and one.outcome.kind != "rate"
    ]


def _sources(found: Results) -> tuple[str, ...]:
    """ "tax" when tax data are used: its disclaimer must go along."""
    # Every measure of the catalogue enters the history, so every source is used.
    text = " ".join(measure.source.lower() for measure in found.measures)
    return ("tax",) if "inland revenue" in text or {"tax", "ird"} & set(text.split()) else ()
