"""The arrays of a chunk as Arrow tables in the world's file schemas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.synthetic import identifiers, naming
from linkwell.synthetic.draws import Bools, Floats, Ints, stream, weighted
from linkwell.synthetic.families import People
from linkwell.synthetic.places import places
from linkwell.synthetic.spells import MEASURES, Rows
from linkwell.synthetic.timeline import END, ages_at

TEXT = pa.string()
SPINE = pa.schema(
    [("spine_id", pa.int64()), ("first_name", TEXT), ("middle_name", TEXT), ("last_name", TEXT),
     ("prior_last_name", TEXT), ("dob", pa.date32()), ("gender", TEXT), ("nhi", TEXT), ("ird", TEXT),
     ("msd", TEXT), ("area", TEXT), ("death_date", pa.date32())]
)  # fmt: skip
RESIDENTS = pa.schema(
    [("spine_id", pa.int64()), ("birth_date", pa.date32()), ("gender", TEXT),
     *((f"eth{group}", pa.bool_()) for group in range(1, 7)),
     ("region", TEXT), ("ta", TEXT), ("sa2", TEXT), ("nzdep", pa.int8()), ("household_id", pa.int64()),
     ("death_date", pa.date32())]
)  # fmt: skip
MEASURE_ROWS = pa.schema(
    [("spine_id", pa.int64()), ("measure", TEXT), ("start_date", pa.date32()), ("end_date", pa.date32()),
     ("value", pa.float64()), ("entity", TEXT)]
)  # fmt: skip
_ENTITY_LETTER = {
    "wages": "E",
    "school_enrolment": "S",
    "ed_visit": "H",
    "hospital_stay": "H",
    "police_proceeding": "P",
}


@dataclass
class Numbers:
    """How far each series of identifiers has been given out; NHI numbers run out, the others do not."""

    seed: int
    old: Ints
    new: Ints
    new_share: float
    nhi_share: float
    old_used: int = 0
    new_used: int = 0
    others_used: int = 0

    @classmethod
    def for_world(cls, people: int, seed: int) -> Numbers:
        """Shares that spread what NHI numbers there are over the whole world."""
        old, new = identifiers.z_range_nhi(seed)
        holders = min(0.93 * people, 0.995 * (len(old) + len(new)))
        new_share = max(0.2, 1 - 0.99 * len(old) / holders)
        return cls(seed, old, new, new_share, holders / people)


def dates(days: Ints, missing: Bools | None = None) -> pa.Array:
    """Day numbers as dates."""
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def texts(pool: pa.Array, codes: Ints) -> pa.Array:
    """Codes into a pool as texts; -1 is missing."""
    return pool.take(pa.array(codes, mask=codes < 0))


def _joined(first: pa.Array, second: pa.Array, between: str) -> pa.Array:
    """`first`, followed by `second` where there is one. (Arrow's own skipping of nulls drops rows.)"""
    both = pc.binary_join_element_wise(first, second, between, null_handling="emit_null")
    return pc.if_else(pc.is_null(second), first, both)


def spine_table(people: People, ids: Ints, near_benefit: Bools, numbers: Numbers, chunk: int) -> pa.Table:
    """The spine's rows: names, birth date, gender, identifiers where held, the area last known."""
    rng = stream(numbers.seed, "spine", chunk)
    pool, country = naming.names().pool, places()
    middle = _joined(texts(pool, people.middle), texts(pool, people.second_middle), " ")
    last = _joined(texts(pool, people.last), texts(pool, people.last_second), "-")
    old_address = weighted(rng, country.people, len(people))
    area = np.where(rng.random(len(people)) < 0.09, old_address, people.sa2)
    area = np.where(rng.random(len(people)) < 0.03, -1, area)
    ird, msd = _other_numbers(rng, people, near_benefit, numbers)
    columns = [
        pa.array(ids), texts(pool, people.first), middle, last,
        texts(pool, people.prior), dates(people.birth), pa.array(people.gender).cast(TEXT),
        _nhi(rng, len(people), numbers), ird, msd,
        texts(pa.array(country.sa2_codes), area), dates(people.death, people.death < 0),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=SPINE)


def _nhi(rng: np.random.Generator, size: int, numbers: Numbers) -> pa.Array:
    """An NHI number for each holder, old format or new, until the Z range runs out."""
    holds = rng.random(size) < numbers.nhi_share
    modern = holds & (rng.random(size) < numbers.new_share)
    older = np.flatnonzero(holds & ~modern)[: len(numbers.old) - numbers.old_used]
    newer = np.flatnonzero(modern)[: len(numbers.new) - numbers.new_used]
    given = [
        identifiers.old_nhi(numbers.old[numbers.old_used : numbers.old_used + len(older)]),
        identifiers.new_nhi(numbers.new[numbers.new_used : numbers.new_used + len(newer)]),
    ]
    numbers.old_used += len(older)
    numbers.new_used += len(newer)
    codes = np.full(size, -1, dtype=np.int64)
    codes[older], codes[newer] = np.arange(len(older)), len(older) + np.arange(len(newer))
    return texts(pa.concat_arrays(given), codes)


def _other_numbers(
    rng: np.random.Generator, people: People, near_benefit: Bools, numbers: Numbers
) -> tuple[pa.Array, pa.Array]:
    """IRD numbers for most grown people, MSD numbers for those with benefit history."""
    age = ages_at(people.birth, END)
    ordinals = numbers.others_used + np.arange(len(people))
    numbers.others_used += len(people)
    ird = identifiers.ird_numbers(ordinals, numbers.seed)
    holds = (rng.random(len(people)) < np.select([age < 15, age < 80], [0.25, 0.94], 0.8)) & (ird > 0)
    msd = identifiers.msd_numbers(ordinals, numbers.seed)
    served = near_benefit | (rng.random(len(people)) < np.select([age < 18, age < 65], [0.02, 0.17], 0.85))
    return pa.array(ird, mask=~holds).cast(TEXT), pa.array(msd, mask=~served).cast(TEXT)


def residents_table(people: People, ids: Ints, present: Bools, chunk: int) -> pa.Table:
    """Everyone living in the country at some time in the calendar, with ethnic groups and place."""
    country = places()
    who = np.flatnonzero(present)
    sa2, death = people.sa2[who], people.death[who]
    columns = [
        pa.array(ids[who]), dates(people.birth[who]), pa.array(people.gender[who]).cast(TEXT),
        *(pa.array(people.ethnic[who, group]) for group in range(6)),
        pa.array(country.region_codes).take(pa.array(country.region_of[sa2])),
        pa.array(country.ta_codes).take(pa.array(country.ta_of[sa2])),
        pa.array(country.sa2_codes).take(pa.array(sa2)),
        pa.array(country.nzdep[sa2].astype(np.int8)),
        pa.array(people.household[who] + (chunk + 1) * 1_000_000), dates(death, death < 0),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=RESIDENTS)


def measures_table(rows: list[Rows], ids: Ints) -> pa.Table:
    """All rows of a chunk, sorted by person, measure and first day."""
    person = np.concatenate([part.person for part in rows])
    kind = np.concatenate([np.full(len(part.person), MEASURES.index(part.measure)) for part in rows])
    start, end = np.concatenate([part.start for part in rows]), np.concatenate([part.end for part in rows])
    order = np.lexsort((end, start, kind, person))
    value = np.concatenate([part.value for part in rows])
    columns = [
        pa.array(ids[person[order]]),
        pa.array(MEASURES).take(pa.array(kind[order])),
        dates(start[order]),
        dates(end[order]),
        pa.array(value[order]),
        pa.concat_arrays([_entities(part) for part in rows]).take(pa.array(order)),
    ]
    return pa.Table.from_arrays(columns, schema=MEASURE_ROWS)


def _entities(part: Rows) -> pa.Array:
    """Employer, school, hospital or police station as a letter and five digits; missing for benefits."""
    missing = part.entity < 0
    if part.measure not in _ENTITY_LETTER:
        return pa.nulls(len(part.entity), TEXT)
    digits = pa.array(100_000 + np.maximum(part.entity, 0), mask=missing).cast(TEXT)
    letter = pa.scalar(_ENTITY_LETTER[part.measure])
    return pc.binary_join_element_wise(letter, pc.utf8_slice_codeunits(digits, 1), "")


def amounts_table(ids: Ints, outcome: str, window: str, with_it: Floats, without: Floats) -> pa.Table:
    """Truth, person by person: the outcome with the initiative and without it."""
    size = len(ids)
    return pa.table(
        {
            "spine_id": pa.array(ids),
            "outcome": pa.array([outcome] * size, TEXT),
            "window": pa.array([window] * size, TEXT),
            "with_initiative": pa.array(with_it),
            "without_initiative": pa.array(without),
        }
    )
