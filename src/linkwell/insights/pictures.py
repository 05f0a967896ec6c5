"""What the report's drawings ask the release desk for: how alike the groups are, and how they part over time.

Every drawn number is a count, a mean or a difference the desk knows; nothing is drawn from inside.
"""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.request import CountTable, EffectInput, MeanTable
from linkwell.insights.estimators.effect import Z_95
from linkwell.insights.impact import Impact
from linkwell.insights.outcomes import OutcomeResult, Period
from linkwell.insights.people import Floats, Ints

PARTICIPANTS, SIMILAR = "Participants", "Similar people"
WORST = 8
"""Covariates a love plot shows: those that differed most before weighting."""
BIN = 20
"""Fewest participants in a bin of the overlap."""


def carried(amounts: Floats, impact: Impact, compared: Ints) -> Floats:
    """The amount of each of `compared`, by which the desk knows outcomes and their data versions apart.

    The few people `compared` may hold beyond those analysed carry the average, so that they do not move it.
    """
    order = np.argsort(impact.analysed)
    place = np.minimum(np.searchsorted(impact.analysed[order], compared), len(order) - 1)
    known = impact.analysed[order][place] == compared
    return np.asarray(np.where(known, amounts[order][place], amounts.mean()))


def pictures(
    impact: Impact, compared: Ints
) -> tuple[tuple[CountTable | MeanTable, ...], tuple[EffectInput, ...]]:
    """Tables and differences behind the drawings of a report whose design no gate refused."""
    tables: list[CountTable | MeanTable] = []
    effects: list[EffectInput] = list(_love(impact, compared))
    if impact.score is not None:
        tables.append(_overlap(impact, compared))
    for result in impact.outcomes:
        if result.estimate is not None and result.periods:
            tables += _path(result, impact, compared)
            effects += [_period(result, period, impact, compared) for period in result.periods]
    return tuple(tables), tuple(effects)


def period_label(first: int, last: int) -> str:
    """Months from the start: "−24 to −18"."""
    return f"{_signed(first)} to {_signed(last)}"


def _signed(month: int) -> str:
    return f"−{-month}" if month < 0 else str(month)


def _love(impact: Impact, compared: Ints) -> list[EffectInput]:
    """Standardised differences before weighting, as differences with their own ranges.

    What weighting leaves is not asked for: it is the same people with the same amounts, for which the desk
    would rightly repeat its first answer. The story says how small it is (`Story.alike_within`).
    """
    if impact.love is None or impact.traits is None:
        return []
    alike, found = impact.love, []
    order = np.argsort(-np.abs(alike.before), kind="stable")
    worst = [n for n in order.tolist() if impact.plain[n]][:WORST]
    for place, n in enumerate(worst):
        values = carried(impact.traits[:, n], impact, compared)
        binary = bool(np.isin(impact.traits[:, n], (0.0, 1.0)).all())
        spread = float(impact.traits[:, n].std())
        if spread <= 0:
            continue
        gap, error = (
            float(alike.before[n]),
            float(np.sqrt(1 / len(compared) + 1 / max(len(impact.comparison), 1))),
        )
        found.append(EffectInput(
            name=f"alike_{place:02}", estimate=gap, standard_error=error,
            lower=gap - Z_95 * error, upper=gap + Z_95 * error,
            unit="standard deviations", treated_units=compared, treated_values=values,
            comparison_units=impact.comparison, comparison_effective=float(len(impact.comparison)),
            # One person with the trait moves a share by one in n, and so this by 1/(n sd).
            kind="difference", scale=1.0 / spread if binary else 0.0,
            outcome=f"{alike.names[n]}, before weighting", title=alike.names[n],
        ))  # fmt: skip
    return found


def _overlap(impact: Impact, compared: Ints) -> CountTable:
    """People by how likely they were to start, in bins of at least twenty participants."""
    assert impact.score is not None
    mine = carried(impact.score, impact, compared)
    bins = max(1, min(8, len(compared) // BIN))
    edges = np.quantile(mine, np.linspace(0, 1, bins + 1)[1:-1])
    labels = [f"{n + 1} of {bins}" for n in range(bins)]
    theirs, place = impact.comparison_rows, np.searchsorted(edges, impact.comparison_score, side="right")
    cells = np.concatenate([np.searchsorted(edges, mine, side="right"), bins + place])
    return CountTable(
        name="overlap",
        dimensions=("group", "how likely to start, from least"),
        labels=tuple((group, label) for group in (PARTICIPANTS, SIMILAR) for label in labels),
        cells=cells.astype(np.int64),
        units=np.concatenate([compared, theirs]),
        title="People by how likely they were to start",
    )


def _path(result: OutcomeResult, impact: Impact, compared: Ints) -> list[MeanTable]:
    """Participants' own average by period; the similar people's follows from the differences."""
    if result.outcome.kind == "rate":
        return []
    labels = tuple((period_label(period.first, period.last),) for period in result.periods)
    return [MeanTable(
        name=f"path_{result.outcome.name}",
        dimensions=("months from the start",),
        labels=labels,
        cells=np.repeat(np.arange(len(labels)), len(compared)),
        units=np.tile(compared, len(labels)),
        values=np.concatenate([carried(period.amounts, impact, compared) for period in result.periods]),
        measure=f"{result.outcome.measure}, a quarter, by months from the start",
        unit={"days": "days", "dollars": "dollars"}.get(result.outcome.kind, "events"),
        totals=tuple(label for (label,) in labels),
        title=f"{result.outcome.label}, a quarter, by months from the start, participants",
    )]  # fmt: skip


def _period(result: OutcomeResult, period: Period, impact: Impact, compared: Ints) -> EffectInput:
    outcome, estimate = result.outcome, period.estimate
    label = period_label(period.first, period.last)
    units = {"days": "days a quarter", "dollars": "dollars a quarter", "rate": "percentage points"}
    return EffectInput(
        name=path_name(outcome.name, period.first),
        estimate=estimate.estimate,
        standard_error=estimate.standard_error,
        lower=estimate.lower,
        upper=estimate.upper,
        unit=units.get(outcome.kind, "a person a quarter"),
        treated_units=compared,
        treated_values=carried(period.amounts, impact, compared),
        comparison_units=impact.comparison,
        comparison_effective=impact.effective,
        kind=outcome.kind,
        outcome=f"{outcome.measure}, months {label} from the start",
        scale=100.0 if outcome.kind == "rate" else 1.0,
        title=f"{outcome.label}, months {label} from the start",
    )


def path_name(outcome: str, first: int) -> str:
    """Key of a period's difference in the release."""
    return f"path_{outcome}_{first:+d}"
