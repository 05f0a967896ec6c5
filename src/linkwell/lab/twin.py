"""The twin: a database of the same tables, columns and types in which nobody lives.

It is made from the catalogue alone (names, types, code lists), never from a row, so it may be given to
anybody.
What is in it says nothing about how often anything occurs; it is for writing and rehearsing scripts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.integration import database
from linkwell.integration.project import LEADING
from linkwell.lab.sources import PERSON

PEOPLE = 1000
_ROWS_EACH = {"person": 1, "residence": 1, "resident_population": 2, "measure": 8, "enrolment": 1,
              "service_event": 4}  # fmt: skip
_FEW = 12
"""Rows of a table that is not about people."""

_CATALOGUE = ("measure_code", "label", "domain", "kind_code", "good_direction_code", "source",
"covers_from_date", "covers_to_date", "entity_kind_code")  # fmt: skip
"""The measures' own catalogue (integration.people_tables)."""

_TYPE = re.compile(
    r"BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U(TINY|SMALL|BIG)INT|UINTEGER|FLOAT|DOUBLE|VARCHAR|DATE"
    r"|DECIMAL\(\d{1,2},\s?\d{1,2}\)"
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Column:
    """A column of the catalogue: name, the engine's type, and the codes it may hold (empty: not listed)."""

    name: str
    type: str
    codes: tuple[str, ...] = ()


Tables = dict[str, tuple[Column, ...]]


def tables_of(catalogue: Mapping[str, Any], approved: Mapping[str, Sequence[str]] | None = None) -> Tables:
    """The tables a catalogue describes, or of them what a project was granted.

    Args:
        catalogue: `custody.refreshes.catalogue.catalogue_of`: "datasets" with "variables", and "measures".
        approved: columns per table; None is all.

    Raises:
        WrongUse: this is no catalogue, or it lacks what was granted.
    """
    try:
        measures = tuple(sorted(str(each["code"]) for each in catalogue["measures"]))
        found = {
            str(each["name"]): tuple(_column(variable, measures) for variable in each["variables"])
            for each in catalogue["datasets"]
        }
    except (KeyError, TypeError):
        raise WrongUse(
            "This is not a catalogue with the types of its variables.",
            fix="Get it again from the catalogue's page: it must come from a refresh of this version.",
        ) from None
    found["catalogue"] = tuple(
        Column(
            name, "DATE" if name.endswith("_date") else "VARCHAR", measures if name == "measure_code" else ()
        )
        for name in _CATALOGUE
    )
    if approved is None:
        return {table: _ordered(columns) for table, columns in found.items()}
    cut = {
        table: _ordered([column for column in found.get(table, ()) if column.name in names])
        for table, names in approved.items()
    }
    for table, names in approved.items():
        if len(cut[table]) != len(set(names)):
            raise WrongUse("The catalogue lacks a column that was granted.", where=table)
    return cut


def make_twin(tables: Tables, path: Path, *, people: int = PEOPLE) -> dict[str, int]:
    """Write the twin to `path`; the same catalogue makes the same twin.

    Returns:
        rows per table.

    Raises:
        WrongUse: a table, column or type is not one a refresh can have.
    """
    for table, columns in tables.items():
        for name in (table, *(column.name for column in columns)):
            if not _NAME.fullmatch(name):
                raise WrongUse("The catalogue has a name no table of Linkwell has.", where=table)
        for column in columns:
            if not _TYPE.fullmatch(column.type):
                raise WrongUse(
                    "The catalogue has a type no column of Linkwell has.", where=f"{table}.{column.name}"
                )
    rows = {table: _ROWS_EACH[table] * people if table in _ROWS_EACH else _rows(columns, people)
            for table, columns in tables.items()}  # fmt: skip
    with database.building(path) as connection:
        for table, columns in tables.items():
            chosen = ", ".join(
                f'({_value(table, column, people)})::{column.type} AS "{column.name}"' for column in columns
            )
            connection.execute(f'CREATE TABLE "{table}" AS SELECT {chosen} FROM range({rows[table]}) r(i)')
    return rows


def _ordered(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Columns in the order of a project's own table."""
    place = {name: number for number, name in enumerate(LEADING)}
    return tuple(sorted(columns, key=lambda column: place.get(column.name, len(LEADING))))


def _column(variable: Mapping[str, Any], measures: tuple[str, ...]) -> Column:
    codes = tuple(sorted(str(code) for code in variable["codes"]))
    name = str(variable["name"])
    return Column(name, str(variable["type"]), measures if name == "measure_code" and measures else codes)


def _rows(columns: Sequence[Column], people: int) -> int:
    names = {column.name for column in columns}
    if names & set(PERSON):
        return people
    if "snz_household_uid" in names:
        return people
    return max([_FEW, *(len(column.codes) for column in columns if column.name == "measure_code")])


def _value(table: str, column: Column, people: int) -> str:
    """SQL for a column's value in row `i`, by its name, type and codes."""
    if column.name.endswith("_uid"):
        return _id(table, column.name, people)
    draw = f"(hash(i, {_seed(table, column.name)}) >> 8)" if table != "catalogue" else "i"
    if column.codes:
        value = f"{_list(column.codes)}[1 + ({draw} % {len(column.codes)})::INTEGER]"
        # Codes of a whole-number column are written as numbers.
        return f"TRY_CAST({value} AS {column.type})" if column.type != "VARCHAR" else value
    return _plain(column, draw)


def _plain(column: Column, draw: str) -> str:
    name, kind = column.name, column.type
    if kind == "BOOLEAN":
        return f"{draw} % 3 = 0"
    if kind == "DATE":
        later = 200 if name.startswith(("end", "last")) else 0  # a last day is not before the first
        return f"DATE '2016-01-01' + {later} + ({draw} % 2500)::INTEGER"
    if kind == "VARCHAR":
        return f"'{name.removesuffix('_code')}-' || (1 + {draw} % 8)"
    first, number = next((limits for part, limits in _NUMBERS.items() if part in name), (1, 12))
    return f"{first} + {draw} % {number}"


_NUMBERS = {"year": (1940, 80), "month": (1, 12), "hour": (0, 24), "vintage": (2018, 6), "age": (0, 100),
"_amt": (0, 1000), "clients": (20, 100), "linked": (15, 80)}  # fmt: skip
"""Part of a name -> the least value, and how many there are."""


def _id(table: str, name: str, people: int) -> str:
    """Ids hang together as in a project: a person's rows, a record's visits, a household's people."""
    person = f"(i % {people})"
    if name in PERSON:
        found = _keyed("person", person)
        # Some records belong to nobody that was found; they still have a unit of their own.
        unfound = table in ("enrolment", "service_event") and name == "snz_uid"
        return f"CASE WHEN {person} % 20 = 7 THEN -1 ELSE {found} END" if unfound else found
    if name == "snz_household_uid":
        return _keyed("household", f"({person} // 3)" if table != "household" else "i")
    if name == "snz_record_uid":
        return _keyed("record", person)
    return _keyed(name, f"(hash(i, {_seed(table, name)}) % 40)")


def _keyed(what: str, number: str) -> str:
    return f"(1 + (hash({number}::BIGINT, {_seed(what)}) >> 2))::BIGINT"


def _seed(*parts: str) -> int:
    return int.from_bytes(hashlib.sha384("/".join(parts).encode()).digest()[:6])


def _list(codes: Sequence[str]) -> str:
    return "[" + ", ".join("'" + code.replace("'", "''") + "'" for code in codes) + "]"
