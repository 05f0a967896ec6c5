"""Cells of every kind that exports of client systems hold, for tests of headings; all invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from tests.provider_files import FIRST, LAST, NHIS

ROWS = 30
Cells = Callable[[int], str]


def days(first: int, years: int, shape: str = "%d/%m/%Y") -> Cells:
    """Days spread over `years` years from `first` on."""
    step = years * 365 // ROWS + 7
    return lambda row: (date(first, 1, 13) + timedelta(days=row * step % (years * 365))).strftime(shape)


def in_turn(*values: str) -> Cells:
    return lambda row: values[row % len(values)]


def numbers(first: int, by: int, wrap: int) -> Cells:
    """Numbers in no order, as amounts and scores are."""
    return lambda row: str(first + row * by % wrap)


def name(row: int) -> str:
    return f"{FIRST[row % 10]} {LAST[row * 7 % 10]}"


def some(cells: Cells, each: int) -> Cells:
    return lambda row: cells(row) if row % each else ""


KINDS: dict[str, Cells] = {
    "key": lambda row: f"C{row:04}",
    "vkey": lambda row: f"C{row % 9:04}",
    "guid": lambda row: f"{row:08x}-aa{row:02}-4f",
    "vid": lambda row: f"V{5000 + row}",
    "ref": lambda row: f"R{3000 + row * 3}",
    "hh": lambda row: f"H{row // 3:03}",
    "first": lambda row: FIRST[row % 10],
    "otherfirst": lambda row: FIRST[(row + 4) % 10],
    "middle": in_turn("", "Jane", "Rangi", "Lee Ann"),
    "last": lambda row: LAST[row * 7 % 10],
    "otherlast": lambda row: LAST[row * 3 % 10],
    "prior": in_turn("", "", "Jones", "Tamihana"),
    "full": name,
    "vname": name,
    "othername": lambda row: name(row + 3),
    "lastcomma": lambda row: f"{LAST[row * 7 % 10]}, {FIRST[row % 10]}",
    "lastfirst": lambda row: f"{LAST[row * 7 % 10]}, {FIRST[row % 10]}",
    "pref": in_turn("", "Roha", "Benny", "Jo"),
    "title": in_turn("Mr", "Ms", "Mrs", "Miss"),
    "dob": days(1961, 50),
    "dobmon": days(1961, 50, "%d-%b-%Y"),
    "otherdob": days(1960, 30),
    "yob": numbers(1960, 7, 50),
    "age": numbers(9, 7, 70),
    "gender": in_turn("F", "M", "Female", "Male"),
    "pronoun": in_turn("she/her", "he/him", "they/them"),
    "nhi": some(lambda row: NHIS[row % 10], 5),
    "othernhi": lambda row: NHIS[(row + 3) % 10],
    "ird": in_turn("49091850", "35901981", "49098576", "136410132", ""),
    "msd": lambda row: f"{900000000 + row * 37}",
    "nsn": lambda row: str(1000000007 + row * 11),
    "eth": in_turn("Māori", "NZ European", "Samoan", "Indian"),
    "eth2": in_turn("", "", "Māori", "Tongan"),
    "start": days(2023, 2),
    "end": some(days(2025, 1), 2),
    "refdate": days(2022, 1),
    "consentdate": days(2023, 1),
    "reviewdate": some(days(2024, 1), 2),
    "stamp": lambda row: days(2024, 1)(row) + " 09:15:00",
    "status": in_turn("Open", "Closed"),
    "prog": in_turn("Steady Steps", "Whānau Works"),
    "site": in_turn("North", "South", "Hub"),
    "phone": lambda row: f"021 555 {row * 37:04}",
    "phone2": some(lambda row: f"09 555 {row * 41:04}", 2),
    "email": lambda row: f"a{row}@example.org",
    "addr": lambda row: f"{row + 1} High Street",
    "suburb": in_turn("Ōtara", "Kelston", "Naenae"),
    "city": in_turn("Auckland", "Lower Hutt"),
    "post": in_turn("2023", "5011", "0602"),
    "region": in_turn("Northland", "Waikato"),
    "iwi": in_turn("Ngāpuhi", "Ngāti Porou", "Tainui", ""),
    "iwi2": in_turn("", "", "Ngāi Tahu"),
    "hapu": in_turn("", "Ngāti Hine"),
    "notes": lambda row: f"spoke at length about matter number {row} and more besides",
    "worker": in_turn("Kim P", "Lou T", "Sina F"),
    "refsource": in_turn("Self", "GP", "Police", "School"),
    "reason": in_turn("Goals met", "Moved away", "Disengaged", ""),
    "yn": in_turn("Y", "N"),
    "yn2": in_turn("Yes", "No", ""),
    "fund": in_turn("MSD-12", "HNZ-4", "OT22"),
    "score": numbers(5, 11, 35),
    "score2": some(numbers(5, 13, 35), 3),
    "count": numbers(0, 5, 12),
    "money": numbers(300, 777, 3700),
    "money2": lambda row: f"${300 + row * 777 % 3700:,}",
    "school": in_turn("Kelston Boys", "Naenae College"),
    "yearlevel": numbers(7, 3, 7),
    "benefit": in_turn("JSS", "SPS", "None", "Wages"),
    "house": in_turn("Renting", "Boarding", "Emergency"),
    "relation": in_turn("Son", "Daughter", "Partner"),
    "gpname": in_turn("Dr Lee", "Union Health", "Kāinga Clinic"),
    "country": in_turn("NZ", "Samoa", "India"),
    "lang": in_turn("English", "Te reo Māori", "Samoan"),
    "vdate": days(2024, 1),
    "vdate2": days(2024, 1),
    "vstamp": lambda row: days(2024, 1)(row) + " 09:15:00",
    "vtime": lambda row: f"{8 + row % 10}:{row % 4 * 15:02}",
    "vtime2": lambda row: f"{9 + row % 10}:45",
    "vdur": in_turn("30", "45", "60"),
    "vtype": in_turn("Home visit", "Group", "Counselling"),
    "vchan": in_turn("In person", "Phone", "Zoom"),
    "vatt": in_turn("Attended", "DNA", "Cancelled", "Attended"),
    "vnotes": lambda row: f"long note about visit {row}, with what was said and done that day",
    "vworker": in_turn("Kim", "Lou"),
    "vfund": in_turn("MSD-12", "HNZ-4"),
    "vscore": numbers(1, 3, 9),
    "vloc": in_turn("Hub", "Marae", "Home"),
    "vcount": numbers(0, 4, 9),
    "vmoney": in_turn("10", "20", "0"),
    "vyn": in_turn("Y", "N"),
    # further ways of writing the same
    "iso_start": days(2023, 2, "%Y-%m-%d"),
    "iso_end": some(days(2025, 1, "%Y-%m-%d"), 2),
    "iso_dob": days(1961, 50, "%Y-%m-%d"),
    "dob2": days(1961, 45, "%d.%m.%Y"),
    "longdob": days(1990, 25, "%d %B %Y"),
    "longdate": days(2023, 2, "%A, %d %B %Y"),
    "dlong": days(2023, 2, "%d %B %Y"),
    "dlongend": some(days(2025, 1, "%d %B %Y"), 3),
    "shortmon": some(days(2025, 1, "%d %b %y"), 2),
    "adm": days(2023, 2, "%d/%m/%y"),
    "sep": some(days(2025, 1, "%d/%m/%y"), 2),
    "mix": in_turn("Ongoing", "15/03/2025", "", "20/06/2025"),
    "isostamp": lambda row: days(2024, 1, "%Y-%m-%d")(row) + "T09:15:33",
    "mstart": lambda row: days(2024, 1)(row) + f" {9 + row % 8}:{row % 60:02}:11",
    "mend": lambda row: days(2024, 1)(row) + f" {9 + row % 8}:{row % 60:02}:58",
    "row": lambda row: str(row + 1),
    "num": lambda row: str(row + 1),
    "digitkey": lambda row: str(48213 + row * 7919 % 50000),
    "blank": lambda row: "",
    "anon": lambda row: "anonymous",
    "gfull": in_turn("Female", "Male", "Another gender", "Female", "Wahine", "Tāne"),
    "gx": in_turn("F", "M", "X"),
    "gsv": in_turn("Wahine", "Tāne", "Wahine", "Ira weherua-kore"),
    "ethmulti": in_turn("Māori;Pākehā", "NZ European", "Samoan;Tongan", "Māori", "Chinese"),
    "status3": in_turn("Active", "Waitlist", "Exited"),
    "status4": in_turn("Open", "Closed", "On hold"),
    "yesstill": in_turn("Yes", "Yes", "No"),
    "level": in_turn("Level 1", "Level 2"),
    "deliv": in_turn("Porirua", "Hutt", "Kāpiti"),
    "place": in_turn("Whare Tapa", "Community hall", "Library"),
    "cell_phone": lambda row: f"+64 21 555 {row:04}",
    "vday": days(2024, 1, "%a %d %b %Y"),
    "vdt": lambda row: days(2024, 1, "%Y-%m-%d")(row) + f"T{9 + row % 8:02}:30:00",
    "ampm": lambda row: f"{1 + row % 11}:{row % 4 * 15:02} pm",
    "tick": in_turn("✓", "✗"),
    "outcome": in_turn("Attended", "Did not attend", "Cancelled by client"),
    "vcame": in_turn("Came", "No show", "Cancelled"),
    "res": in_turn("Attended", "DNA", "Rescheduled"),
    "presence": in_turn("Present", "Absent"),
    "vwhat": in_turn("Kai parcel", "Advocacy", "Transport", "Kōrero"),
    "topic": in_turn("Budgeting", "Parenting", "Housing", "Wellbeing"),
    "sess": in_turn("1:1 session", "Whānau hui", "Group"),
    "vhow": in_turn("Home", "Phone", "Office"),
    "modes": in_turn("Face to face", "Phone call", "Text"),
    "loc5": in_turn("Online", "In person", "Phone"),
    "hrs": in_turn("0.5", "1", "1.5"),
    "who": lambda row: name(row % 9),
}


def rows(kinds: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(KINDS[kind](row) for kind in kinds) for row in range(ROWS)]
