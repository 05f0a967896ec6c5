"""A practice send: a few invented people in the agreed columns, sealed, sent and opened like everybody else.

Nothing of the provider's own files is in it. The custodian holds a practice to that: a health number in it
must be from the range reserved for tests, and no other number may be there at all.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from linkwell.checking.package import CLIENT_KEY, exchange_columns
from linkwell.ledger.canonical import digest
from linkwell.specification.model import Compartment, Field, FieldType, Specification, TableSpec
from linkwell.standards.identifiers import nhi_check_character
from linkwell.supply.split import KEY_BYTES, Split, SplitTable

PEOPLE = 5
_WORDS = ("Tahi", "Rua", "Toru", "Whā", "Rima")  # one to five: nobody's name, and it tries the macrons
_NAMES = {"first_name": "Practice", "last_name": "Practice"}


def practice_specification(spec: Specification) -> Specification:
    """What a practice is checked against: test numbers only, and no other identifier asked for."""

    def relaxed(field: Field) -> Field:
        return replace(field, required=False) if field.type is FieldType.IDENTIFIER else field

    tables = tuple(
        replace(table, fields=tuple(relaxed(field) for field in table.fields)) for table in spec.tables
    )
    return replace(spec, demo=True, tables=tables)


def practice_package(package: str) -> str:
    """The name of the practice of a package: never the name of the package itself."""
    return hashlib.sha384(b"practice" + package.encode()).hexdigest()[:32]


def practice_verdict(spec: Specification) -> str:
    """What stands in a practice's manifest for the digest of a check: no file was checked."""
    return digest({"practice": spec.digest})


def practice_split(spec: Specification, package: str) -> Split:
    """Invented people with every agreed column that is not an official number, one row each per table.

    Args:
        package: the name of the practice; its record keys follow from it.
    """
    tables = {table.name: _table(spec, table, package) for table in spec.tables}
    content = tuple(tables[table.name] for table in spec.of_compartment(Compartment.CONTENT))
    return Split(tables[spec.of_compartment(Compartment.IDENTITY)[0].name], content)


def _table(spec: Specification, table: TableSpec, package: str) -> SplitTable:
    fields = [field for field in table.fields if field.name != CLIENT_KEY]
    rows = []
    for number in range(PEOPLE):
        keys = _key(package, "record", number), _key(package, table.compartment.value, number)
        rows.append((*keys, *(_cell(spec, field, number, package) for field in fields)))
    return SplitTable(table.name, exchange_columns(table), sorted(rows))


def _key(package: str, what: str, number: int) -> str:
    return hmac.digest(package.encode(), f"{what} {number}".encode(), hashlib.sha384)[:KEY_BYTES].hex()


def _cell(spec: Specification, field: Field, number: int, package: str) -> str:
    if field.constant:
        return field.constant
    match field.type:
        case FieldType.TEXT:
            return f"{_NAMES.get(field.name, 'Practice')} {_WORDS[number % len(_WORDS)]}"
        case FieldType.IDENTIFIER:
            return _test_nhi(number) if field.format == "nhi" else ""
        case FieldType.DATE:
            return f"{1970 if 'birth' in field.name else 2020}-01-{number % 28 + 1:02d}"
        case FieldType.TIME:
            return "10:30"
        case FieldType.CODE | FieldType.CODE_SET:
            listed = spec.code_list(field.codes)
            return listed.codes[number % len(listed.codes)][0] if listed and listed.codes else ""
        case FieldType.KEY:
            return _key(package, field.name, number)
        case FieldType.WHOLE_NUMBER:
            return "1"
        case _:
            named = field.name == "initiative" and spec.initiatives
            return spec.initiatives[0] if named else "practice"


def _test_nhi(number: int) -> str:
    """The `number`-th valid health number of the range set aside for tests (it begins with Z)."""
    found = 0
    for at in range(1000):
        base = f"ZZZ{at:03d}"
        if (check := nhi_check_character(base)) is not None:
            if found == number:
                return base + check
            found += 1
    raise ValueError("no test number left")
