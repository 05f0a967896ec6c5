"""What left: released tables, effects and the release that carries them, with all a reader must know."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from linkwell.confidentiality.kinds import _SEAL, Released
from linkwell.errors import WrongUse
from linkwell.vault.zones import write_whole

Mark = Literal["", "S", "C"]
AMOUNTS = ("means", "totals", "percents", "quantiles")


@dataclass(frozen=True, kw_only=True)
class Method(Released):
    """How the numbers were made safe, for readers and for models that treat it as measurement error."""

    name: str
    base: str
    threshold: int
    noise_law: str
    profile: str
    profile_digest: str
    reader_note: str


@dataclass(frozen=True, kw_only=True)
class ReleasedCell(Released):
    """One cell; `value` None when hidden. Marks: "" fresh, "C" an earlier number repeated, "S" hidden."""

    labels: tuple[str, ...]
    value: int | None
    mark: Mark
    mean: float | None = None
    total: float | None = None
    quantiles: tuple[float | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReleasedShare(Released):
    """A percentage out of two released counts; `bound` is ">" or "<" where all or nobody would be told."""

    percent: float
    bound: Literal["", "<", ">"] = ""

    def __str__(self) -> str:
        words = {"": "", "<": "under ", ">": "over "}[self.bound]
        return f"{words}{self.percent:.1f} %"


@dataclass(frozen=True, kw_only=True)
class ReleasedTable(Released):
    """Released counts (and amounts, if `measure` is not empty) by cell, every requested combination listed.

    Attributes:
        labels, values, marks: columns of equal length; a hidden value is None.
        means, totals, quantiles: as long as those, or empty; a row of `quantiles` has one per percent. Of a
            survey, `values` are respondents and `totals` the people they stand for.
    """

    name: str
    title: str
    dimensions: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    values: tuple[int | None, ...]
    marks: tuple[Mark, ...]
    method: Method
    ledger_entry: int
    measure: str = ""
    unit: str = "people"
    means: tuple[float | None, ...] = ()
    totals: tuple[float | None, ...] = ()
    percents: tuple[int, ...] = ()
    quantiles: tuple[tuple[float | None, ...], ...] = ()

    @cached_property
    def cells(self) -> tuple[ReleasedCell, ...]:
        """The cells one by one, in the order of the rows."""
        none = (None,) * len(self.labels)
        amounts = self.means or none, self.totals or none, self.quantiles or ((),) * len(self.labels)
        rows = zip(self.labels, self.values, self.marks, *amounts, strict=True)
        return tuple(
            ReleasedCell(labels=a, value=b, mark=c, mean=d, total=e, quantiles=f, seal=_SEAL)
            for a, b, c, d, e, f in rows
        )

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        return {labels: place for place, labels in enumerate(self.labels)}

    def cell(self, *labels: str) -> ReleasedCell:
        """The cell with these labels.

        Raises:
            WrongUse: the table has no such row.
        """
        try:
            return self.cells[self._places[labels]]
        except KeyError:
            raise WrongUse("This table has no such row.", where=f"{self.name}: {', '.join(labels)}") from None

    def share(self, part: tuple[str, ...], whole: tuple[str, ...]) -> ReleasedShare | None:
        """`part` as a percentage of `whole`, from released counts; None when either is hidden."""
        return share(self.cell(*part), self.cell(*whole), threshold=self.method.threshold)

    @property
    def hidden(self) -> int:
        """How many rows show S."""
        return sum(mark == "S" for mark in self.marks)


def ratio(part: ReleasedCell, base: ReleasedCell, *, per: int = 1) -> float | None:
    """Released people of one cell per so many of another (1,000: a rate), to three figures; None when either
    is hidden. The second need not hold the first; where it does, `share` guards what all of them are.
    """
    if part.value is None or base.value is None or base.value == 0:
        return None
    return float(f"{per * part.value / base.value:.3g}")


def share(part: ReleasedCell, whole: ReleasedCell, *, threshold: int) -> ReleasedShare | None:
    """A percentage from two released counts (nz-domain §3.1); None when either is hidden.

    When no more than a threshold's worth of people could be outside the part, only a bound is told: "all of
    them" is a fact about each of them.
    """
    if part.value is None or whole.value is None or whole.value == 0:
        return None
    if part.value > whole.value - threshold:
        bound = _tenth(100 * max(whole.value - threshold, 0) / whole.value)
        return ReleasedShare(percent=bound, bound=">", seal=_SEAL)
    return ReleasedShare(percent=_tenth(100 * part.value / whole.value), seal=_SEAL)


def _tenth(percent: float) -> float:
    return round(percent, 1)


@dataclass(frozen=True, kw_only=True)
class ReleasedEffect(Released):
    """A released difference with its interval; all numbers None and mark "S" when it cannot be told."""

    name: str
    title: str
    kind: str
    unit: str
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    treated: int | None
    comparison: int | None
    mark: Mark
    decimals: int
    method: Method
    ledger_entry: int


@dataclass(frozen=True, kw_only=True)
class ReleasedModel(Released):
    """A released regression: one coefficient and standard error per term, all None and mark "S" if hidden.

    Attributes:
        terms: columns of the model, "intercept" first; a group is compared with its variable's first label.
        explained: R², or McFadden's pseudo-R², to two decimals. people: rounded.
    """

    name: str
    title: str
    kind: str
    outcome: str
    terms: tuple[str, ...]
    coefficients: tuple[float | None, ...]
    errors: tuple[float | None, ...]
    explained: float | None
    people: int | None
    mark: Mark
    method: Method
    ledger_entry: int


@dataclass(frozen=True, kw_only=True)
class Release(Released):
    """Everything that left under one entry of the release ledger."""

    release_id: str
    project: str
    family: str
    purpose: str
    tables: dict[str, ReleasedTable]
    effects: dict[str, ReleasedEffect]
    models: dict[str, ReleasedModel]
    population: int | None
    disclaimers: tuple[str, ...]
    notes: tuple[str, ...]
    method: Method
    ledger_entry: int

    @property
    def profile_digest(self) -> str:
        """Fingerprint of the rules this release was made under."""
        return self.method.profile_digest

    def as_dict(self) -> dict[str, Any]:
        """Released values only, ready for JSON; the same object gives the same text."""
        return {
            "release_id": self.release_id,
            "ledger_entry": self.ledger_entry,
            "project": self.project,
            "family": self.family,
            "purpose": self.purpose,
            "population": self.population,
            "method": _method_dict(self.method),
            "disclaimers": list(self.disclaimers),
            "notes": list(self.notes),
            "tables": [_table_dict(table) for table in self.tables.values()],
            "effects": [_effect_dict(effect) for effect in self.effects.values()],
            "models": [_model_dict(model) for model in self.models.values()],
        }

    def write(self, folder: Path) -> list[Path]:
        """Write `release.json` and one CSV per table (`effects.csv`, `models.csv`); released values only."""
        files = {f"{name}.csv": _table_csv(table) for name, table in self.tables.items()}
        if self.effects:
            files["effects.csv"] = _effects_csv(list(self.effects.values()))
        if self.models:
            files["models.csv"] = _models_csv(list(self.models.values()))
        files["release.json"] = (
            json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n"
        )  # last: marks completeness
        for name, text in files.items():
            write_whole(folder / name, text.encode(), mode=0o600)
        return [folder / name for name in files]


def _method_dict(method: Method) -> dict[str, Any]:
    names = ("name", "base", "threshold", "noise_law", "profile", "profile_digest", "reader_note")
    return {name: getattr(method, name) for name in names}


def _table_dict(table: ReleasedTable) -> dict[str, Any]:
    names = ("name", "title", "measure", "unit")
    columns = {
        "dimensions": table.dimensions,
        "labels": table.labels,
        "values": table.values,
        "marks": table.marks,
    }
    return (
        {name: getattr(table, name) for name in names}
        | columns
        | {name: getattr(table, name) for name in AMOUNTS if getattr(table, name)}
    )


def _effect_dict(effect: ReleasedEffect) -> dict[str, Any]:
    names = ("name", "title", "kind", "unit", "estimate", "lower", "upper", "level", "treated",
    "comparison", "mark",
             "decimals")  # fmt: skip
    return {name: getattr(effect, name) for name in names}


def _model_dict(model: ReleasedModel) -> dict[str, Any]:
    names = (
        "name",
        "title",
        "kind",
        "outcome",
        "terms",
        "coefficients",
        "errors",
        "explained",
        "people",
        "mark",
    )
    return {name: getattr(model, name) for name in names}


def _table_csv(table: ReleasedTable) -> str:
    mean, total = bool(table.means), bool(table.totals)
    # Without a mean beside it a total is a survey's weighted count.
    names = [f"mean_{table.unit}"] * mean + [f"{'total' if mean else 'weighted'}_{table.unit}"] * total
    names += [f"p{percent}_{table.unit}" for percent in table.percents]
    rows: list[list[object]] = [[*table.dimensions, "people", "mark", *names]]
    for cell in table.cells:
        told = [cell.mean] * mean + [cell.total] * total + [*cell.quantiles]
        words = ["S" if number is None else f"{number:.15g}" for number in told]
        rows.append([*cell.labels, "S" if cell.value is None else cell.value, cell.mark, *words])
    return _csv(rows)


def _models_csv(models: list[ReleasedModel]) -> str:
    rows: list[list[object]] = [["model", "kind", "outcome", "people", "explained", "term", "coefficient",
                                 "standard_error", "mark"]]  # fmt: skip
    for m in models:
        for term, coefficient, error in zip(m.terms, m.coefficients, m.errors, strict=True):
            numbers = [m.people, m.explained, term, coefficient, error]
            told = ["S" if number is None else number for number in numbers]
            rows.append([m.name, m.kind, m.outcome, *told, m.mark])
    return _csv(rows)


def _effects_csv(effects: list[ReleasedEffect]) -> str:
    names = ("name", "unit", "estimate", "lower", "upper", "level", "treated", "comparison", "mark")
    rows: list[list[object]] = [list(names)]
    rows += [["S" if getattr(e, n) is None else getattr(e, n) for n in names] for e in effects]
    return _csv(rows)


def _csv(rows: list[list[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
