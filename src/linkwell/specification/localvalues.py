"""What a provider's own words in a coded column mean; words that are not known stay open for a person."""

from __future__ import annotations

from dataclasses import replace

from linkwell.specification.columns import Column
from linkwell.specification.content import folded, value_words
from linkwell.specification.heading_marks import turned
from linkwell.specification.model import CodeList, Field, FieldType
from linkwell.standards.codelists import meaning, standard_lists
from linkwell.standards.codes import map_gender, read_ethnicities
from linkwell.standards.names import without_marks


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
    if codes in standard_lists():
        found = meaning(codes, text)
        return ";".join(found.codes) if found.known and found.codes else None
    return None


def what_is_lost(codes: str, text: str) -> str:
    """What the code of a local word no longer says; "" when nothing is lost, or the list has no say in it."""
    if codes == "gender":
        return map_gender(text).loses
    if codes == "ethnicity":
        return "; ".join(read_ethnicities(text, level=2).loses)
    return "; ".join(meaning(codes, text).loses) if codes in standard_lists() else ""


def built_in(name: str) -> CodeList:
    """A built-in list as a specification carries it.

    Raises:
        KeyError: there is no such list.
    """
    found = standard_lists()[name]
    return CodeList(name, found.codes, f"{found.source}. {found.licence}", found.edition)


def with_meanings(field: Field, codes: str, found: dict[str, tuple[str, ...]]) -> Field:
    """A coded field that uses the list `codes` and records what these local values mean in it."""
    kept = {} if field.codes != codes else dict(field.values)
    kept |= {value: ";".join(each) for value, each in found.items() if ";".join(each) != value}
    several = any(len(each) > 1 for each in found.values())
    kind = FieldType.CODE_SET if several else field.type
    return replace(field, codes=codes, type=kind, values=tuple(sorted(kept.items())))


def local_values(field: Field, column: Column) -> tuple[tuple[str, str], ...]:
    """(local value, code) for every value of a coded column that we know, sorted; of a column of the
    provider's own labels, those that another is the better spelling of.

    Only values that are understood are recorded: an unknown one might be somebody's name.
    """
    if field.type is FieldType.CATEGORY:
        return _spellings(column.values)
    if not field.codes:
        return ()
    found = [(value, code_for(field.codes, value)) for value in column.values]
    known = {value: code for value, code in found if code is not None and code != value}
    return tuple(sorted((known | _turned(field.codes, column)).items()))


def _turned(codes: str, column: Column) -> dict[str, str]:
    """What yes and no mean under a heading that asks the opposite: yes to "No show?" is that nobody came.

    Both answers are recorded when either occurs, since the other may come with the next delivery.
    """
    answers = turned(codes, column.name)
    pairs = [pair for pair in (("Y", "N"), ("Yes", "No"), ("True", "False"), ("1", "0")) if answers]
    said = {folded(value) for value in column.values}
    wanted = [pair for pair in pairs if said & {folded(word) for word in pair}]
    found = {word: code for pair in wanted for word, code in zip(pair, answers, strict=True)}
    codes_of = {folded(word): code for word, code in found.items()}
    return found | {value: codes_of[folded(value)] for value in column.values if folded(value) in codes_of}


def same_label(text: str) -> str:
    """What labels are told apart by: not case, spaces or macrons, which people write one way and another; but
    every sign ("Level 1" and "Level 1+" are two)."""
    return " ".join(without_marks(text).casefold().split())


def _spellings(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(label, the same label as it is best written), where a column has one in several spellings."""
    alike: dict[str, list[str]] = {}
    for value in values:
        alike.setdefault(same_label(value), []).append(value)
    best = {value: min(each, key=_care) for each in alike.values() for value in each}
    return tuple(sorted((value, to) for value, to in best.items() if value != to))


def _care(label: str) -> tuple[bool, bool, bool, str]:
    """Least where a label was written with most care: capitals and small letters, and its macrons."""
    return label.isupper(), label.islower(), label == without_marks(label), label
