"""Fellegi-Sunter weights: what each level of agreement is worth, learned from the list without hand labels.

A pair's weight is log2 of m(pattern) / u(pattern). m is learned (`learning`) with posteriors over rivals and
"nobody"; u comes from the spine: its frequencies, a sample
of pairs fixed by hash, and the rates of impostors (twins, siblings, namesakes, relatives' numbers) in
model.toml. Weights are held in fixed point (thousandths of a bit), so that any engine decides alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from linkwell.linkage.bundles import Floats as Floats
from linkwell.linkage.bundles import Ints as Ints
from linkwell.linkage.bundles import Kind, log2_mixed
from linkwell.linkage.compare import STRATUM, Comparison

T = TypeVar("T")
_TINY = 1e-12
_AT_A_TIME = 1 << 15  # pairs: what is worked on stays in the processor's own memory


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: those settled at once, in any order (one a record), then the rest by record and
    person.

    Attributes:
        record: list row number, int; the pairs of one record stand together. codes, seen: per comparison, int
            arrays of the same length, as narrow as their values; seen only where it differs between pairs.
        pair_seen: spine people sharing given name and surname of the candidate.
        era: how much commoner its given name is among people of its age, in thousandths of a bit.
        settled: pairs that a pass settled by itself, bool. records: length of the list.
        unseen: per record, the chance that its person is on the spine and yet no pass brings it up.
    """

    record: Ints
    codes: Mapping[str, Ints]
    seen: Mapping[str, Ints]
    pair_seen: Ints
    era: Ints
    settled: npt.NDArray[np.bool_]
    records: int
    unseen: Floats

    @cached_property
    def starts(self) -> Ints:
        """The first row of each record's run of pairs."""
        if not len(self.record):
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.concatenate(([True], self.record[1:] != self.record[:-1])))

    @cached_property
    def parts(self) -> list[tuple[slice, Ints]]:
        """Some pairs at a time, all of a record's together: their rows, and the first of each record's."""
        n = len(self.record)
        cuts = np.searchsorted(self.starts, np.arange(0, n, _AT_A_TIME))
        edges = np.unique(np.append(np.append(self.starts, n)[cuts], n))
        runs = np.searchsorted(self.starts, edges)
        return [
            (slice(a, b), self.starts[i:j] - a)
            for (a, b), (i, j) in zip(itertools.pairwise(edges), itertools.pairwise(runs), strict=True)
        ]

    @cached_property
    def patterns(self) -> tuple[Ints, dict[str, Ints]]:
        """The number of each pair's pattern of levels, and per comparison the code that each pattern has."""
        key: Ints = np.zeros(len(self.record), dtype=np.int32)
        size = 1
        for code in self.codes.values():
            width = int(code.max(initial=0)) + 1
            if size * width > 1 << 20:
                key, size = _numbered(key, size)
            key, size = key * np.int32(width) + code, size * width
        key, size = _numbered(key, size)
        one = np.zeros(size, dtype=np.int64)
        one[key] = np.arange(len(key))
        return key, {name: code[one] for name, code in self.codes.items()}

    def of(self, rows: npt.NDArray[Any] | slice) -> Pairs:
        """Only the pairs where `rows` is true (or those of a slice); the list stays as long as it is."""
        codes = {name: code[rows] for name, code in self.codes.items()}
        seen = {name: n[rows] for name, n in self.seen.items()}
        return Pairs(
            self.record[rows],
            codes,
            seen,
            self.pair_seen[rows],
            self.era[rows],
            self.settled[rows],
            self.records,
            self.unseen,
        )


def side_by_side(work: Callable[[T], object], parts: Iterable[T], threads: int) -> None:
    """Do `work` for every part, so many at once."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))


def _numbered(key: Ints, size: int) -> tuple[Ints, int]:
    """Keys below `size` numbered without gaps, in their order; and how many there are."""
    if size > 1 << 24:
        names, number = np.unique(key, return_inverse=True)
        return number.astype(np.int32), len(names)
    there = np.zeros(size, dtype=bool)
    there[key] = True
    number = np.cumsum(there, dtype=np.int32) - np.int32(1)
    return number[key], int(there.sum())


@dataclass(frozen=True)
class Model:
    """Numbers of one run: per comparison an array [stratum * 16 + level] of m and of u; `on_spine` is the
    prior; `kinds` how m differs between careful and careless records, where the list shows it."""

    compared: tuple[Comparison, ...]
    m: Mapping[str, Floats]
    u: Mapping[str, Floats]
    people: int
    on_spine: float
    settings: Mapping[str, Any]
    rounds: int = 0
    rivals: bool = True
    kinds: tuple[Kind, ...] = ()


def starting_model(
    compared: tuple[Comparison, ...],
    sampled: Mapping[str, Mapping[int, int]],
    people: int,
    settings: Mapping[str, Any],
) -> Model:
    """The model before the list is looked at: m from levels.toml, u from levels.toml and the spine's
    sample."""
    m = {c.name: _table(c, "m") for c in compared}
    u = {
        c.name: _with_sample(c, sampled.get(c.name, {}), float(settings["prior"]["sampled"]))
        for c in compared
    }
    return Model(compared, m, u, max(people, 1), float(settings["prior"]["on_spine"]), settings)


def measured_rates(settings: Mapping[str, Any], sharing: Mapping[str, float]) -> dict[str, Any]:
    """The settings with what was counted on the spine in place of judgement: the rates of households,
    neighbours and twins, and how much less than it is seen a whole name is worth."""
    once = sharing.get("names_once", settings["prior"]["names_once"])
    impostors = [
        {**row, "rate": sharing.get(str(row.get("measured")), row["rate"])} for row in settings["impostor"]
    ]
    return {**settings, "impostor": impostors, "prior": {**settings["prior"], "names_once": once}}


def _table(c: Comparison, which: str) -> Floats:
    table = np.zeros((len(c.strata), STRATUM))
    for number, level in enumerate(c.levels, 1):
        table[:, number] = getattr(level, which)
    table /= table.sum(axis=1, keepdims=True)
    return np.asarray(table.reshape(-1))


def _with_sample(c: Comparison, counts: Mapping[int, int], strength: float) -> Floats:
    table = _table(c, "u").reshape(-1, STRATUM) * strength
    for code, n in counts.items():
        if code % STRATUM:
            table[code // STRATUM, code % STRATUM] += n
    table /= table.sum(axis=1, keepdims=True)
    return np.asarray(table.reshape(-1))


def weights(pairs: Pairs, model: Model, log_u: Floats | None = None) -> Floats:
    """log2 m/u of each pair, rounded to thousandths of a bit; `log_u` where it is known already."""
    pattern, codes = pairs.patterns
    return rounded(log2_m(codes, model)[pattern] - (others(pairs, model) if log_u is None else log_u))


def parts_of(
    pairs: Pairs, model: Model
) -> tuple[dict[str, Floats], dict[str, Floats], Floats, Floats, Floats]:
    """The parts of the weights: per comparison log2 m and log2 u of a stranger, what bundles of errors add to
    log2 m, then what whole names and impostors add to log2 u."""
    log_m = {}
    for c in model.compared:
        code = pairs.codes[c.name]
        log_m[c.name] = np.where(code % STRATUM > 0, np.log2(np.maximum(model.m[c.name], _TINY))[code], 0.0)
    parts = {c.name: chance(c, pairs.codes[c.name], pairs.seen.get(c.name), model) for c in model.compared}
    log_u = {name: np.log2(part) for name, part in parts.items()}
    whole = np.log2(_names_together(pairs, model, parts))
    stranger = sum(log_u.values(), np.zeros(len(pairs.record))) + whole
    bundled = log2_m(pairs.codes, model) - sum(log_m.values(), np.zeros(len(pairs.record)))
    return log_m, log_u, bundled, whole, np.asarray(others(pairs, model) - stranger)


def rounded(weight: Floats) -> Floats:
    """To thousandths of a bit."""
    return np.asarray(np.round(weight * 1000) / 1000)


def log2_m(codes: Mapping[str, Ints], model: Model) -> Floats:
    """log2 of the chance of each pair's levels, or each pattern's, among true links."""
    if model.kinds:
        return log2_mixed(model.kinds, model.compared, codes)
    log_m = np.zeros(len(codes[model.compared[0].name]))
    for c in model.compared:
        table = np.log2(np.maximum(model.m[c.name], _TINY))
        table[::STRATUM] = 0.0
        log_m += table[codes[c.name]]
    return log_m


def others(pairs: Pairs, model: Model, threads: int = 1) -> Floats:
    """log2 of the chance that somebody else looks like this: a stranger or one of the impostors.

    Nothing of it is learned from the list, so it is worked out once a run, some pairs at a time.
    """
    names = {c.name for c in model.compared}
    impostors = [i for i in model.settings["impostor"] if names.issuperset(i.get("needs", ()))]
    log_u = np.zeros(len(pairs.record))

    def fill(start: int) -> None:
        here = slice(start, start + _AT_A_TIME)
        few = pairs.of(here)
        parts = {c.name: chance(c, few.codes[c.name], few.seen.get(c.name), model) for c in model.compared}
        total = _names_together(few, model, parts)
        for part in parts.values():
            total *= part
        for impostor in impostors:
            total += _impostor(few, model, impostor, parts)
        log_u[here] = np.log2(total)

    side_by_side(fill, range(0, len(log_u), _AT_A_TIME), threads)
    return log_u


def chance(c: Comparison, code: Ints, seen: Ints | None, model: Model) -> Floats:
    """The chance that a stranger agrees at this level: from the value's own frequency where the level has
    one (`seen`; None where it is one number for all); 1 where there is nothing to compare."""
    base = model.u[c.name]
    few = float(model.settings["prior"]["frequency"])
    each, fixed = np.zeros(len(base)), base.copy()
    for number, level in enumerate(c.levels, 1):
        if level.seen:
            at = slice(number, None, STRATUM)
            each[at] = level.times / (model.people + few)
            fixed[at] = each[at] * few * base[at] + level.plus * base[at]
    base, fixed = np.maximum(base, _TINY), np.maximum(fixed, _TINY)
    base[::STRATUM] = fixed[::STRATUM] = 1.0
    if seen is None:
        return np.asarray((each * max(c.same_for_all or 0, 1) + fixed)[code])
    by_value = each[code] * np.maximum(seen, 1) + fixed[code]
    return np.asarray(np.where(seen < 0, base[code], by_value))


def _names_together(pairs: Pairs, model: Model, parts: Mapping[str, Floats]) -> Floats:
    """Names go together (Harpreet with Singh): where both agree, use the frequency of the whole name.
    Given names go with birth years: where both agree, their frequency is that among people of one age.

    Returns what to multiply the chance by.
    """
    by_name = {c.name: c for c in model.compared}
    given, surname = pairs.codes["given"] % STRATUM, pairs.codes["surname"] % STRATUM
    both = (given == by_name["given"].number("same")) & (surname == by_name["surname"].number("same"))
    people = model.people + float(model.settings["prior"]["name_frequency"])
    # a name that one person has is another's less often than once (Good 1953; Ney, Essen and Kneser 1994)
    once = float(model.settings["prior"]["names_once"])
    whole = np.maximum(pairs.pair_seen - once, 1.0 - once) / people
    together = np.where(both, np.maximum(whole / (parts["given"] * parts["surname"]), 1.0), 1.0)
    dob = pairs.codes["dob"] % STRATUM
    aged = (given == by_name["given"].number("same")) & (dob > 0) & (dob < by_name["dob"].number("different"))
    return np.asarray(np.where(aged, together * np.exp2(pairs.era / 1000.0), together))


def _impostor(pairs: Pairs, model: Model, impostor: Mapping[str, Any], parts: Mapping[str, Floats]) -> Floats:
    likely = np.full(len(pairs.record), float(impostor["rate"]) / model.people)
    for c in model.compared:
        shares = impostor.get("identifier" if c.identifier else c.name)
        if shares is None:
            likely *= parts[c.name]
            continue
        table = np.full(STRATUM, np.nan)  # a level that is not named is as for strangers
        for name, share in shares.items():
            table[c.number(name)] = float(share)
        named = table[pairs.codes[c.name] % STRATUM]
        likely *= np.where(np.isnan(named), parts[c.name], named)
    return likely


def posteriors(pairs: Pairs, weight: Floats, model: Model, threads: int = 1) -> tuple[Floats, Floats]:
    """Posterior of each pair among its rivals and nobody, and of nobody per record.

    Where `model.rivals` is false each pair stands alone: in one list, three records may all be one person.

    Returns:
        (per pair, per record): the pairs of a record and its nobody sum to one.
    """
    log_odds = weight + np.log2(model.on_spine / model.people)
    unseen = float(model.settings["prior"]["unseen"])
    nobody = np.log2(1.0 - model.on_spine + model.on_spine * unseen)
    if not model.rivals:
        alone = 1.0 / (1.0 + np.exp2(nobody - log_odds))
        none = np.bincount(
            pairs.record, weights=np.log1p(-np.minimum(alone, 1 - 1e-9)), minlength=pairs.records
        )
        return np.asarray(alone), np.asarray(np.exp(none))
    posterior, without = np.empty(len(weight)), np.ones(pairs.records)

    def fill(part: tuple[slice, Ints]) -> None:
        rows, starts = part
        odds = log_odds[rows]
        times = np.diff(starts, append=len(odds))
        top = np.maximum(nobody, np.maximum.reduceat(odds, starts))
        share, none = np.exp2(odds - np.repeat(top, times)), np.exp2(nobody - top)
        total = none + np.add.reduceat(share, starts)
        posterior[rows] = share / np.repeat(total, times)
        without[pairs.record[rows][starts]] = none / total

    side_by_side(fill, pairs.parts, threads)
    return posterior, without
