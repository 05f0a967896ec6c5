"""Who is who among rows of people: repeats joined, twins and households told apart, nothing guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from linkwell.specification.content import folded

IDENTIFIERS = ("nhi", "ird", "msd", "nsn")
Row = dict[str, str]


@dataclass
class People:
    """Rows brought to people.

    Attributes:
        person_of: row position to person number (0-based, in order of first row).
        details: each person's fields, in exchange form.
        first_row: each person's first row.
        by_key: client key to person number; None where several people share the key.
        why_same: row position to how it was known to be an earlier person; only for joined rows.
        shared_keys: rows whose client key is shared by several people.
        shared_ids: rows by identifier field whose number is shared by several people.
        perhaps_same: rows that differ from another by a slip in the first name; kept apart, worth a look.
        twins, namesakes: rows told apart.
    """

    person_of: dict[int, int] = field(default_factory=dict)
    details: list[Row] = field(default_factory=list)
    first_row: list[int] = field(default_factory=list)
    by_key: dict[str, int | None] = field(default_factory=dict)
    why_same: dict[int, str] = field(default_factory=dict)
    shared_keys: list[int] = field(default_factory=list)
    shared_ids: dict[str, list[int]] = field(default_factory=dict)
    perhaps_same: list[int] = field(default_factory=list)
    twins: list[int] = field(default_factory=list)
    namesakes: list[int] = field(default_factory=list)


def can_be_linked(row: Row, wanted: tuple[str, ...]) -> bool:
    """An identifier, or every agreed part of the name with a birth date (the primer's rule)."""
    if any(row.get(name) for name in IDENTIFIERS):
        return True
    names = [name for name in ("first_name", "last_name") if name in wanted]
    return bool(row.get("date_of_birth")) and bool(names) and all(row.get(name) for name in names)


def drop_shared_identifiers(rows: dict[int, Row]) -> dict[str, list[int]]:
    """Empty, in place, identifiers that stand for people of different names; return their rows by field.

    One number for several people is most often one family member's number typed for all, and nothing in the
    file says whose it is.
    """
    shared: dict[str, list[int]] = {}
    different = list({id(row): row for row in rows.values()}.values())
    for name in IDENTIFIERS:
        holders: dict[str, list[Row]] = {}
        for row in different:
            if value := row.get(name):
                holders.setdefault(value, []).append(row)
        emptied = {
            id(row)
            for held in holders.values()
            if len(held) > 1 and not all(_same_name(held[0], other) for other in held[1:])
            for row in held
        }
        if emptied:
            shared[name] = [at for at, row in rows.items() if id(row) in emptied]
    for name, found in shared.items():
        for at in found:
            rows[at][name] = ""
    return shared


def gather(rows: dict[int, Row]) -> People:
    """Bring rows (position to fields in exchange form) to people, in row order.

    Rows that say the very same about a person are that person, whatever came between them; handed in as one
    Row, they are looked at once.
    """
    people = People()
    seen = _Seen()
    known: dict[int, int] = {}
    for at, row in rows.items():
        person = known.get(id(row))
        if person is not None:
            people.why_same[at] = _why_equal(row)
        else:
            person = known[id(row)] = _person_of(at, row, seen, people)
        people.person_of[at] = person
    _find_shared_keys(rows, people)
    return people


def _person_of(at: int, row: Row, seen: _Seen, people: People) -> int:
    """The earlier person a row is about, or a new one."""
    marks = _Marks.of(row)
    person, why = seen.find(row, marks, people)
    if person is None:
        person = len(people.details)
        people.details.append(dict(row))
        people.first_row.append(at)
        _note_look_alikes(at, row, marks, seen, people)
    else:
        people.why_same[at] = why
        details = people.details[person]
        for name, value in row.items():
            if value and not details.get(name):
                details[name] = value
    seen.remember(marks, person, at)
    return person


def _why_equal(row: Row) -> str:
    if row.get("client_key"):
        return BY_KEY
    return BY_ID if any(row.get(name) for name in IDENTIFIERS) else BY_NAME


BY_KEY, BY_ID, BY_NAME = "the same client number", "the same identifier", "the same name and birth date"


@dataclass(frozen=True, slots=True)
class _Marks:
    """What one row may be found under; "" and () where it says nothing."""

    key: str
    ids: tuple[tuple[str, str], ...]
    name: tuple[str, ...]
    birth: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> _Marks:
        first, last = tight(row.get("first_name", "")), tight(row.get("last_name", ""))
        born = row.get("date_of_birth", "")
        birth = (last, born) if last and born else ()
        ids = tuple([(name, value) for name in IDENTIFIERS if (value := row.get(name))])
        return cls(row.get("client_key", ""), ids, (first, last, born) if first and birth else (), birth)


@dataclass
class _Seen:
    """What earlier rows were found under."""

    by_key: dict[str, list[int]] = field(default_factory=dict)
    by_id: dict[tuple[str, str], int] = field(default_factory=dict)
    by_name: dict[tuple[str, ...], int] = field(default_factory=dict)
    by_birth: dict[tuple[str, ...], int] = field(default_factory=dict)

    def find(self, row: Row, marks: _Marks, people: People) -> tuple[int | None, str]:
        """The earlier person this row is about, and how that is known."""
        for person in self.by_key.get(marks.key, ()):
            if _agree(people.details[person], row):
                return person, BY_KEY
        for mark in marks.ids:
            person_by_id = self.by_id.get(mark)
            if person_by_id is not None:
                return person_by_id, BY_ID
        named = self.by_name.get(marks.name)
        if named is not None and not _identifiers_differ(people.details[named], row):
            return named, BY_NAME
        return None, ""

    def remember(self, marks: _Marks, person: int, at: int) -> None:
        """Keep what later rows may be found under; the first holder keeps its place."""
        if marks.key:
            known = self.by_key.setdefault(marks.key, [])
            if person not in known:
                known.append(person)
        for mark in marks.ids:
            self.by_id.setdefault(mark, person)
        if marks.name:
            self.by_name.setdefault(marks.name, person)
        if marks.birth:
            self.by_birth.setdefault(marks.birth, at)


@lru_cache(maxsize=1 << 16)
def tight(name: str) -> str:
    """A name for comparing, without any space: "Te Aroha" and "TeAroha" agree."""
    return folded(name).replace(" ", "")


def _agree(one: Row, other: Row) -> bool:
    """Whether two rows under one client key can be one person: a name or a birth date must not be another's.

    A changed last name or a corrected birth date alone does not make two people; both a different first name
    and a different birth date (or last name) do.
    """
    differs = [
        bool(one.get(name)) and bool(other.get(name)) and tight(one[name]) != tight(other[name])
        for name in ("first_name", "last_name", "date_of_birth")
    ]
    if differs[0] and (one.get("date_of_birth") or "") == (other.get("date_of_birth") or "") != "":
        return _alike(one["first_name"], other["first_name"])
    return sum(differs) < 2


def _same_name(one: Row, other: Row) -> bool:
    """Whether two holders of one identifier may be one person: their first names agree or one has none."""
    first, second = one.get("first_name", ""), other.get("first_name", "")
    if not first or not second:
        return True
    if tight(first) == tight(second) or _nickname(first, second):
        return True
    if (one.get("date_of_birth") or "") != (other.get("date_of_birth") or "") or not one.get("date_of_birth"):
        return False
    first_last, second_last = one.get("last_name", ""), other.get("last_name", "")
    turned = tight(first) == tight(second_last) or tight(second) == tight(first_last)
    return turned or (tight(first_last) == tight(second_last) and _close(first, second))


def _alike(one: str, other: str) -> bool:
    """Two first names that may be one: short and long form, or one slip of the keys."""
    return _nickname(one, other) or _close(one, other)


def _nickname(one: str, other: str) -> bool:
    """Kat and Katie, J and Jane: one is how the other begins."""
    first, second = sorted((folded(one), folded(other)), key=len)
    return bool(first) and second.startswith(first)


def _close(one: str, other: str) -> bool:
    """One letter put in, left out or changed, or two neighbours swapped."""
    a, b = sorted((tight(one), tight(other)), key=len)
    if len(b) - len(a) > 1 or len(a) < 4:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        return rest_a == rest_b[1:]
    swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:]


def _identifiers_differ(one: Row, other: Row) -> bool:
    return any(one.get(name) and other.get(name) and one[name] != other[name] for name in IDENTIFIERS)


def _note_look_alikes(at: int, row: Row, marks: _Marks, seen: _Seen, people: People) -> None:
    """A new person who shares a name and birth date, or a last name and birth date, with an earlier one."""
    if marks.name and (namesake := seen.by_name.get(marks.name)) is not None:
        people.namesakes += [people.first_row[namesake], at]
    elif marks.birth and (earlier := seen.by_birth.get(marks.birth)) is not None:
        other = people.details[people.person_of[earlier]]
        alike = _alike(row.get("first_name", ""), other.get("first_name", ""))
        same_gender = not row.get("gender") or not other.get("gender") or row["gender"] == other["gender"]
        found = people.perhaps_same if alike and same_gender else people.twins
        found += [earlier, at]


def _find_shared_keys(rows: dict[int, Row], people: People) -> None:
    holders: dict[str, set[int]] = {}
    done: set[int] = set()
    for at, row in rows.items():
        if id(row) not in done and (key := row.get("client_key")):
            holders.setdefault(key, set()).add(people.person_of[at])
        done.add(id(row))
    people.by_key = {key: next(iter(found)) if len(found) == 1 else None for key, found in holders.items()}
    shared = {key for key, found in holders.items() if len(found) > 1}
    if not shared:
        return
    people.shared_keys = [at for at, row in rows.items() if row.get("client_key") in shared]
    for person in people.details:
        if person.get("client_key") in shared:
            person["client_key"] = ""
