"""The organisation's list of enrolments: participants as written down, strangers, second cards, people who
came back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkwell.synthetic import families, naming
from linkwell.synthetic.draws import stream
from linkwell.synthetic.mess import Person, mistyped, written_down
from linkwell.synthetic.timeline import EXPORTED, day_number, day_of

_OFF_SPINE, _TWICE, _AGAIN, _ONE_CONTACT = 0.03, 0.02, 0.04, 0.02


@dataclass(frozen=True)
class Row:
    """One enrolment as it will stand in the spreadsheet."""

    client: str
    person: Person
    ethnicity: str
    variant: str
    start: date
    finish: date | None
    status: str
    household: str
    phone: str
    notes: str


def enrolments(world: Path, seed: int) -> list[Row]:
    """Every row of the sheet in the order it was typed in: by start, with some noise."""
    rng = stream(seed, "provider")
    enrolled = pq.read_table(world / "truth" / "truth.parquet").to_pylist()
    people, relatives, ethnicity = _people(world, [entry["spine_id"] for entry in enrolled])
    known = [(people[entry["spine_id"]], relatives.get(entry["spine_id"]), entry) for entry in enrolled]
    rows: list[Row] = []
    strangers = _strangers(seed, round(len(enrolled) * _OFF_SPINE))
    starts = [entry["start_date"] for entry in enrolled]
    for who, relative, entry in known:
        row = _row(rng, who, relative or who, entry["start_date"], entry["end_date"], entry["variant"])
        rows.append(replace(row, ethnicity=_ethnicity_words(rng, ethnicity[entry["spine_id"]])))
    for who in strangers:
        start = starts[int(rng.integers(len(starts)))]
        row = _row(rng, who, who, start, start + timedelta(int(rng.integers(20, 400))), "One to one")
        rows.append(replace(row, ethnicity=_ethnicity_words(rng, [True, False, False, False, False, False])))
    rows.sort(key=lambda row: (row.start, row.person.last, row.person.first))
    rows = [replace(row, client=f"RB-{10_000 + 3 * number + number % 2}") for number, row in enumerate(rows)]
    originals = {entry["spine_id"]: people[entry["spine_id"]] for entry in enrolled}
    rows += _second_cards(rng, rows, originals) + _second_times(rng, rows)
    rows = _one_contact(rng, rows)
    return [rows[place] for place in _typed_order(rng, rows)]


def _typed_order(rng: np.random.Generator, rows: list[Row]) -> list[int]:
    late = rng.exponential(20.0, len(rows))
    return sorted(range(len(rows)), key=lambda place: day_number(rows[place].start) + late[place])


def _people(
    world: Path, ids: list[int]
) -> tuple[dict[int, Person], dict[int, Person], dict[int, list[bool]]]:
    """Participants as the spine knows them, someone of their household, and their ethnic groups."""
    residents = pq.read_table(world / "residents.parquet", columns=["spine_id", "household_id", *_BITS])
    mine = residents.filter(pc.is_in(residents["spine_id"], pa.array(ids)))
    home = residents.filter(pc.is_in(residents["household_id"], mine["household_id"].combine_chunks()))
    spine = pq.read_table(world / "spine.parquet", filters=[("spine_id", "in", home["spine_id"].to_pylist())])
    everyone = {row["spine_id"]: _person(row) for row in spine.to_pylist()}
    homes: dict[int, list[int]] = {}
    for one, household in zip(home["spine_id"].to_pylist(), home["household_id"].to_pylist(), strict=True):
        homes.setdefault(household, []).append(one)
    relatives: dict[int, Person] = {}
    ethnicity: dict[int, list[bool]] = {}
    for row in mine.to_pylist():
        others = [one for one in sorted(homes[row["household_id"]]) if one != row["spine_id"]]
        if others:
            relatives[row["spine_id"]] = everyone[others[0]]
        ethnicity[row["spine_id"]] = [row[bit] for bit in _BITS]
    return everyone, relatives, ethnicity


_BITS = tuple(f"eth{group}" for group in range(1, 7))
_WORDS = (
    ("NZ European", "European", "NZ European", "Pākehā"), ("Māori", "Maori", "Māori", "NZ Māori"),
    ("Pacific Peoples", "Pacific", "Pacific Peoples", "Pacific"), ("Asian",) * 4,
    ("MELAA",) * 4, ("Other",) * 4,
)  # fmt: skip


def _ethnicity_words(rng: np.random.Generator, bits: list[bool]) -> str:
    if rng.random() < 0.04:
        return ""
    words = [_WORDS[group][int(rng.integers(4))] for group, stated in enumerate(bits) if stated]
    return ", ".join(words)


def _person(row: dict[str, Any]) -> Person:
    return Person(
        row["spine_id"], row["first_name"], row["middle_name"] or "", row["last_name"],
        row["prior_last_name"] or "", row["dob"], row["gender"], row["nhi"] or "", row["msd"] or "",
    )  # fmt: skip


def _strangers(seed: int, count: int) -> list[Person]:
    """People who are not on the spine: recent arrivals, or the spine missed them."""
    pool = naming.names().pool
    drawn = families.people(seed, 1_000_000, max(200, count * 5))
    grown = np.flatnonzero(
        (drawn.birth < day_number(date(2006, 1, 1))) & (drawn.birth > day_number(date(1962, 1, 1)))
    )
    return [
        Person(
            None, pool[int(drawn.first[at])].as_py(), "", pool[int(drawn.last[at])].as_py(), "",
            day_of(int(drawn.birth[at])), str(int(drawn.gender[at])), "", "",
        )
        for at in grown[:count]
    ]  # fmt: skip


def _row(
    rng: np.random.Generator, who: Person, other: Person, start: date, finish: date, variant: str
) -> Row:
    status = "Finished"
    end: date | None = finish
    if finish > EXPORTED:
        status, end = "Still with us", None
    elif rng.random() < 0.07:
        status, end = "Stopped, date unknown", None
    elif rng.random() < 0.03:
        status = ""
    return Row(
        client="", person=written_down(rng, who, other), ethnicity="", variant=variant, start=start,
        finish=end, status=status, household="", phone=_phone(rng), notes=_note(rng),
    )  # fmt: skip


def _phone(rng: np.random.Generator) -> str:
    return f"021 555 {int(rng.integers(10_000)):04d}" if rng.random() < 0.8 else ""


def _note(rng: np.random.Generator) -> str:
    if rng.random() > 0.22:
        return ""
    words = naming.read_data("notes.toml")
    note = str(words["notes"][int(rng.integers(len(words["notes"])))])
    return note.format(
        sister=words["sisters"][int(rng.integers(len(words["sisters"])))],
        town=words["towns"][int(rng.integers(len(words["towns"])))],
        phone=f"021 555 {int(rng.integers(10_000)):04d}",
    )


def _second_cards(rng: np.random.Generator, rows: list[Row], originals: dict[int, Person]) -> list[Row]:
    """The same person and enrolment typed in again by someone else under a new client number."""
    again = []
    on_spine = [row for row in rows if row.person.spine_id is not None]
    for number, place in enumerate(rng.permutation(len(on_spine))[: round(len(on_spine) * _TWICE)]):
        first = on_spine[int(place)]
        assert first.person.spine_id is not None
        who = written_down(rng, originals[first.person.spine_id], first.person)
        if rng.random() < 0.3:
            who = who.but("first name misspelt", first=mistyped(rng, who.first))
        client = f"RB-{20_000 + number}"
        again.append(
            replace(first, client=client, person=who.but("second card"), notes="", phone=_phone(rng))
        )
    return again


def _second_times(rng: np.random.Generator, rows: list[Row]) -> list[Row]:
    """People who finished and came back under the same client number, usually to the other variant."""
    finished = [row for row in rows if row.finish is not None and row.finish < EXPORTED - timedelta(60)]
    back = []
    for place in rng.permutation(len(finished))[: round(len(rows) * _AGAIN)]:
        first = finished[int(place)]
        assert first.finish is not None
        start = first.finish + timedelta(int(rng.integers(14, 60)))
        variant = "Small group" if first.variant == "One to one" else "One to one"
        person = replace(first.person, slips=(*first.person.slips, "came back"))
        back.append(
            replace(
                first,
                person=person,
                variant=variant,
                start=start,
                finish=None,
                status="Still with us",
                notes="",
            )
        )
    return back


def _one_contact(rng: np.random.Generator, rows: list[Row]) -> list[Row]:
    """A few households signed up under one contact: all have the contact's surname, phone and household."""
    back = {row.client for row in rows if "came back" in row.person.slips}
    free = [
        n for n, row in enumerate(rows) if row.client not in back and "second card" not in row.person.slips
    ]
    blocks = len(free) // 3
    chosen = sorted(int(block) for block in rng.permutation(blocks)[: round(len(rows) * _ONE_CONTACT / 3)])
    changed = list(rows)
    for number, block in enumerate(chosen):
        first, *others = free[3 * block : 3 * block + 3]  # neighbours in the order of starting
        household, contact = f"HH-{101 + number}", rows[first]
        changed[first] = replace(contact, household=household)
        for place in others:
            person = rows[place].person.but("under the contact's surname", last=contact.person.last)
            changed[place] = replace(rows[place], person=person, household=household, phone=contact.phone)
    return changed
