"""Which column of a file holds which field: common names are recognised, others come through a small map."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from linkwell.errors import WrongUse

PERSON_FIELDS = (
    "first_name",
    "middle_name",
    "last_name",
    "prior_last_name",
    "full_name",
    "dob",
    "birth_day",
    "birth_month",
    "birth_year",
    "gender",
    "area",
)
_WHOSE = "whose"  # the row of columns.toml that is no field
_PLAIN_PARTS = frozenset(["day", "month", "year", "dd", "mm", "yyyy"])
# fields that help to tell people apart but do not name anybody
NOT_ENOUGH = frozenset(
    [
        "record",
        "spine_id",
        "death_date",
        "area",
        "gender",
        "birth_day",
        "birth_month",
        "birth_place",
        "occupation",
        "street",
        "street_number",
        "locality",
    ]
)


def recognise(
    names: Iterable[str], known: Mapping[str, list[str]], key: str, mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return our field -> their column.

    Args:
        names: the file's columns.
        known: our field -> names it goes by (columns.toml).
        key: "record" for a list, "spine_id" for a spine.
        mapping: their column -> our field, taken before anything is guessed.

    Raises:
        WrongUse: the map names an unknown column or field, or there is nothing to link on.
    """
    theirs = list(names)
    found = _mapped(theirs, known, mapping)
    other_key = {"record": "spine_id", "spine_id": "record"}[key]
    # as it is written first; then without spaces, brackets and whose it is ("Client's first name (legal)")
    for read in (_folded, _compact, lambda name: _bare(name, known.get(_WHOSE, []))):
        headings = {read(name): name for name in reversed(theirs)}
        for field, aliases in known.items():
            if field in found or field in (other_key, _WHOSE):
                continue
            if field == key and read not in (_folded, _compact):
                continue  # a person's id is not the row's own
            wanted = aliases if read is _folded else [_compact(alias) for alias in aliases]
            free = [headings[x] for x in wanted if x in headings and headings[x] not in found.values()]
            if free:
                found[field] = free[0]
    _drop_odd_parts(found)
    if not {field for field in found if field not in NOT_ENOUGH and not field.startswith("also_")}:
        raise WrongUse(
            "No column to link on was recognised.",
            where=f"columns: {', '.join(theirs)}",
            why="Linking needs an agency number, or names, or a birth date.",
            fix="Name the columns with --map THEIRS=OURS, for example --map kname=last_name. Where a title "
            "stands above the headings, take it out.",
        )
    return found


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _compact(name: str) -> str:
    return _folded(name).replace("_", "")


def _bare(name: str, whose: Iterable[str]) -> str:
    """The heading without what stands in brackets and without whose it is, where something is left."""
    bare = _compact(re.sub(r"[(\[].*?[)\]]", "", name)) or _compact(name)
    for word in sorted(whose, key=len, reverse=True):
        if bare.startswith(word) and len(bare) > len(word) + 1:
            return bare.removeprefix(word)
    return bare


def _drop_odd_parts(found: dict[str, str]) -> None:
    """Day, month and year are a birth date together, where there is no other; a column that is only called
    "year" or "day" is not, by itself."""
    parts = ("birth_year", "birth_month", "birth_day")
    there = [part for part in parts if part in found]
    plain = any(_folded(found[part]) in _PLAIN_PARTS for part in there)
    if "dob" in found or "birth_year" not in found or (plain and len(there) < len(parts)):
        for part in there:
            del found[part]


def _mapped(theirs: list[str], known: Mapping[str, list[str]], mapping: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, field in mapping.items():
        if column not in theirs:
            raise WrongUse(
                "The map names a column the file does not have.",
                where=column,
                fix=f"Its columns are: {', '.join(theirs)}",
            )
        if field not in known or field == _WHOSE:
            raise WrongUse(
                "The map names a field Linkwell does not know.",
                where=field,
                fix=f"Fields are: {', '.join(sorted(set(known) - {_WHOSE}))}",
            )
        found[field] = column
    return found
