"""The true effects are in the data, and what the data show is enough to find them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from linkwell.synthetic.population import population
from linkwell.synthetic.score import true_effects

SEEDS = (1, 2, 3, 4, 5)
_STACK = """
CREATE TABLE b AS SELECT * FROM '@/measures.parquet' WHERE measure IN ('main_benefit', 'wages');
CREATE TABLE t AS SELECT spine_id, date_trunc('month', start_date)::DATE AS m FROM '@/truth/truth.parquet';
CREATE TABLE months AS SELECT (DATE '2022-07-01' + to_months(i::INT))::DATE AS m FROM range(0, 21) x(i);
CREATE TABLE stack AS
  SELECT r.spine_id, months.m, coalesce(t.m = months.m, false) AS d, birth_date, gender, nzdep, eth2, region
  FROM '@/residents.parquet' r CROSS JOIN months LEFT JOIN t USING (spine_id)
  WHERE date_diff('day', birth_date, months.m) / 365.25 BETWEEN 16 AND 64
    AND (death_date IS NULL OR death_date >= months.m) AND (t.m IS NULL OR t.m = months.m)
    AND EXISTS (SELECT 1 FROM b WHERE b.spine_id = r.spine_id AND measure = 'main_benefit'
                AND b.start_date < months.m AND b.end_date >= months.m - INTERVAL 12 MONTH);
"""


def _total(measure: str, back: int, until: int) -> str:
    low, high = f"(s.m + to_months({back}))::DATE", f"((s.m + to_months({until}))::DATE - 1)"
    overlap = f"greatest(0, least(end_date, {high}) - greatest(start_date, {low}) + 1)"
    return f"coalesce(sum(value * {overlap} / (end_date - start_date + 1)) FILTER (measure = '{measure}'), 0)"


def _stack(world: Path) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Treated, covariates from before the start month, days on benefit in the twelve months after it."""
    history = [_total("main_benefit", *w) for w in ((-12, 0), (-24, -12), (-3, 0), (-1, 0))]
    history += [_total("wages", *w) for w in ((-12, 0), (-24, -12), (-3, 0))]
    query = f"""SELECT d::INT, {_total("main_benefit", 1, 13)},
                       date_diff('day', birth_date, s.m) / 365.25 AS age,
                       (gender = '2')::INT, nzdep, eth2::INT, (region = '02')::INT, {", ".join(history)},
                       bool_or(measure = 'main_benefit' AND start_date < s.m AND end_date >= s.m - 1)::INT
                FROM stack s JOIN b USING (spine_id)
                GROUP BY s.spine_id, s.m, d, birth_date, gender, nzdep, eth2, region"""
    with duckdb.connect() as connection:
        connection.execute(_STACK.replace("@", str(world)))
        columns = connection.execute(query).fetchnumpy().values()
    table = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    return table[:, 0] == 1, table[:, 2:], table[:, 1]


def _adjusted(
    treated: NDArray[np.bool_], x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[float, float]:
    """Participants' outcome less what people with the same history had, with its standard error."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    z = np.column_stack([np.ones(len(z)), z, z**2])
    weights, *_ = np.linalg.lstsq(z[~treated], y[~treated], rcond=None)
    rest = y[treated] - z[treated] @ weights
    return float(rest.mean()), float(rest.std() / np.sqrt(treated.sum()))


def test_the_effect_can_be_found_by_those_who_see_only_the_data(tmp_path: Path) -> None:
    misses, raw = [], []
    for seed in SEEDS:
        world = tmp_path / str(seed)
        population(20_000, seed, world, participants=130)
        treated, x, y = _stack(world)
        estimate, error = _adjusted(treated, x, y)
        misses.append((estimate - true_effects(world)["main_benefit"].effect) / error)
        raw.append(float(y[treated].mean() - y[~treated].mean()))
    assert max(abs(miss) for miss in misses) < 3.5
    assert abs(float(np.mean(misses))) < 1.5  # five draws: 3.4 standard errors of their mean
    assert float(np.mean(raw)) > 0, (
        "people join after a bad spell, so the plain comparison has the wrong sign"
    )


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_without_effect_the_same_people_live_the_other_life(tmp_path: Path, seed: int) -> None:
    outcomes: dict[str, dict[str, float]] = {}
    for scenario in ("default", "null"):
        world = tmp_path / scenario
        population(6000, seed, world, participants=60, scenario=scenario)
        outcomes[scenario] = _of_participants(world)
    truth = true_effects(tmp_path / "default")
    assert (tmp_path / "default/truth/truth.parquet").read_bytes() == (
        tmp_path / "null/truth/truth.parquet"
    ).read_bytes()
    for outcome in ("main_benefit", "wages", "ed_visit"):
        difference = outcomes["default"][outcome] - outcomes["null"][outcome]
        assert difference == pytest.approx(truth[outcome].effect, abs=1e-6), outcome
        assert outcomes["default"][outcome] == pytest.approx(truth[outcome].with_initiative, abs=1e-6)


def _of_participants(world: Path) -> dict[str, float]:
    """Mean outcome of participants over the twelve months from the month after the start, out of measures."""
    low = "(date_trunc('month', t.start_date) + INTERVAL 1 MONTH)::DATE"
    high = "((date_trunc('month', t.start_date) + INTERVAL 13 MONTH)::DATE - 1)"
    overlap = f"greatest(0, least(m.end_date, {high}) - greatest(m.start_date, {low}) + 1)"
    query = f"""SELECT measure, sum(value * {overlap} / (m.end_date - m.start_date + 1)) / 60
                FROM '{world}/truth/truth.parquet' t JOIN '{world}/measures.parquet' m USING (spine_id)
                GROUP BY ALL"""
    with duckdb.connect() as connection:
        return dict(connection.execute(query).fetchall())


def test_effects_are_of_the_size_promised(tmp_path: Path) -> None:
    population(40_000, 8, tmp_path / "w", participants=300)
    truth = true_effects(tmp_path / "w")
    assert -42 < truth["main_benefit"].effect < -18
    assert 2000 < truth["wages"].effect < 7000
    for untouched in ("ed_visit", "hospital_stay", "police_proceeding"):
        assert truth[untouched].effect == 0


def test_a_hidden_cause_is_only_there_when_asked_for(tmp_path: Path) -> None:
    population(20_000, 3, tmp_path / "w", participants=130, scenario="hidden")
    treated, x, y = _stack(tmp_path / "w")
    estimate, error = _adjusted(treated, x, y)
    assert estimate + 2 * error < true_effects(tmp_path / "w")["main_benefit"].effect
