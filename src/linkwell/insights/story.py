"""What a report needs to know besides released numbers: names, dates, the plan, and which gates spoke.

No number about people is in it: gate values stay behind, only their sentences go along.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from linkwell.confidentiality.kinds import Internal
from linkwell.insights.ahead import Ahead
from linkwell.insights.analyse import Results
from linkwell.insights.by_group import SliceResult
from linkwell.insights.disability import of_disability
from linkwell.insights.gates import GateResult
from linkwell.insights.opinions import beside
from linkwell.insights.people import first_of
from linkwell.insights.protocol import Protocol
from linkwell.insights.reach import Merged, wording
from linkwell.standards.clock import in_words

ALIKE = (0.01, 0.02, 0.05, 0.1)
"""Limits a report may say weighting left every difference under."""


@dataclass(frozen=True)
class Spoken:
    """A gate that is not green: its id, level, and its plain sentences."""

    gate: str
    level: str
    sentence: str
    helps: str


@dataclass(frozen=True)
class Groups:
    """A slice of the participants as a report speaks of it.

    Attributes:
        labels: of the groups, in the order of the release; empty when it cannot be told.
        reason: why it cannot, in a sentence; empty when it can. landmark: months the follow-up begins after.
        pairs: places of two groups, outcome, and what is told of them among people like those both meet.
    """

    by: str
    labels: tuple[str, ...]
    reason: str
    landmark: int
    pairs: tuple[tuple[int, int, str, str], ...] = ()


@dataclass(frozen=True)
class LookedAhead:
    """A look ahead as a report speaks of it.

    Attributes:
        now, then: first days of the two reference months. design, outcome_gates: gates that spoke.
        changed: names of what the people of the two dates differ most in before weighting.
        moved: outcomes of which one period earlier more ("more") or less came than was said.
    """

    months: int
    now: date
    then: date
    design: tuple[Spoken, ...]
    outcome_gates: tuple[tuple[str, tuple[Spoken, ...]], ...]
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    @property
    def refusal(self) -> tuple[Spoken, ...]:
        """The red gates of the whole look ahead."""
        return tuple(gate for gate in self.design if gate.level == "red")


@dataclass(frozen=True)
class Story:
    """The frame of one report.

    Attributes:
        dimensions: codes of the reach profiles. reference: first day of the reach profile's month.
        design: gates of the whole comparison that spoke. outcome_gates: per outcome.
        missing: names of planned outcomes the data do not hold.
        opinions: per told outcome, where every other method's answer lies beside the range.
        strongest: per outcome, the label of the measure whose leaving out moves the estimate most.
        slices: groups the plan asked for, told or not.
        alike_within: a limit no difference is over after weighting, in standard deviations; 0: not weighted.
        stayed_out: sentences about people who were never in the supply, with numbers to the nearest ten.
        merged: areas that are told together. disability: where what is told of disability comes from, and
            until when; empty where the data record none.
        members: names of the organisations a pooled report is about; empty for one organisation's.
        ahead: looks ahead that were planned, told or not.
    """

    organisation: str
    protocol: Protocol
    digest: str
    reference: date
    data_ends: date
    sources: tuple[str, ...]
    dimensions: tuple[str, ...]
    design: tuple[Spoken, ...]
    outcome_gates: tuple[tuple[str, tuple[Spoken, ...]], ...]
    missing: tuple[str, ...] = ()
    strongest: tuple[tuple[str, str], ...] = ()
    opinions: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    slices: tuple[Groups, ...] = ()
    alike_within: float = 0.0
    stayed_out: tuple[str, ...] = ()
    merged: tuple[Merged, ...] = ()
    disability: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    ahead: tuple[LookedAhead, ...] = ()
    demo: bool = False

    @property
    def refusal(self) -> tuple[Spoken, ...]:
        """The red gates of the whole comparison."""
        return tuple(gate for gate in self.design if gate.level == "red")


def tell(
    results: Internal[Results],
    *,
    organisation: str,
    stayed_out: Mapping[str, int] | None = None,
    members: Sequence[str] = (),
    demo: bool = False,
) -> Story:
    """Take out of the results what a report may be framed with.

    Args:
        stayed_out: people the provider left out as a whole, by reason ("not_told", "objected"), as its own
            manifest says; they are in no number of the report.
        members: of a pool, the names of its organisations.
    """
    found = results.inside()
    present = {measure.code for measure in found.measures}
    used = {outcome.measure for outcome in found.protocol.outcomes}
    return Story(
        organisation=organisation,
        protocol=found.protocol,
        digest=found.protocol.digest,
        reference=first_of(found.reach.reference_month),
        data_ends=found.ends,
        sources=tuple(sorted({m.source for m in found.measures if m.code in used})),
        dimensions=tuple(profile.dimension for profile in found.reach.profiles),
        design=_spoken(found.impact.gates),
        outcome_gates=tuple((result.outcome.name, _spoken(result.gates)) for result in found.impact.outcomes),
        missing=tuple(o.label for o in found.protocol.outcomes if o.measure not in present),
        strongest=_strongest(found),
        opinions=tuple(
            (result.outcome.name, beside(result.opinions, result.estimate))
            for result in found.impact.outcomes
            if result.opinions is not None and result.estimate is not None
        ),
        slices=tuple(_groups(one) for one in found.impact.slices),
        alike_within=_alike_within(found),
        stayed_out=stayed_out_words(stayed_out or {}),
        merged=found.reach.merged,
        disability=_recorded_by(found),
        members=tuple(members),
        ahead=tuple(_looked(one) for one in found.ahead),
        demo=demo,
    )


def stayed_out_words(people: Mapping[str, int]) -> tuple[str, ...]:
    """A sentence a reason; numbers to the nearest ten, and none below ten."""
    words = wording()["stayed_out"]
    return tuple(
        str(words[reason].format(people=_about(people[reason])))
        for reason in ("not_told", "objected")
        if people.get(reason)
    )


def _about(people: int) -> str:
    return "Fewer than ten people" if people < 10 else f"About {(people + 5) // 10 * 10:,} people"


def _recorded_by(found: Results) -> tuple[str, ...]:
    listed = of_disability(found.measures)
    return tuple(dict.fromkeys(f"{one.source} (up to {in_words(one.covers_to)})" for one in listed))


def _groups(one: SliceResult) -> Groups:
    reason = ""
    if not one.groups:
        reason = " ".join(dict.fromkeys(result.sentence for result in one.red)) or wording()["slices"]["few"]
    beside = tuple((pair.first, pair.second, pair.outcome, pair.told) for pair in one.pairs)
    return Groups(one.slice.by, tuple(group.label for group in one.groups), reason, one.landmark, beside)


def _alike_within(found: Results) -> float:
    alike, plain = found.impact.love, found.impact.plain
    if alike is None or not plain:
        return 0.0
    left = max(
        (abs(after) for after, told in zip(alike.after.tolist(), plain, strict=True) if told), default=0.0
    )
    return next((limit for limit in ALIKE if left <= limit), math.ceil(left * 10) / 10)


def _strongest(found: Results) -> tuple[tuple[str, str], ...]:
    labels = {measure.code: measure.label for measure in found.measures}
    return tuple(
        (result.outcome.name, labels.get(result.opinions.strongest, ""))
        for result in found.impact.outcomes
        if result.opinions is not None
    )


def _looked(one: Ahead) -> LookedAhead:
    moved = tuple(
        (each.outcome.name, "more" if each.moved > 0 else "less")
        for each in one.outcomes
        if any(gate.gate.id == "ahead_moved" and gate.level == "amber" for gate in each.gates)
    )
    gates = tuple((each.outcome.name, _spoken(each.gates)) for each in one.outcomes)
    return LookedAhead(one.months, first_of(one.now), first_of(one.then), _spoken(one.gates), gates,
                       one.changed, moved)  # fmt: skip


def _spoken(results: tuple[GateResult, ...]) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(result.gate.id, result.level, result.sentence, result.gate.helps)
        for result in results
        if result.level != "green" and result.sentence
    )
