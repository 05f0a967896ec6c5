"""A regression on a table of the workspace, as a request to the release desk, which fits it itself.

As with a count, nothing that is true of the real rows alone is told: a table that cannot be made of them, has
somebody twice or an outcome that does not fit is a table of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from linkwell.confidentiality.formulas import read_formula
from linkwell.confidentiality.kinds import Internal
from linkwell.confidentiality.regression import Kind
from linkwell.confidentiality.request import Category, ModelInput, ReleaseRequest
from linkwell.errors import WrongUse
from linkwell.lab.count import (
    FAMILY,
    SUPPLIED,
    Count,
    Prepared,
    distinct,
    labels_of,
    nobody,
    rests_on,
    with_labels,
)
from linkwell.lab.session import Members, Session
from linkwell.lab.sources import is_id
from linkwell.lab.workspace import Workspace

MOST_VARIABLES = 10
MOST_GROUPS = 100
"""Labels of one variable in groups; each but the first has a coefficient."""

_TEXT = ("VARCHAR", "DATE")


@dataclass(frozen=True)
class Model:
    """What is asked.

    Attributes:
        table: of the workspace, one row a person. formula: "ols: visits ~ age + sex" (`read_formula`).
        labels: column -> its labels, the first being what the others are compared with. A column of text is
            in groups; without labels of its own it has those of the twin.
    """

    table: str
    formula: str
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Which of the three kinds."""
        return read_formula(self.formula)[0]

    @property
    def outcome(self) -> str:
        """The column that is explained."""
        return read_formula(self.formula)[1]

    @property
    def terms(self) -> tuple[str, ...]:
        """What explains it, interactions as "a:b"."""
        return tuple(":".join(map(str.strip, each.split(":"))) for each in read_formula(self.formula)[2])

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns the terms name, each once."""
        return tuple(dict.fromkeys(part for term in self.terms for part in term.split(":")))


def rehearse_model(model: Model, workspace: Workspace, twin: Session) -> Prepared:
    """Try a regression on the twin.

    Args:
        twin: a fresh session on the twin.

    Raises:
        WrongUse: no such table or column, somebody is in it twice, or the outcome does not fit the kind.
        LabRefused: a column cannot be read so.
    """
    _refuse_wrong(model)
    workspace.replay(twin, [model.table])
    kinds = dict(twin.tables()[model.table])
    for name in (model.outcome, *model.variables, *model.labels):
        if name not in kinds:
            raise WrongUse("The table has no such column.", where=f"{model.table}.{name[:60]}")
    groups = {name: model.labels.get(name, ()) for name in model.variables
              if name in model.labels or kinds[name].startswith(_TEXT)}  # fmt: skip
    labels = labels_of(model.table, groups, twin)
    for name, told in labels.items():
        if not 2 <= len(told) <= MOST_GROUPS:
            raise WrongUse(f"A variable in groups has 2 to {MOST_GROUPS} labels.", where=name)
    amounts = (model.outcome, *(name for name in model.variables if name not in labels))
    found = Prepared(Count(model.table), labels, rests_on(model.table, workspace), amounts)
    members = twin.members(model.table, unit="snz_uid", by=labels, amounts=amounts)
    if not fitting(model, found, Internal(members)).inside().made:
        raise WrongUse(
            "The table does not fit this regression.", where=f"{model.table}: {model.kind}",
            why="It needs one row a person. logit explains 0 or 1, poisson what is not negative.",
            fix="Make a table for it: GROUP BY snz_uid, and the outcome as a number.",
        )  # fmt: skip
    return found


def _refuse_wrong(model: Model) -> None:
    if len(model.variables) > MOST_VARIABLES or len(set(model.terms)) != len(model.terms):
        raise WrongUse(f"A regression has up to {MOST_VARIABLES} variables, each term once.")
    if any(map(is_id, (model.outcome, *model.variables))) or model.outcome in model.variables:
        raise WrongUse("Neither an id nor the outcome explains the outcome.", where=model.formula[:120])


def fitting(model: Model, prepared: Prepared, members: Internal[Members]) -> Internal[Members]:
    """The same members, or nobody where somebody is there twice or an outcome does not fit."""
    found = with_labels(members.inside())
    outcome = found.amounts[0]
    fits = {"ols": True, "logit": np.isin(outcome, (0.0, 1.0)).all(), "poisson": (outcome >= 0).all()}
    once = len(distinct(found.units)) == len(found.units)
    return Internal(found if found.made and once and fits[model.kind] else nobody(prepared))


def model_request(
    model: Model, prepared: Prepared, members: Internal[Members], *, project: str, purpose: str
) -> ReleaseRequest:  # fmt: skip
    """The request to the release desk; about one provider as a count (`request_for`)."""
    found = members.inside()
    told = zip(prepared.labels.items(), found.codes, strict=True)
    groups = {name: Category(codes.astype(np.int64), labels) for (name, labels), codes in told}
    numbers = dict(zip(prepared.amounts[1:], found.amounts[1:], strict=True))
    asked = ModelInput(
        model.table, model.kind, model.outcome, found.amounts[0], found.units, {**numbers, **groups},
        model.terms, title=model.formula,
    )  # fmt: skip
    return ReleaseRequest(
        project=project, family=FAMILY, purpose=purpose, population=found.units, models=(asked,),
        single_provider=bool(prepared.sources & set(SUPPLIED)),
        sources=("tax",) if "measure" in prepared.sources else (),
    )  # fmt: skip
