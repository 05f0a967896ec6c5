"""A project database made directly, with a known truth: the past decides who starts and what comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from linkwell.confidentiality.person_index import write_person_index
from linkwell.insights import load_protocol
from linkwell.insights.protocol import Eligible, Protocol
from linkwell.vault.zones import Home, ZoneName

START = np.datetime64("2023-07-01")


@dataclass(frozen=True)
class Drawn:
    """A project and the truth about it."""

    home: Home
    database: Path
    participants: int
    unlinked: int
    effects: dict[str, float]


def draw(
    folder: Path, *, seed: int = 1, people: int = 3000, participants: int = 200, unlinked: int = 20,
    benefit: float = -40.0, wages: float = 3000.0, hopeless: bool = False,
) -> Drawn:  # fmt: skip
    """Draw people with two years of history, starts that follow from it, and one year after.

    Args:
        hopeless: participants come from a corner nobody else is in.
    """
    rng = np.random.default_rng(seed)
    uid = np.sort(rng.choice(2**40, people, replace=False)) + 1
    strength = rng.normal(size=people)
    share = 1 / (1 + np.exp(0.9 * strength + rng.normal(0, 0.8, people)))
    past = [np.clip(np.rint(365 * share + rng.normal(0, 60, people)), 0, 365) for _ in range(2)]
    earned = [np.clip(60_000 * (1 - share) + rng.normal(0, 9000, people), 0, None) for _ in range(2)]
    age = rng.integers(16, 60, people)
    score = 0.008 * past[1] + 0.003 * past[0] - 0.02 * age
    clock = rng.exponential(size=people) / np.exp(score)
    chosen = np.argsort(clock)[:participants]
    if hopeless:
        past[1][chosen] = 365.0
        past[1][np.setdiff1d(np.arange(people), chosen)] = np.minimum(past[1], 200.0)[
            np.setdiff1d(np.arange(people), chosen)
        ]
    taken = np.zeros(people, dtype=bool)
    taken[chosen] = True
    chance = rng.normal(0, 70, people)
    without = np.clip(np.rint(0.6 * past[1] + 0.25 * past[0] + 10 + chance), 0, 365)
    with_it = np.clip(np.rint(0.6 * past[1] + 0.25 * past[0] + 10 + benefit + chance), 0, 365)
    after = np.where(taken, with_it, without)
    pay_without = np.clip(0.8 * earned[1] + 0.1 * earned[0] + rng.normal(0, 6000, people) + 2000, 0, None)
    pay_after = np.where(taken, pay_without + wages, pay_without)
    visits = rng.poisson(0.3, people)
    rows = _rows(uid, past, after, earned, pay_after, visits, rng)
    home = Home.create(folder / "home", name="Demo", demo_seed=1)
    database = home.zone(ZoneName.PROJECTS).folder("p1") / "project.duckdb"
    extra = np.arange(2**41, 2**41 + unlinked)
    _write(database, rng, uid, age, chosen, rows, extra)
    everyone = np.concatenate([uid, extra])
    write_person_index(home.zone(ZoneName.DISCLOSURE), "p1", everyone, np.arange(1, len(everyone) + 1))
    effects = {"benefit": float(np.mean((with_it - without)[chosen])), "wages": wages, "ed": 0.0}
    return Drawn(home, database, participants, unlinked, effects)


def _rows(uid, past, after, earned, pay_after, visits, rng):  # type: ignore[no-untyped-def]
    """(uid, measure, start, end, value) of every spell and event."""
    parts = []

    def add(who, measure, start, end, value):  # type: ignore[no-untyped-def]
        parts.append((uid[who], np.full(len(who), measure), start, end, np.asarray(value, dtype=float)))

    for days, first in ((past[0], START - 730), (past[1], START - 365), (after, START + 1)):
        who = np.flatnonzero(days > 0)
        # The last year's spell runs up to the start, as it does for people who start after a bad spell.
        begin = np.where(first == START - 365, START - days[who].astype(int), first)
        add(who, "main_benefit", begin, begin + days[who].astype(int) - 1, days[who])
    for dollars, first in ((earned[0], START - 730), (earned[1], START - 365), (pay_after, START + 1)):
        who = np.flatnonzero(dollars > 0)
        begin = np.full(len(who), first)
        add(who, "wages", begin, begin + 364, dollars[who])
    who = np.repeat(np.arange(len(uid)), visits * 3)
    days = START - 730 + rng.integers(0, 1095, len(who))
    add(who, "ed_visit", days, days, np.ones(len(who)))
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _write(database, rng, uid, age, chosen, rows, extra):  # type: ignore[no-untyped-def]
    people = len(uid)
    born = 2023 * 12 + 6 - age * 12 - rng.integers(0, 12, people)
    person = pa.table({
        "snz_uid": uid, "snz_birth_year_nbr": (born // 12).astype(np.int16),
        "snz_birth_month_nbr": (born % 12 + 1).astype(np.int8),
        "snz_sex_gender_code": np.where(rng.random(people) < 0.5, "1", "2"),
        **{f"snz_ethnicity_grp{n}_ind": rng.random(people) < p
           for n, p in enumerate((0.6, 0.25, 0.1, 0.1, 0.01, 0.01), start=1)},
        "snz_deceased_year_nbr": pa.nulls(people, pa.int16()),
        "snz_deceased_month_nbr": pa.nulls(people, pa.int8()),
        "snz_resident_ind": np.ones(people, bool),
    })  # fmt: skip
    residence = pa.table({"snz_uid": uid, "region_code": np.where(rng.random(people) < 0.6, "02", "03"),
                          "nzdep_nbr": rng.integers(1, 11, people).astype(np.int8)})  # fmt: skip
    measure = pa.table({"snz_uid": rows[0], "measure_code": rows[1],
                        "start_date": rows[2].astype("datetime64[D]"),
                        "end_date": rows[3].astype("datetime64[D]"), "value_amt": rows[4]})  # fmt: skip
    units = np.concatenate([uid[chosen], extra])
    linked = np.arange(len(units)) < len(chosen)
    enrolment = pa.table({"snz_uid": np.where(linked, units, -1), "snz_unit_uid": units,
                          "snz_spine_ind": linked, "organisation_code": ["ORG1"] * len(units),
                          "initiative_code": ["pathways"] * len(units),
                          "start_date": np.full(len(units), START)})  # fmt: skip
    with duckdb.connect(str(database)) as con:
        for name, table in (("person", person), ("residence", residence), ("measure", measure),
                            ("enrolment", enrolment)):  # fmt: skip
            con.register("arrow_in", table)
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow_in")
            con.unregister("arrow_in")
        con.execute("""CREATE TABLE catalogue AS SELECT * FROM (VALUES
            ('main_benefit', 'Time on a main benefit', 'Income', 'days', 'down', 'MSD', DATE '2020-07-01',
             DATE '2025-06-30', ''),
            ('wages', 'Wages and salaries', 'Income', 'dollars', 'up', 'Inland Revenue', DATE '2020-07-01',
             DATE '2025-06-30', ''),
            ('ed_visit', 'Visits to an emergency department', 'Health', 'event', 'down', 'Health', DATE
            '2020-07-01',
             DATE '2025-06-30', ''))
            AS t(measure_code, label, domain, kind_code, good_direction_code, source, covers_from_date,
                 covers_to_date, entity_kind_code)""")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """One project of 3,000 people, 200 of them participants."""
    return draw(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def drawing(tmp_path: Path) -> Callable[..., Drawn]:
    """Makes further projects."""

    def make(**how: object) -> Drawn:
        return draw(tmp_path / str(len(list(tmp_path.iterdir()))), **how)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """The standard plan without a life-circumstances condition (everyone of the age may start) or a look
    ahead."""
    from dataclasses import replace

    return replace(
        load_protocol().named("Pathways"), eligible=Eligible(16, 64), candidates=20, draws=0, forecast=None
    )
