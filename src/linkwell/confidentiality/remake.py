"""From decided numbers to what the ledger records, and from that to released objects."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from linkwell.confidentiality.decide import Decision
from linkwell.confidentiality.decide_amounts import AmountsTold
from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.kinds import _SEAL
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.release import (
    Mark,
    Method,
    Release,
    ReleasedEffect,
    ReleasedModel,
    ReleasedTable,
)
from linkwell.confidentiality.request import Floats, Ints, Labels, QuantileTable
from linkwell.confidentiality.suppression import Fate, Fates

MARKS: dict[str, Mark] = {"-": "", "S": "S", "C": "C"}


def content_of(draft: Draft, decision: Decision, profile: Profile, hidden: int) -> dict[str, Any]:
    """Everything a release will say, as plain values: what is recorded is what is handed out."""
    population = int(decision.shown[0])
    parts = zip(draft.tables, draft.slices[1:], decision.amounts, strict=True)
    return {
        "project": draft.request.project,
        "family": draft.request.family,
        "purpose": draft.request.purpose,
        "population": None if population == hidden else population,
        "notes": list(draft.request.notes),
        "method": method_of(profile),
        "tables": [
            _table(table, decision.shown[place], decision.fates[place], told) for table, place, told in parts
        ],
        "effects": list(decision.effects),
        "models": list(decision.models),
    }


def method_of(profile: Profile) -> dict[str, Any]:
    """How the numbers were made safe, in words and for machines."""
    base = profile.bands[0][1]
    single = len(profile.bands) == 1
    law = (
        f"a multiple of {base} stays; any other count goes to a multiple beside it, to the nearer "
        f"with probability 2/3; expected value = true value"
        if single
        else "as base 3, with a base that grows with the count; expected value = true value"
    )
    return {
        "name": profile.method,
        "base": profile.base_words,
        "threshold": profile.people_threshold,
        "noise_law": law,
        "profile": profile.name,
        "profile_digest": profile.digest,
        "reader_note": _reader_note(profile, single),
    }


def release_of(content: dict[str, Any]) -> Release:
    """The released objects of a recorded release."""
    method = Method(**content["method"], seal=_SEAL)
    entry = int(content["ledger_entry"])
    tables = [_released_table(part, method, entry) for part in content["tables"]]
    effects = [
        ReleasedEffect(**part, method=method, ledger_entry=entry, seal=_SEAL) for part in content["effects"]
    ]
    models = [ReleasedModel(**_tupled(part), method=method, ledger_entry=entry, seal=_SEAL)
              for part in content.get("models", [])]  # fmt: skip
    words = ("release_id", "project", "family", "purpose", "population")
    return Release(
        **{word: content[word] for word in words},
        tables={table.name: table for table in tables},
        effects={effect.name: effect for effect in effects},
        models={model.name: model for model in models},
        disclaimers=tuple(content["disclaimers"]),
        notes=tuple(content["notes"]),
        method=method,
        ledger_entry=entry,
        seal=_SEAL,
    )


def _tupled(part: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}


def _table(table: TableDraft, shown: Ints, fates: Fates, told: AmountsTold) -> dict[str, Any]:
    request = table.table
    hidden = fates >= Fate.FEW_PEOPLE
    # The same people as before and nearly the same must look alike: their difference would tell one person.
    marks = np.where(hidden, b"S", np.where(fates == Fate.FRESH, b"-", b"C"))
    values = shown.tolist()
    return {
        "name": request.name,
        "title": request.title,
        "dimensions": list(request.dimensions),
        **_labels(table),
        "values": [None if gone else value for value, gone in zip(values, hidden.tolist(), strict=True)],
        "marks": marks.tobytes().decode(),
        "measure": table.measure,
        "unit": table.unit,
        "means": _none_for_nan(told.means),
        "totals": _none_for_nan(told.totals),
        "percents": list(dict.fromkeys(sorted(request.percents)))
        if isinstance(request, QuantileTable)
        else [],
        "quantiles": [_none_for_nan(row) for row in told.quantiles],
    }


def _none_for_nan(numbers: Floats) -> list[float | None]:
    return [None if np.isnan(number) else number for number in numbers.tolist()]


def _labels(table: TableDraft) -> dict[str, Any]:
    """The labels of all rows; a table of all combinations keeps the labels of each dimension only."""
    if table.axes:
        return {"axes": [list(labels) for labels in table.axes]}
    return {"labels": [list(row) for row in table.rows]}


def labels_of(part: dict[str, Any]) -> Labels:
    """The rows of a recorded table."""
    axes = part.get("axes")
    return tuple(product(*axes) if axes is not None else map(tuple, part["labels"]))


def _released_table(part: dict[str, Any], method: Method, entry: int) -> ReleasedTable:
    words = ("name", "title", "measure", "unit")
    return ReleasedTable(
        **{word: part[word] for word in words},
        dimensions=tuple(part["dimensions"]),
        labels=labels_of(part),
        values=tuple(part["values"]),
        marks=tuple(map(MARKS.__getitem__, part["marks"])),
        means=tuple(part["means"]),
        totals=tuple(part.get("totals", ())),
        percents=tuple(part.get("percents", ())),
        quantiles=tuple(map(tuple, part.get("quantiles", ()))),
        method=method,
        ledger_entry=entry,
        seal=_SEAL,
    )


def _reader_note(profile: Profile, single: bool) -> str:
    """What a reader must know about totals that do not add (sdc §4)."""
    base = profile.bands[0][1]
    rounded = (
        f"to a multiple of {base} and is within {base - 1} of the true number, or within "
        f"{profile.carry_tolerance} where groups overlap"
        if single
        else "to a multiple that grows with the number"
    )
    return (
        f"Every number, totals included, was rounded on its own {rounded}. Parts may not add to totals: use "
        f"the published total, not your own sum. The same group of people always shows the same number. "
        f"C = a number that stands elsewhere too, for the same or nearly the same people; it is within "
        f"{profile.carry_tolerance if single else 'one rounding step'} of the true number. "
        f"S = fewer than {profile.people_threshold} people, or hidden to protect such a group; it may be 0."
    )
