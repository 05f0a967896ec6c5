"""Why a record was linked, or not: each comparison's part of the weight in words. Linkers' zone only.

An explanation names levels of agreement, never the values that agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import WrongUse
from linkwell.linkage.compare import STRATUM
from linkwell.linkage.decide import LINK, REVIEW
from linkwell.linkage.weights import Model, Pairs, parts_of


@dataclass(frozen=True)
class Evidence:
    """What a run weighed, kept so that a decision can be taken apart.

    Attributes:
        records, persons: key of each row of the list; spine id of each pair. posterior: of each pair.
        passes: name of the pass of each pair. nobody: per record. decision: per record.
        labels: name of a pass -> its words.
    """

    records: pa.ChunkedArray
    persons: pa.ChunkedArray
    pairs: Pairs
    model: Model
    passes: pa.DictionaryArray
    posterior: Any
    nobody: Any
    decision: Any
    labels: dict[str, str]


@dataclass(frozen=True)
class Step:
    """One part of a weight, in bits: above nought speaks for the same person, below against."""

    what: str
    finding: str
    bits: float


@dataclass(frozen=True)
class Explanation:
    """One candidate of a record, taken apart; the steps add up to the weight."""

    record: str
    person: Any
    found_by: str
    steps: tuple[Step, ...]
    weight: float
    posterior: float

    def words(self) -> list[str]:
        """Lines for a person to read."""
        lines = [f"Person {self.person}, found by: {self.found_by}."]
        for step in self.steps:
            side = "for" if step.bits >= 0 else "against"
            lines.append(f"  {step.what}: {step.finding}: {abs(step.bits):.1f} bits {side}.")
        times = f"{2.0 ** min(abs(self.weight), 60):,.0f}"
        side = "likelier" if self.weight >= 0 else "less likely"
        lines.append(
            f"  Together {self.weight:+.1f} bits: what is seen is {times} times {side} for one person."
        )
        lines.append(
            f"  Beside its rivals and nobody, the chance that this is the person: {self.posterior:.4f}."
        )
        return lines


def explain(evidence: Evidence, record: str) -> tuple[list[Explanation], list[str]]:
    """The candidates of one record, best first, and the decision in words.

    Raises:
        WrongUse: no such record in the list.
    """
    number = pc.index(evidence.records, record).as_py()
    if number < 0:
        raise WrongUse(
            "No record of the list has this key.",
            where="--explain",
            fix="Use a key as it stands in the record column of links.parquet.",
        )
    rows = np.flatnonzero(evidence.pairs.record == number)
    order = rows[np.lexsort((rows, -evidence.posterior[rows]))][:5]
    found = [_one(evidence, record, int(row)) for row in order]
    return found, [*_verdict(evidence, number, found), *(line for e in found for line in e.words())]


def _one(evidence: Evidence, record: str, row: int) -> Explanation:
    here = np.zeros(len(evidence.pairs.record), dtype=bool)
    here[row] = True
    pair, model = evidence.pairs.of(here), evidence.model
    log_m, log_u, bundled, whole, impostors = parts_of(pair, model)
    steps = []
    for c in model.compared:
        code = int(pair.codes[c.name][0])
        if code % STRATUM:
            level = c.levels[code % STRATUM - 1]
            label = f"{level.label} ({c.strata[code // STRATUM][0]})" if len(c.strata) > 1 else level.label
            steps.append(Step(c.label, label, float(log_m[c.name][0] - log_u[c.name][0])))
        else:
            steps.append(Step(c.label, "missing on one side, says nothing", 0.0))
    if abs(bundled[0]) > 0.001:
        finding = "on this list errors of one record come together" if bundled[0] > 0 else "one error alone"
        steps.append(Step("Errors together", finding, float(bundled[0])))
    if whole[0]:
        steps.append(Step("Whole name", "these names often go together", -float(whole[0])))
    if impostors[0] > 0.001:
        steps.append(
            Step("Family", "a twin, sibling, namesake or relative could look like this", -float(impostors[0]))
        )
    passed = evidence.passes[row].as_py()
    return Explanation(
        record,
        evidence.persons[row].as_py(),
        evidence.labels.get(passed, passed),
        tuple(steps),
        round(sum(step.bits for step in steps), 3),
        float(evidence.posterior[row]),
    )


def _verdict(evidence: Evidence, number: int, found: list[Explanation]) -> list[str]:
    decision = int(evidence.decision[number])
    if not found:
        return ["Not linked: no pass brought anybody up."]
    nobody = f"The chance that nobody brought up is the person: {float(evidence.nobody[number]):.4f}."
    said = {
        LINK: "Linked: the best candidate is sure enough and far enough ahead.",
        REVIEW: "For a person to look at: the best candidate is not sure enough, or not far enough ahead, "
        "or a verified number belongs to somebody who disagrees.",
    }
    return [said.get(decision, "Not linked: no candidate is likely enough."), nobody]
