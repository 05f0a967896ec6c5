"""Learning m and the share on the spine without hand labels, by expectation-maximisation over patterns.

Posteriors are those of the decision itself: over a record's rivals and "nobody". There are a few thousand
patterns of levels among millions of pairs, so that a round costs one look at the pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from linkwell.linkage.bundles import refined, two_kinds
from linkwell.linkage.compare import STRATUM, Comparison
from linkwell.linkage.weights import Floats, Ints, Model, Pairs, log2_m, others, posteriors, rounded


def learned(pairs: Pairs, model: Model, log_u: Floats | None = None, threads: int = 1) -> Model:
    """Learn m and the share on the spine from the list (EM; priors keep short lists sane).

    Pairs that a pass settled count as true links throughout; the rounds go over the open records only. Where
    the list shows that errors come in bundles, the rounds go on with two kinds of record.
    """
    rounds = int(model.settings["prior"]["rounds"])
    lesson = _lesson(pairs, model, (others(pairs, model) if log_u is None else log_u)[~pairs.settled])
    model, counts = _settled_down(lesson, model, rounds, threads)
    kinds = two_kinds(model.compared, model.m, lesson.codes, counts, float(model.settings["prior"]["levels"]))
    return _settled_down(lesson, replace(model, kinds=kinds), rounds, threads)[0] if kinds else model


@dataclass(frozen=True)
class _Lesson:
    """What the rounds of learning go over; nothing of it changes from round to round.

    Attributes:
        open: pairs of records that nothing settled, which are numbered anew (their levels are in `codes`).
        log_u: of these. pattern: number of each one's pattern of levels.
        codes: per comparison, the code of each pattern.
        settled: how many settled pairs have each pattern. start: counts to begin each round with.
        certain: records that are settled.
    """

    open: Pairs
    log_u: Floats
    pattern: Ints
    codes: Mapping[str, Ints]
    settled: Floats
    start: Mapping[str, Floats]
    certain: int


def _lesson(pairs: Pairs, model: Model, log_u: Floats) -> _Lesson:
    pattern, codes = pairs.patterns
    size = len(codes[model.compared[0].name])
    settled = np.bincount(pattern[pairs.settled], minlength=size).astype(np.float64)
    strength = float(model.settings["prior"]["levels"])
    start = {c.name: _counts(c, codes[c.name], settled) + strength * model.m[c.name] for c in model.compared}
    still_open = np.ones(pairs.records, dtype=bool)
    still_open[pairs.record[pairs.settled]] = False
    rows = np.flatnonzero(~pairs.settled)
    number = np.cumsum(still_open) - 1
    whose, unseen = number[pairs.record], pairs.unseen[still_open]
    only = replace(pairs, record=whose, codes={}, seen={}, records=len(unseen), unseen=unseen).of(rows)
    return _Lesson(only, log_u, pattern[rows], codes, settled, start, pairs.records - len(unseen))


def _settled_down(lesson: _Lesson, model: Model, rounds: int, threads: int) -> tuple[Model, Floats]:
    """The model after the rounds it takes to stay as it is, and how many true links have each pattern."""
    prior, steady = model.settings["prior"], False
    counts, unseen = lesson.settled, lesson.open.unseen
    records = lesson.certain + lesson.open.records
    while rounds and not steady:
        weight = rounded(log2_m(lesson.codes, model)[lesson.pattern] - lesson.log_u)
        share, nobody = posteriors(lesson.open, weight, model, threads)
        shares = np.bincount(lesson.pattern, weights=share, minlength=len(counts)).astype(np.float64)
        m = {
            c.name: _m(_counts(c, lesson.codes[c.name], shares) + lesson.start[c.name])
            for c in model.compared
        }
        # of those nobody fits, some are on the spine and were not brought up
        missed = model.on_spine * unseen
        there = 1.0 - nobody * (1.0 - missed / (1.0 - model.on_spine + missed))
        found = lesson.certain + float(np.sum(there))
        a = float(prior["on_spine"]) * float(prior["strength"])
        on_spine = (found + a) / (records + float(prior["strength"]))
        moved = max(float(np.max(np.abs(m[name] - model.m[name]))) for name in m)
        steady = moved < 1e-4 and abs(on_spine - model.on_spine) < 1e-4
        counts = lesson.settled + shares
        kinds = model.kinds
        if kinds:
            kinds = refined(kinds, model.compared, m, lesson.codes, counts, float(prior["levels"]), 2)
        on_spine = min(max(on_spine, 1e-4), 0.9995)
        model = replace(model, m=m, kinds=kinds, on_spine=on_spine, rounds=model.rounds + 1)
        rounds -= 1
    return model, counts


def _counts(c: Comparison, code: Ints, times: Floats) -> Floats:
    """How often each level is seen, by [stratum * 16 + level]; what says nothing is not counted."""
    size = len(c.strata) * STRATUM
    counts = np.asarray(np.bincount(code, weights=times, minlength=size)[:size], dtype=np.float64)
    counts[::STRATUM] = 0.0
    return counts


def _m(counts: Floats) -> Floats:
    whole = counts.reshape(-1, STRATUM)
    return np.asarray((whole / whole.sum(axis=1, keepdims=True)).reshape(-1))
