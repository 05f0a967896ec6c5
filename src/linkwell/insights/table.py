"""An analyst's own table as arrays: who took part, what came of it, and covariates of any kind.

Whatever is left out is counted and said: missing values, constant columns, columns that follow from others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkwell.errors import WrongUse
from linkwell.insights.headings import MISSING, column, some

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LARGEST = 1e100

NUMBERS = 10
"""A column mostly of numbers with more different ones than this is amounts, and a word in it a slip."""

NINES = frozenset(10.0**n - 1 for n in range(1, 9))
"""What tables write, with or without a minus, for a number that is not known."""

LEVELS = 60
"""A text column with more different values than this is no group."""

YES = frozenset({"1", "yes", "y", "true", "t", "treated", "treatment", "participant", "participants",
                 "client", "clients", "intervention", "exposed", "enrolled", "programme",
                 "program", "āe", "ae"})  # fmt: skip
NO = frozenset({"0", "no", "n", "false", "f", "c", "control", "controls", "comparison", "untreated", "none",
                "not treated", "non-participant", "unexposed", "not enrolled", "kāo", "kao"})  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Covariates:
    """Columns made of covariates, shape (rows, k).

    Attributes:
        names: of the columns ("race=black"). source: the covariate each came from.
        continuous: columns that are amounts and so may be squared. missing: rows with a missing value.
        notes: what was left out and why, in plain sentences.
    """

    names: tuple[str, ...]
    matrix: Floats
    source: tuple[str, ...]
    continuous: Bools
    missing: Bools
    missing_by: tuple[tuple[str, int], ...]
    notes: tuple[str, ...] = ()


def numbers(values: pa.ChunkedArray) -> Floats | None:
    """A column as floats with nan for missing; None when it holds text that is not numbers."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_boolean(kind):
        values = values.cast(pa.int8())
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        values = values.cast(pa.date32()).cast(pa.int32())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = pc.utf8_trim_whitespace(values)
        known = pc.if_else(pc.is_in(text, value_set=pa.array(MISSING, text.type)), None, text)
        try:
            values = known.cast(pa.float64())
        except pa.ArrowInvalid:
            return None
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        if pa.types.is_null(kind):
            return np.full(len(values), np.nan)
        return None
    found = np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def reckonable(values: Floats, name: str) -> None:
    """Refuse numbers whose squares no longer fit into a float.

    Raises:
        WrongUse: there are such numbers.
    """
    if np.any(np.abs(values) > LARGEST):
        raise WrongUse(f"“{name}” holds numbers too large to reckon with.", fix="Use a larger unit.")


def text(values: pa.ChunkedArray) -> NDArray[np.object_]:
    """A column as trimmed text, None where missing."""
    words, place = worded(values)
    return words[place]


def worded(values: pa.ChunkedArray) -> tuple[NDArray[np.object_], Ints]:
    """The different values of a column as trimmed text, None where missing, and which of them each row has.

    Words may repeat ("1" and "1 " were two values). Each value is looked at once, however many rows have it.
    """
    if pa.types.is_floating(values.type) or pa.types.is_nested(values.type):
        found, place = values.to_pylist(), np.arange(len(values), dtype=np.int64)
    else:
        coded = values.combine_chunks().dictionary_encode()
        found = [*coded.dictionary.to_pylist(), None]
        place = coded.indices.fill_null(len(found) - 1).to_numpy().astype(np.int64)
    cells = (None if cell is None else str(cell).strip() for cell in found)
    return np.array([None if cell in MISSING else cell for cell in cells], dtype=object), place


def flags(values: pa.ChunkedArray, name: str, yes: str | None = None) -> tuple[Bools, Bools]:
    """(took part, known) of a column of two values: true/false, 0/1, or words.

    Args:
        yes: the value that means taking part, where it does not say so itself.

    Raises:
        WrongUse: there are not two values, or it is not clear which of them means taking part.
    """
    words, place = worded(values)
    known = np.array([word is not None for word in words], dtype=np.bool_)[place]
    plain = np.array(["" if word is None else _plain(word) for word in words], dtype=object)
    said = plain[place]
    found = sorted(set(plain[np.unique(place[known])].tolist()))
    if yes is not None:
        wanted = _plain(yes)
        if wanted not in found:
            raise WrongUse(
                f"No row of “{name}” has the value given for taking part.", fix="Check its spelling."
            )
        return np.asarray((said == wanted) & known), known
    if len(found) < 2:
        raise WrongUse(
            f"The column “{name}” has {'one value only' if found else 'no values'}: there should be two.",
            why="It must say of every row whether it took part; an empty cell means that it is not known.",
            fix="Add the rows, or fill in the cells, of those who did not take part.",
        )
    if len(found) != 2:
        raise WrongUse(
            f"The column “{name}” has {len(found)} different values where there should be two values.",
            why="It must say of every row whether it took part.",
            fix="Name the value that means taking part with --treated-value.",
        )
    coded = all(value.replace(".", "").lstrip("-").isdigit() for value in found) and found != ["0", "1"]
    ours = [] if coded else [value for value in found if value in YES]
    others = [] if coded else [value for value in found if value in NO]
    if len(ours) == 1:
        return np.asarray((said == ours[0]) & known), known
    if len(others) == 1:
        return np.asarray((said != others[0]) & known), known
    raise WrongUse(
        f"It is not clear which value of “{name}” means taking part.",
        fix="Name it with --treated-value.",
    )


def _plain(word: str) -> str:
    word = word.strip().casefold()
    try:
        number = float(word)
    except ValueError:
        return word
    return f"{number:g}"


def covariates(table: pa.Table, names: Sequence[str], categorical: Sequence[str] = ()) -> Covariates:
    """Every covariate as columns: numbers as they are, text as one column a level, `name=value` as a flag.

    Raises:
        WrongUse: a column is not there, or a text column has too many different values to be a group.
    """
    made: list[tuple[str, Floats, str, bool]] = []
    notes: list[str] = []
    missing = np.zeros(table.num_rows, dtype=np.bool_)
    missing_by: list[tuple[str, int]] = []
    for name in dict.fromkeys(names):
        found, gone = _one(table, name, notes, as_levels=name in categorical)
        made += found
        if gone.any():
            missing_by.append((name, int(gone.sum())))
            missing |= gone
    matrix = np.column_stack([values for _, values, _, _ in made]) if made else np.zeros((table.num_rows, 0))
    return Covariates(
        tuple(label for label, *_ in made),
        matrix,
        tuple(source for _, _, source, _ in made),
        np.array([amount for *_, amount in made], dtype=np.bool_),
        missing,
        tuple(missing_by),
        tuple(notes),
    )


def _one(
    table: pa.Table, name: str, notes: list[str], *, as_levels: bool
) -> tuple[list[tuple[str, Floats, str, bool]], Bools]:
    base, equals, value = name.partition("=")
    if equals and name not in table.column_names:
        words = text(column(table, base.strip()))
        gone = np.array([word is None for word in words], dtype=np.bool_)
        flag = np.array([word is not None and _plain(word) == _plain(value) for word in words], dtype=float)
        return [(f"{base.strip()}={value.strip()}", flag, name, False)], gone
    values = numbers(column(table, name))
    if values is not None and not as_levels:
        gone = np.isnan(values)
        reckonable(values, name)
        if gone.all():
            raise WrongUse(f"The covariate “{name}” has no values.", fix="Leave it out of --covariates.")
        there = values[~gone]
        low, high = there.min(initial=np.inf), there.max(initial=-np.inf)
        if low >= high:
            notes.append(f"{name} has one value only and was left out.")
            return [], np.zeros(len(values), dtype=np.bool_)
        notes += unlikely(there, name)
        return [(name, values, name, bool(np.any((there != low) & (there != high))))], gone
    words = text(column(table, name))
    gone = np.array([word is None for word in words], dtype=np.bool_)
    levels = sorted(set(words[~gone].tolist()))
    if not levels:
        raise WrongUse(f"The covariate “{name}” has no values.", fix="Leave it out of --covariates.")
    if not as_levels:
        _slips(words[~gone], levels, name)
    if len(levels) > LEVELS:
        raise WrongUse(
            f"The column “{name}” has {len(levels)} different values: that is not a group.",
            fix="Group its values first, write amounts as 1234.5, or leave it out.",
        )
    if len(levels) < 2:
        notes.append(f"{name} has one value only and was left out.")
        return [], np.zeros(len(words), dtype=np.bool_)
    return [(f"{name}={level}", (words == level).astype(float), name, False) for level in levels], gone


def _slips(words: NDArray[np.object_], levels: Sequence[str], name: str) -> None:
    """Refuse a column of amounts that some words have got into: as groups it would say something else.

    Raises:
        WrongUse: most cells are numbers, many different ones, or would be without commas, $ and %.
    """
    odd = [level for level in levels if not _reads(level)]
    commas = sum(_reads(_bare(level)) for level in odd)
    numeric = len(levels) - len(odd) + commas
    cells = int(np.isin(words, [level for level in levels if _reads(_bare(level))]).sum())
    if numeric <= NUMBERS or 2 * cells <= len(words):
        return
    raise WrongUse(
        f"The column “{name}” holds numbers, but also {some([f'“{level}”' for level in odd], 3)}.",
        fix="Write numbers as 1234.5 and leave cells empty where nothing is known; "
        "if its numbers are only labels, name it in --categorical.",
    )


def _bare(word: str) -> str:
    """An amount without what people write around and into it."""
    return re.sub("[,$% ]", "", word)


def _reads(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def unlikely(values: Floats, name: str) -> list[str]:
    """A sentence for a number of nines only (999, −99) that stands several times, far from all others."""
    notes = []
    for end in (values.min(initial=np.inf), values.max(initial=-np.inf)):
        rest = values[values != end]
        times = len(values) - len(rest)
        if abs(end) in NINES and times > 1 and len(rest) and np.abs(rest - end).min() > np.ptp(rest):
            notes.append(
                f"{name} is {end:g} in {times:,} rows, far from every other value: "
                "if that means not known, empty those cells."
            )
    return notes
