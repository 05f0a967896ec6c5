"""A large invented list of people and their time with a service, untidy in the ways real lists are."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from linkwell.standards.identifiers import nhi_check_character

HEADINGS = ("Client ID", "NHI", "First name", "Surname", "Date of birth", "Gender", "Ethnicity", "Programme",
            "Site", "Start date", "End date", "Status")  # fmt: skip
GENDERS = ("F", "M", "Female", "Male", "Wahine", "Tāne", "Another gender", "")
ETHNICITIES = ("Māori", "NZ European", "Samoan", "Māori; NZ European", "Tongan", "Chinese", "Indian", "")
PROGRAMMES = ("Steady", "First Steps", "Whānau Ora", "Night Line")
SITES = tuple(f"Site {number}" for number in range(1, 13))
STATUSES = ("Active", "Closed", "Exited", "")
_CONSONANTS, _VOWELS = "bdfghklmnprstw", "aeiou"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def write(path: Path, rows: int, seed: int = 1) -> None:
    """Write `rows` times with a service of 0.4 × `rows` people; about two rows in a hundred are faulty."""
    draw = random.Random(seed)
    firsts, lasts = _names(draw, 3_000), _names(draw, 20_000)
    numbers = _nhis(draw, rows // 4 + 1)
    people = [_person(draw, number, firsts, lasts, numbers) for number in range(max(rows * 2 // 5, 1))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        last: list[str] = []
        for _ in range(rows):
            row = _row(draw, people[int(len(people) * draw.random())])
            writer.writerow(last if last and draw.random() < 0.002 else row)
            last = row


def _names(draw: random.Random, count: int) -> list[str]:
    made: set[str] = set()
    while len(made) < count:
        parts = [draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in range(draw.randint(2, 4))]
        made.add("".join(parts).title())
    return sorted(made)


def _person(
    draw: random.Random, number: int, firsts: list[str], lasts: list[str], numbers: list[str]
) -> list[str]:
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(25_000))
    nhi = numbers[number] if number < len(numbers) else ""
    return [f"C{number:07}", nhi, draw.choice(firsts), draw.choice(lasts), f"{born:%d/%m/%Y}",
            draw.choice(GENDERS), draw.choice(ETHNICITIES)]  # fmt: skip


def _nhis(draw: random.Random, count: int) -> list[str]:
    """Test numbers in both formats, each once."""
    made: set[str] = set()
    while len(made) < count:
        middle = (
            f"{draw.randrange(100):02}{draw.choice(_LETTERS) if draw.random() < 0.7 else draw.randrange(10)}"
        )
        base = f"Z{draw.choice(_LETTERS)}{draw.choice(_LETTERS)}{middle}"
        if (check := nhi_check_character(base)) is not None:
            made.add(base + check)
    return sorted(made, key=lambda _: draw.random())


def _row(draw: random.Random, person: list[str]) -> list[str]:
    start = date(2015, 1, 1) + timedelta(days=draw.randrange(4_000))
    end = start + timedelta(days=draw.randrange(400))
    status = draw.choice(STATUSES)
    row = [*person, draw.choice(PROGRAMMES), draw.choice(SITES), f"{start:%d/%m/%Y}",
           "" if status == "Active" else f"{end:%d/%m/%Y}", status]  # fmt: skip
    if draw.random() < 0.02:
        _spoil(draw, row)
    return row


def _spoil(draw: random.Random, row: list[str]) -> None:
    at, value = draw.choice((
        (1, "ZAA0001"), (2, "J0hn"), (3, ""), (4, "31/02/1980"), (4, "01/01/1900"), (5, "helicopter"),
        (6, "Klingon"), (9, "01/01/2040"), (10, "01/02/2003"), (10, "soon"),
    ))  # fmt: skip
    row[at] = value
