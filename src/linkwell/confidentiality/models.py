"""Regressions: what may be told of one, by the people behind its coefficients, and what earlier ones say.

The desk fits the model itself, so that nothing else than what these rules saw can leave: coefficients and
standard errors to three figures, the rounded number of people, R² to two decimals. Never residuals, fitted
values, leverage or influence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linkwell.confidentiality.groups import BUCKETS, Flags, distinct
from linkwell.confidentiality.guard import told_number
from linkwell.confidentiality.history import PastEffect
from linkwell.confidentiality.magnitudes import MOST_KNOWN, combination, keyed_sums, off
from linkwell.confidentiality.means import dominated, figures
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.regression import Fit, fit
from linkwell.confidentiality.request import Category, Floats, Ints, ModelInput
from linkwell.confidentiality.rounding import Keys
from linkwell.errors import WrongUse

MOST_COLUMNS = 200
INTERCEPT = "intercept"
MODEL = "\u00a0model "
"""Begins the ledger's name of a model, so that no effect has the same."""


@dataclass(frozen=True, eq=False, repr=False)
class ModelDraft:
    """A model as columns, one row a person, in the order of the project's people.

    Attributes:
        columns: names of the design's columns. grouped: those that are 0 or 1 only.
        sums: keyed sums of the outcome, then of each column but the intercept, shape (columns, 64).
        ones: keyed sums of ones.
    """

    model: ModelInput
    outcome: Floats
    design: Floats
    columns: tuple[str, ...]
    sums: Floats
    ones: Floats

    def only(self, people: Flags) -> ModelDraft:
        """The model of some of its people; `people` per row. What the guard knows it by stays of all."""
        return self if people.all() else replace(
            self, outcome=self.outcome[people], design=self.design[people]
        )  # fmt: skip


def model_draft(model: ModelInput, places: Ints, second: Keys) -> ModelDraft:
    """Turn a model into its columns.

    Args:
        places: per unit, its place among the project's people. second: the second keyed number per place.

    Raises:
        WrongUse: columns of unequal length or without numbers, a person twice, a term without its variable,
            an outcome that does not fit the kind of model.
    """
    values = np.asarray(model.values, dtype=np.float64)
    pairs = distinct(np.zeros(len(places), dtype=np.int64), places)
    if len(pairs.places) != len(values) or not bool(np.all(np.isfinite(values))):
        raise WrongUse("A model needs one finite outcome per person, each person once.", where=model.name)
    wrong = {"logit": ~np.isin(values, (0.0, 1.0)), "poisson": values < 0, "ols": values != values}
    if model.kind not in wrong or bool(wrong[model.kind].any()):
        raise WrongUse("The outcome does not fit this kind of model.", where=f"{model.name}: {model.kind}",
                       fix="ols: any number; logit: 0 or 1; poisson: not negative.")  # fmt: skip
    names, columns = _design(model, len(values))
    design = columns[pairs.first]
    sums = [
        keyed_sums(column, pairs, second, 1)[0]
        for column in (values[pairs.first], *design.T[1:], np.ones(len(values)))
    ]
    return ModelDraft(model, values[pairs.first], design, names, np.array(sums[:-1]), sums[-1])


def _design(model: ModelInput, number: int) -> tuple[tuple[str, ...], Floats]:
    names, columns = [INTERCEPT], [np.ones(number)]
    for term in model.terms:
        parts = [_variable(model, name.strip(), number) for name in term.split(":")]
        made = parts[0]
        for more in parts[1:]:
            made = [(f"{a} × {b}", x * y) for a, x in made for b, y in more]
        names += [name for name, _ in made]
        columns += [column for _, column in made]
    if len(names) > MOST_COLUMNS or len(set(names)) != len(names) or len(names) == 1:
        raise WrongUse(f"A model has 1 to {MOST_COLUMNS - 1} columns, each term once.", where=model.name)
    return tuple(names), np.column_stack(columns)


def _variable(model: ModelInput, name: str, number: int) -> list[tuple[str, Floats]]:
    """The columns of one variable: itself, or one per label but the first."""
    if name not in model.variables:
        raise WrongUse("The model has no such variable.", where=f"{model.name}: {name}")
    found = model.variables[name]
    column = np.asarray(found.codes if isinstance(found, Category) else found, dtype=np.float64)
    if column.shape != (number,) or not bool(np.all(np.isfinite(column))):
        raise WrongUse("A variable needs one finite value per person.", where=f"{model.name}: {name}")
    if not isinstance(found, Category):
        return [(name, column)]
    if number and not (column.min() >= 0 and column.max() < len(found.labels)):
        raise WrongUse("A code of the variable has no label.", where=f"{model.name}: {name}")
    return [(f"{name}: {label}", (column == code) * 1.0) for code, label in enumerate(found.labels) if code]


def decide_models(
    drafts: tuple[ModelDraft, ...], rows: Ints, stay: list[Flags], shown: Ints, sizes: Ints,
    kin: Mapping[tuple[int, int, int], bool], earlier: list[PastEffect], profile: Profile, *,
    repeats_only: bool, lifted: bool,
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """What may be told of each model, after the guard.

    Nearly the same people with nearly the same outcome and columns: the earlier answer. Nearly, but in
    another form: nothing. The very same people and amounts with other columns: a new answer.

    Args:
        rows: cohort row of each model. stay: per model, who of its people is not left out of it.
        shown, sizes, kin: as of effects.
    """
    told: list[dict[str, Any]] = []
    known = list(earlier)
    for row, draft in enumerate(drafts):
        place = int(rows[row])
        content = model_content(draft.only(stay[row]), int(sizes[place]), profile)
        content["people"] = told_number(shown[place])
        related = [old for old in known if (place, old.seq, old.treated) in kin]
        before, barred = _heed(draft, related, profile, exact_only=lifted)
        if content["mark"] != "S" and before is not None:
            content |= {name: before[name] for name in ("coefficients", "errors", "explained", "mark")}
        elif barred or repeats_only:
            content |= _hidden(draft)
        told.append(content)
        if content["mark"] != "S":
            known.append(PastEffect(0, draft.model.name, draft.model.kind, place, place, draft.sums, content))
    return tuple(told)


def _heed(
    draft: ModelDraft, related: list[PastEffect], profile: Profile, *, exact_only: bool
) -> tuple[dict[str, Any] | None, bool]:
    """(the earlier answer to repeat, whether nothing may be told)."""
    limit = 0 if exact_only else profile.guard_distance
    outcomes = [old.sums.reshape(-1, BUCKETS) for old in related]
    for old, sums in zip(related, outcomes, strict=True):
        same_form = len(sums) == len(draft.sums) and old.outcome == draft.model.kind
        if same_form and all(off(a, b) <= limit for a, b in zip(draft.sums, sums, strict=True)):
            return old.content, False
    if exact_only or not related:
        return None, False
    if len(related) > MOST_KNOWN:
        return None, True
    for sums in outcomes:
        if off(draft.sums[0], sums[0]) == 0:  # the very same outcomes: columns must be the same or far apart
            moved = [min(off(column, other) for other in sums[1:]) for column in draft.sums[1:]]
            if any(0 < least <= limit for least in moved):
                return None, True
        elif combination(draft.sums[0], draft.ones, sums[:1], limit) is not None:
            return None, True
    return None, False


def model_content(draft: ModelDraft, size: int, profile: Profile) -> dict[str, Any]:
    """What may be told before the guard of a model of so many people (rounded, HIDDEN if hidden), beside
    their number: JSON-able, numbers None and mark "S" when it may not.
    """
    model = draft.model
    words: dict[str, Any] = {
        "name": model.name, "title": model.title, "kind": model.kind, "outcome": model.outcome,
        "terms": list(draft.columns),
    }  # fmt: skip
    if size < profile.magnitude_released_count or _saturated(draft.design) or _thin(draft, profile):
        return words | _hidden(draft)
    found = fit(model.kind, draft.outcome, draft.design)
    if not _supported(found, profile) or _one_sided(draft, found, profile):
        return words | _hidden(draft)
    return words | {
        "coefficients": figures(found.coefficients, profile.model_figures).tolist(),
        "errors": figures(found.errors, profile.model_figures).tolist(),
        "explained": round(found.explained, 2), "mark": "",
    }  # fmt: skip


def _supported(found: Fit, profile: Profile) -> bool:
    return bool(
        found.converged
        and found.support.min() >= profile.model_support
        and found.leverage * 100 <= profile.model_leverage_percent
        and found.freedom >= profile.model_freedom
        and found.explained * 100 <= profile.model_fit_percent
        and found.errors.min() > 0
    )


def _one_sided(draft: ModelDraft, found: Fit, profile: Profile) -> bool:
    """Whether one or two people's amounts make a coefficient, so that it would tell theirs."""
    if draft.model.kind == "logit":
        return False
    sizes = np.abs(found.shares * draft.outcome)
    cells = np.repeat(np.arange(len(sizes)), sizes.shape[1])
    return bool(dominated(sizes.ravel(), cells, len(sizes), profile).any())


def _saturated(design: Floats) -> bool:
    """Whether the model has a coefficient for every pattern of its columns: then it is a table of means."""
    return bool(len(np.unique(design, axis=0)) <= design.shape[1])


def _thin(draft: ModelDraft, profile: Profile) -> bool:
    """Whether a group of the model has too few people in or out of it, or nearly all of them one outcome."""
    grouped = draft.design[:, [bool(np.isin(column, (0.0, 1.0)).all()) for column in draft.design.T]]
    inside = np.column_stack([grouped, 1.0 - grouped[:, 1:]])
    people = inside.sum(axis=0)
    if people.min() < profile.model_support:
        return True
    if draft.model.kind == "ols":
        return False
    happened = (draft.outcome > 0) @ inside
    few = happened < profile.people_threshold
    if draft.model.kind == "logit":
        few |= people - happened < profile.people_threshold
    return bool(few.any())


def _hidden(draft: ModelDraft) -> dict[str, Any]:
    """What is left of a model that may not be told: the terms as asked, without the labels of their groups,
    of which one may be a person's own."""
    terms = [INTERCEPT, *draft.model.terms]
    nothing = [None] * len(terms)
    return {"terms": terms, "coefficients": nothing, "errors": nothing, "explained": None, "mark": "S"}


def past_models(
    drafts: tuple[ModelDraft, ...], rows: Ints, told: tuple[dict[str, Any], ...]
) -> list[PastEffect]:
    """What the ledger keeps of the models that were told."""
    return [
        PastEffect(
            0,
            MODEL + draft.model.name,
            draft.model.kind,
            int(rows[row]),
            int(rows[row]),
            draft.sums.ravel(),
            content,
        )
        for row, (draft, content) in enumerate(zip(drafts, told, strict=True))
        if content["mark"] != "S"
    ]
