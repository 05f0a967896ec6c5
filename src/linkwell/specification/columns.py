"""Which column of a file is which field: by its heading, by what it holds, never by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from linkwell.reading.table import Table
from linkwell.specification.content import Content, look
from linkwell.specification.evidence import (
    ENROLMENTS,
    INTERACTIONS,
    PARTICIPANTS,
    told_by_cells,
    vouched,
    weighed,
)
from linkwell.specification.heading_marks import (
    about_staff_or_others,
    names_a_person,
    over_somebody_else,
    table_prefixes,
)
from linkwell.specification.headings import CONTAINED, EXACT, Guess, guesses
from linkwell.specification.whose import whose_list, without_word
from linkwell.standards.dates import Shape

LIFETIMES = 30  # years that dates of birth spread over; a service's own dates hardly ever do
STAYS = {"contact", "address", "free_text", "staff", "other_person", "row_number"}
NAMES = {"first_name", "last_name", "full_name"}
IDENTIFIER_FIELDS = {"nhi", "ird", "msd", "nsn"}
DATE_FIELDS = {"date_of_birth", "start_date", "end_date", "service_date"}
CATEGORY_FIELDS = {
    "initiative", "variant", "service_type", "channel", "attendance", "end_status", "gender",
}  # fmt: skip
_PERSON_ONLY = {"middle_names", "prior_last_name", "date_of_birth", "gender", *NAMES, *IDENTIFIER_FIELDS}
_INTERACTION_FIELDS = {"service_type", "service_date", "service_time", "channel", "attendance"}


@dataclass(frozen=True)
class Column:
    """One column as found; `values` are its different cells where it reads like a list of labels."""

    name: str
    guesses: tuple[Guess, ...]
    content: Content
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One table as found, with the kind of rows it holds ("" when it cannot be told)."""

    table: Table
    columns: tuple[Column, ...]
    kind: str


@dataclass(frozen=True)
class Placed:
    """What became of one column.

    Attributes:
        role: a field name or "full_name"; "" when the column stays.
        how: how it was recognised, or the kind of reason why it stays.
    """

    column: Column
    role: str
    how: str


def look_at(table: Table) -> Sheet:
    """Look at every column of a table and decide what its rows are about."""
    fronts = table_prefixes(table.columns)
    whose = whose_list(table.columns)
    columns = tuple(_column(table, name, fronts, whose) for name in table.columns)
    return Sheet(table, columns, _kind(columns))


def _column(table: Table, name: str, fronts: frozenset[str], whose: str) -> Column:
    cells = table.column(name)
    content = look(cells)
    values = tuple(sorted(set(cells) - {""})) if content.repeats else ()
    front = next((each for each in fronts if name.startswith(each)), "")
    if over_somebody_else(without_word(table.group(name), whose)):
        return Column(name, (Guess("other_person", "not_supplied", EXACT),), content, values)
    found = guesses(without_word(name, whose))
    if front and not (found and found[0].strength > CONTAINED):
        found = guesses(name.removeprefix(front)) or found
    if not found and (group := table.group(name)):  # "In" and "Out" under "Programme"
        found = guesses(f"{group} {name}")
    return Column(name, tuple(weighed(name, found, content)), content, values)


def _kind(columns: tuple[Column, ...]) -> str:
    roles: dict[str, Column] = {}
    for column in columns:
        for guess in column.guesses:
            if _may_be(guess, column):
                roles.setdefault(guess.role, column)
    person = bool(roles.keys() & (NAMES | {"date_of_birth"}))
    what = {roles[role].name for role in _INTERACTION_FIELDS & roles.keys()}
    visits = "service_date" in roles and len(what) >= 2
    keys = [column for column in columns if any(guess.role == "client_key" for guess in column.guesses)]
    whose = [roles["full_name"]] if "full_name" in roles else []
    repeats = any(each.content.distinct <= 0.6 * each.content.filled for each in (*keys, *whose))
    if visits and "start_date" not in roles and (not person or repeats):
        return INTERACTIONS
    if repeats and len(what) >= 2 and "end_date" not in roles and _told_of_visits(columns):
        return INTERACTIONS  # "Checked in" of a sign-in sheet is a day of each visit, not of an enrolment
    if person or roles.keys() & IDENTIFIER_FIELDS or any(c.content.nhi >= 0.8 for c in columns):
        return PARTICIPANTS
    if "start_date" in roles and not ("service_time" in roles and repeats):
        return ENROLMENTS
    dated = "service_date" in roles or (repeats and any(map(_like_days, columns)))
    return INTERACTIONS if dated and keys else ""


def _told_of_visits(columns: tuple[Column, ...]) -> bool:
    """Whether some column holds a day, and another the words or times that only lists of visits hold."""
    came = any(
        max(each.content.attendance, each.content.channel, each.content.time) >= 0.8 for each in columns
    )
    return came and any(map(_like_days, columns))


def place(sheet: Sheet) -> list[Placed]:
    """Give every column of a sheet its role, each role to one column: the surest heading first."""
    taken: dict[str, int] = {}
    placed: dict[int, Placed] = {}
    for at, guess in _wishes(sheet):
        column = sheet.columns[at]
        if at in placed:
            continue
        if guess.role in STAYS and _contradicted(guess.role, column):
            continue
        if guess.role in STAYS:
            placed[at] = Placed(column, "", guess.role)
        elif guess.role not in taken and _may_be(guess, column):
            taken[guess.role] = at
            placed[at] = Placed(column, guess.role, "by its heading")
    left = [at for at in range(len(sheet.columns)) if at not in placed]
    if sum(_like_days(sheet.columns[at]) for at in left) > 1:  # which one is asked, not guessed
        taken.setdefault("service_date", -1)
    for at in left:
        placed[at] = _by_content(sheet.kind, sheet.columns[at], at, taken)
    if sheet.kind == PARTICIPANTS:
        _only_one_it_can_be(placed, taken)
    return _one_name_or_two([placed[at] for at in range(len(sheet.columns))])


def _contradicted(role: str, column: Column) -> bool:
    """Whether the cells say that it does not stay at home after all: "Phone / online" of visits, "Ethnicity -
    other"."""
    if role == "contact":
        return column.content.channel >= 0.8
    best, content = column.guesses[0].role, column.content
    coded = best in CATEGORY_FIELDS | {"ethnicity"} or content.gender >= 0.9 or content.ethnicity >= 0.9
    return role == "free_text" and content.repeats and coded


def _like_days(column: Column) -> bool:
    return column.content.date_share >= 0.9 and column.content.filled >= 3


def _wishes(sheet: Sheet) -> list[tuple[int, Guess]]:
    """Every (column, guess) allowed in this kind of sheet, surest first."""
    found = [
        (at, guess)
        for at, column in enumerate(sheet.columns)
        for guess in _allowed(sheet.kind, column.guesses)
    ]
    filled = [column.content.filled for column in sheet.columns]
    return sorted(
        found,
        key=lambda wish: (
            _stamped(sheet.columns[wish[0]], wish[1].role) or _shared(sheet, wish[0], wish[1].role),
            not vouched(wish[1].role, sheet.columns[wish[0]].content),
            -wish[1].strength,
            wish[1].rank,
            -filled[wish[0]],
            wish[0],
        ),
    )


def _shared(sheet: Sheet, at: int, role: str) -> bool:
    """Whether several people have one number, as of a family's case: it comes after a number of their own."""
    content = sheet.columns[at].content
    return role == "client_key" and sheet.kind == PARTICIPANTS and content.distinct < 0.8 * content.filled


def _stamped(column: Column, role: str) -> bool:
    """Whether a system wrote the day and the time of day: it comes after a day that a person wrote."""
    dates = column.content.dates
    return role in ("start_date", "end_date", "date_of_birth") and dates.clocked > 0.9 * column.content.filled


def _allowed(kind: str, found: Iterable[Guess]) -> list[Guess]:
    section = INTERACTIONS if kind == INTERACTIONS else PARTICIPANTS
    return [
        guess
        for guess in found
        if guess.section in ("anywhere", section, "not_supplied")
        and not (kind == INTERACTIONS and guess.section == "anywhere" and guess.role != "client_key")
        and not (kind == ENROLMENTS and guess.role in _PERSON_ONLY)
    ]


def _may_be(guess: Guess, column: Column) -> bool:
    """Whether the cells do not contradict a heading. Under "Participant" the same few names come again on
    every sign-in sheet; under a mere "Name" they may be those of programmes, places or workers."""
    signed_in = guess.role == "full_name" and names_a_person(column.name) and column.content.whole_name >= 0.9
    return signed_in or _fits(guess.role, column.content, guess.strength)


def _fits(role: str, content: Content, strength: int) -> bool:
    """Whether the cells do not contradict the heading; an empty column contradicts nothing."""
    if not content.filled:
        return strength == EXACT
    if role in DATE_FIELDS:
        # a column of words such as "current" may still be an end date; Excel's numbers and years are dates
        odd = sum(content.dates.counts.get(shape, 0) for shape in (Shape.SERIAL, Shape.PARTIAL))
        least = 0.2 if role == "end_date" else 0.4
        return content.date_share + odd / content.filled >= least
    if role == "nhi":
        return strength == EXACT or content.nhi >= 0.3
    if role == "end_status" and strength < EXACT and content.ended < 0.5:
        return False  # "Accommodation status" is not whether somebody is still with the service
    if role in CATEGORY_FIELDS or role == "ethnicity":
        return (content.repeats or content.ethnicity >= 0.8) and content.date_share < 0.5
    if role == "full_name" and content.filled >= 20 and content.distinct < 0.2 * content.filled:
        return False  # "Name" of a programme, a place or a worker: whole names hardly come again
    if role in NAMES or role in ("middle_names", "prior_last_name"):
        return content.letters >= 0.8 and content.date_share < 0.5
    if role in ("ird", "msd", "nsn"):
        return content.digits >= 0.5
    if role == "service_time":
        return content.time >= 0.5
    if role == "household_key" and strength == CONTAINED and content.letters > 0.5:
        return False  # "Household type": words, where a household would have a number
    if role in ("client_key", "household_key"):
        return content.date_share < 0.5
    return True


def _by_content(kind: str, column: Column, at: int, taken: dict[str, int]) -> Placed:
    """A role for a column whose heading says nothing we know, where its cells leave no doubt."""
    for role in told_by_cells(kind, column.name, column.content):
        if role not in taken:
            taken[role] = at
            return Placed(column, role, "by what it holds")
    return Placed(column, "", _why_it_stays(kind, column))


def _only_one_it_can_be(placed: dict[int, Placed], taken: dict[str, int]) -> None:
    """A whole name, or a birth date, where nothing else is one and one unexplained column looks like it."""
    if not taken.keys() & NAMES:
        _take_the_one(placed, "full_name", _like_a_name)
    if "date_of_birth" not in taken:
        _take_the_one(placed, "date_of_birth", _like_birth_dates)


def _take_the_one(placed: dict[int, Placed], role: str, looks: Callable[[Column], bool]) -> None:
    like = [at for at, each in placed.items() if each.how == "unexplained" and looks(each.column)]
    if len(like) == 1 and not about_staff_or_others(placed[like[0]].column.name):
        placed[like[0]] = Placed(placed[like[0]].column, role, "by what it holds")


def _like_a_name(column: Column) -> bool:
    content = column.content
    own = content.distinct >= max(0.8 * content.filled, 3)  # places, schools and workers come again
    return own and content.whole_name >= 0.9 and content.longest <= 50


def _like_birth_dates(column: Column) -> bool:
    return _like_days(column) and column.content.years >= LIFETIMES


def _why_it_stays(kind: str, column: Column) -> str:
    content = column.content
    if kind != PARTICIPANTS and any(
        guess.section == "anywhere" and guess.role != "client_key" for guess in column.guesses[:1]
    ):
        return "elsewhere"
    for guess in _allowed(kind, column.guesses)[:1]:
        sure = guess.strength == EXACT and guess.role in DATE_FIELDS | IDENTIFIER_FIELDS
        if sure and content.filled and not _may_be(guess, column):
            return "contradicted"
        if guess.role in CATEGORY_FIELDS and not content.repeats and content.filled:
            return "free_text"
        if _may_be(guess, column):
            return "second"
    return "free_text" if not content.repeats and content.longest > 40 else "unexplained"


def holds_more_of(role: str, placed: Placed) -> bool:
    """Whether a column left over holds further answers to the question of `role`, by heading and by cells."""
    content = placed.column.content
    named = any(guess.role == role for guess in placed.column.guesses)
    return named and (not content.filled or content.ethnicity >= 0.5 or content.repeats)


def _one_name_or_two(placed: list[Placed]) -> list[Placed]:
    """A column with whole names is used only where first and last names have no column of their own.

    Beside a column of one of the two, a column "Name" of single words is the other.
    """
    roles = {each.role for each in placed}
    parts = roles & {"first_name", "last_name"}
    if "full_name" not in roles or not parts:
        return placed
    other = ({"first_name", "last_name"} - parts or {""}).pop()
    return [_the_other_name(each, other) if each.role == "full_name" else each for each in placed]


def _the_other_name(whole: Placed, other: str) -> Placed:
    if other and whole.column.content.one_word >= 0.7:
        return Placed(whole.column, other, whole.how)
    return Placed(whole.column, "", "second")
