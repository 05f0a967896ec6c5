"""What the release desk is asked for: who is in which cell, by project id, never a finished number of people.

All arrays are one-dimensional numpy arrays. The desk turns project ids into persistent people; a requester
never sees those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Labels = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts of people by cell.

    Attributes:
        name: key of the table in the release; unique within a request.
        dimensions: what each label says, for example ("age band", "region").
        labels: one tuple per cell, one label per dimension. A margin is a cell of its own ("All ages",
            "Otago").
        cells: per membership, the index into `labels`.
        units: per membership, the project id of the person; a repeated (cell, unit) pair counts once.
        entities: per kind of entity ("provider", "school", ...), per membership, the entity's id; negative
            = none.
        combinations: "all" lists every combination of the labels of each dimension, so that an absent row
            tells nothing; "listed" keeps the rows as given, and only where each last label stands under one
            heading (a long table of "dimension, category"). The list of labels must come from a code list,
            never from the data: a missing row would tell a zero.
        totals: labels of margins ("All ages"), for the note about parts and totals. What is hidden never
            depends on it: margins are found by who is in them.
        title: plain words over the table.
    """

    name: str
    dimensions: tuple[str, ...]
    labels: Labels
    cells: NDArray[np.int32] | Ints
    units: Ints
    entities: Mapping[str, Ints] | None = None
    combinations: Literal["all", "listed"] = "all"
    totals: tuple[str, ...] = ("Total", "All")
    title: str = ""


@dataclass(frozen=True, eq=False)
class MeanTable:
    """Means (and totals) of a magnitude (days, dollars, events) per person by cell; counts come with it.

    Attributes:
        values: per membership, the person's own amount; a repeated (cell, unit) pair must repeat its amount.
        weights: per membership, what the person's amount weighs in the cell's mean (as in a comparison group
            made alike); None: all alike. Not negative.
        with_totals: tell totals as well. A total is the told mean times the released count, so that asking
            for both tells nothing more. Not of weighted amounts.
        measure: what is measured and when ("wages, 12 months after"). The guard does not go by it, but by the
            people and their amounts.
        unit: "days", "dollars", "events".
        Others as in `CountTable`.
    """

    name: str
    dimensions: tuple[str, ...]
    labels: Labels
    cells: NDArray[np.int32] | Ints
    units: Ints
    values: Floats
    measure: str
    unit: str
    entities: Mapping[str, Ints] | None = None
    combinations: Literal["all", "listed"] = "all"
    totals: tuple[str, ...] = ("Total", "All")
    title: str = ""
    weights: Floats | None = None
    with_totals: bool = False


@dataclass(frozen=True, eq=False)
class QuantileTable:
    """Quantiles of a magnitude by cell; counts come with it. No minimum or maximum can be asked for.

    Attributes:
        percents: which quantiles, in whole percent on the grid of the rules (25, 50, 75).
        Others as in `MeanTable`.
    """

    name: str
    dimensions: tuple[str, ...]
    labels: Labels
    cells: NDArray[np.int32] | Ints
    units: Ints
    values: Floats
    measure: str
    unit: str
    percents: tuple[int, ...] = (25, 50, 75)
    entities: Mapping[str, Ints] | None = None
    combinations: Literal["all", "listed"] = "all"
    totals: tuple[str, ...] = ("Total", "All")
    title: str = ""


@dataclass(frozen=True, eq=False)
class WeightedTable:
    """Weighted counts out of a survey by cell; the count of respondents comes with them.

    Attributes:
        weights: per membership, how many people the respondent stands for; not negative.
        Others as in `CountTable`.
    """

    name: str
    dimensions: tuple[str, ...]
    labels: Labels
    cells: NDArray[np.int32] | Ints
    units: Ints
    weights: Floats
    entities: Mapping[str, Ints] | None = None
    combinations: Literal["all", "listed"] = "all"
    totals: tuple[str, ...] = ("Total", "All")
    title: str = ""
    measure = "survey weight"
    unit = "people"

    @property
    def values(self) -> Floats:
        """The weights are the amounts."""
        return self.weights


INTEGRATED = "integrated data"
"""The data family of everything made from the refreshes, by insights and in labs alike."""
FORMER = {INTEGRATED: ("insights", "lab")}
"""Names under which a family's earlier releases stand in the ledger."""


AnyTable = CountTable | MeanTable | QuantileTable | WeightedTable
AMOUNTS = (MeanTable, QuantileTable, WeightedTable)
"""Tables of an amount per person."""


@dataclass(frozen=True, eq=False)
class Category:
    """A variable of a model in groups; the first label is what the others are compared with.

    Attributes:
        codes: per person, the place of its label in `labels`.
    """

    codes: Ints
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ModelInput:
    """A regression, fitted by the desk itself.

    Attributes:
        name: key of the model in the release; unique within a request.
        kind: "ols" (a number), "logit" (0 or 1) or "poisson" (a count).
        outcome: what is explained. values: it, per person.
        units: project ids, each person once.
        variables: name -> numbers per person, or a `Category`.
        terms: names of variables; "a:b" is an interaction. An intercept is always fitted.
    """

    name: str
    kind: Literal["ols", "logit", "poisson"]
    outcome: str
    values: Floats
    units: Ints
    variables: Mapping[str, Floats | Category]
    terms: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Condition:
    """A rule that a contributing dataset or an agreement makes stricter than the profile.

    Attributes:
        rule: name of the number in the profile ("people_threshold"). value: what it must be at least (or at
            most, where less is stricter). source: which dataset or agreement says so, and since when.
    """

    rule: str
    value: int
    source: str


@dataclass(frozen=True, eq=False)
class EffectInput:
    """A difference between people reached and a comparison group, before release.

    Attributes:
        name: key of the effect in the release; unique within a request.
        estimate, standard_error, lower, upper: in `unit`; the interval is lower..upper at `level`.
        unit: plain words ("percentage points", "days in the year after").
        treated_units, comparison_units: project ids behind each side (distinct people, any order).
        treated_values: the outcome of each of `treated_units`. The guard tells outcomes and versions of their
            data apart by these, not by their name.
        comparison_effective: effective size of the weighted comparison group (Kish).
        kind: "rate" for shares of people (0..1, or percentage points with `scale` 100); "difference" for
            standardised differences (in standard deviations), told to `difference_decimals`.
        outcome: what is measured, over which window; empty: the name. The same people, amounts and outcome
            give the earlier answer; new amounts of the same people (a later refresh) a new one.
        scale: how many units one whole person's share is: 1 for 0..1 rates, 100 for percentage points; of a
            standardised difference one over the spread of a yes-or-no trait, 0 of an amount.
    """

    name: str
    estimate: float
    standard_error: float
    lower: float
    upper: float
    unit: str
    treated_units: Ints
    treated_values: Floats
    comparison_units: Ints
    comparison_effective: float
    kind: Literal["rate", "days", "dollars", "count", "difference"]
    outcome: str = ""
    scale: float = 1.0
    level: float = 0.95
    title: str = ""


@dataclass(frozen=True)
class Override:
    """A checker's decision, with a reason, that a cohort nearly an earlier one may be told about anew.

    It lifts the guard over whole cohorts and over near twins among means and effects. Thresholds, and the
    guard cell by cell, stay. It is recorded with the release.
    """

    checker: str
    reason: str


@dataclass(frozen=True, eq=False)
class ReleaseRequest:
    """One request for one release.

    Attributes:
        project: name of the project whose ids are used (`disclosure/projects/<project>.parquet`).
        family: the data family whose releases are guarded together, across projects ("insights").
        purpose: why, in a sentence; goes into the ledger.
        population: project ids of the cohort the request is about; it is compared with every earlier cohort.
        notes: plain sentences that travel with the release.
        single_provider: the output is about one provider's people, which needs the agreement's recorded
            permission.
        sources: codes of the data used ("tax" adds the tax paragraph to the disclaimers).
        conditions: what datasets or the agreement ask beyond the profile; the strictest wins.
        pool: of output about several organisations together that they read themselves: per group of members
            that were always told about together, and per independent member (the same in every group, empty
            where it has no part in it), the project ids of all its people.
        pool_by_table: the same for tables whose units stand for others (a household's eldest), by name.
    """

    project: str
    family: str
    purpose: str
    population: Ints
    tables: tuple[AnyTable, ...] = ()
    effects: tuple[EffectInput, ...] = ()
    models: tuple[ModelInput, ...] = ()
    notes: tuple[str, ...] = ()
    single_provider: bool = True
    sources: tuple[str, ...] = field(default=())
    conditions: tuple[Condition, ...] = ()
    pool: tuple[tuple[Ints, ...], ...] = ()
    pool_by_table: Mapping[str, tuple[tuple[Ints, ...], ...]] = field(default_factory=dict)
