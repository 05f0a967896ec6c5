"""How good the links are, without truth: link rate, estimated false and missed links, by group and by
pass."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.linkage.decide import LINK, NONE, REVIEW, WORDS, Decisions
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.weights import Floats, Ints

AGE_BANDS = ((0, "0-4"), (5, "5-14"), (15, "15-24"), (25, "25-44"), (45, "45-64"), (65, "65 and over"))
GENDERS = {1: "male", 2: "female"}
NO_GENDER, NO_DATE = "another or not recorded", "no birth date"


@dataclass(frozen=True)
class Group:
    """One row of a quality table; shares are between 0 and 1."""

    kind: str
    name: str
    records: int
    linked: int
    review: int
    link_rate: float
    false_links: float
    missed_links: float


@dataclass(frozen=True)
class Quality:
    """The run in numbers: a zone report, for linkers only.

    Attributes:
        false_links, missed_links: expected counts, from the posteriors; `_range` is about 95 in 100.
        missed_links: records on the spine, by the model, that got no link.
        near_exact_share: links in which every field agrees or differs by one allowed change.
        exact_conflicts: verified numbers refused because their owner disagrees.
        bands: links by stated certainty. thresholds: what other thresholds would have given.
    """

    records: int
    linked: int
    review: int
    unlinked: int
    link_rate: float
    false_links: float
    false_links_range: tuple[float, float]
    missed_links: float
    missed_links_range: tuple[float, float]
    near_exact_share: float
    conflicts: int
    people: int
    shared: int
    fields: list[str]
    groups: list[Group]
    bands: list[dict[str, Any]]
    thresholds: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """For report.json."""
        return asdict(self)


def measure(
    groups: pa.Table,
    links: pa.Table,
    chosen: Decisions,
    nobody: Floats,
    settings: LinkSettings,
    people: int,
    fields: list[str],
) -> Quality:
    """Measure a run.

    Args:
        groups: from `group_labels`. chosen: decisions by row number.
        nobody: per record, the posterior that it is not on the spine (or was never brought up).
    """
    linked = chosen.decision == LINK
    wrong = np.where(linked, 1.0 - chosen.posterior, 0.0)
    missed = np.where(linked, 0.0, 1.0 - nobody)
    near = links["near_exact"].to_numpy(zero_copy_only=False)
    total = max(len(linked), 1)
    persons = links["person"].filter(pa.array(linked))
    by_group = [
        row for kind in groups.column_names[1:] for row in _by(kind, groups[kind], chosen, wrong, missed)
    ]
    return Quality(
        records=len(linked),
        linked=int(linked.sum()),
        review=int((chosen.decision == REVIEW).sum()),
        unlinked=int((chosen.decision == NONE).sum()),
        link_rate=round(float(linked.sum()) / total, 6),
        false_links=round(float(wrong.sum()), 2),
        false_links_range=_range(wrong),
        missed_links=round(float(missed.sum()), 2),
        missed_links_range=_range(missed),
        near_exact_share=round(float(np.sum(near[linked].astype(bool))) / max(int(linked.sum()), 1), 6),
        conflicts=int(chosen.conflict.sum()),
        people=people,
        shared=int(linked.sum()) - _different(persons),
        fields=fields,
        groups=by_group,
        bands=_bands(chosen),
        thresholds=_thresholds(chosen, nobody),
    )


def _different(persons: pa.ChunkedArray) -> int:
    """How many different people; whole numbers are ticked off or sorted, which is quicker than hashing."""
    if not len(persons) or not pa.types.is_integer(persons.type):
        return int(pc.count_distinct(persons).as_py())
    numbers = persons.to_numpy()
    low, high = int(numbers.min()), int(numbers.max())
    if high - low < 8 * len(numbers):
        there = np.zeros(high - low + 1, dtype=bool)
        there[numbers - low] = True
        return int(np.count_nonzero(there))
    order = np.sort(numbers)
    return 1 + int(np.count_nonzero(order[1:] != order[:-1]))


def _range(chance: Floats) -> tuple[float, float]:
    """About 95 in 100: the spread of a sum of unlike chances, widened by one because the chances are
    estimates."""
    middle, spread = float(chance.sum()), 2.0 * float(np.sqrt(np.sum(chance * (1.0 - chance)))) + 1.0
    return round(max(middle - spread, 0.0), 2), round(middle + spread, 2)


def group_labels(groups: pa.Table, links: pa.Table) -> pa.Table:
    """record, and its groups in words: gender, age, pass and, where the list has it, area."""
    found = links["pass"].combine_chunks()
    names = pa.array([*found.dictionary.to_pylist(), "none"])
    number = pc.fill_null(found.indices, len(names) - 1)
    table = groups.add_column(0, "record", links["record"])
    table = table.append_column("pass", pa.DictionaryArray.from_arrays(number, names))
    return table.select(["record", "gender", "age", "pass", *groups.column_names[2:]])


def _by(kind: str, column: pa.ChunkedArray, chosen: Decisions, wrong: Floats, missed: Floats) -> list[Group]:
    order = [name for _, name in AGE_BANDS] if kind == "age" else []
    coded = column.combine_chunks()
    coded = coded if pa.types.is_dictionary(coded.type) else coded.dictionary_encode()
    labels, code = coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
    size = len(labels)
    whose = np.bincount(code * len(WORDS) + chosen.decision, minlength=size * len(WORDS))
    decided = whose.reshape(size, len(WORDS))
    false, lost = (np.bincount(code, weights=values, minlength=size) for values in (wrong, missed))
    there = {str(label): at for at, label in enumerate(labels) if decided[at].any()}
    names = sorted(there, key=lambda n: (order.index(n) if n in order else len(order), n))
    columns = (
        (n, decided[at].sum(), decided[at, LINK], decided[at, REVIEW], false[at], lost[at])
        for n, at in ((n, there[n]) for n in names)
    )
    return [
        Group(
            kind,
            name,
            int(n),
            int(yes),
            int(maybe),
            round(yes / n, 6),
            round(float(w), 2),
            round(float(m), 2),
        )
        for name, n, yes, maybe, w, m in columns
    ]


def _between(posterior: Floats, edges: Sequence[float]) -> Ints:
    """Which two edges each lies between: 0 below the first."""
    return np.searchsorted(np.array(edges), posterior, side="right")


def _bands(chosen: Decisions) -> list[dict[str, Any]]:
    edges = (0.0, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0001)
    counts = np.bincount(_between(chosen.posterior, edges), minlength=len(edges) + 1)
    return [
        {"from": low, "to": min(high, 1.0), "records": int(n)}
        for (low, high), n in zip(itertools.pairwise(edges), counts[1:-1], strict=True)
    ]


def _thresholds(chosen: Decisions, nobody: Floats) -> list[dict[str, Any]]:
    """What each threshold would give: links, and the false and missed links the model expects."""
    edges = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
    band, size = _between(chosen.posterior, edges), len(edges) + 1
    links = np.bincount(band, minlength=size)
    wrong = np.bincount(band, weights=1.0 - chosen.posterior, minlength=size)
    there = np.bincount(band, weights=1.0 - nobody, minlength=size)
    return [
        {
            "link_at": at,
            "links": int(links[n:].sum()),
            "false_links": round(float(wrong[n:].sum()), 2),
            "missed_links": round(float(there[:n].sum()), 2),
        }
        for n, at in enumerate(edges, 1)
    ]
