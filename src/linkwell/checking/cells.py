"""Read the cells of one field into exchange form, column by column; what does not hold is named.

Each different cell is read once: columns repeat themselves far more than they vary.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from linkwell.specification.content import folded, says_nothing
from linkwell.specification.localvalues import code_for, same_label, what_is_lost
from linkwell.specification.model import Field, FieldType, Specification
from linkwell.standards.dates import (
    DateColumn,
    Shape,
    describe_counts,
    parse_date,
    parse_time,
    sentinel_meaning,
)
from linkwell.standards.identifiers import (
    IdCheck,
    check_hpi,
    check_ird,
    check_msd,
    check_nhi,
    check_nsn,
    check_nzbn,
    is_test_nhi,
)
from linkwell.standards.names import lost_letters

OLDEST = 115  # years; nobody in New Zealand's records has been older than this at enrolment
CHECKS: dict[str, Callable[[str], IdCheck]] = {
    "nhi": check_nhi, "ird": check_ird, "msd": check_msd, "nsn": check_nsn, "hpi": check_hpi,
    "nzbn": check_nzbn,
}  # fmt: skip
_SPACES = re.compile(r"\s+")
_OPPOSITE = {"dmy": "mdy", "mdy": "dmy"}


class Read(NamedTuple):
    """One cell in exchange form; `code` and `detail` name a finding, "" when there is none."""

    value: str
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ReadColumn:
    """A whole column in exchange form.

    Attributes:
        values: one cell a row.
        problems: row positions by (finding code, detail).
        order_fault: the finding when the column's dates cannot be read safely as a whole, or "".
        swap_suspected: day and month of the real dates look exchanged (see `standards.dates`).
    """

    values: list[str]
    problems: dict[tuple[str, str], list[int]]
    order_fault: str = ""
    swap_suspected: bool = False


def read_column(spec: Specification, field: Field, cells: list[str], as_of: date) -> ReadColumn:
    """Read every cell of a field; `as_of` is today, for dates in the future and ages."""
    found = read_values(spec, field, Counter(cells), as_of)
    value_of = {cell: read.value for cell, read in found.known.items()}
    values = list(map(value_of.__getitem__, cells))
    return ReadColumn(values, _problems(found.known, cells), found.order_fault, found.swap_suspected)


@dataclass(frozen=True)
class ReadValues:
    """What each different cell of a column reads as; the rest as in `ReadColumn`."""

    known: dict[str, Read]
    order_fault: str = ""
    swap_suspected: bool = False


def read_values(spec: Specification, field: Field, cells: Mapping[str, int], as_of: date) -> ReadValues:
    """Read the different cells of a column (with how often each comes), whichever engine counted them."""
    order, order_fault, swapped = "", "", False
    if field.type is FieldType.DATE:
        dates = describe_counts(cells)
        order, order_fault = _order(field, dates)
        order_fault = "date_world_time" if dates.world_time else order_fault
        swapped = dates.swap_suspected
    reader = _reader(spec, field, order, as_of)
    known = {cell: reader(cell) for cell in cells}
    known[""] = Read(field.constant)
    return ReadValues(known, order_fault, swapped)


def _problems(known: dict[str, Read], cells: list[str]) -> dict[tuple[str, str], list[int]]:
    faulty = {cell: (read.code, read.detail) for cell, read in known.items() if read.code}
    problems: dict[tuple[str, str], list[int]] = {}
    if faulty:
        for at, cell in enumerate(cells):
            if cell in faulty:
                problems.setdefault(faulty[cell], []).append(at)
    return problems


def _reader(spec: Specification, field: Field, order: str, as_of: date) -> Callable[[str], Read]:
    match field.type:
        case FieldType.IDENTIFIER:
            return lambda cell: _identifier(cell, field.format, spec.demo)
        case FieldType.DATE:
            return lambda cell: _date(cell, field, order, as_of)
        case FieldType.CODE | FieldType.CODE_SET:
            codes = spec.code_list(field.codes)
            allowed = set(codes.labels()) if codes else set()
            local = dict(field.values)
            loose = {folded(value): code for value, code in field.values}
            if field.type is FieldType.CODE_SET:
                return lambda cell: _code_set(cell, field, allowed, local, loose)
            return lambda cell: _code(cell, field, allowed, local, loose)
        case FieldType.TIME:
            return _time
        case FieldType.WHOLE_NUMBER:
            return _whole_number
        case FieldType.TEXT:
            return _name
        case FieldType.KEY:
            return lambda cell: Read(cell.strip())
        case _:
            own = _own_labels(spec, field)
            return lambda cell: _category(cell, dict(field.values), own)


def _identifier(cell: str, kind: str, demo: bool) -> Read:
    check = CHECKS[kind](cell)
    if not check.ok:
        return Read("") if says_nothing(cell) else Read("", "identifier_not_valid", check.reason)
    if kind == "nhi" and is_test_nhi(check.value) is not demo:
        return Read("", "nhi_not_test" if demo else "nhi_test_number")
    return Read(check.value)


def _order(field: Field, dates: DateColumn) -> tuple[str, str]:
    """The order to read a column in, and what is wrong with it.

    The specification's order stands unless the cells contradict it for certain; without one, the column's own
    order is used only where it leaves no doubt. A slip or two among many, in an order a person settled, are
    left out one by one instead.
    """
    found = dates.order.value
    if field.date_order in _OPPOSITE:
        opposite = _OPPOSITE[field.date_order]
        mixed = found == "mixed" and not _only_slips(field.date_order, dates)
        return field.date_order, "date_order_changed" if mixed or opposite in (found, dates.leaning) else ""
    return found, "date_order_unknown" if found in ("ambiguous", "mixed") else ""


def _only_slips(order: str, dates: DateColumn) -> bool:
    """Whether at most one settled date in 20 is in the other order (one, among 10 or more)."""
    day, month = dates.counts.get(Shape.DAY_FIRST, 0), dates.counts.get(Shape.MONTH_FIRST, 0)
    own, other = (day, month) if order == "dmy" else (month, day)
    return other * 20 <= own or (other == 1 and own >= 10)


def _date(cell: str, field: Field, order: str, as_of: date) -> Read:
    read = parse_date(cell, order, century_from=field.century_from or None)
    if read.value is None:
        silent = read.code == "missing" or says_nothing(cell)
        code = "other_way" if _fits_the_other_way(cell, order, field) else read.code
        return Read("", "" if silent else f"date_{code}")
    if meaning := sentinel_meaning(read.value):
        return Read("", "date_placeholder", meaning)
    if read.value > as_of and field.name != "service_date":
        return Read("", "date_in_future")
    if field.name == "date_of_birth" and as_of.year - read.value.year > OLDEST:
        return Read("", "age_impossible")
    return Read(read.value.isoformat())


def _fits_the_other_way(cell: str, order: str, field: Field) -> bool:
    other = _OPPOSITE.get(order, "")
    return bool(other) and parse_date(cell, other, century_from=field.century_from or None).value is not None


def _code(cell: str, field: Field, allowed: set[str], local: dict[str, str], loose: dict[str, str]) -> Read:
    code = local.get(cell)
    if code is None:
        code = loose.get(folded(cell))
    if code is None and all(part in allowed for part in cell.split(";")):
        code = cell
    if code is None:
        code = code_for(field.codes, cell)
    if code is None:
        return Read("") if says_nothing(cell) else Read("", "value_not_in_list")
    loses = what_is_lost(field.codes, cell)
    return Read(code, "value_loses_meaning" if loses else "", loses)


def _code_set(
    cell: str, field: Field, allowed: set[str], local: dict[str, str], loose: dict[str, str]
) -> Read:
    """Several answers of one person: the whole cell where it is known, otherwise each part of it."""
    whole = _code(cell, field, allowed, local, loose)
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if whole.code != "value_not_in_list" or len(parts) < 2:
        return whole
    read = [_code(part, field, allowed, local, loose) for part in parts]
    codes = dict.fromkeys(code for each in read for code in each.value.split(";") if code)
    if any(each.code == "value_not_in_list" for each in read):
        return Read("", "value_not_in_list")
    lost = "; ".join(dict.fromkeys(each.detail for each in read if each.detail))
    return Read(";".join(codes), "value_loses_meaning" if lost else "", lost)


def _time(cell: str) -> Read:
    if says_nothing(cell):
        return Read("")
    found = parse_time(cell)
    return Read(found[:5]) if found else Read("", "time_unreadable")


def _whole_number(cell: str) -> Read:
    if says_nothing(cell):
        return Read("")
    bare = cell.replace(",", "")
    return Read(bare) if re.fullmatch(r"-?[0-9]{1,15}", bare) else Read("", "not_a_whole_number")


def _name(cell: str) -> Read:
    if says_nothing(cell):
        return Read("", "name_placeholder" if cell.strip("-. ") else "")
    if any(map(str.isdigit, cell)):
        return Read("", "name_with_digits")
    return Read(_visible(cell), "name_letters_lost" if lost_letters(cell) else "")


def _visible(cell: str) -> str:
    """One line with single spaces and without characters nobody can see (zero-width marks, control codes)."""
    text = _SPACES.sub(" ", cell).strip()
    return text if text.isprintable() else "".join(filter(str.isprintable, text)).strip()


def _own_labels(spec: Specification, field: Field) -> dict[str, str]:
    """The agreed spelling of the labels that a column of the provider's own is known to have."""
    agreed = [*(spec.initiatives if field.name == "initiative" else ()), *(to for _, to in field.values)]
    loose = {same_label(word): to for word, to in field.values}
    return loose | {same_label(to): to for to in reversed(agreed)} | {label: label for label in agreed}


def _category(cell: str, local: dict[str, str], own: dict[str, str]) -> Read:
    text = _visible(local.get(cell, cell))
    text = own.get(text) or own.get(same_label(text), text)
    return Read("" if says_nothing(text) else text)
