"""Which column of a file holds which field: common names are recognised, others come through a small map."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from linkwell.errors import WrongUse

PERSON_FIELDS = (
    "first_name",
    "middle_name",
    "last_name",
    "prior_last_name",
    "full_name",
    "dob",
    "gender",
    "area",
)
# fields that help to tell people apart but do not name anybody
NOT_ENOUGH = frozenset(
    [
        "record",
        "spine_id",
        "death_date",
        "area",
        "gender",
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
    folded = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in reversed(theirs)}
    other_key = {"record": "spine_id", "spine_id": "record"}[key]
    for field, aliases in known.items():
        if field in found or field == other_key:
            continue
        free = [folded[alias] for alias in aliases if alias in folded and folded[alias] not in found.values()]
        if free:
            found[field] = free[0]
    if not {field for field in found if field not in NOT_ENOUGH and not field.startswith("also_")}:
        raise WrongUse(
            "No column to link on was recognised.",
            where=f"columns: {', '.join(theirs)}",
            why="Linking needs an agency number, or names, or a birth date.",
            fix="Name the columns with --map THEIRS=OURS, for example --map kname=last_name.",
        )
    return found


def _mapped(theirs: list[str], known: Mapping[str, list[str]], mapping: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, field in mapping.items():
        if column not in theirs:
            raise WrongUse(
                "The map names a column the file does not have.",
                where=column,
                fix=f"Its columns are: {', '.join(theirs)}",
            )
        if field not in known:
            raise WrongUse(
                "The map names a field Linkwell does not know.",
                where=field,
                fix=f"Fields are: {', '.join(sorted(known))}",
            )
        found[field] = column
    return found
