"""Links and effects against the truth of the invented world: for the demo's scoring line and tests only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.errors import WrongUse
from linkwell.synthetic.truth import MAIN_WINDOW, Effect


@dataclass(frozen=True)
class LinkScore:
    """How good links are. Shares are None when there is nothing to divide by.

    Precision: of the links made, the share to the right person. Recall: of the records whose person is on the
    spine, the share linked to that person.
    """

    records: int
    on_spine: int
    linked: int
    right: int
    wrong_person: int
    wrong_stranger: int
    left_for_review: int

    @property
    def precision(self) -> float | None:
        return self.right / self.linked if self.linked else None

    @property
    def recall(self) -> float | None:
        return self.right / self.on_spine if self.on_spine else None


def score_links(links: pa.Table, truth: Mapping[str, int | None]) -> LinkScore:
    """Compare links with the truth.

    Args:
        links: columns record, person (null or below 0 for none) and decision (link | review | none); only
            decision "link" counts as linked.
        truth: record to spine person, None for someone who is not on the spine. Records without a truth are
            left out.
    """
    right = wrong_person = wrong_stranger = review = 0
    rows = [
        row for row in links.select(["record", "person", "decision"]).to_pylist() if row["record"] in truth
    ]
    for row in rows:
        person = truth[row["record"]]
        if row["decision"] != "link":
            review += row["decision"] == "review"
        elif person is None:
            wrong_stranger += 1
        elif row["person"] is not None and int(row["person"]) == person:
            right += 1
        else:
            wrong_person += 1
    on_spine = sum(truth[row["record"]] is not None for row in rows)
    linked = right + wrong_person + wrong_stranger
    return LinkScore(len(rows), on_spine, linked, right, wrong_person, wrong_stranger, review)


def spine_person_of_row(world: Path) -> dict[int, int | None]:
    """Spreadsheet row (counted as the spreadsheet program counts) to spine person, None when off the spine.

    Raises:
        WrongUse: the world has no provider yet.
    """
    path = world / "truth" / "provider_truth.parquet"
    if not path.exists():
        raise WrongUse(
            "This world has no provider yet.",
            where=str(world),
            fix="Make one with: linkwell synthetic provider --world WORLD --out WORLD/provider",
        )
    table = pq.read_table(path, columns=["sheet_row", "spine_id"])
    return dict(zip(table["sheet_row"].to_pylist(), table["spine_id"].to_pylist(), strict=True))


def true_effects(world: Path, *, window: str = MAIN_WINDOW) -> dict[str, Effect]:
    """The realised average effect on participants of every outcome over one of the truth's windows."""
    rows = pq.read_table(world / "truth" / "effects.parquet").to_pylist()
    return {row["outcome"]: Effect(**row) for row in rows if row["window"] == window}


@dataclass(frozen=True)
class EffectScore:
    """One estimate against the truth; `covered` says whether the interval holds the true effect."""

    outcome: str
    estimate: float
    lower: float
    upper: float
    true_effect: float

    @property
    def covered(self) -> bool:
        return self.lower <= self.true_effect <= self.upper


def score_effect(
    world: Path, outcome: str, *, estimate: float, lower: float, upper: float, window: str = MAIN_WINDOW
) -> EffectScore:
    """Compare an estimate and its interval, in the outcome's unit (days, dollars, events), with the truth.

    Raises:
        WrongUse: the world has no truth about this outcome.
    """
    effects = true_effects(world, window=window)
    if outcome not in effects:
        raise WrongUse(
            f"The world has no truth about {outcome}.", fix=f"Known are: {', '.join(sorted(effects))}."
        )
    return EffectScore(outcome, estimate, lower, upper, effects[outcome].effect)
