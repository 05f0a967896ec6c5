"""Small invented files for the tests of describe, check and supply; every NHI number is a test number."""

from __future__ import annotations

from linkwell.reading.table import Origin, Table

NHIS = (
    "ZAC5361",
    "ZZZ0016",
    "ZZZ0024",
    "ZKP3424",
    "ZWX5200",
    "ZAA0105",
    "ZAA0067",
    "ZAA0130",
    "ZBN77VL",
    "ZZZ00AC",
)
FIRST = ("Aroha", "Ben", "Chen", "Dina", "Eru", "Fale", "Grace", "Hone", "Isla", "Jack")
LAST = ("Tāwhai", "Smith", "Wong", "Patel", "Ngata", "Tuilagi", "Brown", "Parata", "Lee", "O'Brien")
GENDERS = ("F", "M", "M", "F", "M", "F", "F", "M", "F", "M")


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]], *, name: str = "people.csv") -> Table:
    """A table whose rows start in row 2 of an invented file."""
    return Table(Origin(name), columns, rows, list(range(2, len(rows) + 2)))


def people(**changed: list[str]) -> dict[str, list[str]]:
    """Ten people by kind of column: key, first, last, dob, gender, nhi, ird, msd, start, end, status, ..."""
    columns = {
        "key": [f"C{number:03}" for number in range(10)],
        "first": list(FIRST),
        "last": list(LAST),
        "full": [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)],
        "dob": [f"{day:02}/0{1 + day % 9}/19{70 + day}" for day in range(11, 21)],
        "gender": list(GENDERS),
        "nhi": list(NHIS),
        "ird": ["49091850", "35901981", "49098576", "136410132", "", "", "", "", "", ""],
        "msd": [f"90000{number:04}" for number in range(1, 11)],
        "start": [f"2023-0{1 + number % 5}-15" for number in range(10)],
        "end": ["", "", "2024-01-31", "2024-02-28", "unknown", "", "2024-03-31", "current", "", ""],
        "status": ["Active", "Active", "Closed", "Closed", "Left", "", "Closed", "", "Active", "Active"],
        "ethnicity": ["Māori", "NZ European", "Chinese", "Indian", "Māori", "Samoan", "NZ European",
                      "Māori", "NZ European", "NZ European"],
        "programme": ["Steady Steps"] * 10,
        "site": ["North", "South"] * 5,
        "notes": [f"spoke at length about matter number {number} and more" for number in range(10)],
        "phone": [f"021 555 {number:04}" for number in range(10)],
        "address": [f"{number} High Street" for number in range(10)],
        "worker": ["Kim", "Lou"] * 5,
    }  # fmt: skip
    return {**columns, **changed}


def visits() -> dict[str, list[str]]:
    """Twelve visits by kind of column."""
    return {
        "key": [f"C{number % 10:03}" for number in range(12)],
        "type": ["Home visit", "Group", "Phone call"] * 4,
        "date": [f"{day}/06/2023" for day in range(13, 25)],
        "time": [f"{hour}:30" for hour in range(9, 21)],
        "channel": ["In person", "In person", "Phone"] * 4,
        "came": ["Yes", "No", "Yes", "DNA"] * 3,
        "notes": [f"long note about visit {number}, with what was said and done" for number in range(12)],
        "worker": ["Kim", "Lou"] * 6,
    }


def laid_out(headings: dict[str, str], columns: dict[str, list[str]], *, name: str = "people.csv") -> Table:
    """A table with `headings` (heading to kind of column) in that order."""
    rows = list(zip(*(columns[kind] for kind in headings.values()), strict=True))
    return table(tuple(headings), rows, name=name)
