"""What a provider's own words in a coded column mean; words that are not known stay open for a person."""

from __future__ import annotations

from linkwell.specification.columns import Column
from linkwell.specification.content import folded, value_words
from linkwell.specification.model import Field
from linkwell.standards.codes import map_gender, read_ethnicities


def code_for(codes: str, text: str) -> str | None:
    """The code of a base list for a local word: "" for words such as "unknown", None when not known."""
    if codes == "gender":
        mapped = map_gender(text)
        return mapped.code if mapped.known else None
    if codes == "ethnicity":
        read = read_ethnicities(text, level=2)
        return ";".join(read.codes) if read.codes and not read.unmapped else None
    if codes in ("attendance", "end_status"):
        return value_words(codes).get(folded(text))
    return None


def local_values(field: Field, column: Column) -> tuple[tuple[str, str], ...]:
    """(local value, code) for every value of a coded column that we know, sorted.

    Only values that are understood are recorded: an unknown one might be somebody's name.
    """
    if not field.codes:
        return ()
    found = ((value, code_for(field.codes, value)) for value in column.values)
    return tuple(sorted((value, code) for value, code in found if code is not None and code != value))
