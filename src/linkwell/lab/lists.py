"""A code list that is brought into a lab as a file: looked through, and made a statement like any other.

So it needs no way of its own: what is kept is the text of a table made of nothing but what was written, and a
reviewer reads it as it stands.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from linkwell.checking.hidden import LONGEST_LABEL, hidden_in
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.lab.limits import Limits
from linkwell.lab.script import statements_of
from linkwell.lab.sources import is_id
from linkwell.lab.statements import plain_name

MOST_COLUMNS = 5
MOST_STATEMENTS = 20
LOOKS_LIKE = {
    "hidden_email": "an email address", "hidden_phone": "a phone number", "hidden_address": "an address",
    "hidden_identifier": "a number that stands for a person",
}  # fmt: skip


def statements_in(name: str, data: bytes) -> list[str]:
    """The statements a file brings in: of a script (.sql) its own, of a code list (.csv) one that makes it.

    Raises:
        WrongUse: it is neither, no UTF-8, empty, or too large. RefusedByRule: it holds what may be
            somebody's. LabRefused: the script cannot be read.
    """
    kind = PurePath(name).suffix.lower()
    if kind not in (".sql", ".csv"):
        raise WrongUse(
            "A script ends in .sql, a code list in .csv.", fix="Save it as text with one of these endings."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUse("This is no text.", fix="Save it as UTF-8.") from None
    if kind == ".csv":
        return [_table(PurePath(name).stem.lower(), text)]
    found = [statement for _, statement in statements_of(text)]
    if not found or len(found) > MOST_STATEMENTS:
        raise WrongUse(
            f"A script has between 1 and {MOST_STATEMENTS} statements.", fix="Bring it in as two scripts."
        )
    return found


def _table(name: str, text: str) -> str:
    """The statement that makes a code list: the first line says the columns, no code of the first twice."""
    if not plain_name(name) or is_id(name):
        raise WrongUse(
            "The table takes the name of the file: letters a to z, digits and underscores.",
            fix="Call the file something like icd_codes.csv.",
        )
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(map(str.strip, row))]
    except csv.Error:
        raise WrongUse("This cannot be read as CSV.", fix="Save it as CSV with commas, in UTF-8.") from None
    if len(rows) < 2:
        raise WrongUse("A code list has a line of column names and at least one of codes.")
    head, body = [cell.strip().lower() for cell in rows[0]], rows[1:]
    _check_head(head)
    for number, row in enumerate(body, start=2):
        if len(row) != len(head):
            raise WrongUse("A row has more or fewer cells than there are columns.", where=f"row {number}")
        if any(len(cell) > LONGEST_LABEL or not cell.isprintable() for cell in row):
            raise WrongUse(
                f"A cell of a code list has up to {LONGEST_LABEL} plain characters.", where=f"row {number}"
            )
    _check_cells(head, body)
    values = ",\n".join("(" + ", ".join(_quoted(cell) for cell in row) + ")" for row in body)
    made = f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM (VALUES\n{values}\n) codes({', '.join(head)})"
    if len(made) > Limits().statement_characters - 1000:
        raise WrongUse(
            "This code list is too long for one statement.",
            where=f"{len(body):,} rows",
            fix="Leave out columns you do not need, or bring it in as two files.",
        )
    return made


def _check_head(head: list[str]) -> None:
    if not 1 <= len(head) <= MOST_COLUMNS or len(set(head)) != len(head):
        raise WrongUse(f"A code list has 1 to {MOST_COLUMNS} columns, each with a name of its own.")
    for name in head:
        if not plain_name(name) or is_id(name):
            raise WrongUse(
                "A column is called with letters a to z, digits and underscores, and is no id.",
                where=f"column {head.index(name) + 1}",
            )


def _check_cells(head: list[str], body: list[list[str]]) -> None:
    again = next((code for code, times in Counter(row[0] for row in body).items() if times > 1), None)
    if again is not None:
        raise WrongUse(
            "A code is there twice: a join with it would count people's rows twice.",
            where=f"row {max(n for n, row in enumerate(body, start=2) if row[0] == again)}",
            fix="Leave one of them out.",
        )
    for place, name in enumerate(head):
        refuse_somebodys((row[place], f"{name}, row {number}") for number, row in enumerate(body, start=2))


def refuse_somebodys(told: Iterable[tuple[str, str]]) -> None:
    """Raise RefusedByRule where a text looks like somebody's.

    Args:
        told: texts, each with where it stands; the first place is named.
    """
    first: dict[str, str] = {}
    for text, where in told:
        first.setdefault(text, where)
    places = list(first)
    for code, values in hidden_in(Counter(places), frozenset()).items():
        if code in LOOKS_LIKE:
            raise RefusedByRule(
                f"This looks like {LOOKS_LIKE[code]}.",
                where=first[min(values, key=places.index)],
                why="A lab holds nothing that tells who somebody is, and others read what is brought in.",
                fix="Leave it out. If it is a code, write it with a letter before it.",
            )


def _quoted(cell: str) -> str:
    return "'" + cell.strip().replace("'", "''") + "'"
