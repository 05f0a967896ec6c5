"""The mapping assistant: every word of a coded column, what it is taken to mean, and what that would lose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from linkwell.checking.cells import read_column
from linkwell.reading.table import Table
from linkwell.specification.content import says_nothing
from linkwell.specification.localvalues import code_for
from linkwell.specification.model import Field, FieldType, Specification, TableSpec
from linkwell.specification.vocabulary import fold_heading
from linkwell.standards.clock import today

CODED = {FieldType.CODE, FieldType.CODE_SET}
LEFT_EMPTY = ""


@dataclass(frozen=True)
class LocalWord:
    """One word of the provider's own.

    Attributes:
        rows: how many cells hold it.
        code: the code it becomes; "" when it is left empty.
        understood: False when nobody has said what it means, so that its cells stay behind.
        loses: what the code no longer says; "" when nothing.
    """

    text: str
    rows: int
    code: str
    understood: bool
    loses: str = ""


def coded_fields(spec: Specification) -> tuple[tuple[TableSpec, Field], ...]:
    """Every field whose words become codes of a list."""
    return tuple(each for each in spec.fields() if each[1].type in CODED and each[1].source_column)


def local_words(
    spec: Specification, table: TableSpec, field: Field, tables: Sequence[Table]
) -> tuple[LocalWord, ...]:
    """The words of one coded field in the given files: those not understood first, then the commonest."""
    counts = Counter(_words(field, _cells(field, tables)))
    words = list(counts)
    read = read_column(spec, field, words, today())
    said = [(code, detail, at) for (code, detail), found in read.problems.items() for at in found]
    unknown = {at for code, _, at in said if code == "value_not_in_list"}
    lost = {at: detail for code, detail, at in said if code == "value_loses_meaning"}
    made = [
        LocalWord(word, counts[word], read.values[at], at not in unknown, lost.get(at, ""))
        for at, word in enumerate(words)
    ]
    made = _with_merged(spec, field, made)
    return tuple(sorted(made, key=lambda each: (each.understood, -each.rows, each.text)))


def _cells(field: Field, tables: Sequence[Table]) -> Iterable[str]:
    wanted = {fold_heading(heading) for heading in (field.source_column, *field.more_columns)}
    for table in tables:
        for at, heading in enumerate(table.columns):
            if fold_heading(heading) in wanted:
                yield from (row[at] for row in table.rows)


def _words(field: Field, cells: Iterable[str]) -> Iterable[str]:
    for cell in cells:
        parts = cell.split(";") if field.type is FieldType.CODE_SET else [cell]
        yield from (part.strip() for part in parts if part.strip() and not says_nothing(part))


def _with_merged(spec: Specification, field: Field, words: list[LocalWord]) -> list[LocalWord]:
    """Say what is lost by what a person decided about a word of their own."""
    own = {word for word, _ in field.values}
    codes = spec.code_list(field.codes)
    labels = codes.labels() if codes else {}
    users = Counter(word.code for word in words if word.code)
    return [
        replace(word, loses=_lost(field, word, users, labels))
        if word.text in own and not word.loses
        else word
        for word in words
    ]


def _lost(field: Field, word: LocalWord, users: Counter[str], labels: Mapping[str, str]) -> str:
    usual = code_for(field.codes, word.text)
    if usual is not None:
        same = usual == word.code
        return "" if same else f"it usually means “{labels.get(usual, usual) or 'not stated'}”"
    if word.code == LEFT_EMPTY:
        return "nothing is sent for it"
    others = f"nobody can tell it from the other words that become “{labels.get(word.code, word.code)}”"
    return others if users[word.code] > 1 else ""


def with_words(spec: Specification, table: str, field: str, chosen: Mapping[str, str]) -> Specification:
    """The specification with some words given a code ("" leaves them empty); the rest stays as it is.

    A word that the list already means by itself needs no line of its own, so none is written.
    """
    of = spec.table(table)
    found = of.field(field) if of else None
    if found is None:
        return spec
    values = dict(found.values)
    for word, code in chosen.items():
        if code_for(found.codes, word) == code or word == code:
            values.pop(word, None)
        else:
            values[word] = code
    return spec.with_field(table, replace(found, values=tuple(sorted(values.items()))))
